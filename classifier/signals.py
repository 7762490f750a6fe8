"""The sentence signals: linear models over `classifier.features`, all in one product.

Every output is a logistic (or multinomial) model, so that a probability's log-odds are a sum of one
term a feature: `explain` gives the terms.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from classifier.features import Rows
from classifier.report import ATTRIBUTION_TYPES, FRAMES

# output groups: one name is a yes-or-no model, several are one multinomial model
GROUPS: dict[str, tuple[str, ...]] = {
    "boilerplate": ("boilerplate",),
    "attribution": tuple(f"attribution {a}" for a in ATTRIBUTION_TYPES),
    "hedged": ("hedged",),
    "loaded": ("loaded",),
    "strongly loaded": ("strongly loaded",),
    "opinion": ("opinion",),
    "valence": ("valence -1", "valence 0", "valence 1"),
    **{f"frame {f}": (f"frame {f}",) for f in FRAMES},
}
# models of public corpora whose log-odds are features of the others
AUXILIARY = ("uncertain", "biased", "positive", "lexical bias")


def softmax(scores: np.ndarray) -> np.ndarray:
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def sigmoid(scores: np.ndarray) -> np.ndarray:
    return 1.0 / (1.0 + np.exp(-np.clip(scores, -50, 50)))


@dataclass(frozen=True)
class LinearModels:
    """Weights of several outputs over the two feature blocks.

    Attributes
    ----------
    outputs : tuple of str
    terms : ndarray, shape (n_terms, n_outputs)
    dense : ndarray, shape (n_dense, n_outputs)
        For features as they come: standardisation is folded in.
    intercepts : ndarray, shape (n_outputs,)
    """

    outputs: tuple[str, ...]
    terms: np.ndarray
    dense: np.ndarray
    intercepts: np.ndarray

    def scores(self, rows: Rows, dense: np.ndarray) -> np.ndarray:
        """Log-odds, ndarray of float32, shape (n_sentences, n_outputs)."""
        return rows.times(self._terms) + dense @ self.dense.astype(np.float32) + self.intercepts.astype(np.float32)

    @cached_property
    def _terms(self) -> np.ndarray:
        """``terms`` in the precision that products are worked out in: converting rows anew for every batch is slower."""
        return self.terms.astype(np.float32)

    def explain(
        self, rows: Rows, dense: np.ndarray, sentence: int, output: str, terms: Sequence[str], names: Sequence[str]
    ) -> dict[str, float]:
        """Log-odds of one output of one sentence by feature; the values sum to the score.

        Returns
        -------
        dict
            {feature: log-odds}, largest effect first, with "intercept".
        """
        k = self.outputs.index(output)
        a, b = rows.indptr[sentence], rows.indptr[sentence + 1]
        parts = {"intercept": float(self.intercepts[k])}
        for i, v in zip(rows.indices[a:b].tolist(), rows.values[a:b].tolist(), strict=True):
            parts[f"“{terms[i]}”"] = parts.get(f"“{terms[i]}”", 0.0) + v * float(self.terms[i, k])
        effects = dense[sentence] * self.dense[:, k].astype(np.float32)
        for i in np.flatnonzero(effects).tolist():
            parts[names[i]] = parts.get(names[i], 0.0) + float(effects[i])
        return dict(sorted(parts.items(), key=lambda p: -abs(p[1])))


def probabilities(
    models: LinearModels, scores: np.ndarray, groups: Iterable[str] = tuple(GROUPS)
) -> dict[str, np.ndarray]:
    """Probabilities by group: shape (n,) for yes-or-no models, (n, n_classes) for multinomial ones."""
    out = {}
    for group in groups:
        columns = [models.outputs.index(m) for m in GROUPS[group]]
        out[group] = sigmoid(scores[:, columns[0]]) if len(columns) == 1 else softmax(scores[:, columns])
    return out
