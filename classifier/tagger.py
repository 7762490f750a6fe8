"""A linear-chain tagger whose emission scores are sums of rows of tables.

What a token's neighbour contributes depends on the neighbour's type alone, so it is computed once a
type and kept (one block of columns for each window offset); what its place contributes is one row
for each template of `classifier.batch.place_codes`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from classifier.batch import Batch
from classifier.chains import forward_backward, viterbi
from classifier.vocabulary import TypeTable


def type_rows(table: TypeTable, first: int, last: int, bases: np.ndarray) -> np.ndarray:
    """Global weight rows of the families of types `first`..`last`; ndarray, shape (n, n_families)."""
    return table.codes[first:last] + np.asarray(bases, dtype=np.int64)


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
    """

    def __init__(
        self,
        labels: Sequence[str],
        offsets: Sequence[int],
        families: np.ndarray,
        places: Mapping[str, np.ndarray],
        transitions: np.ndarray,
        start: np.ndarray,
    ) -> None:
        self.labels = tuple(labels)
        self.offsets = tuple(offsets)
        self.families = families
        self.places = dict(places)
        self.transitions = np.asarray(transitions, dtype=np.float32)
        self.start = np.asarray(start, dtype=np.float32)
        self._rows = np.zeros((len(self.offsets), 0, len(self.labels)), dtype=np.float32)
        self._generation = -1

    def _emission_rows(self, table: TypeTable) -> np.ndarray:
        """Emission contributions, shape (n_offsets, n_types or more, n_labels), extended as types come."""
        n_offsets, n_labels = len(self.offsets), len(self.labels)
        if table.generation != self._generation:
            self._rows = np.zeros((n_offsets, 0, n_labels), dtype=np.float32)
            self._generation = table.generation
            self._size = 0
        if self._size < len(table):
            if self._rows.shape[1] < len(table):
                grown = np.zeros((n_offsets, len(table.coarse), n_labels), dtype=np.float32)
                grown[:, : self._size] = self._rows[:, : self._size]
                self._rows = grown
            bases = np.concatenate([[0], np.cumsum(table.sizes)])
            for first in range(self._size, len(table), 2048):
                last = min(first + 2048, len(table))
                rows = type_rows(table, first, last, bases[:-1])
                new = np.zeros((last - first, self.families.shape[1]), dtype=np.float32)
                for k in range(rows.shape[1]):
                    new += self.families[rows[:, k]]
                new += table.flags[first:last].astype(np.float32) @ self.families[bases[-1] :].astype(np.float32)
                self._rows[:, first:last] = new.reshape(last - first, n_offsets, n_labels).transpose(1, 0, 2)
            self._size = len(table)
        return self._rows

    def emissions(self, batch: Batch, codes: Mapping[str, tuple[np.ndarray, int]]) -> np.ndarray:
        """Scores before decoding, ndarray of float32, shape (n_tokens, n_labels)."""
        rows = self._emission_rows(batch.table)
        total = np.zeros((batch.n_tokens, len(self.labels)), dtype=np.float32)
        for k, offset in enumerate(self.offsets):
            total += rows[k].take(batch.types_at(offset), axis=0)
        for name, weights in self.places.items():
            total += weights.take(codes[name][0], axis=0)
        return total

    def probabilities(self, batch: Batch, codes: Mapping[str, tuple[np.ndarray, int]]) -> np.ndarray:
        """Label probabilities of every token, ndarray of float32, shape (n_tokens, n_labels)."""
        scores = self.emissions(batch, codes)
        return forward_backward(scores, batch.chain_bounds, self.transitions, self.start)[0]

    def decode(self, batch: Batch, codes: Mapping[str, tuple[np.ndarray, int]]) -> tuple[np.ndarray, np.ndarray]:
        """Best labels and label probabilities of every token.

        Returns
        -------
        labels : ndarray of int64, shape (n_tokens,)
        probabilities : ndarray of float32, shape (n_tokens, n_labels)
        """
        scores = self.emissions(batch, codes)
        best = viterbi(scores, batch.chain_bounds, self.transitions, self.start)
        marginals, _, _ = forward_backward(scores, batch.chain_bounds, self.transitions, self.start)
        return best, marginals


def spans(labels: np.ndarray, names: Sequence[str], bounds: np.ndarray) -> list[tuple[str, int, int]]:
    """Tagged spans (kind, first token, token after the last), in order; none runs over a bound.

    An "I-x" that follows no "x" starts a span of its own.
    """
    found: list[tuple[str, int, int]] = []
    starts_here = np.zeros(len(labels) + 1, dtype=bool)
    starts_here[bounds] = True
    kind, first = "", 0
    tagged = np.flatnonzero(labels)
    previous = -2
    for i in tagged.tolist():
        name = names[labels[i]]
        if kind and (i != previous + 1 or name[0] == "B" or name[2:] != kind or starts_here[i]):
            found.append((kind, first, previous + 1))
            kind = ""
        if not kind:
            kind, first = name[2:], i
        previous = i
    if kind:
        found.append((kind, first, previous + 1))
    return found
