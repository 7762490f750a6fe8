"""What the documents show is what the program does: Python code runs, outputs are true, links lead somewhere.

With ACCORDINGTO_UPDATE_DOCS=1 the outputs are written anew instead (after training a new artifact). That the site
builds without a warning is checked by ``.ci/run``, since its tools are no part of the extra ``test``.
"""

import importlib
import inspect
import os
import pkgutil
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import classifier

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))]
SHOWN = [ROOT / "README.md", ROOT / "docs" / "guide.md"]
# code that starts clusters, run by tests/classifier/test_cluster.py
ELSEWHERE = {ROOT / "docs" / "cluster.md"}
_PYTHON = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_DOCUMENTED = re.compile(r"^\.\. auto\w+:: (\S+)\n(?:   :members: (.+)\n)?", re.MULTILINE)
_CONSOLE = re.compile(r"^```console\n\$ (.+)\n((?:(?!```).*\n)*)```$", re.MULTILINE)
_LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)")
# documents that are linked but come later
_TO_COME: set[str] = set()


def name(path):
    return path.relative_to(ROOT).as_posix()


def blocks(pattern):
    return [
        pytest.param(match, id=f"{name(path)}-{number}")
        for path in DOCUMENTS
        if path not in ELSEWHERE
        for number, match in enumerate(pattern.finditer(path.read_text(encoding="utf-8")))
    ]


@pytest.mark.parametrize("block", blocks(_PYTHON))
def test_the_python_code_runs(block, monkeypatch):
    monkeypatch.chdir(ROOT)
    exec(compile(block[1], "block", "exec"), {"__name__": "block"})


def nearly(text):
    """A text without bars and line breaks, its numbers coarse: other processors round differently."""
    text = re.sub(r"\[[=|.]+\]", "", text)
    return re.sub(r"-?\d+\.\d+", lambda m: f"{float(m[0]) / 2:.0f}".replace("-0", "0"), " ".join(text.split()))


def shown(command):
    """What a command prints in a terminal of a hundred columns."""
    script = f'accordingto() {{ "{sys.executable}" -m classifier "$@"; }}\n{command}'
    environment = {**os.environ, "COLUMNS": "100", "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(["bash", "-c", script], cwd=ROOT, env=environment, capture_output=True, check=True)
    return "\n".join(line.rstrip() for line in done.stdout.decode("utf-8").splitlines())


@pytest.mark.skipif(shutil.which("bash") is None, reason="the commands take a shell")
@pytest.mark.parametrize("path", SHOWN, ids=name)
def test_the_outputs_are_those_of_the_program(path):
    text = path.read_text(encoding="utf-8")

    def with_output(match):
        output = shown(match[1])
        return f"```console\n$ {match[1]}\n{output}{chr(10) if output else ''}```"

    true = _CONSOLE.sub(with_output, text)
    if os.environ.get("ACCORDINGTO_UPDATE_DOCS"):
        path.write_text(true, encoding="utf-8")
    else:
        assert nearly(text) == nearly(true), (
            "ACCORDINGTO_UPDATE_DOCS=1 pytest tests/test_docs.py writes the outputs anew"
        )


@pytest.mark.parametrize("path", DOCUMENTS, ids=name)
def test_links_lead_somewhere(path):
    for link in _LINK.findall(path.read_text(encoding="utf-8")):
        target = path.parent / link
        assert target.exists() or target.name in _TO_COME, link


@pytest.mark.parametrize("path", sorted((ROOT / "docs").glob("*.md")), ids=name)
def test_every_page_is_in_the_table_of_contents(path):
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    assert path.stem == "index" or f"\n{path.stem}\n" in index, "add it to a toctree of docs/index.md"


def documented(page):
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    return {m[1]: (m[2] or "").split(", ") for m in _DOCUMENTED.finditer(text)}


def own_methods(thing):
    """Public methods and properties that a class itself defines."""
    return {
        key
        for key, value in vars(thing).items()
        if not key.startswith("_") and (inspect.isfunction(value) or isinstance(value, (property, classmethod)))
    }


def test_the_api_pages_have_all_that_the_package_exports():
    pages = documented("api.md")
    for exported in classifier.__all__:
        thing = getattr(classifier, exported)
        assert f"classifier.{exported}" in pages, exported
        assert (thing.__doc__ or "").strip(), exported
        if inspect.isclass(thing):
            assert own_methods(thing) <= set(pages[f"classifier.{exported}"]), exported


def test_the_api_pages_have_the_estimators_of_training():
    from sklearn.base import BaseEstimator

    import training

    pages = documented("api_training.md")
    for module in pkgutil.walk_packages(training.__path__, "training."):
        if module.name.rpartition(".")[2] == "__main__":
            continue
        for key, value in vars(importlib.import_module(module.name)).items():
            if inspect.isclass(value) and issubclass(value, BaseEstimator) and value.__module__ == module.name:
                assert f"{module.name}.{key}" in pages


def test_the_page_of_the_command_line_has_every_command():
    commands = subprocess.run(
        [sys.executable, "-m", "classifier", "--help"], cwd=ROOT, capture_output=True, check=True, text=True
    ).stdout
    names = re.findall(r"^    (\w+) {2,}\S", commands, re.MULTILINE)
    assert len(names) >= 6
    page = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    for command in names:
        assert f"```{{program-output}} python -m classifier {command} --help\n" in page, command


def feature_table():
    """Every article feature, what it says, and the scores that may use it with the sign."""
    from classifier.scores import FEATURES, SIGNS

    lines = ["| feature | what it says | in |", "|---|---|---|"]
    for feature, meaning in FEATURES.items():
        uses = [(score, signs[feature]) for score, signs in SIGNS.items() if feature in signs]
        shown = ", ".join(f"{score} {'+' if sign > 0 else '-' if sign < 0 else '0'}" for score, sign in uses)
        lines.append(f"| {feature} | {meaning} | {shown or 'none'} |")
    return "\n".join(lines)


def test_the_concepts_list_the_features_of_the_scores():
    path = ROOT / "docs" / "concepts.md"
    text = path.read_text(encoding="utf-8")
    true = re.sub(
        r"(<!-- features: begin -->\n).*?\n?(<!-- features: end -->)",
        lambda match: f"{match[1]}\n{feature_table()}\n\n{match[2]}",
        text,
        flags=re.DOTALL,
    )
    if os.environ.get("ACCORDINGTO_UPDATE_DOCS"):
        path.write_text(true, encoding="utf-8")
    else:
        assert text == true, "ACCORDINGTO_UPDATE_DOCS=1 pytest tests/test_docs.py writes the table anew"


def test_the_readme_has_the_test_command_that_ci_runs():
    command = "python3 -m venv .venv && .venv/bin/pip install -q -e '.[test]' && .venv/bin/python -m pytest"
    assert command in (ROOT / "README.md").read_text(encoding="utf-8")
    assert command in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
