from __future__ import annotations

import copy
import json

import jsonschema
import pytest

from classifier.report import ATTRIBUTION_TYPES, FRAMES, SCORES, SOURCE_TYPES
from classifier.schema import report_schema


@pytest.fixture(scope="module")
def validator():
    schema = report_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def test_reports_validate(validator, rich_report, unscorable_report):
    for report in (rich_report, unscorable_report):
        validator.validate(report.to_dict())
        validator.validate(json.loads(report.to_json()))


def test_report_without_headline_validates(validator, one_sentence_report):
    validator.validate(one_sentence_report("The ferry left at nine.").to_dict())


def test_names_are_those_of_the_report():
    schema = report_schema()
    sentence = schema["$defs"]["sentence"]["properties"]
    assert tuple(sentence["attribution"]["enum"]) == ATTRIBUTION_TYPES
    assert tuple(schema["$defs"]["source"]["properties"]["type"]["enum"]) == SOURCE_TYPES
    assert tuple(schema["$defs"]["attribution"]["properties"]["source_type"]["enum"]) == (*SOURCE_TYPES, "none")
    assert tuple(schema["$defs"]["frames"]["required"]) == FRAMES
    assert set(SCORES) < set(schema["required"])


DROP = object()
WRONG = (
    (("sourcing", "value"), 100.5),
    (("sourcing", "value"), -0.1),
    (("sourcing", "value"), "61"),
    (("sourcing", "value"), None),
    (("sourcing", "low"), None),
    (("sourcing", "grade"), "not scored"),
    (("sourcing", "grade"), ""),
    (("sourcing", "contributions", "baseline"), DROP),
    (("sourcing", "contributions", "documents"), None),
    (("sourcing", "extra"), 1),
    (("sourcing",), DROP),
    (("valence",), 1.5),
    (("text",), "the text itself"),
    (("signature",), ""),
    (("id",), 17),
    (("title",), None),
    (("warnings",), ["fine", 3]),
    (("frames", "economic"), 1.2),
    (("frames", "economic"), None),
    (("frames", "economic"), DROP),
    (("frames", "sports"), 0.1),
    (("sources", 0, "type"), "none"),
    (("sources", 0, "name"), ""),
    (("sources", 0, "words"), -1),
    (("sources", 0, "words"), 1.5),
    (("headline",), {}),
    (("sentences", 0, "boilerplate"), 1.01),
    (("sentences", 0, "boilerplate"), None),
    (("sentences", 0, "attribution"), "quoted"),
    (("sentences", 0, "start"), -1),
    (("sentences", 0, "valence"), -2),
    (("sentences", 0, "frames"), {}),
    (("sentences", 0, "hedge", "probability"), DROP),
    (("sentences", 0, "loaded", "voice"), "author"),
    (("sentences", 4, "hedge", "voice"), "narrator"),
    (("sentences", 4, "hedge", "cues", 0, "text"), ""),
    (("sentences", 0, "attributions", 0, "source_type"), "expert"),
    (("sentences", 0, "attributions", 0, "source_index"), -1),
    (("sentences", 0, "attributions", 0, "content"), None),
    (("sentences", 0, "attributions", 0, "verb"), "found"),
    (("sentences",), None),
)


@pytest.mark.parametrize(("path", "value"), WRONG, ids=lambda part: str(part) if isinstance(part, tuple) else None)
def test_wrong_reports_do_not_validate(validator, rich_report, path, value):
    data = copy.deepcopy(rich_report.to_dict())
    place = data
    for step in path[:-1]:
        place = place[step]
    if value is DROP:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    assert not validator.is_valid(data)


def test_schema_is_a_fresh_copy():
    report_schema()["properties"].clear()
    assert report_schema()["properties"]
