"""Artifacts of older formats stay loadable, newer ones are refused in words, and writing is whole or nothing."""

import json
import os
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import classifier
from classifier import artifact

DATA = Path(__file__).resolve().parent.parent / "data"
ROOT = DATA.parent.parent
FORMATS = sorted(DATA.glob("artifact-*.zip"))
TEXT = (
    '"The ferry may not sail before June," said Ann Bell, the harbour master, on Monday. According to two people at '
    "the council, who asked not to be named, the repair will cost four million. It is a disgrace. "
) * 4


def unpacked(path, tmp_path):
    folder = tmp_path / "artifact"
    with zipfile.ZipFile(path) as packed:
        packed.extractall(folder)
    return folder


def changed_manifest(folder, **fields):
    file = folder / "manifest.json"
    file.write_text(json.dumps(json.loads(file.read_text(encoding="utf-8")) | fields), encoding="utf-8")


@pytest.fixture
def small(tmp_path):
    return unpacked(DATA / f"artifact-{artifact.FORMAT_VERSION}.zip", tmp_path)


def test_there_is_a_small_artifact_of_every_format():
    assert [p.stem for p in FORMATS] == [f"artifact-{n}" for n in range(1, artifact.FORMAT_VERSION + 1)], (
        "python tests/data/make_artifact.py makes the one of the present format"
    )
    assert all(p.stat().st_size < 400_000 for p in FORMATS)


@pytest.mark.parametrize("path", FORMATS, ids=lambda p: p.stem)
def test_an_artifact_of_each_format_loads_and_scores(path, tmp_path):
    report = classifier.load(unpacked(path, tmp_path)).score(TEXT)
    assert 0 <= report.sourcing.low <= report.sourcing.value <= report.sourcing.high <= 100
    assert sum(report.sourcing.contributions.values()) == pytest.approx(report.sourcing.value)
    assert any(s.attributed > 0.5 for s in report.sentences)


def test_an_older_format_is_brought_up_to_date_before_it_is_checked(small, monkeypatch):
    # a next format whose hedge threshold is another number
    def upgrade(arrays, texts):
        settings = texts["settings"]
        return arrays, texts | {"settings": settings | {"thresholds": settings["thresholds"] | {"hedged": 0.123}}}

    monkeypatch.setattr(artifact, "FORMAT_VERSION", artifact.FORMAT_VERSION + 1)
    monkeypatch.setitem(artifact.UPGRADES, artifact.FORMAT_VERSION - 1, upgrade)
    models, manifest = artifact.load(small)
    assert manifest["format"] == artifact.FORMAT_VERSION - 1
    assert models.thresholds["hedged"] == 0.123


def test_what_an_upgrade_gives_is_checked_like_a_new_artifact(small, monkeypatch):
    def upgrade(arrays, texts):
        return arrays | {"linker": arrays["linker"][:, 1:]}, texts

    monkeypatch.setattr(artifact, "FORMAT_VERSION", artifact.FORMAT_VERSION + 1)
    monkeypatch.setitem(artifact.UPGRADES, artifact.FORMAT_VERSION - 1, upgrade)
    with pytest.raises(ValueError, match=r"linker\.npy: "):
        artifact.load(small)


def test_a_format_that_is_no_longer_read_is_named(small, monkeypatch):
    monkeypatch.setattr(artifact, "FORMAT_VERSION", artifact.FORMAT_VERSION + 1)
    monkeypatch.setattr(artifact, "UPGRADES", {})
    with pytest.raises(ValueError, match=r"format \d, which this version no longer reads.*train"):
        artifact.load(small)


def test_a_newer_format_that_this_reader_understands_is_read(small):
    changed_manifest(small, format=artifact.FORMAT_VERSION + 1)
    assert classifier.load(small).score(TEXT).sentences


@pytest.mark.parametrize("version", [0, "1", None, True, 1.0])
def test_a_format_that_is_no_number_is_refused(small, version):
    changed_manifest(small, format=version)
    with pytest.raises(ValueError, match=r"manifest\.json: format"):
        artifact.load(small)


def test_a_newer_reader_is_asked_for_in_words(small):
    changed_manifest(small, reader=99, format=99)
    with pytest.raises(ValueError, match=r"format 99.*install a newer accordingto"):
        artifact.load(small)


# writing


def put(folder, models, **manifest):
    return artifact.save(models, folder, manifest, lambda whole: f"card of {whole['digest']}")


def test_a_saved_artifact_is_the_one_that_was_loaded(small, tmp_path):
    models, before = artifact.load(small)
    again = put(tmp_path / "deep" / "again", models, name="x")
    assert again["digest"] == before["digest"]
    assert (tmp_path / "deep" / "again" / "MODEL_CARD.md").read_text() == f"card of {before['digest']}"


def test_a_disk_that_fills_at_any_file_leaves_what_was_there(small, tmp_path, monkeypatch):
    models, _ = artifact.load(small)
    out = tmp_path / "out"
    before = put(out, models, name="old")
    write = artifact._write
    monkeypatch.setattr(os, "fsync", lambda number: None)  # slow, and nothing here depends on it
    n_files = len(list(out.iterdir()))
    for fails_at in range(n_files):
        calls = []

        def full(path, data, fails_at=fails_at, calls=calls):
            calls.append(path)
            if len(calls) > fails_at:
                raise OSError(28, "No space left on device", str(path))
            write(path, data)

        monkeypatch.setattr(artifact, "_write", full)
        with pytest.raises(OSError, match="No space left"):
            put(out, models, name="new")
        with pytest.raises(OSError, match="No space left"):
            put(tmp_path / "fresh", models, name="new")
        assert artifact.verify(out) == before
        assert {p.name for p in tmp_path.iterdir()} == {"artifact", "out"}


@pytest.mark.skipif(sys.platform == "win32", reason="limits of file sizes are a matter of POSIX")
def test_a_write_that_the_system_refuses_is_an_error_and_leaves_nothing(small, tmp_path):
    import resource

    models, _ = artifact.load(small)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, limits[1]))
    try:
        with pytest.raises(OSError, match="too large"):
            put(tmp_path / "out", models)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert {p.name for p in tmp_path.iterdir()} == {"artifact"}


def test_a_rename_that_fails_puts_the_old_artifact_back(small, tmp_path, monkeypatch):
    models, _ = artifact.load(small)
    out = tmp_path / "out"
    before = put(out, models, name="old")
    rename = Path.rename

    def fails(self, target):
        if self.name.endswith(".partial"):
            raise OSError(5, "Input/output error")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fails)
    with pytest.raises(OSError, match="Input/output"):
        put(out, models, name="new")
    assert artifact.verify(out) == before


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL here")
def test_a_killed_process_leaves_a_whole_artifact(small, tmp_path):
    out = tmp_path / "out"
    code = (
        "import sys; from classifier import artifact\n"
        "models, manifest = artifact.load(sys.argv[1])\n"
        "while True:\n artifact.save(models, sys.argv[2], {}); print('saved', flush=True)\n"
    )
    for seconds in (0.001, 0.02, 0.05):
        process = subprocess.Popen(
            [sys.executable, "-c", code, str(small), str(out)], cwd=ROOT, stdout=subprocess.PIPE, env=os.environ
        )
        assert process.stdout.readline()
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(seconds)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()
        # between two renames the old one stands aside, whole
        artifact.verify(out if out.exists() else tmp_path / "out.replaced")
    models, _ = artifact.load(small)
    put(out, models)
    assert {p.name for p in tmp_path.iterdir()} == {"artifact", "out"}


def test_a_place_that_cannot_be_written_is_known_before_training(tmp_path):
    from training.train import train

    steps = []
    (tmp_path / "file").write_text("precious")
    with pytest.raises(FileExistsError, match="is a file"):
        train(tmp_path / "file", progress=steps.append)
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.txt").write_text("precious")
    with pytest.raises(FileExistsError, match="holds other files"):
        train(tmp_path / "thesis", progress=steps.append)
    assert not steps
