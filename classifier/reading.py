"""Articles out of files: takes a path, gives `Article` objects one at a time.

It exists so that the command line and a notebook read a folder of articles alike, and so that one damaged file or line
of a large collection is named and the rest goes on. Decoding is UTF-8 or, by its byte order mark, UTF-16; what
cannot be decoded becomes U+FFFD, one character each, and line ends stay as they are: every offset in a
report counts characters of ``Article.text``.
"""

from __future__ import annotations

import codecs
import datetime
import gzip
import io
import json
import os
import re
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

from classifier.article import Article
from classifier.web import MAX_PAGE

MAX_ARTICLE = 5_000_000
"""Characters of one article; more is a collection in one piece, or no article at all."""
MAX_LINE = 4 * MAX_ARTICLE
"""Characters of one line of a JSON lines file, which may hold more than the text."""
MAX_JSON = 200_000_000
"""Characters of a JSON file, which is read as a whole."""
MAX_HEADLINE = 200

_LINES = (".jsonl", ".ndjson")
_PAGES = (".html", ".htm", ".xhtml")
_KNOWN = (".txt", ".json", ".parquet", *_LINES, *_PAGES)
_HEADLINE = re.compile(r"\s*(\S[^\r\n]*)(?:\r\n|\n|\r(?!\n))[^\S\r\n]*[\r\n]\s*(?=\S)")
_SENTENCE_END = re.compile(r"(?:\.|…)[\"'”’»)\]]*$")
_SURROGATE = re.compile("[\ud800-\udfff]")
_HTML = re.compile(r"\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!doctype html|<html|<head|<body)\b", re.IGNORECASE)


class ReadingError(ValueError):
    """An article that cannot be read; the message names the file and, where there is one, the line.

    Attributes
    ----------
    id : str
        The article's own id where it could be read, else the place, as in the message.
    """

    def __init__(self, message: str, id: str | None = None) -> None:
        super().__init__(message)
        self.id = id or message.split(": ", 1)[0]


def read_articles(
    path: str | Path,
    text_field: str = "text",
    id_field: str = "id",
    on_error: Callable[[ReadingError], None] | None = None,
) -> Iterator[Article]:
    """Read the articles of a file, a folder or standard input.

    Parameters
    ----------
    path : str or path
        ``.json`` (one object or a list of them), ``.jsonl`` or ``.ndjson`` (one object a line), ``.html`` (a web
        page; takes trafilatura), any other file as one text or page, each of them also with ``.gz``; ``.parquet``
        (one article a row; takes pyarrow); a folder, for its ``.txt``, ``.html``, ``.json``, ``.jsonl`` and
        ``.parquet`` files at any depth in the order of their names; "-" for standard input, which is read as
        JSON lines where its first character other than white space is "{", and as one text or page otherwise.
    text_field, id_field : str
        The fields of a JSON object, or columns of a table, that hold the text and the id. ``title``, ``outlet``
        and ``date`` are taken where they are there.
    on_error : callable, optional
        Gets the `ReadingError` of a file, line or item; the rest is then read. Without it the first one is raised.

    Yields
    ------
    Article
        Without an id of its own it gets the place it was read from: ``path``, ``path:line`` or, in a JSON list
        and a table, ``path[item]`` with the first item as 0. A text file is taken apart by `split_headline`: the
        text is what follows the headline.

    Raises
    ------
    ReadingError
        Where a file is missing, empty, too large or not text, a folder holds no articles, a line is no JSON
        object, or a field is missing or of the wrong type.
    ValueError
        Where there is a Parquet file, but no pyarrow.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "quay.txt").write_text("Quay closes\\n\\nThe quay closed on Friday, the harbour master said.")
    >>> [(article.title, article.text) for article in read_articles(folder)]
    [('Quay closes', 'The quay closed on Friday, the harbour master said.')]
    """
    for item in _articles_or_errors(str(path), text_field, id_field):
        if isinstance(item, Article):
            yield item
        elif on_error is None:
            raise item
        else:
            on_error(item)


def split_headline(text: str) -> tuple[str, str]:
    """Take the headline off a text, if it seems to begin with one.

    The first line is the headline where it has fewer than 200 characters and no full stop at its end, and
    an empty line and then more text follow it.

    Returns
    -------
    headline : str
        Empty where there is none.
    text : str
        What follows the headline, from its first character that is no white space; without a headline the
        whole text as it came.

    Examples
    --------
    >>> split_headline("Ferry fares rise\\n\\nFares go up in May.")
    ('Ferry fares rise', 'Fares go up in May.')
    >>> split_headline("Fares go up in May.\\n\\nThey last rose in 2019.")[0]
    ''
    """
    match = _HEADLINE.match(text)
    if match is None:
        return "", text
    headline = match[1].strip()
    if len(headline) >= MAX_HEADLINE or _SENTENCE_END.search(headline):
        return "", text
    return headline, text[match.end() :]


def _articles_or_errors(path: str, text_field: str, id_field: str) -> Iterator[Article | ReadingError]:
    """An error that is given spoils one item; one that is raised within a file ends that file."""
    try:
        files = list_files(path)
    except ReadingError as error:
        yield error
        return
    for file in files:
        found = False
        try:
            for item in _read(file, text_field, id_field):
                found = True
                yield item
            if not found:
                yield ReadingError(f"{_name(file)}: no articles in it")
        except ReadingError as error:
            yield error


def list_files(path: str | Path) -> list[str]:
    """The files that `read_articles` reads of a path, in its order.

    Raises
    ------
    ReadingError
        Where a folder, or one in it, cannot be read or holds no articles.
    """
    folder = str(path)
    if folder == "-" or not os.path.isdir(folder):
        return [folder]

    def fail(error: OSError) -> None:
        raise ReadingError(f"{error.filename}: {error.strerror}")

    found = []
    for parent, folders, names in os.walk(folder, onerror=fail):
        folders[:] = [name for name in folders if name[0] != "."]
        found += [Path(parent, name) for name in names if name[0] != "." and _kind(name) in _KNOWN]
    if not found:
        raise ReadingError(f"{folder}: no .txt, .html, .json, .jsonl or .parquet files in this folder")
    return [str(path) for path in sorted(found)]


def _kind(path: str) -> str:
    """The ending of a name in lower case, without ``.gz``."""
    return os.path.splitext(path.lower().removesuffix(".gz"))[1]


def _name(path: str) -> str:
    return "standard input" if path == "-" else path


def _read(path: str, text_field: str, id_field: str) -> Iterator[Article | ReadingError]:
    kind = _kind(path)
    if kind == ".parquet":
        yield from _parquet(path, text_field, id_field)
        return
    with _open(path) as file:
        if path == "-":
            yield from _standard_input(file, text_field, id_field)
        elif kind in _LINES:
            yield from _json_lines(file, path, text_field, id_field)
        elif kind == ".json":
            yield from _json(file, path, text_field, id_field)
        elif kind in _PAGES and file.encoding == "utf-8-sig":
            # as bytes, since a page may say of itself how it is encoded
            yield _page(bytes(file.buffer.read(MAX_PAGE + 1)), path)
        elif kind in _PAGES:
            yield _page(file.read(MAX_PAGE + 1), path)
        else:
            yield _text(file.read(MAX_ARTICLE + 1), path)


def _page(html: str | bytes, path: str) -> Article:
    try:
        return Article.from_html(html, id=_place(path))
    except (ValueError, ImportError) as error:
        raise ReadingError(f"{_name(path)}: {error}") from None


@contextmanager
def _open(path: str) -> Iterator[io.TextIOWrapper]:
    """Open a file as text; whatever goes wrong while it is read becomes a `ReadingError` that names it."""
    try:
        if path == "-":
            stream = cast(BinaryIO, sys.stdin.buffer)
        else:
            stream = cast(BinaryIO, gzip.open(path) if path.lower().endswith(".gz") else open(path, "rb"))  # noqa: SIM115
        buffered = io.BufferedReader(cast(Any, stream))
        file = io.TextIOWrapper(buffered, _encoding(buffered.peek(2)), errors="replace", newline="")
        try:
            yield file
        finally:
            if path == "-":
                # Closing the wrappers would close standard input, which is not ours.
                file.detach()
                buffered.detach()
            else:
                file.close()
    except FileNotFoundError:
        raise ReadingError(f"{path}: no such file or folder") from None
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise ReadingError(f"{path}: damaged gzip file: {error}") from None
    except OSError as error:
        raise ReadingError(f"{_name(path)}: {error.strerror or error}") from None


def _encoding(head: bytes) -> str:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    return "utf-8-sig"


def _standard_input(file: io.TextIOWrapper, text_field: str, id_field: str) -> Iterator[Article | ReadingError]:
    before = ""
    # The first line that is not blank tells what comes; lines stay lines, so that a pipe is scored as it flows.
    for skipped, line in enumerate(iter(lambda: file.readline(MAX_LINE + 1), "")):
        if line.lstrip().startswith("{"):
            yield from _json_lines(file, "-", text_field, id_field, line, skipped)
            return
        before += line
        if line.strip():
            yield _text(before + file.read(MAX_ARTICLE + 1), "-")
            return


def _text(text: str, path: str) -> Article:
    name = _name(path)
    if len(text) > MAX_ARTICLE:
        raise ReadingError(f"{name}: more than {MAX_ARTICLE:,} characters, too long for one article")
    if "\0" in text[:10_000] or text.startswith("%PDF-"):
        raise ReadingError(f"{name}: not a text file")
    if _HTML.match(text):
        return _page(text, path)
    if not text.strip():
        raise ReadingError(f"{name}: no text in it")
    headline, body = split_headline(text)
    return Article(text=body, title=headline, id=_place(path))


def _place(path: str) -> str:
    """What an id says of a file: its path, in characters that can be written again."""
    return "stdin" if path == "-" else _SURROGATE.sub("\ufffd", path)


def _json(file: io.TextIOWrapper, path: str, text_field: str, id_field: str) -> Iterator[Article | ReadingError]:
    text = file.read(MAX_JSON + 1)
    if len(text) > MAX_JSON:
        raise ReadingError(f"{path}: more than {MAX_JSON:,} characters; write large collections as .jsonl")
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        raise ReadingError(f"{path}:{error.lineno}: not valid JSON: {error.msg}") from None
    except (ValueError, RecursionError) as error:
        raise ReadingError(f"{path}: not valid JSON: {error}") from None
    if isinstance(content, list):
        for number, record in enumerate(content):
            yield _article(record, f"{_place(path)}[{number}]", text_field, id_field)
    else:
        yield _article(content, _place(path), text_field, id_field)


def _json_lines(
    file: io.TextIOWrapper, path: str, text_field: str, id_field: str, line: str = "", number: int = 0
) -> Iterator[Article | ReadingError]:
    """Read on, after ``line`` if it was read already, which is not yet counted in ``number``."""
    line = line or file.readline(MAX_LINE + 1)
    while line:
        number += 1
        where = f"{_place(path)}:{number}"
        if len(line) > MAX_LINE:
            while line and not line.endswith(("\n", "\r")):
                line = file.readline(MAX_LINE)
            yield ReadingError(f"{where}: more than {MAX_LINE:,} characters in one line")
        elif line.strip() in ("{", "["):
            raise ReadingError(f"{where}: JSON over several lines, where each line takes a whole object")
        elif line.strip():
            try:
                record = json.loads(line)
            except (ValueError, RecursionError) as error:
                reason = error.msg if isinstance(error, json.JSONDecodeError) else str(error)
                yield ReadingError(f"{where}: not valid JSON: {reason}")
            else:
                yield _article(record, where, text_field, id_field)
        line = file.readline(MAX_LINE + 1)


def _parquet(path: str, text_field: str, id_field: str) -> Iterator[Article | ReadingError]:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise ValueError(f"{path}: Parquet files take pyarrow: pip install 'accordingto[parquet]'") from None
    number = 0
    try:
        with pyarrow.parquet.ParquetFile(path) as table:
            wanted = dict.fromkeys((text_field, id_field, "title", "outlet", "date"))
            here = [name for name in wanted if name in table.schema_arrow.names]
            if text_field not in here:
                columns = ", ".join(table.schema_arrow.names[:10]) or "none"
                raise ReadingError(f"{path}: no column {text_field!r}; there are {columns}")
            # few rows at a time: a batch is held as a whole
            for batch in table.iter_batches(batch_size=64, columns=here):
                for row in batch.to_pylist():
                    record = {name: str(value) if _is_date(value) else value for name, value in row.items()}
                    yield _article(record, f"{_place(path)}[{number}]", text_field, id_field)
                    number += 1
    except FileNotFoundError:
        raise ReadingError(f"{path}: no such file or folder") from None
    except (pyarrow.ArrowException, OSError) as error:
        raise ReadingError(f"{path}: not a Parquet file, or damaged after row {number}: {error}") from None


def _is_date(value: Any) -> bool:
    return isinstance(value, datetime.date)


def _article(record: Any, where: str, text_field: str, id_field: str) -> Article | ReadingError:
    made = _article_of(record, where, text_field, id_field)
    if isinstance(made, ReadingError) and isinstance(record, dict):
        own = record.get(id_field)
        if isinstance(own, (str, int)) and str(own):
            made.id = _SURROGATE.sub("\ufffd", str(own))
    return made


def _article_of(record: Any, where: str, text_field: str, id_field: str) -> Article | ReadingError:
    if not isinstance(record, dict):
        return ReadingError(f"{where}: not a JSON object")
    # An id is made up only where none was asked for by name.
    for needed in (text_field,) if id_field == "id" else (text_field, id_field):
        if record.get(needed) is None:
            return ReadingError(f"{where}: no field {needed!r}; there are {', '.join(sorted(record)[:10]) or 'none'}")
    values: dict[str, str] = {}
    for name, field in (("text", text_field), ("id", id_field), *((f, f) for f in ("title", "outlet", "date"))):
        value = record.get(field)
        if value is None:
            continue
        if name in ("id", "date") and isinstance(value, (int, float)):
            value = str(value)
        if not isinstance(value, str):
            return ReadingError(f"{where}: the field {field!r} takes text, not {type(value).__name__}")
        # JSON can spell half a surrogate pair, which no file could take again.
        values[name] = _SURROGATE.sub("\ufffd", value)
    if len(values["text"]) > MAX_ARTICLE:
        return ReadingError(f"{where}: more than {MAX_ARTICLE:,} characters, too long for one article")
    values["id"] = values.get("id") or where
    return Article(**values)
