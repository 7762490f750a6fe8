"""What the documents show is what the program does: Python code runs, outputs are true, links lead somewhere.

With ACCORDINGTO_UPDATE_DOCS=1 the outputs are written anew instead (after training a new artifact).
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))]
SHOWN = [ROOT / "README.md", ROOT / "docs" / "guide.md"]
_PYTHON = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_CONSOLE = re.compile(r"^```console\n\$ (.+)\n((?:(?!```).*\n)*)```$", re.MULTILINE)
_LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)")
# documents that are linked but come later
_TO_COME: set[str] = set()


def name(path):
    return path.relative_to(ROOT).as_posix()


def blocks(pattern):
    return [
        pytest.param(match, id=f"{name(path)}-{number}")
        for path in SHOWN
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


def test_the_readme_has_the_test_command_that_ci_runs():
    command = "python3 -m venv .venv && .venv/bin/pip install -q -e '.[test]' && .venv/bin/python -m pytest"
    assert command in (ROOT / "README.md").read_text(encoding="utf-8")
    assert command in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
