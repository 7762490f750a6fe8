"""Real scraped articles, where they are at hand: what a careful editor would say of them."""

import pytest

from classifier.report import SCORES


@pytest.fixture(scope="module")
def reports(predictor, seed_texts):
    return {name: predictor.score(text) for name, text in seed_texts.items()}


def test_offsets_hold_and_contributions_add_up(reports, seed_texts):
    for name, report in reports.items():
        for sentence in report.sentences:
            assert seed_texts[name][sentence.start : sentence.end] == sentence.text
        for score in SCORES:
            one = getattr(report, score)
            assert sum(one.contributions.values()) == pytest.approx(one.value, abs=1e-9)


def test_the_unsigned_piece_is_the_least_sourced(reports):
    assert min(reports, key=lambda n: reports[n].sourcing.value).startswith("003")


def test_the_tabloid_is_the_most_loaded(reports):
    assert max(reports, key=lambda n: reports[n].loaded.value).startswith("001")


def test_teasers_and_forms_are_boilerplate(reports, predictor):
    report = next(r for n, r in reports.items() if n.startswith("001"))
    form = [
        s for s in report.sentences if "Sign Up" in s.text or "email address" in s.text or s.text == "Leave a Reply"
    ]
    assert form
    assert all(s.boilerplate >= predictor.models.thresholds["boilerplate"] for s in form)


def test_a_named_officer_of_parliament_is_in_the_ledger(reports):
    report = next(r for n, r in reports.items() if n.startswith("001"))
    (kearns,) = [s for s in report.sources if "Kearns" in s.name]
    assert kearns.type == "person"
    assert kearns.attributions >= 3
