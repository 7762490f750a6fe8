"""How far the article scores move where they should not, and whether they treat outlets of all leanings alike.

Stable: the same article longer, shorter, with other typography or with boilerplate. Even-handed: the same article with
its parties, politicians, outlets or countries exchanged. Outlets: mean scores by outlet and by its leaning.

    python -m training.evaluate_robustness                                        # the own articles alone
    python -m training.evaluate_robustness --data CORPORA --annotations ANNOTATIONS --out robustness.json

Own articles are scored by an artifact that learned from them, articles of the news by one that did not (but for the means by
outlet, where those that were read for the project are among them);
annotated articles (where boilerplate is known sentence by sentence) are only used to take it away.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from classifier import Article, ArticleReport, Predictor
from classifier.report import SCORES
from classifier.scores import TARGETS
from training import corpora
from training.corpora import news, own, readings
from training.measures import bootstrap
from training.outlets import LEANINGS, leaning
from training.perturb import BOILERPLATE, LENGTH, TYPOGRAPHY, Change, without
from training.records import ArticleRecord, CorpusError
from training.swaps import PAIRS, swap

LIMITS = {"boilerplate": 3.0, "typography": 2.0, "names": 2.0}
"""Points of 100 that a score may move; a change of length may move it within its interval."""
WANTED = 0.9  # share of the articles that stay within the limit
LEAST_ARTICLES = 20  # an outlet with fewer is not listed
REPORTING = 42.0  # opinion scores below it: news reports, so that outlets are compared on the same kind of text
_POINTS = {"valence": 50.0}  # one unit of valence in points of 100


@dataclass(frozen=True)
class Row:
    """How one change moves one score.

    Attributes
    ----------
    corpus, check, change, score : str
    n : int
        Articles that the change changes.
    median, p95 : float
        Of the absolute differences, in points of 100.
    mean : float
        Mean difference: whether the change moves the score one way.
    within : float
        Share of the articles within the limit: within the interval of the unchanged article for a change of length,
        otherwise less than ``limit`` points.
    limit : float or None
    """

    corpus: str
    check: str
    change: str
    score: str
    n: int
    median: float
    p95: float
    mean: float
    within: float
    limit: float | None


def changes(records: Mapping[str, ArticleRecord] | None = None) -> list[tuple[str, str, Change]]:
    """All changes: check, name, function.

    Parameters
    ----------
    records : mapping, optional
        Records by article id; where they label boilerplate, it can be taken away.
    """
    known = records or {}
    out: list[tuple[str, str, Change]] = []
    for check, named in (("length", LENGTH), ("boilerplate", BOILERPLATE), ("typography", TYPOGRAPHY)):
        out += [(check, name, change) for name, change in named.items()]
    out.append(("boilerplate", "boilerplate taken away", partial(_without_boilerplate, known)))
    out += [("names", f"{kind} swapped", partial(_swapped, kind)) for kind in PAIRS]
    out.append(("names", "all names swapped", _all_swapped))
    return out


def _without_boilerplate(records: Mapping[str, ArticleRecord], article: Article, rng: random.Random) -> Article | None:
    record = records.get(article.id or "")
    if record is None:
        return None
    return without(
        [(s.start, s.end) for s in record.sentences if s.labels.get("boilerplate") and s.start is not None and s.end],
        article,
    )


def _swapped(kind: str, article: Article, rng: random.Random) -> Article | None:
    text, in_text = swap(article.text, kind)
    title, in_title = swap(article.title, kind)
    return replace(article, text=text, title=title) if in_text + in_title else None


def _all_swapped(article: Article, rng: random.Random) -> Article | None:
    changed: Article | None = None
    for kind in PAIRS:
        changed = _swapped(kind, changed or article, rng) or changed
    return changed


def values(report: ArticleReport) -> np.ndarray:
    """The scores in the order of `TARGETS`, valence as -50..50, so that all are in points of 100."""
    scores = [getattr(report, s).value for s in SCORES]
    return np.array([*scores, report.valence * _POINTS["valence"]])


def stability(
    predictor: Predictor,
    corpus: str,
    articles: Sequence[Article],
    chosen: Sequence[tuple[str, str, Change]],
    seed: int = 0,
    jobs: int = 1,
    progress: Callable[[str], Any] = lambda line: None,
) -> list[Row]:
    """Score articles as they are and changed.

    Parameters
    ----------
    corpus : str
        What the rows call these articles.
    chosen : sequence of (check, name, change)
        As `changes` gives them.
    seed : int
        Of what the changes draw by chance.

    Returns
    -------
    list of Row
        One for each change and score, in order. Articles that are not scored, changed or not, are left out; so are
        changes that change nothing.
    """
    before = _score(predictor, articles, jobs)
    scored = [i for i, r in enumerate(before) if not math.isnan(r.sourcing.value)]
    rows: list[Row] = []
    for check, name, change in chosen:
        which, changed = [], []
        for i in scored:
            new = change(articles[i], random.Random(f"{seed} {name} {articles[i].id} {len(articles[i].text)}"))
            if new is not None:
                which.append(i)
                changed.append(new)
        if not which:
            continue
        after = _score(predictor, changed, jobs)
        old, new_values = np.stack([values(before[i]) for i in which]), np.stack([values(r) for r in after])
        ok = ~np.isnan(new_values[:, 0])
        difference = (new_values - old)[ok]
        low, high = _intervals(predictor, [before[i] for i, good in zip(which, ok, strict=True) if good])
        for k, score in enumerate(TARGETS):
            d = difference[:, k]
            limit = LIMITS.get(check)
            fine = (
                (new_values[ok, k] >= low[:, k]) & (new_values[ok, k] <= high[:, k])
                if limit is None
                else np.abs(d) < limit
            )
            if len(d):
                rows.append(
                    Row(
                        corpus, check, name, score, len(d), float(np.median(np.abs(d))),
                        float(np.percentile(np.abs(d), 95)), float(d.mean()), float(fine.mean()), limit,
                    )
                )  # fmt: skip
        progress(f"{corpus}: {name}, {len(d)} articles")
    return rows


def _intervals(predictor: Predictor, reports: Sequence[ArticleReport]) -> tuple[np.ndarray, np.ndarray]:
    """Ends of the intervals in points of 100; that of valence, which a report does not show, from the artifact."""
    low, high = np.zeros((len(reports), len(TARGETS))), np.zeros((len(reports), len(TARGETS)))
    error = predictor.models.scores["valence"]["error"]
    for i, r in enumerate(reports):
        low[i] = [*(getattr(r, s).low for s in SCORES), (r.valence - error) * _POINTS["valence"]]
        high[i] = [*(getattr(r, s).high for s in SCORES), (r.valence + error) * _POINTS["valence"]]
    return low, high


def _score(predictor: Predictor, articles: Iterable[Article], jobs: int) -> list[ArticleReport]:
    return list(predictor.score_many(articles, n_jobs=None if jobs == 1 else jobs))


@dataclass(frozen=True)
class OutletRow:
    """Mean scores of an outlet or of a group of outlets, each with its 95% interval by resampling articles.

    ``means``, ``low``, ``high`` by score; ``share_reporting`` is the share of articles with an opinion score below 42.
    """

    name: str
    leaning: str
    n: int
    means: dict[str, float]
    low: dict[str, float]
    high: dict[str, float]
    share_reporting: float


def outlet_rows(outlets: Sequence[str], scores: np.ndarray) -> dict[str, list[OutletRow]]:
    """Means by outlet and by leaning.

    Parameters
    ----------
    outlets : sequence of str, one an article
    scores : ndarray, shape (n_articles, len(TARGETS))
        As `values` gives them; rows with NaN are left out.

    Returns
    -------
    dict
        ``outlets``: those with 20 articles or more, best sourced first; ``leanings``: all articles by leaning;
        ``reporting outlets`` and ``reporting``: the same with articles of opinion scores below 42 alone.
    """
    ok = ~np.isnan(scores).any(axis=1)
    names, values_ = np.array(outlets, dtype=object)[ok], scores[ok]
    lean = np.array([leaning(str(n)) for n in names], dtype=object)
    reporting = values_[:, TARGETS.index("opinion")] < REPORTING
    listed = [str(n) for n in dict.fromkeys(names.tolist()) if (names == n).sum() >= LEAST_ARTICLES]
    by_outlet = [_outlet_row(n, leaning(n), values_[names == n]) for n in listed]
    reports = [
        _outlet_row(n, leaning(n), values_[(names == n) & reporting])
        for n in listed
        if ((names == n) & reporting).sum() >= LEAST_ARTICLES
    ]
    return {
        "outlets": sorted(by_outlet, key=lambda r: -r.means["sourcing"]),
        "reporting outlets": sorted(reports, key=lambda r: -r.means["sourcing"]),
        "leanings": [_outlet_row(k, k, values_[lean == k]) for k in LEANINGS if (lean == k).any()],
        "reporting": [
            _outlet_row(k, k, values_[(lean == k) & reporting]) for k in LEANINGS if ((lean == k) & reporting).any()
        ],
    }


def _outlet_row(name: str, its_leaning: str, scores: np.ndarray) -> OutletRow:
    means, low, high = {}, {}, {}
    for k, target in enumerate(TARGETS):
        column = scores[:, k]
        means[target] = float(column.mean())
        low[target], high[target] = bootstrap(_mean_of(column), np.arange(len(column)))
    return OutletRow(
        name, its_leaning, len(scores), means, low, high,
        float((scores[:, TARGETS.index("opinion")] < REPORTING).mean()),
    )  # fmt: skip


def _mean_of(column: np.ndarray) -> Callable[[np.ndarray], float]:
    return lambda i: float(column[i].mean())


def evaluate(
    data: Path | None = None,
    annotations: Path | None = None,
    artifact: Path | None = None,
    articles: int = 300,
    per_outlet: int = 200,
    seed: int = 0,
    jobs: int = 1,
    progress: Callable[[str], Any] = lambda line: None,
) -> dict[str, Any]:
    """Measure everything.

    Parameters
    ----------
    data : Path, optional
        Folder of corpora, with ``news`` in it; without it the own articles are measured alone.
    annotations : Path, optional
        Folder of the annotated articles: boilerplate is taken away from them, and they are left out of the news.
    artifact : Path, optional
        The shipped one by default.
    articles : int
        Articles of the news that are changed, drawn by chance.
    per_outlet : int
        Articles scored of an outlet at most, drawn by chance; 0 for all.

    Returns
    -------
    dict
        ``rows`` (see `Row`), the tables of `outlet_rows`, ``signature``, ``seed``.

    Raises
    ------
    CorpusError
        Where a folder is given that lacks its corpus.
    """
    predictor = Predictor.load(artifact)
    records = {r.id: r for r in own.load().articles}
    rows = stability(predictor, "own", _articles(records.values()), changes(records), seed, jobs, progress)
    annotated: dict[str, ArticleRecord] = {}
    if annotations is not None:
        annotated = {r.id: r for r in corpora.load("annotations", annotations=annotations).articles}
        chosen = [c for c in changes(annotated) if c[1] == "boilerplate taken away"]
        rows += stability(predictor, "annotated", _articles(annotated.values()), chosen, seed, jobs, progress)
    out: dict[str, Any] = {"signature": predictor.signature, "seed": seed}
    if data is not None:
        rng = random.Random(seed)
        found = [r for r in news.iterate(corpora.find("news", data)) if r.id not in annotated]
        progress(f"read news: {len(found)} articles that are not annotated")
        read = {line["id"] for line in readings.lines()}
        unread = [r for r in found if r.id not in read]
        drawn = rng.sample(unread, min(articles, len(unread)))
        rows += stability(predictor, "news", _articles(drawn), changes(), seed, jobs, progress)
        by_outlet = _by_outlet(found, per_outlet, rng)
        scores, start = [], time.monotonic()
        for n, report in enumerate(predictor.score_many(_articles(by_outlet), n_jobs=None if jobs == 1 else jobs), 1):
            scores.append(values(report))
            if n % 500 == 0:
                progress(
                    f"scored {n} of {len(by_outlet)} articles by outlet, {n / (time.monotonic() - start):.0f} a second"
                )
        tables = outlet_rows([r.outlet for r in by_outlet], np.array(scores))
        out |= {name: [asdict(r) for r in table] for name, table in tables.items()}
    return {"rows": [asdict(r) for r in rows], **out}


def _articles(records: Iterable[ArticleRecord]) -> list[Article]:
    return [Article(r.text, title=r.title, id=r.id) for r in records]


def _by_outlet(records: Sequence[ArticleRecord], most: int, rng: random.Random) -> list[ArticleRecord]:
    """Articles of the outlets that have enough of them or stand in the table, at most so many of each."""
    groups: dict[str, list[ArticleRecord]] = {}
    for r in records:
        groups.setdefault(r.outlet, []).append(r)
    chosen = []
    for outlet, group in groups.items():
        if len(group) >= LEAST_ARTICLES or leaning(outlet):
            chosen += rng.sample(group, most) if 0 < most < len(group) else group
    return chosen


def tables(result: Mapping[str, Any]) -> str:
    """The figures of `evaluate` as Markdown tables."""
    lines: list[str] = []
    for check, title in (
        ("length", "Length (share within the 80% interval)"),
        ("boilerplate", "Boilerplate (share that moves less than 3 points)"),
        ("typography", "Typography (share that moves less than 2 points)"),
        ("names", "Names swapped (share that moves less than 2 points)"),
    ):
        rows = [r for r in result["rows"] if r["check"] == check]
        if rows:
            lines += [f"## {title}", "", *change_table(rows), ""]
    if result.get("outlets"):
        lines += ["## Outlets, mean scores (95% interval)", "", *outlet_table(result["outlets"]), ""]
        lines += [
            f"## Outlets, articles of opinion below {REPORTING:.0f}",
            "",
            *outlet_table(result["reporting outlets"]),
            "",
        ]
        lines += ["## By leaning, all articles", "", *outlet_table(result["leanings"]), ""]
        lines += [f"## By leaning, opinion below {REPORTING:.0f}", "", *outlet_table(result["reporting"]), ""]
    return "\n".join(lines)


def change_table(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """One row a change, one column a score: share within, median and 95th percentile of the moves."""
    yield "| articles | change | n | " + " | ".join(TARGETS) + " |"
    yield "|" + "---|" * (3 + len(TARGETS))
    for corpus, change in dict.fromkeys((r["corpus"], r["change"]) for r in rows):
        here = {r["score"]: r for r in rows if (r["corpus"], r["change"]) == (corpus, change)}
        cells = [f"{r['within']:.2f} ({r['median']:.1f}, {r['p95']:.1f})" for r in (here[t] for t in TARGETS)]
        yield f"| {corpus} | {change} | {here[TARGETS[0]]['n']} | " + " | ".join(cells) + " |"


def outlet_table(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    shown = ("sourcing", "transparency", "loaded", "opinion")
    yield "| outlet | leaning | articles | " + " | ".join(shown) + " | reporting |"
    yield "|" + "---|" * (4 + len(shown))
    for r in rows:
        cells = [f"{r['means'][t]:.1f} ({r['low'][t]:.1f}-{r['high'][t]:.1f})" for t in shown]
        yield f"| {r['name']} | {r['leaning']} | {r['n']} | " + " | ".join(cells) + f" | {r['share_reporting']:.0%} |"


def failures(result: Mapping[str, Any]) -> list[str]:
    """Where fewer articles than nine in ten stay within the limit, worst first."""
    bad = sorted((r for r in result["rows"] if r["within"] < WANTED), key=lambda r: r["within"])
    return [
        f"{r['corpus']}: {r['change']} keeps {r['score']} within the limit in {r['within']:.0%} of {r['n']} articles"
        for r in bad
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure how stable and even-handed the article scores are."""
    from training.progress import progress

    parser = argparse.ArgumentParser(
        prog="python -m training.evaluate_robustness",
        description=(
            "Measure how stable and even-handed the article scores are. Articles are scored as they are and again "
            "longer, shorter, with boilerplate, with other typography, and with parties, politicians, outlets or "
            "countries exchanged; then mean scores by outlet. Prints Markdown tables: for each change and score the "
            "share of articles that stay within the limit, with the median and the 95th percentile of the moves."
        ),
        epilog="Without --data the project's own articles are measured alone, which takes some 20 seconds.",
    )
    parser.add_argument("--data", type=Path, help="folder of corpora, with news in it ('accordingto fetch news')")
    parser.add_argument("--annotations", type=Path, help="folder of the annotated articles")
    parser.add_argument("--artifact", type=Path, help="artifact to measure; the shipped one by default")
    parser.add_argument("--articles", type=int, default=300, help="news articles to change (default 300)")
    parser.add_argument(
        "--per-outlet", type=int, default=200, help="articles an outlet at most, 0 for all (default 200)"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=1, help="processes, -1 for all processors (default 1)")
    parser.add_argument("--out", type=Path, help="write the figures to this JSON file")
    given = parser.parse_args(arguments)

    try:
        result = evaluate(
            given.data,
            given.annotations,
            given.artifact,
            given.articles,
            given.per_outlet,
            given.seed,
            given.jobs,
            progress,
        )
    except (CorpusError, FileNotFoundError, ValueError) as error:
        progress(f"error: {error}")
        return 2
    if given.out is not None:
        given.out.write_text(json.dumps(result, indent=1), encoding="utf-8")
        progress(f"wrote {given.out}")
    print(tables(result))
    for line in failures(result):
        print(f"- {line}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
