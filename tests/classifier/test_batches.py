"""A batch is scored whole and once, whatever happens in between; what fails is named."""

import dataclasses
import gzip
import io
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from classifier import batches
from classifier.article import Article
from classifier.batches import Meter, Run, score_files
from classifier.cli import main
from classifier.frames import reports_frame
from classifier.parallel import ordered

ROOT = Path(batches.__file__).parents[1]
STORY = "The ferry to Brennick will not sail before May, harbour master Tobias Rehn said. " * 6


class Fake:
    """Gives every article the same report under the article's id, without scoring anything; "crash" breaks."""

    signature = "fake"

    def __init__(self, report):
        self.report = report
        self.ids = []

    def _stream(self, articles, n_jobs, finish):
        def one(article):
            self.ids.append(article.id)
            broken = ("not scored: KeyError: 'crash'",) if article.text == "crash" else ()
            return finish(dataclasses.replace(self.report, id=article.id, warnings=broken))

        return ordered(one, articles, n_jobs)


@pytest.fixture
def fake(rich_report):
    return Fake(rich_report)


@pytest.fixture
def news(tmp_path):
    """Thirteen articles: ten fine ones, one without a text, one that is no JSON, one that breaks scoring."""
    lines = [json.dumps({"id": f"n{i}", "text": f"Story {i}."}) for i in range(10)]
    lines[3:3] = ['{"id": "empty"}']
    lines[6:6] = ["{broken"]
    lines[9:9] = ['{"id": "odd", "text": "crash"}']
    path = tmp_path / "news.jsonl"
    path.write_text("\n".join(lines) + "\n")
    return path


def ids(path):
    return [json.loads(line)["id"] for line in path.read_text(encoding="utf-8").splitlines()]


def test_every_article_is_in_the_scores_or_in_the_errors(fake, news, tmp_path):
    out = tmp_path / "scores.jsonl"
    run = score_files(fake, [news], out)
    assert ids(out) == [f"n{i}" for i in range(10)]
    errors = [json.loads(line) for line in Path(f"{out}.errors.jsonl").read_text().splitlines()]
    assert [(e["item"], e["id"]) for e in errors] == [(3, "empty"), (6, f"{news}:7"), (9, "odd")]
    assert [e["reason"].split(": ", 1)[1][:14] for e in errors] == ["no field 'text", "not valid JSON", "'crash'"]
    assert (run.scored, run.failed, run.items, run.finished) == (10, 3, 13, True)
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "news.jsonl",
        "scores.jsonl",
        "scores.jsonl.errors.jsonl",
        "scores.jsonl.run.json",
    ]


def test_without_errors_there_is_no_file_of_them(fake, tmp_path):
    (tmp_path / "a.jsonl").write_text('{"text": "One."}')
    score_files(fake, [tmp_path / "a.jsonl"], tmp_path / "x.jsonl", errors=tmp_path / "wrong.jsonl")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.jsonl", "x.jsonl", "x.jsonl.run.json"]


def test_errors_alone_are_a_finished_run_too(fake, tmp_path):
    (tmp_path / "a.jsonl").write_text('{"id": "a"}\n{"id": "b"}\n')
    run = score_files(fake, [tmp_path / "a.jsonl"], tmp_path / "x.jsonl")
    assert (run.items, run.scored, run.failed) == (2, 0, 2)
    assert ids(tmp_path / "x.jsonl.errors.jsonl") == ["a", "b"]
    assert (tmp_path / "x.jsonl").read_text() == ""


def test_a_finished_run_is_not_done_again(fake, news, tmp_path):
    first = score_files(fake, [news], tmp_path / "x.jsonl")
    fake.ids.clear()
    assert score_files(fake, [news], tmp_path / "x.jsonl") == first
    assert fake.ids == []
    (tmp_path / "x.jsonl").unlink()
    assert score_files(fake, [news], tmp_path / "x.jsonl") == first
    assert len(ids(tmp_path / "x.jsonl")) == 10


def test_an_output_is_not_overwritten_or_mixed_unless_asked(fake, news, tmp_path):
    out = tmp_path / "x.jsonl"
    out.write_text("mine")
    with pytest.raises(ValueError, match=r"x\.jsonl is there already; --restart"):
        score_files(fake, [news], out)
    score_files(fake, [news], out, restart=True)
    fake.signature = "fake 2"
    with pytest.raises(ValueError, match=r"another artifact or version \(fake\)"):
        score_files(fake, [news], out)
    fake.signature = "fake"
    with pytest.raises(ValueError, match="other files or fields"):
        score_files(fake, [news], out, text_field="body")
    news.write_text('{"id": "new", "text": "New."}\n')
    with pytest.raises(ValueError, match="other files or fields"):
        score_files(fake, [news], out)
    score_files(fake, [news], out, restart=True)
    assert ids(out) == ["new"]


def test_two_processes_do_not_write_one_output(fake, news, tmp_path):
    fcntl = pytest.importorskip("fcntl", reason="no file locks on this system")
    with open(tmp_path / "x.jsonl.partial", "ab") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(ValueError, match="being written by another process"):
            score_files(fake, [news], tmp_path / "x.jsonl")


@pytest.mark.parametrize(
    ("files", "out", "message"),
    [
        (["news.jsonl"], "x.csv", r"ends in \.jsonl or \.parquet"),
        (["news.jsonl"], "gone/x.jsonl", "there is no folder"),
        (["news.jsonl"], "news.jsonl", "one of the files to read"),
        (["gone.jsonl"], "x.jsonl", "no such file or folder"),
        (["."], "x.jsonl", "lies in the folder to read"),
        (["-"], "x.jsonl", "standard input cannot be read twice"),
    ],
)
def test_what_cannot_work_is_told_before_anything_is_written(fake, news, tmp_path, monkeypatch, files, out, message):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match=message):
        score_files(fake, files, out)
    assert [p.name for p in tmp_path.iterdir()] == ["news.jsonl"]


class Killed(BaseException):
    pass


@pytest.mark.parametrize("ending", [".jsonl", ".parquet"])
def test_a_run_that_ends_at_any_step_goes_on_from_there(fake, news, tmp_path, monkeypatch, ending):
    """Every call that changes a file is, in turn, the last one."""
    if ending == ".parquet":
        pytest.importorskip("pyarrow", reason="Parquet files take pyarrow")
    monkeypatch.setattr(batches, "_SECONDS", -1.0)
    monkeypatch.setattr(batches.os, "fsync", lambda file: None)  # waiting for the disk would be all of the time
    left = [0]

    def dying(real):
        def call(*args, **more):
            left[0] -= 1
            if left[0] == 0:
                raise Killed
            return real(*args, **more)

        return call

    steps = [(batches.os, "replace"), (batches.os, "fsync"), (Path, "unlink"), (batches, "_line"), (batches, "_row")]
    for step in range(1, 200):
        with monkeypatch.context() as patch:
            for owner, name in steps:
                patch.setattr(owner, name, dying(getattr(owner, name)))
            left[0] = step
            out = tmp_path / f"x{step}{ending}"
            try:
                score_files(fake, [news], out)
                died = False
            except Killed:
                died = True
        run = score_files(fake, [news], out)
        assert (run.scored, run.failed) == (10, 3)
        scored = ids(out) if ending == ".jsonl" else table(out)["id"]
        assert scored == [f"n{i}" for i in range(10)]
        assert ids(batches.errors_path(out)) == ["empty", f"{news}:7", "odd"]
        assert not out.with_name(f"{out.name}.partial").exists()
        if not died:
            break
    assert step > 40


def table(path):
    import pyarrow.parquet

    return pyarrow.parquet.read_table(path).to_pydict()


@pytest.mark.slow
@pytest.mark.parametrize("jobs", [1, 2])
def test_ten_kills_lose_nothing_and_score_nothing_twice(tmp_path, jobs):
    expected = [f"n{i}" for i in range(1500)]
    lines = [json.dumps({"id": i, "text": STORY}) for i in expected]
    lines[70:70] = ['{"id": "bad"}']
    (tmp_path / "news.jsonl").write_text("\n".join(lines))
    code = (
        "import sys; from classifier import batches, cli; batches._SECONDS = 0.02;"
        f"sys.exit(cli.main(['score', '--input', 'news.jsonl', '--out', 'x.jsonl', '--jobs', '{jobs}']))"
    )
    dice = random.Random(jobs)
    kills = 0
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    while True:
        # a session of its own: its workers are killed with it
        process = subprocess.Popen(
            [sys.executable, "-c", code],
            cwd=tmp_path,
            env=environment,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        if kills < 10:
            begun = at = time.monotonic()
            before = size(tmp_path)
            # long enough to have done something, then at any moment
            while process.poll() is None and size(tmp_path) == before and at - begun < 60:
                time.sleep(0.01)
                at = time.monotonic()
            time.sleep(dice.random() * 0.15)
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                kills += 1
                process.communicate()
                continue
        _, said = process.communicate(timeout=120)
        assert process.returncode == 1, said
        break
    assert kills == 10
    assert ids(tmp_path / "x.jsonl") == expected
    assert ids(tmp_path / "x.jsonl.errors.jsonl") == ["bad"]


def size(folder):
    partial = folder / "x.jsonl.partial"
    return partial.stat().st_size if partial.exists() else 0


def test_a_table_has_the_columns_of_reports_frame_and_the_report(fake, news, tmp_path):
    pytest.importorskip("pyarrow", reason="Parquet files take pyarrow")
    score_files(fake, [news], tmp_path / "x.parquet")
    got = table(tmp_path / "x.parquet")
    first = dataclasses.replace(fake.report, id="n0", warnings=())
    want = reports_frame([first])
    assert list(got) == [*want.columns, "report"]
    for name in want.columns:
        value = want[name][0]
        assert got[name][0] == (pytest.approx(value, abs=1e-4) if isinstance(value, float) else value), name
    assert json.loads(got["report"][0]) == first.to_dict()
    assert got["id"] == [f"n{i}" for i in range(10)]


def test_packed_lines_folders_and_tables_are_read_in_order(fake, tmp_path):
    pyarrow = pytest.importorskip("pyarrow", reason="Parquet files take pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    folder = tmp_path / "in"
    folder.mkdir()
    with gzip.open(folder / "a.jsonl.gz", "wt") as file:
        file.write('{"url": "1", "body": "One."}\n{"url": "2", "body": "Two."}\n')
    parquet.write_table(pyarrow.table({"url": ["3"], "body": ["Three."]}), folder / "b.parquet")
    out = tmp_path / "x.jsonl"
    score_files(fake, [folder], out, text_field="body", id_field="url")
    assert ids(out) == ["1", "2", "3"]
    assert batches.count([folder]) == 3


def test_the_command_scores_a_batch(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("news.jsonl").write_text(
        json.dumps({"url": "u1", "body": STORY}) + '\n{"url": "u2"}\n' + json.dumps({"url": "u3", "body": "Short."})
    )
    command = ["score", "--input", "news.jsonl", "--out", "x.jsonl", "--text-field", "body", "--id-field", "url"]
    assert main(command) == 1
    said = capsys.readouterr().err
    assert said == "accordingto: 2 articles scored into x.jsonl; 1 failed, see x.jsonl.errors.jsonl\n"
    first, short = [json.loads(line) for line in Path("x.jsonl").read_text().splitlines()]
    assert (first["id"], short["id"]) == ("u1", "u3")
    assert short["sourcing"]["value"] is None
    assert short["warnings"][0].startswith("too short")
    assert main(command) == 1
    for wrong, message in (
        (["--format", "json"], "--input goes without --format"),
        (["more.txt"], "--input goes without FILE"),
    ):
        # a FILE comes first, as --input takes several
        assert main(["score", *wrong, *command[1:]]) == 2
        assert message in capsys.readouterr().err
    assert main(["score", "--input", "news.jsonl"]) == 2
    assert "--input takes --out FILE" in capsys.readouterr().err
    assert main(["score", "news.jsonl", "--restart"]) == 2
    assert "--restart goes with --input" in capsys.readouterr().err


def test_the_meter_tells_rate_and_time_left():
    said = io.StringIO()
    meter = Meter(9000, said)
    run = Run("", "", items=1001)
    meter(run)  # an earlier run's thousand articles say nothing of this one's speed
    run.items, run.failed = 1500, 3
    assert meter.text(run, meter.began + 10) == "1,500 of 9,000 articles, 3 failed, 50.0 a second, 2 min 30 s left"
    meter(run)
    assert said.getvalue() == ""
    meter.shown -= 31
    meter(run)
    assert said.getvalue().startswith("accordingto: 1,500 of 9,000 articles, 3 failed, ")


def test_the_lines_are_what_the_predictor_says(predictor, tmp_path):
    (tmp_path / "a.txt").write_text(STORY)
    score_files(predictor, [tmp_path / "a.txt"], tmp_path / "x.jsonl")
    expected = predictor.score(Article(STORY, id=str(tmp_path / "a.txt")))
    assert (tmp_path / "x.jsonl").read_text(encoding="utf-8") == expected.to_json() + "\n"
