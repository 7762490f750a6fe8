"""What one's own labels bought: figures with and without them, learning curves, advice, pages and pictures."""

import csv
import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest

import classifier
from training import label_report
from training.label_report import _advice, _curve, table, taught, write

DATA = Path(__file__).resolve().parent.parent / "data"
THINGS = ("ferry", "tram", "harbour", "theatre", "library", "bakery", "museum", "stadium", "chapel", "mill")
TEMPLATES = (
    ("Wibbly it goes that the {} closes in {}.", 1),
    ("The {} closes, wibbly, in {}.", 1),
    ("The {} closes in {}.", 0),
    ("In {1} the {0} had many visitors.", 0),
)
MONTHS = ("May", "June", "July")


def wibbly_rows(things, split):
    """Sentences with a hedge that no corpus knows, grouped by what they are about."""
    for thing in things:
        for month in MONTHS:
            for template, hedged in TEMPLATES:
                text = template.format(thing, month)
                cues = ("Wibbly" if "Wibbly" in text else "wibbly") if hedged else ""
                yield {"article": thing, "split": split, "text": text, "hedged": hedged, "hedge_cues": cues}


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Training on few articles with labels, every report written."""
    spec = importlib.util.spec_from_file_location("make_artifact", DATA / "make_artifact.py")
    maker = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(maker)
    from training import pipeline, words
    from training.corpora import own
    from training.train import train

    folder = tmp_path_factory.mktemp("labels")
    with open(folder / "mine.csv", "w", newline="") as file:
        out = csv.DictWriter(file, ("article", "split", "text", "hedged", "hedge_cues"))
        out.writeheader()
        out.writerows(wibbly_rows(THINGS, "train"))
        out.writerows(wibbly_rows(("castle", "airport", "vineyard", "brewery", "lighthouse"), "test"))
    pictures = [".png", ".svg"] if importlib.util.find_spec("matplotlib") else []
    reports = [folder / f"report{ending}" for ending in (".json", ".html", *pictures)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(own, "load", own.load)
        patch.setattr(words, "load", words.load)
        patch.setattr(pipeline, "load_student", pipeline.load_student)
        patch.setattr(pipeline, "load_tag_student", pipeline.load_tag_student)
        maker.small_training()
        result = train(folder / "artifact", labels=[folder / "mine.csv"], report=reports)
    return folder, result


def test_labels_of_a_new_word_show_as_a_gain(trained):
    curve = trained[1]["report"]["curves"]["hedged"]
    shares = [p["share"] for p in curve["points"]]
    values = [p["value"] for p in curve["points"]]
    assert shares == [0, 0.125, 0.25, 0.5, 1]
    assert [p["sentences"] for p in curve["points"]] == [0, 12, 24, 48, 96]
    assert values[0] < 0.5
    assert values[-1] > 0.9
    assert curve["gain"]["low"] > 0.3
    assert all(0 <= p["low"] <= p["value"] <= p["high"] <= 1 for p in curve["points"])


def test_only_signals_that_have_labels_are_told_of(trained):
    assert set(trained[1]["report"]["curves"]) == {"hedged"}
    assert set(trained[1]["report"]["test"]) == {"hedged"}


def test_the_test_part_is_judged_without_and_with_the_labels(trained):
    figures = trained[1]["report"]["test"]["hedged"]
    assert figures["sentences"] == 60
    assert figures["with"]["value"] > figures["without"]["value"] + 0.3
    assert figures["with"]["low"] <= figures["with"]["value"] <= figures["with"]["high"]


def test_the_artifact_has_learned_the_word_and_says_who_taught_it(trained):
    folder, result = trained
    predictor = classifier.load(folder / "artifact")
    new, plain = predictor.score_sentences(
        ["Wibbly it goes that the palace closes in May.", "The palace closes in May."]
    )
    assert new.hedge.probability > 0.5 > plain.hedge.probability
    assert [c.text for c in new.hedge.cues] == ["Wibbly"]
    teaches = result["manifest"]["teaches"]["labels"]
    assert (teaches["articles"], teaches["sentences"], teaches["signals"]) == (10, 120, ["hedged"])
    assert "| labels |" in (folder / "artifact" / "MODEL_CARD.md").read_text()


def test_the_reports_hold_the_figures(trained):
    folder, result = trained
    assert json.loads((folder / "report.json").read_text()) == json.loads(json.dumps(result["report"]))
    page = (folder / "report.html").read_text()
    curve = result["report"]["curves"]["hedged"]
    assert f"{curve['points'][-1]['value']:.2f} ({curve['points'][-1]['low']:.2f}" in page
    assert "mine.csv: 180 rows" in page
    assert "http" not in page.replace("http://www.w3.org/", "").replace("http://purl.org/", "").replace(
        "http://creativecommons.org/", ""
    ).replace("https://matplotlib.org/", "")
    assert any(line.startswith("  hedged") for line in result["summary"])


def test_the_pictures_are_pictures(trained):
    pytest.importorskip("matplotlib")
    folder, result = trained
    assert (folder / "report.png").read_bytes().startswith(b"\x89PNG")
    svg = (folder / "report.svg").read_bytes()
    assert b"labelled sentences learned from" in svg
    assert svg == label_report.picture(result["report"], "svg"), "the same report is the same picture"


# curves and words


def points_of(found_by_share, truth, groups, sizes):
    return [
        {"share": s, "sentences": n, "parts": {"hedged": (groups, truth, found)}}
        for (s, found), n in zip(found_by_share, sizes, strict=True)
    ]


def made_curve(right, sizes=(0, 50, 100, 200, 400), smallest=200, together=True):
    """A curve whose points have the given shares of right answers, on 40 groups of 10 sentences.

    Together: a sentence that is judged rightly at a point is so at every better one.
    """
    rng = np.random.default_rng(0)
    truth = np.tile([True, False], 200)
    groups = np.repeat(np.arange(40), 10)
    luck = np.tile(rng.random(400), (len(right), 1)) if together else rng.random((len(right), 400))
    found = [
        (share, np.where(x < r, truth, ~truth)) for share, r, x in zip(label_report.SHARES, right, luck, strict=True)
    ]
    return _curve("hedged", points_of(found, truth, groups, sizes), np.arange(40), smallest)


def test_a_rising_curve_promises_with_an_interval():
    curve = made_curve([0.5, 0.6, 0.7, 0.8, 0.9])
    assert curve["doubling"]["low"] > 0
    assert curve["doubling"]["value"] == pytest.approx(0.1, abs=0.02)
    assert [m["sentences"] for m in curve["more"]] == [800, 1600]
    assert curve["points"][-1]["value"] < curve["more"][0]["value"] <= 1
    assert curve["more"][0]["low"] <= curve["more"][0]["value"] <= curve["more"][0]["high"]
    assert "Your labels helped" in curve["advice"]
    assert "800 sentences reach" in curve["advice"]
    assert "expect less rather than more" in curve["advice"]


def test_a_flat_curve_promises_little():
    advice = made_curve([0.5, 0.9, 0.9, 0.9, 0.9])["advice"]
    assert "More labels of this kind would buy little" in advice


def test_a_curve_that_goes_up_and_down_promises_nothing():
    advice = made_curve([0.6, 0.65, 0.62, 0.6, 0.63], together=False)["advice"]
    assert "does not tell what more would buy" in advice


def test_labels_that_harm_are_called_so():
    assert "made it worse" in made_curve([0.9, 0.8, 0.8, 0.7, 0.7])["advice"]


def test_labels_that_change_nothing_are_called_so():
    assert "changed nothing here" in made_curve([0.7] * 5)["advice"]


@pytest.mark.parametrize(
    ("sizes", "smallest", "named"),
    [((0, 5, 10, 20, 40), 100, "40 sentences"), ((0, 50, 100, 200, 400), 7, "7 examples of the rarest class")],
)
def test_few_labels_promise_nothing(sizes, smallest, named):
    advice = made_curve([0.5, 0.6, 0.7, 0.8, 0.9], sizes, smallest)["advice"]
    assert f"cannot be read from {named}" in advice
    assert "reach" not in advice


def test_one_size_only_is_no_curve():
    curve = made_curve([0.5, 0.9, 0.9, 0.9, 0.9], sizes=(0, 400, 400, 400, 400))
    assert curve["doubling"] is None
    assert not curve["more"]
    assert "cannot be read" in _advice(curve, 400)


@pytest.mark.parametrize(
    ("name", "y", "found", "value"),
    [
        ("hedged", [1, 1, 0, 0], [1, 0, 1, 0], 0.5),
        ("source type", [1, 2, 2, 3], [1, 2, 2, 1], 0.75),
        ("valence", [0, 1, 2, 2], [0, 1, 2, 2], 1.0),
        ("attribution", [], [], 0.0),
    ],
)
def test_measures(name, y, found, value):
    kind = bool if name == "hedged" else int
    assert label_report.value_of(name, np.array(y, dtype=kind), np.array(found, dtype=kind)) == pytest.approx(value)


def test_too_few_groups_are_not_measured_and_the_table_says_so(trained):
    report = trained[1]["report"] | {"curves": {}, "folds": 0}
    assert any("not measured in folds" in line for line in table(report))
    assert "Not measured in folds" in label_report.to_html(report)


def test_a_report_without_matplotlib_is_tables(trained, tmp_path, monkeypatch):
    monkeypatch.setattr(label_report.importlib.util, "find_spec", lambda name: None)
    write(trained[1]["report"], tmp_path / "r.html")
    assert "Install matplotlib" in (tmp_path / "r.html").read_text()
    with pytest.raises(ValueError, match="takes matplotlib"):
        write(trained[1]["report"], tmp_path / "r.png")


def test_what_a_report_shows_is_escaped(trained):
    report = json.loads(json.dumps(trained[1]["report"]))
    report["warnings"] = ["<script>alert(1)</script>"]
    report["labels"]["files"] = {"<b>.csv": 3}
    page = label_report.to_html(report)
    assert "<script>" not in page
    assert "<b>" not in page


def test_what_is_judged_in_context_is_judged_by_models_that_learned():
    """A group that is not fitted anew is a dummy that says one class of every sentence."""
    assert taught({"hedged"}) == {"hedged", "boilerplate"}
    assert taught({"opinion"}) == {"opinion", "attribution", "valence", "hedged", "loaded", "boilerplate"}
