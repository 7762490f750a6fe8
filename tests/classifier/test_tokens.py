"""Tokens: what is one, what is two, that offsets are true, and that time grows with the text alone."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifier.tokens import tokenize
from training.corpora import own

SEEDS = Path(__file__).resolve().parents[3] / "shared" / "seeds"
# characters that show nothing and take no place: between tokens, as white space is
WIDTHLESS = "\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2061\u2062\u2063\u2064\u2066\u2067\u2068\u2069\ufeff"

CASES = [
    ("The mayor left.", "The mayor left ."),
    # abbreviations, titles, initials
    ("Mr. Orlo met Dr. Vance", "Mr. Orlo met Dr. Vance"),
    ("Gov. P. J. Tarn spoke", "Gov. P. J. Tarn spoke"),
    ("P.J. Tarn spoke", "P.J. Tarn spoke"),
    ("the U.S. and the U.K.", "the U.S. and the U.K."),
    ("at 5 p.m. sharp", "at 5 p.m. sharp"),
    ("Orvane Inc. and Tal Co. merged", "Orvane Inc. and Tal Co. merged"),
    ("on Sun. and Wed.", "on Sun. and Wed."),
    ("under the sun. It was ill.", "under the sun . It was ill ."),
    ("He said no. It ended.", "He said no . It ended ."),
    ("see No. 5, p. 37 and Fig. 2", "see No. 5 , p. 37 and Fig. 2"),
    ("No.5", "No. 5"),
    # numbers
    ("1,250.75 and 3/4 at 10:30", "1,250.75 and 3/4 at 10:30"),
    ("$3.5m, 12% and the 21st", "$ 3.5m , 12 % and the 21st"),
    ("It fell to 7.", "It fell to 7 ."),
    ("the 1990s", "the 1990s"),
    # clitics, straight and curly
    ("Orlo's plan", "Orlo 's plan"),
    ("Orlo’s plan", "Orlo ’s plan"),
    ("Orlo‘s plan", "Orlo ‘s plan"),
    ("we'll, they’ve, I'd, she’s", "we 'll , they ’ve , I 'd , she ’s"),
    ("can't won’t", "can't won’t"),
    ("O'Brien and D’Arcy's", "O'Brien and D’Arcy 's"),
    ("the ministers’ cars", "the ministers ’ cars"),
    # compounds
    ("a well-known vice-chair", "a well-known vice-chair"),
    ("AT&T and and/or", "AT&T and and/or"),
    ("wait--no", "wait -- no"),
    ("wait—no", "wait — no"),
    # links, handles, addresses
    ("see https://news.example/a?b=1.", "see https://news.example/a?b=1 ."),
    ("(www.news.example/x)", "( www.news.example/x )"),
    ("pic.twitter.com/Ab12 and t", "pic.twitter.com/Ab12 and t"),
    ("mail desk.one@news.example now", "mail desk.one@news.example now"),
    ("@orlo and #budget2030", "@orlo and #budget2030"),
    # full stops in a row, missing spaces
    ("well... no… yes", "well ... no … yes"),
    ("It ended.The mayor left.", "It ended . The mayor left ."),
    # quotation marks
    ("“Yes,” she said", "“ Yes , ” she said"),
    ("``Yes,'' she said", "`` Yes , '' she said"),
    ("‘‘Yes,’’ she said", "‘‘ Yes , ’’ she said"),
    ("«\u00a0Oui\u00a0» „ja“", "« Oui » „ ja “"),
    # what has no width, and what belongs to the letter before
    ("\ufeffThe mayor\u200b left", "The mayor left"),
    ("\u202aThe mayor\u202c", "The mayor"),
    ("the gov\u00adern\u00adment fell", "the gov\u00adern\u00adment fell"),
    ("Ren\u0065\u0301e spoke", "Rene\u0301e spoke"),
    ("Zürich naïve Đông", "Zürich naïve Đông"),
    ("\u0301", "\u0301"),
    # odd characters are tokens of their own
    ("a\u0000b", "a \u0000 b"),
    ("a \ud800 b", "a \ud800 b"),
    ("fine 🙂👍 then", "fine 🙂 👍 then"),
    ("?!", "? !"),
    ("…—“”()", "… — “ ” ( )"),
    ("", ""),
    (" \t\r\n\u00a0\u2028", ""),
    ("\ufeff\u200b", ""),
]


@pytest.mark.parametrize(("text", "expected"), CASES, ids=[ascii(text)[:40] for text, _ in CASES])
def test_tokens(text: str, expected: str) -> None:
    assert tokenize(text)[0] == expected.split(" " if expected else None)


def check_offsets(text: str) -> None:
    """Every token is the text at its offsets; tokens are in order; between them stands nothing one can see."""
    words, starts, ends = tokenize(text)
    assert len(words) == len(starts) == len(ends)
    position = 0
    for word, start, end in zip(words, starts, ends, strict=True):
        assert position <= start < end
        assert text[start:end] == word
        assert _blank(text[position:start])
        position = end
    assert _blank(text[position:])


def _blank(gap: str) -> bool:
    return all(c.isspace() or c in WIDTHLESS for c in gap)


# text that looks like news, and text that looks like nothing
PIECES = st.lists(
    st.sampled_from(
        ["Mr.", "U.S.", "the", "a.", "A.", "’s", "'", "’", "‘", '"', "“", "”", "''", "``", ".", "...", "…", "-", "--", "1,0",
         "@x", "x@y.z", "http://a", "www.", " ", "\n", "\r\n", "\u00a0", "\u200b", "\ufeff", "\u0301", "\ud800", "\0", "é", "🙂",
         "_", "/", "&", "No.", "sun.", "5", "«", "»", "„"]
    ),
    max_size=40,
).map("".join)  # fmt: skip


@settings(deadline=None)
@given(st.one_of(st.text(), PIECES))
def test_offsets_are_true_for_any_text(text: str) -> None:
    check_offsets(text)


@settings(deadline=None)
@given(PIECES)
def test_the_same_text_gives_the_same_tokens(text: str) -> None:
    assert tokenize(text) == tokenize(text)


def test_offsets_on_the_own_articles() -> None:
    for article in own.load().articles:
        check_offsets(article.text)
        check_offsets(article.title)


@pytest.mark.skipif(not SEEDS.is_dir(), reason="no shared/seeds beside the repository")
def test_offsets_on_the_seeds() -> None:
    for path in sorted(SEEDS.glob("*.txt")):
        check_offsets(path.read_text(encoding="utf-8"))


def test_no_token_holds_white_space() -> None:
    for article in own.load().articles:
        assert not any(re.search(r"\s", word) for word in tokenize(article.text)[0])


UNITS = [
    "word ", "a", " ", "\n", "\r\n", ".", ". ", "'", "’", "-", "_", "a.", "A. ", "a.a.a.", "a@", "@a", ".@", "x@y.z ", "1,", "1,1a",
    "http://", "www.", "https://....", "a-", "a’", "a’s", "\u00ad", "a\u00ad", "e\u0301", "\u0301", "\ufeff", "\u200b ", "mr.", "\ud800",
]  # fmt: skip


@pytest.mark.parametrize("unit", UNITS, ids=ascii)
def test_time_grows_with_the_text_alone(unit: str) -> None:
    def seconds(length: int) -> float:
        text = unit * (length // len(unit))
        begin = time.process_time()
        tokenize(text)
        return time.process_time() - begin

    # eight times the text: a quadratic step would take sixty-four times as long
    short, long = (min(seconds(length) for _ in range(2)) for length in (50_000, 400_000))
    assert long < 30 * max(short, 0.01)
