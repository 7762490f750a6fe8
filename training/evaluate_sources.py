"""How well sources are resolved, measured on the spans that annotators marked.

Takes labelled articles, feeds the marked sources, cues and contents through `classifier.sources` in
reading reading order, and compares whom it names with whom the annotators named. Gold spans keep the figures
apart from the tagger's mistakes. With ``--checked`` it measures the ledgers of whole reports instead, against the
list made by hand of `training.checked_sources`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from classifier.same_source import other_name, person_name, plain
from classifier.sources import Utterance, read_sources
from training.records import ArticleRecord, AttributionRecord
from training.spans import f1, token_range
from training.texts import article_document

_WORD = re.compile(r"[^\W_]+")
# words that two titles or names may share without saying the same thing
_EMPTY = frozenset(
    [
        "a",
        "an",
        "the",
        "of",
        "for",
        "in",
        "on",
        "at",
        "to",
        "and",
        "or",
        "with",
        "by",
        "from",
        "s",
        "his",
        "her",
        "their",
        "its",
        "former",
    ]
)


@dataclass(frozen=True)
class Judged:
    """One attribution: what the annotators wrote and what the program made of the same spans."""

    article: str
    gold: AttributionRecord
    source: str  # the words marked as the source, "" where there are none
    kind: str  # how the source is given: "pronoun", "person", "org", "role", "none"
    entity: int | None
    name: str
    title: str
    via: str
    reason: str

    @property
    def exact(self) -> bool:
        """Whether the names are the same but for case, determiners, titles and punctuation."""
        return same_name(self.gold.name, self.name)

    @property
    def lenient(self) -> bool:
        """Whether the names end in the same word or share half of their words."""
        return near_name(self.gold.name, self.name)


def same_name(a: str, b: str) -> bool:
    """Whether two names are the same but for case, accents, determiners, titles and punctuation.

    >>> same_name("the Calder Police", "Calder police"), same_name("Sen. Ann Bell", "Ann Bell")
    (True, True)
    """
    if not a or not b:
        return False
    return set(other_name(a)) == set(other_name(b)) or person_name(a) == person_name(b)


def near_name(a: str, b: str) -> bool:
    """Whether two names end in the same word or share half of their words.

    >>> near_name("Bell", "Ann Bell"), near_name("a ministry spokeswoman", "a police spokesman")
    (True, False)
    """
    first, second = other_name(a), other_name(b)
    if not first or not second:
        return False
    return first[-1] == second[-1] or 2 * len(set(first) & set(second)) >= max(len(set(first)), len(set(second)))


def shared_words(a: str, b: str) -> bool:
    """Whether two titles, outlets or reasons share a word that says something.

    >>> shared_words("mayor of Brenn", "the mayor"), shared_words("mayor of Brenn", "head of the council")
    (True, False)
    """
    return bool(_words(a) & _words(b))


def _words(text: str) -> set[str]:
    return set(_WORD.findall(plain(text))) - _EMPTY


def judge(record: ArticleRecord) -> list[Judged]:
    """Resolve the marked sources of one article, in reading order."""
    document = article_document(record)
    placed: list[tuple[int, Utterance, AttributionRecord]] = []
    for gold in record.attributions:
        in_title = gold.index == 0
        source, cue, content = (
            [(a, b) for a, b in (token_range(document, s, e, in_title) for s, e in spans) if b > a]
            for spans in (gold.source, gold.cue, gold.content)
        )
        if source or cue or content:
            one = Utterance(source[0] if source else None, cue[0] if cue else None, tuple(content))
            placed.append((min(a for a, _ in (*source, *cue, *content)), one, gold))
    placed.sort(key=lambda p: p[0])
    ledger = read_sources(document, [one for _, one, _ in placed])
    out = []
    for (_, one, gold), reading in zip(placed, ledger.readings, strict=True):
        entity = None if reading.entity is None else ledger.entities[reading.entity]
        out.append(
            Judged(
                record.id,
                gold,
                document.span(*one.source).text if one.source else "",
                reading.mention.kind,
                reading.entity,
                entity.name if entity else "",
                entity.title if entity else "",
                reading.via,
                reading.anonymity_reason,
            )
        )
    return out


def measure_sources(records: Iterable[ArticleRecord]) -> dict[str, float]:
    """Measure resolution on the articles whose attributions have names.

    Parameters
    ----------
    records : iterable of ArticleRecord

    Returns
    -------
    dict
        ``attributions`` (count of those with a gold name); ``name`` and ``name lenient`` (share whose
        resolved name is right) and ``name KIND`` by the way the source is given; ``same source
        precision``, ``recall``, ``F1`` over pairs of attributions of one article; ``title recall``
        (gold titles that ours shares a word with) and ``title precision``; ``via precision``,
        ``recall``, ``F1`` (sharing a word of the outlet's name); ``outlet recall`` (the same over gold
        outlets that stand in the attribution's own words). NaN where there is nothing to count.
    """
    return figures([j for record in records if record.attributions for j in judge(record)])


def figures(judged: Sequence[Judged]) -> dict[str, float]:
    """The figures of `measure_sources` from judged attributions."""
    named = [j for j in judged if j.gold.name]
    out: dict[str, float] = {"attributions": len(named)}
    out["name"] = _share(j.exact for j in named)
    out["name lenient"] = _share(j.exact or j.lenient for j in named)
    for kind in sorted({j.kind for j in named}):
        out[f"name {kind}"] = _share(j.exact for j in named if j.kind == kind)
    p, r, f = f1(*_pairs(named))
    out |= {"same source precision": p, "same source recall": r, "same source F1": f}
    people = [j for j in named if j.gold.source_type in ("person", "media")]
    out["title recall"] = _share(shared_words(j.gold.title, j.title) for j in people if j.gold.title)
    out["title precision"] = _share(shared_words(j.gold.title, j.title) for j in people if j.title)
    p, r, f = f1(
        sum(shared_words(_gold_via(j), j.via) for j in judged),
        sum(bool(j.via) for j in judged),
        sum(bool(_gold_via(j)) for j in judged),
    )
    out |= {"via precision": p, "via recall": r, "via F1": f}
    out["reason recall"] = _share(bool(j.reason) for j in judged if j.gold.anonymity_reason)
    out["reason precision"] = _share(bool(j.gold.anonymity_reason) for j in judged if j.reason)
    return out


def _gold_via(j: Judged) -> str:
    """The gold outlet, none where the outlet itself is the source."""
    return "" if _words(j.gold.via) <= _words(j.gold.name) else j.gold.via


def _share(flags: Iterable[bool]) -> float:
    values = list(flags)
    return sum(values) / len(values) if values else float("nan")


def _pairs(judged: Sequence[Judged]) -> tuple[int, int, int]:
    """Pairs of attributions of one article with the same source: right, found, gold."""
    hits = found = gold = 0
    for a, b in _within(judged):
        ours = a.entity is not None and a.entity == b.entity
        theirs = plain(a.gold.name) == plain(b.gold.name)
        hits, found, gold = hits + (ours and theirs), found + ours, gold + theirs
    return hits, found, gold


def _within(judged: Sequence[Judged]) -> Iterator[tuple[Judged, Judged]]:
    by_article: dict[str, list[Judged]] = {}
    for j in judged:
        by_article.setdefault(j.article, []).append(j)
    for group in by_article.values():
        yield from combinations(group, 2)


def errors(judged: Sequence[Judged]) -> Counter[tuple[str, str, str, str]]:
    """Misnamed sources, commonest first: (kind, words, ours, gold)."""
    return Counter((j.kind, j.source, j.name, j.gold.name) for j in judged if j.gold.name and not j.exact)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure the reading of sources on gold spans, or with --checked the ledgers of reports against a list by hand."""
    import argparse

    from training import corpora
    from training.corpora import own

    parser = argparse.ArgumentParser(prog="python -m training.evaluate_sources", description=main.__doc__)
    parser.add_argument("--annotations", type=Path, help="folder of the annotated articles")
    parser.add_argument("--checked", action="store_true", help="ledgers of reports against the list made by hand")
    parser.add_argument("--seeds", type=Path, help="with --checked: folder of the scraped texts of the list")
    parser.add_argument(
        "--artifact", type=Path, help="with --checked: artifact to score with (default: the shipped one)"
    )
    parser.add_argument("--json", type=Path, help="with --checked: write figures and errors to this file too")
    given = parser.parse_args(arguments)
    if given.checked:
        return _checked(given.seeds, given.artifact, given.json)
    found = [own.load()]
    if given.annotations is not None:
        found.append(corpora.load("annotations", annotations=given.annotations))
    for corpus in found:
        print(f"{corpus.name}:")
        for name, value in measure_sources(corpus.articles).items():
            print(f"  {name:24} {value:8.3f}")
    return 0


def _checked(seeds: Path | None, artifact: Path | None, out: Path | None) -> int:
    """Print the figures of `training.checked_sources`, in all and by article, with the errors."""
    import json

    import classifier
    from training import checked_sources
    from training.corpora import own

    predictor = classifier.load(artifact)
    parts = {
        "own articles (the shipped artifact saw them in training)": checked_sources.check_own(
            predictor, own.load().articles
        )
    }
    if seeds is not None:
        parts["scraped texts (unseen in training)"] = checked_sources.check_texts(predictor, seeds)
    written = {}
    for title, articles in parts.items():
        checked = list(articles)
        written[title] = checked_sources.to_dict(checked)
        print(f"{title}: {len(checked)}")
        for name, value in checked_sources.figures(checked).items():
            print(f"  {name:24} {value:8.3f}")
        for one in checked:
            own_figures = checked_sources.figures([one])
            print(f"  {one.article}: " + ", ".join(f"{n} {own_figures[n]:.2f}" for n in ("precision", "recall", "F1")))
            for kind, lines in checked_sources.errors(one).items():
                print(f"    {kind}: " + "; ".join(lines))
    if out is not None:
        out.write_text(json.dumps(written, ensure_ascii=False, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
