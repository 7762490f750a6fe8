"""A linear-chain tagger whose emission scores are sums of rows of tables.

What a token's neighbour contributes depends on the neighbour's type alone, so it is computed once a
type and kept (one block of columns for each window offset); what its place contributes is one row
for each template of `classifier.batch.place_codes`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from classifier.batch import Batch
from classifier.chains import marginals, viterbi
from classifier.second_pass import SecondPass
from classifier.vocabulary import TypeTable

Codes = Mapping[str, tuple[np.ndarray, int]]


def type_rows(table: TypeTable, first: int, last: int, bases: np.ndarray) -> np.ndarray:
    """Global weight rows of the families of types `first`..`last`; ndarray, shape (n, n_families)."""
    return table.codes[first:last] + np.asarray(bases, dtype=np.int64)


def join_places(places: Mapping[str, np.ndarray]) -> tuple[np.ndarray, list[list[Any]]]:
    """The weights of all templates, one below the other, and the name and size of each."""
    return np.concatenate(list(places.values())), [[name, len(weights)] for name, weights in places.items()]


def split_places(weights: np.ndarray, sizes: Sequence[Sequence[Any]]) -> dict[str, np.ndarray]:
    """The weights by template again."""
    cuts = np.cumsum([size for _, size in sizes])[:-1]
    return dict(zip([name for name, _ in sizes], np.split(weights, cuts), strict=True))


class Tagger:
    """Compiled tagger.

    Parameters
    ----------
    labels : sequence of str
        "O", then "B-x", "I-x" for each kind x.
    offsets : sequence of int
        Window offsets, ascending.
    families : ndarray, shape (n_rows, len(offsets) * n_labels)
        Weights of all type families, one below the other, then of the lexicon classes.
    places : mapping of str to ndarray, shape (n_codes, n_labels)
    transitions : ndarray, shape (n_labels, n_labels)
    start : ndarray, shape (n_labels,)
    second : SecondPass, optional
        Looks again at what the first pass says.
    second_look : ndarray, optional
        Of a tagger of cues: weights of `classifier.second_look`.
    """

    def __init__(
        self,
        labels: Sequence[str],
        offsets: Sequence[int],
        families: np.ndarray,
        places: Mapping[str, np.ndarray],
        transitions: np.ndarray,
        start: np.ndarray,
        second: SecondPass | None = None,
        second_look: np.ndarray | None = None,
    ) -> None:
        self.labels = tuple(labels)
        self.offsets = tuple(offsets)
        self.families = families
        self.places = dict(places)
        self.transitions = np.asarray(transitions, dtype=np.float32)
        self.start = np.asarray(start, dtype=np.float32)
        self.second = second
        self.second_look = second_look

    @cached_property
    def _emissions(self) -> Emissions:
        return Emissions([self])

    def type_scores(self, table: TypeTable, first: int, last: int) -> np.ndarray:
        """What types `first`..`last` contribute, ndarray of float32, shape (n_types, n_offsets, n_labels)."""
        bases = np.concatenate([[0], np.cumsum(table.sizes)])
        rows = type_rows(table, first, last, bases[:-1])
        total = np.zeros((last - first, self.families.shape[1]), dtype=np.float32)
        for k in range(rows.shape[1]):
            total += self.families[rows[:, k]]
        total += table.flags[first:last].astype(np.float32) @ self.families[bases[-1] :].astype(np.float32)
        return total.reshape(last - first, len(self.offsets), len(self.labels))

    def emissions(self, batch: Batch, codes: Codes) -> np.ndarray:
        """Scores of the first pass before decoding, ndarray of float32, shape (n_tokens, n_labels)."""
        return self._emissions(batch, codes)[0]

    def decode(self, batch: Batch, codes: Codes) -> tuple[np.ndarray, np.ndarray]:
        """Best labels and label probabilities of every token.

        Returns
        -------
        labels : ndarray of int64, shape (n_tokens,)
        probabilities : ndarray of float32, shape (n_tokens, n_labels)
        """
        best, found = _probabilities({"": self}, batch, {"": self.emissions(batch, codes)}, best="")
        return best, found[""]


def _probabilities(
    taggers: Mapping[str, Tagger], batch: Batch, scores: dict[str, np.ndarray], best: str, decode: bool = True
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """`Taggers.probabilities` from the scores of the first pass."""
    moves: dict[str, Tagger | SecondPass] = dict(taggers)
    one = taggers[best]
    labels = viterbi(scores[best], batch.chain_bounds, one.transitions, one.start)
    if one.second is not None:
        moves[best] = again = one.second
        scores = {**scores, best: again.scores(batch, labels, scores[best])}
        labels = viterbi(scores[best], batch.chain_bounds, again.transitions, again.start) if decode else labels[:0]
    found = marginals(
        [scores[name] for name in taggers],
        batch.chain_bounds,
        [moves[name].transitions for name in taggers],
        [moves[name].start for name in taggers],
    )
    return labels, dict(zip(taggers, found, strict=True))


class Emissions:
    """Emission scores of taggers side by side, so that a place in a table is looked up once for all of them."""

    def __init__(self, taggers: Sequence[Tagger]) -> None:
        self.taggers = tuple(taggers)
        ends = np.cumsum([len(t.labels) for t in self.taggers]).tolist()
        self.columns = [slice(end - len(t.labels), end) for end, t in zip(ends, self.taggers, strict=True)]
        self._offsets = {offset: self._span(offset, "offsets") for t in self.taggers for offset in t.offsets}
        self._rows: dict[int, np.ndarray] = {}
        self._table: TypeTable | None = None
        self._size, self._room, self._generation = 0, 0, -1
        self._places: dict[str, tuple[slice, np.ndarray]] | None = None

    def _span(self, what: object, of: str) -> slice:
        """The columns from the first tagger that has an offset or template to the last one."""
        having = [c for c, t in zip(self.columns, self.taggers, strict=True) if what in getattr(t, of)]
        return slice(having[0].start, having[-1].stop)

    def _place_tables(self) -> dict[str, tuple[slice, np.ndarray]]:
        if self._places is None:
            self._places = {}
            for template in dict.fromkeys(name for t in self.taggers for name in t.places):
                span = self._span(template, "places")
                parts = [
                    t.places.get(template, np.zeros((1, len(t.labels)), dtype=np.float32))
                    for c, t in zip(self.columns, self.taggers, strict=True)
                    if span.start <= c.start < span.stop
                ]
                n_codes = max(map(len, parts))
                values = [np.broadcast_to(p, (n_codes, p.shape[1])) for p in parts]
                self._places[template] = span, np.concatenate(values, axis=1, dtype=np.float32)
        return self._places

    def _type_tables(self, table: TypeTable) -> dict[int, np.ndarray]:
        """For each offset an ndarray of shape (n_types or more, n_columns), extended as types come."""
        if table is not self._table or table.generation != self._generation:
            self._table, self._generation, self._size, self._room, self._rows = table, table.generation, 0, 0, {}
        if self._size < len(table):
            if self._room < len(table):
                self._room = len(table.coarse)
                for offset, span in self._offsets.items():
                    grown = np.zeros((self._room, span.stop - span.start), dtype=np.float32)
                    if offset in self._rows:
                        grown[: self._size] = self._rows[offset][: self._size]
                    self._rows[offset] = grown
            for first in range(self._size, len(table), 2048):
                last = min(first + 2048, len(table))
                for columns, tagger in zip(self.columns, self.taggers, strict=True):
                    new = tagger.type_scores(table, first, last)
                    for k, offset in enumerate(tagger.offsets):
                        moved = columns.start - self._offsets[offset].start
                        self._rows[offset][first:last, moved : moved + new.shape[2]] = new[:, k]
            self._size = len(table)
        return self._rows

    def __call__(self, batch: Batch, codes: Codes) -> list[np.ndarray]:
        """Scores before decoding of each tagger, ndarrays of float32, shape (n_tokens, n_labels)."""
        total = np.zeros((batch.n_tokens, self.columns[-1].stop), dtype=np.float32)
        rows = self._type_tables(batch.table)
        for offset, span in self._offsets.items():
            total[:, span] += rows[offset].take(batch.types_at(offset), axis=0)
        for template, (span, weights) in self._place_tables().items():
            total[:, span] += weights.take(codes[template][0], axis=0)
        return [total[:, columns] for columns in self.columns]


class Taggers(Mapping[str, Tagger]):
    """Several taggers by name that run over the same tokens, in one pass."""

    def __init__(self, taggers: Mapping[str, Tagger]) -> None:
        self._taggers = dict(taggers)
        self._emissions = Emissions(list(self._taggers.values()))

    def __getitem__(self, name: str) -> Tagger:
        return self._taggers[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._taggers)

    def __len__(self) -> int:
        return len(self._taggers)

    def probabilities(
        self, batch: Batch, codes: Codes, best: str, decode: bool = True
    ) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """Best labels by the tagger `best`, which alone may have a second pass, and the label probabilities of all.

        Returns
        -------
        labels : ndarray of int64, shape (n_tokens,)
            Where not to be decoded, none may be there, which is quicker.
        probabilities : dict of ndarray of float32, shape (n_tokens, n_labels of the tagger)
        """
        scores = dict(zip(self, self._emissions(batch, codes), strict=True))
        return _probabilities(self, batch, scores, best, decode)


def span_arrays(
    labels: np.ndarray, names: Sequence[str], bounds: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """`spans` as arrays: the first label of each, its first token and the token after its last."""
    kinds = list(dict.fromkeys(name[2:] for name in names))
    kind_of = np.array([kinds.index(name[2:]) for name in names])  # 0 for "O", the first of the names
    begins_of = np.array([name[0] == "B" for name in names])
    tagged = np.flatnonzero(labels)
    label = labels[tagged]
    kind = kind_of[label]
    starts_here = np.zeros(len(labels) + 1, dtype=bool)
    starts_here[bounds] = True
    new = begins_of[label] | starts_here[tagged]
    new[:1] = True
    new[1:] |= (np.diff(tagged) != 1) | (kind[1:] != kind[:-1])
    at = np.flatnonzero(new)
    ends = np.append(at[1:], len(tagged)) - 1
    return label[at], tagged[at], tagged[ends] + 1 if len(at) else tagged


def spans(labels: np.ndarray, names: Sequence[str], bounds: np.ndarray) -> list[tuple[str, int, int]]:
    """Tagged spans (kind, first token, token after the last), in order; none runs over a bound.

    An "I-x" that follows no "x" starts a span of its own.
    """
    label, first, last = span_arrays(labels, names, bounds)
    kinds = [names[k][2:] for k in label.tolist()]
    return list(zip(kinds, first.tolist(), last.tolist(), strict=True))
