"""Gold spans to token labels, and span measures."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace

import numpy as np

from classifier.document import Document
from training.records import ArticleRecord, AttributionRecord, Offsets

KINDS = ("source", "cue", "content")
ATTRIBUTION_LABELS = ("O", "B-source", "I-source", "B-cue", "I-cue", "B-content", "I-content")
CUE_LABELS = ("O", "B-cue", "I-cue")


def token_range(document: Document, start: int, end: int, title: bool = False) -> tuple[int, int]:
    """First token and token after the last that the offsets touch (within title or text)."""
    low, high = (0, document.n_title) if title else (document.n_title, len(document.words))
    first = low + int(np.searchsorted(document.ends[low:high], start, side="right"))
    last = low + int(np.searchsorted(document.starts[low:high], end, side="left"))
    return first, max(first, last)


def tokens_of(document: Document, attribution: AttributionRecord, kind: str = "content", base: int = 0) -> set[int]:
    """Tokens of one of `KINDS` of an attribution, `base` added to their numbers within the document."""
    ranges = (token_range(document, a, b, attribution.index == 0) for a, b in getattr(attribution, kind))
    return {t + base for first, last in ranges for t in range(first, last)}


_THAT = re.compile(r"\bthat\s+$", re.IGNORECASE)
_CLOSING = ("”", '"', "’", "'", "»")
_STOP = re.compile(r"(?<![.\s])\s*[.,;]\s*$")  # a mark that ends a sentence or a clause, no ellipsis


def bounded_alike(record: ArticleRecord) -> ArticleRecord:
    """The article with the contents of its attributions bounded as PolNeAR's annotators bound them.

    A "that" before a content is its first word, where it is no word of a cue or source, and a full stop, comma or semicolon behind its last word no part of it (one
    before a closing quotation mark is, and one before the next sentence of the same quotation). Readers of this project's
    articles differ in both, and taggers that learn from all would learn neither.
    """
    begins = {(a.index == 0, start) for a in record.attributions for start, _ in a.content}
    others = [(a.index == 0, s, e) for a in record.attributions for s, e in (*a.source, *a.cue)]

    def alike(span: Offsets, in_title: bool) -> Offsets:
        start, end = span
        text = record.title if in_title else record.text
        goes_on = end + len(text[end : end + 3]) - len(text[end : end + 3].lstrip())
        before = _THAT.search(text, max(start - 8, 0), start)
        if before and not any(where == in_title and s <= before.start() < e for where, s, e in others):
            start = before.start()
        stop = _STOP.search(text, max(end - 4, start), end)
        if stop and (in_title, goes_on) not in begins and text[end : end + 1] not in _CLOSING:
            end = stop.start()
        return (start, end) if end > start else span

    attributions = tuple(
        replace(a, content=tuple(alike(span, a.index == 0) for span in a.content)) for a in record.attributions
    )
    return replace(record, attributions=attributions)


def attribution_labels(document: Document, record: ArticleRecord) -> np.ndarray:
    """Labels of `ATTRIBUTION_LABELS` for each token; of nested attributions the outer one counts."""
    y = np.zeros(len(document.words), dtype=np.int64)
    contents: list[tuple[int, int, int]] = []
    ranges: list[tuple[int, str, int, int]] = []
    for k, attribution in enumerate(record.attributions):
        for kind in KINDS:
            for start, end in getattr(attribution, kind):
                first, last = token_range(document, start, end, attribution.index == 0)
                if last > first:
                    ranges.append((k, kind, first, last))
                    if kind == "content":
                        contents.append((k, first, last))
    for kind in ("content", "cue", "source"):
        for k, this, first, last in ranges:
            if this != kind:
                continue
            if any(f <= first and last <= e and (e - f > last - first) and j != k for j, f, e in contents):
                continue
            b = ATTRIBUTION_LABELS.index(f"B-{kind}")
            y[first] = b
            y[first + 1 : last] = b + 1
    return y


def cue_labels(document: Document, record: ArticleRecord, kind: str) -> np.ndarray:
    """Labels of `CUE_LABELS` for the hedge or loaded cues of an article's sentences."""
    y = np.zeros(len(document.words), dtype=np.int64)
    for sentence in record.sentences:
        for start, end in sentence.cues.get(kind, ()):
            base = 0 if sentence.index == 0 else (sentence.start or 0)
            first, last = token_range(document, base + start, base + end, sentence.index == 0)
            if last > first:
                y[first] = 1
                y[first + 1 : last] = 2
    return y


def f1(hits: float, found: float, gold: float) -> tuple[float, float, float]:
    """Precision, recall and F1 from counts (0 where undefined)."""
    p = hits / found if found else 0.0
    r = hits / gold if gold else 0.0
    return p, r, 2 * p * r / (p + r) if p + r else 0.0


def pair_up(gold: Sequence[AbstractSet[int]], found: Sequence[AbstractSet[int]], share: float = 0.5) -> dict[int, int]:
    """Pairs of gold and found sets of tokens that share enough of their words, the most alike first.

    Parameters
    ----------
    share : float, 0..1
        Shared tokens by all tokens of the two sets that a pair needs at least.

    Returns
    -------
    dict of int to int
        Index into `found` by index into `gold`; no index stands in two pairs.
    """
    overlaps = sorted(
        ((len(g & f) / len(g | f), i, j) for i, g in enumerate(gold) for j, f in enumerate(found) if g & f),
        reverse=True,
    )
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    for alike, i, j in overlaps:
        if alike >= share and i not in pairs and j not in taken:
            pairs[i] = j
            taken.add(j)
    return pairs


def span_scores(
    gold: Sequence[tuple[str, int, int]], found: Sequence[tuple[str, int, int]], kinds: Iterable[str] = KINDS
) -> dict[str, dict[str, tuple[float, float, float]]]:
    """Token and exact span precision, recall, F1 by kind."""
    out: dict[str, dict[str, tuple[float, float, float]]] = {}
    for kind in kinds:
        g = {(a, b) for k, a, b in gold if k == kind}
        f = {(a, b) for k, a, b in found if k == kind}
        gt = {t for a, b in g for t in range(a, b)}
        ft = {t for a, b in f for t in range(a, b)}
        out[kind] = {
            "token": f1(len(gt & ft), len(ft), len(gt)),
            "exact": f1(len(g & f), len(f), len(g)),
        }
    return out
