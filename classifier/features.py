"""Sentences as numbers: what the models of hedging, tone, frames, boilerplate and attribution see.

Two blocks. The sparse one holds words and word pairs (tf-idf, rows of length one). The dense one
holds named features: lexicon classes, shapes, quotation, place in the article, what the taggers
found, averages of word vectors, and the same averaged over the whole article. Training fits
scikit-learn estimators on exactly these rows; scoring multiplies them with the compiled weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from classifier.batch import Batch
from classifier.groups import Groups
from classifier.vocabulary import CLASSES, SHAPE_ID

_SHAPES = tuple(SHAPE_ID)


@dataclass(frozen=True)
class Rows:
    """A sparse matrix in compressed rows: row i holds ``indices[indptr[i]:indptr[i + 1]]`` and their values."""

    indptr: np.ndarray
    indices: np.ndarray
    values: np.ndarray

    def times(self, weights: np.ndarray) -> np.ndarray:
        """Product with a dense matrix of float32, ndarray of float32, shape (n_rows, weights.shape[1])."""
        n = len(self.indptr) - 1
        out = np.zeros((n, weights.shape[1]), dtype=np.float32)
        if len(self.indices):
            filled, groups = self._groups
            out[filled] = groups.sums(
                lambda cells: weights[self.indices[cells]] * self.values[cells, None], weights.shape[1]
            )
        return out

    @cached_property
    def _groups(self) -> tuple[np.ndarray, Groups]:
        """The rows that hold anything, and their cells."""
        filled = np.flatnonzero(np.diff(self.indptr))
        return filled, Groups(np.append(self.indptr[filled], self.indptr[-1]))


class TermIndex:
    """Words and word pairs that the sparse block counts.

    Parameters
    ----------
    words : ndarray of int, ascending
        Indices into the "word" vocabulary that are terms: columns 0..len(words) - 1.
    pairs : ndarray of int64, ascending
        Keys ``first * (n_words + 1) + second`` of the pairs that are terms: the columns after.
    idf : ndarray of float32, shape (len(words) + len(pairs),)
    """

    def __init__(self, words: np.ndarray, pairs: np.ndarray, idf: np.ndarray, n_words: int) -> None:
        self.words, self.pairs, self.idf = words, pairs, idf
        self.base = n_words + 1
        self.column = np.full(self.base, -1, dtype=np.int32)
        self.column[words] = np.arange(len(words), dtype=np.int32)

    def __len__(self) -> int:
        return len(self.idf)

    def pair_keys(self, batch: Batch) -> tuple[np.ndarray, np.ndarray]:
        """Keys of neighbouring words within sentences, and the sentences they stand in."""
        word = batch.table.codes[batch.types, 0].astype(np.int64)
        same = batch.sentence_of[1:] == batch.sentence_of[:-1]
        ok = same & (word[1:] > 0) & (word[:-1] > 0)
        return (word[:-1] * self.base + word[1:])[ok], batch.sentence_of[1:][ok]

    def rows(self, batch: Batch) -> Rows:
        """tf-idf rows of a batch's sentences: (1 + log count) * idf, scaled to length one."""
        column = self.column[batch.table.codes[batch.types, 0]]
        ok = column >= 0
        keys, sentences = self.pair_keys(batch)
        if len(self.pairs):
            place = np.minimum(np.searchsorted(self.pairs, keys), len(self.pairs) - 1)
            hit = self.pairs[place] == keys
        else:
            place = hit = np.zeros(len(keys), dtype=bool)
        columns = np.concatenate([column[ok], place[hit] + len(self.words)]).astype(np.int64)
        sentence = np.concatenate([batch.sentence_of[ok], sentences[hit]]).astype(np.int64)
        cells, counts = np.unique(sentence * len(self.idf) + columns, return_counts=True)
        sentence, columns = np.divmod(cells, max(len(self.idf), 1))
        values = ((1.0 + np.log(counts)) * self.idf[columns]).astype(np.float32)
        n = batch.n_sentences
        norm = np.sqrt(np.bincount(sentence, weights=values * values, minlength=n))
        values = (values / np.maximum(norm[sentence], 1e-9)).astype(np.float32)
        indptr = np.concatenate([[0], np.cumsum(np.bincount(sentence, minlength=n))])
        return Rows(indptr, columns, values)


@dataclass(frozen=True)
class Tags:
    """What the taggers say of a batch's tokens.

    ``attribution``: best label (index into the tagger's labels), where it was asked for; ``generous``: labels from which attributions are made before
    those that are none are dropped (`classifier.analysis.generous`, `classifier.sift`); ``probabilities``: marginals of
    O, B/I source, B/I cue, B/I content; ``hedge_probability``, ``loaded_probability``: of being part of a cue.
    """

    attribution: np.ndarray
    generous: np.ndarray
    probabilities: np.ndarray
    hedge_probability: np.ndarray
    loaded_probability: np.ndarray


def pooled(batch: Batch, vectors: np.ndarray, steps: np.ndarray) -> np.ndarray:
    """Word vectors of sentences: their sum divided by the square root of the number of known words.

    Parameters are those of `dense`; ndarray of float32, shape (n_sentences, dimensions).
    """
    word = batch.table.codes[batch.types, 0]
    known = np.maximum(batch.in_sentences.counts((word > 0)[:, None]), 1.0)
    return batch.in_sentences.counts(vectors[word]) * steps / np.sqrt(known)


def dense(batch: Batch, tags: Tags, vectors: np.ndarray, steps: np.ndarray) -> tuple[np.ndarray, list[str]]:
    """The dense features of a batch's sentences.

    Parameters
    ----------
    batch : Batch
    tags : Tags
    vectors : ndarray of int8, shape (n_words + 1, dimensions)
        Word vectors in units of `steps`.
    steps : ndarray of float32, shape (dimensions,)

    Returns
    -------
    values : ndarray of float32, shape (n_sentences, n_features)
    names : list of str
    """
    bounds = batch.sentence_bounds
    n = np.diff(bounds).astype(np.float32)
    root = np.sqrt(n)[:, None]
    columns: list[np.ndarray] = []
    names: list[str] = []

    def add(values: np.ndarray, *labels: str) -> None:
        columns.append(values.reshape(len(n), -1).astype(np.float32))
        names.extend(labels)

    flags = batch.flags
    inside = batch.inside
    groups = batch.in_sentences
    counts = batch.classes_of_sentence
    outside_counts = groups.counts(flags & ~inside[:, None])
    add(counts / root, *(f"words: {c}" for c in CLASSES))
    add(counts > 0, *(f"has: {c}" for c in CLASSES))
    add(outside_counts / root, *(f"unquoted words: {c}" for c in CLASSES))
    first = flags[bounds[:-1]]
    add(first, *(f"begins with: {c}" for c in CLASSES))
    shape = batch.table.codes[batch.types, -1]
    cells = batch.sentence_of * len(_SHAPES) + shape
    shapes = np.bincount(cells, minlength=len(n) * len(_SHAPES)).reshape(len(n), -1).astype(np.float32)
    add(shapes / root, *(f"shape: {s}" for s in _SHAPES))
    add(np.eye(len(_SHAPES), dtype=np.float32)[shape[bounds[:-1]]], *(f"begins: {s}" for s in _SHAPES))
    ends = shape[bounds[1:] - 1]
    add(np.eye(len(_SHAPES), dtype=np.float32)[ends], *(f"ends: {s}" for s in _SHAPES))
    question = ends_with(batch, "?")
    add(question, "is a question")
    add(ends_with(batch, "!"), "is an exclamation")

    quoted = groups.counts(inside[:, None])[:, 0] / n
    add(np.stack([quoted, quoted > 0, quoted > 0.9], axis=1), "share quoted", "has quotation", "all quoted")
    add(np.stack([np.log(n), n < 5, n > 40], axis=1), "log words", "under 5 words", "over 40 words")

    p = tags.probabilities
    source, cue, content = p[:, 1] + p[:, 2], p[:, 3] + p[:, 4], p[:, 5] + p[:, 6]
    hedge, loaded = tags.hedge_probability, tags.loaded_probability
    quoted_loaded = loaded * inside
    per_token = np.stack(
        [
            source, cue, content, content * inside, content * ~inside, p[:, 1], p[:, 3], p[:, 5],
            hedge, loaded, quoted_loaded, *(np.log1p(-np.minimum(kind, 0.999)) for kind in (hedge, loaded)),
        ],
        axis=1, dtype=np.float32,
    )  # fmt: skip
    shares = groups.sums(lambda tokens: per_token.take(tokens, axis=0), per_token.shape[1])
    add(
        np.concatenate([shares[:, :5] / n[:, None], np.minimum(shares[:, 5:8], 3)], axis=1),
        "share source", "share cue", "share content", "share quoted content", "share unquoted content",
        "sources", "cues", "contents",
    )  # fmt: skip
    surest = np.stack([source, cue, content, hedge, loaded, quoted_loaded], axis=1)
    tops = np.maximum.reduceat(surest, bounds[:-1], axis=0) if len(n) else shares[:, :6]
    add(tops[:, :3], "surest source", "surest cue", "surest content")
    add(np.minimum(shares[:, 8:11], 4), "hedge cues", "loaded cues", "quoted loaded cues")
    add(tops[:, 3:], "surest hedge cue", "surest loaded cue", "surest quoted loaded cue")
    add(1.0 - np.exp(shares[:, 11:]), "any hedge cue", "any loaded cue")

    add(pooled(batch, vectors, steps), *(f"vector {i}" for i in range(vectors.shape[1])))

    values = np.concatenate(columns, axis=1)
    context, more = _context(batch, values, names, np.ones(len(n), dtype=bool), _repeated(batch))
    return np.concatenate([values, context], axis=1), [*names, *more]


def ends_with(batch: Batch, mark: str) -> np.ndarray:
    """Whether one of the last three tokens of each sentence is `mark`."""
    mark_type = batch.table.ids_of.get(mark, -1)
    last = batch.sentence_bounds[1:] - 1
    first = batch.sentence_bounds[:-1]
    found = np.zeros(len(last), dtype=bool)
    for back in range(3):
        at = np.maximum(last - back, first)
        found |= batch.types[at] == mark_type
    return found


_NEIGHBOUR = (
    "share quoted", "share content", "share source", "share cue", "hedge cues", "loaded cues", "log words",
    "is a question", "words: web", "words: first_person", "words: evaluative",
)  # fmt: skip
_ARTICLE = (
    *_NEIGHBOUR, "share quoted content", "share unquoted content", "sources", "cues", "contents", "has quotation",
    "words: connective", "words: boost", "words: say", "words: claim", "words: believe", "words: second_person",
    "words: question", "words: negation", "words: time", "words: role", "words: hedge_modal", "shape: Capital",
    "shape: digit", "unquoted words: evaluative", "unquoted words: boost", "unquoted words: first_person",
    "unquoted words: connective", "is an exclamation",
)  # fmt: skip


def _context(
    batch: Batch, values: np.ndarray, names: Sequence[str], story: np.ndarray, repeated: np.ndarray
) -> tuple[np.ndarray, list[str]]:
    """The place in the article, the neighbours' features and the article's means, over its story alone."""
    n = batch.n_sentences
    document = batch.document_of_sentence
    n_sentences = np.bincount(document, minlength=len(batch.documents))
    first_sentence = np.concatenate([[0], np.cumsum(n_sentences)])[:-1]
    n_story = np.bincount(document[story], minlength=len(batch.documents))
    so_far = np.concatenate([[0], np.cumsum(story)])
    index = so_far[:-1] - so_far[first_sentence][document]
    total = np.maximum(n_story, 1)[document].astype(np.float32)
    alone = n_sentences[document] == 1
    bounds = np.zeros(batch.n_tokens + 1, dtype=bool)
    bounds[batch.chain_bounds] = True
    begins_paragraph = bounds[batch.sentence_bounds[:-1]]
    ends_paragraph = bounds[batch.sentence_bounds[1:]]
    place = index / np.maximum(total - 1, 1)
    from_end = total - 1 - index
    columns = [
        np.stack(
            [
                batch.is_headline,
                alone,
                ~alone * place,
                ~alone * (index <= 1),
                ~alone * (index == 2),
                ~alone * (from_end == 0),
                ~alone * (from_end < 3),
                ~alone * (from_end < 8),
                ~alone * np.log1p(total),
                ~alone * begins_paragraph,
                ~alone * ends_paragraph,
                ~alone * (begins_paragraph & ends_paragraph),
                repeated,
            ],
            axis=1,
        )  # fmt: skip
    ]
    out = [
        "headline", "alone", "place", "first line", "second line", "last line", "last 3 lines", "last 8 lines",
        "log sentences", "begins paragraph", "ends paragraph", "is a paragraph", "repeated line",
    ]  # fmt: skip
    near = values[:, [names.index(k) for k in _NEIGHBOUR]]
    previous, following = _neighbours(story)
    for other, label in ((previous, "previous"), (following, "next")):
        ok = (other >= 0) & (other < n)
        other = np.clip(other, 0, max(n - 1, 0))
        ok &= document[other] == document
        columns.append(near[other] * ok[:, None])
        out += [f"{label} sentence, {k}" for k in _NEIGHBOUR]
    wide = [names.index(k) for k in _ARTICLE] + [i for i, k in enumerate(names) if k.startswith("vector ")]
    cut = np.concatenate([first_sentence, [n]]).astype(np.int64)
    filled = np.flatnonzero(n_sentences)
    means = np.zeros((len(batch.documents), len(wide)), dtype=np.float32)
    if len(filled):
        kept = values[:, wide] if story.all() else values[:, wide] * story[:, None]
        means[filled] = np.add.reduceat(kept, cut[:-1][filled], axis=0) / np.maximum(n_story, 1)[filled, None]
    columns.append(np.where(alone[:, None], 0, means[document]))
    out += [f"article, {names[i]}" for i in wide]
    return np.concatenate([c.astype(np.float32) for c in columns], axis=1), out


def _neighbours(story: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Index of the sentence of the story before and behind each sentence; -1 and n where there is none."""
    n = len(story)
    index = np.arange(n)
    before, behind = np.full(n, -1), np.full(n, n)
    before[1:] = np.maximum.accumulate(np.where(story, index, -1))[:-1]
    behind[:-1] = np.minimum.accumulate(np.where(story, index, n)[::-1])[::-1][1:]
    return before, behind


def in_story(batch: Batch, values: np.ndarray, names: Sequence[str], story: np.ndarray) -> np.ndarray:
    """Dense features anew with the lines left out of their context that are no part of the story.

    A newsletter's line between two sentences, or ten below the last, are then no neighbours and change neither places
    nor an article's means.

    Parameters
    ----------
    batch : Batch
    values : ndarray, shape (n_sentences, n_features)
        As `dense` gives them, with whatever was appended behind.
    names : sequence of str
    story : ndarray of bool, shape (n_sentences,)

    Returns
    -------
    ndarray of float32, shape (n_sentences, n_features)
    """
    names = list(names)
    own = names.index("headline")  # the first feature of context
    context, more = _context(batch, values[:, :own], names[:own], story, values[:, names.index("repeated line")])
    anew = values.copy()
    anew[:, own : own + len(more)] = context
    return anew


def _repeated(batch: Batch) -> np.ndarray:
    """Whether the sentence's words stand in its article more than once (captions repeat)."""
    seen: dict[tuple[int, bytes], int] = {}
    keys = []
    bounds = batch.sentences
    types = batch.types.tobytes()
    size = batch.types.itemsize
    for s, document in enumerate(batch.document_of_sentence.tolist()):
        key = (document, types[size * bounds[s] : size * bounds[s + 1]])
        keys.append(key)
        seen[key] = seen.get(key, 0) + 1
    return np.array([seen[k] > 1 for k in keys], dtype=bool)
