"""Measures: precision, recall, F1, kappa, correlation, and bootstrap intervals over articles."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from scipy.stats import spearmanr
from sklearn.metrics import cohen_kappa_score, f1_score

from classifier.analysis import cue_words
from classifier.report import FRAMES
from classifier.source_types import TYPES

CUE_CUTS = (0.075, 0.1, 0.125, 0.15, 0.175, 0.2, 0.225, 0.25, 0.275, 0.3, 0.325, 0.35, 0.375, 0.4)
_USUAL_CUT = 0.2


def prf(gold: np.ndarray, found: np.ndarray) -> tuple[float, float, float]:
    """Precision, recall and F1 of boolean arrays."""
    hits = float((gold & found).sum())
    p = hits / found.sum() if found.any() else 0.0
    r = hits / gold.sum() if gold.any() else 0.0
    return p, r, 2 * p * r / (p + r) if p + r else 0.0


def best_threshold(gold: np.ndarray, probability: np.ndarray, low: float = 0.15, high: float = 0.85) -> float:
    """The probability within `low`..`high` at which F1 is best (0.5 where there are no positives)."""
    if not gold.any():
        return 0.5
    order = np.argsort(-probability, kind="stable")
    hits = np.cumsum(gold[order])
    f = 2 * hits / (np.arange(1, len(gold) + 1) + gold.sum())
    p = probability[order]
    cut = np.append((p[:-1] + p[1:]) / 2, p[-1])
    allowed = (cut >= low) & (cut <= high)
    if not allowed.any():
        return 0.5
    return float(cut[np.flatnonzero(allowed)[f[allowed].argmax()]])


def best_cue_threshold(crossfit: Any, kind: str, shown: np.ndarray) -> float:
    """The probability from which on words are best shown as cues.

    Parameters
    ----------
    crossfit : training.pipeline.Crossfit
    kind : {"hedge", "loaded"}
    shown : ndarray of bool, shape (n_sentences,)
        The sentences that are found to show the signal; no others have cues.

    Returns
    -------
    float
        That with the best F1 of words, from `CUE_CUTS`; .2 where no word is marked.
    """
    analysis = crossfit.analysis
    batch = analysis.batch
    y = crossfit.tagging.labels[kind][: batch.n_tokens]  # the articles come first there
    marked = (y >= 0) & ~crossfit.drift[batch.sentence_of]
    if not (y[marked] > 0).any():
        return _USUAL_CUT
    words = shown[batch.sentence_of]
    f = [prf(y[marked] > 0, (cue_words(analysis, kind, cut) & words)[marked])[2] for cut in CUE_CUTS]
    return CUE_CUTS[int(np.argmax(f))]


def spearman(a: np.ndarray, b: np.ndarray) -> float:
    """Spearman's rank correlation, 0 where one side is constant."""
    if len(a) < 3 or np.ptp(a) == 0 or np.ptp(b) == 0:
        return 0.0
    return float(spearmanr(a, b).statistic)


def expected_calibration_error(gold: np.ndarray, probability: np.ndarray, bins: int = 10) -> float:
    """Mean distance of confidence and frequency over equally wide bins (Naeini et al. 2015)."""
    index = np.minimum((probability * bins).astype(int), bins - 1)
    total = 0.0
    for b in range(bins):
        here = index == b
        if here.any():
            total += here.sum() * abs(gold[here].mean() - probability[here].mean())
    return float(total / max(len(gold), 1))


def bootstrap(
    measure: Callable[[np.ndarray], float], groups: np.ndarray, repeats: int = 200, seed: int = 0
) -> tuple[float, float]:
    """95% interval of a measure of row indices, by resampling groups (articles)."""
    rng = np.random.default_rng(seed)
    names, inverse = np.unique(groups, return_inverse=True)
    members = [np.flatnonzero(inverse == i) for i in range(len(names))]
    values = []
    for _ in range(repeats):
        chosen = rng.integers(0, len(names), len(names))
        values.append(measure(np.concatenate([members[i] for i in chosen])))
    low, high = np.percentile(values, [2.5, 97.5])
    return float(low), float(high)


def signal_predictions(
    crossfit: Any, thresholds: Mapping[str, float]
) -> dict[str, tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """For every sentence signal: (rows that have the label, gold, found), out of fold."""
    out = {}
    p = crossfit.analysis.probabilities
    labels = crossfit.labels
    for group in ("boilerplate", "hedged", "loaded", "opinion"):
        ok = np.flatnonzero(labels[group] >= 0)
        out[group] = (ok, labels[group][ok] == 1, p[group][ok] >= thresholds[group])
    ok = np.flatnonzero(labels["attribution"] >= 0)
    y = labels["attribution"][ok]
    out["attributed"] = (ok, y > 0, 1 - p["attribution"][ok, 0] >= thresholds["attributed"])
    out["attribution type"] = (ok, y, attribution_type(p["attribution"][ok], thresholds["attributed"]))
    ok = np.flatnonzero(labels["valence"] >= 0)
    out["valence"] = (
        ok,
        labels["valence"][ok],
        light(p["valence"][ok], thresholds["bad light"], thresholds["good light"]),
    )
    ok = np.flatnonzero(labels[f"frame {FRAMES[0]}"] >= 0)
    out["frames"] = (
        ok,
        np.stack([labels[f"frame {f}"][ok] == 1 for f in FRAMES], axis=1),
        np.stack([p[f"frame {f}"][ok] >= thresholds[f"frame {f}"] for f in FRAMES], axis=1),
    )
    return out


def light(p: np.ndarray, bad: float, good: float) -> np.ndarray:
    """Bad light (0), neither (1) or good light (2): the side that is farther above its threshold, where one is.

    Parameters
    ----------
    p : ndarray, shape (n, 3)
        Probabilities of bad, neither, good.
    bad, good : float
    """
    over = np.stack([p[:, 0] / bad, np.ones(len(p)), p[:, 2] / good], axis=1)
    return over.argmax(axis=1)


def best_light(gold: np.ndarray, p: np.ndarray) -> tuple[float, float]:
    """Thresholds of bad and good light at which macro F1 is best."""
    steps = np.arange(0.2, 0.61, 0.04)
    f1 = {(b, g): f1_score(gold, light(p, b, g), average="macro") for b in steps for g in steps}
    bad, good = max(f1, key=lambda pair: f1[pair])
    return round(float(bad), 2), round(float(good), 2)


def attribution_type(p: np.ndarray, threshold: float) -> np.ndarray:
    """Attribution type: none below the threshold of being attributed, else the likeliest of the others."""
    return np.where(1 - p[:, 0] >= threshold, 1 + p[:, 1:].argmax(axis=1), 0)


def source_type_predictions(crossfit: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Sentences whose attribution was found and has a type by readers: (sentence, gold type, found type)."""
    links = crossfit.analysis.attributions
    rows, gold, found = [], [], []
    for s, label in zip(crossfit.type_sentences, crossfit.type_labels, strict=True):
        if links.by_sentence[s]:
            main = max(links.by_sentence[s], key=lambda part: sum(b - a for a, b in part.contents))
            rows.append(s)
            gold.append(label)
            found.append(TYPES[int(links.types[main.resolved].argmax())])
    return np.array(rows, dtype=int), np.array(gold), np.array(found)


def signal_measures(crossfit: Any, thresholds: Mapping[str, float]) -> dict[str, dict[str, float]]:
    """The measures of every sentence signal out of fold."""
    out: dict[str, dict[str, float]] = {}
    for name, (_, y, found) in signal_predictions(crossfit, thresholds).items():
        if name == "attribution type":
            out[name] = {"kappa": float(cohen_kappa_score(y, found)), "accuracy": float((y == found).mean())}
        elif name == "valence":
            out[name] = {"macro_f1": float(f1_score(y, found, average="macro"))}
        elif name == "frames":
            micro = prf(y.ravel(), found.ravel())
            per = [prf(y[:, k], found[:, k])[2] for k in range(y.shape[1])]
            out[name] = {
                "precision": micro[0],
                "recall": micro[1],
                "micro_f1": micro[2],
                "macro_f1": float(np.mean(per)),
            }
        else:
            p, r, f = prf(y, found)
            out[name] = {"precision": p, "recall": r, "f1": f}
    rows, y, found = source_type_predictions(crossfit)
    y, found = (a[~crossfit.drift[rows]] for a in (y, found))
    if len(y):
        out["source type"] = {"accuracy": float((y == found).mean()), "sentences": float(len(y))}
    return out
