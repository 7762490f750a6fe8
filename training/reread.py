"""Reading again what was read fast: ratings, or which sentences hedge, by readers who look at nothing else.

``python -m training.reread ask ratings|hedges`` writes numbered folders of articles that were read for the project, and examples from the
annotations that show how their readers use the codebook; ``take`` checks what the readers wrote beside them and puts it into
``training/data/readings.jsonl.gz``; ``agree`` says how far such readers agree with the annotations on articles that they read without
knowing it. The forms are told in ``docs/readings.md``.
"""

from __future__ import annotations

import argparse
import random
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from training import corpora
from training.corpora import news, readings
from training.corpora.readings import READINGS, checksum, lines, write
from training.measures import prf, spearman
from training.progress import progress, run
from training.records import GENRES, SCALES, ArticleRecord, Offsets
from training.sheets import find_all, rating_agreement

CONTROL = READINGS.with_name("rereadings_control.jsonl.gz")
"""Annotated articles that were read as the others were, without their labels."""
RATED = tuple(SCALES)


def find(text: str, cue: str, taken: Sequence[Offsets] = ()) -> Offsets | None:
    """The first place of a cue in a sentence (`training.sheets.find_all`) that no other one has taken."""
    return next(((a, b) for a, b in find_all(cue, text) if not any(c < b and d > a for c, d in taken)), None)


def read_ratings(written: str, name: str) -> tuple[dict[str, dict[str, Any]], list[str]]:
    """``ID sourcing transparency speculation loaded opinion valence genre``, a line an article; ratings by id, and problems."""
    found: dict[str, dict[str, Any]] = {}
    problems = []
    for row, line in enumerate(written.splitlines(), 1):
        parts = line.split()
        if not parts:
            continue
        try:
            key, *values, genre = parts
            numbers = dict(zip(RATED, map(float, values), strict=True))
            if genre not in GENRES:
                raise ValueError(f"genre {genre!r}")
            for scale, value in numbers.items():
                low, high = SCALES[scale]
                if not low <= value <= high:
                    raise ValueError(f"{scale} {value:g} is not between {low} and {high}")
            if key in found:
                raise ValueError(f"{key} is rated twice")
            found[key] = {k: int(v) if v == int(v) else v for k, v in numbers.items()} | {"genre": genre}
        except ValueError as error:
            problems.append(f"{name}, line {row}: {error}")
    return found, problems


def read_hedges(written: str, name: str) -> tuple[dict[str, dict[int, list[str]]], list[str]]:
    """``ID NUMBER | cue; cue``, a line a hedged sentence, and ``ID done`` behind each article: cues by id and sentence, and problems.

    An article without its ``done`` is left out.
    """
    found: dict[str, dict[int, list[str]]] = {}
    done, problems = set(), []
    for row, line in enumerate(written.splitlines(), 1):
        if not line.strip():
            continue
        if match := re.fullmatch(r"\s*(\S+) done\s*", line):
            done.add(match[1])
        elif match := re.fullmatch(r"\s*(\S+) (\d+) \|(.*)", line):
            cues = [c for c in (c.strip(' "“”') for c in match[3].split(";")) if c]
            if not cues or int(match[2]) in found.get(match[1], {}):
                problems.append(f"{name}, line {row}: {'marked twice' if cues else 'which words hedge?'}")
            else:
                found.setdefault(match[1], {})[int(match[2])] = cues
        else:
            problems.append(f"{name}, line {row}: neither 'ID NUMBER | cues' nor 'ID done'")
    return {key: found.get(key, {}) for key in done}, problems


def hedge(line: Mapping[str, Any], article: ArticleRecord, cues: Mapping[int, Sequence[str]]) -> tuple[Any, list[str]]:
    """A line of readings with its hedges marked anew, and problems."""
    problems = []
    sentences = []
    known = set()
    for index, (start, end, labels) in enumerate(line["sentences"], 0 if line["headline"] else 1):
        known.add(index)
        kept = {k: v for k, v in labels.items() if k not in ("hedged", "hedge_cues")}
        if index in cues and not labels.get("boilerplate"):
            text = article.title if start is None else article.text[start:end]
            spans: list[Offsets] = []
            for cue in sorted(cues[index], key=len, reverse=True):
                span = find(text, cue, spans)
                if span is None:
                    problems.append(f"{article.id}: no {cue!r} in sentence {index}")
                else:
                    spans.append(span)
            kept["hedged"] = 1
            if spans:
                kept["hedge_cues"] = sorted(map(list, spans))
        sentences.append([start, end, kept])
    problems += [f"{article.id}: there is no sentence {index}" for index in cues if index not in known]
    return {**line, "sentences": sentences}, problems


def show(article: ArticleRecord, key: str, numbered: bool) -> str:
    """An article as its reader sees it: whole, or its sentences numbered (0 is the headline) without boilerplate."""
    if not numbered:
        return f"=== {key}\nHEADLINE: {article.title}\n\n{article.text.strip()}\n"
    rows = [f"=== {key}"]
    rows += [f"{s.index}: {' '.join(s.text.split())}" for s in article.sentences if not s.labels.get("boilerplate")]
    return "\n".join(rows) + "\n"


def example(article: ArticleRecord, numbered: bool) -> str:
    """An annotated article with its ratings, or its hedged sentences marked: ``[[H: cue; cue]]``."""
    if not numbered:
        rows = [
            f"RATING by {r.rater}: " + " ".join(f"{k}={getattr(r, k):g}" for k in RATED) + f" genre={r.genre}"
            for r in article.ratings
        ]
        return show(article, article.id, numbered) + "\n" + "\n".join(rows) + "\n"
    rows = ["=== article"]
    for s in article.sentences:
        if not s.labels.get("boilerplate"):
            cues = "; ".join(s.text[a:b] for a, b in s.cues.get("hedge", ()))
            rows.append(f"{s.index}: {' '.join(s.text.split())}" + (f"   [[H: {cues}]]" if s.labels["hedged"] else ""))
    return "\n".join(rows) + "\n"


def agreement(control: Iterable[Mapping[str, Any]], annotated: Mapping[str, ArticleRecord]) -> list[str]:
    """How far readers agree with the annotations on articles that both have: a line of text a rating, and one of hedges."""
    rated = [(annotated[x["id"]].ratings, x["again"]) for x in control if "again" in x]
    out = [f"{len(rated)} articles rated"] if rated else []
    for scale in RATED if rated else ():
        two = [[getattr(r, scale) for r in ratings[:2]] for ratings, _ in rated if len(ratings) > 1]
        between = f"; two of theirs {spearman(*np.array(two).T):.3f}" if len(two) > 2 else ""
        out.append(rating_agreement(rated, scale) + between)
    marked = [(annotated[x["id"]], x["hedged"]) for x in control if "hedged" in x]
    if marked:
        gold, found = [], []
        for article, hedged in marked:
            starts = [-1 if start is None else start for start in hedged]
            for s in article.sentences:
                if not s.labels.get("boilerplate"):
                    low, high = (-1, 0) if s.start is None or s.end is None else (s.start, s.end)
                    gold.append(bool(s.labels["hedged"]))
                    found.append(any(low <= start < high for start in starts))
        p, r, f = prf(np.array(gold), np.array(found))
        out.append(
            f"hedged: {len(marked)} articles, {len(gold)} sentences, F1 {f:.3f} (precision {p:.3f}, recall {r:.3f})"
        )
    return out or ["no article was read twice"]


def _ask(given: argparse.Namespace) -> int:
    numbered = given.what == "hedges"
    annotated = list(corpora.load("annotations", annotations=given.annotations).articles)
    draw = random.Random(given.seed)
    draw.shuffle(annotated)
    fit = [a for a in annotated if (a.sentences if numbered else len(a.ratings) > 1)]
    examples, control = fit[: given.examples], fit[given.examples : given.examples + given.control]
    given.out.mkdir(parents=True, exist_ok=True)
    text = "\n".join(example(a, numbered) for a in examples)
    (given.out / "examples.txt").write_text(text, encoding="utf-8")
    every = corpora.load("news", given.data).articles
    chosen = list(readings.load(every, given.readings).articles)
    draw.shuffle(chosen)
    names = {a.id: f"control{n:03d}" for n, a in enumerate(control)}
    for a in control:
        chosen.insert(draw.randrange(len(chosen) + 1), a)
    for number, start in enumerate(range(0, len(chosen), given.per_folder)):
        folder = given.out / f"{number:03d}"
        folder.mkdir(exist_ok=True)
        part = chosen[start : start + given.per_folder]
        text = "\n".join(show(a, names.get(a.id, a.id), numbered) for a in part)
        (folder / "articles.txt").write_text(text, encoding="utf-8")
    listing = "".join(f"{name} {key}\n" for key, name in names.items())
    (given.out / "control.txt").write_text(listing, encoding="utf-8")  # not for the readers
    progress(f"{len(chosen)} articles in {given.out}, {len(control)} of them annotated ones (control.txt says which)")
    return 0


def _take(given: argparse.Namespace) -> int:
    reader: Callable[[str, str], tuple[dict[str, Any], list[str]]]
    reader = read_hedges if given.what == "hedges" else read_ratings
    found: dict[str, Any] = {}
    problems = []
    for path in sorted(given.folder.glob(f"*/{given.what}.txt")):
        more, wrong = reader(path.read_text(encoding="utf-8"), f"{path.parent.name}/{path.name}")
        problems += [*wrong, *(f"{path.parent.name}: {key} was read elsewhere, too" for key in more if key in found)]
        found |= more
    listing = (given.folder / "control.txt").read_text(encoding="utf-8").splitlines()
    names = dict(row.split() for row in listing)
    known = {line["id"]: line for line in lines(given.readings)}
    control: dict[str, dict[str, Any]] = {line["id"]: line for line in lines(given.control_file, ("text",))}
    articles = {a.id: a for a in news.iterate(corpora.find("news", given.data)) if a.id in found}
    annotated = {a.id: a for a in corpora.load("annotations", annotations=given.annotations).articles}
    taken = 0
    for key, labels in found.items():
        wrong = []
        if key in names:
            article = annotated[names[key]]
            line = control.setdefault(article.id, {"id": article.id, "text": _text(article)})
            starts = {s.index: s.start for s in article.sentences}
            if given.what == "ratings":
                line["again"] = labels
            elif not (wrong := [f"{key}: there is no sentence {i}" for i in labels if i not in starts]):
                line["hedged"] = [starts[i] for i in sorted(labels)]
        elif key not in known or key not in articles:
            wrong = [f"no article {key!r} was read"]
        elif known[key]["text"] != _text(articles[key]):
            wrong = [f"{key}: another text was read"]
        elif given.what == "ratings":
            known[key]["again"] = {**labels, "reader": given.reader}
        else:
            line, wrong = hedge(known[key], articles[key], labels)
            known[key] = known[key] if wrong else line
        problems += wrong
        taken += not wrong
    for problem in problems:
        progress(problem)
    write(known.values(), given.readings)
    write(control.values(), given.control_file)
    progress(f"{taken} of {len(found)} articles taken")
    return 1 if problems else 0


def _text(article: ArticleRecord) -> str:
    return checksum(article.title, article.text)


def _agree(given: argparse.Namespace) -> int:
    annotated = {a.id: a for a in corpora.load("annotations", annotations=given.annotations).articles}
    control = [x for x in lines(given.control_file, ("text",)) if x["id"] in annotated]
    print("\n".join(agreement([x for x in control if x["text"] == _text(annotated[x["id"]])], annotated)))
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    """``python -m training.reread ask|take|agree``."""
    parser = argparse.ArgumentParser(
        prog="python -m training.reread",
        description="Let readers rate articles again, or mark hedges anew, in articles read before (docs/readings.md).",
    )
    parser.add_argument(
        "--readings", type=Path, default=READINGS, help="the labels (default training/data/readings.jsonl.gz)"
    )
    parser.add_argument(
        "--control-file",
        type=Path,
        default=CONTROL,
        help="labels of annotated articles, to tell agreement by",
    )
    commands = parser.add_subparsers(dest="command", required=True)
    ask = commands.add_parser("ask", help="write the articles, and examples from the annotations")
    taking = commands.add_parser("take", help="check what readers wrote, and add it")
    for one in (ask, taking):
        one.add_argument("what", choices=("ratings", "hedges"))
        one.add_argument("--data", type=Path, help="folder of corpora, with news in it")
    ask.add_argument("--examples", type=int, default=45, help="annotated articles that show how to label (default 45)")
    ask.add_argument("--control", type=int, default=0, help="annotated articles to mix in, under other ids (default 0)")
    ask.add_argument("--per-folder", type=int, default=50)
    ask.add_argument("--seed", type=int, default=0)
    ask.add_argument("--out", type=Path, required=True)
    ask.set_defaults(do=_ask)
    taking.add_argument(
        "folder", type=Path, help="what 'ask' wrote, with ratings.txt or hedges.txt beside each articles.txt"
    )
    taking.add_argument("--reader", default="", help="who read them, kept beside the ratings")
    taking.set_defaults(do=_take)
    agree = commands.add_parser("agree", help="how far such readers agree with the annotations")
    agree.set_defaults(do=_agree)
    for one in (ask, taking, agree):
        one.add_argument("--annotations", type=Path, required=True, help="folder of annotations")
    return run(parser, arguments)


if __name__ == "__main__":
    raise SystemExit(main())
