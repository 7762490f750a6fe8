"""A built wheel holds all that scoring needs, and works away from the clone."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    pytest.importorskip("hatchling", reason="building a wheel takes hatchling")
    out = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (path,) = out.glob("*.whl")
    return path


def test_the_wheel_holds_artifact_templates_lexicons_and_data(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    for wanted in (
        "classifier/_artifact/manifest.json",
        "classifier/templates/report.html",
        "classifier/lexicons/words.txt",
        "classifier/schema/report.schema.json",
        "training/data/words.npz",
    ):
        assert wanted in names
    assert any(n.startswith("training/data/own/") and n.endswith(".json") for n in names)
    assert not any(n.startswith(("tests/", "notebooks/")) for n in names)


def test_an_installed_wheel_scores_from_anywhere(wheel, tmp_path):
    site = tmp_path / "site"
    zipfile.ZipFile(wheel).extractall(site)
    story = (
        "The mayor, Ann Bell, said on Monday that the bridge may close. It opened in 1961 and carries 20,000 cars a day. "
        "“We found cracks in four piers,” Bell told reporters. Engineers began their work in March, and the first report "
        "is due in May. The council will vote on the money next week. Nobody was hurt when a stone fell in January."
    )
    code = (
        f"import classifier, sys; r = classifier.load().score({story!r});"
        "print(classifier.__file__); print(r.sources[0].name, r.sourcing.grade)"
    )
    environment = {**os.environ, "PYTHONPATH": str(site)}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    where, result = done.stdout.splitlines()
    assert where.startswith(str(site))
    assert result.startswith("Ann Bell ")


def test_importing_and_loading_stay_light():
    code = (
        "import sys, classifier; classifier.load();"
        "print(sorted({'sklearn', 'pandas', 'scipy', 'jinja2', 'nltk', 'training'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
