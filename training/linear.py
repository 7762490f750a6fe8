"""Small logistic models over numbers that other models give, all fitted alike."""

from __future__ import annotations

import numpy as np
from sklearn.linear_model import LogisticRegression

_LEAST_SCALE = 0.1  # of a feature: one that few rows have is not blown up


def fit_logistic(
    X: np.ndarray, y: np.ndarray, drift: np.ndarray, C: float = 0.1, tolerance: float = 1e-4
) -> np.ndarray | None:
    """Logistic regression on standardised features, for features as they come.

    Parameters
    ----------
    X : ndarray, shape (n, n_features)
    y : ndarray of 0 and 1, shape (n,)
    drift : ndarray of bool, shape (n,)
        Rows that others labelled, more or less freely; they have an intercept of their own, which is not kept.
    C : float
        Inverse of the ridge penalty.
    tolerance : float
        At which the fit ends.

    Returns
    -------
    ndarray of float32, shape (n_features + 1,)
        Weights, the intercept last; None where all labels are the same.
    """
    return None if len(np.unique(y)) < 2 else _fit(X, y, drift, C, tolerance)[:, 0]


def fit_multinomial(X: np.ndarray, y: np.ndarray, drift: np.ndarray, C: float, tolerance: float) -> np.ndarray:
    """The same for several classes: a column of weights for each, shape (n_features + 1, n_classes)."""
    return _fit(X, y, drift, C, tolerance)


def _fit(X: np.ndarray, y: np.ndarray, drift: np.ndarray, C: float, tolerance: float) -> np.ndarray:
    both = np.column_stack([X, drift])
    scale = np.maximum(both.std(axis=0, dtype=np.float64), _LEAST_SCALE)
    mean = both.mean(axis=0, dtype=np.float64)
    standard = ((both - mean) / scale).astype(np.float32)
    model = LogisticRegression(C=C, max_iter=500, tol=tolerance).fit(standard, y)
    weights = model.coef_.astype(np.float64) / scale
    intercepts = model.intercept_ - weights @ mean
    return np.vstack([weights[:, :-1].T, intercepts]).astype(np.float32)
