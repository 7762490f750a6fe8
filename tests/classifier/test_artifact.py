"""An artifact that is damaged, changed or hostile is refused, and the refusal names the file."""

import json
import pickle
import shutil

import numpy as np
import pytest

import classifier
from classifier import artifact


class Bomb:
    def __reduce__(self):
        return (pytest.fail, ("the artifact ran code",))


@pytest.fixture
def copy(tmp_path, own_artifact):
    path = tmp_path / "copy"
    shutil.copytree(own_artifact["artifact"], path)
    return path


def rewrite_manifest(path, change):
    file = path / "manifest.json"
    manifest = json.loads(file.read_text())
    change(manifest)
    file.write_text(json.dumps(manifest))


def test_a_whole_artifact_is_verified_and_loads(copy):
    assert artifact.verify(copy)["digest"]
    assert classifier.load(copy).score("x").warnings


def test_a_cut_file_is_named(copy):
    file = copy / "signals_terms.npy"
    file.write_bytes(file.read_bytes()[:-7])
    with pytest.raises(ValueError, match=r"signals_terms\.npy"):
        classifier.load(copy)


def test_a_changed_file_is_named(copy):
    file = copy / "settings.json"
    file.write_text(file.read_text().replace("0", "1", 1))
    with pytest.raises(ValueError, match=r"settings\.json.*SHA-256"):
        classifier.load(copy)


def test_a_missing_file_is_named(copy):
    (copy / "vectors.npy").unlink()
    with pytest.raises(ValueError, match=r"vectors\.npy: missing"):
        classifier.load(copy)


def test_a_pickle_with_a_fitting_hash_is_not_run(copy):
    import hashlib

    data = pickle.dumps(Bomb())
    (copy / "vectors.npy").write_bytes(data)

    def change(m):
        m["files"]["vectors.npy"] |= {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        m["digest"] = artifact._digest(m["files"])

    rewrite_manifest(copy, change)
    with pytest.raises(ValueError, match=r"vectors\.npy"):
        classifier.load(copy)


def test_an_object_array_is_not_unpickled(copy):
    import hashlib

    np.save(copy / "vectors.npy", np.array([Bomb()], dtype=object), allow_pickle=True)
    data = (copy / "vectors.npy").read_bytes()

    def change(m):
        m["files"]["vectors.npy"] |= {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        m["digest"] = artifact._digest(m["files"])

    rewrite_manifest(copy, change)
    with pytest.raises(ValueError, match=r"vectors\.npy"):
        classifier.load(copy)


@pytest.mark.parametrize("name", ["../secret.json", "/etc/passwd.json", "a/b.npy", "x.pkl"])
def test_a_path_out_of_the_folder_is_refused(copy, name):
    rewrite_manifest(copy, lambda m: m["files"].update({name: {"bytes": 1, "sha256": "0"}}))
    with pytest.raises(ValueError, match="not the name of a file"):
        classifier.load(copy)


def test_a_link_is_refused(copy, tmp_path):
    target = tmp_path / "elsewhere.npy"
    shutil.move(copy / "vectors.npy", target)
    (copy / "vectors.npy").symlink_to(target)
    with pytest.raises(ValueError, match=r"vectors\.npy: missing, or not a plain file"):
        classifier.load(copy)


def test_a_newer_format_is_refused(copy):
    rewrite_manifest(copy, lambda m: m.update(reader=99))
    with pytest.raises(ValueError, match="format 99"):
        classifier.load(copy)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"reader": 1, "files": []}', "nonsense"])
def test_a_wrong_manifest_is_refused(copy, text):
    (copy / "manifest.json").write_text(text)
    with pytest.raises(ValueError, match=r"manifest\.json"):
        classifier.load(copy)


def test_an_empty_folder_is_no_artifact(tmp_path):
    with pytest.raises(ValueError, match="no artifact"):
        classifier.load(tmp_path)


def test_saving_never_replaces_a_folder_of_something_else(tmp_path, own_artifact):
    (tmp_path / "thesis.txt").write_text("precious")
    models, manifest = artifact.load(own_artifact["artifact"])
    with pytest.raises(FileExistsError, match="holds other files"):
        artifact.save(models, tmp_path, manifest)
    assert (tmp_path / "thesis.txt").read_text() == "precious"
