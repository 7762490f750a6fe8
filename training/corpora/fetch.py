"""Fetch corpora from their own homes into the user's cache, in the layout that the loaders read.

Takes names, gives the folders. A corpus is built in a folder beside its place and moved there when it is complete
and its digest holds, so a broken download never replaces a good copy. Of an archive only the files that the loader
reads are unpacked, and none outside its folder.
"""

from __future__ import annotations

import gzip
import importlib.util
import io
import json
import shutil
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from training.corpora import cache_folder
from training.corpora.table import CorpusInfo, Download, info, verify
from training.records import CorpusError


def fetch(
    names: str | Iterable[str],
    cache: str | Path | None = None,
    progress: bool = True,
    allow_changed: bool = False,
    refresh: bool = False,
    mirror: str | None = None,
) -> dict[str, Path]:
    """Download corpora and give their folders.

    A corpus that is there already is left as it is.

    Parameters
    ----------
    names : str or iterable of str
    cache : path, optional
        The folder that gets one folder a corpus; by default `training.corpora.cache_folder`.
    progress : bool
        Whether to say on standard error what is downloaded.
    allow_changed : bool
        Take files whose checksum is not the one in the table, such as a newer version's.
    refresh : bool
        Download even what is there, and replace it.
    mirror : str, optional
        URL under which the homes are mirrored: ``https://host/path`` is then read from ``{mirror}/host/path``.

    Raises
    ------
    CorpusError
        Where a corpus cannot be fetched, pooch is missing, a download fails, a checksum does not hold, or the
        corpus's folder holds other files, which only ``refresh`` replaces.
    """
    folder = cache_folder() if cache is None else Path(cache)
    entries = [info(name) for name in ([names] if isinstance(names, str) else names)]
    for entry in entries:
        if not entry.downloads:
            raise CorpusError(
                f"the corpus {entry.name!r} cannot be fetched ({entry.licence}); "
                f"those who have it give its folder with --{entry.name}"
            )
    return {
        entry.name: folder / entry.name
        if not refresh and _is_there(entry, folder / entry.name, allow_changed)
        else _fetch(entry, folder, progress, allow_changed, mirror)
        for entry in entries
    }


def _is_there(entry: CorpusInfo, folder: Path, allow_changed: bool) -> bool:
    """Whether the corpus is there; a folder with other files in it is an error, since they may be the user's own."""
    if not folder.is_dir() or not any(folder.iterdir()):
        return False
    if entry.files.present(folder) and (allow_changed or not entry.whole or verify(entry.name, folder).matches):
        return True
    raise CorpusError(
        f"{folder} holds other files than those of the corpus {entry.name!r}; remove the folder to fetch it anew"
    )


def _fetch(entry: CorpusInfo, cache: Path, progress: bool, allow_changed: bool, mirror: str | None) -> Path:
    place = cache / entry.name
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{entry.name}-", dir=cache) as temporary:
        staged, downloaded = Path(temporary) / entry.name, Path(temporary) / "downloaded"
        staged.mkdir()
        for number, download in enumerate(entry.downloads):
            file = _retrieve(entry, download, downloaded / str(number), progress, allow_changed, mirror)
            if entry.name == "news":
                _convert_news(file, download, staged / "articles.jsonl.gz")
            elif download.archive:
                _unpack(file, download, staged, entry.files.globs)
            else:
                shutil.move(file, staged / download.path)
        entry.files.paths(staged)
        if entry.whole and not allow_changed:
            checked = verify(entry.name, staged)
            if not checked.matches:
                raise CorpusError(
                    f"{entry.home} has changed: the files of {entry.name!r} have the digest {checked.found}, not "
                    f"{checked.expected}; give --allow-changed to take them as they are"
                )
        if place.exists():
            shutil.rmtree(place)
        shutil.move(staged, place)
    return place


def _retrieve(
    entry: CorpusInfo, download: Download, folder: Path, progress: bool, allow_changed: bool, mirror: str | None
) -> Path:
    try:
        import pooch
    except ImportError:
        raise CorpusError('fetching needs pooch: pip install "accordingto[fetch]"') from None
    url = download.url
    if mirror is not None:
        parts = urlsplit(url)
        url = f"{mirror.rstrip('/')}/{parts.netloc}{parts.path}"
    pooch.get_logger().setLevel("INFO" if progress else "WARNING")
    try:
        return Path(
            pooch.retrieve(
                url,
                known_hash=f"sha256:{download.sha256}" if download.sha256 and not allow_changed else None,
                fname="file",
                path=folder,
                progressbar=progress and importlib.util.find_spec("tqdm") is not None,
            )
        )
    except (ValueError, OSError) as error:
        # pooch says ValueError of a wrong hash; what requests raises is an OSError.
        hint = "; give --allow-changed to take a changed file" if isinstance(error, ValueError) else ""
        raise CorpusError(f"fetching {entry.name!r} from {url} failed: {error}{hint}") from error


def _members(archive: zipfile.ZipFile, path: Path, inside: str) -> Iterator[tuple[PurePosixPath, zipfile.ZipInfo]]:
    """The files of a repository's zip below ``inside``, by their path from there; an unsafe path is an error."""
    prefix = PurePosixPath(inside).parts
    for member in archive.infolist():
        name = PurePosixPath(member.filename)
        if name.is_absolute() or ".." in name.parts or "\\" in member.filename or ":" in member.filename:
            raise CorpusError(f"{path}: the archive has the unsafe path {member.filename!r}")
        parts = name.parts[1:]
        if not member.is_dir() and parts[: len(prefix)] == prefix:
            yield PurePosixPath(*parts[len(prefix) :]), member


def _open(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except zipfile.BadZipFile as error:
        raise CorpusError(f"{path}: not a zip archive: {error}") from None


def _unpack(path: Path, download: Download, folder: Path, globs: tuple[str, ...]) -> None:
    with _open(path) as archive:
        for name, member in _members(archive, path, download.path):
            if not any(len(PurePosixPath(glob).parts) == len(name.parts) and name.match(glob) for glob in globs):
                continue
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            with archive.open(member) as source, target.open("wb") as sink:
                shutil.copyfileobj(source, sink)


def _convert_news(path: Path, download: Download, target: Path) -> None:
    """Write the repository's JSON files, all of them, by id, as the JSON lines that the loader of ``news`` reads.

    The development copy is a sample of them in another order, which cannot be had again.
    """
    with (
        _open(path) as archive,
        target.open("wb") as file,
        # Without a time stamp the same articles give the same bytes.
        gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0) as packed,
        io.TextIOWrapper(packed, encoding="utf-8", newline="\n") as lines,
    ):
        members = sorted(_members(archive, path, download.path), key=lambda item: str(item[0]))
        for name, member in members:
            if name.suffix != ".json":
                continue
            try:
                raw = json.loads(archive.read(member))
                lines.write(json.dumps(_news_article(raw), ensure_ascii=False) + "\n")
            except (ValueError, KeyError) as error:
                raise CorpusError(f"{path}: {member.filename} is not as expected: {error!r}") from None


def _news_article(raw: dict[str, Any]) -> dict[str, str]:
    return {
        "id": raw["ID"],
        "outlet": raw["source_url"].removeprefix("www."),
        "date": raw["date"] or "",
        "topic": raw["topic"] or "",
        "title": raw["title"] or "",
        "text": raw["content_original"] or "",
    }
