"""The errors of attribution, sorted into kinds that say where to look.

Takes the judgements that `training.pipeline.cross_fit` makes of articles whose outlet its models have not seen, pairs
found attributions with those the annotators marked as `accordingto evaluate` does (contents that share half of their
words), and gives every missed and every extra attribution one kind, decided by rule from the two sets of spans. Of the
attributions that were found it also counts wrong sources, names and types; one attribution may have all three.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import joblib
import numpy as np

from classifier.document import Document
from classifier.vocabulary import CLASSES, classes, normal
from training.evaluate_sources import same_name
from training.pipeline import Crossfit, Prepared, Progress, cross_fit, load_corpora, prepare
from training.records import AttributionRecord, CorpusError, SentenceRecord
from training.spans import ATTRIBUTION_LABELS, KINDS, f1, pair_up, tokens_of

MISSED, EXTRA, WRONG = "missed", "extra", "wrong"

_CONTENT = ATTRIBUTION_LABELS.index("B-content")
# words that make the word behind them a noun: "the claim that", "their hope of"
_BEFORE_NOUNS = frozenset("a an the his her its their our my your this that these those no any in of 's".split())

_GIVEN = {"person": "a name", "org": "an organisation", "role": "a role", "pronoun": "a pronoun", "none": "nobody"}


@dataclass(frozen=True)
class Marked:
    """One attribution within one sentence, by the annotators or by the program, as tokens of its document.

    ``mention`` is how the source is given (see `classifier.sources.Mention`), known of found ones alone.
    """

    sentence: int
    content: frozenset[int]
    cue: frozenset[int] = frozenset()
    source: frozenset[int] = frozenset()
    type: str = ""
    name: str = ""
    mention: str = ""


@dataclass(frozen=True)
class Error:
    """One error: which list it is in (`MISSED`, `EXTRA` or `WRONG`), its kind and where it stands."""

    what: str
    kind: str
    article: str
    sentence: int


def errors_of(
    document: Document,
    gold: Sequence[Marked],
    found: Sequence[Marked],
    tagged: frozenset[int] = frozenset(),
    boilerplate: frozenset[int] = frozenset(),
    article: str = "",
) -> list[Error]:
    """Every error in one document.

    Parameters
    ----------
    document : Document
    gold, found : sequence of Marked
        Those without content are left out.
    tagged : frozenset of int
        Tokens tagged as content, whether or not an attribution was made of them.
    boilerplate : frozenset of int
        Sentences that the annotators call no part of the story.
    article : str
        Id of the article, for `Error.article`.

    Returns
    -------
    list of Error
        One a missed and one an extra attribution, and one a wrong source, name or type of those found.
    """
    gold = [one for one in gold if one.content]
    found = [one for one in found if one.content]
    pairs = pair_up([g.content for g in gold], [f.content for f in found])
    out = []
    for i, one in enumerate(gold):
        if i in pairs:
            kinds = [(WRONG, kind) for kind in _wrong(document, one, found[pairs[i]])]
        else:
            kinds = [(MISSED, _boundary(one, found, gold) or _missed(document, one, tagged))]
        out += [Error(what, kind, article, one.sentence) for what, kind in kinds]
    taken = set(pairs.values())
    for j, one in enumerate(found):
        if j not in taken:
            kind = _boundary(one, gold, found, swapped=True) or _extra(document, one, boilerplate)
            out.append(Error(EXTRA, kind, article, one.sentence))
    return out


def _boundary(one: Marked, others: Sequence[Marked], mine: Sequence[Marked], swapped: bool = False) -> str:
    """The kind of an attribution whose words others share, but for too few of them; "" where none does.

    `swapped`: `one` and `mine` are found, `others` are gold.
    """
    touching = [o for o in others if o.content & one.content]
    if not touching:
        return ""
    if not swapped:
        rest = [m for m in mine if m is not one]
        if any(_within(one.content, m.content) for m in rest):
            return "nested: inner one not told from the outer"
        if any(_within(m.content, one.content) for m in rest):
            return "nested: outer one not told from the inner"
    together = frozenset[int]().union(*(o.content for o in touching))
    nearest = max(touching, key=lambda o: len(o.content & one.content) / len(o.content | one.content))
    split, joined = "boundary: split in two", "boundary: two joined"
    if len(touching) > 1 and 2 * len(together & one.content) >= len(together | one.content):
        return joined if swapped else split
    if any(m is not one and m.content & nearest.content for m in mine):
        return split if swapped else joined
    wider = len(nearest.content - one.content) > len(one.content - nearest.content)
    return "boundary: content too long" if wider != swapped else "boundary: content too short"


def _within(inner: frozenset[int], outer: frozenset[int]) -> bool:
    """Whether nine words of ten stand within a larger set."""
    return len(inner) < len(outer) and 10 * len(inner & outer) >= 9 * len(inner)


def _missed(document: Document, one: Marked, tagged: frozenset[int]) -> str:
    if 2 * len(one.content & tagged) >= len(one.content):
        return "missed: tagged, but dropped"
    if one.sentence == 0 and document.has_headline:
        return "missed: headline"
    if one.type == "none":
        return "missed: hearsay without a source"
    if one.cue:
        return f"missed: {_cue(document, one.cue)}"
    if _quoted(document, one.content):
        return "missed: quotation without a cue"
    return "missed: no cue, no quotation marks"


def _extra(document: Document, one: Marked, boilerplate: frozenset[int]) -> str:
    if one.sentence in boilerplate:
        return "extra: caption or boilerplate"
    if one.sentence == 0 and document.has_headline:
        return "extra: headline"
    if one.cue:
        return f"extra: {_cue(document, one.cue)}" + ("" if one.source else ", no source")
    if _quoted(document, one.content):
        return "extra: quotation marks, no cue"
    if "?" in (document.words[t] for t in one.content):
        return "extra: question, no cue"
    return "extra: no cue, no quotation marks"


def _quoted(document: Document, tokens: Iterable[int]) -> bool:
    return bool(np.mean([document.inside[t] for t in tokens]) >= 0.5)


def _cue(document: Document, cue: frozenset[int]) -> str:
    """The kind of a cue: a noun by the words before it, else by the lexicon class of its words."""
    words = [normal(document.words[t]) for t in sorted(cue)]
    first = min(cue)
    before = normal(document.words[first - 1]) if first else ""
    held = {CLASSES[c] for w in words for c in classes(w)}
    if words[0] == "according":
        return "according to"
    if before in _BEFORE_NOUNS or _BEFORE_NOUNS & set(words[:-1]):
        return "noun as cue"
    if "say" in held:
        return "verb of saying"
    if "claim" in held:
        return "verb of claiming"
    if "believe" in held:
        return "verb of belief or intention"
    return "other words as cue"


def _wrong(document: Document, gold: Marked, found: Marked) -> Iterator[str]:
    if gold.source and not found.source:
        yield "source: not found"
    elif gold.source and not gold.source & found.source:
        yield "source: another one linked"
    elif found.source and not gold.source:
        yield "source: none is marked"
    if gold.name and gold.type != "none" and not same_name(found.name, gold.name):
        yield (
            f"name: source given as {_GIVEN.get(found.mention, found.mention)}"
            if found.source
            else "name: no source here"
        )
    if gold.type and found.type != gold.type:
        yield f"type: {gold.type} taken for {found.type}"


def article_errors(prepared: Prepared, crossfit: Crossfit, corpus: str = "annotations") -> tuple[list[Error], Counter]:
    """The errors in the articles of a corpus whose attributions are marked.

    Returns
    -------
    errors : list of Error
    counts : Counter
        ``gold``, ``found`` and ``right`` attributions.
    """
    batch = prepared.articles.batch
    analysis = crossfit.analysis
    links = analysis.attributions
    kinds = links.kinds
    sentences = np.searchsorted(batch.sentence_bounds[:-1], batch.document_bounds).tolist()
    is_content = analysis.tags.generous >= _CONTENT
    errors: list[Error] = []
    counts: Counter = Counter()
    for d, record in enumerate(prepared.articles.articles):
        if record is None or record.corpus != corpus or not record.attributions:
            continue
        document, base = batch.documents[d], int(batch.document_bounds[d])
        first, last = sentences[d], sentences[d + 1]
        gold = [_gold(document, a) for a in record.attributions if a.content]
        found = []
        for s in range(first, last):
            for part in links.by_sentence[s]:
                resolved = links.resolved[part.resolved]
                found.append(
                    Marked(
                        s - first,
                        _tokens(part.contents, base),
                        _tokens([part.cue] if part.cue else [], base),
                        _tokens([part.source] if part.source else [], base),
                        kinds[part.resolved],
                        "" if resolved.entity is None else links.entities[d][resolved.entity].name,
                        resolved.mention.kind,
                    )
                )
        tagged = np.flatnonzero(is_content[base : int(batch.document_bounds[d + 1])])
        here = errors_of(
            document,
            gold,
            found,
            frozenset(tagged.tolist()),
            _boilerplate(prepared.articles.records[first:last]),
            record.id,
        )
        errors += here
        missed = sum(e.what == MISSED for e in here)
        n_gold = sum(bool(g.content) for g in gold)
        counts.update(gold=n_gold, found=sum(bool(f.content) for f in found), right=n_gold - missed)
    return errors, counts


def _tokens(ranges: Iterable[tuple[int, int]], base: int) -> frozenset[int]:
    return frozenset(t - base for a, b in ranges for t in range(a, b))


def _gold(document: Document, marked: AttributionRecord) -> Marked:
    source, cue, content = (frozenset(tokens_of(document, marked, kind)) for kind in KINDS)
    sentence = int(np.searchsorted(document.sentence_starts, min(content), side="right")) - 1 if content else 0
    return Marked(sentence, content, cue, source, marked.source_type, marked.name)


def _boilerplate(records: Sequence[SentenceRecord | None]) -> frozenset[int]:
    return frozenset(s for s, r in enumerate(records) if r is not None and r.labels.get("boilerplate"))


def count(errors: Iterable[Error]) -> list[dict[str, Any]]:
    """Errors by kind, largest first: ``kind``, `MISSED`, `EXTRA`, `WRONG`, ``total``."""
    by_kind: dict[str, Counter[str]] = {}
    for error in errors:
        by_kind.setdefault(error.kind, Counter())[error.what] += 1
    rows = [
        {"kind": kind, **{what: n[what] for what in (MISSED, EXTRA, WRONG)}, "total": n.total()}
        for kind, n in by_kind.items()
    ]
    return sorted(rows, key=lambda row: (-row["total"], row["kind"]))


def table(errors: Sequence[Error], counts: Mapping[str, int], examples: int = 0) -> str:
    """A Markdown table of `count`, with places of errors (article:sentence) where `examples` is above 0."""
    p, r, f = f1(counts["right"], counts["found"], counts["gold"])
    lines = [
        f"{counts['gold']} attributions marked, {counts['found']} found, {counts['right']} of them right: "
        f"precision {p:.3f}, recall {r:.3f}, F1 {f:.3f}",
        "",
        "| kind | missed | extra | wrong |" + (" where |" if examples else ""),
        "|---|---|---|---|" + ("---|" if examples else ""),
    ]
    for row in count(errors):
        line = f"| {row['kind']} | {row[MISSED] or ''} | {row[EXTRA] or ''} | {row[WRONG] or ''} |"
        if examples:
            here = [f"{e.article}:{e.sentence}" for e in errors if e.kind == row["kind"]]
            step = max(len(here) // examples, 1)  # spread over the articles
            line += f" {', '.join(here[::step][:examples])} |"
        lines.append(line)
    return "\n".join(lines)


def judgements(
    data: Path | None,
    annotations: Path | None,
    cache: Path | None = None,
    folds: int = 5,
    seed: int = 0,
    jobs: int = 1,
    progress: Progress = lambda line: None,
) -> tuple[Prepared, Crossfit]:
    """What `training.pipeline.prepare` and `cross_fit` give, as `training.evaluate.evaluate` calls them.

    Parameters
    ----------
    data, annotations : Path, optional
        As for `training.train.train`; without them the own articles are judged.
    cache : Path, optional
        File to read the judgements from where it is there, and to write them to where it is not: a pickle of some
        500 MB, to be read by nobody but its writer, and to be removed when code or data have changed.
    """
    if cache is not None and cache.is_file():
        progress(f"reading the judgements of {cache}")
        loaded: tuple[Prepared, Crossfit] = joblib.load(cache)
        return loaded
    prepared = prepare(load_corpora(data, annotations, progress), seed, progress)
    out = prepared, cross_fit(prepared, folds, jobs, progress, hold_out_dev=True)
    if cache is not None:
        joblib.dump(out, cache)
        progress(f"wrote {cache}")
    return out


_HELP = """\
Sort the errors of attribution into kinds.

Every article is judged by models that have not seen its outlet, as for 'accordingto evaluate'. An attribution is found
where the content shares half of its words with one that the annotators marked. Prints a Markdown table, largest first:

  missed  marked by the annotators and not found
  extra   found and not marked
  wrong   found, but with another source, name or type (one may have all three)

Kinds of what is missed or extra:
  boundary    the words of both overlap, but by less than half
  nested      one attribution stands within another, and only one of the two was found
  missed, extra
              nothing overlaps; then by the cue, or by what there is instead of one"""

_EPILOG = """\
examples:
  python -m training.evaluate_errors
      the project's own articles alone: some two minutes
  python -m training.evaluate_errors --data corpora --annotations annotations --cache judged.joblib
      the annotated articles; a second call takes seconds
  python -m training.evaluate_errors --cache judged.joblib --examples 5
      with the places of five errors of each kind, as article:sentence (0 is the headline)"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the errors of attribution by kind."""
    from training.progress import progress

    parser = argparse.ArgumentParser(
        prog="python -m training.evaluate_errors",
        description=_HELP,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--data", type=Path, help="folder of corpora ('accordingto fetch')")
    parser.add_argument("--annotations", type=Path, help="folder of the annotated articles")
    parser.add_argument(
        "--cache", type=Path, metavar="FILE", help="keep the judgements in this file (a pickle: read only your own)"
    )
    parser.add_argument("--corpus", choices=("annotations", "own"), help="whose errors (default: annotations if given)")
    parser.add_argument("--examples", type=int, default=0, metavar="N", help="show where N errors of each kind stand")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write counts, and every error with its place")
    parser.add_argument("--folds", type=int, default=5, help="folds by outlet (default 5)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=1, help="processes, -1 for all processors (default 1)")
    given = parser.parse_args(arguments)

    try:
        prepared, crossfit = judgements(
            given.data, given.annotations, given.cache, given.folds, given.seed, given.jobs, progress
        )
    except (CorpusError, FileNotFoundError, ValueError) as error:
        progress(f"error: {error}")
        return 2
    there = {r.corpus for r in prepared.articles.articles if r is not None}
    corpus = given.corpus or ("annotations" if "annotations" in there else "own")
    if corpus not in there:
        progress(f"error: no articles of {corpus!r} were judged; give --{corpus}")
        return 2
    errors, counts = article_errors(prepared, crossfit, corpus)
    print(table(errors, counts, given.examples))
    if given.json is not None:
        written = {"corpus": corpus, "counts": counts, "kinds": count(errors), "errors": [asdict(e) for e in errors]}
        given.json.write_text(json.dumps(written, indent=1) + "\n", encoding="utf-8")
        progress(f"wrote {given.json}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
