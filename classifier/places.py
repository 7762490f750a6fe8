"""Where sentences stand among those of their text."""

from __future__ import annotations

import numpy as np

from classifier.batch import Batch


class Places:
    """Some sentences of a batch, counted from 0, and their neighbours of the same text.

    Parameters
    ----------
    batch : Batch
    chosen : ndarray of int, ascending
        The sentences; others are passed over.

    Attributes
    ----------
    bounds : ndarray of int, shape (n_documents + 1,)
        The first of each text, then their number.
    index, first, last : ndarray of int, shape (n,)
        Of each sentence, and of the first and last of its text.
    size : ndarray of float, shape (n,)
        Sentences of its text.
    """

    def __init__(self, batch: Batch, chosen: np.ndarray) -> None:
        document = batch.document_of_sentence[chosen]
        self.bounds = np.searchsorted(document, np.arange(len(batch.documents) + 1))
        self.index = np.arange(len(chosen))
        self.first, self.last = self.bounds[:-1][document], self.bounds[1:][document] - 1
        self.size = (self.last - self.first + 1).astype(np.float64)

    def around(self, values: np.ndarray, k: int, otherwise: float = 0.0) -> np.ndarray:
        """Those of the sentence `k` sentences behind."""
        at = self.index + k
        return np.where((at >= self.first) & (at <= self.last), values[np.clip(at, 0, len(at) - 1)], otherwise)

    def total(self, values: np.ndarray) -> np.ndarray:
        """The sum over the text."""
        sums = np.append(0.0, np.cumsum(values, dtype=np.float64))
        return sums[self.last + 1] - sums[self.first]
