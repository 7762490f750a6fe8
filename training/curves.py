"""What stands behind the figures of `training.evaluate`: curves, confusions, and results by group, as plain numbers.

Takes what was judged out of fold, gives lists that go into the JSON of ``accordingto evaluate --out``, so that a
notebook can draw the pictures without the corpora. No text of any article is among them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from sklearn.metrics import average_precision_score, precision_recall_curve

from classifier.report import ATTRIBUTION_TYPES, FRAMES, SOURCE_TYPES
from classifier.scores import TARGETS
from training.article_scores import feature_matrix, fit_scores, ratings
from training.measures import expected_calibration_error, prf, signal_predictions, source_type_predictions
from training.pipeline import Crossfit, Prepared

POINTS = 40
"""So many points of a precision-recall curve are kept."""

BY_GROUP = ("attributed", "hedged", "loaded", "opinion")
LEAST = 5
"""Where readers marked fewer sentences of a group than this, it has no figures."""


def outputs(
    crossfit: Crossfit, thresholds: Mapping[str, float]
) -> dict[str, tuple[np.ndarray, np.ndarray, np.ndarray, float | None]]:
    """Every probability that a sentence gets, as yes-or-no questions.

    Attribution types and the two directions of valence are asked one against the rest; they are chosen by the
    largest probability and have no threshold.

    Returns
    -------
    dict
        By output: sentences that have the label, gold (bool), probability, and the threshold or None.
    """
    p, labels = crossfit.analysis.probabilities, crossfit.labels
    out: dict[str, tuple[np.ndarray, np.ndarray, np.ndarray, float | None]] = {}
    rows = np.flatnonzero(labels["attribution"] >= 0)
    gold = labels["attribution"][rows]
    out["attributed"] = (rows, gold > 0, 1 - p["attribution"][rows, 0], thresholds["attributed"])
    for name in ("hedged", "loaded", "opinion", "boilerplate", *(f"frame {f}" for f in FRAMES)):
        where = np.flatnonzero(labels[name] >= 0)
        out[name] = (where, labels[name][where] == 1, p[name][where], thresholds[name])
    for k, kind in enumerate(ATTRIBUTION_TYPES):
        if kind != "none":
            out[f"attribution {kind}"] = (rows, gold == k, p["attribution"][rows, k], None)
    rows = np.flatnonzero(labels["valence"] >= 0)
    for k, light in ((0, "bad light"), (2, "good light")):
        out[light] = (rows, labels["valence"][rows] == k, p["valence"][rows, k], None)
    return out


def curve(gold: np.ndarray, probability: np.ndarray, threshold: float | None = None) -> dict[str, Any]:
    """Precision against recall, and stated probability against frequency.

    Parameters
    ----------
    gold : ndarray of bool, shape (n,)
    probability : ndarray of float, shape (n,)
        0..1.
    threshold : float, optional
        That the program uses.

    Returns
    -------
    dict
        ``n``, ``positives``; ``precision_recall``: lists ``threshold``, ``precision`` and ``recall`` of at most
        `POINTS` points, from high thresholds to low; ``average_precision``; ``chosen``: the point of the threshold,
        None without one; ``reliability``: lists ``probability`` (mean), ``frequency`` and ``n`` of the bins of ten
        percent that are not empty; ``calibration_error``.
    """
    index = np.minimum((probability * 10).astype(int), 9)
    bins = [index == b for b in range(10) if (index == b).any()]
    out: dict[str, Any] = {
        "n": len(gold),
        "positives": int(gold.sum()),
        "precision_recall": {"threshold": [], "precision": [], "recall": []},
        "average_precision": None,
        "chosen": None,
        "reliability": {
            "probability": [_short(probability[b].mean()) for b in bins],
            "frequency": [_short(gold[b].mean()) for b in bins],
            "n": [int(b.sum()) for b in bins],
        },
        "calibration_error": _short(expected_calibration_error(gold, probability)),
    }
    if not gold.any():
        return out
    precision, recall, cuts = (x[::-1] for x in precision_recall_curve(gold, probability))
    precision, recall = precision[1:], recall[1:]  # but for the point without any sentence
    # even steps of recall: the left end of the curve has few points and the right end thousands
    kept = np.unique(np.searchsorted(recall, np.linspace(0, 1, POINTS)).clip(0, len(recall) - 1))
    out["precision_recall"] = {
        name: [_short(v) for v in values[kept]]
        for name, values in (("threshold", cuts), ("precision", precision), ("recall", recall))
    }
    out["average_precision"] = _short(average_precision_score(gold, probability))
    if threshold is not None:
        p, r, f = prf(gold, probability >= threshold)
        out["chosen"] = {"threshold": _short(threshold), "precision": _short(p), "recall": _short(r), "F1": _short(f)}
    return out


def curves(crossfit: Crossfit, thresholds: Mapping[str, float], rows_of: Mapping[str, np.ndarray]) -> dict[str, Any]:
    """`curve` of every output of `outputs`, by corpus.

    Parameters
    ----------
    rows_of : mapping of str to ndarray of bool, shape (n_sentences,)
        The sentences of each corpus.
    """
    found = outputs(crossfit, thresholds)
    return {
        corpus: {
            name: curve(gold[mine[rows]], probability[mine[rows]], threshold)
            for name, (rows, gold, probability, threshold) in found.items()
            if mine[rows].any()
        }
        for corpus, mine in rows_of.items()
    }


def confusions(
    crossfit: Crossfit, thresholds: Mapping[str, float], rows_of: Mapping[str, np.ndarray]
) -> dict[str, Any]:
    """What is taken for what, by corpus: attribution types, types of source (of attributions found), valence.

    Returns
    -------
    dict
        By corpus and signal: ``labels`` and ``counts``, a list of rows, readers' label by row, program's by column.
    """
    predictions = signal_predictions(crossfit, thresholds)
    kinds = [*SOURCE_TYPES, "none"]
    number = {name: i for i, name in enumerate(kinds)}
    rows, gold, found = source_type_predictions(crossfit)
    coded = [np.array([number[x] for x in values], dtype=int) for values in (gold, found)]
    parts: dict[str, tuple[Sequence[str], np.ndarray, np.ndarray, np.ndarray]] = {
        "attribution type": (ATTRIBUTION_TYPES, *predictions["attribution type"]),
        "source type": (kinds, rows, coded[0], coded[1]),
        "valence": (("bad", "neither", "good"), *predictions["valence"]),
    }
    out: dict[str, Any] = {}
    for corpus, mine in rows_of.items():
        out[corpus] = {}
        for signal, (names, where, y, z) in parts.items():
            counts = np.zeros((len(names), len(names)), dtype=int)
            np.add.at(counts, (y[mine[where]], z[mine[where]]), 1)
            out[corpus][signal] = {"labels": list(names), "counts": counts.tolist()}
    return out


def by_source_type(
    prepared: Prepared, crossfit: Crossfit, thresholds: Mapping[str, float], rows_of: Mapping[str, np.ndarray]
) -> dict[str, list[dict[str, Any]]]:
    """How well attributions are found and typed, by the type of source that readers gave.

    Returns
    -------
    dict
        By corpus one entry a type: ``type``, ``sentences`` (that readers gave it), ``found`` (share of them that were
        judged attributed), ``typed`` (share of them given this type), ``precision`` (share of those given this type
        that have it, among attributions that readers typed).
    """
    records = prepared.articles.records
    given = np.array([str(r.labels.get("source_type") or "") if r is not None else "" for r in records])
    attributed = np.zeros(len(records), dtype=bool)
    where, _, found = signal_predictions(crossfit, thresholds)["attributed"]
    attributed[where] = found
    rows, gold, typed = source_type_predictions(crossfit)
    out: dict[str, list[dict[str, Any]]] = {}
    for corpus, mine in rows_of.items():
        out[corpus] = []
        for kind in SOURCE_TYPES:
            these = mine & (given == kind)
            if not these.any():
                continue
            here = mine[rows]
            right = int((here & (gold == kind) & (typed == kind)).sum())
            claimed = int((here & (typed == kind)).sum())
            out[corpus].append(
                {
                    "type": kind,
                    "sentences": int(these.sum()),
                    "found": _short(attributed[these].mean()),
                    "typed": _short(right / these.sum()),
                    "precision": _short(right / claimed) if claimed else None,
                }
            )
    return out


def by_group(
    prepared: Prepared, crossfit: Crossfit, thresholds: Mapping[str, float], rows_of: Mapping[str, np.ndarray]
) -> dict[str, list[dict[str, Any]]]:
    """F1 of the yes-or-no signals by outlet; own articles, each an outlet to itself, by style.

    Returns
    -------
    dict
        By corpus one entry a group, the largest first: ``group``, ``articles``, ``sentences``, and each of `BY_GROUP`
        with its F1, None where readers marked fewer than `LEAST` sentences.
    """
    records = prepared.articles.records
    style = {a.id: str(a.labels.get("style", "")) for a in prepared.articles.articles if a is not None}
    group = np.array(
        ["" if r is None else style.get(r.article or "", "") if r.corpus == "own" else r.outlet or "" for r in records]
    )
    article = prepared.articles.document_of
    predictions = signal_predictions(crossfit, thresholds)
    out: dict[str, list[dict[str, Any]]] = {}
    for corpus, mine in rows_of.items():
        entries = []
        for name in sorted(set(group[mine]) - {""}):
            these = mine & (group == name)
            entry: dict[str, Any] = {
                "group": str(name),
                "articles": len(np.unique(article[these])),
                "sentences": int(these.sum()),
            }
            for signal in BY_GROUP:
                where, gold, found = predictions[signal]
                y, z = gold[these[where]], found[these[where]]
                entry[signal] = _short(prf(y, z)[2]) if y.sum() >= LEAST else None
            entries.append(entry)
        out[corpus] = sorted(entries, key=lambda e: -e["sentences"])
    return out


def score_points(prepared: Prepared, crossfit: Crossfit, thresholds: Mapping[str, float]) -> dict[str, Any]:
    """Readers' ratings and the scores of models that had not seen the outlet, by corpus and score.

    Returns
    -------
    dict
        By corpus and score: ``ratings`` and ``scores``, lists of the same length, and ``error``, half the width of
        the 80% interval.
    """
    articles = prepared.articles.articles
    models, held = fit_scores(
        feature_matrix(crossfit.analysis, dict(thresholds)),
        articles,
        crossfit.fold_of,
        drift=prepared.articles.drifting,
    )
    corpus_of = np.array([a.corpus if a is not None else "" for a in articles])
    out: dict[str, Any] = {}
    for target in TARGETS:
        y = ratings(articles, target)
        for corpus in ("annotations", "own"):
            ok = ~np.isnan(y) & (corpus_of == corpus)
            if ok.sum() >= LEAST:
                out.setdefault(corpus, {})[target] = {
                    "ratings": [_short(v) for v in y[ok]],
                    "scores": [_short(v) for v in held[target][ok]],
                    "error": _short(models[target]["error"]),
                }
    return out


def pictures(
    prepared: Prepared,
    crossfit: Crossfit,
    thresholds: Mapping[str, float],
    rows_of: Mapping[str, np.ndarray],
    progress: Callable[[str], Any] = lambda line: None,
) -> dict[str, Any]:
    """All of this module for one evaluation, as the entries that `training.evaluate.evaluate` adds to its figures."""
    out = {
        "curves": curves(crossfit, thresholds, rows_of),
        "confusions": confusions(crossfit, thresholds, rows_of),
        "by_source_type": by_source_type(prepared, crossfit, thresholds, rows_of),
        "by_group": by_group(prepared, crossfit, thresholds, rows_of),
        "score_points": score_points(prepared, crossfit, thresholds),
    }
    progress("drew the curves")
    return out


def _short(value: Any) -> float:
    return round(float(value), 4)
