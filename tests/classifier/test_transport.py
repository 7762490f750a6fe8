"""A report that has travelled is the report that was sent."""

import copy
import pickle
from dataclasses import replace

import pytest

from classifier import ArticleReport
from classifier.article import Article
from classifier.report import with_later_sentences
from classifier.transport import pack, unpack

TEXTS = {
    "a headline": Article(
        "The ferry to Brennick will not sail before May, harbour master Tobias Rehn said. "
        '"It may take longer," he told the Brennick Post. It is a shameful, reckless delay.',
        "Ferry stays in harbour",
        "ferry-1",
    ),
    "no headline": "Perhaps the bridge will open in June. Officials reportedly disagree — “nobody knows”, one said.",
    "no text": "",
    "no word": "…",
}


@pytest.fixture(params=TEXTS)
def report(request, predictor):
    return predictor.score(TEXTS[request.param])


def test_a_report_comes_out_as_it_went_in(report):
    again = unpack(pack(report))
    assert again.to_json() == report.to_json()
    assert repr(again) == repr(report)


def test_packing_makes_a_report_smaller_than_its_json(predictor):
    report = predictor.score("The ferry to Brennick will not sail before May, harbour master Tobias Rehn said. " * 9)
    assert len(pack(report)) < len(report.to_json())


def test_sentences_are_made_when_they_are_asked_for(predictor):
    report = predictor.score(TEXTS["a headline"])
    again = unpack(pack(report))
    assert "sentences" not in vars(again)
    assert again.sentences is again.sentences
    assert again.sentences == report.sentences


@pytest.mark.parametrize(
    "use",
    [copy.copy, copy.deepcopy, replace, lambda r: pickle.loads(pickle.dumps(r)), lambda r: unpack(pack(r))],
    ids=["copy", "deepcopy", "replace", "pickle", "pack"],
)
def test_a_report_can_be_used_before_its_sentences_are_made(predictor, use):
    report = predictor.score(TEXTS["a headline"])
    assert use(unpack(pack(report))).to_json() == report.to_json()


def test_sentences_are_made_once():
    made = []

    def make():
        made.append(1)
        return ()

    values = vars(ArticleReport(None, "", (), *5 * [None], 0.0, {}, (), (), ""))
    values.pop("sentences")
    report = with_later_sentences(make, **values)
    assert (report.sentences, report.sentences, made) == ((), (), [1])


def test_no_other_attribute_is_made_up(predictor):
    report = unpack(pack(predictor.score(TEXTS["a headline"])))
    with pytest.raises(AttributeError, match="'ArticleReport' object has no attribute 'sentence'"):
        report.sentence  # noqa: B018
