"""A second look at words that may be cues: is this "would" a conditional, this "if" a condition?

The taggers of cues look at a word and its close neighbours. Whether a likely word hedges is often told by what stands farther off: the verb
that reports it, the word that opened its clause, another "if" or "would" of the sentence. A logistic model over such conjunctions judges each
word that a tagger thinks possible. Its features are hashed into one table of weights (Weinberger et al. 2009, ICML), so
that a word costs a few dozen look-ups.
"""

from __future__ import annotations

import numpy as np

from classifier.batch import Batch
from classifier.sift import log_odds
from classifier.signals import sigmoid
from classifier.vocabulary import CLASS_ID, FAMILIES

LEAST = 0.02
"""Words that a tagger takes for a cue with at least this probability are looked at again."""
SIZE = 2**17  # weights
_FAR = 4  # words to both sides
_NEAR = (-2, -1, 1, 2)
# how far from a word its verb of saying, the word that opens its clause, and its subject may stand
_VERB, _CLAUSE, _SUBJECT = 12, 10, 8
_SAYS = [CLASS_ID[name] for name in ("say", "claim", "believe")]
_PRONOUNS = [CLASS_ID[name] for name in ("person_pronoun", "other_pronoun", "first_person", "second_person")]
_SUREST = 0.99
_BEFORE, _BEHIND = 0, 1
_NOWHERE = -99
# what changes the reading of a cue wherever it stands in the sentence
_TELLING = (
    "if", "would", "could", "may", "might", "should", "will", "unless", "had", "were", "when", "whether", "said", "says", "wanted",
    "than", "rather", "like", "then", "not", "?",
)  # fmt: skip
_OPENS = (
    "that", "which", "who", "because", "so", "but", "and", "when", "as", "where", "if", "whether", "while", "than", ",", ";", ":", "“",
    "”", '"', "—", "–", "-", "(",
)  # fmt: skip
_MIX = np.array(
    [0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93, 0xA0761D6478BD642F],
    dtype=np.uint64,
)


def _hash(template: int, *values: np.ndarray) -> np.ndarray:
    """Places in the table of weights for values of a template, from 1 on: 0 is for what is not there."""
    total = np.multiply(np.full(values[0].shape, template + 1, dtype=np.uint64), _MIX[0])
    for k, value in enumerate(values, 1):
        total = (total ^ (total >> np.uint64(29))) + (value.astype(np.int64) + 2).astype(np.uint64) * _MIX[k]
    total ^= total >> np.uint64(31)
    total *= _MIX[0]
    return (1 + (total >> np.uint64(33)) % np.uint64(SIZE - 1)).astype(np.int64)


def features(batch: Batch, probability: np.ndarray, content: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Places in the table of weights of what is known of some words.

    Parameters
    ----------
    batch : Batch
    probability : ndarray, shape (n_tokens,)
        That each word is a cue, by the tagger.
    content : ndarray, shape (n_tokens,)
        That it is part of what somebody says.
    at : ndarray of int, shape (n,)
        The words.

    Returns
    -------
    ndarray of int64, shape (n, n_templates)
        0 where a template says nothing.
    """
    codes = batch.table.codes
    first, last = (bounds[at] for bounds in batch.sentence_ends)
    sentence = batch.sentence_of[at]
    outside = np.int64(-1)

    def place(k: int) -> tuple[np.ndarray, np.ndarray]:
        where = at + k
        ok = (where >= first) & (where < last)
        return batch.types[np.where(ok, where, 0)], ok

    me = codes[batch.types[at], 0]
    near: dict[int, np.ndarray] = {}
    out: list[np.ndarray] = []

    def add(*values: np.ndarray) -> None:
        out.append(_hash(len(out), *values))

    add(me)
    for k in (*range(-_FAR, 0), *range(1, _FAR + 1)):
        types, ok = place(k)
        near[k] = np.where(ok, codes[types, 0], outside)
        add(near[k])
        add(me, near[k])
        if k in _NEAR:
            for column in range(len(FAMILIES), codes.shape[1]):  # clusters and the shape
                add(me, np.where(ok, codes[types, column], outside))
    add(me, near[-1], near[1])
    add(me, near[1], near[2])
    add(me, near[-2], near[-1])

    word = codes[batch.types, 0]
    index = batch.table.index[0]
    for name in _TELLING:
        holds = np.zeros(batch.n_sentences, dtype=bool)
        code = index.get(name, 0)
        holds[batch.sentence_of[word == code]] = bool(code)
        add(me)
        out[-1] = np.where(holds[sentence], out[-1], 0)

    def beside(flag: np.ndarray, most: int, sides: tuple[int, ...] = (_BEFORE,)) -> None:
        """Add the nearest flagged word before (or behind) in the sentence, if it is no farther off."""
        nearest = batch.nearest(flag)
        for side in sides:
            found = nearest[side][at]
            add(me, np.where((found >= 0) & (np.abs(at - found) <= most), word[np.maximum(found, 0)], outside))

    opens = np.isin(word, [code for code in (index.get(name, 0) for name in _OPENS) if code])
    beside(np.asarray(batch.flags[:, _SAYS].any(axis=1)), _VERB)
    beside(opens, _CLAUSE, (_BEFORE, _BEHIND))
    add(me, at == first)
    add(me, (at - first) * 4 // np.maximum(last - first, 1))
    add(me, batch.inside[at])
    add(me, word[last - 1])
    sure = np.clip(np.floor(log_odds(probability[at]) * 1.5), -6, 6)
    add(sure)
    add(me, sure)
    add(me, np.floor(content[at] * 4.999))
    add(me, batch.is_headline[sentence])
    add(np.minimum((last - first) // 6, 8))
    add(me, near[1], near[2], near[3])
    add(near[-1], near[1])
    beside(np.asarray(batch.flags[:, _PRONOUNS].any(axis=1)), _SUBJECT)
    beside(batch.flags[:, CLASS_ID["to_be"]], _SUBJECT)

    # other words that may be cues: the nearest in the sentence, how likely all of them are, and those of the sentences around
    possible = probability >= LEAST
    beside(possible, batch.n_tokens, (_BEFORE, _BEHIND))
    likely = np.where(possible, probability, 0.0)
    top = np.maximum.reduceat(likely, batch.sentence_bounds[:-1])
    all_of_them = np.add.reduceat(likely, batch.sentence_bounds[:-1])
    others = np.floor(log_odds(np.minimum(all_of_them[sentence] - likely[at], _SUREST)))
    add(others)
    add(me, others)
    add(likely[at] >= top[sentence], sure)
    document = batch.document_of_sentence
    for k in (-1, 1):
        other = np.clip(sentence + k, 0, batch.n_sentences - 1)
        ok = (other != sentence) & (document[other] == document[sentence])
        add(np.where(ok, np.floor(log_odds(top[other])), _NOWHERE))
    return np.stack(out, axis=1)


def look_again(batch: Batch, probability: np.ndarray, content: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Probabilities that words are cues, those that the tagger thinks possible judged anew.

    Parameters
    ----------
    batch, probability, content
        As for `features`.
    weights : ndarray, shape (SIZE,)
        The first is the intercept.

    Returns
    -------
    ndarray of float32, shape (n_tokens,)
        `probability` itself where no word is likely.
    """
    at = np.flatnonzero(probability >= LEAST)
    if not len(at):
        return probability
    table = weights.copy()
    table[0] = 0.0  # of what is not there
    odds = weights[0] + table[features(batch, probability, content, at)].sum(axis=1)
    out = probability.astype(np.float32)
    out[at] = sigmoid(odds)
    return out
