"""What kind of source an attribution has: features of the source as it stands and as resolved.

The features are strings that name what they see, so that every weight of the fitted multinomial model
can be read. They never hold a word with a capital that is not a class word: names of people, parties,
outlets and countries carry no weight.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

import numpy as np

from classifier.attribution import Link, SpanSet
from classifier.batch import Batch
from classifier.report import SOURCE_TYPES
from classifier.second_hand import asks_anonymity, may_ask_anonymity
from classifier.sources import Entity, Mention, Utterance, read_sources
from classifier.vocabulary import CLASS_ID, CLASSES, KEPT_WORDS, classes, normal, shape

TYPES = (*SOURCE_TYPES, "none")


@dataclass(frozen=True)
class Resolved:
    """A link with its source read and resolved.

    ``entity`` indexes the entities of its document; None where the source could not be resolved. ``via``
    and ``anonymity_reason`` are those of `classifier.sources.Reading`.
    """

    link: Link
    document: int
    sentence: int
    mention: Mention
    entity: int | None
    via: str = ""
    anonymity_reason: str = ""


def resolve(batch: Batch, found: SpanSet, links: Sequence[Link]) -> tuple[list[Resolved], list[list[Entity]]]:
    """Read and resolve the sources of a batch's links, which are in reading order.

    Returns
    -------
    resolved : list of Resolved, one a link
    entities : list of lists of Entity, one a document
    """
    utterances: list[list[Utterance]] = [[] for _ in batch.documents]
    places: list[tuple[int, int]] = []  # document and sentence of each link
    first_sentence = batch.sentences_of_document
    bounds = batch.document_bounds.tolist()
    firsts, lasts, sentences, documents = found.lists
    for one in links:
        anchor = next(i for i in (one.source, one.cue, *one.contents) if i is not None)
        document = documents[anchor]
        base = bounds[document]
        places.append((document, sentences[anchor] - first_sentence[document]))
        utterances[document].append(
            Utterance(
                None if one.source is None else (firsts[one.source] - base, lasts[one.source] - base),
                None if one.cue is None else (firsts[one.cue] - base, lasts[one.cue] - base),
                tuple((firsts[i] - base, lasts[i] - base) for i in one.contents),
            )
        )
    ledgers = [read_sources(d, u) for d, u in zip(batch.documents, utterances, strict=True)]
    readings = [iter(ledger.readings) for ledger in ledgers]
    out = []
    for one, (document, sentence) in zip(links, places, strict=True):
        reading = next(readings[document])
        out.append(
            Resolved(one, document, sentence, reading.mention, reading.entity, reading.via, reading.anonymity_reason)
        )
    return out, [ledger.entities for ledger in ledgers]


def _noun_features(words: Sequence[str], prefix: str) -> list[str]:
    return [feature for word in words[:12] for feature in _word_features(word, prefix)]


@lru_cache(maxsize=KEPT_WORDS)
def _word_features(word: str, prefix: str) -> tuple[str, ...]:
    low = normal(word)
    out = [f"{prefix} class {CLASSES[c]}" for c in classes(low)]
    if word == low and low.isalpha():
        out.append(f"{prefix} word {low}")
    return (*out, f"{prefix} shape {shape(word)}")


_TOLD = frozenset("told tells telling interview quoted".split())
_SHOWN = tuple((f"sentence has {c}", CLASS_ID[c]) for c in ("media", "document", "anonymous", "vague"))


def features(
    batch: Batch,
    found: SpanSet,
    resolved: Resolved,
    entities: Sequence[Entity],
    sentences: dict[tuple[int, int], list[str]],
) -> list[str]:
    """Names of the features that hold for one attribution (each counts once).

    `sentences` keeps what holds for a whole sentence (by document and sentence), since it may hold many attributions.
    """
    one = resolved.link
    document = batch.documents[resolved.document]
    base = int(batch.document_bounds[resolved.document])
    firsts, lasts, *_ = found.lists
    out = [f"kind {resolved.mention.kind}"]
    if one.source is not None:
        a, b = firsts[one.source] - base, lasts[one.source] - base
        words = document.words[a:b]
        out += _noun_features(words, "source")
        low = normal(words[0])
        out.append(f"first {low if low == words[0] else shape(words[0])}")
        head = resolved.mention.head
        if head:
            out += [f"head class {CLASSES[c]}" for c in classes(head)]
            capital = any(w[0].isupper() for w in words if normal(w) == head)
            out.append("head is capital" if capital else f"head {head}")
        out.append(f"source has {min(len(words), 6)} words")
        if resolved.mention.plural:
            out.append("plural")
        before = document.words[a - 1] if a else ""
        if before:
            out.append(f"before source {normal(before) if before.islower() or not before.isalpha() else shape(before)}")
    if one.cue is not None:
        a, b = firsts[one.cue] - base, lasts[one.cue] - base
        words = document.words[a:b]
        out += [f"cue {normal(w)}" for w in words if w.islower() or not w.isalpha()]
        behind = document.words[b : b + 4]
        out += _noun_features([w for w in behind if w not in (",", ".")], "behind cue")
        out += [f"cue class {CLASSES[c]}" for w in words for c in classes(normal(w))]
        told = not _TOLD.isdisjoint(map(normal, (*words, *behind)))
        if told and any(CLASS_ID["media"] in classes(normal(w)) for w in (*words[1:], *behind)):
            out.append("told a medium")
    else:
        out.append("no cue")
    if not one.contents:
        out.append("no content")
    elif batch.inside[found.first[one.contents[0]]]:
        out.append("quoted")
    if resolved.entity is not None:
        entity = entities[resolved.entity]
        out.append(f"entity {entity.kind}")
        out += _noun_features(entity.name.split(), "entity")
        out += [f"title class {CLASSES[c]}" for w in entity.title.split() for c in classes(normal(w))]
        if entity.title:
            out.append("entity has title")
        if len(entity.name.split()) > 1:
            out.append("entity has full name")
    else:
        out.append("no entity")
    key = (resolved.document, resolved.sentence)
    if key not in sentences:
        sentences[key] = _sentence_features(batch, *key)
    out += sentences[key]
    return list(dict.fromkeys(out))


def _sentence_features(batch: Batch, document_index: int, s: int) -> list[str]:
    document = batch.documents[document_index]
    base = int(batch.document_bounds[document_index])
    lo = int(document.sentence_starts[s])
    hi = int(document.sentence_starts[s + 1]) if s + 1 < len(document.sentence_starts) else len(document.words)
    asks = may_ask_anonymity(document.words[lo:hi]) and asks_anonymity(document.span(lo, hi).text)
    out = ["asks anonymity"] if asks else []
    held = batch.classes_of_sentence[batch.sentence_of[base + lo]]
    out += [name for name, c in _SHOWN if held[c]]
    if lo < document.n_title:
        out.append("headline")
    return out


class SourceTypeModel:
    """Compiled multinomial logistic model over string features.

    Parameters
    ----------
    vocabulary : sequence of str
    weights : ndarray, shape (len(vocabulary) + 1, len(TYPES))
        The intercept is the last row.
    """

    def __init__(self, vocabulary: Sequence[str], weights: np.ndarray) -> None:
        self.vocabulary = tuple(vocabulary)
        self.index = {f: i for i, f in enumerate(self.vocabulary)}
        self.weights = np.asarray(weights, dtype=np.float32)

    def probabilities(self, rows: Sequence[Sequence[str]]) -> np.ndarray:
        """Probabilities of `TYPES`, ndarray of float32, shape (len(rows), len(TYPES))."""
        if not rows:
            return np.zeros((0, len(TYPES)), dtype=np.float32)
        known = [[self.index[f] for f in row if f in self.index] + [-1] for row in rows]
        firsts = np.cumsum([0, *map(len, known[:-1])])
        scores = np.add.reduceat(self.weights[list(chain.from_iterable(known))], firsts, axis=0)
        scores -= scores.max(axis=1, keepdims=True)
        np.exp(scores, out=scores)
        return scores / scores.sum(axis=1, keepdims=True)
