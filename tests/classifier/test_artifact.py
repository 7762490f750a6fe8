"""An artifact that is damaged, changed or hostile is refused, and the refusal names the file."""

import hashlib
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


def rehash(path, name):
    """Make the manifest's size and hash fit one file; its shape and type stay as they were."""
    data = (path / name).read_bytes()

    def change(manifest):
        manifest["files"][name] |= {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        manifest["digest"] = artifact._digest(manifest["files"])

    rewrite_manifest(path, change)


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
    (copy / "vectors.npy").write_bytes(pickle.dumps(Bomb()))
    rehash(copy, "vectors.npy")
    with pytest.raises(ValueError, match=r"vectors\.npy"):
        classifier.load(copy)


def test_an_object_array_is_not_unpickled(copy):
    np.save(copy / "vectors.npy", np.array([Bomb()], dtype=object), allow_pickle=True)
    rehash(copy, "vectors.npy")
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


def test_two_files_that_changed_places_are_named(copy):
    one, other = (copy / f"tagger_{name}_places.npy" for name in ("hedge", "loaded"))
    kept = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(kept)
    with pytest.raises(ValueError, match=r"tagger_(hedge|loaded)_places\.npy: "):
        classifier.load(copy)


def test_a_manifest_that_is_a_link_is_refused(copy, tmp_path):
    shutil.move(copy / "manifest.json", tmp_path / "elsewhere.json")
    (copy / "manifest.json").symlink_to(tmp_path / "elsewhere.json")
    with pytest.raises(ValueError, match=r"manifest\.json: a link"):
        classifier.load(copy)


def test_a_newer_format_is_refused(copy):
    rewrite_manifest(copy, lambda m: m.update(reader=99))
    with pytest.raises(ValueError, match="format 99"):
        classifier.load(copy)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"reader": 1, "format": 1, "files": []}', "nonsense"])
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


def resign(path):
    """Make the manifest fit the files, as whoever forges an artifact would."""

    def change(manifest):
        for name, entry in manifest["files"].items():
            data = (path / name).read_bytes()
            entry |= {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
            if name.endswith(".npy"):
                array = np.load(path / name)
                entry |= {"shape": list(array.shape), "dtype": str(array.dtype)}
        manifest["digest"] = artifact._digest(manifest["files"])

    rewrite_manifest(path, change)


def with_value(array, value):
    array = array.copy()
    array.flat[0] = value
    return array


@pytest.mark.parametrize(
    ("name", "change", "named"),
    [
        ("vectors", lambda a: a[:-1], "vectors"),
        ("vectors", lambda a: a.astype(np.float32), "vectors"),
        ("vectors", lambda a: a.ravel(), "vectors"),
        ("vector_steps", lambda a: np.append(a, a), "vector_steps"),
        ("vector_steps", lambda a: with_value(a, np.nan), "vector_steps"),
        ("clusters", lambda a: a[1:], "clusters"),
        ("clusters", lambda a: with_value(a, -5), "clusters"),
        ("clusters", lambda a: with_value(a, 30_000), "tagger_attribution"),
        ("linker", lambda a: a[:, 1:], "linker"),
        ("linker", lambda a: with_value(a, np.inf), "linker"),
        ("source_types", lambda a: a[:, :3], "source_types"),
        ("source_types", lambda a: a[1:], "source_types"),
        ("term_words", lambda a: with_value(a, 0), "term_words"),
        ("term_words", lambda a: np.append(a[:-1], 10**8).astype(a.dtype), "term_words"),
        ("term_words", lambda a: a[::-1], "term_words"),
        ("term_pairs", lambda a: np.append(a, 2**62), "term_pairs"),
        ("term_idf", lambda a: a[:-1], "term_idf"),
        ("tagger_attribution", lambda a: a[:-1], "tagger_attribution"),
        ("tagger_attribution", lambda a: a[:, :-1], "tagger_attribution"),
        ("tagger_hedge", lambda a: with_value(a, np.nan), "tagger_hedge"),
        ("tagger_loaded_places", lambda a: a[:-1], "tagger_loaded_places"),
        ("tagger_hedge_transitions", lambda a: a[:-1], "tagger_hedge_transitions"),
        ("signals_terms", lambda a: a[:-1], "signals_terms"),
        ("signals_terms", lambda a: np.zeros((len(a), 10_000), a.dtype), "signals_terms"),
        ("signals_dense", lambda a: a[:-1], "signals_dense"),
        ("signals_intercepts", lambda a: a[:-1], "signals_intercepts"),
        ("auxiliary_terms", lambda a: a[:-1], "auxiliary_terms"),
        ("phrases_projection", lambda a: a[:-1], "phrases_projection"),
        ("phrases_projection", lambda a: a.ravel(), "phrases_projection"),
        ("phrases_filters", lambda a: a[:-1], "phrases_filters"),
        ("phrases_filters", lambda a: a[:, :-1], "phrases_weights"),
        ("phrases_weights", lambda a: a[:, :-1], "phrases_weights"),
        ("phrases_weights", lambda a: with_value(a, np.nan), "phrases_weights"),
    ],
)
def test_an_array_that_does_not_fit_is_named_though_its_hash_fits(copy, name, change, named):
    np.save(copy / f"{name}.npy", change(np.load(copy / f"{name}.npy")))
    resign(copy)
    with pytest.raises(ValueError, match=rf"{named}\.(npy|json): "):
        classifier.load(copy)


def without(key):
    return lambda value: {k: v for k, v in value.items() if k != key}


def nested(*path, value):
    def change(whole):
        inner = whole
        for key in path[:-1]:
            inner = inner[key]
        inner[path[-1]] = value
        return whole

    return change


@pytest.mark.parametrize(
    ("name", "change", "named"),
    [
        ("vocabularies", without("word"), "vocabularies.json"),
        ("vocabularies", lambda v: v | {"word": v["word"][:-1]}, "vectors.npy|clusters.npy"),
        ("vocabularies", lambda v: v | {"suffix3": v["suffix3"][:-1]}, "tagger_attribution.npy"),
        ("vocabularies", lambda v: v | {"word": ["the"] * len(v["word"])}, "vocabularies.json"),
        ("vocabularies", lambda v: v | {"word": 7}, "vocabularies.json"),
        ("vocabularies", lambda v: [], "vocabularies.json"),
        ("source_types", lambda v: v[:-1], "source_types.npy"),
        ("source_types", lambda v: None, "source_types.json"),
        ("signals", lambda v: ["loadedness", *v[1:]], "signals.json"),
        ("signals", lambda v: v[:-1], "signals_terms.npy"),
        ("auxiliary", lambda v: [*v, "more"], "auxiliary_terms.npy"),
        ("phrases", lambda v: ["loadedness", *v[1:]], "phrases.json"),
        ("phrases", lambda v: v[:-1], "phrases_weights.npy"),
        ("tagger_hedge", nested("labels", value=["O", "B-x", "I-x"]), "tagger_hedge.json"),
        ("tagger_hedge", nested("offsets", value=[-9, 0]), "tagger_hedge.json"),
        ("tagger_hedge", nested("offsets", value=[1, 0, -1, 2]), "tagger_hedge.json"),
        ("tagger_hedge", nested("offsets", value=[[0]]), "tagger_hedge.json"),
        ("tagger_loaded", nested("places", 0, value=["quote", 10**12]), "tagger_loaded.json"),
        ("tagger_loaded", nested("places", 0, value=["moon", 4]), "tagger_loaded.json"),
        ("tagger_loaded", nested("places", value="quote"), "tagger_loaded.json"),
        ("second_pass", lambda v: [["moon", 4], *v], "second_pass.json"),
        ("second_pass", lambda v: v[:-1], "second_pass.npy"),
        ("second_pass", lambda v: 7, "second_pass.json"),
        ("settings", without("scores"), "settings.json"),
        ("settings", nested("thresholds", "hedged", value=None), "settings.json"),
        ("settings", nested("thresholds", "loaded", value=2), "settings.json"),
        ("settings", nested("thresholds", "opinion", value=float("nan")), "settings.json"),
        ("settings", nested("scores", "sourcing", "features", 0, value="moonlight"), "settings.json"),
        ("settings", nested("scores", "sourcing", "weights", value=[1]), "settings.json"),
        ("settings", nested("scores", "valence", "baseline", value="high"), "settings.json"),
        ("settings", nested("scores", "loaded", "error", value=float("inf")), "settings.json"),
        ("settings", nested("scores", "opinion", value=None), "settings.json"),
    ],
)
def test_a_text_that_does_not_fit_is_named_though_its_hash_fits(copy, name, change, named):
    file = copy / f"{name}.json"
    file.write_text(json.dumps(change(json.loads(file.read_text()))))
    resign(copy)
    with pytest.raises(ValueError, match=f"({named}): "):
        classifier.load(copy)


@pytest.mark.parametrize("name", ["vectors.npy", "signals.json"])
def test_a_file_that_the_manifest_leaves_out_is_named(copy, name):
    rewrite_manifest(copy, lambda m: m["files"].pop(name))
    resign(copy)
    with pytest.raises(ValueError, match=rf"{name}: not in the manifest"):
        classifier.load(copy)


def test_a_header_that_promises_more_than_the_file_holds_is_refused(copy):
    file = copy / "vectors.npy"
    header = {"descr": "|i1", "fortran_order": False, "shape": (10**12, 10**6)}
    with open(file, "wb") as out:
        np.lib.format.write_array_header_1_0(out, header)

    rehash(copy, file.name)
    with pytest.raises(ValueError, match=r"vectors\.npy: "):
        classifier.load(copy)


def test_json_that_is_nested_without_end_is_refused(copy):
    (copy / "settings.json").write_text("[" * 200_000)
    resign(copy)
    with pytest.raises(ValueError, match=r"settings\.json: "):
        classifier.load(copy)


def test_more_bytes_than_any_artifact_has_are_not_read(copy, monkeypatch):
    monkeypatch.setattr(artifact, "_MAX_TEXT_BYTES", 20_000)
    with pytest.raises(ValueError, match=r"vocabularies\.json: \d+ bytes, more than"):
        classifier.load(copy)


@pytest.mark.parametrize("version", [0, -1, "1", None, 1.5])
def test_a_reader_version_that_is_none_is_refused(copy, version):
    rewrite_manifest(copy, lambda m: m.update(reader=version))
    with pytest.raises(ValueError, match=r"manifest\.json: needs a reader"):
        classifier.load(copy)
