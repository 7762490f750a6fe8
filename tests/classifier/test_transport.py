"""A report that has travelled is the report that was sent."""

from dataclasses import replace

import pytest

from classifier.transport import pack, unpack


@pytest.mark.parametrize("change", ["none", "no sentences", "headline", "other frames"])
def test_a_report_comes_out_as_it_went_in(rich_report, change):
    report = rich_report
    first = report.sentences[0]
    if change == "no sentences":
        report = replace(report, sentences=(), sources=())
    elif change == "headline":
        report = replace(report, headline=first)
    elif change == "other frames":
        report = replace(report, sentences=(first, replace(first, frames={"odd": 0.5})))
    again = unpack(pack(report))
    assert again == report
    assert again.to_json() == report.to_json()


def test_packing_makes_a_report_smaller_than_its_json(predictor):
    text = "The ferry to Brennick will not sail before May, harbour master Tobias Rehn said. " * 9
    report = predictor.score(text)
    assert unpack(pack(report)).to_dict() == report.to_dict()
    assert len(pack(report)) < len(report.to_json())
