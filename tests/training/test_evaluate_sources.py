"""The measurement of source resolution, on the project's own articles and on made-up judgements."""

import pytest

from training.corpora import own
from training.evaluate_sources import Judged, figures, measure_sources, same_name
from training.records import AttributionRecord


def judged(name, gold, entity=0, kind="person", article="a", **gold_fields):
    record = AttributionRecord((), (), (), name=gold, source_type="person", **gold_fields)
    return Judged(article, record, name, kind, entity, name, "", "", "")


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ("the Calder Police", "Calder police", True),
        ("Sen. Ann Bell", "Ann Bell", True),
        ("lawyer of Ann Bell", "Ann Bell’s lawyer", True),
        ("Ann Bell", "Bell", False),
        ("", "", False),
    ],
)
def test_names_are_the_same_but_for_case_titles_and_order(a, b, same):
    assert same_name(a, b) is same


def test_pairs_within_an_article_and_never_across():
    rows = [
        judged("Ann Bell", "Ann Bell"),
        judged("Ann Bell", "Rita Moss"),
        judged("Ann Bell", "Ann Bell", article="b"),
    ]
    out = figures(rows)
    assert out["same source precision"] == 0.0
    assert out["name"] == pytest.approx(2 / 3)


def test_a_surname_alone_is_only_leniently_right():
    out = figures([judged("Bell", "Ann Bell")])
    assert (out["name"], out["name lenient"]) == (0.0, 1.0)


def test_own_articles_are_resolved_far_better_than_by_chance():
    out = measure_sources(own.load().articles)
    assert out["attributions"] > 100
    assert out["name"] > 0.65
    assert out["same source F1"] > 0.8
    assert out["via F1"] > 0.4
