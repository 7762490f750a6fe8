"""What stands in quotation marks: marks of every shape, nested, mismatched, unclosed, stray."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifier.quotes import quoted
from classifier.sentences import split
from classifier.tokens import tokenize
from training.corpora import own

SEEDS = Path(__file__).resolve().parents[3] / "shared" / "seeds"

# what stands in ⟦⟧ is inside
CASES = [
    "Nobody spoke.",
    # the shapes
    "⟦“We go on,”⟧ she said.",
    '⟦"We go on,"⟧ she said.',
    "⟦‘We go on,’⟧ she said.",
    "⟦'We go on,'⟧ she said.",
    "⟦``We go on,''⟧ she said. ⟦''We do,''⟧ he said.",
    "⟦‘‘We go on,’’⟧ she said.",
    "⟦“We go on,’’⟧ she said.",
    "⟦«\u00a0On continue\u00a0»⟧, dit-elle. ⟦«Non»⟧, dit-il.",
    "⟦„Es geht weiter“⟧, sagte sie. ⟦»Nein«⟧, sagte er.",
    "⟦”We go on,”⟧ she said. ⟦”We do,”⟧ he said.",
    "⟦”… we go on,”⟧ she said.",
    "⟦＂We go on,＂⟧ she said.",
    # before and after the full stop
    'It was ⟦“a farce.”⟧ Nobody laughed. It was ⟦"a farce"⟧. Nobody laughed.',
    "He called it ⟦“a farce”⟧; she called it ⟦‘a shame’⟧.",
    "He (⟦“the boss”⟧) left—⟦“at last”⟧—on Monday.",
    # two in a row, and split by a speaker
    "⟦“We go on,”⟧ she said, ⟦“and we win.”⟧",
    "⟦“We go on.”⟧ ⟦“You do not.”⟧",
    # mixed shapes
    '⟦“We go on,"⟧ she said. Then she left.',
    '⟦"We go on,”⟧ she said. Then she left.',
    # nested
    "⟦“He told me, ‘Go home,’ ”⟧ she said.",
    "⟦‘He told me “no” twice,’⟧ she said.",
    "⟦“The “grand” plan failed,”⟧ she said.",
    "⟦\"He told me 'go home',\"⟧ she said.",
    # apostrophes
    "The ministers’ plan and the workers' votes, O’Brien’s and Orlo's: none counted.",
    "⟦‘The ministers’ plan is dead,’⟧ she said. ⟦‘We don’t need the workers’ votes.’⟧",
    "⟦'The ministers' plan is dead,'⟧ she said.",
    "‘Tis late, ‘bout time in the ‘90s, said Anna in 't Veld of Orlo‘s men.",
    "⟦'Rock 'n' roll is back,'⟧ she said.",
    "The boys’ and the girls’ teams lost.",
    # a space on the wrong side
    '⟦"We go on, "⟧she said. It rained.',
    'She says,⟦” we go on.”⟧ It rained.',
    "⟦“We go on. “⟧",
    # stray marks and measures
    'The board is 12" wide and the man 6\'2" tall. ⟦"We cut it,"⟧ he said.',
    'She called it " a farce and left. It rained.',
    "She called the ⟦“grand plan a farce.⟧ It rained all day.",
    "We go on.” It rained.",
    # over paragraphs
    "⟦“We opened the gate.\n\n“Nobody came. It was cold.”⟧ She left.",
    "⟦“We opened the gate.\n\nNobody came.\n\nIt was cold,”⟧ she said. She left.",
    '⟦"We opened the gate.\n\nIt was cold,"⟧ she said. She left.',
    "⟦‘We opened the gate.\n\n‘Nobody came.’⟧ She left.",
    "⟦“We opened the gate. It was cold.⟧\n\nThe vote is on Monday.",
    "She said: ⟦“We opened the gate. It was cold.⟧\n\nThe vote is on Monday.",
    "The ‘grand plan failed.\n\nThe vote is on Monday.",
    "⟦“Yes,”⟧ she said.\n\n⟦“No,”⟧ he said.",
    # a quotation glued to what is around it
    'The vote was lost.⟦"We go on,"⟧ he said.',
    "⟦“”⟧ ⟦“We go on”⟧",
]  # fmt: skip


@pytest.mark.parametrize("marked", CASES)
def test_inside(marked: str) -> None:
    text = marked.replace("⟦", "").replace("⟧", "")
    inside_characters = []
    depth = 0
    for c in marked:
        if c in "⟦⟧":
            depth += 1 if c == "⟦" else -1
        else:
            inside_characters.append(bool(depth))
    words, starts, ends = tokenize(text)
    inside = quoted(text, words, starts, ends, split(text, words, starts, ends)[1])
    expected = [inside_characters[start] for start in starts]
    assert [w for w, x in zip(words, inside, strict=True) if x] == [
        w for w, x in zip(words, expected, strict=True) if x
    ]
    assert inside.tolist() == expected


def check_shape(text: str) -> np.ndarray:
    words, starts, ends = tokenize(text)
    inside = quoted(text, words, starts, ends, split(text, words, starts, ends)[1])
    assert inside.shape == (len(words),)
    assert inside.dtype == bool
    return inside


PIECES = st.lists(
    st.sampled_from(
        ["ministers", "a", "The", "12", ".", ",", ":", "(", "“", "”", '"', "''", "``", "’’", "‘", "’", "'", "«", "»", "„", "s", "n",
         " ", " ", " ", "\n\n", "\u00a0", "\ud800", "\0"]
    ),
    max_size=40,
).map("".join)  # fmt: skip


@settings(deadline=None)
@given(st.one_of(st.text(), PIECES))
def test_one_flag_a_token_for_any_text(text: str) -> None:
    assert np.array_equal(check_shape(text), check_shape(text))


@settings(deadline=None)
@given(st.text(alphabet=st.characters(exclude_characters="\"“”„‟«»＂'‘’‚‛`")))
def test_a_text_without_marks_has_nothing_inside(text: str) -> None:
    assert not check_shape(text).any()


@settings(deadline=None)
@given(st.lists(st.sampled_from(["alpha", "beta,", "gamma"]), min_size=1, max_size=8), st.sampled_from(["“”", '""']))
def test_a_plain_quotation_is_inside_with_its_marks(words: list[str], marks: str) -> None:
    quotation = marks[0] + " ".join(words) + marks[1]
    text = f"She said {quotation} twice"
    tokens, starts, ends = tokenize(text)
    inside = quoted(text, tokens, starts, ends, [0])
    first, last = text.index(marks[0]), text.rindex(marks[1])
    assert inside.tolist() == [first <= start <= last for start in starts]


def test_the_own_articles_direct_speech_is_inside() -> None:
    """Of the tokens of contents that begin and end with a quotation mark, nearly all."""
    total = found = 0
    for article in own.load().articles:
        words, starts, ends = tokenize(article.text)
        inside = quoted(article.text, words, starts, ends, split(article.text, words, starts, ends)[1])
        for attribution in article.attributions:
            for first, last in attribution.content:
                content = article.text[first:last]
                if content[0] in '“"‘' and content.rstrip(".,?! ")[-1:] in '”"’':
                    flags = [x for x, s in zip(inside, starts, strict=True) if first <= s < last]
                    total += len(flags)
                    found += sum(flags)
    if not total:
        pytest.skip("the own articles have no attribution with quotation marks at both ends")
    assert found >= 0.97 * total


@pytest.mark.skipif(not SEEDS.is_dir(), reason="no shared/seeds beside the repository")
def test_one_flag_a_token_on_the_seeds() -> None:
    for path in sorted(SEEDS.glob("*.txt")):
        check_shape(path.read_text(encoding="utf-8"))


UNITS = [
    "“", "“ a ", "‘a ", '"a ', '"', "”", "’ plan ", "‘ministers’ plan ", "ministers’ plan ", "“a\n\n", "a”\n\n", "“a\n\nb\n\nc”\n\n",
    "«\u00a0a\u00a0» ", "a 12\" ", "‘a\n\n", "she said “a. ",
]  # fmt: skip


@pytest.mark.parametrize("unit", UNITS, ids=ascii)
def test_time_grows_with_the_text_alone(unit: str) -> None:
    def seconds(length: int) -> float:
        text = unit * (length // len(unit))
        tokens = tokenize(text)
        paragraphs = split(text, *tokens)[1]
        begin = time.process_time()
        quoted(text, *tokens, paragraphs)
        return time.process_time() - begin

    # eight times the text: a quadratic step would take sixty-four times as long
    short, long = (min(seconds(length) for _ in range(2)) for length in (50_000, 400_000))
    assert long < 30 * max(short, 0.01)
