"""Ledgers of sources against a list made by hand from the articles' words.

Takes ``training/data/checked_sources.json``, where the real sources of 20 own articles and of five scraped
ones are written down, and the reports of those articles; says which sources were found, under which name, and which
were split or merged. The list was read from the texts alone, then compared with the labels of the own articles
and settled by reading again. The scraped texts are no part of the project: the list has names and titles only.

An entry has ``name`` (the fullest of the article, else a short description) and what is left out where it is empty:
``also`` (other descriptions that say the same), ``title``, ``type``, ``types_too`` (kinds that the codebook allows as
well, such as a speaker heard both at first hand and through another outlet), ``via``, ``anonymity_reason``,
``places`` (own article: numbers of its sentences, the headline is 0; scraped one: numbers of its lines that are
not blank, from 1), ``sentences`` (how many are attributed to it) and ``optional``: whom one careful editor lists and
another does not, such as a speaker within another's words, one out of a group that speaks as well, or somebody who
only declines to comment. An optional source counts neither for nor against.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import linear_sum_assignment

from classifier.article import Article
from classifier.predictor import Predictor
from classifier.reading import split_headline
from classifier.report import SOURCE_TYPES, ArticleReport, Source
from training.evaluate_sources import near_name, same_name, shared_words
from training.records import ArticleRecord, CorpusError
from training.spans import f1

FILE = Path(__file__).resolve().parent / "data" / "checked_sources.json"

_STRICT, _SHORT = 2, 1


@dataclass(frozen=True)
class CheckedSource:
    """One source as written down by hand; the fields are those of the file, see the module."""

    name: str
    type: str
    places: frozenset[int]
    sentences: int
    also: tuple[str, ...] = ()
    title: str = ""
    types_too: tuple[str, ...] = ()
    via: str = ""
    anonymity_reason: str = ""
    optional: bool = False

    @property
    def named(self) -> bool:
        """Whether it has a name of its own, and not a description."""
        return self.type in ("person", "org") or (self.type == "media" and self.name[0].isupper())


@dataclass(frozen=True)
class Found:
    """One entry of a ledger, with the places where it speaks."""

    source: Source
    places: frozenset[int]


@dataclass(frozen=True)
class Checked:
    """One article: what the list holds, what the ledger holds, and which belong together.

    Attributes
    ----------
    article : str
    listed, found : tuple
    pairs : dict of int to (int, bool)
        By position in `listed`: the position in `found`, and whether it has the full name.
    split : tuple of (int, int)
        Positions in `listed` and `found`: one more entry for a source that has one already.
    merged : tuple of (int, int)
        Positions in `listed`: a source without an entry, and the one whose entry has its words.
    """

    article: str
    listed: tuple[CheckedSource, ...]
    found: tuple[Found, ...]
    pairs: dict[int, tuple[int, bool]]
    split: tuple[tuple[int, int], ...]
    merged: tuple[tuple[int, int], ...]

    @property
    def missed(self) -> list[int]:
        """Positions in `listed` of sources that must be there and are not, not even under a part of the name."""
        return [g for g, one in enumerate(self.listed) if g not in self.pairs and not one.optional]

    @property
    def wrong(self) -> list[int]:
        """Positions in `found` of entries that are no source of the list."""
        taken = {p for p, _ in self.pairs.values()}
        return [p for p in range(len(self.found)) if p not in taken]


def load(path: Path | str = FILE) -> dict[str, tuple[CheckedSource, ...]]:
    """Read the list: sources by article id or name of a scraped file.

    Raises
    ------
    CorpusError
        Where an entry lacks a field, has an unknown one or an unknown type; the message names article and source.
    """
    out = {}
    for article, entries in json.loads(Path(path).read_text(encoding="utf-8")).items():
        sources = []
        for entry in entries:
            where = f"{article}, {entry.get('name', 'a source without a name')}"
            try:
                one = CheckedSource(**entry)
            except TypeError as error:
                raise CorpusError(f"{where}: {error}") from None
            for kind in (one.type, *one.types_too):
                if kind not in SOURCE_TYPES:
                    raise CorpusError(f"{where}: {kind!r} is no type of source")
            if not one.places:
                raise CorpusError(f"{where}: no places")
            sources.append(
                replace(one, places=frozenset(one.places), also=tuple(one.also), types_too=tuple(one.types_too))
            )
        out[article] = tuple(sources)
    return out


def check(article: str, listed: Sequence[CheckedSource], found: Sequence[Found]) -> Checked:
    """Match a ledger with the list, one to one, by the names and, where these say too little, by the places.

    A source with a name of its own takes the entry of that name; one under a part of the name counts as found
    under a short name. A description takes an entry that shares its last word or half of its words and speaks in one
    of its places.
    """
    fit = np.array([[_fit(one, entry) for entry in found] for one in listed], dtype=float)
    fit = fit.reshape(len(listed), len(found))
    shared = np.array([[len(one.places & entry.places) for entry in found] for one in listed]).reshape(fit.shape)
    needed = np.array([[0.0 if one.optional else 0.1] for one in listed]).reshape(len(listed), 1)
    worth = np.where(fit > 0, fit + shared / 100 + needed, 0.0)
    pairs = {
        int(g): (int(p), fit[g, p] == _STRICT)
        for g, p in zip(*linear_sum_assignment(worth, maximize=True), strict=True)
        if fit[g, p] > 0
    }
    owner = {p: g for g, (p, _) in pairs.items()}
    split = []
    for p, entry in enumerate(found):
        if p in owner:
            continue
        for g, one in enumerate(listed):
            if g in pairs and (
                fit[g, p] > 0
                or (entry.places and entry.places <= one.places and entry.places - found[pairs[g][0]].places)
            ):
                split.append((g, p))
                break
    merged = []
    for g, one in enumerate(listed):
        if g in pairs or one.optional:
            continue
        theirs = [
            h
            for h, (p, _) in pairs.items()
            if not listed[h].optional and found[p].places & one.places - listed[h].places
        ]
        merged += [(g, h) for h in theirs[:1]]
    return Checked(article, tuple(listed), tuple(found), pairs, tuple(split), tuple(merged))


def _fit(one: CheckedSource, entry: Found) -> int:
    names = (one.name, *one.also)
    if any(same_name(name, entry.source.name) for name in names):
        return _STRICT
    if not one.places & entry.places or not any(near_name(name, entry.source.name) for name in names):
        return 0
    return _SHORT if one.named else _STRICT


def found_in(report: ArticleReport, place: Sequence[int], headline: int) -> list[Found]:
    """The entries of a report's ledger with their places.

    Parameters
    ----------
    place : sequence of int
        The place of each of the report's sentences.
    headline : int
        That of its headline.
    """
    places: list[set[int]] = [set() for _ in report.sources]
    sentences = [(report.headline, headline)] if report.headline else []
    for sentence, where in [*sentences, *zip(report.sentences, place, strict=True)]:
        for attribution in sentence.attributions:
            if attribution.source_index is not None:
                places[attribution.source_index].add(where)
    return [Found(source, frozenset(p)) for source, p in zip(report.sources, places, strict=True)]


def check_own(predictor: Predictor, records: Iterable[ArticleRecord]) -> Iterator[Checked]:
    """Check those of the own articles that are in the list."""
    lists = load()
    for record in records:
        if record.id in lists:
            report = predictor.score(Article(text=record.text, title=record.title))
            starts = np.array([s.start for s in record.sentences if s.start is not None])
            place = [int(np.searchsorted(starts, s.start, side="right")) for s in report.sentences]
            yield check(record.id, lists[record.id], found_in(report, place, 0))


def check_texts(predictor: Predictor, folder: Path | str) -> Iterator[Checked]:
    """Check the scraped texts that are in the list, read from a folder.

    Raises
    ------
    FileNotFoundError
        Where one of them is not there.
    """
    for name, listed in load().items():
        if not name.endswith(".txt"):
            continue
        whole = (Path(folder) / name).read_text(encoding="utf-8")
        headline, text = split_headline(whole)
        report = predictor.score(Article(text=text, title=headline))
        before = len(whole) - len(text)
        place = [_line(whole, before + s.start) for s in report.sentences]
        yield check(name, listed, found_in(report, place, 1))


def _line(text: str, at: int) -> int:
    """Which of the lines that are not blank the character stands in, from 1."""
    begin = text.rfind("\n", 0, at) + 1
    return 1 + sum(1 for line in text[:begin].split("\n") if line.strip())


def figures(checked: Sequence[Checked]) -> dict[str, float]:
    """Measure ledgers against the list.

    Returns
    -------
    dict
        ``listed`` and ``found`` (counts, optional sources apart); ``precision``, ``recall``, ``F1`` of sources under
        their full names; ``F1 short names`` (a surname or a part of an institution's name counts as well); of the
        pairs: ``type accuracy``, ``title recall`` (listed titles of persons that ours shares a word with), ``via
        precision``, ``via recall``, ``reason recall``; ``place precision``, ``place recall`` (the listed source speaks
        there); ``split``, ``merged`` (counts). NaN where there is nothing to count.
    """
    right = short = given = wanted = 0
    types: list[bool] = []
    titles: list[bool] = []
    via_found: list[bool] = []
    via_listed: list[bool] = []
    reasons: list[bool] = []
    places = [0, 0, 0]
    for one in checked:
        wanted += sum(not source.optional for source in one.listed)
        neutral = {p for g, (p, _) in one.pairs.items() if one.listed[g].optional}
        given += len(one.found) - len(neutral)
        for g, source in enumerate(one.listed):
            if source.optional:
                continue
            places[2] += len(source.places)
            if g not in one.pairs:
                continue
            p, full = one.pairs[g]
            entry = one.found[p]
            right, short = right + full, short + 1
            types.append(entry.source.type in (source.type, *source.types_too))
            if source.title:
                titles.append(shared_words(source.title, entry.source.title))
            if source.via:
                via_listed.append(shared_words(source.via, entry.source.via))
            if entry.source.via:
                via_found.append(shared_words(source.via, entry.source.via))
            if source.anonymity_reason:
                reasons.append(shared_words(source.anonymity_reason, entry.source.anonymity_reason))
            places[0] += len(source.places & entry.places)
            places[1] += len(entry.places)
    precision, recall, full_f1 = f1(right, given, wanted)
    place_precision, place_recall, _ = f1(*places)
    return {
        "listed": wanted,
        "found": given,
        "precision": precision,
        "recall": recall,
        "F1": full_f1,
        "F1 short names": f1(short, given, wanted)[2],
        "type accuracy": _share(types),
        "title recall": _share(titles),
        "via precision": _share(via_found),
        "via recall": _share(via_listed),
        "reason recall": _share(reasons),
        "place precision": place_precision,
        "place recall": place_recall,
        "split": sum(len(one.split) for one in checked),
        "merged": sum(len(one.merged) for one in checked),
    }


def _share(flags: Sequence[bool]) -> float:
    return sum(flags) / len(flags) if flags else math.nan


def to_dict(checked: Sequence[Checked]) -> dict[str, Any]:
    """Figures in all and by article, with what went wrong in words, ready for JSON (NaN becomes None)."""

    def plain(values: dict[str, float]) -> dict[str, float | None]:
        return {name: None if math.isnan(value) else round(value, 4) for name, value in values.items()}

    articles = {one.article: {"figures": plain(figures([one])), "errors": errors(one)} for one in checked}
    return {"total": plain(figures(checked)), "articles": articles}


def errors(one: Checked) -> dict[str, list[str]]:
    """What went wrong with one article, in words."""
    listed, found = one.listed, one.found

    def ours(p: int) -> str:
        source = found[p].source
        return f"{source.name} ({source.type}, {sorted(found[p].places)})"

    out = {
        "missed": [f"{listed[g].name} {sorted(listed[g].places)}" for g in one.missed],
        "not listed": [ours(p) for p in one.wrong],
        "short": [f"{listed[g].name}: {ours(p)}" for g, (p, full) in one.pairs.items() if not full],
        "split": [f"{listed[g].name}: {ours(p)}" for g, p in one.split],
        "merged": [f"{listed[g].name} into {listed[h].name}" for g, h in one.merged],
        "type": [],
        "title": [],
    }
    for g, (p, _) in one.pairs.items():
        source, entry = listed[g], found[p].source
        if not source.optional and entry.type not in (source.type, *source.types_too):
            out["type"].append(f"{source.name}: {entry.type}, not {source.type}")
        if not source.optional and source.title and not shared_words(source.title, entry.title):
            out["title"].append(f"{source.name}: {entry.title!r}, not {source.title!r}")
    return {name: lines for name, lines in out.items() if lines}
