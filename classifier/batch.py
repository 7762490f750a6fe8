"""Several documents as one set of arrays, so that scoring them costs one pass of array arithmetic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from classifier.document import Document
from classifier.vocabulary import CLASS_ID, N_COARSE, SHAPE_ID, TypeTable

BOUNDARY = "\n"  # the type that stands beyond the ends of a paragraph


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
        words = documents[0].words if len(documents) == 1 else [w for d in documents for w in d.words]
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

    @property
    def n_tokens(self) -> int:
        return len(self.types)

    @property
    def n_sentences(self) -> int:
        return len(self.sentence_bounds) - 1

    @cached_property
    def flags(self) -> np.ndarray:
        """Lexicon classes by token: ndarray of bool, shape (n_tokens, n_classes)."""
        return self.table.flags[self.types]

    @cached_property
    def is_word(self) -> np.ndarray:
        """Whether each token is a word (a number, a clitic's host), not a mark: ndarray of bool."""
        return self.table.codes[self.types, -1] < SHAPE_ID["."]

    @cached_property
    def coarse(self) -> np.ndarray:
        return self.table.coarse[self.types]

    @cached_property
    def sentence_of(self) -> np.ndarray:
        """Index of each token's sentence."""
        return np.repeat(np.arange(self.n_sentences), np.diff(self.sentence_bounds))

    @cached_property
    def chain_of(self) -> np.ndarray:
        """Index of each token's paragraph."""
        return np.repeat(np.arange(len(self.chain_bounds) - 1), np.diff(self.chain_bounds))

    @cached_property
    def document_of_sentence(self) -> np.ndarray:
        return np.searchsorted(self.document_bounds, self.sentence_bounds[:-1], side="right") - 1

    @cached_property
    def shifted(self) -> dict[int, np.ndarray]:
        """Token index at each offset -4..4, -1 beyond the paragraph."""
        n = self.n_tokens
        index = np.arange(n)
        first = self.chain_bounds[:-1][self.chain_of] if n else index
        last = self.chain_bounds[1:][self.chain_of] if n else index
        return {o: np.where((index + o >= first) & (index + o < last), index + o, -1) for o in range(-4, 5)}

    def at(self, values: np.ndarray, offset: int, outside: int = 0) -> np.ndarray:
        """`values` of the token `offset` places away, `outside` beyond the paragraph."""
        index = self.shifted[offset]
        return np.where(index >= 0, values[index], outside)

    def types_at(self, offset: int) -> np.ndarray:
        return self.at(self.types, offset, self.boundary) if offset else self.types

    def nearest(self, flag: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Index of the nearest flagged token before and behind each token, in its sentence; -1 if none."""
        n = self.n_tokens
        index = np.arange(n)
        before = np.full(n, -1)
        before[1:] = np.maximum.accumulate(np.where(flag, index, -1))[:-1]
        before[before < self.sentence_bounds[:-1][self.sentence_of]] = -1
        behind = np.full(n, n)
        behind[:-1] = np.minimum.accumulate(np.where(flag, index, n)[::-1])[::-1][1:]
        behind[behind >= self.sentence_bounds[1:][self.sentence_of]] = -1
        return before, behind


_DISTANCE = np.array([0, 1, 2, 3, 4, 4, 4, 5, 5, 5, 5, 5, 5, 6])


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

    index = np.arange(n)
    verb_before, verb_behind = batch.nearest(verb > 0)
    mark_before, mark_behind = batch.nearest(delimiter > 0)

    def kind(of: np.ndarray, at: np.ndarray) -> np.ndarray:
        return np.where(at >= 0, of[at], 0)

    def gap(at: np.ndarray) -> np.ndarray:
        return np.where(at >= 0, _DISTANCE[np.minimum(np.abs(index - at), 13)], 0)

    first = batch.sentence_bounds[:-1][batch.sentence_of] if n else index
    last = batch.sentence_bounds[1:][batch.sentence_of] if n else index
    in_sentence = np.add.reduceat(inside, batch.sentence_bounds[:-1])[batch.sentence_of] if n else inside
    in_chain = np.add.reduceat(inside, batch.chain_bounds[:-1])[batch.chain_of] if n else inside
    all_inside = in_sentence == last - first
    left, right = verb_before, verb_behind
    codes = {
        "quote": (
            inside + 2 * batch.at(inside, -1) + 4 * batch.at(inside, 1) + 8 * quote_mark + 16 * (index == first),
            32,
        ),
        "verb before": (kind(verb, left) * 7 + gap(left), 35),
        "verb behind": (kind(verb, right) * 7 + gap(right), 35),
        "verbs": (kind(verb, left) * 10 + kind(verb, right) * 2 + inside, 50),
        "mark before": (
            (kind(delimiter, mark_before) * 5 + kind(verb, left)) * 2 + ((left > mark_before) & (mark_before >= 0)),
            80,
        ),
        "mark behind": (
            (kind(delimiter, mark_behind) * 5 + kind(verb, right)) * 2 + ((right < mark_behind) & (mark_behind >= 0)),
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
        codes[f"{name} before"] = (gap(before) * 5 + kind(verb, left), 35)
        codes[f"{name} behind"] = (gap(behind) * 5 + kind(verb, right), 35)
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
