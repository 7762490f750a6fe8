"""What the loaders share: finding and reading a corpus's files, and finding marked words in a text.

Every reader raises `CorpusError` with the path, what is wrong there, and how to get the corpus, because
the usual cause is a folder given one level too high or too low.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from training.records import CorpusError, Offsets

T = TypeVar("T")


@dataclass(frozen=True)
class CorpusFiles:
    """The files of one corpus: its name and the globs, relative to its folder, of what its loader reads."""

    name: str
    globs: tuple[str, ...]
    fetchable: bool = True

    def error(self, path: Path, problem: str) -> CorpusError:
        """The error that names ``path``, says what is wrong there and how to get the corpus."""
        if self.fetchable:
            layout = f"{self.name}/{self.globs[0]}"
            remedy = f"run `accordingto fetch {self.name}`, or give --data a folder laid out like {layout}"
        else:
            remedy = f"it is not public; give --{self.name} the folder that holds {', '.join(self.globs)}"
        return CorpusError(f"{path}: {problem} (corpus {self.name!r}: {remedy})")

    def paths(self, folder: Path) -> list[Path]:
        """Every file of the corpus, in the order of its relative path.

        Raises
        ------
        CorpusError
            Where the folder is missing or a glob finds nothing in it.
        """
        if not folder.is_dir():
            raise self.error(folder, "no such folder")
        found: set[Path] = set()
        for pattern in self.globs:
            matches = {path for path in folder.glob(pattern) if path.is_file()}
            if not matches:
                raise self.error(folder / pattern, "no such file")
            found |= matches
        return sorted(found, key=lambda path: path.relative_to(folder).as_posix())

    def present(self, folder: Path) -> bool:
        """Whether every glob finds a file in the folder."""
        return all(any(folder.glob(pattern)) for pattern in self.globs)

    def digest(self, folder: Path) -> str:
        """SHA-256 (hex) over the sorted relative paths of the corpus's files and their contents."""
        total = hashlib.sha256()
        for path in self.paths(folder):
            content = hashlib.sha256(path.read_bytes()).hexdigest()
            total.update(f"{path.relative_to(folder).as_posix()}\0{content}\n".encode())
        return total.hexdigest()

    def text(self, path: Path, encoding: str = "utf-8") -> str:
        """The file's text with its line ends as they are, since offsets count them."""
        try:
            with path.open(encoding=encoding, newline="") as file:
                return file.read()
        except FileNotFoundError:
            raise self.error(path, "no such file") from None
        except UnicodeDecodeError as error:
            raise self.error(path, f"not {encoding}: {error}") from None

    def rows(
        self, path: Path, columns: Iterable[str], may_lack: Iterable[str] = (), delimiter: str = ","
    ) -> list[dict[str, str]]:
        """The rows of a table with a header, as dictionaries without the cells a short row lacks.

        The header must have ``columns`` and ``may_lack``; every row must have a cell for each of ``columns``.
        """
        columns, may_lack = tuple(columns), tuple(may_lack)
        reader = csv.DictReader(io.StringIO(self.text(path, "utf-8-sig"), newline=""), delimiter=delimiter, strict=True)
        rows = []
        try:
            header = reader.fieldnames or ()
            missing = [column for column in (*columns, *may_lack) if column not in header]
            if missing:
                raise self.error(path, f"no column {missing[0]!r}")
            for row in reader:
                if None in row:
                    raise self.error(path, f"line {reader.line_num}: more fields than the header has")
                row = {column: cell for column, cell in row.items() if cell is not None}
                missing = [column for column in columns if column not in row]
                if missing:
                    raise self.error(path, f"line {reader.line_num}: no field {missing[0]!r}")
                rows.append(row)
        except csv.Error as error:
            raise self.error(path, f"line {reader.line_num}: {error}") from None
        return rows

    def one_of(self, value: str, meanings: Mapping[str, T], path: Path, where: str) -> T:
        """What a label means; an unknown one is an error."""
        if value not in meanings:
            raise self.error(path, f"{where}: the label {value!r} is none of {', '.join(map(repr, meanings))}")
        return meanings[value]

    def json(self, path: Path) -> Any:
        """The content of a JSON file."""
        try:
            return json.loads(self.text(path, "utf-8-sig"))
        except ValueError as error:
            raise self.error(path, f"not valid JSON: {error}") from None

    def json_lines(self, path: Path, keys: Iterable[str] = ()) -> Iterator[dict[str, Any]]:
        """The objects of a JSON lines file (gzip where the name ends in .gz), one at a time; each has every key."""
        keys = tuple(keys)
        number = 0
        try:
            with (
                gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as file
            ):
                for number, line in enumerate(file, 1):
                    if not line.strip():
                        continue
                    record = json.loads(line)
                    missing = [key for key in keys if not isinstance(record, dict) or key not in record]
                    if missing:
                        raise self.error(path, f"line {number}: no field {missing[0]!r}")
                    yield record
        except FileNotFoundError:
            raise self.error(path, "no such file") from None
        except CorpusError:
            raise
        except (ValueError, OSError, EOFError) as error:
            raise self.error(path, f"damaged after line {number}: {error}") from None


def locate(phrases: Iterable[str], text: str, ignore_case: bool = False) -> tuple[Offsets, ...]:
    """Offsets of phrases in a text, in reading order.

    A phrase takes its first free occurrence that is no part of a longer word ("may" not in "dismay"), or, where
    there is none such, the first free one at all; listed twice it takes successive occurrences; one not found is
    dropped. With ``ignore_case`` a phrase that does not stand there as written is sought in any case.
    """
    taken: Counter[str] = Counter()
    found: set[Offsets] = set()
    for phrase in phrases:
        phrase = phrase.strip()
        spans = _occurrences(phrase, text) or (_occurrences(phrase, text, re.IGNORECASE) if ignore_case else [])
        if taken[phrase] < len(spans):
            found.add(spans[taken[phrase]])
        taken[phrase] += 1
    return tuple(sorted(found))


def _occurrences(phrase: str, text: str, flags: int = 0) -> list[Offsets]:
    if not phrase:
        return []
    spans = [match.span() for match in re.finditer(re.escape(phrase), text, flags)]
    return [(start, end) for start, end in spans if not _within_word(start, end, text)] or spans


def _within_word(start: int, end: int, text: str) -> bool:
    return any(0 < edge < len(text) and text[edge - 1 : edge + 1].isalnum() for edge in (start, end))
