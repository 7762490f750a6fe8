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
from classifier.sources import Entity, Mention, Utterance, read_sources
from classifier.vocabulary import CLASS_ID, CLASSES, KEPT_WORDS, classes, normal, shape

TYPES = (*SOURCE_TYPES, "none")


@dataclass(frozen=True)
class Resolved:
    """A link with its source read and resolved.

    ``entity`` indexes the entities of its document; None where the source could not be resolved. ``via`` and
    what follows are those of `classifier.sources.Reading`.
    """

    link: Link
    document: int
    sentence: int
    mention: Mention
    entity: int | None
    via: str = ""
    anonymity_reason: str = ""
    asks_anonymity: bool = False


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
    firsts, lasts, sentences, documents = found.lists
    for one in links:
        anchor = next(i for i in (one.source, one.cue, *one.contents) if i is not None)
        document = documents[anchor]
        base = batch.first_tokens[document]
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
        mention, entity, via, reason, asks = next(readings[document])
        out.append(Resolved(one, document, sentence, mention, entity, via, reason, asks))
    return out, [ledger.entities for ledger in ledgers]


@lru_cache(maxsize=KEPT_WORDS)
def _word_features(word: str, prefix: str) -> tuple[str, ...]:
    low = normal(word)
    own = (f"{prefix} word {low}",) if word == low and low.isalpha() else ()
    return (*_class_features(word, prefix), *own, f"{prefix} shape {shape(word)}")


def _noun_features(words: Sequence[str], prefix: str) -> list[str]:
    return [feature for word in words[:12] for feature in _word_features(word, prefix)]


@lru_cache(maxsize=KEPT_WORDS)
def _class_features(word: str, prefix: str) -> tuple[str, ...]:
    return tuple(f"{prefix} class {CLASSES[c]}" for c in classes(normal(word)))


@lru_cache(maxsize=KEPT_WORDS)
def _cue_features(word: str) -> tuple[str, ...]:
    own = (f"cue {normal(word)}",) if word.islower() or not word.isalpha() else ()
    return (*own, *_class_features(word, "cue"))


@lru_cache(maxsize=KEPT_WORDS)
def _is_medium(word: str) -> bool:
    return CLASS_ID["media"] in classes(normal(word))


@lru_cache(maxsize=KEPT_WORDS)
def _via_features(via: str) -> tuple[str, ...]:
    """Of the outlet or document through which the article has what is said."""
    return ("second hand", *dict.fromkeys(f for word in via.split() for f in _class_features(word, "via")))


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
    words = batch.documents[resolved.document].words
    base = batch.first_tokens[resolved.document]
    firsts, lasts, *_ = found.lists
    out = [f"kind {resolved.mention.kind}"]
    if one.source is not None:
        a, b = firsts[one.source] - base, lasts[one.source] - base
        out += _source_features(words[a:b], words[a - 1] if a else "", resolved.mention)
    if one.cue is not None:
        a, b = firsts[one.cue] - base, lasts[one.cue] - base
        cue, behind = words[a:b], words[b : b + 4]
        for word in cue:
            out += _cue_features(word)
        out += _noun_features([w for w in behind if w not in (",", ".")], "behind cue")
        told = not _TOLD.isdisjoint(map(normal, (*cue, *behind)))
        if told and any(map(_is_medium, (*cue[1:], *behind))):
            out.append("told a medium")
    else:
        out.append("no cue")
    if not one.contents:
        out.append("no content")
    elif batch.inside_bytes[firsts[one.contents[0]]]:
        out.append("quoted")
    if resolved.via:
        out += _via_features(resolved.via)
        out.append(f"kind {resolved.mention.kind}, second hand")
    if resolved.entity is not None:
        entity = entities[resolved.entity]
        name = entity.name.split()
        out.append(f"entity {entity.kind}")
        out += _noun_features(name, "entity")
        if entity.title:
            for word in entity.title.split():
                out += _class_features(word, "title")
            out.append("entity has title")
        if len(name) > 1:
            out.append("entity has full name")
    else:
        out.append("no entity")
    key = (resolved.document, resolved.sentence)
    if key not in sentences:
        sentences[key] = _sentence_features(batch, *key, resolved.asks_anonymity)
    out += sentences[key]
    return list(dict.fromkeys(out))


def _source_features(words: Sequence[str], before: str, mention: Mention) -> list[str]:
    """What the words of a source say, and the word before them."""
    out = _noun_features(words, "source")
    low = normal(words[0])
    out.append(f"first {low if low == words[0] else shape(words[0])}")
    head = mention.head
    if head:
        out += _class_features(head, "head")
        capital = any(w[0].isupper() for w in words if normal(w) == head)
        out.append("head is capital" if capital else f"head {head}")
    out.append(f"source has {min(len(words), 6)} words")
    if mention.plural:
        out.append("plural")
    if before:
        out.append(f"before source {normal(before) if before.islower() or not before.isalpha() else shape(before)}")
    return out


def _sentence_features(batch: Batch, document: int, sentence: int, asks_anonymity: bool) -> list[str]:
    out = ["asks anonymity"] if asks_anonymity else []
    held = batch.classes_of_sentence[batch.sentences_of_document[document] + sentence]
    out += [name for name, c in _SHOWN if held[c]]
    if sentence == 0 and batch.documents[document].has_headline:
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
        self._row = {f: i for i, f in enumerate(self.vocabulary, 1)}  # none is 0, which `filter` takes for nothing
        self.weights = np.asarray(weights, dtype=np.float32)

    def probabilities(self, rows: Sequence[Sequence[str]]) -> np.ndarray:
        """Probabilities of `TYPES`, ndarray of float32, shape (len(rows), len(TYPES))."""
        if not rows:
            return np.zeros((0, len(TYPES)), dtype=np.float32)
        known = [[0, *filter(None, map(self._row.get, row))] for row in rows]  # the row before the first is the last
        firsts = np.cumsum([0, *map(len, known[:-1])])
        scores = np.add.reduceat(self.weights[np.array([*chain.from_iterable(known)]) - 1], firsts, axis=0)
        scores -= scores.max(axis=1, keepdims=True)
        np.exp(scores, out=scores)
        return scores / scores.sum(axis=1, keepdims=True)
