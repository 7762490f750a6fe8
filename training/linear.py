"""Small logistic models over numbers that other models give, one fitted like the other."""

from __future__ import annotations

import numpy as np
from sklearn.linear_model import LogisticRegression

_LEAST_SCALE = 0.1  # of a feature: one that few rows have is not blown up


def fit_logistic(X: np.ndarray, y: np.ndarray, drift: np.ndarray, C: float = 0.1) -> np.ndarray | None:
    """Logistic regression on standardised features, for features as they come.

    Parameters
    ----------
    X : ndarray, shape (n, n_features)
    y : ndarray of 0 and 1, shape (n,)
    drift : ndarray of bool, shape (n,)
        Rows that others labelled, more or less freely; they have an intercept of their own, which is not kept.
    C : float
        Inverse of the ridge penalty.

    Returns
    -------
    ndarray of float32, shape (n_features + 1,)
        Weights, the intercept last; None where all labels are the same.
    """
    if len(np.unique(y)) < 2:
        return None
    both = np.column_stack([X, drift])
    scale = np.maximum(both.std(axis=0), _LEAST_SCALE)
    mean = both.mean(axis=0)
    model = LogisticRegression(C=C, max_iter=500).fit((both - mean) / scale, y)
    weights = model.coef_[0] / scale
    intercept = model.intercept_[0] - (weights * mean).sum()
    return np.append(weights[:-1], intercept).astype(np.float32)
