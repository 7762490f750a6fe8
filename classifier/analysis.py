"""The way of an article: from a batch of documents to all signals, as arrays.

tokens -> tags -> attributions -> sources -> sentence signals -> article features. `training` runs the
same steps (with taggers that have not seen the article), so that what is learned is what is scored.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from classifier.attribution import SpanSet, link
from classifier.batch import Batch, place_codes
from classifier.features import Rows, Tags, TermIndex, dense
from classifier.report import FRAMES
from classifier.signals import LinearModels, probabilities
from classifier.source_types import TYPES, Resolved, SourceTypeModel, features, resolve
from classifier.sources import Entity
from classifier.tagger import Tagger
from classifier.vocabulary import CLASS_ID, SHAPE_ID, TypeTable


@dataclass
class Models:
    """Everything fitted that scoring needs; `classifier.artifact` reads and writes it."""

    vocabularies: dict[str, Sequence[str]]
    clusters: np.ndarray
    vectors: np.ndarray  # int8, in units of the steps
    vector_steps: np.ndarray
    taggers: dict[str, Tagger]
    linker: dict[str, np.ndarray]
    source_types: SourceTypeModel
    terms: TermIndex
    auxiliary: LinearModels
    signals: LinearModels
    thresholds: dict[str, float]
    scores: dict[str, dict]

    def new_table(self) -> TypeTable:
        return TypeTable(self.vocabularies, self.clusters)


@dataclass
class SentenceAttribution:
    """The part of an attribution that stands in one sentence; token indices of the batch, half open."""

    resolved: int  # index into Analysis.resolved
    source: tuple[int, int] | None
    cue: tuple[int, int] | None
    contents: list[tuple[int, int]]


@dataclass
class Attributions:
    """Attributions of a batch: spans, resolved sources, types, and by sentence."""

    found: SpanSet
    resolved: list[Resolved]
    entities: list[list[Entity]]
    types: np.ndarray  # probabilities of TYPES by link
    by_sentence: list[list[SentenceAttribution]]
    rows: list[list[str]] = field(default_factory=list)  # features of the source type model by link

    @cached_property
    def kinds(self) -> list[str]:
        """The likeliest of `TYPES` by link."""
        return [TYPES[k] for k in self.types.argmax(axis=1).tolist()] if len(self.types) else []


def tag(batch: Batch, taggers: dict[str, Tagger]) -> Tags:
    """Run the three taggers over a batch."""
    codes = place_codes(batch)
    best, p = taggers["attribution"].decode(batch, codes)
    hedge = taggers["hedge"].probabilities(batch, codes)
    loaded = taggers["loaded"].probabilities(batch, codes)
    return Tags(best, p, 1.0 - hedge[:, 0], 1.0 - loaded[:, 0])


def attribute(
    batch: Batch, labels: np.ndarray, names: Sequence[str], linker: dict[str, np.ndarray], types: SourceTypeModel | None
) -> Attributions:
    """Link the tagged spans, resolve the sources and judge their types."""
    found = SpanSet.tagged(batch, labels, names)
    links = link(batch, found, linker["source"], linker["content"])
    resolved, entities = resolve(batch, found, links)
    sentences: dict[tuple[int, int], list[str]] = {}
    rows = [features(batch, found, r, entities[r.document], sentences) for r in resolved]
    p = types.probabilities(rows) if types else np.zeros((len(rows), len(TYPES)), dtype=np.float32)
    return Attributions(found, resolved, entities, p, _by_sentence(batch, found, resolved), rows)


def _by_sentence(batch: Batch, found: SpanSet, resolved: Sequence[Resolved]) -> list[list[SentenceAttribution]]:
    out: list[list[SentenceAttribution]] = [[] for _ in range(batch.n_sentences)]
    bounds = batch.sentence_bounds
    for k, one in enumerate(resolved):
        parts: dict[int, SentenceAttribution] = {}

        def part(sentence: int, k: int = k, parts: dict[int, SentenceAttribution] = parts) -> SentenceAttribution:
            if sentence not in parts:
                parts[sentence] = SentenceAttribution(k, None, None, [])
            return parts[sentence]

        for i in one.link.contents:
            a, b = int(found.first[i]), int(found.last[i])
            for s in range(int(batch.sentence_of[a]), int(batch.sentence_of[b - 1]) + 1):
                part(s).contents.append((max(a, int(bounds[s])), min(b, int(bounds[s + 1]))))
        for name, index in (("source", one.link.source), ("cue", one.link.cue)):
            if index is None:
                continue
            s = int(found.sentence[index])
            if s in parts or not one.link.contents:
                a, b = int(found.first[index]), min(int(found.last[index]), int(bounds[s + 1]))
                setattr(part(s), name, (a, b))
        for s, value in parts.items():
            out[s].append(value)
    return out


# an attribution stands where its sentence is at least so likely to be attributed; one of content alone needs more
_MIN_ATTRIBUTED = 0.3
_MIN_ATTRIBUTED_ALONE = 0.5


def sift(attributions: Attributions, probabilities: dict[str, np.ndarray]) -> None:
    """Drop the parts of attributions that stand in sentences which are unlikely to be attributed, or boilerplate."""
    attributed = 1.0 - probabilities["attribution"][:, 0]
    story = probabilities["boilerplate"] < 0.5
    for s, parts in enumerate(attributions.by_sentence):
        if not parts:
            continue
        kept = []
        for part in parts:
            one = attributions.resolved[part.resolved].link
            alone = one.cue is None and one.source is None
            if story[s] and attributed[s] > (_MIN_ATTRIBUTED_ALONE if alone else _MIN_ATTRIBUTED):
                kept.append(part)
        attributions.by_sentence[s] = kept


@dataclass
class Analysis:
    """All signals of a batch.

    ``probabilities`` by group of `classifier.signals.GROUPS`; ``scores`` are the log-odds before.
    """

    batch: Batch
    tags: Tags
    attributions: Attributions
    rows: Rows
    dense: np.ndarray
    names: list[str]
    scores: np.ndarray
    probabilities: dict[str, np.ndarray]

    @cached_property
    def lists(self) -> dict[str, list[Any]]:
        """`probabilities` as lists of Python floats: taking single ones out of arrays is slow."""
        return {group: values.tolist() for group, values in self.probabilities.items()}

    @cached_property
    def frames(self) -> list[dict[str, float]]:
        """Probabilities of the frames by sentence."""
        columns = [self.lists[f"frame {f}"] for f in FRAMES]
        return [dict(zip(FRAMES, row, strict=True)) for row in zip(*columns, strict=True)]


# a word is shown as a cue from this probability on (best word F1 on folds), the likeliest one of a sentence sooner
CUE_THRESHOLDS = {"hedge": 0.15, "loaded": 0.1}
_LIKELIEST = 0.05
_SURE = 0.5
_IS_PLAIN = np.array([name in ("lower", "hyphen") for name in SHAPE_ID])


def cue_spans(analysis: Analysis, kind: str, first: int, last: int) -> list[tuple[int, int]]:
    """Cue words of a sentence that shows a signal, as runs of tokens counted from its first one.

    Parameters
    ----------
    kind : {"hedge", "loaded"}
    first, last : int
        Tokens of the sentence, half open.
    """
    tags, batch = analysis.tags, analysis.batch
    p = (tags.hedge_probability if kind == "hedge" else tags.loaded_probability)[first:last]
    p = np.where(batch.is_word[first:last], p, 0.0)
    if kind == "loaded":
        # names and function words pass only where the tagger is sure of them
        types = batch.types[first:last]
        plain = _IS_PLAIN[batch.table.codes[types, -1]] & ~batch.table.flags[types, CLASS_ID["function"]]
        p = np.where(plain | (p >= _SURE), p, 0.0)
    cue = (p >= CUE_THRESHOLDS[kind]) | ((p == p.max(initial=0.0)) & (p >= _LIKELIEST))
    edges = np.flatnonzero(np.diff(np.concatenate([[0], cue.view(np.int8), [0]])))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def with_auxiliary(
    rows: Rows, values: np.ndarray, names: list[str], auxiliary: LinearModels
) -> tuple[np.ndarray, list[str]]:
    """Append the log-odds of the models of public corpora to the dense features."""
    if not auxiliary.outputs:
        return values, names
    more = np.clip(auxiliary.scores(rows, values), -6, 6)
    return np.concatenate([values, more], axis=1), [*names, *(f"model: {o}" for o in auxiliary.outputs)]


def analyse(batch: Batch, models: Models) -> Analysis:
    """Run every step over a batch."""
    tags = tag(batch, models.taggers)
    attributions = attribute(
        batch, tags.attribution, models.taggers["attribution"].labels, models.linker, models.source_types
    )
    rows = models.terms.rows(batch)
    values, names = dense(batch, tags, models.vectors, models.vector_steps)
    values, names = with_auxiliary(rows, values, names, models.auxiliary)
    scores = models.signals.scores(rows, values)
    p = probabilities(models.signals, scores)
    sift(attributions, p)
    return Analysis(batch, tags, attributions, rows, values, names, scores, p)
