"""Sentences in their context: who speaks, whose judgement it is, and in what light, seen from around.

The sentence signals (`classifier.signals`) judge a sentence by its words, the taggers' marks and some numbers of its article. A second
logistic model for attribution type, opinion and valence takes their scores, how likely the attributions found in the sentence are
ones (`classifier.sift`), quotation marks, and the same of the sentences around. What these mean depends on each other: a likely
attribution in a sentence that is all quoted makes it direct, in one without quotation marks indirect. So products of some of them are
features, too. And some speech is marked by layout alone: the turns of a transcript ("ANN BELL: ..."), answers below questions, what
follows a lead-in with a colon, a survey's figures.

Around are the sentences of the story; lines that are boilerplate are passed over, and stay as their words have them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from classifier import products
from classifier.batch import Batch
from classifier.features import ends_with
from classifier.places import Places
from classifier.report import ATTRIBUTION_TYPES
from classifier.sift import log_odds, parts_with_content
from classifier.signals import GROUPS, sigmoid
from classifier.source_types import TYPES
from classifier.vocabulary import CLASS_ID, SHAPE_ID

if TYPE_CHECKING:
    from classifier.analysis import Attributions

IN_CONTEXT = ("attribution", "opinion", "valence")
"""The groups of `classifier.signals.GROUPS` that are judged in context."""
OUTPUTS = tuple(output for group in IN_CONTEXT for output in GROUPS[group])
_COLUMNS = {group: [OUTPUTS.index(output) for output in GROUPS[group]] for group in IN_CONTEXT}
LEAST_SENTENCES = 3
"""A story of fewer is taken as its words have it."""
_MOST = 12.0  # score by the words
_UNLIKELY, _SURE = -4.0, 6.0  # log-odds of an attribution; there is none below

_OWN = tuple(f"words: {output.removeprefix('attribution ')}" for output in OUTPUTS)
_P = (*(f"probability: {t}" for t in ATTRIBUTION_TYPES[:-1]), "probability: opinion", "bad light", "good light")
_FOUND = (
    "likely", "any", "share", "quoted share", "quoted", "all quoted", "with cue", "with source", "without source",
    "attributions", "is the headline",
)  # fmt: skip
_SOURCES = tuple(f"source: {t}" for t in TYPES)
_OTHER = ("hedged", "loaded", "boilerplate")
_WHOLE = ("attributed", "opinion", "bad light", "good light")
_LAYOUT = (
    "ends with a colon", "after a lead-in", "after an attributed lead-in", "speaker's label", "label in capitals", "after a label",
    "after a label, by labels", "after a label in capitals, by these", "labels", "labels in capitals", "after a question",
    "after a question, by questions", "questions", "is a question", "figure", "document", "documents among sources",
    "documents by sentence", "after a document", "attributed so far", "attributed from here",
)  # fmt: skip
_PLACES = {-2: "two before", -1: "before", 1: "behind", 2: "two behind"}
_AROUND = (
    "attributed", "direct", "indirect", "mixed", "likely", "quoted", "share", "with source", "opinion", "bad light", "good light",
)  # fmt: skip
_PARAGRAPH = ("same paragraph", "attributed, same paragraph", "quoted, same paragraph", "likely, all quoted")
SINGLE = (
    *_OWN, *_P, *_FOUND, *_SOURCES, *_OTHER,
    *(f"article: {name}" for name in _WHOLE), *(f"headline: {name}" for name in _WHOLE[1:]), *_LAYOUT,
    *(f"{where}: {name}" for where in _PLACES.values() for name in _AROUND),
    *(f"{where}: {name}" for where in ("before", "behind") for name in _PARAGRAPH),
)  # fmt: skip
PAIRED = (
    *_P[:5], "likely", "share", "quoted share", "quoted", "with cue", "with source", "without source", "attributions",
    "is the headline", "source: none", "boilerplate", "article: attributed", "article: opinion", "before: attributed",
    "behind: attributed", "before: quoted", "behind: quoted", "before: direct", "behind: direct", "before: indirect",
    "behind: indirect", "before: likely", "behind: likely", "before: attributed, same paragraph",
)  # fmt: skip
FEATURES = (*SINGLE, *products.names(PAIRED))
_PAIRED = [SINGLE.index(name) for name in PAIRED]
_FAR = 4.0  # sentences after which what stood before counts 1/e
_LONGEST_LABEL = 6  # tokens
_SLOW = 0.75  # how much of the average so far stays with each sentence
_USUAL = 0.3  # share of attributed sentences that a text is taken to begin with


def with_products(X: np.ndarray) -> np.ndarray:
    """`FEATURES` from what `features` gives: ndarray of float32, shape (n_sentences, len(FEATURES))."""
    return np.concatenate([X, products.of(X[:, _PAIRED])], axis=1)


def of_the_story(probabilities: Mapping[str, np.ndarray]) -> np.ndarray:
    """Which sentences are part of the story: ndarray of bool, shape (n_sentences,)."""
    return probabilities["boilerplate"] < 0.5


def features(
    batch: Batch,
    own: np.ndarray,
    probabilities: Mapping[str, np.ndarray],
    attributions: Attributions,
    odds: np.ndarray,
) -> np.ndarray:
    """What is known of each sentence in its place, without the products.

    Parameters
    ----------
    batch : Batch
    own : ndarray, shape (n_sentences, len(OUTPUTS))
        Scores by the words of each sentence, before they are normalised.
    probabilities : mapping
        Of the sentences, by group of `classifier.signals.GROUPS`.
    attributions : Attributions
        Before `classifier.sift.keep`.
    odds : ndarray, shape (n_parts,)
        Log-odds that each part of an attribution is one, in the order of `classifier.sift.parts_with_content`.

    Returns
    -------
    ndarray of float32, shape (n_sentences, len(SINGLE))
        0 for lines that are no part of the story.
    """
    out = np.zeros((batch.n_sentences, len(SINGLE)), dtype=np.float32)
    story = np.flatnonzero(of_the_story(probabilities))
    if not len(story):
        return out
    found = {name: values[story] for name, values in _found(batch, attributions, odds).items()}
    p = {group: values[story] for group, values in probabilities.items()}
    kinds, valence = p["attribution"], p["valence"]
    place = _Story(batch, story)
    whole = dict(zip(_WHOLE, (1.0 - kinds[:, 0], p["opinion"], valence[:, 0], valence[:, 2]), strict=True))
    near = {
        "attributed": log_odds(whole["attributed"]), "direct": kinds[:, 1], "indirect": kinds[:, 2], "mixed": kinds[:, 3],
        "opinion": log_odds(p["opinion"]), "bad light": valence[:, 0], "good light": valence[:, 2],
        **{name: found[name] for name in ("likely", "quoted", "share", "with source")},
    }  # fmt: skip
    columns: list[np.ndarray] = [_own(own[story]), kinds[:, :-1], p["opinion"], valence[:, 0], valence[:, 2]]
    columns += [*(found[name] for name in _FOUND), found["sources"], *(log_odds(p[name]) for name in _OTHER)]
    columns += [place.total(values) / place.size for values in whole.values()]
    headline = batch.is_headline[story][place.first]
    columns += [np.where(headline, whole[name][place.first], 0.0) for name in _WHOLE[1:]]
    columns += _layout(batch, story, place, whole["attributed"], found)
    for k in _PLACES:
        columns += [place.around(near[name], k, _UNLIKELY if name == "likely" else 0.0) for name in _AROUND]
    paragraph = batch.chain_of[batch.sentence_bounds[:-1]][story]
    for k in (-1, 1):
        same = place.around(paragraph, k, -1.0) == paragraph
        columns += [same, same * place.around(near["attributed"], k), same * place.around(near["quoted"], k)]
        columns.append(same * found["all quoted"] * place.around(near["likely"], k, _UNLIKELY))
    out[story] = np.column_stack(columns)
    return out


class _Story(Places):
    """The sentences of a story, where they stand among each other."""

    def since(self, flag: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """How near the last flagged sentence above is, from 1 (the one before) to 0, and which it is (-1: none)."""
        above = np.append(-1, np.maximum.accumulate(np.where(flag, self.index, -1))[:-1])
        above[above < self.first] = -1
        return np.where(above >= 0, np.exp((above + 1 - self.index) / _FAR), 0.0), above

    def so_far(self, values: np.ndarray, step: int) -> np.ndarray:
        """A moving average of what stands before each sentence of its article (step 1), or behind it (-1)."""
        out, given, bounds = np.zeros(len(values)), values.tolist(), self.bounds.tolist()
        for a, b in zip(bounds[:-1], bounds[1:], strict=True):
            average = _USUAL
            for i in range(a, b)[::step]:
                out[i] = average
                average = _SLOW * average + (1.0 - _SLOW) * given[i]
        return out


def _own(scores: np.ndarray) -> np.ndarray:
    """Scores by the words; those of a group of several outputs less their mean, which says nothing."""
    return np.clip(_centred(scores), -_MOST, _MOST)


def _centred(scores: np.ndarray) -> np.ndarray:
    out = scores.astype(np.float64)
    for columns in _COLUMNS.values():
        if len(columns) > 1:
            out[:, columns] -= out[:, columns].mean(axis=1, keepdims=True)
    return out


def _found(batch: Batch, attributions: Attributions, odds: np.ndarray) -> dict[str, np.ndarray]:
    """What the attributions found say of each sentence: arrays of shape (n_sentences,), "sources" one column a type."""
    n, bounds = batch.n_sentences, batch.sentence_bounds
    parts = parts_with_content(attributions)
    sentence = np.array([s for s, _ in parts], dtype=np.int64)
    resolved = np.array([part.resolved for _, part in parts], dtype=np.int64)
    sure = sigmoid(odds)
    likely = np.full(n, _UNLIKELY)
    np.maximum.at(likely, sentence, np.clip(odds, _UNLIKELY, _SURE))

    def most(values: np.ndarray) -> np.ndarray:
        out = np.zeros((n, *values.shape[1:]))
        np.maximum.at(out, sentence, values)
        return out

    has_source = np.array([attributions.resolved[k].link.source is not None for k in resolved.tolist()], dtype=bool)
    has_cue = np.array([part.cue is not None for _, part in parts], dtype=bool)
    word = np.zeros(batch.n_tokens)
    for (_, part), q in zip(parts, sure.tolist(), strict=True):
        for a, b in part.contents:
            np.maximum(word[a:b], q, out=word[a:b])
    sums = np.add.reduceat(np.stack([word, word * batch.inside, batch.inside], axis=1), bounds[:-1], axis=0)
    share, quoted_share, quoted = sums.T / np.diff(bounds)
    return {
        "likely": likely,
        "any": likely > _UNLIKELY,
        "share": share,
        "quoted share": quoted_share,
        "quoted": quoted,
        "all quoted": quoted > 0.95,
        "with cue": most(sure * has_cue),
        "with source": most(sure * has_source),
        "without source": most(sure * ~has_source),
        "attributions": np.bincount(sentence, sure, minlength=n),
        "is the headline": batch.is_headline,
        "sources": most(sure[:, None] * attributions.types[resolved]),
    }


def _layout(
    batch: Batch, story: np.ndarray, place: _Story, attributed: np.ndarray, found: Mapping[str, np.ndarray]
) -> list[np.ndarray]:
    """What the lines above and the whole article say of who speaks: a column for each of `_LAYOUT`."""
    bounds = batch.sentence_bounds
    begin, end = bounds[:-1][story], bounds[1:][story]
    colon = batch.table.ids_of.get(":", -1)
    colons = batch.types[end - 1] == colon
    lead, above = place.since(colons & (found["quoted"] < 0.5) & (end - begin > 2))
    led = np.where(above >= 0, attributed[above], 0.0)
    label, capitals = (flags[story] for flags in _labels(batch, colon))
    labels, by_capitals = place.total(label) / place.size, place.total(capitals) / place.size
    near_label, near_capitals = place.since(label)[0], place.since(capitals)[0]
    paragraph = np.zeros(batch.n_tokens + 1, dtype=bool)
    paragraph[batch.chain_bounds] = True
    question = ends_with(batch, "?")[story]
    alone = question & paragraph[begin] & paragraph[end]
    questions, near_question = place.total(alone) / place.size, place.since(alone)[0]
    digits = batch.table.codes[batch.types, -1] == SHAPE_ID["digit"]
    figure = np.add.reduceat(digits, bounds[:-1], dtype=np.int64)[story] > 0
    documents = found["sources"][:, TYPES.index("document")]
    all_documents = place.total(documents)
    return [
        colons, lead, lead * led, label, capitals, near_label, near_label * labels, near_capitals * by_capitals, labels, by_capitals,
        near_question, near_question * questions, questions, question, figure,
        batch.classes_of_sentence[story, CLASS_ID["document"]] > 0,
        all_documents / np.maximum(place.total(found["attributions"]), 1.0), all_documents / place.size,
        place.since(documents > 0.5)[0], place.so_far(attributed, 1), place.so_far(attributed, -1),
    ]  # fmt: skip


def _labels(batch: Batch, colon: int) -> tuple[np.ndarray, np.ndarray]:
    """Which paragraphs' first sentences begin with what may be a speaker's name and a colon, and which of these are in capitals.

    So do some others ("The truth: ..."): how many of them an article has tells a transcript.
    """
    label, capitals = np.zeros((2, batch.n_sentences), dtype=bool)
    bounds = batch.sentence_bounds
    at = np.flatnonzero(batch.types == colon)
    sentence = batch.sentence_of[at]
    begin = bounds[sentence]
    length = at - begin
    starts = np.isin(begin, batch.chain_bounds)
    fits = starts & (length >= 1) & (length <= _LONGEST_LABEL) & (at < bounds[sentence + 1] - 1)
    shape = batch.table.codes[batch.types, -1]
    upper = shape == SHAPE_ID["UPPER"]
    name = upper | (shape == SHAPE_ID["Capital"]) | (shape == SHAPE_ID["Mixed"])
    for s, a, b in zip(sentence[fits].tolist(), begin[fits].tolist(), at[fits].tolist(), strict=True):
        least = max(1, b - a - 2)  # "Ann Bell (host)", "Dr. Bell"
        label[s] |= name[a] and name[a:b].sum() >= least
        capitals[s] |= label[s] and upper[a:b].sum() >= least
    return label, capitals


def scores(
    batch: Batch, own: np.ndarray, probabilities: Mapping[str, np.ndarray], X: np.ndarray, weights: np.ndarray
) -> np.ndarray:
    """Scores of sentences where they stand; those of stories of a few sentences, and of boilerplate, stay as they are.

    Parameters
    ----------
    batch, own, probabilities
        As for `features`.
    X : ndarray, shape (n_sentences, len(SINGLE))
        From `features`.
    weights : ndarray, shape (len(FEATURES) + 1, len(OUTPUTS))
        Of the features as they come, the intercepts last.

    Returns
    -------
    ndarray of float32, shape (n_sentences, len(OUTPUTS))
    """
    n = len(SINGLE)
    out = X @ weights[:n] + weights[-1] + products.sums(X[:, _PAIRED], weights[n:-1])
    return np.where(judged(batch, probabilities)[:, None], out, own).astype(np.float32)


def judged(batch: Batch, probabilities: Mapping[str, np.ndarray]) -> np.ndarray:
    """Which sentences are judged in context: ndarray of bool, shape (n_sentences,)."""
    story, document = of_the_story(probabilities), batch.document_of_sentence
    return story & (np.bincount(document[story], minlength=len(batch.documents)) >= LEAST_SENTENCES)[document]


def explain(own: np.ndarray, x: np.ndarray, weights: np.ndarray, output: str) -> tuple[np.ndarray, dict[str, float]]:
    """How much a sentence's scores by its words count for one of `OUTPUTS`, and what the rest adds, by feature; with "intercept".

    Parameters
    ----------
    own : ndarray, shape (len(OUTPUTS),)
    x : ndarray, shape (len(SINGLE),)
        Of a sentence that is `judged`.
    weights : ndarray
        As for `scores`.
    output : str

    Returns
    -------
    shares : ndarray, shape (len(OUTPUTS),)
    parts : dict
    """
    k, n = OUTPUTS.index(output), len(OUTPUTS)
    shares = weights[:n, k].astype(np.float64)
    held_back = float(shares @ (x[:n] - _centred(own[None])[0]))
    values = with_products(x[None])[0]
    effects = dict(zip(FEATURES[n:], (values[n:] * weights[n:-1, k]).tolist(), strict=True))
    parts = {"intercept": float(weights[-1, k]), "by its words, held back": held_back}
    parts |= {f"in context: {name}": effect for name, effect in effects.items()}
    return _centred(shares[None])[0], {name: effect for name, effect in parts.items() if effect}


def alone() -> np.ndarray:
    """Weights by which every sentence is judged by its words alone: shape (len(FEATURES) + 1, len(OUTPUTS))."""
    weights = np.zeros((len(FEATURES) + 1, len(OUTPUTS)), dtype=np.float32)
    weights[: len(OUTPUTS)] = np.eye(len(OUTPUTS))
    return weights
