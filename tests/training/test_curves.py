"""What stands behind the figures of an evaluation: curves, confusions, results by group."""

import json

import numpy as np
import pytest

from classifier.report import FRAMES, SCORES, SOURCE_TYPES
from training.curves import POINTS, curve
from training.evaluate import evaluate


@pytest.fixture(scope="module")
def figures():
    return evaluate(folds=2)


def test_a_perfect_probability_has_a_perfect_curve():
    gold = np.array([False] * 30 + [True] * 10)
    one = curve(gold, np.where(gold, 0.9, 0.1), 0.5)
    assert one["chosen"] == {"threshold": 0.5, "precision": 1.0, "recall": 1.0, "F1": 1.0}
    assert one["average_precision"] == 1.0
    assert one["precision_recall"]["precision"][0] == 1.0


def test_a_stated_probability_stands_beside_its_frequency():
    probability = np.repeat([0.05, 0.75], 100)
    gold = np.zeros(200, dtype=bool)
    gold[:5] = gold[100:175] = True
    one = curve(gold, probability)
    assert one["reliability"] == {"probability": [0.05, 0.75], "frequency": [0.05, 0.75], "n": [100, 100]}
    assert one["calibration_error"] == 0.0
    assert one["chosen"] is None


def test_a_curve_goes_from_high_thresholds_to_full_recall():
    rng = np.random.default_rng(0)
    probability = rng.random(5_000)
    one = curve(rng.random(5_000) < probability, probability)["precision_recall"]
    assert len(one["recall"]) <= POINTS
    assert one["threshold"] == sorted(one["threshold"], reverse=True)
    assert one["recall"] == sorted(one["recall"])
    assert one["recall"][-1] == 1.0


def test_without_any_positive_there_is_no_curve():
    one = curve(np.zeros(5, dtype=bool), np.full(5, 0.2), 0.5)
    assert one["precision_recall"] == {"threshold": [], "precision": [], "recall": []}
    assert one["average_precision"] is None


def test_every_signal_has_a_curve(figures):
    curves = figures["curves"]["own"]
    assert {"attributed", "hedged", "loaded", "opinion", "boilerplate", "attribution unsourced", "bad light"} <= set(
        curves
    )
    assert {f"frame {f}" for f in FRAMES} <= set(curves)


def test_the_chosen_point_is_the_figure_of_the_table(figures):
    for signal in ("attributed", "hedged", "loaded", "opinion", "boilerplate"):
        row = next(
            r for r in figures["rows"] if r["signal"] == signal and r["measure"] == "F1" and r["corpus"] == "own"
        )
        assert figures["curves"]["own"][signal]["chosen"]["F1"] == pytest.approx(row["value"], abs=1e-4)


def test_the_accuracy_of_the_types_is_the_diagonal_of_their_confusion(figures):
    for signal, measure in (("attribution type", "accuracy"), ("source type", "accuracy where found")):
        row = next(r for r in figures["rows"] if (r["signal"], r["measure"], r["corpus"]) == (signal, measure, "own"))
        counts = np.array(figures["confusions"]["own"][signal]["counts"])
        assert counts.trace() / counts.sum() == pytest.approx(row["value"])
        assert counts.sum() == row["n"]


def test_sentences_are_counted_by_type_of_source_and_by_style(figures):
    by_type = figures["by_source_type"]["own"]
    assert {entry["type"] for entry in by_type} <= set(SOURCE_TYPES)
    assert all(entry["typed"] <= 1 and entry["found"] <= 1 for entry in by_type)
    total = figures["curves"]["own"]["boilerplate"]["n"]
    assert sum(entry["sentences"] for entry in figures["by_group"]["own"]) == total


def test_ratings_stand_beside_scores(figures):
    for score in SCORES:
        points = figures["score_points"]["own"][score]
        assert len(points["ratings"]) == len(points["scores"]) > 30
        assert points["error"] > 0


def test_the_figures_hold_no_text(figures, own_corpus):
    text = json.dumps({k: v for k, v in figures.items() if k != "rows"})
    assert not any(s.text in text for s in own_corpus.all_sentences() if len(s.text) > 30)
