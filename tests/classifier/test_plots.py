"""Pictures of reports and comparisons: what is drawn where."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest

import classifier
from classifier.report import SCORES

matplotlib = pytest.importorskip("matplotlib", reason="plots take matplotlib")
matplotlib.use("agg")


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    from matplotlib import pyplot

    pyplot.close("all")


def rows(ax):
    return [label.get_text() for label in ax.get_yticklabels()]


def notes(ax):
    return [text.get_text() for text in ax.texts]


def test_report_shows_every_score_with_value_and_grade(rich_report):
    ax = rich_report.plot()
    ax.figure.canvas.draw()
    for label in ("Sourcing", "Transparency", "Loaded wording", "Opinion", "Speculation"):
        assert label in rows(ax)
    assert "61 mixed" in notes(ax)
    assert ax.get_title(loc="left").startswith("Brennick council hid")


def test_bars_lead_from_the_baseline_to_the_value(rich_report):
    ax = rich_report.plot("sourcing")
    ends = [bar.get_x() + bar.get_width() for bar in ax.patches]
    assert ax.patches[0].get_x() == pytest.approx(rich_report.sourcing.contributions["baseline"])
    assert ends[-1] == pytest.approx(rich_report.sourcing.value)
    for bar, end in zip(ax.patches[1:], ends, strict=False):
        assert bar.get_x() == pytest.approx(end)


def test_largest_contributions_come_first_and_the_rest_together(rich_report):
    ax = rich_report.plot("sourcing", largest=2)
    assert rows(ax) == ["Sourcing", "baseline", "named persons", "documents", "5 smaller ones"]
    assert "+11.8" in notes(ax)
    assert ax.patches[-1].get_width() == pytest.approx(2.449 - 4.91 - 3.33 - 1.06 + 0.04)


def test_interval_is_drawn_from_low_to_high(rich_report):
    lines = [line.get_xdata().tolist() for line in rich_report.plot("opinion").lines if len(line.get_xdata()) == 2]
    assert [21.7, 46.1] in lines


def test_given_axes_are_drawn_on(rich_report):
    from matplotlib import pyplot

    _, (left, right) = pyplot.subplots(1, 2)
    assert rich_report.plot(ax=left) is left
    assert classifier.compare([rich_report]).plot(ax=right) is right


def test_unscored_article_says_so(unscorable_report):
    ax = unscorable_report.plot()
    ax.figure.canvas.draw()
    assert notes(ax) == ["not scored"] * 5


def test_accounts_stand_under_each_score_and_in_the_legend(rich_report, unscorable_report):
    other = replace(rich_report, id="_other", sourcing=replace(rich_report.sourcing, value=20.0, low=5.0, high=35.0))
    ax = classifier.compare([rich_report, other, unscorable_report]).plot()
    ax.figure.canvas.draw()
    assert [t.get_text() for t in ax.get_legend().get_texts()] == ["1  ferry-17", "2  _other", "3  account 3"]
    points = [line.get_xdata()[0] for line in ax.lines if line.get_marker() != "None" and len(line.get_xdata()) == 1]
    assert points[:2] == [61.37, 20.0]
    assert len(points) == 2 * len(SCORES)
    assert notes(ax).count("not scored") == len(SCORES)
    markers = {line.get_marker() for line in ax.lines if len(line.get_xdata()) == 0}
    assert len(markers) == 3


def test_words_are_never_read_as_formulas(rich_report):
    report = replace(rich_report, id="$\\frac$", title="a $\\bad{ price")
    report.plot().figure.canvas.draw()
    classifier.compare([report]).plot().figure.canvas.draw()


@pytest.mark.parametrize(
    ("arguments", "error", "says"),
    [
        ({"score": "truth"}, ValueError, "score is one of 'sourcing'"),
        ({"largest": 0}, ValueError, "at least 1, not 0"),
        ({"largest": 2.5}, TypeError, "not float"),
        ({"ax": "here"}, TypeError, "not str"),
    ],
)
def test_wrong_arguments_are_named(arguments, error, says, rich_report):
    with pytest.raises(error, match=says):
        rich_report.plot(**arguments)


def test_without_matplotlib_the_error_says_what_to_install(rich_report, monkeypatch):
    for name in [name for name in sys.modules if name.split(".")[0] == "matplotlib"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    for plot in (rich_report.plot, classifier.compare([rich_report]).plot):
        with pytest.raises(ImportError, match=r"pip install 'accordingto\[plots\]'"):
            plot()


def test_matplotlib_waits_until_it_is_asked_for():
    code = "import sys, classifier, classifier.plots; assert 'matplotlib' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
