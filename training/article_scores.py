"""Fitting the article scores on readers' ratings: ridge regression with constrained signs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from sklearn.linear_model import Ridge

from classifier.analysis import Analysis
from classifier.scores import FEATURES, SIGNS, TARGETS, article_features, to_points
from training.records import ArticleRecord

ALPHA = 10.0
_RARE = ("sourcing", "loaded", "opinion")  # scores whose extremes matter most to readers


def feature_matrix(analysis: Analysis, thresholds: Mapping[str, float]) -> np.ndarray:
    """The features of every article of an analysis, ndarray of float64, shape (n_articles, len(FEATURES))."""
    return np.stack([article_features(analysis, d, thresholds)[0] for d in range(len(analysis.batch.documents))])


def ratings(records: Sequence[ArticleRecord | None], target: str) -> np.ndarray:
    """Mean rating of each article on the score's scale, NaN where it has none."""
    return np.array(
        [
            to_points(float(np.mean([getattr(x, target) for x in r.ratings])), target)
            if r is not None and r.ratings
            else np.nan
            for r in records
        ]
    )


def rarity(y: np.ndarray, bins: int = 7, most: float = 4.0) -> np.ndarray:
    """Weights of articles: readers give few very low and very high ratings, and these must count.

    The inverse square root of the number of articles with a similar rating, at most `most` times the mean.
    """
    edges = np.linspace(y.min(), y.max() + 1e-9, bins + 1)
    index = np.clip(np.searchsorted(edges, y, side="right") - 1, 0, bins - 1)
    counts = np.bincount(index, minlength=bins)
    weight = 1.0 / np.sqrt(counts[index])
    return np.minimum(weight / weight.mean(), most)


def fit_score(X: np.ndarray, y: np.ndarray, target: str, alpha: float = ALPHA) -> dict[str, Any]:
    """Fit one score; a feature's weight has the sign that `classifier.scores.SIGNS` allows.

    Parameters
    ----------
    X : ndarray, shape (n_articles, len(FEATURES))
    y : ndarray, shape (n_articles,)

    Returns
    -------
    dict
        ``features``, ``means``, ``weights``, ``baseline``: value = baseline + sum(weights * (x - means)).
    """
    order = list(FEATURES)
    signs = SIGNS[target]
    index = [order.index(f) for f in signs]
    mean = X[:, index].mean(axis=0)
    scale = np.maximum(X[:, index].std(axis=0), 1e-6)
    Z = (X[:, index] - mean) / scale
    columns, back = [], []
    for j, sign in enumerate(signs.values()):
        for s in (1, -1) if sign == 0 else (sign,):
            columns.append(s * Z[:, j])
            back.append((j, s))
    model = Ridge(alpha=alpha, positive=True).fit(
        np.stack(columns, axis=1), y, sample_weight=rarity(y) if target in _RARE else None
    )
    weights = np.zeros(len(index))
    for (j, s), w in zip(back, model.coef_, strict=True):
        weights[j] += s * w
    return {
        "features": list(signs),
        "means": mean.tolist(),
        "weights": (weights / scale).tolist(),
        "baseline": float(model.intercept_),
    }


def predict(model: dict[str, Any], X: np.ndarray) -> np.ndarray:
    """Values of articles, clipped to the scale's ends by the caller."""
    order = list(FEATURES)
    index = [order.index(f) for f in model["features"]]
    return model["baseline"] + (X[:, index] - np.array(model["means"])) @ np.array(model["weights"])


def fit_scores(
    X: np.ndarray, records: Sequence[ArticleRecord | None], fold_of: np.ndarray, coverage: float = 0.8
) -> tuple[dict[str, dict[str, Any]], dict[str, np.ndarray]]:
    """Fit all scores, with interval widths from errors out of fold.

    Returns
    -------
    models : dict
        By target, each with ``error``: half the width of the interval.
    out_of_fold : dict
        By target the values of the articles by models that have not seen their fold.
    """
    models, held = {}, {}
    for target in TARGETS:
        y = ratings(records, target)
        ok = ~np.isnan(y)
        low, high = (-1.0, 1.0) if target == "valence" else (0.0, 100.0)
        values = np.full(len(y), np.nan)
        for f in np.unique(fold_of):
            train = ok & (fold_of != f) if len(np.unique(fold_of)) > 1 else ok
            here = fold_of == f
            values[here] = predict(fit_score(X[train], y[train], target), X[here])
        values = np.clip(values, low, high)
        errors = np.sort(np.abs(values[ok] - y[ok]))
        k = min(int(np.ceil((len(errors) + 1) * coverage)) - 1, len(errors) - 1)
        models[target] = {**fit_score(X[ok], y[ok], target), "error": float(errors[k])}
        held[target] = values
    return models, held
