"""A document: headline before text, offsets of both, sentences of somebody else's marking, hostile texts."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifier.article import Article
from classifier.document import Document, read
from training.corpora import own

SEEDS = Path(__file__).resolve().parents[3] / "shared" / "seeds"


def check(document: Document) -> None:
    """What every reader of a document relies on."""
    n = len(document.words)
    assert document.starts.shape == document.ends.shape == document.inside.shape == (n,)
    for part, string in (
        (slice(0, document.n_title), document.article.title),
        (slice(document.n_title, n), document.article.text),
    ):
        starts, ends = document.starts[part], document.ends[part]
        assert [string[s:e] for s, e in zip(starts, ends, strict=True)] == document.words[part]
        assert (starts[1:] >= ends[:-1]).all()
        assert (starts < ends).all()
    assert (np.diff(document.sentence_starts) > 0).all()
    assert (np.diff(document.paragraph_starts) > 0).all()
    assert set(document.paragraph_starts.tolist()) <= set(document.sentence_starts.tolist())
    if n:
        assert document.sentence_starts[0] == document.paragraph_starts[0] == 0
    else:
        assert not len(document.sentence_starts)
    if 0 < document.n_title < n:
        assert document.n_title in document.paragraph_starts


def test_the_headline_is_the_first_sentence_with_offsets_of_its_own() -> None:
    document = read(Article("The mayor left. The council “stayed”.", title="Mayor. “Gone” at last"))
    check(document)
    assert document.has_headline
    assert document.words[: document.n_title] == ["Mayor", ".", "“", "Gone", "”", "at", "last"]
    assert document.sentence_starts.tolist() == [0, 7, 11]
    assert document.paragraph_starts.tolist() == [0, 7]
    assert document.span(0, 5).text == "Mayor. “Gone”"
    assert document.span(7, 9).text == "The mayor"
    assert document.span(7, 9).start == 0
    assert [w for w, x in zip(document.words, document.inside, strict=True) if x] == [
        "“",
        "Gone",
        "”",
        "“",
        "stayed",
        "”",
    ]


def test_a_quotation_left_open_in_the_headline_stays_there() -> None:
    document = read(Article("The mayor left.", title="Mayor: “Gone at last"))
    assert not document.inside[document.n_title :].any()


@pytest.mark.parametrize("title", ["", " \n", "\ufeff", "\u200b\u200b"])
def test_a_blank_title_is_no_headline(title: str) -> None:
    document = read(Article("The mayor left. Others stayed.", title=title))
    check(document)
    assert not document.has_headline
    assert document.sentence_starts.tolist() == [0, 4]


def test_a_title_without_a_text() -> None:
    document = read(Article(" ", title="Mayor leaves"))
    check(document)
    assert document.n_title == len(document.words) == 2


@pytest.mark.parametrize("text", ["", " ", "\n\n\t\r\n", "\ufeff", "\u200b \u00ad"])
def test_a_text_without_words_is_an_empty_document(text: str) -> None:
    document = read(Article(text))
    check(document)
    assert document.words == []


def test_sentences_as_somebody_marked_them() -> None:
    text = "Mr. Orlo left. He was late; she was not."
    cut = text.index("she")
    document = read(Article(text, title="Late"), sentence_spans=[(0, 14), (15, cut), (cut, len(text))])
    check(document)
    assert [document.words[i] for i in document.sentence_starts] == ["Late", "Mr.", "He", "she"]


def test_no_marked_sentences_make_one() -> None:
    document = read(Article("The mayor left. Others stayed."), sentence_spans=[])
    check(document)
    assert document.sentence_starts.tolist() == [0]


@settings(deadline=None)
@given(st.text(), st.text(max_size=30))
def test_any_text_gives_a_sound_document(text: str, title: str) -> None:
    check(read(Article(text, title=title)))


@settings(deadline=None)
@given(st.text(alphabet="aB.” “\n\u200b", max_size=60), st.lists(st.integers(0, 60), max_size=6))
def test_any_marked_sentences_give_a_sound_document(text: str, cuts: list[int]) -> None:
    bounds = sorted(cuts)
    check(read(Article(text), sentence_spans=list(zip(bounds, bounds[1:], strict=False))))


def test_own_articles() -> None:
    for article in own.load().articles:
        check(read(Article(article.text, title=article.title)))


@pytest.mark.skipif(not SEEDS.is_dir(), reason="no shared/seeds beside the repository")
def test_seeds() -> None:
    for path in sorted(SEEDS.glob("*.txt")):
        check(read(Article(path.read_text(encoding="utf-8"))))


HOSTILE = {
    "opening marks": "“" * 5_000,
    "opening marks with words": "She said “ this " * 5_000,
    "one word again and again": "ferry " * 100_000,
    "one long word": "a" * 1_000_000,
    "one long line": "The ferry was late and nobody said why. " * 25_000,
    "line breaks": "\n" * 200_000,
    "short lines": "a\n" * 100_000,
    "spaces": " " * 1_000_000,
    "full stops": "." * 300_000,
    "spaced full stops": ". " * 150_000,
    "apostrophes": "'" * 300_000,
    "curly apostrophes": "’" * 300_000,
    "hyphens": "-" * 300_000,
    "initials": "a." * 150_000,
    "byte order marks": "\ufeff" * 300_000,
    "NUL": "\0" * 200_000,
    "lone surrogates": "\ud800" * 200_000,
    "paragraphs left open": "“a\n\n" * 50_000,
    "paragraphs only closed": "a”\n\n" * 50_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_text_takes_seconds_at_most(text: str) -> None:
    begin = time.process_time()
    read(Article(text))
    assert time.process_time() - begin < 10


def test_many_marked_sentences_take_seconds_at_most() -> None:
    text = "a\n\n" * 50_000
    begin = time.process_time()
    document = read(Article(text), sentence_spans=[(i, i + 1) for i in range(0, len(text), 3)])
    assert len(document.sentence_starts) == 50_000
    assert time.process_time() - begin < 10
