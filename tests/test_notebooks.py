"""The notebooks run from top to bottom with nothing but the repository, and are stored with their outputs.

Running them takes about a minute; the evaluation runs with two folds here, the archive is a small one.
"""

import importlib.util
import json
import re
from pathlib import Path

import pytest

NOTEBOOKS = Path(__file__).resolve().parent.parent / "notebooks"
PATHS = sorted(NOTEBOOKS.glob("*.ipynb"))
NEEDED = ("nbclient", "ipykernel", "matplotlib")
MISSING = [name for name in NEEDED if importlib.util.find_spec(name) is None]


def code_cells(path):
    return [cell for cell in json.loads(path.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == "code"]


@pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)} (pip install 'accordingto[notebooks]')")
@pytest.mark.parametrize("path", PATHS, ids=lambda p: p.stem)
def test_a_notebook_runs_from_top_to_bottom(path, monkeypatch):
    import nbformat
    from nbclient import NotebookClient

    for variable in ("ACCORDINGTO_DATA", "ACCORDINGTO_ANNOTATIONS"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("ACCORDINGTO_FOLDS", "2")
    monkeypatch.setenv("ACCORDINGTO_ARCHIVE", "240")
    monkeypatch.setenv("PYTHONPATH", str(NOTEBOOKS.parent))
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(
        notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(NOTEBOOKS)}}
    ).execute()


@pytest.mark.parametrize("path", PATHS, ids=lambda p: p.stem)
def test_a_notebook_is_stored_as_it_ran(path):
    cells = code_cells(path)
    assert [c["execution_count"] for c in cells] == list(range(1, len(cells) + 1))
    kinds = [output["output_type"] for c in cells for output in c["outputs"]]
    assert "error" not in kinds
    assert any(kind in ("display_data", "execute_result") for kind in kinds)
    assert not any(o.get("name") == "stderr" for c in cells for o in c["outputs"])


@pytest.mark.parametrize("path", PATHS, ids=lambda p: p.stem)
def test_a_stored_notebook_shows_nothing_of_the_machine_it_ran_on(path):
    text = path.read_text(encoding="utf-8")
    for trace in ("/home/", "/root/", "/Users/", "/tmp/", "C:\\\\", str(NOTEBOOKS.parent)):
        assert trace not in text, trace


def test_the_archive_shows_no_words_of_others():
    """It was stored after a run on other people's articles: aggregated tables and pictures only, no outlet by name."""
    outputs = [o for c in code_cells(NOTEBOOKS / "05_an_archive.ipynb") for o in c["outputs"]]
    shown = [o.get("text", []) for o in outputs] + [o.get("data", {}).get("text/plain", []) for o in outputs]
    text = "\n".join("".join(lines) for lines in shown)
    assert re.search(r"words a second", text)
    assert not re.search(r"\w\.(com|org|net|io|uk)\b", text)
    assert not re.search(r"(?:[A-Za-z']+,? +){10}", text), "words in a row, as of a sentence"


def test_there_are_notebooks():
    assert len(PATHS) >= 5
