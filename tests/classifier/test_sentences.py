"""Sentences and paragraphs: full stops that end one and full stops that do not; lines that end and lines that wrap."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifier.sentences import line_breaks, split
from classifier.tokens import tokenize
from training.corpora import own

SEEDS = Path(__file__).resolve().parents[3] / "shared" / "seeds"

# "|" stands where a sentence begins (but the first), "¶" where a paragraph begins
CASES = [
    "The mayor left. |The council stayed.",
    "Did it end? |It did! |Nobody asked.",
    # titles, initials, abbreviations
    "Mr. Orlo met Dr. Vance and Gov. Tarn. |Sen. Pell was late.",
    "It was written by P. J. Tarn and J.K. Moor. |Both denied it.",
    "The U.S. Senate met. |They flew to the U.S. |The trip was short.",
    "U.S. Sen. Pell and U.N. Secretary Holm spoke.",
    "It opened at 5 p.m. on Jan. 3. |It closed at 6 p.m. |The queue was long.",
    "Orvane Inc. said so. |It bought Tal Co. |The price rose.",
    "See No. 5 on p. 37 of Vol. 3. |He said no. |Others said yes.",
    "They sat in the sun. |Children played. |All fell ill. |Doctors came.",
    "Tarn v. Orvane was heard, e.g. by Judge Pell, i.e. late.",
    # numbers
    "Prices rose 3.5 percent to 7. |Wages fell 1.2 percent.",
    # full stops in a row
    "It stopped… and began again. |He waited... |Then he left.",
    "What?! |Really! |Nobody knew.",
    "The plan failed. |… Others had seen it coming.",
    # quotation marks and brackets
    "“It is over.” |She left. |“We go on,” he said.",
    'He said "no". |She said "yes." |They left.',
    "‘It is over.’ |She left.",
    "“Is it over?” she asked. |“It is!” he cried.",
    "They won (twice). |It rained. |(It always did.) |They left.",
    "“We won.” |“We did not.”",
    "``It is over.'' |She left.",
    # no space after the full stop
    "The vote was lost.|The mayor left.|I stayed.",
    "The vote was lost.|“We go on,” he said.",
    'The vote was lost.|"We go on," he said. |"It is done."|The mayor left.',
    "He met Ms. Tarn.|The talks failed.",
    "Visit news.example or Node.js pages, version 2.0.1, at once.",
    # who wrote a post or said a quotation
    "We are done here. |— Ann Lee (@annlee) May 3",
    "“We are done here.” |— Ann Lee, The Brennick Ledger",
    "It was late — too late. |They left.",
    "See this! |https://news.example/a pic.twitter.com/Ab12",
    # lines
    "A headline\n|¶The mayor left.\n\n|¶The council stayed. |It rained.",
    "One line\r\n|¶Two lines\r\n\r\n|¶Three lines",
    "One line\u2028|¶Two lines\u2029|¶Three lines",
    "Photo: the ferry\n|¶by Mara Ellison",
    "He said that the ferry, which was late,\nwould leave on Monday. |It did not.",
    "First. \u00a0\n \u00a0\n|¶Second.",
    "...",
    "?! … —",
    "One",
]


@pytest.mark.parametrize("marked", CASES)
def test_sentences_and_paragraphs(marked: str) -> None:
    text = marked.replace("|", "").replace("¶", "")
    words, starts, ends = tokenize(text)
    sentences, paragraphs = split(text, words, starts, ends)
    found = text
    for i in sorted(sentences, reverse=True):
        if i:
            found = found[: starts[i]] + ("|¶" if i in paragraphs else "|") + found[starts[i] :]
    assert found == marked


@pytest.mark.parametrize("text", ["", " \n\n ", "\ufeff\u200b\n"])
def test_a_text_without_tokens_has_no_sentences(text: str) -> None:
    assert split(text, *tokenize(text)) == ([], [])


WRAPPED = """\
The harbour council of Brennick kept the losses of its ferry from its
own members for almost a year, said an audit that Mara Ellison, who
chairs the finance committee, made public on Tuesday. The shortfall
Tobias Rehn admitted was smaller.

Nobody on the council had been shown a ledger since the spring, when
Rehn took over. He denies any wrong and has asked
for more time.
"""


def test_a_hard_wrapped_text_keeps_its_sentences_whole() -> None:
    words, starts, ends = tokenize(WRAPPED)
    sentences, paragraphs = split(WRAPPED, words, starts, ends)
    assert [words[i] for i in sentences] == ["The", "The", "Nobody", "He"]
    assert [words[i] for i in paragraphs] == ["The", "Nobody"]


def test_a_hard_wrapped_text_with_windows_line_ends() -> None:
    text = WRAPPED.replace("\n", "\r\n")
    words, starts, ends = tokenize(text)
    assert [words[i] for i in split(text, words, starts, ends)[0]] == ["The", "The", "Nobody", "He"]


def test_a_list_of_headlines_is_not_taken_for_a_wrapped_text() -> None:
    text = "\n".join(f"Council number {i} of the county votes on the new ferry budget today" for i in range(12))
    assert len(split(text, *tokenize(text))[1]) == 12


def test_line_breaks_tell_blank_lines_from_line_ends() -> None:
    assert line_breaks("One.\nTwo.\r\nThree.\n\nFour.\r\n \r\nFive.") == [
        (5, False),
        (11, False),
        (19, True),
        (29, True),
    ]


def check_split(text: str) -> None:
    words, starts, ends = tokenize(text)
    sentences, paragraphs = split(text, words, starts, ends)
    assert sentences == sorted(set(sentences))
    assert paragraphs == sorted(set(paragraphs))
    assert set(paragraphs) <= set(sentences)
    assert all(0 <= i < len(words) for i in sentences)
    assert not words or sentences[0] == paragraphs[0] == 0


PIECES = st.lists(
    st.sampled_from(
        ["Mr.", "U.S.", "the", "The", "A.", "end.", "'", "’", "‘", '"', "“", "”", ".", "!", "?", "...", "…", "—", "(", ")", "@x",
         " ", " ", "\n", "\n\n", "\r\n", "\u2028", "\u200b", "\ud800", "\0", "No.", "5"]
    ),
    max_size=40,
).map("".join)  # fmt: skip


@settings(deadline=None)
@given(st.one_of(st.text(), PIECES))
def test_starts_are_in_order_for_any_text(text: str) -> None:
    check_split(text)


def test_starts_are_in_order_on_the_own_articles() -> None:
    for article in own.load().articles:
        check_split(article.text)


def test_own_articles_are_split_as_their_writers_did() -> None:
    """Nine in ten sentences and more; what differs is chiefly quotations that a writer kept in one."""
    hits = marked = found = 0
    for article in own.load().articles:
        words, starts, ends = tokenize(article.text)
        begins = {starts[i] for i in split(article.text, words, starts, ends)[0]}
        written = {s.start for s in article.sentences if s.start is not None}
        hits += len(begins & written)
        marked += len(written)
        found += len(begins)
    assert hits >= 0.97 * marked
    assert hits >= 0.97 * found


@pytest.mark.skipif(not SEEDS.is_dir(), reason="no shared/seeds beside the repository")
def test_starts_are_in_order_on_the_seeds() -> None:
    for path in sorted(SEEDS.glob("*.txt")):
        check_split(path.read_text(encoding="utf-8"))


UNITS = [
    "word ", ". ", "\n", "x\n", "\r\n", " ", "“ ", ".” ", '." ', 'end."And ', "end.“And ", ". ( ", ".” — A ", "— A ( ", "… ", ". … A ",
    "U.S. ", "and this line wraps at some width\n",
]  # fmt: skip


@pytest.mark.parametrize("unit", UNITS, ids=ascii)
def test_time_grows_with_the_text_alone(unit: str) -> None:
    def seconds(length: int) -> float:
        text = unit * (length // len(unit))
        tokens = tokenize(text)
        begin = time.process_time()
        split(text, *tokens)
        return time.process_time() - begin

    # eight times the text: a quadratic step would take sixty-four times as long
    short, long = (min(seconds(length) for _ in range(2)) for length in (50_000, 400_000))
    assert long < 30 * max(short, 0.01)
