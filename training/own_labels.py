"""A user's own labelled sentences: tables (CSV, TSV) or JSON lines in, records out.

Every mistake in the files is found in one pass and named by file, row and column, so that a table is mended once.
``docs/own_labels.md`` describes the columns. Labels are those of the codebook; an empty cell means "not judged".
"""

from __future__ import annotations

import csv
import difflib
import hashlib
import io
import json
import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from classifier.article import Article
from classifier.document import read as read_document
from training.corpora._common import locate
from training.records import (
    ATTRIBUTION_TYPES,
    FRAMES,
    SOURCE_TYPES,
    ArticleRecord,
    AttributionRecord,
    Corpus,
    CorpusError,
    Offsets,
    SentenceRecord,
)

LEAST = 20
"""Examples of a class below which a signal hardly learns it."""
GROUPS = 5
"""Articles (or other groups) that measuring in folds takes."""

ABOUT = ("text", "id", "article", "position", "outlet", "group", "split")
SIGNALS = (
    "boilerplate",
    "attribution",
    "source_type",
    "hedged",
    "loaded",
    "loaded_voice",
    "opinion",
    "valence",
    "frames",
)
SPANS = ("hedge_cues", "loaded_cues", "source", "cue", "content")
COLUMNS = (*ABOUT, *SIGNALS, *SPANS)
"""The columns of a table. JSON lines may have ``attributions`` as well: a list of {source, cue, content}."""

_YES_NO = {"1": 1, "yes": 1, "true": 1, "0": 0, "no": 0, "false": 0}
_LOADED = {"0": 0, "1": 1, "2": 2}
_VALENCE = {"-1": -1, "0": 0, "1": 1, "+1": 1, "negative": -1, "neutral": 0, "positive": 1}
_CHOICES: dict[str, dict[str, Any]] = {
    "boilerplate": _YES_NO,
    "hedged": _YES_NO,
    "opinion": _YES_NO,
    "loaded": _LOADED,
    "valence": _VALENCE,
    "loaded_voice": {v: v for v in ("author", "quoted")},
    "attribution": {v: v for v in ATTRIBUTION_TYPES},
    "source_type": {v: v for v in SOURCE_TYPES},
    "split": {"train": "train", "test": "test"},
}
_OFFSETS = re.compile(r"(\d+)\s*[-–:]\s*(\d+)")
_BREAKS = re.compile(r"[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")


@dataclass(frozen=True)
class Problem:
    """One mistake: where it stands (``row`` as a spreadsheet counts, the header being row 1; of JSON lines the
    line; ``column`` empty where the whole row is meant) and what it is."""

    file: str
    row: int
    column: str
    message: str

    def __str__(self) -> str:
        where = f"{self.file}, row {self.row}" if self.row else self.file
        return f"{where}, column {self.column!r}: {self.message}" if self.column else f"{where}: {self.message}"


class LabelError(CorpusError):
    """The labels have mistakes; ``problems`` has every one of them.

    Parameters
    ----------
    problems : sequence of Problem
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


@dataclass(frozen=True)
class OwnLabels:
    """What `read` gives.

    Attributes
    ----------
    train, test : Corpus
        Named "labels"; sentences that stand alone are articles of one sentence. ``outlet`` of an article is the
        group that folds keep together.
    warnings : tuple of str
    counts : dict
        {signal: {class: number of sentences to train on}}.
    rows : dict
        {file name: number of rows}.
    digest : str
        SHA-256 over the files.
    """

    train: Corpus
    test: Corpus
    warnings: tuple[str, ...]
    counts: dict[str, dict[str, int]]
    rows: dict[str, int]
    digest: str

    @property
    def signals(self) -> tuple[str, ...]:
        """Signals that any sentence to train on has a label of."""
        return tuple(s for s in SIGNALS if self.counts.get(s))

    @property
    def groups(self) -> int:
        """Number of groups that folds keep together."""
        return len({a.outlet for a in self.train.articles})

    def summary(self) -> list[str]:
        """The labels in lines for people."""
        files = ", ".join(f"{name}: {n} rows" for name, n in self.rows.items())
        out = [
            f"{files}; {len(self.train.all_sentences())} sentences in {self.groups} groups to train on, "
            f"{len(self.test.all_sentences())} to test on"
        ]
        for signal, classes in self.counts.items():
            out.append(f"  {signal}: " + ", ".join(f"{name} {n}" for name, n in classes.items()))
        return out


@dataclass
class _Row:
    file: str
    number: int
    cells: dict[str, Any]
    text: str = ""
    labels: dict[str, Any] = field(default_factory=dict)
    cues: dict[str, tuple[Offsets, ...]] = field(default_factory=dict)
    attributions: list[dict[str, tuple[Offsets, ...]]] = field(default_factory=list)
    position: int | None = None
    split: str = "train"

    def about(self, name: str) -> str:
        value = self.cells.get(name)
        return "" if _empty(value) else str(value).strip()

    @property
    def place(self) -> str:
        return f"{self.file}, row {self.number}"

    @property
    def id(self) -> str:
        return self.about("id") or f"{self.file}:{self.number}"

    @property
    def group(self) -> str:
        # the same sentence twice must not stand on both sides of a fold
        return self.about("group") or self.about("article") or hashlib.sha256(same(self.text).encode()).hexdigest()


def read(paths: Iterable[Path | str]) -> OwnLabels:
    """Read labelled sentences.

    Parameters
    ----------
    paths : iterable of path
        Files that end in .csv, .tsv, .jsonl or .ndjson, UTF-8. Of a CSV file the separator may be a comma, a
        semicolon or a tab.

    Returns
    -------
    OwnLabels

    Raises
    ------
    LabelError
        With all mistakes of all files: labels that the codebook lacks or that contradict each other, offsets out of
        range, words that do not stand in the sentence, ids given twice, and leakage: a text, article or group that
        stands in the training and in the test part.
    """
    problems: list[Problem] = []
    warnings: list[str] = []
    rows: list[_Row] = []
    numbers: dict[str, int] = {}
    total = hashlib.sha256()
    for path in map(Path, paths):
        before = len(rows)
        try:
            data = path.read_bytes()
        except OSError as error:
            problems.append(Problem(str(path), 0, "", error.strerror or str(error)))
            continue
        total.update(hashlib.sha256(data).digest())
        rows += _Reader(path, data, problems, warnings).rows()
        numbers[path.name] = len(rows) - before
    _check_ids(rows, problems)
    _check_articles(rows, problems)
    _check_leakage(rows, problems)
    if not rows and not problems:
        problems.append(Problem(", ".join(numbers) or "labels", 0, "", "there is no labelled sentence"))
    if problems:
        raise LabelError(sorted(problems, key=lambda p: (p.file, p.row)))
    train = [r for r in rows if r.split == "train"]
    counts = _counts(train)
    if not counts:
        name = next(iter(numbers))
        raise LabelError([Problem(name, 0, "", f"no row to train on has a label ({', '.join(SIGNALS)})")])
    warnings += _few(counts)
    warnings += _about_texts(rows)
    taught, incomplete = _articles(train)
    if incomplete:
        warnings.append(
            f"{incomplete} articles have attribution spans in some attributed sentences only; their spans are not learned from"
        )
    labels = OwnLabels(
        Corpus("labels", articles=taught),
        Corpus("labels", articles=_articles([r for r in rows if r.split == "test"])[0]),
        (),
        counts,
        numbers,
        total.hexdigest(),
    )
    if labels.groups < GROUPS:
        warnings.append(
            f"the sentences to train on are of {labels.groups} articles or groups; measuring in folds takes {GROUPS}"
        )
    return OwnLabels(labels.train, labels.test, tuple(warnings), counts, numbers, labels.digest)


def same(text: str) -> str:
    """A text for comparing: without case and the length of white space."""
    return " ".join(text.split()).casefold()


def known_elsewhere(labels: OwnLabels, others: Iterable[Corpus]) -> list[str]:
    """Warnings of sentences to test on that stand in a corpus which teaches as well."""
    tests = {same(s.text): s.id for s in labels.test.all_sentences()}
    out = []
    for corpus in others if tests else ():
        hits = [tests[t] for t in dict.fromkeys(same(s.text) for s in corpus.all_sentences()) if t in tests]
        if hits:
            out.append(
                f"{len(hits)} sentences to test on (first: {hits[0]}) stand in the corpus {corpus.name!r}, which teaches: "
                "figures on them are too good"
            )
    return out


class _Reader:
    """One file."""

    def __init__(self, path: Path, data: bytes, problems: list[Problem], warnings: list[str]) -> None:
        self.path, self.data, self.problems, self.warnings = path, data, problems, warnings

    def wrong(self, row: int, column: str, message: str) -> None:
        self.problems.append(Problem(self.path.name, row, column, message))

    def rows(self) -> list[_Row]:
        try:
            text = self.data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = self.data.count(b"\n", 0, error.start) + 1
            self.wrong(line, "", "not UTF-8; save the file as 'CSV UTF-8'")
            return []
        ending = self.path.suffix.lower()
        raw: Iterator[tuple[int, dict[str, Any]]]
        if ending in (".jsonl", ".ndjson"):
            raw = self.json_lines(text)
        elif ending in (".csv", ".tsv"):
            raw = self.table(text)
        else:
            self.wrong(0, "", f"the ending {ending!r} is none of .csv, .tsv, .jsonl; save a spreadsheet as CSV")
            return []
        out = []
        for number, cells in raw:
            row = _Row(self.path.name, number, cells)
            if any(not _empty(v) for v in cells.values()):
                self.check(row)
                out.append(row)
        return out

    def table(self, text: str) -> Iterator[tuple[int, dict[str, Any]]]:
        first = text.split("\n", 1)[0]
        # spreadsheets of many countries write semicolons
        delimiter = "\t" if self.path.suffix.lower() == ".tsv" else max(",;\t", key=first.count)
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        number = 0
        try:
            header: list[str] = []
            for number, cells in enumerate(reader, 1):
                if number == 1:
                    header = [_name(c) for c in cells]
                    self.header(header)
                    if "text" not in header:
                        return
                elif len(cells) > len(header) and any(c.strip() for c in cells[len(header) :]):
                    self.wrong(
                        number,
                        "",
                        f"{len(cells)} cells where the header has {len(header)}: "
                        f"a text with {delimiter!r} in it takes quotation marks around it",
                    )
                else:
                    yield number, {k: v for k, v in zip(header, cells, strict=False) if k in COLUMNS}
            if number == 0:
                self.wrong(0, "", "the file is empty")
        except csv.Error as error:
            self.wrong(number + 1, "", f"not a table: {error}")

    def header(self, header: Sequence[str]) -> None:
        if "text" not in header:
            self.wrong(1, "text", f"there is no such column; there are {', '.join(map(repr, header))}")
        for name, n in Counter(h for h in header if h in COLUMNS).items():
            if n > 1:
                self.wrong(1, name, "the header has it twice")
        self.unknown(h for h in dict.fromkeys(header) if h)

    def unknown(self, names: Iterable[str]) -> None:
        for name in names:
            if name not in COLUMNS and name != "attributions":
                near = difflib.get_close_matches(name, COLUMNS, 1, 0.75)
                hint = f"; is {near[0]!r} meant?" if near else ""
                self.warnings.append(f"{self.path.name}: the column {name!r} is none that is learned from{hint}")

    def json_lines(self, text: str) -> Iterator[tuple[int, dict[str, Any]]]:
        names: dict[str, None] = {}
        for number, line in enumerate(text.split("\n"), 1):
            if not line.strip():
                continue
            try:
                value = json.loads(line)
            except (ValueError, RecursionError) as error:
                self.wrong(number, "", f"not valid JSON: {error}")
                continue
            if not isinstance(value, dict):
                self.wrong(number, "", f"a JSON object is taken, not {type(value).__name__}")
                continue
            cells = {_name(k): v for k, v in value.items()}
            names |= dict.fromkeys(cells)
            yield number, cells
        self.unknown(names)

    def check(self, row: _Row) -> None:
        def wrong(column: str, message: str) -> None:
            self.wrong(row.number, column, message)

        cells = row.cells
        for name in ABOUT:
            if isinstance(cells.get(name), (list, dict, bool)):
                wrong(name, f"{cells[name]!r} is no text")
                cells[name] = ""
        text = cells.get("text")
        if _empty(text) or not isinstance(text, str):
            wrong("text", "there is no text")
            return
        # a line break would end the sentence; a blank in its place keeps all offsets
        row.text = _BREAKS.sub(" ", text)
        row.split = _choice(cells.get("split"), "split", wrong) or "train"
        if not _empty(cells.get("position")):
            position = str(cells["position"]).strip().removesuffix(".0")
            if position.isdecimal():
                row.position = int(position)
            else:
                wrong("position", f"{cells['position']!r} is no whole number from 0 (the headline) on")
        for name in SIGNALS:
            value = _frames(cells.get(name), wrong) if name == "frames" else _choice(cells.get(name), name, wrong)
            if value is not None:
                row.labels[name] = value
        for name, kind, label in (("hedge_cues", "hedge", "hedged"), ("loaded_cues", "loaded", "loaded")):
            found = _spans(cells.get(name), row.text, name, wrong)
            if found and row.labels.get(label) == 0:
                wrong(name, f"there are cues, but {label} is 0")
            elif found:
                row.cues[kind] = found
                row.labels.setdefault(label, 1)
            elif row.labels.get(label) == 0:
                row.cues[kind] = ()
        self.attributions(row, wrong)
        labels = row.labels
        if "loaded_voice" in labels and not labels.get("loaded"):
            wrong("loaded_voice", "goes with loaded 1 or 2 only")
        if "source_type" in labels and labels.get("attribution", "direct") in ("none", "unsourced"):
            wrong("source_type", f"goes with a sentence that has a source; attribution is {labels['attribution']!r}")
        if labels.get("boilerplate"):
            for name in SIGNALS[1:]:
                if labels.get(name) not in (None, 0, "none", ()):
                    wrong(name, f"{labels[name]!r} in a line that is boilerplate, which takes no other label")
            row.labels = {"boilerplate": 1}

    def attributions(self, row: _Row, wrong: Callable[[str, str], None]) -> None:
        given = row.cells.get("attributions")
        listed: list[tuple[str, Any]] = [("", row.cells)]
        if not _empty(given):
            if not isinstance(given, list) or not all(isinstance(a, dict) for a in given):
                wrong("attributions", "a list of objects with source, cue and content is taken")
            else:
                listed += [(f"attributions[{k}].", a) for k, a in enumerate(given)]
        for prefix, cells in listed:
            parts = {k: _spans(cells.get(k), row.text, prefix + k, wrong) for k in ("source", "cue", "content")}
            if any(parts.values()):
                row.attributions.append(parts)
                if row.labels.get("attribution") == "none":
                    wrong("attribution", "is 'none', but there is a source, cue or content")


def _name(column: Any) -> str:
    return re.sub(r"[\s-]+", "_", str(column).strip().lower())


def _empty(value: Any) -> bool:
    return (
        value is None
        or (isinstance(value, str) and not value.strip())
        or (isinstance(value, float) and math.isnan(value))
    )


def _choice(value: Any, name: str, wrong: Callable[[str, str], None]) -> Any:
    if _empty(value):
        return None
    choices = _CHOICES[name]
    key = str(value).strip().lower()
    key = key.removesuffix(".0") if re.fullmatch(r"[+-]?\d+\.0", key) else key
    if key not in choices or isinstance(value, (list, dict)):
        near = difflib.get_close_matches(key, choices, 1)
        hint = f"; is {near[0]!r} meant?" if near else ""
        wrong(name, f"{value!r} is none of {', '.join(choices)}{hint}")
        return None
    return choices[key]


def _frames(value: Any, wrong: Callable[[str, str], None]) -> tuple[str, ...] | None:
    if _empty(value):
        return None
    names = value if isinstance(value, list) else re.split(r"[|;,]", str(value))
    out = []
    for name in names:
        key = _name(name)
        if key in FRAMES:
            out.append(key)
        elif key not in ("", "none"):
            near = difflib.get_close_matches(key, FRAMES, 1)
            hint = f"; is {near[0]!r} meant?" if near else ""
            wrong("frames", f"{name!r} is none of {', '.join(FRAMES)}, or none{hint}")
    return tuple(dict.fromkeys(out))


def _spans(value: Any, text: str, column: str, wrong: Callable[[str, str], None]) -> tuple[Offsets, ...]:
    """Spans given as words ("may | it is said"), as offsets ("3-6 | 20-30") or, in JSON, as lists of either."""
    if _empty(value):
        return ()
    pair = isinstance(value, list) and len(value) == 2 and all(isinstance(v, int) for v in value)
    items = [value] if pair else value if isinstance(value, list) else str(value).split("|")
    out: list[Offsets] = []
    phrases: Counter[str] = Counter()
    for item in items:
        if _empty(item):
            continue
        span = _offsets(item)
        if span is not None:
            start, end = span
            if not 0 <= start < end <= len(text):
                wrong(column, f"{start}-{end} is out of range: the text has {len(text)} characters")
            elif not text[start:end].strip():
                wrong(column, f"at {start}-{end} there is only white space")
            else:
                out.append((start, end))
        elif not isinstance(item, str):
            wrong(column, f"{item!r} is neither words nor [start, end]")
        else:
            found, message = _words(item.strip(), text, phrases)
            if found is None:
                wrong(column, message)
            else:
                out.append(found)
    return tuple(sorted(set(out)))


def _offsets(item: Any) -> Offsets | None:
    if isinstance(item, list) and len(item) == 2 and all(isinstance(v, int) and not isinstance(v, bool) for v in item):
        return item[0], item[1]
    match = _OFFSETS.fullmatch(item.strip()) if isinstance(item, str) else None
    return (int(match[1]), int(match[2])) if match else None


def _words(phrase: str, text: str, seen: Counter[str]) -> tuple[Offsets | None, str]:
    words, _, nth = phrase.rpartition("#")
    words, which = (words, int(nth)) if words and nth.isdecimal() else (phrase, 0)
    seen[words] += 1
    wanted = which or seen[words]
    there = locate([words] * max(wanted, text.count(words)), text)
    if len(there) < wanted:
        if not there and locate([words], text, ignore_case=True):
            return None, f"{words!r} stands there in other letters: copy the words exactly"
        times = f" {wanted} times" if there else ""
        return None, f"the words {words!r} do not stand in the text{times}"
    return there[wanted - 1], ""


def _check_ids(rows: Sequence[_Row], problems: list[Problem]) -> None:
    first: dict[str, _Row] = {}
    for row in rows:
        key = row.about("id")
        if key and first.setdefault(key, row) is not row:
            problems.append(Problem(row.file, row.number, "id", f"{key!r} is the id of {first[key].place} already"))


def _check_articles(rows: Sequence[_Row], problems: list[Problem]) -> None:
    by_article: dict[str, list[_Row]] = defaultdict(list)
    for row in rows:
        if row.about("article"):
            by_article[row.about("article")].append(row)
        elif row.position is not None:
            problems.append(Problem(row.file, row.number, "position", "goes with an article only"))
    for name, members in by_article.items():
        at: dict[int, _Row] = {}
        placed = next((r for r in members if r.position is not None), None)
        for row in members:
            if row.position is None:
                if placed is not None:
                    message = f"is missing, but {placed.place} of the same article {name!r} has one"
                    problems.append(Problem(row.file, row.number, "position", message))
            elif at.setdefault(row.position, row) is not row:
                message = f"{row.position} is the position of {at[row.position].place} already (article {name!r})"
                problems.append(Problem(row.file, row.number, "position", message))
            if row.about("group") != members[0].about("group"):
                message = f"is another than in {members[0].place} of the same article {name!r}"
                problems.append(Problem(row.file, row.number, "group", message))


def _check_leakage(rows: Sequence[_Row], problems: list[Problem]) -> None:
    said: set[tuple[str, int]] = set()
    for column, key in (
        ("article", lambda r: r.about("article")),
        ("group", lambda r: r.about("group")),
        ("text", lambda r: same(r.text)),
    ):
        train: dict[str, _Row] = {}
        for row in rows:
            if row.split == "train" and key(row):
                train.setdefault(key(row), row)
        for row in rows:
            other = train.get(key(row)) if row.split == "test" else None
            # one message for a row: that its article leaks says more than that its text does
            if other is not None and (row.file, row.number) not in said:
                said.add((row.file, row.number))
                what = "the same text stands" if column == "text" else f"{key(row)!r} stands"
                message = f"{what} in the training part as well ({other.place}): a test on it would be too easy"
                problems.append(Problem(row.file, row.number, column, message))


def _counts(rows: Sequence[_Row]) -> dict[str, dict[str, int]]:
    out: dict[str, dict[str, int]] = {}
    for name in SIGNALS:
        values = [r.labels[name] for r in rows if name in r.labels]
        if not values:
            continue
        if name == "frames":
            found = Counter(f for v in values for f in v or ("none",))
            order: Sequence[Any] = ("none", *(f for f in FRAMES if found[f]))
        else:
            found = Counter(values)
            classes = list(dict.fromkeys(_CHOICES[name].values()))
            order = sorted(classes) if isinstance(classes[0], int) else classes
        out[name] = {str(k): found[k] for k in order}
    return out


def _few(counts: dict[str, dict[str, int]]) -> list[str]:
    out = []
    for name, classes in counts.items():
        if name == "loaded_voice":
            continue
        few = [f"{k} ({n})" for k, n in classes.items() if n < LEAST]
        if len([n for n in classes.values() if n]) < 2:
            only = next(k for k, n in classes.items() if n)
            out.append(
                f"{name}: every label is {only}, so nothing is learned from it; an empty cell means 'not judged', "
                "so write down the other answers, too"
            )
        elif few:
            out.append(f"{name}: fewer than {LEAST} examples of {', '.join(few)}: hardly enough to learn from")
    return out


def _about_texts(rows: Sequence[_Row]) -> list[str]:
    out = []
    longer = [r for r in rows if len(read_document(Article(r.text)).sentence_starts) > 1]
    if longer:
        out.append(
            f"{len(longer)} texts look like more than one sentence (first: {longer[0].place}); labels go with single ones"
        )
    first: dict[str, _Row] = {}
    twice, unlike = [], []
    for row in rows:
        other = first.setdefault(same(row.text), row)
        if other is not row:
            twice.append(row)
            shared = set(row.labels) & set(other.labels)
            if any(row.labels[k] != other.labels[k] for k in shared):
                unlike.append((other, row))
    if twice:
        out.append(f"{len(twice)} texts stand there more than once (first again: {twice[0].place})")
    if unlike:
        out.append(
            f"{len(unlike)} of them have other labels the second time (first: {unlike[0][0].place} and {unlike[0][1].place})"
        )
    return out


def _articles(rows: Sequence[_Row]) -> tuple[tuple[ArticleRecord, ...], int]:
    """Rows as articles, and how many of these have attribution spans that are incomplete."""
    pieces: dict[str, list[_Row]] = defaultdict(list)
    for row in rows:
        whole = f"article {row.about('article')}" if row.position is not None else f"row {row.id}"
        pieces[whole].append(row)
    out, incomplete = [], 0
    for members in pieces.values():
        members.sort(key=lambda r: r.position or 0)
        if members[0].position is not None and members[-1].position == 0:
            members[0].position = None  # a headline without its article is a sentence like any other
        record, complete = _article(members)
        incomplete += not complete
        out.append(record)
    return tuple(out), incomplete


def _article(rows: Sequence[_Row]) -> tuple[ArticleRecord, bool]:
    first = rows[0]
    name = first.about("article") if first.position is not None else first.id
    text = title = ""
    sentences: list[SentenceRecord] = []
    attributions: list[AttributionRecord] = []
    complete = True
    for row in rows:
        headline = row.position == 0
        start = 0
        if headline:
            title = row.text
        else:
            text += " " if text else ""
            start = len(text)
            text += row.text
        index = 1 if row.position is None else row.position
        sentences.append(
            SentenceRecord(
                corpus="labels",
                id=row.id,
                text=row.text,
                article=row.about("article") or row.id,
                outlet=row.about("outlet"),
                split=row.split,
                index=index,
                start=None if headline else start,
                end=None if headline else start + len(row.text),
                labels=row.labels,
                cues=row.cues,
            )
        )
        for parts in row.attributions:
            moved = {k: tuple((start + a, start + b) for a, b in v) for k, v in parts.items()}
            kind = row.labels.get("source_type", "")
            attributions.append(
                AttributionRecord(moved["source"], moved["cue"], moved["content"], index=index, source_type=kind)
            )
        plain = row.labels.get("boilerplate") or row.labels.get("attribution") == "none"
        complete &= bool(row.attributions or plain)
    record = ArticleRecord(
        corpus="labels",
        id=name,
        text=text,
        title=title,
        outlet=first.group,
        split=first.split,
        sentences=tuple(sentences),
        attributions=tuple(attributions) if complete else (),
    )
    return record, complete or not attributions
