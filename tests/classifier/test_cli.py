"""The command line: what it prints and writes, its exit codes, and that no error is a traceback."""

import dataclasses
import io
import json
import re
import shlex
import subprocess
import sys
import types
from pathlib import Path

import numpy as np
import pytest

import classifier
from classifier import cli
from classifier.cli import main

ROOT = Path(cli.__file__).parents[1]
BODY = "The weir at Ossel was opened on Monday, the water board said."


class Predictor:
    """Gives every article the same report, under the article's own id."""

    def __init__(self, report):
        self.report = report
        self.path = self.n_jobs = None
        self.articles = []

    def load(self, path=None):
        self.path = path
        return self

    def score_many(self, articles, n_jobs=None, progress=False):
        self.n_jobs = n_jobs
        for article in articles:
            self.articles.append(article)
            yield dataclasses.replace(self.report, id=article.id)


@pytest.fixture
def predictor(monkeypatch, rich_report):
    fake = Predictor(rich_report)
    monkeypatch.setattr(classifier, "load", fake.load)
    monkeypatch.delenv("NO_COLOR", raising=False)
    return fake


@pytest.fixture
def run(capsys, monkeypatch, tmp_path):
    """Run the command in an empty folder; give its exit code and what it printed."""
    monkeypatch.chdir(tmp_path)

    def run(*args):
        code = main([str(arg) for arg in args])
        printed = capsys.readouterr()
        assert "Traceback" not in printed.err
        return code, printed.out, printed.err

    return run


@pytest.fixture
def weir(tmp_path):
    (tmp_path / "weir.txt").write_text(f"Weir opens\n\n{BODY}\n")
    return "weir.txt"


@pytest.fixture
def two(tmp_path):
    (tmp_path / "two.jsonl").write_text('{"text": "One.", "id": "a/1"}\n{"text": "Two.", "id": "A/1"}\n')
    return "two.jsonl"


def as_terminal(monkeypatch, *streams):
    for stream in streams:
        monkeypatch.setattr(getattr(sys, stream), "isatty", lambda: True)


def module(monkeypatch, name, **functions):
    """Put a module in the place of one that takes long or goes to the network."""
    made = types.ModuleType(name)
    vars(made).update(functions)
    parent, _, child = name.rpartition(".")
    monkeypatch.setitem(sys.modules, name, made)
    monkeypatch.setattr(sys.modules[parent], child, made, raising=False)


def test_one_article_is_explained(run, predictor, weir):
    code, out, err = run("score", weir)
    assert (code, err) == (0, "")
    assert "Mara Ellison" in out
    assert "61" in out
    assert "\x1b[" not in out
    assert (predictor.articles[0].title, predictor.articles[0].text) == ("Weir opens", f"{BODY}\n")


def test_color_is_for_terminals_that_want_it(run, predictor, weir, monkeypatch):
    as_terminal(monkeypatch, "stdout")
    monkeypatch.setenv("TERM", "xterm")
    assert "\x1b[" in run("score", weir)[1]
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in run("score", weir)[1]


def test_several_articles_are_a_table_and_a_hint(run, predictor, two):
    code, out, _ = run("score", two)
    assert code == 0
    assert "Mara Ellison" not in out
    assert "--details explains every article" in out


def test_details_explain_every_article(run, predictor, two):
    out = run("score", two, "--details")[1]
    assert out.count("Mara Ellison") >= 2


def test_json_is_an_object_for_one_article_and_a_list_for_several(run, predictor, weir, two):
    assert json.loads(run("score", weir, "--format", "json")[1])["id"] == weir
    assert [r["id"] for r in json.loads(run("score", weir, two, "--format", "json")[1])] == [weir, "a/1", "A/1"]


def test_jsonl_is_one_report_a_line(run, predictor, two):
    out = run("score", two, "--format", "jsonl")[1]
    assert [json.loads(line)["id"] for line in out.splitlines()] == ["a/1", "A/1"]


def test_html_of_one_article(run, predictor, weir, tmp_path):
    assert "Mara Ellison" in run("score", weir, "--format", "html")[1]
    assert run("score", weir, "--out", "page.html") == (0, "", "")
    assert "<html" in (tmp_path / "page.html").read_text(encoding="utf-8")


def test_html_of_several_articles_is_one_page_each_in_a_folder(run, predictor, two, tmp_path):
    assert run("score", two, "--format", "html", "--out", "new/marked") == (0, "", "")
    # Names that differ in case alone would overwrite each other on some disks.
    assert sorted(p.name for p in (tmp_path / "new" / "marked").iterdir()) == ["A-1-2.html", "a-1.html"]


def test_html_of_one_article_goes_into_a_folder_too(run, predictor, weir, tmp_path):
    assert run("score", weir, "--format", "html", "--out", "marked/") == (0, "", "")
    assert [p.name for p in (tmp_path / "marked").iterdir()] == ["weir.html"]


def test_html_of_several_articles_needs_a_folder(run, predictor, two):
    assert run("score", two, "--format", "html") == (
        2,
        "",
        "accordingto: error: several articles as HTML take --out FOLDER, one page each\n",
    )
    code, _, err = run("score", two, "--out", "page.html")
    assert code == 2
    assert "take a folder for --out, not page.html" in err


@pytest.mark.parametrize("name", ["../../etc/x", "https://ossel.example/weir?a=1", "...", "x" * 300, "CON\0\n"])
def test_a_page_s_name_stays_in_its_folder(name):
    made = cli._page_name(name, set())
    assert re.fullmatch(r"[\w][\w.-]{0,90}\.html", made), made


def test_the_ending_of_out_tells_the_format(run, predictor, two, tmp_path):
    for name in ("x.json", "x.jsonl", "x.txt"):
        assert run("score", two, "--out", name) == (0, "", "")
    assert len(json.loads((tmp_path / "x.json").read_text(encoding="utf-8"))) == 2
    assert len((tmp_path / "x.jsonl").read_text(encoding="utf-8").splitlines()) == 2
    assert "--details" not in (tmp_path / "x.txt").read_text(encoding="utf-8")


def test_out_is_there_whole_or_not_at_all(run, predictor, two, tmp_path, monkeypatch):
    (tmp_path / "x.jsonl").write_text("old")

    def breaks(articles, n_jobs=None, progress=False):
        yield predictor.report
        raise ValueError("the second one breaks")

    monkeypatch.setattr(predictor, "score_many", breaks)
    assert run("score", two, "--out", "x.jsonl") == (2, "", "accordingto: error: the second one breaks\n")
    assert (tmp_path / "x.jsonl").read_text() == "old"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["two.jsonl", "x.jsonl"]


@pytest.mark.parametrize(
    ("out", "message"),
    [
        ("two.jsonl", "--out two.jsonl is one of the files to read"),
        ("gone/x.jsonl", "--out gone/x.jsonl: No such file or directory"),
        ("two.jsonl/x.jsonl", "--out two.jsonl/x.jsonl: Not a directory"),
        (".", "--out . is a folder; it takes a file here"),
    ],
)
def test_out_that_cannot_be_written_is_told_before_scoring(run, predictor, two, out, message):
    assert run("score", two, "--out", out) == (2, "", f"accordingto: error: {message}\n")
    assert predictor.articles == []


def test_options_reach_the_reader_and_the_predictor(run, predictor, tmp_path):
    (tmp_path / "a.jsonl").write_text('{"body": "One.", "url": "u"}\n')
    args = ("--text-field", "body", "--id-field", "url", "--artifact", "mine", "--jobs", "3")
    assert run("score", "a.jsonl", *args)[0] == 0
    assert (predictor.articles[0].text, predictor.articles[0].id) == ("One.", "u")
    assert (str(predictor.path), predictor.n_jobs) == ("mine", 3)


def test_standard_input(run, predictor, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(BODY.encode())))
    assert run("score", "-", "--format", "json")[0] == 0
    assert predictor.articles[0].text == BODY


def test_what_cannot_be_read_is_told_and_the_rest_scored(run, predictor, tmp_path):
    (tmp_path / "a.jsonl").write_text('{"text": "One."}\n{broken\n{"text": "Two."}\n')
    code, out, err = run("score", "a.jsonl", "gone.txt", "--format", "jsonl")
    assert code == 1
    assert len(out.splitlines()) == 2
    assert err.splitlines() == [
        "accordingto: error: a.jsonl:2: not valid JSON: Expecting property name enclosed in double quotes",
        "accordingto: error: gone.txt: no such file or folder",
        "accordingto: 2 articles read, 2 could not be read",
    ]


def test_with_nothing_to_score_it_fails_and_writes_nothing(run, predictor, tmp_path):
    assert run("score", "gone.txt", "--out", "x.json") == (
        2,
        "",
        "accordingto: error: gone.txt: no such file or folder\n",
    )
    assert list(tmp_path.iterdir()) == []


def test_characters_that_were_lost_are_warned_of(run, predictor, tmp_path):
    (tmp_path / "a.txt").write_bytes(b"\x93Enough,\x94 she said.")
    code, _, err = run("score", "a.txt")
    assert code == 0
    assert err.startswith("accordingto: warning: 1 of 1 articles, first a.txt, hold characters")


def test_progress_shows_on_a_terminal_for_more_than_a_handful(run, predictor, tmp_path, monkeypatch):
    as_terminal(monkeypatch, "stderr")
    (tmp_path / "a.jsonl").write_text('{"text": "One."}\n' * 9)
    (tmp_path / "b.jsonl").write_text('{"text": "One."}\n' * 3)
    assert "scoring" in run("score", "a.jsonl", "--out", "x.json")[2]
    assert run("score", "b.jsonl", "--out", "x.json")[2] == ""
    assert run("score", "a.jsonl", "--out", "x.json", "--no-progress")[2] == ""


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ((), "the following arguments are required: COMMAND (see 'accordingto --help')"),
        (("score",), "the following arguments are required: FILE (see 'accordingto score --help')"),
        (("score", "weir.txt", "--jobs", "0"), "argument --jobs: takes 1 or more, or -1 for one a processor, not '0'"),
        (("score", "weir.txt", "--details", "--format", "json"), "--details goes with --format table"),
        (("compare", "weir.txt"), "compare takes two articles or more, not 1"),
        (("evaluate", "--folds", "1"), "argument --folds: takes 2 or more, not '1'"),
        (("train", "--only-own"), "the following arguments are required: --out"),
        (("train", "--out", "x", "--only-own", "--data", "d"), "--only-own goes without --data and --annotations"),
        (("fetch",), "name the corpora to fetch"),
        (("fetch", "polnear", "--list"), "argument --list: not allowed with argument NAME"),
        (("fetch", "nope"), "no corpus 'nope'; there are polnear, "),
        (("artifact", "verify", "gone"), "gone is no artifact"),
    ],
)
def test_wrong_usage_is_one_line(run, predictor, weir, monkeypatch, args, message):
    monkeypatch.setenv("ACCORDINGTO_DATA", "nothing-here")
    code, out, err = run(*args)
    assert (code, out) == (2, "")
    assert err.startswith(f"accordingto: error: {message}")
    assert err.count("\n") == 1


def test_debug_shows_the_traceback(capsys, monkeypatch):
    def load(path):
        raise KeyError("weights")

    monkeypatch.setattr(classifier, "load", load)
    assert main(["score", __file__]) == 2
    assert capsys.readouterr().err == "accordingto: error: KeyError: 'weights' (--debug shows where)\n"
    for args in (["--debug", "score", __file__], ["score", "--debug", __file__]):
        assert main(args) == 2
        assert "Traceback" in capsys.readouterr().err


def test_an_interrupt_ends_with_130(run, predictor, weir, monkeypatch):
    def score_many(articles, n_jobs=None, progress=False):
        raise KeyboardInterrupt

    monkeypatch.setattr(predictor, "score_many", score_many)
    assert run("score", weir) == (130, "", "accordingto: interrupted\n")


def test_a_reader_that_goes_away_is_no_error():
    with subprocess.Popen(
        [sys.executable, "-m", "classifier", "fetch", "--list"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        process.stdout.close()
        assert (process.stderr.read(), process.wait()) == (b"", 0)


def test_compare(run, predictor, two, tmp_path):
    code, out, err = run("compare", two)
    assert (code, err) == (0, "")
    assert "Mara Ellison" in out
    assert isinstance(json.loads(run("compare", two, "--format", "json")[1]), dict)
    assert run("compare", two, "--out", "x.html") == (0, "", "")
    assert "<html" in (tmp_path / "x.html").read_text(encoding="utf-8")


def test_train_prints_the_summary_and_the_artifact(run, monkeypatch, tmp_path):
    given = {}

    def train(progress, **arguments):
        given.update(arguments)
        progress("fitting")
        return {"artifact": arguments["out"], "summary": ["attribution F1 .80"]}

    module(monkeypatch, "training.train", train=train)
    code, out, err = run("train", "--out", "mine", "--only-own", "--seed", "7", "--jobs", "2")
    assert (code, out, err) == (
        0,
        "attribution F1 .80\nscore with it: accordingto score FILE --artifact mine\n",
        "fitting\n",
    )
    given["out"] = str(given["out"])
    assert given == {
        "out": "mine", "data": None, "annotations": None, "seed": 7, "jobs": 2, "cache": None, "labels": (), "report": ()
    }  # fmt: skip


def test_train_hands_on_labels_reports_and_the_cache(run, monkeypatch):
    given = {}

    def train(**arguments):
        given.update(arguments)
        return {"summary": [], "artifact": "mine"}

    module(monkeypatch, "training.train", train=train)
    more = ("--labels", "a.csv", "b.jsonl", "--report", "r.html", "r.png", "--cache", "fits")
    assert run("train", "--out", "mine", "--only-own", *more)[0] == 0
    assert [str(p) for p in given["labels"]] == ["a.csv", "b.jsonl"]
    assert [str(p) for p in given["report"]] == ["r.html", "r.png"]
    assert str(given["cache"]) == "fits"


def test_train_without_corpora_uses_the_articles_that_ship(run, monkeypatch):
    given = {}

    def train(**arguments):
        given.update(arguments)
        return {"artifact": "mine", "summary": []}

    module(monkeypatch, "training.train", train=train)
    code, _, err = run("train", "--out", "mine")
    assert (code, given["data"], given["annotations"]) == (0, None, None)
    assert "only the articles that ship" in err


def test_train_takes_the_corpora_of_the_cache(run, monkeypatch, tmp_path):
    given = {}

    def train(**arguments):
        given.update(arguments)
        return {"artifact": "mine", "summary": []}

    module(monkeypatch, "training.train", train=train)
    (tmp_path / "wikiweasel").mkdir()
    (tmp_path / "wikiweasel" / "train.csv").write_text("")
    monkeypatch.setenv("ACCORDINGTO_DATA", str(tmp_path))
    assert run("train", "--out", "mine")[0] == 0
    assert given["data"] == tmp_path
    monkeypatch.setenv("ACCORDINGTO_DATA", "nothing-here")
    assert run("train", "--out", "mine", "--annotations", "own-notes")[0] == 0
    assert (given["data"], str(given["annotations"])) == (None, "own-notes")


def test_evaluate_prints_a_table_and_writes_plain_json(run, monkeypatch, tmp_path):
    def evaluate(data, annotations, folds, seed, jobs, progress, signals):
        assert (folds, signals) == (3, ["hedged", "loaded"])
        return {"hedge": {"f1": np.float64(0.5), "kappa": float("nan"), "by_fold": np.array([0.25])}}

    module(monkeypatch, "training.evaluate", evaluate=evaluate, table=lambda result: f"hedge {result['hedge']['f1']}")
    args = ("evaluate", "--only-own", "--signals", "hedged", "loaded", "--folds", "3")
    assert run(*args, "--out", "x.json") == (0, "hedge 0.5\n", "")
    assert json.loads((tmp_path / "x.json").read_text()) == {"hedge": {"f1": 0.5, "kappa": None, "by_fold": [0.25]}}
    assert run(*args) == (0, "hedge 0.5\n", "")


def test_fetch_all_leaves_out_what_is_not_public(run, monkeypatch, tmp_path):
    def fetch(names, cache=None, progress=True, allow_changed=False):
        assert allow_changed
        return {name: cache / name for name in names}

    module(monkeypatch, "training.corpora.fetch", fetch=fetch)
    code, out, _ = run("fetch", "--all", "--cache", "here", "--allow-changed")
    assert code == 0
    assert "polnear: here/polnear" in out.replace("\\", "/").splitlines()
    assert "annotations" not in out


def test_fetch_lists_what_is_here(run, tmp_path):
    (tmp_path / "wikiweasel").mkdir()
    (tmp_path / "wikiweasel" / "train.csv").write_text("")
    out = run("fetch", "--list", "--cache", tmp_path)[1]
    assert "wikiweasel  [here]" in out
    assert "polnear  [can be fetched]" in out
    assert "annotations  [not public]" in out


def test_artifact_shows_and_verifies(run, monkeypatch):
    from classifier import artifact

    monkeypatch.setattr(artifact, "verify", lambda path: {"files": {"a.npy": {}, "b.npy": {}}, "path": str(path)})
    monkeypatch.setattr(artifact, "default_path", lambda: "shipped")
    assert json.loads(run("artifact", "show")[1])["path"] == "shipped"
    assert run("artifact", "verify", "mine")[:2] == (0, "mine: all 2 files are as trained\n")


def test_version(run):
    assert run("--version")[:2] == (0, f"accordingto {classifier.__version__}\n")


@pytest.mark.parametrize("command", ["score", "compare", "train", "evaluate", "fetch", "artifact"])
def test_every_example_of_the_help_is_valid(run, command):
    code, out, _ = run(command, "--help")
    assert code == 0
    examples = re.findall(r"^ .*\baccordingto .*$", out.split("examples:")[1], re.MULTILINE)
    assert examples
    for example in examples:
        for part in re.split(r"\||&&", re.split(r"   +|(?<=\S)  (?=\S)", example.strip())[0]):
            words = shlex.split(part)
            if words[0] == "accordingto":
                assert cli._parser().parse_args(words[1:]).run


def test_help_is_quick_because_nothing_heavy_is_loaded():
    code = (
        "import sys; from classifier.cli import main; main(['score', '--help'])\n"
        "sys.exit(str({'training', 'sklearn', 'pandas', 'jinja2', 'scipy', 'nltk', 'tqdm'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stderr.strip() == "set()"
