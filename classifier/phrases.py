"""Filters over phrases of three words: what a fine-tuned sentence encoder hears in words, at the price of arrays.

Every token has a few numbers, made of its word's vector, its lexicon classes and its shape, and one for standing in a
quotation. A filter looks at three neighbouring tokens and answers with a number from 0 up; log-odds are weighted sums of
each filter's largest answer in a sentence. There is one layer, so that all of them belong to phrases, and
`PhraseModel.explain` says to which. `training.teacher` fits it to what an encoder says of unlabelled news.

The form is that of Kim (2014), Convolutional neural networks for sentence classification, EMNLP.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from classifier.batch import Batch
from classifier.vocabulary import CLASSES, SHAPE_ID

WIDTH = 3  # words of a phrase
PREFIX = "student: "  # of the features' names
TONES = {
    "sourcing": "tone sourcing",
    "opinion": "tone opinion",
    "speculation": "tone speculation",
    "valence": "tone valence",
}
"""By score, the output whose mean over a story is the rating that its phrases suggest, on the score's scale (see `training.tones`)."""
PARTS = ("projection", "filters", "weights")  # the arrays of a model


def type_features(n_dimensions: int) -> int:
    """How many numbers `PhraseModel.projection` takes of a token's type, given the dimensions of word vectors."""
    return n_dimensions + len(CLASSES) + len(SHAPE_ID) + 1


def filter_rows(n_numbers: int) -> int:
    """How many rows `PhraseModel.filters` has where a token has so many numbers."""
    return WIDTH * (n_numbers + 1) + 1


def type_values(batch: Batch, types: np.ndarray, vectors: np.ndarray, steps: np.ndarray) -> np.ndarray:
    """What the filters see of types: word vector, classes, shape, whether the word is unknown.

    Parameters
    ----------
    batch : Batch
    types : ndarray of int, shape (n,)
    vectors, steps
        As in `classifier.features.dense`.

    Returns
    -------
    ndarray of float32, shape (n, type_features(vectors.shape[1]))
    """
    codes = batch.table.codes[types]
    word, shape = codes[:, 0], codes[:, -1]
    out = np.zeros((len(types), type_features(vectors.shape[1])), dtype=np.float32)
    at = vectors.shape[1]
    out[:, :at] = vectors[word] * steps
    out[:, at : at + len(CLASSES)] = batch.table.flags[types]
    out[np.arange(len(types)), at + len(CLASSES) + shape] = 1.0
    out[:, -1] = word == 0
    return out


def _distinct(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The distinct values of small integers from 0 up, ascending, and the index of each value among them."""
    there = np.zeros(int(values.max(initial=-1)) + 1, dtype=bool)
    there[values] = True
    return np.flatnonzero(there), (np.cumsum(there) - 1)[values]


@dataclass(frozen=True)
class PhraseModel:
    """Compiled filters.

    Attributes
    ----------
    outputs : tuple of str
        Of `classifier.signals.GROUPS`, `classifier.signals.AUXILIARY` and `TONES`; empty where there is no such model.
    projection : ndarray, shape (type_features, n_numbers)
        From what a type is to the numbers of its tokens.
    filters : ndarray, shape (filter_rows(n_numbers), n_filters)
        For the numbers of the word before, then whether it is quoted; of the word itself; of the word after; the last
        row is added.
    weights : ndarray, shape (n_filters + 1, n_outputs)
        Of the largest answers; the last row is added.
    """

    outputs: tuple[str, ...]
    projection: np.ndarray
    filters: np.ndarray
    weights: np.ndarray

    @classmethod
    def none(cls, n_dimensions: int) -> PhraseModel:
        """A model without outputs."""
        nothing = np.zeros((type_features(n_dimensions), 0)), np.zeros((filter_rows(0), 0)), np.zeros((1, 0))
        return cls((), *(array.astype(np.float32) for array in nothing))

    @property
    def names(self) -> list[str]:
        """Names of the outputs as features of a sentence."""
        return [PREFIX + output for output in self.outputs]

    def scores(self, batch: Batch, vectors: np.ndarray, steps: np.ndarray) -> np.ndarray:
        """Log-odds, ndarray of float32, shape (n_sentences, n_outputs).

        Parameters are those of `classifier.features.dense`.
        """
        if not self.outputs:
            return np.zeros((batch.n_sentences, 0), dtype=np.float32)
        top = self.answers(batch, vectors, steps)
        return top @ self.weights[:-1].astype(np.float32) + self.weights[-1].astype(np.float32)

    def answers(self, batch: Batch, vectors: np.ndarray, steps: np.ndarray) -> np.ndarray:
        """Each filter's largest answer in each sentence, ndarray of float32, shape (n_sentences, n_filters), none below 0.

        Parameters are those of `classifier.features.dense`.
        """
        top = batch.in_sentences.tops(self._answers(batch, vectors, steps), self.filters.shape[1])
        return np.maximum(top + self.filters[-1].astype(np.float32), 0.0)

    def saying(self, outputs: tuple[str, ...], weights: np.ndarray) -> PhraseModel:
        """A model with more outputs, given their columns of ``weights``."""
        return replace(self, outputs=self.outputs + outputs, weights=np.concatenate([self.weights, weights], axis=1))

    def _answers(self, batch: Batch, vectors: np.ndarray, steps: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
        """What the filters sum up around tokens: by their indices, ndarray of float32, shape (n, n_filters).

        What a word adds to an answer depends on its place in the phrase and on itself alone, so it is worked out once
        for each word of the batch.
        """
        kinds, kind = _distinct(2 * batch.types + batch.inside)
        numbers = type_values(batch, kinds >> 1, vectors, steps) @ self.projection.astype(np.float32)
        seen = np.concatenate([numbers, (kinds & 1)[:, None]], axis=1, dtype=np.float32)
        seen = np.concatenate([seen, np.zeros((1, seen.shape[1]), dtype=np.float32)])  # beyond a sentence's ends
        width = seen.shape[1]
        before, middle, behind = [
            seen @ self.filters[k * width : (k + 1) * width].astype(np.float32) for k in range(WIDTH)
        ]
        first, last = batch.sentence_ends
        index = np.arange(batch.n_tokens)
        previous = np.where(index > first, kind[index - 1], len(kinds))
        following = np.where(index < last - 1, kind[np.minimum(index + 1, batch.n_tokens - 1)], len(kinds))

        def answers(tokens: np.ndarray) -> np.ndarray:
            out = middle.take(kind[tokens], axis=0)
            out += before.take(previous[tokens], axis=0)
            out += behind.take(following[tokens], axis=0)
            return out

        return answers

    def explain(
        self, batch: Batch, vectors: np.ndarray, steps: np.ndarray, sentence: int, output: str
    ) -> tuple[float, np.ndarray]:
        """Log-odds of one output of one sentence by the phrase that they come from.

        Returns
        -------
        intercept : float
        effects : ndarray of float64, shape (n_tokens of the sentence,)
            Of the phrase around each token; with the intercept they sum to the log-odds.
        """
        weights = self.weights[:, self.outputs.index(output)].astype(np.float64)
        tokens = np.arange(*batch.sentences[sentence : sentence + 2])
        answers = self._answers(batch, vectors, steps)(tokens)
        top = np.maximum(answers.max(axis=0) + self.filters[-1].astype(np.float32), 0.0)
        effects = np.bincount(answers.argmax(axis=0), top * weights[:-1], minlength=len(answers))
        return float(weights[-1]), effects
