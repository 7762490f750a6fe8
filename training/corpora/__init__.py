"""One loader a corpus, all giving the record types of `training.records`, and `load`, which finds the folder.

A corpus is looked for in the folder of ``--data``, else in the one that the environment variable ACCORDINGTO_DATA
names, else in the cache that ``accordingto fetch`` fills. Each of these holds one folder a corpus, named as it.
"""

# No "from __future__ import annotations" here: the name would stand in the way of the submodule `annotations`.
import os
import sys
from pathlib import Path

from training.corpora.table import CORPORA, CorpusInfo, Verification, digest, info, verify
from training.records import Corpus

__all__ = [
    "CORPORA",
    "CorpusInfo",
    "Verification",
    "available",
    "cache_folder",
    "digest",
    "find",
    "info",
    "load",
    "names",
    "verify",
]


def names() -> tuple[str, ...]:
    """The names of all corpora."""
    return tuple(CORPORA)


def cache_folder() -> Path:
    """Where fetched corpora lie: ACCORDINGTO_DATA where it is set, else the user's cache folder."""
    if os.environ.get("ACCORDINGTO_DATA"):
        return Path(os.environ["ACCORDINGTO_DATA"]).expanduser()
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "accordingto"


def find(name: str, data: str | Path | None = None, annotations: str | Path | None = None) -> Path:
    """The folder in which a corpus is looked for, whether it is there or not.

    Parameters
    ----------
    name : str
    data : path, optional
        The folder that holds one folder a corpus; given, no other is tried.
    annotations : path, optional
        The annotations' own folder; without it they are looked for as any corpus.

    Raises
    ------
    CorpusError
        Where there is no corpus of that name.
    """
    info(name)
    if name == "annotations" and annotations is not None:
        return Path(annotations)
    return (cache_folder() if data is None else Path(data)) / name


def load(name: str, data: str | Path | None = None, annotations: str | Path | None = None) -> Corpus:
    """Load a corpus by its name; the parameters are those of `find`.

    Raises
    ------
    CorpusError
        Where the corpus is unknown, missing or damaged; the message says how to get it.
    """
    return info(name).load(find(name, data, annotations))


def available(data: str | Path | None = None, annotations: str | Path | None = None) -> tuple[str, ...]:
    """The names of the corpora whose files are there."""
    return tuple(name for name in names() if info(name).files.present(find(name, data, annotations)))
