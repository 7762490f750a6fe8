"""Several documents as one set of arrays, so that scoring them costs one pass of array arithmetic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from classifier.document import Document
from classifier.forms import seen
from classifier.groups import Groups
from classifier.vocabulary import CLASS_ID, N_COARSE, SHAPE_ID, TypeTable

BOUNDARY = "\n"  # the type that stands beyond the ends of a paragraph
OFFSETS = range(-4, 5)
"""How far `Batch.at` looks to either side."""


@dataclass(frozen=True)
class Batch:
    """Token arrays of documents laid end to end.

    Attributes
    ----------
    documents : sequence of Document
    table : TypeTable
    types : ndarray of int32, shape (n_tokens,)
    inside : ndarray of bool, shape (n_tokens,)
    sentence_bounds, chain_bounds, document_bounds : ndarray of int64
        First token of each sentence, paragraph (chain) and document, then n_tokens.
    """

    documents: Sequence[Document]
    table: TypeTable
    types: np.ndarray
    inside: np.ndarray
    sentence_bounds: np.ndarray
    chain_bounds: np.ndarray
    document_bounds: np.ndarray
    boundary: int

    @classmethod
    def of(cls, documents: Sequence[Document], table: TypeTable) -> Batch:
        """Lay documents end to end, looking up their types."""
        if len(table) > table.limit:
            table.clear()
        boundary = int(table.ids([BOUNDARY])[0])
        words = [w for d in documents for w in seen(d)]
        lengths = np.array([len(d.words) for d in documents], dtype=np.int64)
        document_bounds = np.concatenate([[0], np.cumsum(lengths)])

        def join(parts: list[np.ndarray], last: int) -> np.ndarray:
            moved = [p + b for p, b in zip(parts, document_bounds, strict=False)]
            return np.concatenate([*moved, [last]]).astype(np.int64)

        return cls(
            documents=documents,
            table=table,
            types=table.ids(words),
            inside=np.concatenate([d.inside for d in documents]) if documents else np.zeros(0, dtype=bool),
            sentence_bounds=join([d.sentence_starts for d in documents], len(words)),
            chain_bounds=join([d.paragraph_starts for d in documents], len(words)),
            document_bounds=document_bounds,
            boundary=boundary,
        )

    @cached_property
    def sentences(self) -> list[int]:
        """``sentence_bounds`` as a list."""
        return self.sentence_bounds.tolist()

    @cached_property
    def in_sentences(self) -> Groups:
        """The tokens of each sentence."""
        return Groups(self.sentence_bounds)

    @cached_property
    def first_tokens(self) -> list[int]:
        """``document_bounds`` as a list."""
        return self.document_bounds.tolist()

    @property
    def n_tokens(self) -> int:
        return len(self.types)

    @property
    def n_sentences(self) -> int:
        return len(self.sentence_bounds) - 1

    @cached_property
    def inside_bytes(self) -> bytes:
        """``inside``, a byte a token: slices of it cost less than those of an array."""
        return self.inside.tobytes()

    @cached_property
    def flags(self) -> np.ndarray:
        """Lexicon classes by token: ndarray of bool, shape (n_tokens, n_classes)."""
        return self.table.flags[self.types]

    @cached_property
    def is_word(self) -> np.ndarray:
        """Whether each token is a word (a number, a clitic's host), not a mark: ndarray of bool."""
        return self.table.codes[self.types, -1] < SHAPE_ID["."]

    @cached_property
    def words_before(self) -> tuple[list[int], list[int]]:
        """Number of words, and of quoted words, before each token, and in all."""
        words = np.cumsum(self.is_word), np.cumsum(self.is_word & self.inside)
        return [0, *words[0].tolist()], [0, *words[1].tolist()]

    @cached_property
    def words_of_sentence(self) -> np.ndarray:
        """Words (not marks) by sentence."""
        return np.add.reduceat(self.is_word, self.sentence_bounds[:-1], dtype=np.int64)

    @cached_property
    def classes_of_sentence(self) -> np.ndarray:
        """Words of each lexicon class by sentence: ndarray of float32, shape (n_sentences, n_classes)."""
        return self.in_sentences.counts(self.flags)

    @cached_property
    def coarse(self) -> np.ndarray:
        return self.table.coarse[self.types]

    @cached_property
    def sentence_of(self) -> np.ndarray:
        """Index of each token's sentence."""
        return np.repeat(np.arange(self.n_sentences), np.diff(self.sentence_bounds))

    @cached_property
    def sentence_ends(self) -> tuple[np.ndarray, np.ndarray]:
        """First token of each token's sentence, and the token after its last: ndarrays of int32."""
        lengths = np.diff(self.sentence_bounds)
        bounds = self.sentence_bounds.astype(np.int32)
        return np.repeat(bounds[:-1], lengths), np.repeat(bounds[1:], lengths)

    @cached_property
    def chain_of(self) -> np.ndarray:
        """Index of each token's paragraph."""
        return np.repeat(np.arange(len(self.chain_bounds) - 1), np.diff(self.chain_bounds))

    @cached_property
    def document_of_sentence(self) -> np.ndarray:
        return np.searchsorted(self.document_bounds, self.sentence_bounds[:-1], side="right") - 1

    @cached_property
    def is_headline(self) -> np.ndarray:
        """Whether each sentence is the headline over a text: ndarray of bool."""
        out = np.zeros(self.n_sentences, dtype=bool)
        for first, document in zip(self.sentences_of_document, self.documents, strict=False):
            if document.has_headline and len(document.words) > document.n_title:
                out[first] = True
        return out

    @cached_property
    def sentences_of_document(self) -> list[int]:
        """First sentence of each document, then n_sentences."""
        return np.searchsorted(self.sentence_bounds[:-1], self.document_bounds).tolist()

    def at(self, values: np.ndarray, offset: int, outside: int = 0) -> np.ndarray:
        """`values` of the token `offset` places away, `outside` beyond the paragraph."""
        n = self.n_tokens
        out = np.empty_like(values)
        if offset < 0:
            out[-offset:] = values[:offset]
            beyond = [self.chain_bounds[:-1] + k for k in range(-offset)]
        else:
            out[: max(n - offset, 0)] = values[offset:]
            beyond = [self.chain_bounds[1:] - 1 - k for k in range(offset)]
        for place in beyond:
            # a place outside the batch, or in the next paragraph where this one is shorter, is beyond it all the more
            out[place[(place >= 0) & (place < n)]] = outside
        return out

    def types_at(self, offset: int) -> np.ndarray:
        return self.at(self.types, offset, self.boundary) if offset else self.types

    def nearest(self, flag: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Index of the nearest flagged token before and behind each token, in its sentence; -1 if none."""
        n = self.n_tokens
        index = np.arange(n, dtype=np.int32)
        first, last = self.sentence_ends
        before = np.full(n, -1, dtype=np.int32)
        np.maximum.accumulate(np.where(flag, index, np.int32(-1))[:-1], out=before[1:])
        before[before < first] = -1
        behind = np.full(n, n, dtype=np.int32)
        np.minimum.accumulate(np.where(flag, index, np.int32(n))[:0:-1], out=behind[-2::-1])
        behind[behind >= last] = -1
        return before, behind


_DISTANCE = np.array([0, 1, 2, 3, 4, 4, 4, 5, 5, 5, 5, 5, 5, 6], dtype=np.int32)


def place_codes(batch: Batch) -> dict[str, tuple[np.ndarray, int]]:
    """What a tagger sees of a token's place: small integer codes and their number.

    Quotation marks around it, the classes of its neighbours, the nearest verb of saying and mark of
    punctuation before and behind it, and its place in the sentence.

    Returns
    -------
    dict
        {template: (ndarray of int32, shape (n_tokens,), number of codes)}
    """
    n = batch.n_tokens
    inside = batch.inside.astype(np.int32)
    flags = batch.flags
    coarse = batch.coarse
    verb = np.zeros(n, dtype=np.int32)
    for code, name in ((3, "believe"), (2, "claim"), (1, "say")):
        verb[flags[:, CLASS_ID[name]]] = code
    verb[flags[:, CLASS_ID["cueword"]] & (verb == 0)] = 4
    shape = batch.table.codes[batch.types, -1]
    quote_mark = (shape >= 13) & (shape <= 15)
    delimiter = np.zeros(n, dtype=np.int32)
    delimiter[shape == 10] = 1
    delimiter[shape == 11] = 2
    delimiter[shape == 16] = 3
    delimiter[quote_mark & batch.inside & (batch.at(inside, -1) == 0)] = 4
    delimiter[quote_mark & (delimiter == 0)] = 5
    delimiter[flags[:, CLASS_ID["that"]]] = 6
    delimiter[flags[:, CLASS_ID["connective"]]] = 7

    index = np.arange(n, dtype=np.int32)
    left, right = batch.nearest(verb > 0)
    mark_before, mark_behind = batch.nearest(delimiter > 0)

    def kind(of: np.ndarray, at: np.ndarray) -> np.ndarray:
        return np.append(of, np.int32(0)).take(at, mode="wrap")  # -1, where there is none, finds the 0

    def gap(at: np.ndarray) -> np.ndarray:
        return np.where(at >= 0, _DISTANCE.take(np.abs(index - at), mode="clip"), np.int32(0))

    first, last = batch.sentence_ends
    in_sentence = np.add.reduceat(inside, batch.sentence_bounds[:-1])[batch.sentence_of] if n else inside
    in_chain = np.add.reduceat(inside, batch.chain_bounds[:-1])[batch.chain_of] if n else inside
    all_inside = in_sentence == last - first
    verb_left, verb_right = kind(verb, left), kind(verb, right)
    codes = {
        "quote": (
            inside + 2 * batch.at(inside, -1) + 4 * batch.at(inside, 1) + 8 * quote_mark + 16 * (index == first),
            32,
        ),
        "verb before": (verb_left * 7 + gap(left), 35),
        "verb behind": (verb_right * 7 + gap(right), 35),
        "verbs": (verb_left * 10 + verb_right * 2 + inside, 50),
        "mark before": (
            (kind(delimiter, mark_before) * 5 + verb_left) * 2 + ((left > mark_before) & (mark_before >= 0)),
            80,
        ),
        "mark behind": (
            (kind(delimiter, mark_behind) * 5 + verb_right) * 2 + ((right < mark_behind) & (mark_behind >= 0)),
            80,
        ),
        "place": (np.minimum(index - first, 5) * 6 + np.minimum(last - 1 - index, 5), 36),
        "quotation": (
            np.where(in_sentence == 0, 0, np.where(all_inside, 2, 1)) * 4 + 2 * (in_chain > 0) + inside,
            12,
        ),
    }
    for code, name in ((1, "say"), (2, "claim"), (3, "believe"), (4, "cue word")):
        before, behind = batch.nearest(verb == code)
        codes[f"{name} before"] = (gap(before) * 2 + inside, 14)
        codes[f"{name} behind"] = (gap(behind) * 2 + inside, 14)
    for code, name in ((1, "comma"), (4, "opening mark"), (5, "closing mark"), (6, "that")):
        before, behind = batch.nearest(delimiter == code)
        codes[f"{name} before"] = (gap(before) * 5 + verb_left, 35)
        codes[f"{name} behind"] = (gap(behind) * 5 + verb_right, 35)
    three = (batch.at(coarse, -1) * N_COARSE + coarse) * N_COARSE + batch.at(coarse, 1)
    codes["classes -1 0 1"] = (three, N_COARSE**3)
    for name, a, b in (("-2-1", -2, -1), ("-1 0", -1, 0), ("0 1", 0, 1), ("1 2", 1, 2)):
        ca = batch.at(coarse, a) if a else coarse
        cb = batch.at(coarse, b) if b else coarse
        codes[f"classes {name}"] = (ca * N_COARSE + cb, N_COARSE * N_COARSE)
    if batch.table.clusters.shape[1]:
        column = batch.table.codes[:, len(batch.table.index)][batch.types]
        n_clusters = batch.table.sizes[len(batch.table.index)]
        before, after = batch.at(column, -1), batch.at(column, 1)
        codes["clusters -1 0"] = (before * n_clusters + column, n_clusters * n_clusters)
        codes["clusters 0 1"] = (column * n_clusters + after, n_clusters * n_clusters)
    return {k: (np.asarray(v, dtype=np.int32), s) for k, (v, s) in codes.items()}
