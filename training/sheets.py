"""Reading sheets: news articles with numbered sentences for a reader, and what readers write taken in as labels.

``python -m training.sheets ask`` writes sheets of articles that nobody has read, ``take`` checks the labels and adds them to
``training/data/readings.jsonl.gz`` (offsets, no words), ``agree`` says how far they agree with the annotations on articles that
both have. The form of a labelled sheet is told in ``docs/readings.md``.
"""

from __future__ import annotations

import argparse
import random
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.metrics import cohen_kappa_score, f1_score

from classifier.article import Article
from classifier.document import read
from training import corpora
from training.corpora import news
from training.corpora.readings import CONTROL, READINGS, checksum, lines, write
from training.measures import spearman
from training.progress import progress, run
from training.records import (
    FRAMES,
    GENRES,
    SCALES,
    SOURCE_TYPES,
    ArticleRecord,
    Offsets,
    RatingRecord,
    SentenceRecord,
)

TYPES = {"d": "direct", "i": "indirect", "m": "mixed", "u": "unsourced"}
PER_OUTLET = 12  # articles asked for at a time: readers shall see many outlets
WORDS = (200, 900)
_FIELD = re.compile(r"\s\|(?:\s|$)")
_LOADED = re.compile(r"L([12])(q?)=(.*)", re.DOTALL)


@dataclass
class Sheet:
    """An article as its reader sees it.

    Attributes
    ----------
    article : ArticleRecord
    sentences : dict
        By number (0 is the headline): offsets into the title or the text.
    """

    article: ArticleRecord
    sentences: dict[int, Offsets]

    @classmethod
    def of(cls, article: ArticleRecord) -> Sheet:
        """Split an article as the program does."""
        document = read(Article(article.text, article.title))
        bounds = [*document.sentence_starts.tolist(), len(document.words)]
        spans = [document.span(a, b) for a, b in zip(bounds[:-1], bounds[1:], strict=True)]
        first = 0 if document.has_headline else 1
        return cls(article, {n: (s.start, s.end) for n, s in enumerate(spans, first)})

    def text(self, number: int) -> str:
        """The words of a sentence."""
        start, end = self.sentences[number]
        return (self.article.title if number == 0 else self.article.text)[start:end]

    def __str__(self) -> str:
        out, before = [f"@ {self.article.id}"], None
        for number, (start, end) in self.sentences.items():
            if number > 1 and before is not None and "\n" in self.article.text[before:start]:
                out.append("")
            out.append(f"{number}: {' '.join(self.text(number).split())}")
            before = end if number else None
        return "\n".join(out)


class _Labels:
    """One labelled sheet, read line by line; whatever is wrong is kept in `problems`."""

    def __init__(self, sheet: Sheet, written: str, name: str) -> None:
        self.sheet, self.name = sheet, name
        self.problems: list[str] = []
        self.rating: dict[str, Any] = {}
        self.sentences: dict[int, dict[str, Any]] = {}
        for row, line in enumerate(written.splitlines(), 1):
            self.where = f"{name}, line {row}"
            parts = [p.strip() for p in _FIELD.split(line.strip())]
            if not parts[0] or parts[0][0] == "#":
                continue
            if parts[0][0] == "@":
                if parts[0][1:].strip() != sheet.article.id:
                    self._wrong(f"these are the labels of another article, {parts[0]!r}")
                continue
            if parts[0] == "R":
                self._rate(parts[1:])
            else:
                self._label(parts)
        self.where = name
        for key in (*SCALES, "genre"):
            if key not in self.rating:
                self._wrong(f"no rating {key!r} (a line R | sourcing=4 | ...)")

    def _wrong(self, problem: str) -> None:
        self.problems.append(f"{self.where}: {problem}")

    def _rate(self, parts: Sequence[str]) -> None:
        for part in parts:
            key, _, value = (p.strip() for p in part.partition("="))
            if key in self.rating:
                self._wrong(f"{key!r} is rated twice")
            elif key in SCALES:
                low, high = SCALES[key]
                if re.fullmatch(r"[+-]?\d(\.0)?", value) and low <= float(value) <= high:
                    self.rating[key] = int(float(value))
                else:
                    self._wrong(f"{part!r} is no whole number from {low} to {high}")
            elif key == "frames":
                self.rating[key] = self._frames(value, 3)
            elif key == "genre" and value in GENRES:
                self.rating[key] = value
            elif key != "main":  # who the main actor is serves the reader, and is not kept
                self._wrong(f"unknown {part!r}")

    def _frames(self, value: str, most: int) -> list[str]:
        frames = [f for f in re.split(r"[,;\s]+", value) if f and f != "none"]
        unknown = [f for f in frames if f not in FRAMES]
        if unknown or len(frames) > most:
            self._wrong(f"frames {value!r}: at most {most} of {', '.join(FRAMES)}")
        return frames

    def _label(self, parts: Sequence[str]) -> None:
        numbers = re.fullmatch(r"(\d+)(?:-(\d+))?", parts[0])
        if numbers is None:
            self._wrong(f"starts with no number of a sentence: {' | '.join(parts)[:60]!r}")
            return
        first = int(numbers[1])
        last = int(numbers[2] or first)
        if last > first and list(parts[1:]) != ["b"]:
            self._wrong("a run of sentences can only be boilerplate: '12-19 | b'")
            return
        for number in range(first, last + 1):
            if number not in self.sheet.sentences:
                self._wrong(f"there is no sentence {number}")
            elif number in self.sentences:
                self._wrong(f"sentence {number} stands twice")
            else:
                self.sentences[number] = self._sentence(parts[1:], self.sheet.text(number))

    def _sentence(self, parts: Sequence[str], text: str) -> dict[str, Any]:
        labels: dict[str, Any] = {}
        attributions: list[dict[str, Any]] = []
        given: set[str] = set()
        for part in parts:
            key, _, value = part.partition("=")
            if key == "a":
                given -= {"s", "c", "x"}  # another attribution
            elif (name := key[0] if key[:1] == "L" else key) in given:
                self._wrong(f"{part!r}: {name!r} stands twice")
                continue
            else:
                given.add(name)
            if part == "b":
                labels["boilerplate"] = 1
            elif part == "O":
                labels["opinion"] = 1
            elif key == "a":
                kind, _, source_type = value.partition("/")
                if kind not in TYPES or (source_type not in SOURCE_TYPES if kind != "u" else source_type):
                    self._wrong(f"{part!r} is none of a=u, a=d/person, a=i/official ...")
                    continue
                attributions.append({"type": TYPES[kind], "source_type": source_type or "none"})
            elif key in ("s", "c", "x"):
                if not value.strip():
                    continue
                if not attributions:
                    self._wrong(f"{part!r} stands before any a=")
                    continue
                name = {"s": "source", "c": "cue", "x": "content"}[key]
                attributions[-1][name] = self._spans(value.split(" + "), text)
            elif key == "h":
                labels["hedged"] = 1
                labels["hedge_cues"] = self._spans(value.split(";"), text)
            elif found := _LOADED.fullmatch(part):
                labels["loaded"] = int(found[1])
                labels["loaded_voice"] = "quoted" if found[2] else "author"
                labels["loaded_cues"] = self._spans(found[3].split(";"), text)
            elif key == "v" and value in ("-1", "1", "+1"):
                labels["valence"] = int(value)
            elif key == "f":
                labels["frames"] = self._frames(value, 2)
            elif part:
                self._wrong(f"unknown {part!r}")
        if labels.get("boilerplate") and (len(labels) > 1 or attributions):
            self._wrong("what is boilerplate has no other label")
        if attributions:
            labels["attribution"] = attributions[0]["type"]
            if labels["attribution"] != "unsourced":
                labels["source_type"] = attributions[0]["source_type"]
            labels["attributions"] = [
                {k: v for k, v in a.items() if k != "type"}
                for a in attributions
                if a.keys() & {"source", "cue", "content"}
            ]
        return labels

    def _spans(self, phrases: Iterable[str], text: str) -> list[Offsets]:
        spans = []
        for phrase in (p.strip() for p in phrases):
            if not phrase:
                continue
            span = find(phrase, text)
            if span is None:
                self._wrong(f"these words do not stand in the sentence: {phrase!r}")
            else:
                spans.append(span)
        if not spans:
            self._wrong("no words are given")
        return sorted(set(spans))


def find(phrase: str, text: str) -> Offsets | None:
    """Where words stand in a sentence, white space and, if need be, case aside.

    Parameters
    ----------
    phrase : str
        ``"would#2"`` is the second "would", ``"first words ... last words"`` all between them; a word is found as a whole
        word where it stands as one.
    """
    if " ... " in phrase:
        begin, end = (find_all(p, text) for p in phrase.split(" ... ", 1))
        after = [e for e in end if begin and e[1] > begin[0][1]]
        return (begin[0][0], after[-1][1]) if begin and after else None
    found, nth = find_all(phrase, text), 1
    numbered = re.fullmatch(r"(.*\S)#(\d+)", phrase)
    if not found and numbered:
        found, nth = find_all(numbered[1], text), int(numbered[2])
    return found[nth - 1] if 0 < nth <= len(found) else None


def find_all(phrase: str, text: str) -> list[Offsets]:
    """Every place of some words in a sentence, as `find` looks for them."""
    pattern = r"\s+".join(map(re.escape, phrase.split()))
    if not pattern:
        return []
    found = [m.span() for m in re.finditer(pattern, text)] or [
        m.span() for m in re.finditer(pattern, text, re.IGNORECASE)
    ]
    return [
        (a, b) for a, b in found if not any(0 < i < len(text) and text[i - 1 : i + 1].isalnum() for i in (a, b))
    ] or found


def take(article: ArticleRecord, written: str, name: str, reader: str) -> tuple[dict[str, Any], list[str]]:
    """What a reader wrote of an article, as a line of ``readings.jsonl.gz``, and what is wrong with it.

    Parameters
    ----------
    article : ArticleRecord
    written : str
        The labelled sheet.
    name : str
        Of the sheet, for the messages.
    reader : str

    Returns
    -------
    line : dict
    problems : list of str
        Where there are any, the line is not to be used.
    """
    sheet = Sheet.of(article)
    labels = _Labels(sheet, written, name)
    sentences = []
    for number, (start, end) in sheet.sentences.items():
        mine = labels.sentences.get(number, {})
        if number == 0 and start:  # a headline's offsets count in the title, which may begin with white space
            mine = _moved(mine, start)
        sentences.append([None, None, mine] if number == 0 else [start, end, mine])
    line = {
        "id": article.id,
        "text": checksum(article.title, article.text),
        "reader": reader,
        "headline": 0 in sheet.sentences,
        "rating": labels.rating,
        "sentences": sentences,
    }
    return line, labels.problems


def _moved(labels: Mapping[str, Any], by: int) -> dict[str, Any]:
    def move(spans: Iterable[Offsets]) -> list[Offsets]:
        return [(a + by, b + by) for a, b in spans]

    out = {k: move(v) if k.endswith("_cues") else v for k, v in labels.items()}
    if "attributions" in labels:
        out["attributions"] = [
            {k: v if k == "source_type" else move(v) for k, v in a.items()} for a in labels["attributions"]
        ]
    return out


def agreement(read_again: Iterable[Mapping[str, Any]], annotated: Mapping[str, ArticleRecord]) -> list[str]:
    """How far readings agree with the annotations on the same articles: a line of text a signal.

    Sentences are compared where they begin alike; of F1 the annotations are the measure.
    """
    pairs: list[tuple[SentenceRecord, Mapping[str, Any]]] = []
    rated: list[tuple[Sequence[RatingRecord], Mapping[str, Any]]] = []
    for line in read_again:
        article = annotated[line["id"]]
        starts = {start: labels for start, _, labels in line["sentences"]}
        pairs += [(s, starts[s.start]) for s in article.sentences if s.start in starts]
        rated.append((article.ratings, line["rating"]))
    if not pairs:
        return ["no article was read twice"]
    out = [f"{len(rated)} articles, {len(pairs)} sentences"]
    y = np.array([s.labels["boilerplate"] for s, _ in pairs])
    z = np.array([r.get("boilerplate", 0) for _, r in pairs])
    out.append(f"boilerplate: kappa {_kappa(y, z):.3f}, F1 {f1_score(y, z, zero_division=np.nan):.3f}")
    story = [p for p, a, b in zip(pairs, y, z, strict=True) if not a and not b]
    kinds = {
        "attributed": lambda r: r.get("attribution", "none") != "none",
        "hedged": lambda r: r.get("hedged", 0),
        "loaded": lambda r: r.get("loaded", 0) > 0,
        "strongly loaded": lambda r: r.get("loaded", 0) > 1,
        "opinion": lambda r: r.get("opinion", 0),
    }
    for name, of in kinds.items():
        a, b = np.array([of(s.labels) for s, _ in story], dtype=int), np.array([of(r) for _, r in story], dtype=int)
        f1 = f1_score(a, b, zero_division=np.nan)
        out.append(f"{name}: kappa {_kappa(a, b):.3f}, F1 {f1:.3f}, share {a.mean():.3f} and {b.mean():.3f}")
    types = [(s.labels["attribution"], r.get("attribution", "none")) for s, r in story]
    out.append(f"attribution type: kappa {_kappa(*zip(*types, strict=True)):.3f}")
    both = [
        (s.labels["source_type"], r["source_type"])
        for s, r in story
        if s.labels["source_type"] and r.get("source_type")
    ]
    out.append(f"source type, where both give one: equal {np.mean([a == b for a, b in both]):.3f} of {len(both)}")
    a, b = np.array([s.labels["valence"] for s, _ in story]), np.array([r.get("valence", 0) for _, r in story])
    out.append(f"valence: kappa {_kappa(a, b):.3f}, macro F1 {f1_score(a, b, average='macro'):.3f}")
    a = np.array([[f in s.labels["frames"] for f in FRAMES] for s, _ in story])
    b = np.array([[f in r.get("frames", ()) for f in FRAMES] for _, r in story])
    micro, macro = (f1_score(a, b, average=average, zero_division=0) for average in ("micro", "macro"))
    out.append(f"frames: micro F1 {micro:.3f}, macro F1 {macro:.3f}")
    return out + [rating_agreement(rated, scale) for scale in SCALES]


def rating_agreement(rated: Iterable[tuple[Sequence[RatingRecord], Mapping[str, Any]]], scale: str) -> str:
    """How far ratings on a scale agree with the mean of the annotators': a line of text."""
    pairs = [(np.mean([getattr(r, scale) for r in ratings]), rating[scale]) for ratings, rating in rated]
    a, b = np.array(pairs).T
    return f"rating {scale}: mean {a.mean():.2f} and {b.mean():.2f}, Spearman {spearman(a, b):.3f}"


def _kappa(a: Sequence[Any] | np.ndarray, b: Sequence[Any] | np.ndarray) -> float:
    return float(cohen_kappa_score(a, b)) if len({*a, *b}) > 1 else float("nan")


def choose(articles: Iterable[ArticleRecord], n: int, without: set[str], seed: int = 0) -> list[ArticleRecord]:
    """Articles of a length to read in one go, of many outlets, none twice and none whose title or id is in `without`."""
    fit = [a for a in articles if WORDS[0] <= len(a.text.split()) <= WORDS[1]]
    random.Random(seed).shuffle(fit)
    per_outlet: Counter[str] = Counter()
    chosen: list[ArticleRecord] = []
    taken = set(without)
    for article in fit:
        names = {article.id, article.title.strip().lower()} - {""}
        if len(chosen) < n and per_outlet[article.outlet] < PER_OUTLET and not names & taken:
            per_outlet[article.outlet] += 1
            taken |= names
            chosen.append(article)
    return chosen


def _ask(given: argparse.Namespace) -> int:
    without = {line["id"] for line in lines(given.readings)}
    annotated: Sequence[ArticleRecord] = ()
    if given.annotations is not None:
        annotated = corpora.load("annotations", annotations=given.annotations).articles
        without |= {key for a in annotated for key in (a.id, a.title.strip().lower())}
    chosen = choose(news.iterate(corpora.find("news", given.data)), given.articles, without, given.seed)
    again = choose(annotated, given.again, {line["id"] for line in lines(given.control)}, given.seed)
    draw = random.Random(given.seed)
    for article in again:
        chosen.insert(draw.randrange(len(chosen) + 1), article)
    given.out.mkdir(parents=True, exist_ok=True)
    for number, start in enumerate(range(0, len(chosen), given.per_sheet), 1):
        sheet = "\n\n\n".join(str(Sheet.of(a)) for a in chosen[start : start + given.per_sheet])
        (given.out / f"{number:03d}.txt").write_text(sheet + "\n", encoding="utf-8")
    progress(f"{len(chosen)} articles in {given.out}, {len(again)} of them annotated ones")
    return 0


def _take(given: argparse.Namespace) -> int:
    there = {p.stem: p for p in sorted(given.labelled.glob("*.txt"))}
    articles = {a.id: a for a in news.iterate(corpora.find("news", given.data)) if a.id in there}
    annotated: dict[str, ArticleRecord] = {}
    if given.annotations is not None:
        annotated = {a.id: a for a in corpora.load("annotations", annotations=given.annotations).articles}
    kept = {path: {line["id"]: line for line in lines(path)} for path in (given.readings, given.control)}
    problems = [f"{p.name}: no article {key!r}" for key, p in there.items() if key not in {**articles, **annotated}]
    for key, path in there.items():
        article = annotated.get(key) or articles.get(key)
        if article is None:
            continue
        line, wrong = take(article, path.read_text(encoding="utf-8"), path.name, given.reader)
        problems += wrong
        if not wrong:
            there_before = kept[given.control if key in annotated else given.readings]
            if "again" in there_before.get(key, {}):
                line["again"] = there_before[key]["again"]  # a second reader's rating
            there_before[key] = line
    for problem in problems:
        progress(problem)
    for path, found in kept.items():
        if found:
            write(found.values(), path)
        progress(f"{path.name}: {len(found)} articles")
    return 1 if problems else 0


def _agree(given: argparse.Namespace) -> int:
    annotated = {a.id: a for a in corpora.load("annotations", annotations=given.annotations).articles}
    print("\n".join(agreement([x for x in lines(given.control) if x["id"] in annotated], annotated)))
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    """``python -m training.sheets ask|take|agree``."""
    parser = argparse.ArgumentParser(
        prog="python -m training.sheets", description="Let readers label more news by the codebook (docs/readings.md)."
    )
    parser.add_argument(
        "--readings", type=Path, default=READINGS, help="the labels (default training/data/readings.jsonl.gz)"
    )
    parser.add_argument(
        "--control", type=Path, default=CONTROL, help="labels of annotated articles, to tell agreement by"
    )
    commands = parser.add_subparsers(dest="command", required=True)
    ask = commands.add_parser("ask", help="write sheets of articles that nobody has read")
    ask.add_argument("--data", type=Path, help="folder of corpora, with news in it")
    ask.add_argument("--annotations", type=Path, help="folder of annotations: no other article of theirs is asked for")
    ask.add_argument("--articles", type=int, default=60, help="articles that nobody has read (default 60)")
    ask.add_argument(
        "--again", type=int, default=0, help="annotated articles to mix in: how far readers agree (default 0)"
    )
    ask.add_argument("--per-sheet", type=int, default=6)
    ask.add_argument("--seed", type=int, default=0)
    ask.add_argument("--out", type=Path, required=True, help="folder for the sheets")
    ask.set_defaults(do=_ask)
    taking = commands.add_parser("take", help="check labelled sheets, and add those that are right to the labels")
    taking.add_argument("labelled", type=Path, help="folder of labelled sheets, each named ID.txt")
    taking.add_argument("--data", type=Path, help="folder of corpora, with news in it")
    taking.add_argument(
        "--annotations", type=Path, help="folder of annotations: their articles go to the control labels"
    )
    taking.add_argument("--reader", default="", help="who read them, kept beside the ratings")
    taking.set_defaults(do=_take)
    agree = commands.add_parser("agree", help="how far readers agree with the annotations")
    agree.add_argument("--annotations", type=Path, required=True)
    agree.set_defaults(do=_agree)
    return run(parser, arguments)


if __name__ == "__main__":
    raise SystemExit(main())
