"""An article as tokens, sentences and paragraphs, with offsets into the text as the user gave it.

The headline, where there is one, comes first: its tokens are the first ``n_title`` and it is
sentence 0; its offsets count in the title, all others in the text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from classifier.article import Article
from classifier.quotes import quoted
from classifier.report import Span
from classifier.sentences import split
from classifier.tokens import tokenize


@dataclass(frozen=True)
class Document:
    """Tokens of one article.

    Attributes
    ----------
    article : Article
    words : list of str, n tokens
    offsets : (list of int, list of int)
        Character offsets of the tokens' beginnings and ends, half open.
    sentence_starts, paragraph_starts : ndarray of int64
        First token of each sentence and paragraph.
    inside : ndarray of bool, shape (n,)
        Whether the token stands in quotation marks.
    n_title : int
        Tokens of the headline.
    """

    article: Article
    words: list[str]
    offsets: tuple[list[int], list[int]]
    sentence_starts: np.ndarray
    paragraph_starts: np.ndarray
    inside: np.ndarray
    n_title: int

    @property
    def has_headline(self) -> bool:
        return self.n_title > 0

    @cached_property
    def starts(self) -> np.ndarray:
        """Where the tokens begin: ndarray of int64, shape (n,)."""
        return np.array(self.offsets[0], dtype=np.int64)

    @cached_property
    def ends(self) -> np.ndarray:
        """Where the tokens end: ndarray of int64, shape (n,)."""
        return np.array(self.offsets[1], dtype=np.int64)

    def text_of(self, token: int) -> str:
        """The string that the token's offsets count in."""
        return self.article.title if token < self.n_title else self.article.text

    def span(self, first: int, last: int) -> Span:
        """The span from token `first` up to, not including, token `last`."""
        starts, ends = self.offsets
        start, end = starts[first], ends[last - 1]
        text = self.article.title if first < self.n_title else self.article.text
        return Span(start, end, text[start:end])


def read(article: Article, sentence_spans: Sequence[tuple[int, int]] | None = None) -> Document:
    """Tokenise an article.

    Parameters
    ----------
    article : Article
    sentence_spans : sequence of (start, end), optional
        Sentences as somebody marked them; the program's own splitting otherwise.
    """
    words, starts, ends = tokenize(article.text)
    sentences, paragraphs = split(article.text, words, starts, ends)
    if sentence_spans is not None and words:
        first = np.searchsorted(np.asarray(starts), np.asarray([s for s, _ in sentence_spans], dtype=np.int64))
        begins = {0, *(int(i) for i in first if i < len(words))}
        sentences = sorted(begins)
        paragraphs = sorted({0, *(p for p in paragraphs if p in begins)})
    inside = quoted(article.text, words, starts, ends, paragraphs)
    t_words, t_starts, t_ends = tokenize(article.title)
    n_title = len(t_words)
    if n_title:
        t_inside = quoted(article.title, t_words, t_starts, t_ends, [0])
        words, starts, ends = t_words + words, t_starts + starts, t_ends + ends
        sentences = [0, *(s + n_title for s in sentences)]
        paragraphs = [0, *(p + n_title for p in paragraphs)]
        inside = np.concatenate([t_inside, inside])
    return Document(
        article=article,
        words=words,
        offsets=(starts, ends),
        sentence_starts=np.asarray(sentences, dtype=np.int64),
        paragraph_starts=np.asarray(paragraphs, dtype=np.int64),
        inside=inside,
        n_title=n_title,
    )
