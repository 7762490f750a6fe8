"""Fitting what sentences are in their context (`classifier.in_context`)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from classifier import in_context
from classifier.signals import GROUPS
from training.linear import fit_logistic, fit_multinomial

PENALTY = 0.002  # of each sentence's share in the fit, chosen on folds
LEAST = 30_000
"""Sentences for which the penalty is made: fewer are held back as if they were a share of so many."""
_TOLERANCE = 1e-3


def fit_in_context(X: np.ndarray, labels: Mapping[str, np.ndarray], use: np.ndarray, drift: np.ndarray) -> np.ndarray:
    """Fit the models of attribution type, opinion and valence in context.

    Parameters
    ----------
    X : ndarray, shape (n_sentences, len(classifier.in_context.SINGLE))
    labels : mapping
        By group the class of each sentence, -1 where unknown; the first n_sentences count.
    use : ndarray of bool, shape (n_sentences,)
        Those that teach: of the ones that are judged in context.
    drift : ndarray of bool, shape (n_sentences,)
        Those labelled by others, as in `training.linear.fit_logistic`.

    Returns
    -------
    ndarray of float32
        As `classifier.in_context.scores` takes it; a group of which a class has no example is judged by words alone.
    """
    weights = in_context.alone()
    features = in_context.with_products(X[use])
    for group in in_context.IN_CONTEXT:
        y = labels[group][: len(X)][use]
        ok = y >= 0
        C = 1 / (PENALTY * max(int(ok.sum()), LEAST))
        columns = [in_context.OUTPUTS.index(output) for output in GROUPS[group]]
        n_classes = max(len(columns), 2)
        if len(np.unique(y[ok])) < n_classes:
            continue
        if n_classes > 2:
            weights[:, columns] = fit_multinomial(features[ok], y[ok], drift[use][ok], C, _TOLERANCE)
        else:
            weights[:, columns[0]] = fit_logistic(features[ok], y[ok], drift[use][ok], C, _TOLERANCE)
    return weights
