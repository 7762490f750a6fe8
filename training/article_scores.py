"""Fitting the article scores on readers' ratings: ridge regression with constrained signs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from sklearn.linear_model import Ridge

from classifier.analysis import Analysis
from classifier.scores import FEATURES, SIGNS, TARGETS, article_features, scale, to_points
from training.records import ArticleRecord

ALPHA = 10.0
_RARE = ("sourcing", "opinion")  # scores whose extremes matter most to readers


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


def fit_score(
    X: np.ndarray, y: np.ndarray, target: str, alpha: float = ALPHA, drift: np.ndarray | None = None
) -> dict[str, Any]:
    """Fit one score; a feature's weight has the sign that `classifier.scores.SIGNS` allows.

    Parameters
    ----------
    X : ndarray, shape (n_articles, len(FEATURES))
    y : ndarray, shape (n_articles,)
    drift : ndarray of bool, shape (n_articles,), optional
        Articles whose readers may rate higher or lower than the others: a shift of their own is learned and not kept.

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
    if drift is not None and drift.any():
        shift = 10.0 * drift  # large, so that the penalty hardly holds it back
        columns += [shift, -shift]
    model = Ridge(alpha=alpha, positive=True).fit(
        np.stack(columns, axis=1), y, sample_weight=rarity(y) if target in _RARE else None
    )
    weights = np.zeros(len(index))
    for (j, s), w in zip(back, model.coef_[: len(back)], strict=True):
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


def half_width(errors: np.ndarray, coverage: float) -> float:
    """Half the width of an interval that covers a new article with at least this probability.

    The ceil((n + 1) * coverage)-th smallest of n errors on articles that the model had not seen (split conformal
    prediction: Lei et al. 2018); the largest where there are too few.
    """
    ordered = np.sort(np.abs(errors))
    k = min(int(np.ceil((len(ordered) + 1) * coverage)) - 1, len(ordered) - 1)
    return float(ordered[k])


def out_of_fold(
    X: np.ndarray, y: np.ndarray, fold_of: np.ndarray, target: str, within: np.ndarray, drift: np.ndarray
) -> np.ndarray:
    """Values of the articles of some folds by models fitted on the rest of these folds, on the score's scale.

    Parameters
    ----------
    y : ndarray, shape (n_articles,)
        NaN where an article has no rating.
    within : ndarray of bool, shape (n_articles,)
        The articles looked at; the others get NaN.
    drift : ndarray of bool, shape (n_articles,)
        As in `fit_score`.
    """
    rated = within & ~np.isnan(y)
    folds = np.unique(fold_of[within])
    values = np.full(len(y), np.nan)
    for f in folds:
        train = rated & (fold_of != f) if len(folds) > 1 else rated
        here = within & (fold_of == f)
        values[here] = predict(fit_score(X[train], y[train], target, drift=drift[train]), X[here])
    return np.clip(values, *scale(target))


def widths_by_fold(
    X: np.ndarray,
    records: Sequence[ArticleRecord | None],
    fold_of: np.ndarray,
    coverage: float = 0.8,
    drift: np.ndarray | None = None,
) -> dict[str, np.ndarray]:
    """Half widths of the intervals as if each fold were new: from errors among the other folds alone.

    For each fold the others are crossfitted among themselves, and their errors give the width for it. So neither a
    fold's ratings nor models that saw them have a part in its width, and the share of its articles that the interval
    ``value +- width`` covers (values from `fit_scores`) is what an outlet that nobody has rated can expect.

    Returns
    -------
    dict
        By target the half width for each article; NaN where there are fewer than three folds.
    """
    folds = np.unique(fold_of)
    drift = np.zeros(len(fold_of), dtype=bool) if drift is None else drift
    out = {}
    for target in TARGETS:
        y = ratings(records, target)
        out[target] = np.full(len(y), np.nan)
        for f in folds if len(folds) > 2 else ():
            errors = (out_of_fold(X, y, fold_of, target, fold_of != f, drift) - y)[(fold_of != f) & ~drift]
            errors = errors[~np.isnan(errors)]
            if len(errors):
                out[target][fold_of == f] = half_width(errors, coverage)
    return out


def fit_scores(
    X: np.ndarray,
    records: Sequence[ArticleRecord | None],
    fold_of: np.ndarray,
    coverage: float = 0.8,
    drift: np.ndarray | None = None,
) -> tuple[dict[str, dict[str, Any]], dict[str, np.ndarray]]:
    """Fit all scores, with interval widths from errors out of fold (of articles that do not drift, see `fit_score`).

    Returns
    -------
    models : dict
        By target, each with ``error``: half the width of the interval. How often such intervals cover is counted with
        `widths_by_fold`.
    out_of_fold : dict
        By target the values of the articles by models that have not seen their fold.
    """
    models, held = {}, {}
    everything = np.ones(len(fold_of), dtype=bool)
    drift = np.zeros(len(fold_of), dtype=bool) if drift is None else drift
    for target in TARGETS:
        y = ratings(records, target)
        ok = ~np.isnan(y)
        held[target] = out_of_fold(X, y, fold_of, target, everything, drift)
        error = half_width((held[target] - y)[ok & ~drift], coverage)
        models[target] = {**fit_score(X[ok], y[ok], target, drift=drift[ok]), "error": error}
    return models, held
