"""Tagged spans to attributions: which source and which content belong to which cue.

Two fitted logistic models score pairs of a cue and a source, and of a cue and a content, by their
order and distance and by what stands between them. Every content goes to its likeliest cue, every
cue takes its likeliest source; a content that no cue claims is a continuing quotation.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from classifier.batch import Batch
from classifier.tagger import span_arrays
from classifier.vocabulary import CLASS_ID

KINDS = ("source", "cue", "content")
REACH = 5  # spans on either side of a cue that can belong to it


@dataclass(frozen=True)
class SpanSet:
    """Tagged spans of a batch in text order, as arrays.

    ``kind`` indexes `KINDS`; ``first`` and ``last`` are tokens, half open; ``sentence`` and
    ``chain`` are those of the first token.
    """

    kind: np.ndarray
    first: np.ndarray
    last: np.ndarray
    sentence: np.ndarray
    chain: np.ndarray
    document: np.ndarray

    @classmethod
    def of(cls, batch: Batch, kind: np.ndarray, first: np.ndarray, last: np.ndarray) -> SpanSet:
        """Spans by their kind and tokens."""
        sentence = batch.sentence_of[first]
        return cls(kind, first, last, sentence, batch.chain_of[first], batch.document_of_sentence[sentence])

    @classmethod
    def tagged(cls, batch: Batch, labels: np.ndarray, names: Sequence[str]) -> SpanSet:
        """The spans of best labels; content runs over sentence bounds, not over paragraphs."""
        kind_of = np.array([KINDS.index(name[2:]) if name[2:] else -1 for name in names])
        label, first, last = span_arrays(labels, names, batch.chain_bounds)
        return cls.of(batch, kind_of[label], first, last)

    def __len__(self) -> int:
        return len(self.kind)

    @cached_property
    def lists(self) -> tuple[list[int], list[int], list[int], list[int]]:
        """``first``, ``last``, ``sentence`` and ``document`` as lists: taking single ones out of arrays is slow."""
        return self.first.tolist(), self.last.tolist(), self.sentence.tolist(), self.document.tolist()


@dataclass
class Link:
    """One attribution as indices into a `SpanSet` (None where missing)."""

    cue: int | None
    source: int | None
    contents: list[int] = field(default_factory=list)


PAIR_FEATURES = (
    *(f"order {d:+d}" for d in range(-REACH, REACH + 1) if d),
    *(f"{side}, gap {g}" for side in ("before", "behind") for g in ("0", "1", "2-3", "4-8", "9-20", "over 20")),
    "same sentence", "next sentence", "further", "same paragraph", "no cue between", "1 cue between", "cues between",
    "no same kind between", "1 same kind between", "same kind between", "cue is a verb of saying", "cue is according to",
    "has quotation", "quotation begins", "source is a pronoun", "source is capital", "behind, has quotation",
    "before, has quotation", "sentence begins between, before", "sentence begins between, behind", "one word cue",
)  # fmt: skip


def pairs(batch: Batch, found: SpanSet, role: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Candidate pairs of cues with spans of a role (0 source, 2 content).

    Returns
    -------
    cue, other : ndarray of int, shape (n_pairs,)
        Indices into `found`.
    features : ndarray of float32, shape (n_pairs, len(PAIR_FEATURES))
    """
    n = len(found)
    cues = np.flatnonzero(found.kind == 1)
    deltas = np.array([d for d in range(-REACH, REACH + 1) if d])
    cue = np.repeat(cues, len(deltas))
    delta = np.tile(deltas, len(cues))
    other = cue + delta
    ok = (other >= 0) & (other < n)
    cue, other, delta = cue[ok], other[ok], delta[ok]
    ok = (found.kind[other] == role) & (found.document[other] == found.document[cue])
    ok &= np.abs(found.chain[other] - found.chain[cue]) <= 1
    cue, other, delta = cue[ok], other[ok], delta[ok]
    m = len(cue)
    X = np.zeros((m, len(PAIR_FEATURES)), dtype=np.float32)
    if not m:
        return cue, other, X
    rows = np.arange(m)
    column = {name: i for i, name in enumerate(PAIR_FEATURES)}
    before = other < cue
    gap = np.where(before, found.first[cue] - found.last[other], found.first[other] - found.last[cue])
    bucket = np.searchsorted([1, 2, 4, 9, 21], np.maximum(gap, 0), side="right")
    X[rows, np.searchsorted(deltas, delta)] = 1
    X[rows, len(deltas) + np.where(before, 0, 6) + bucket] = 1
    distance = np.abs(found.sentence[other] - found.sentence[cue])
    # a content of several sentences is near when its last sentence is
    end_sentence = batch.sentence_of[found.last[other] - 1]
    distance = np.minimum(distance, np.abs(end_sentence - found.sentence[cue]))
    is_cue = np.concatenate([[0], np.cumsum(found.kind == 1)])
    is_role = np.concatenate([[0], np.cumsum(found.kind == role)])
    low, high = np.minimum(cue, other), np.maximum(cue, other)
    cues_between = is_cue[high] - is_cue[low + 1]
    same_between = is_role[high] - is_role[low + 1]
    cue_word = found.first[cue]
    flags = batch.flags
    quoted = batch.inside[found.first[other]]
    begins = quoted & (batch.at(batch.inside.astype(np.int8), -1)[found.first[other]] == 0)
    shape = batch.table.codes[batch.types, -1]
    accord = batch.table.ids_of.get("according", -1)
    according = (batch.types[cue_word] == accord) | (batch.types[cue_word] == batch.table.ids_of.get("According", -1))
    saying = flags[cue_word, CLASS_ID["say"]] | flags[found.last[cue] - 1, CLASS_ID["say"]]
    for name, values in (
        ("same sentence", distance == 0),
        ("next sentence", distance == 1),
        ("further", distance > 1),
        ("same paragraph", found.chain[cue] == found.chain[other]),
        ("no cue between", cues_between == 0),
        ("1 cue between", cues_between == 1),
        ("cues between", cues_between > 1),
        ("no same kind between", same_between == 0),
        ("1 same kind between", same_between == 1),
        ("same kind between", same_between > 1),
        ("cue is a verb of saying", saying),
        ("cue is according to", according),
        ("has quotation", quoted),
        ("quotation begins", begins),
        ("source is a pronoun", flags[found.first[other], CLASS_ID["person_pronoun"]]),
        ("source is capital", shape[found.first[other]] == 1),
        ("behind, has quotation", ~before & quoted),
        ("before, has quotation", before & quoted),
        ("sentence begins between, before", before & (distance > 0)),
        ("sentence begins between, behind", ~before & (distance > 0)),
        ("one word cue", found.last[cue] - found.first[cue] == 1),
    ):
        X[:, column[name]] = values
    return cue, other, X


def link(batch: Batch, found: SpanSet, source_weights: np.ndarray, content_weights: np.ndarray) -> list[Link]:
    """Attributions of a batch, in text order.

    Parameters
    ----------
    source_weights, content_weights : ndarray, shape (len(PAIR_FEATURES) + 1,)
        Weights of the two pair models, the intercept last.
    """
    firsts, lasts, sentences, _ = found.lists
    kinds = found.kind.tolist()
    links = {c: Link(c, None) for c, kind in enumerate(kinds) if kind == 1}
    taken: set[int] = set()
    for cue, source in _likeliest(*pairs(batch, found, 0), source_weights):
        one = links[cue]
        if one.source is None:
            one.source = source
            taken.add(source)
    for cue, content in _likeliest(*pairs(batch, found, 2), content_weights):
        if content not in taken:
            links[cue].contents.append(content)
            taken.add(content)
    # a cue without content and source says nothing
    out = [one for one in links.values() if one.contents or one.source is not None]
    for i, kind in enumerate(kinds):
        if kind != 2 or i in taken:
            continue
        source_index = None
        for j in (i - 1, i + 1):
            near = 0 <= j < len(kinds) and kinds[j] == 0 and j not in taken
            if near and sentences[j] in (sentences[i], int(batch.sentence_of[lasts[i] - 1])):
                source_index = j
                taken.add(j)
                break
        out.append(Link(None, source_index, [i]))
    for one in out:
        one.contents.sort()

    def place(one: Link) -> int:
        return min([firsts[i] for i in (one.cue, one.source, *one.contents) if i is not None])

    return sorted(out, key=place)


def _likeliest(cue: np.ndarray, other: np.ndarray, X: np.ndarray, weights: np.ndarray) -> Iterator[tuple[int, int]]:
    """Pairs that are likelier than not, the likeliest first."""
    score = X @ weights[:-1] + weights[-1]
    order = np.argsort(-score, kind="stable")
    order = order[score[order] > 0]
    return zip(cue[order].tolist(), other[order].tolist(), strict=True)
