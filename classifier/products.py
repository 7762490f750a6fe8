"""Products of every two of some features, each with itself, too: what two things mean together that neither means alone.

Weights of the products stand behind each other in the order of `names`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def names(features: Sequence[str]) -> tuple[str, ...]:
    """Names of the products, "a x b"."""
    first, second = np.triu_indices(len(features))
    return tuple(f"{features[a]} x {features[b]}" for a, b in zip(first.tolist(), second.tolist(), strict=True))


def of(X: np.ndarray) -> np.ndarray:
    """The products of the columns of an array of shape (n, k): shape (n, k * (k + 1) / 2)."""
    first, second = np.triu_indices(X.shape[1])
    return X[:, first] * X[:, second]


def sums(X: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """``of(X) @ weights`` without working out the products.

    Parameters
    ----------
    X : ndarray, shape (n, k)
    weights : ndarray, shape (k * (k + 1) / 2,) or (k * (k + 1) / 2, n_outputs)

    Returns
    -------
    ndarray, shape (n,) or (n, n_outputs)
    """
    k, outputs = X.shape[1], weights.shape[1:]
    square = np.zeros((k, k, *outputs), dtype=np.float32)
    square[np.triu_indices(k)] = weights
    halves = (X @ square.reshape(k, -1)).reshape(-1, k, *outputs)
    return (X.reshape(-1, k, *(1 for _ in outputs)) * halves).sum(axis=1)
