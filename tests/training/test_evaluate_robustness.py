"""The command that measures how stable and even-handed the scores are."""

from __future__ import annotations

import json

import numpy as np
import pytest

from classifier import Article
from classifier.scores import FEATURES, SIGNS, TARGETS
from training import evaluate_robustness
from training.article_scores import fit_scores, half_width, ratings, widths_by_fold
from training.evaluate_robustness import changes, failures, main, outlet_rows, stability, tables
from training.records import ArticleRecord, Corpus, RatingRecord


@pytest.fixture(scope="module")
def few(own_corpus):
    return own_corpus.articles[:4]


def test_the_command_measures_the_own_articles_alone(few, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(evaluate_robustness.own, "load", lambda: Corpus("own", articles=few))
    out = tmp_path / "robustness.json"
    assert main(["--out", str(out)]) == 0
    result = json.loads(out.read_text())
    assert {r["check"] for r in result["rows"]} >= {"length", "boilerplate", "typography"}
    assert {r["score"] for r in result["rows"]} == set(TARGETS)
    assert all(0 <= r["within"] <= 1 and 0 <= r["median"] <= r["p95"] for r in result["rows"])
    assert "outlets" not in result
    printed = capsys.readouterr()
    assert "| own | text repeated | 4 |" in printed.out
    assert "own: headline in CAPITALS" in printed.err


def test_a_folder_without_corpora_is_an_error_that_names_it(few, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(evaluate_robustness, "stability", lambda *a, **k: [])
    assert main(["--data", str(tmp_path)]) == 2
    assert str(tmp_path) in capsys.readouterr().err


def test_help_says_what_it_does(capsys):
    with pytest.raises(SystemExit):
        main(["--help"])
    text = " ".join(capsys.readouterr().out.split())
    assert "how stable and even-handed the article scores are" in text
    assert "--data" in text


def test_a_change_that_matters_is_found(predictor, few):
    """Taking the attributions out must not pass as stable."""
    articles = [Article(r.text, title=r.title, id=r.id) for r in few]

    def gossip(article, rng):
        return Article("It is said that nobody knows. Some say it was a disgrace. " * 8, id=article.id)

    rows = stability(predictor, "own", articles, [("typography", "gossip", gossip)])
    sourcing = next(r for r in rows if r.score == "sourcing")
    assert sourcing.within < 0.5
    assert sourcing.median > 10
    assert sourcing.mean < 0
    assert failures({"rows": [vars(r) for r in rows]})


def test_a_change_that_changes_nothing_gives_no_row(predictor, few):
    articles = [Article("No names here. " + r.text.replace("“", "").replace("”", ""), id=r.id) for r in few]
    chosen = [c for c in changes() if c[1] in ("headline in CAPITALS", "boilerplate taken away")]
    assert stability(predictor, "own", articles, chosen) == []


def test_outlets_are_listed_by_sourcing_with_their_intervals():
    rng = np.random.default_rng(0)
    outlets = ["reuters.com"] * 30 + ["salon.com"] * 25 + ["foxnews.com"] * 19
    scores = rng.normal(50, 5, (74, len(TARGETS)))
    scores[:30, 0] += 20
    scores[:25, TARGETS.index("opinion")] = 10
    scores[73] = np.nan
    found = outlet_rows(outlets, scores)
    assert [(r.name, r.leaning, r.n) for r in found["outlets"]] == [
        ("reuters.com", "centre", 30),
        ("salon.com", "left", 25),
    ]
    first = found["outlets"][0]
    assert first.low["sourcing"] < first.means["sourcing"] < first.high["sourcing"]
    assert first.share_reporting >= 25 / 30
    assert [(r.name, r.n) for r in found["leanings"]] == [("left", 25), ("centre", 30), ("right", 18)]
    assert sum(r.n for r in found["reporting"]) < 73
    shown = tables({"rows": [], **{k: [vars(r) for r in v] for k, v in found.items()}})
    assert "| reuters.com | centre | 30 |" in shown


def test_half_a_width_is_the_quantile_of_the_errors():
    errors = np.arange(1.0, 100.0) * np.where(np.arange(99) % 2, 1, -1)
    assert half_width(errors, 0.8) == 80.0
    assert half_width(np.array([3.0, 1.0]), 0.8) == 3.0


def test_a_folds_own_ratings_have_no_part_in_its_width():
    rng = np.random.default_rng(1)
    n = 120
    X = rng.normal(size=(n, len(FEATURES)))
    X[:, list(FEATURES).index(next(iter(SIGNS["sourcing"])))] += 1
    fold_of = np.arange(n) % 4

    def records(extra):
        out = []
        for i in range(n):
            rating = float(np.clip(4 + X[i, 0] + extra * (fold_of[i] == 0) * (-1) ** (i // 4), 1, 7))
            fields = {t: rating for t in TARGETS if t != "valence"}
            given = RatingRecord(rater="A", valence=0.0, frames=(), genre="report", main="", **fields)
            out.append(ArticleRecord(corpus="own", id=str(i), text="", title="", ratings=(given,)))
        return out

    calm, wild = widths_by_fold(X, records(0.0), fold_of), widths_by_fold(X, records(3.0), fold_of)
    assert set(calm) == set(TARGETS)
    first = fold_of == 0
    assert calm["sourcing"][first] == pytest.approx(wild["sourcing"][first])
    assert wild["sourcing"][~first].min() > calm["sourcing"][~first].max()
    assert np.isnan(widths_by_fold(X, records(0.0), fold_of % 2)["sourcing"]).all()
    # the width that ships comes from all folds, and covers
    models, held = fit_scores(X, records(0.0), fold_of)
    y = ratings(records(0.0), "sourcing")
    assert (np.abs(held["sourcing"] - y) <= models["sourcing"]["error"]).mean() >= 0.8


def test_readers_who_rate_higher_shift_no_value_and_no_width():
    rng = np.random.default_rng(2)
    n = 160
    X = rng.normal(size=(n, len(FEATURES)))
    drift = np.arange(n) % 2 == 0

    def records(shift):
        out = []
        for i in range(n):
            rating = float(np.clip(3 + 0.5 * X[i, 0] + shift * drift[i], 1, 7))
            fields = {t: rating for t in TARGETS if t != "valence"}
            given = RatingRecord(rater="A", valence=0.0, frames=(), genre="report", main="", **fields)
            out.append(ArticleRecord(corpus="own", id=str(i), text="", title="", ratings=(given,)))
        return out

    fold_of = np.arange(n) // 2 % 4
    alike, _ = fit_scores(X, records(0), fold_of)
    told, _ = fit_scores(X, records(2), fold_of, drift=drift)
    untold, _ = fit_scores(X, records(2), fold_of)
    assert told["sourcing"]["baseline"] == pytest.approx(alike["sourcing"]["baseline"], abs=3)
    assert untold["sourcing"]["baseline"] > alike["sourcing"]["baseline"] + 10
    assert told["sourcing"]["error"] < untold["sourcing"]["error"]
    widths = widths_by_fold(X, records(2), fold_of, drift=drift)["sourcing"]
    assert widths.max() < widths_by_fold(X, records(2), fold_of)["sourcing"].min()
