"""The way of an article: from a batch of documents to all signals, as arrays.

tokens -> tags -> attributions -> sources -> sentence signals -> article features. `training` runs the
same steps (with taggers that have not seen the article), so that what is learned is what is scored.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from classifier import in_context, lexicons, sift
from classifier.attribution import SpanSet, link
from classifier.batch import Batch, place_codes
from classifier.chains import forbidden, viterbi
from classifier.features import Rows, Tags, TermIndex, dense, in_story
from classifier.lines import in_place
from classifier.phrases import PhraseModel
from classifier.report import FRAMES
from classifier.second_look import look_again
from classifier.signals import LinearModels, probabilities
from classifier.source_types import TYPES, Resolved, SourceTypeModel, features, resolve
from classifier.sources import Entity
from classifier.tagger import Tagger, Taggers, span_arrays
from classifier.vocabulary import CLASS_ID, SHAPE_ID, TypeTable, as_written, names_by_vectors


@dataclass
class Models:
    """Everything fitted that scoring needs; `classifier.artifact` reads and writes it."""

    vocabularies: dict[str, Sequence[str]]
    clusters: np.ndarray
    vectors: np.ndarray  # int8, in units of the steps
    vector_steps: np.ndarray
    taggers: Mapping[str, Tagger]
    linker: dict[str, np.ndarray]
    source_types: SourceTypeModel
    sift: np.ndarray  # weights of `classifier.sift`, the intercept last
    terms: TermIndex
    phrases: PhraseModel
    auxiliary: LinearModels
    signals: LinearModels
    lines: np.ndarray  # weights of `classifier.lines`, the intercept last
    in_context: np.ndarray  # weights of `classifier.in_context`, the intercepts last
    thresholds: dict[str, float]
    scores: dict[str, dict]

    def __post_init__(self) -> None:
        self.taggers = Taggers(self.taggers)

    def new_table(self) -> TypeTable:
        return TypeTable(self.vocabularies, self.clusters, names=names_by_vectors(self.vectors))


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
    def of_document(self) -> list[int]:
        """First link of each document, then their number."""
        documents = np.array([one.document for one in self.resolved], dtype=np.int64)
        return np.searchsorted(documents, np.arange(len(self.entities) + 1)).tolist()

    @cached_property
    def kinds(self) -> list[str]:
        """The likeliest of `TYPES` by link."""
        return [TYPES[k] for k in self.types.argmax(axis=1).tolist()] if len(self.types) else []


def tag(batch: Batch, taggers: Mapping[str, Tagger], best: bool = False) -> Tags:
    """Run the three taggers over a batch; the likeliest labels, by which they are measured, where asked for."""
    together = taggers if isinstance(taggers, Taggers) else Taggers(taggers)
    likeliest, p = together.probabilities(batch, place_codes(batch), best="attribution", decode=best)
    more = generous(batch, p["attribution"], together["attribution"].labels)
    hedge = 1.0 - p["hedge"][:, 0]
    if (weights := together["hedge"].second_look) is not None:
        hedge = look_again(batch, hedge, p["attribution"][:, 5:].sum(axis=1), weights)
    return Tags(likeliest, more, p["attribution"], hedge, 1.0 - p["loaded"][:, 0])


GENEROSITY = 1.0  # log-odds that "none" loses; `classifier.sift` drops what is too much


def generous(batch: Batch, probabilities: np.ndarray, names: Sequence[str]) -> np.ndarray:
    """The likeliest labels, were the tagger less ready to find nothing.

    Parameters
    ----------
    batch : Batch
    probabilities : ndarray, shape (n_tokens, n_labels)
        Of each label by itself; the first is "O".
    names : sequence of str

    Returns
    -------
    ndarray of int64, shape (n_tokens,)
    """
    scores = np.log(probabilities.astype(np.float32) + np.float32(1e-6))
    scores[:, 0] -= GENEROSITY
    never = forbidden(names)
    return viterbi(scores, batch.chain_bounds, never, never[0])


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
    bounds = batch.sentences
    firsts, lasts, sentences, _ = found.lists
    rest: dict[int, tuple[int, int]] = {}
    for k, one in enumerate(resolved):
        link = one.link
        parts: dict[int, SentenceAttribution] = {}
        for i in link.contents:
            a, b, s = firsts[i], lasts[i], sentences[i]
            while s < len(out) and bounds[s] < b:  # content may run over several sentences
                if s not in parts:
                    parts[s] = SentenceAttribution(k, None, None, [])
                parts[s].contents.append((max(a, bounds[s]), min(b, bounds[s + 1])))
                s += 1
        for index in (link.source, link.cue):
            if index is None:
                continue
            s = sentences[index]
            if s not in parts:
                if link.contents:
                    continue
                parts[s] = SentenceAttribution(k, None, None, [])
            where = firsts[index], min(lasts[index], bounds[s + 1])
            if index == link.cue:
                parts[s].cue = where
            else:
                parts[s].source = where
        if not link.contents:
            for s, value in parts.items():
                value.contents = _rest_of_sentence(batch, value, bounds[s], bounds[s + 1])
                if value.contents:
                    rest[s] = value.contents[0]
        for s, value in parts.items():
            out[s].append(value)
    for s, (first, last) in rest.items():
        out[s] = [part for part in out[s] if not _is_swallowed(batch, part, first, last)]
    return out


_LEAST_REST = 3  # tokens
_SAYS = [CLASS_ID["say"], CLASS_ID["claim"]]


def _rest_of_sentence(batch: Batch, part: SentenceAttribution, first: int, last: int) -> list[tuple[int, int]]:
    """The longer side of a source and its saying ("... , the ministry said"), as the content that no tag gave them.

    The tags are flat: where one attribution stands within another, the outer one is left without its content.
    """
    if part.source is None or part.cue is None:
        return []
    according = [batch.table.ids_of.get(w, -1) for w in ("according", "According")]
    if batch.types[part.cue[0]] not in according and not batch.flags[slice(*part.cue), CLASS_ID["say"]].any():
        return []
    low, high = min(part.source[0], part.cue[0]), max(part.source[1], part.cue[1])
    a, b = (first, low) if low - first >= last - high else (high, last)
    comma = batch.table.ids_of.get(",", -1)
    a, b = a + int(a < b and batch.types[a] == comma), b - int(a < b and batch.types[b - 1] == comma)
    return [(a, b)] if b - a >= _LEAST_REST else []


def _is_swallowed(batch: Batch, part: SentenceAttribution, first: int, last: int) -> bool:
    """Whether a part has its content within that of an outer attribution, and no word of saying or claiming itself.

    "They plan to sell, the mayor said": what stands within another's words is seldom an attribution of its own.
    """
    if (
        not part.contents
        or part.contents == [(first, last)]
        or part.contents[0][0] < first
        or part.contents[-1][1] > last
    ):
        return False
    return part.cue is None or not batch.flags[slice(*part.cue)][:, _SAYS].any()


@dataclass
class Analysis:
    """All signals of a batch.

    ``probabilities`` by group of `classifier.signals.GROUPS`; ``scores`` are the log-odds before. ``dense`` holds the
    features with context of the story alone, ``lines`` those of all lines, by which boilerplate is told.
    ``own`` are the scores by the words alone of the outputs that are judged in context, ``around`` is what `classifier.in_context`
    sees of each sentence.
    ``opinion_words``, where articles are scored, is how much each token speaks for an opinion by itself, in log-odds;
    ``thresholds`` are those of the models.
    """

    batch: Batch
    tags: Tags
    attributions: Attributions
    rows: Rows
    dense: np.ndarray
    lines: np.ndarray
    names: list[str]
    scores: np.ndarray
    probabilities: dict[str, np.ndarray]
    own: np.ndarray
    around: np.ndarray
    opinion_words: list[float] = field(default_factory=list)
    thresholds: Mapping[str, float] = field(default_factory=dict)

    @cached_property
    def column(self) -> dict[str, int]:
        """Column of each dense feature."""
        return {name: i for i, name in enumerate(self.names)}

    @cached_property
    def lists(self) -> dict[str, list[Any]]:
        """`probabilities` as lists of Python floats, "frames" in one: taking single ones out of arrays is slow."""
        lists = {
            group: values.tolist() for group, values in self.probabilities.items() if not group.startswith("frame ")
        }
        return {**lists, "frames": self.frames.tolist()}

    @cached_property
    def frames(self) -> np.ndarray:
        """Probabilities of `FRAMES` by sentence."""
        return np.stack([self.probabilities[f"frame {f}"] for f in FRAMES], axis=1)

    @cached_property
    def evidence(self) -> dict[str, np.ndarray]:
        """By list of ``lexicons/evidence.txt`` which sentences hold one of its words: ndarrays of bool, shape (n_sentences,)."""
        known, types, bounds = self.batch.table.ids_of, self.batch.types, self.batch.sentence_bounds[:-1]
        holds = {
            name: np.isin(types, [known[w] for w in as_written(words) if w in known])
            for name, words in lexicons.read("evidence").items()
        }
        return {name: np.logical_or.reduceat(words, bounds) for name, words in holds.items()}

    @cached_property
    def cues(self) -> dict[str, list[list[tuple[int, int]]]]:
        """For each of `CUES` the words of each sentence that would be shown as cues, as runs of tokens."""
        return {kind: _runs(self.batch, cue_words(self, kind, self.thresholds[f"{kind} cues"])) for kind in CUES}


CUES = ("hedge", "loaded")
_LIKELIEST = 0.05  # the likeliest word of a sentence is shown as a cue from this probability on
_SURE = 0.5
_IS_PLAIN = np.array([name in ("lower", "hyphen") for name in SHAPE_ID])


def cue_words(analysis: Analysis, kind: str, threshold: float) -> np.ndarray:
    """Which words would be shown as cues, were their sentences to show the signal.

    Parameters
    ----------
    analysis : Analysis
    kind : {"hedge", "loaded"}
    threshold : float
        Probability from which on a word is shown; the likeliest one of its sentence is sooner.

    Returns
    -------
    ndarray of bool, shape (n_tokens,)
    """
    tags, batch = analysis.tags, analysis.batch
    p = np.where(batch.is_word, tags.hedge_probability if kind == "hedge" else tags.loaded_probability, 0.0)
    if kind == "loaded":
        # names and function words pass only where the tagger is sure of them
        plain = _IS_PLAIN[batch.table.codes[batch.types, -1]] & ~batch.flags[:, CLASS_ID["function"]]
        p = np.where(plain | (p >= _SURE), p, 0.0)
    top = np.maximum.reduceat(p, batch.sentence_bounds[:-1])[batch.sentence_of]
    return (p >= threshold) | ((p == top) & (p >= _LIKELIEST))


def _runs(batch: Batch, words: np.ndarray) -> list[list[tuple[int, int]]]:
    """For each sentence the runs of tokens that are marked."""
    out: list[list[tuple[int, int]]] = [[] for _ in range(batch.n_sentences)]
    _, first, last = span_arrays(words.view(np.int8), ("O", "I-cue"), batch.sentence_bounds)
    for s, a, b in zip(batch.sentence_of[first].tolist(), first.tolist(), last.tolist(), strict=True):
        out[s].append((a, b))
    return out


def sentence_features(
    batch: Batch, tags: Tags, phrases: PhraseModel, vectors: np.ndarray, steps: np.ndarray
) -> tuple[np.ndarray, list[str]]:
    """`classifier.features.dense`, and what the filters over phrases say (`classifier.phrases`)."""
    values, names = dense(batch, tags, vectors, steps)
    said = phrases.scores(batch, vectors, steps)
    return np.concatenate([values, said], axis=1), [*names, *phrases.names]


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
        batch, tags.generous, models.taggers["attribution"].labels, models.linker, models.source_types
    )
    rows, values, lines, names, scores = judge(batch, tags, models)
    p, own, around = settle(batch, tags, attributions, models.signals, scores, models.sift, models.in_context)
    shown = _opinion_words(batch, models)
    return Analysis(
        batch, tags, attributions, rows, values, lines, names, scores, p, own, around, shown, models.thresholds
    )


def settle(
    batch: Batch,
    tags: Tags,
    attributions: Attributions,
    signals: LinearModels,
    scores: np.ndarray,
    sift_weights: np.ndarray,
    context_weights: np.ndarray,
) -> tuple[dict[str, np.ndarray], np.ndarray, np.ndarray]:
    """Bring sentences and what was found in them together: sentences in their context, attributions that are ones.

    Parameters
    ----------
    batch, tags
    attributions : Attributions
        Those that are none are dropped.
    signals : LinearModels
    scores : ndarray, shape (n_sentences, len(signals.outputs))
        By the words of each sentence; some are changed to those in context.
    sift_weights, context_weights : ndarray
        Of `classifier.sift` and `classifier.in_context`.

    Returns
    -------
    probabilities, own, around
        As in `Analysis`.
    """
    p = probabilities(signals, scores)
    odds = sift.odds(batch, tags, attributions, p, sift_weights)
    columns = [signals.outputs.index(o) for o in in_context.OUTPUTS]
    own = scores[:, columns]
    around = in_context.features(batch, own, p, attributions, odds)
    scores[:, columns] = in_context.scores(batch, own, p, around, context_weights)
    p |= probabilities(signals, scores, in_context.IN_CONTEXT)
    sift.keep(attributions, p, odds > 0.0)
    return p, own, around


def _opinion_words(batch: Batch, models: Models) -> list[float]:
    """What each token's word adds to the log-odds of an opinion were it alone; nothing where it is quoted."""
    terms, signals = models.terms, models.signals
    column = terms.column[batch.table.codes[batch.types, 0]]
    weights = signals.terms[column, signals.outputs.index("opinion")] * terms.idf[column]
    return np.where((column >= 0) & ~batch.inside, weights, 0.0).tolist()


def judge(batch: Batch, tags: Tags, models: Models) -> tuple[Rows, np.ndarray, np.ndarray, list[str], np.ndarray]:
    """The features of a tagged batch's sentences and the log-odds of all signals.

    Returns
    -------
    rows, values, lines, names, scores
        As in `Analysis`, where ``values`` are ``dense``.
    """
    rows = models.terms.rows(batch)
    values, names = sentence_features(batch, tags, models.phrases, models.vectors, models.vector_steps)
    lines, names = with_auxiliary(rows, values, names, models.auxiliary)
    scores = models.signals.scores(rows, lines)
    boilerplate = models.signals.outputs.index("boilerplate")
    repeated = lines[:, names.index("repeated line")]
    scores[:, boilerplate] = in_place(batch, scores[:, boilerplate], repeated, models.lines)
    values = in_story_of(batch, lines, names, models.signals, scores)
    if values is not lines:
        moved = (values - lines) @ models.signals.dense.astype(np.float32)
        moved[:, boilerplate] = 0.0
        scores = scores + moved
    return rows, values, lines, names, scores


def in_story_of(
    batch: Batch, lines: np.ndarray, names: list[str], signals: LinearModels, scores: np.ndarray
) -> np.ndarray:
    """`classifier.features.in_story` where there is boilerplate by the scores (log-odds); else `lines` themselves."""
    story = scores[:, signals.outputs.index("boilerplate")] < 0.0
    return lines if story.all() else in_story(batch, lines, names, story)
