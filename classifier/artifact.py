"""The artifact: everything fitted, as arrays and JSON in one folder, read without unpickling anything.

``manifest.json`` names every file with its SHA-256, and for arrays their shape and type. Reading first
audits (names, hashes, headers), then maps the arrays into memory; nothing in an artifact is executed.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from classifier import audit, in_context, lines
from classifier.analysis import Models
from classifier.features import TermIndex
from classifier.phrases import PARTS as PHRASE_PARTS
from classifier.phrases import PhraseModel
from classifier.second_pass import SecondPass
from classifier.sift import by_thresholds
from classifier.signals import LinearModels
from classifier.source_types import SourceTypeModel
from classifier.tagger import Tagger, join_places, split_places

FORMAT_VERSION = 4
"""What this program writes, and the newest format that it reads."""
READER_VERSION = 4
"""The oldest reader that understands what this program writes."""
Parts = tuple[dict[str, np.ndarray], dict[str, Any]]


def _from_format_1(arrays: dict[str, np.ndarray], texts: dict[str, Any]) -> Parts:
    """Format 1 had no filters over phrases."""
    none = PhraseModel.none(arrays["vectors"].shape[1])
    more = {f"phrases_{part}": getattr(none, part).astype(np.float16) for part in PHRASE_PARTS}
    return arrays | more, texts | {"phrases": []}


def _no_second_pass(arrays: dict[str, np.ndarray], texts: dict[str, Any]) -> Parts:
    n = len(texts["tagger_attribution"]["labels"])
    more: dict[str, np.ndarray] = {
        "second_pass": np.zeros((0, n), dtype=np.float16),
        "second_pass_transitions": np.zeros((n + 1, n), dtype=np.float32),
    }
    return arrays | more, texts | {"second_pass": []}


def _from_format_2(arrays: dict[str, np.ndarray], texts: dict[str, Any]) -> Parts:
    """Format 2 had no second pass of the tagger of attributions, and the program held the thresholds of cues."""
    settings = texts["settings"]
    thresholds = {"hedge cues": 0.15, "loaded cues": 0.1} | settings["thresholds"]
    return _no_second_pass(arrays, texts | {"settings": settings | {"thresholds": thresholds}})


def _from_format_3(arrays: dict[str, np.ndarray], texts: dict[str, Any]) -> Parts:
    """In format 3 two thresholds decided which attributions are kept, and boilerplate, hedges, attribution types, opinion and valence were judged once."""
    more = {"sift": by_thresholds(), "lines": lines.alone(), "in_context": in_context.alone()}
    return arrays | more | {"second_look": np.zeros(0, dtype=np.float16)}, texts


# from the arrays and JSON of a format to those of the next one, by the older format's number (docs/artifact.md)
UPGRADES: dict[int, Callable[[dict[str, np.ndarray], dict[str, Any]], Parts]] = {
    1: _from_format_1,
    2: _from_format_2,
    3: _from_format_3,
}
_MAX_BYTES = 200_000_000  # of one array
_MAX_TEXT_BYTES = 50_000_000  # of one JSON file, which takes several times its size in memory
_MAX_ALL_BYTES = 1_000_000_000
_HERE = Path(__file__).resolve().parent


def default_path() -> Path:
    """The shipped artifact: inside an installed wheel, else beside the packages in a clone.

    Raises
    ------
    FileNotFoundError
        Where neither is there.
    """
    for path in (_HERE / "_artifact", _HERE.parent / "artifacts" / "en"):
        if (path / "manifest.json").is_file():
            return path
    raise FileNotFoundError(
        "no shipped artifact found; train one with 'accordingto train --out DIR' and load it by its path"
    )


def check_place(path: Path | str) -> Path:
    """Whether an artifact can be written here; asked before a long training.

    Parameters
    ----------
    path : Path or str
        The artifact's folder, which need not be there yet.

    Returns
    -------
    Path
        The folder itself where a link was given.

    Raises
    ------
    FileExistsError
        Where the folder holds something else than an artifact, or is a file.
    OSError
        Where nothing can be written beside it.
    """
    path = Path(path).resolve()
    if path.exists() and not path.is_dir():
        raise FileExistsError(f"{path} is a file; an artifact is a folder")
    if path.exists() and any(path.iterdir()) and not (path / "manifest.json").is_file():
        raise FileExistsError(f"{path} holds other files than an artifact; name another folder")
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=path.parent):
        return path


def save(
    models: Models, path: Path, manifest: Mapping[str, Any], card: Callable[[Mapping[str, Any]], str] | None = None
) -> dict[str, Any]:
    """Write an artifact; the folder appears whole or not at all.

    It is written beside its place (``NAME.partial``) and renamed in the end, so a disk that fills or a killed process
    leaves the artifact that was there. A process killed between the two renames leaves it as ``NAME.replaced``.

    Parameters
    ----------
    models : Models
    path : Path
        The folder; an artifact that is there already is replaced.
    manifest : mapping
        What to record beside the files: versions, data, measured quality.
    card : callable, optional
        Given the whole manifest, the text of ``MODEL_CARD.md``.

    Returns
    -------
    dict
        The manifest as written.

    Raises
    ------
    FileExistsError
        Where the folder holds something else than an artifact.
    OSError
        Where a file cannot be written.
    """
    path = check_place(path)
    aside, replaced = (path.with_name(path.name + ending) for ending in (".partial", ".replaced"))
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir()
    try:
        files: dict[str, Any] = {}

        def put(name: str, data: bytes, **about: Any) -> None:
            _write(aside / name, data)
            files[name] = {**about, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}

        arrays, texts = _take_apart(models)
        for name, array in arrays.items():
            buffer = io.BytesIO()
            np.save(buffer, np.ascontiguousarray(array), allow_pickle=False)
            put(f"{name}.npy", buffer.getvalue(), shape=list(array.shape), dtype=str(array.dtype))
        for name, value in texts.items():
            put(f"{name}.json", json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode())
        whole = {**manifest, "format": FORMAT_VERSION, "reader": READER_VERSION, "files": files}
        whole["digest"] = _digest(files)
        if card is not None:
            _write(aside / "MODEL_CARD.md", card(whole).encode())
        _write(aside / "manifest.json", json.dumps(whole, indent=1, sort_keys=True, ensure_ascii=False).encode())
        if path.exists():
            shutil.rmtree(replaced, ignore_errors=True)
            path.rename(replaced)
        try:
            aside.rename(path)
        except OSError:
            if replaced.exists():
                replaced.rename(path)
            raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    shutil.rmtree(replaced, ignore_errors=True)
    return whole


def _write(path: Path, data: bytes) -> None:
    """Write a file and make sure that the disk has it: a full one may say so only then."""
    with open(path, "xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _digest(files: Mapping[str, Any]) -> str:
    listing = "".join(f"{name} {files[name]['sha256']}\n" for name in sorted(files))
    return hashlib.sha256(listing.encode()).hexdigest()


def verify(path: Path | str) -> dict[str, Any]:
    """Audit an artifact: every file there, inside the folder, of the recorded size and hash.

    Returns
    -------
    dict
        The manifest.

    Raises
    ------
    ValueError
        Naming the file and what is wrong with it.
    """
    folder = Path(path)
    file = folder / "manifest.json"
    if not file.is_file():
        raise ValueError(f"{folder} is no artifact: there is no manifest.json")
    if file.is_symlink() or file.stat().st_size > _MAX_TEXT_BYTES:
        raise ValueError(f"{file}: a link, or larger than any manifest")
    try:
        manifest = json.loads(file.read_text(encoding="utf-8"))
        reader, written, files = manifest["reader"], manifest["format"], manifest["files"]
        listed = {str(name): entry for name, entry in files.items()}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"{file}: not a manifest ({type(error).__name__}: {error})") from None
    if not _is_version(reader) or reader > FORMAT_VERSION:
        raise ValueError(
            f"{file}: needs a reader of format {reader!r}; this version reads up to {FORMAT_VERSION}: "
            "install a newer accordingto, or train the artifact anew"
        )
    if not _is_version(written) or written < reader:
        raise ValueError(f"{file}: format {written!r} is none that a reader of format {reader} can understand")
    oldest = min(UPGRADES, default=FORMAT_VERSION)
    if written < oldest:
        raise ValueError(
            f"{file}: format {written}, which this version no longer reads (it reads {oldest} to {FORMAT_VERSION}): "
            "train the artifact anew with 'accordingto train'"
        )
    all_bytes = 0
    for name, entry in listed.items():
        one = folder / name
        if name != Path(name).name or name in ("", ".", "..") or not name.endswith((".npy", ".json")):
            raise ValueError(f"{file}: {name!r} is not the name of a file in the artifact's folder")
        if one.is_symlink() or not one.is_file():
            raise ValueError(f"{one}: missing, or not a plain file")
        size = one.stat().st_size
        if not isinstance(entry, dict) or size != entry.get("bytes"):
            raise ValueError(f"{one}: {size} bytes, not as the manifest says")
        all_bytes += size
        if size > (_MAX_BYTES if name.endswith(".npy") else _MAX_TEXT_BYTES) or all_bytes > _MAX_ALL_BYTES:
            raise ValueError(f"{one}: {size} bytes, more than an artifact may have")
        if _sha256(one) != entry.get("sha256"):
            raise ValueError(f"{one}: its SHA-256 is not the manifest's: damaged or changed")
    if manifest.get("digest") != _digest(listed):
        raise ValueError(f"{file}: its digest does not fit its files")
    return manifest


def _sha256(path: Path) -> str:
    """The hash of a file, read in pieces."""
    total = hashlib.sha256()
    with open(path, "rb") as file:
        while piece := file.read(1 << 20):
            total.update(piece)
    return total.hexdigest()


def _is_version(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def load(path: Path | str | None = None) -> tuple[Models, dict[str, Any]]:
    """Read an artifact.

    Returns
    -------
    models : Models
    manifest : dict

    Raises
    ------
    ValueError
        Where a file is damaged, missing, not what the manifest says, or does not fit the others; the message
        names it.
    """
    folder = Path(path) if path is not None else default_path()
    manifest = verify(folder)
    arrays: dict[str, np.ndarray] = {}
    texts: dict[str, Any] = {}
    for name, entry in manifest["files"].items():
        stem, _, ending = name.rpartition(".")
        try:
            if ending == "json":
                texts[stem] = json.loads((folder / name).read_text(encoding="utf-8"))
            else:
                arrays[stem] = np.asarray(np.load(folder / name, mmap_mode="r", allow_pickle=False))
        except (ValueError, OSError, RecursionError) as error:
            raise ValueError(f"{folder / name}: {error}") from None
        if ending == "npy" and (
            list(arrays[stem].shape) != entry.get("shape") or str(arrays[stem].dtype) != entry.get("dtype")
        ):
            raise ValueError(
                f"{folder / name}: shape {arrays[stem].shape}, type {arrays[stem].dtype}: not as the manifest says"
            )
    try:
        for version in range(manifest["format"], FORMAT_VERSION):
            arrays, texts = UPGRADES[version](arrays, texts)
        audit.check(arrays, texts, folder)
        return _put_together(arrays, texts), manifest
    except (KeyError, IndexError, TypeError, AttributeError, OverflowError) as error:
        raise ValueError(f"{folder}: incomplete or inconsistent artifact ({type(error).__name__}: {error})") from None


def _take_apart(models: Models) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    arrays: dict[str, np.ndarray] = {
        "clusters": models.clusters.astype(np.int16),
        "vectors": models.vectors.astype(np.int8),
        "vector_steps": models.vector_steps.astype(np.float32),
        "linker": np.stack([models.linker["source"], models.linker["content"]]).astype(np.float32),
        "source_types": models.source_types.weights.astype(np.float32),
        "sift": models.sift.astype(np.float32),
        "lines": models.lines.astype(np.float32),
        "in_context": models.in_context.astype(np.float32),
        "term_words": models.terms.words.astype(np.int32),
        "term_pairs": models.terms.pairs.astype(np.int64),
        "term_idf": models.terms.idf.astype(np.float32),
    }
    texts: dict[str, Any] = {
        "vocabularies": {k: list(v) for k, v in models.vocabularies.items()},
        "source_types": list(models.source_types.vocabulary),
        "settings": {"thresholds": models.thresholds, "scores": models.scores},
    }
    for name, tagger in models.taggers.items():
        places, sizes = join_places(tagger.places)
        arrays[f"tagger_{name}"] = tagger.families.astype(np.float16)
        arrays[f"tagger_{name}_places"] = places.astype(np.float16)
        arrays[f"tagger_{name}_transitions"] = np.vstack([tagger.transitions, tagger.start]).astype(np.float32)
        texts[f"tagger_{name}"] = {"labels": tagger.labels, "offsets": tagger.offsets, "places": sizes}
    second = models.taggers["attribution"].second
    if second is None:
        arrays, texts = _no_second_pass(arrays, texts)
    else:
        places, texts["second_pass"] = join_places(second.places)
        arrays["second_pass"] = places.astype(np.float16)
        arrays["second_pass_transitions"] = np.vstack([second.transitions, second.start]).astype(np.float32)
    look = models.taggers["hedge"].second_look
    arrays["second_look"] = np.zeros(0, dtype=np.float16) if look is None else look.astype(np.float16)
    for name, linear in (("auxiliary", models.auxiliary), ("signals", models.signals)):
        arrays[f"{name}_terms"] = linear.terms.astype(np.float16)
        arrays[f"{name}_dense"] = linear.dense.astype(np.float32)
        arrays[f"{name}_intercepts"] = linear.intercepts.astype(np.float32)
        texts[f"{name}"] = list(linear.outputs)
    for part in PHRASE_PARTS:
        arrays[f"phrases_{part}"] = getattr(models.phrases, part).astype(np.float16)
    texts["phrases"] = list(models.phrases.outputs)
    return arrays, texts


def _put_together(arrays: Mapping[str, np.ndarray], texts: Mapping[str, Any]) -> Models:
    taggers = {}
    for name in ("attribution", "hedge", "loaded"):
        about = texts[f"tagger_{name}"]
        places = split_places(arrays[f"tagger_{name}_places"], about["places"])
        transitions = arrays[f"tagger_{name}_transitions"]
        taggers[name] = Tagger(
            about["labels"], about["offsets"], arrays[f"tagger_{name}"], places, transitions[:-1], transitions[-1]
        )
    if texts["second_pass"]:
        places = split_places(arrays["second_pass"], texts["second_pass"])
        transitions = arrays["second_pass_transitions"]
        taggers["attribution"].second = SecondPass(places, transitions[:-1], transitions[-1])
    if len(arrays["second_look"]):
        taggers["hedge"].second_look = np.asarray(arrays["second_look"], dtype=np.float32)
    linear = {
        name: LinearModels(
            tuple(texts[name]),
            arrays[f"{name}_terms"],
            np.asarray(arrays[f"{name}_dense"]),
            arrays[f"{name}_intercepts"],
        )
        for name in ("auxiliary", "signals")
    }
    n_words = len(texts["vocabularies"]["word"])
    return Models(
        vocabularies=texts["vocabularies"],
        clusters=arrays["clusters"],
        vectors=arrays["vectors"],
        vector_steps=arrays["vector_steps"],
        taggers=taggers,
        linker={"source": arrays["linker"][0], "content": arrays["linker"][1]},
        source_types=SourceTypeModel(texts["source_types"], arrays["source_types"]),
        sift=np.asarray(arrays["sift"]),
        terms=TermIndex(arrays["term_words"], arrays["term_pairs"], arrays["term_idf"], n_words),
        phrases=PhraseModel(tuple(texts["phrases"]), *(arrays[f"phrases_{part}"] for part in PHRASE_PARTS)),
        auxiliary=linear["auxiliary"],
        signals=linear["signals"],
        lines=np.asarray(arrays["lines"]),
        in_context=np.asarray(arrays["in_context"]),
        thresholds=texts["settings"]["thresholds"],
        scores=texts["settings"]["scores"],
    )
