"""A whole archive in one command: files of articles in, a file of scores out, and it may be killed at any moment.

Takes ``.jsonl``, ``.parquet`` and whatever else `classifier.reading` reads, gives one line (or row) a scored article,
in the order of the input, and a side file that names every article that could not be scored and why.

While it runs, scores are appended to ``OUT.partial``. Every few seconds they are forced to the disk, and then
``OUT.run.json`` notes how much of the input they answer for and how long the files are. Whoever starts the same
command again cuts the files back to that note and goes on from there; what was written after the note is
scored once more, so that every article is in the output once. ``OUT`` itself appears when all is done.
"""

from __future__ import annotations

import dataclasses
import gzip
import hashlib
import json
import os
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO, TextIO

from classifier.article import Article
from classifier.predictor import NOT_SCORED, Predictor
from classifier.reading import ReadingError, list_files, read_articles
from classifier.report import FRAMES, SCORES, ArticleReport

KINDS = (".jsonl", ".parquet")
_SECONDS = 2.0  # between two notes: so much work is lost at most when it is killed
_ROWS = 1000  # of a Parquet file that are held at a time


@dataclass
class Run:
    """How far a run has come; what ``OUT.run.json`` holds.

    Attributes
    ----------
    input : str
        Digest of the files' names, sizes and times, and of the fields that were asked for.
    signature : str
        Version and artifact that the scores come from.
    items : int
        Articles of the input, in its order, that are dealt with.
    scored, failed : int
        How many of them are in the output, and in the file of errors.
    scores_size, errors_size : int
        Bytes of these files that answer for them.
    read, finished : bool
        Whether the input is at its end, and whether the output is in its place.
    """

    input: str
    signature: str
    items: int = 0
    scored: int = 0
    failed: int = 0
    scores_size: int = 0
    errors_size: int = 0
    read: bool = False
    finished: bool = False


def errors_path(out: Path) -> Path:
    """Where the errors go if nobody says: beside the output."""
    return out.with_name(f"{out.name}.errors.jsonl")


def score_files(
    predictor: Predictor,
    files: Sequence[str | Path],
    out: str | Path,
    errors: str | Path | None = None,
    text_field: str = "text",
    id_field: str = "id",
    n_jobs: int | None = None,
    restart: bool = False,
    progress: Callable[[Run], None] | None = None,
) -> Run:
    """Score files of articles into one file; go on where an earlier call was killed.

    Parameters
    ----------
    predictor : Predictor
    files : sequence of str or path
        What `classifier.reading.read_articles` reads, but not standard input, which cannot be read twice.
    out : str or path
        ``.jsonl``: one `ArticleReport.to_dict` a line. ``.parquet`` (takes pyarrow): the columns of
        `classifier.frames.reports_frame`, and ``report``, the same line of JSON.
    errors : str or path, optional
        One object a line for each article that has no scores because it could not be read or broke scoring:
        ``item`` (its place in the input, from 0), ``id``, ``reason``. By default ``OUT.errors.jsonl``. The
        file is there only where there is an error. Texts that can be read but not judged (too short, not
        English) are in `out`, with a warning.
    text_field, id_field : str
        As in `read_articles`.
    n_jobs : int, optional
        As in `Predictor.score_many`.
    restart : bool
        Begin anew, whatever was there.
    progress : callable, optional
        Gets the `Run` after each article.

    Returns
    -------
    Run
        Of the whole input, not of this call alone. Of a run that was finished before, what it noted then.

    Raises
    ------
    ValueError
        Where `out` is there already or belongs to a run over other files or another artifact (unless `restart`),
        lies in a folder to be read, or is being written by another process.

    Examples
    --------
    >>> import classifier, tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "news.jsonl").write_text('{"id": "a", "text": "The ferry is late."}\\n{"id": "b"}\\n')
    >>> run = score_files(classifier.load(), [folder / "news.jsonl"], folder / "scores.jsonl")
    >>> run.scored, run.failed
    (1, 1)
    >>> json.loads((folder / "scores.jsonl.errors.jsonl").read_text())["id"]
    'b'
    """
    out = Path(out)
    side = errors_path(out) if errors is None else Path(errors)
    names = _files(files, out, side)
    note = out.with_name(f"{out.name}.run.json")
    partial = out.with_name(f"{out.name}.partial")
    fresh = Run(_digest(names, text_field, id_field), predictor.signature)
    with ExitStack() as stack:
        if not restart and (earlier := _earlier(note, fresh)) is not None and earlier.finished and out.exists():
            return earlier
        if not restart and out.exists() and not note.exists():
            raise ValueError(f"{out} is there already; --restart replaces it")
        scores = stack.enter_context(_appending(partial))
        _lock(scores, out)
        # Only now nobody else can change it.
        run = (None if restart else _earlier(note, fresh)) or fresh
        if run.finished and out.exists():
            partial.unlink()
            return run
        if run.finished:
            # Somebody has taken the output away: it is wanted again.
            run = fresh
        if run.read and out.exists() and os.path.getsize(partial) < run.scores_size:
            # Killed after the output was put in its place, before that was noted.
            partial.unlink()
        else:
            run.finished = False
            _save(run, note)
            bad = stack.enter_context(_appending(side))
            for file, path, size in ((scores, partial, run.scores_size), (bad, side, run.errors_size)):
                if os.path.getsize(path) < size:
                    raise ValueError(f"{path} has been changed since the run began; --restart begins anew")
                file.truncate(size)
            if not run.read:
                _score(predictor, names, run, scores, bad, (text_field, id_field), n_jobs, note, progress)
            bad.close()
            if run.errors_size == 0:
                side.unlink()
            _publish(partial, out)
        run.finished = True
        _save(run, note)
    return run


def _score(
    predictor: Predictor,
    names: Sequence[str],
    run: Run,
    scores: BinaryIO,
    bad: BinaryIO,
    fields: tuple[str, str],
    n_jobs: int | None,
    note: Path,
    progress: Callable[[Run], None] | None,
) -> None:
    """Append what is still to be done, noting how far it has come."""
    places: deque[int] = deque()  # of articles that are being scored
    unreadable: deque[tuple[int, str, str]] = deque()
    first = run.items

    def articles() -> Iterator[Article]:
        for place, item in enumerate(islice(_items(names, *fields), first, None), first):
            if isinstance(item, ReadingError):
                unreadable.append((place, item.id, str(item)))
            else:
                places.append(place)
                yield item

    def fail(place: int, id: str | None, reason: str) -> None:
        line = json.dumps({"item": place, "id": id, "reason": reason}, ensure_ascii=False) + "\n"
        run.errors_size += bad.write(line.encode("utf-8", "replace"))
        run.failed += 1

    def checkpoint() -> None:
        for file in (scores, bad):
            file.flush()
            os.fsync(file.fileno())
        _save(run, note)

    noted = time.monotonic()
    for id, reason, line in predictor._stream(articles(), n_jobs, _line):
        place = places.popleft()
        while unreadable and unreadable[0][0] < place:
            fail(*unreadable.popleft())
        if reason:
            fail(place, id, reason)
        else:
            run.scores_size += scores.write(line.encode("utf-8", "replace"))
            run.scored += 1
        run.items = place + 1
        if progress is not None:
            progress(run)
        if time.monotonic() - noted > _SECONDS:
            checkpoint()
            noted = time.monotonic()
    while unreadable:
        run.items = unreadable[0][0] + 1
        fail(*unreadable.popleft())
    run.read = True
    checkpoint()


def _line(report: ArticleReport) -> tuple[str | None, str, str]:
    """Id, what went wrong, and the line; made where the article is scored, as a report is dearer to send."""
    if report.warnings and report.warnings[0].startswith(NOT_SCORED):
        return report.id, report.warnings[0].removeprefix(NOT_SCORED), ""
    return report.id, "", report.to_json() + "\n"


def _files(files: Sequence[str | Path], out: Path, side: Path) -> list[str]:
    """The files to read, once it is sure that what is written will be no part of them."""
    if out.suffix.lower() not in KINDS:
        raise ValueError(f"--out {out}: of a batch the output ends in {' or '.join(KINDS)}")
    if out.is_dir():
        raise ValueError(f"--out {out} is a folder; it takes a file here")
    if not out.absolute().parent.is_dir():
        raise ValueError(f"--out {out}: there is no folder {out.parent}")
    if out.suffix.lower() == ".parquet":
        _pyarrow()
    names = []
    for path in map(str, files):
        if path == "-":
            raise ValueError("--input takes files: standard input cannot be read twice, should the run be killed")
        if not os.path.exists(path):
            raise ValueError(f"{path}: no such file or folder")
        if os.path.isdir(path) and any(Path(path).resolve() in written.resolve().parents for written in (out, side)):
            raise ValueError(f"--out {out} lies in the folder to read, {path}; put it elsewhere")
        names += list_files(path)
    for written in (out, side):
        if any(written.exists() and os.path.samefile(written, name) for name in names):
            raise ValueError(f"{written} is one of the files to read")
    return names


def _digest(names: Sequence[str], text_field: str, id_field: str) -> str:
    digest = hashlib.sha256(json.dumps([text_field, id_field]).encode())
    for name in names:
        about = os.stat(name)
        digest.update(f"{name}\0{about.st_size}\0{about.st_mtime_ns}\n".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def _items(names: Sequence[str], text_field: str, id_field: str) -> Iterator[Article | ReadingError]:
    """Articles and what could not be read, each in its place."""
    wrong: list[ReadingError] = []
    for name in names:
        for article in read_articles(name, text_field, id_field, on_error=wrong.append):
            yield from wrong
            wrong.clear()
            yield article
        yield from wrong
        wrong.clear()


def _earlier(note: Path, fresh: Run) -> Run | None:
    """The run that was begun, if there is one; it must be over the same input with the same artifact."""
    try:
        text = note.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    try:
        run = Run(**json.loads(text))
    except (ValueError, TypeError):
        raise ValueError(f"{note}: not the note of a run; --restart begins anew") from None
    for what, ours, theirs in (
        ("other files or fields", fresh.input, run.input),
        (f"another artifact or version ({run.signature})", fresh.signature, run.signature),
    ):
        if ours != theirs:
            raise ValueError(f"{note}: an earlier run with {what}; --restart begins anew, or give another --out")
    return run


def _save(run: Run, note: Path) -> None:
    aside = note.with_name(note.name + ".tmp")
    with open(aside, "w", encoding="utf-8") as file:
        file.write(json.dumps(dataclasses.asdict(run)) + "\n")
        file.flush()
        os.fsync(file.fileno())
    os.replace(aside, note)


def _appending(path: Path) -> BinaryIO:
    try:
        return open(path, "ab")
    except OSError as error:
        raise ValueError(f"{path}: {error.strerror}") from None


def _lock(file: BinaryIO, out: Path) -> None:
    """Keep a second process off the same output; the lock goes with the process, however it ends."""
    try:
        import fcntl
    except ImportError:
        # Windows has no such locks.
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise ValueError(f"--out {out} is being written by another process") from None
    except OSError:
        # Some network file systems have none either.
        pass


def _publish(partial: Path, out: Path) -> None:
    if out.suffix.lower() == ".parquet":
        aside = out.with_name(f"{out.name}.tmp")
        _to_parquet(partial, aside)
        os.replace(aside, out)
        partial.unlink()
    else:
        os.replace(partial, out)


def _pyarrow() -> None:
    try:
        import pyarrow.parquet  # noqa: F401
    except ImportError:
        raise ValueError("Parquet files take pyarrow: pip install 'accordingto[parquet]'") from None


def _to_parquet(lines: Path, out: Path) -> None:
    """JSON lines of reports as a table, one row each."""
    import pyarrow
    import pyarrow.parquet

    text, number, count = pyarrow.string(), pyarrow.float64(), pyarrow.int64()
    schema = pyarrow.schema(
        [
            ("id", text),
            ("title", text),
            *((f"{s}{part}", text if part == "_grade" else number) for s in SCORES for part in _PARTS),
            ("valence", number),
            *((f"frame_{f}", number) for f in FRAMES),
            ("n_sentences", count),
            ("n_sources", count),
            ("warnings", text),
            ("signature", text),
            ("report", text),
        ]
    )
    with (
        open(lines, encoding="utf-8", newline="\n") as file,
        pyarrow.parquet.ParquetWriter(out, schema, compression="zstd") as writer,
    ):
        while rows := [_row(line) for line in islice(file, _ROWS)]:
            writer.write_table(pyarrow.Table.from_pylist(rows, schema))


_PARTS: Mapping[str, str] = {"": "value", "_low": "low", "_high": "high", "_grade": "grade"}


def _row(line: str) -> dict[str, object]:
    report = json.loads(line)
    row = {
        "n_sentences": len(report["sentences"]),
        "n_sources": len(report["sources"]),
        "warnings": "; ".join(report["warnings"]),
        "report": line.rstrip("\n"),
    }
    row |= {name: report[name] for name in ("id", "title", "valence", "signature")}
    row |= {f"{s}{part}": report[s][field] for s in SCORES for part, field in _PARTS.items()}
    row |= {f"frame_{f}": report["frames"][f] for f in FRAMES}
    return row


def count(files: Sequence[str | Path]) -> int:
    """About how many articles some files hold, without reading them as such: for the time left, not for figures."""
    return sum(_count(name) for path in files for name in list_files(path))


def _count(name: str) -> int:
    kind = name.lower().removesuffix(".gz")
    try:
        if kind.endswith(".parquet"):
            import pyarrow.parquet

            return pyarrow.parquet.read_metadata(name).num_rows
        if kind.endswith((".jsonl", ".ndjson")):
            with gzip.open(name) if name.lower().endswith(".gz") else open(name, "rb") as file:
                n, last = 0, b""
                while block := file.read(1 << 20):
                    n, last = n + block.count(b"\n"), block
                return n + (not last.endswith(b"\n"))
        if kind.endswith(".json"):
            return sum(1 for _ in read_articles(name, on_error=lambda error: None))
    except Exception:
        # Whatever it is, reading will tell.
        pass
    return 1


class Meter:
    """Progress on standard error: how many, how fast, how long still.

    Parameters
    ----------
    total : int
        Articles, as `count` has them.
    stream : text stream, optional
        A terminal gets one line that changes twice a second, anything else a line every half minute.
    """

    def __init__(self, total: int, stream: TextIO | None = None) -> None:
        self.total = total
        self.stream = sys.stderr if stream is None else stream
        self.terminal = self.stream.isatty()
        self.every = 0.5 if self.terminal else 30.0
        self.began = self.shown = time.monotonic()
        self.first: int | None = None
        self.width = 0

    def __call__(self, run: Run) -> None:
        now = time.monotonic()
        if self.first is None:
            # What an earlier call did tells nothing of how fast this one is.
            self.first, self.began = run.items - 1, now
        elif now - self.shown >= self.every:
            self.shown = now
            self._show(self.text(run, now))

    def text(self, run: Run, now: float) -> str:
        """The line, such as "1,200 of 9,000 articles, 3 failed, 96.1 a second, 1 min 21 s left"."""
        rate = (run.items - (self.first or 0)) / max(now - self.began, 1e-9)
        left = max(self.total - run.items, 0) / max(rate, 1e-9)
        failed = f", {run.failed:,} failed" if run.failed else ""
        return f"{run.items:,} of {self.total:,} articles{failed}, {rate:,.1f} a second, {_duration(left)} left"

    def close(self) -> None:
        """Leave a terminal as it was."""
        if self.terminal and self.width:
            self.stream.write("\r" + " " * self.width + "\r")
            self.stream.flush()

    def _show(self, text: str) -> None:
        if self.terminal:
            self.stream.write("\r" + text.ljust(self.width))
            self.width = len(text)
        else:
            self.stream.write(f"accordingto: {text}\n")
        self.stream.flush()


def _duration(seconds: float) -> str:
    minutes, s = divmod(round(seconds), 60)
    hours, m = divmod(minutes, 60)
    return f"{hours} h {m} min" if hours else f"{m} min {s} s" if m else f"{s} s"
