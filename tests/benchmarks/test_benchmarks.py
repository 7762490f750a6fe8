"""The one command that measures: that it measures everything, and gives no more of the machine away than it should."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import benchmarks
from benchmarks import peers, texts
from benchmarks.__main__ import BEGIN, END, PARTS, tables
from benchmarks.profile import profile

ROOT = Path(benchmarks.__file__).parents[1]


@pytest.fixture(scope="module")
def quick(tmp_path_factory):
    """What ``python -m benchmarks --quick`` prints and writes."""
    folder = tmp_path_factory.mktemp("figures")
    page = folder / "performance.md"
    page.write_text(f"# Performance\n\n{BEGIN}\nold\n{END}\n\nThe end.\n")
    command = [sys.executable, "-m", "benchmarks", "--quick", "--json", folder / "figures.json", "--write", page]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads((folder / "figures.json").read_text()), done.stdout, page.read_text()


@pytest.mark.slow
def test_one_command_measures_everything(quick):
    figures, printed, page = quick
    assert list(figures) == ["machine", *PARTS]
    assert printed.strip() == tables(figures)
    assert page == f"# Performance\n\n{BEGIN}\n\n{tables(figures)}\n\n{END}\n\nThe end.\n"
    assert [row["words"] for row in figures["throughput"]] == [100, 300, 600]
    assert figures["scaling"]["times"] > 0
    for stream in ("the same 200 again and again", "each with a new name"):
        assert set(figures["memory"][stream]["peak_mb_after"]) == {"5 %", "10 %", "25 %", "50 %", "75 %", "100 %"}


@pytest.mark.slow
def test_every_peer_is_measured_or_has_a_reason(quick):
    found = quick[0]["peers"]
    assert {*found["milliseconds_per_article"], *found["missing"]} == {"accordingto, complete report", *peers.PEERS}
    assert all("is not installed" in reason for reason in found["missing"].values())


@pytest.mark.slow
def test_the_figures_name_no_path(quick):
    assert str(ROOT) not in json.dumps(quick[0])
    assert os.path.expanduser("~") not in json.dumps(quick[0])


@pytest.mark.parametrize("n_words", [1, 100, 2500])
def test_articles_have_the_length_that_was_asked_for(n_words):
    made = texts.articles(n_words, 3)
    assert len(made) == 3
    assert all(0.8 * n_words <= len(text.split()) <= 1.1 * n_words for text in made)
    assert len(set(made)) == 3 or n_words == 1


def test_the_steps_are_all_there_and_make_up_the_whole(predictor):
    from classifier import predictor as scoring

    before = scoring.read
    seconds = profile(predictor, texts.articles(300, 16))
    assert scoring.read is before
    whole = sum(seconds.values())
    assert all(
        seconds[step] > 0 for step in ("tagging", "linking", "sources", "features of sentences", "report", "JSON")
    )
    assert 0 <= seconds["other"] < 0.3 * whole


@pytest.mark.slow
def test_a_word_of_a_long_article_costs_what_one_of_a_short_article_does(predictor):
    """A guard against work that grows with the square of the length, not a measurement."""
    import time

    def seconds(n_words, number):
        some = texts.articles(n_words, number)
        best = float("inf")
        for _ in range(3):
            began = time.process_time()
            for report in predictor.score_many(some):
                del report
            best = min(best, time.process_time() - began)
        return best

    assert seconds(30_000, 1) < 3 * seconds(600, 50)
