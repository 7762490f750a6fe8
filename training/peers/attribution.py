"""Peers for attribution: a CRF of python-crfsuite with ordinary features, and a rule of quotation marks and "said".

Both take the tokens, paragraphs and quotation flags of a `classifier.batch.Batch` and give one label of
`training.spans.ATTRIBUTION_LABELS` a token, as our tagger does, so that the same measures judge all of them. A plain
linker (`nearest_cue`) makes attributions of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from classifier.attribution import PAIR_FEATURES
from classifier.batch import Batch
from training.peers import PeerMissingError
from training.spans import ATTRIBUTION_LABELS

INSTALL_CRFSUITE = "pip install python-crfsuite"

# verbs that report speech, and the word of "according to"
SAID = frozenset(
    [
        *("say", "says", "said", "saying", "tell", "tells", "told", "telling", "according", "ask", "asks", "asked"),
        *("add", "adds", "added", "adding", "announce", "announced", "argue", "argues", "argued", "arguing"),
        *("claim", "claims", "claimed", "claiming", "confirm", "confirmed", "declare", "declared", "deny", "denied"),
        *("explain", "explains", "explained", "insist", "insists", "insisted", "note", "notes", "noted", "noting"),
        *("remarked", "replied", "reply", "report", "reports", "reported", "respond", "responded", "state", "stated"),
        *("suggest", "suggests", "suggested", "testified", "tweet", "tweeted", "warn", "warns", "warned", "warning"),
        *("write", "writes", "wrote", "admitted", "acknowledged", "concluded", "predicted", "promised", "vowed"),
    ]
)
PRONOUNS = frozenset(["he", "she", "they", "i", "we", "it", "who"])


@dataclass(frozen=True)
class Chain:
    """One paragraph for the CRF: its words, which of them stand in quotation marks, which begin a sentence."""

    words: tuple[str, ...]
    inside: tuple[bool, ...]
    begins: tuple[bool, ...]


def chains(batch: Batch) -> list[Chain]:
    """The paragraphs of a batch, in order; they are the chains of our own tagger, too."""
    words = [w for d in batch.documents for w in d.words]
    inside = batch.inside.tolist()
    first = np.zeros(batch.n_tokens + 1, dtype=bool)
    first[batch.sentence_bounds] = True
    begins = first.tolist()
    bounds = batch.chain_bounds.tolist()
    return [
        Chain(tuple(words[a:b]), tuple(inside[a:b]), tuple(begins[a:b]))
        for a, b in zip(bounds[:-1], bounds[1:], strict=True)
    ]


def word_shape(word: str) -> str:
    """Capitals, small letters, digits and the rest as "X", "x", "d" and themselves, each run as one.

    >>> word_shape("McCain"), word_shape("2016-17"), word_shape("U.S.")
    ('XxXx', 'd-d', 'X.X.')
    """
    out: list[str] = []
    for c in word:
        one = "X" if c.isupper() else "x" if c.islower() else "d" if c.isdigit() else c
        if not out or out[-1] != one:
            out.append(one)
    return "".join(out)


def token_features(chain: Chain) -> list[list[str]]:
    """What a CRF tagger usually sees of each token: word, shape, affixes, quotation, a window of two, word pairs.

    Returns
    -------
    list of list of str
        One list of feature names a token.
    """
    n = len(chain.words)
    lower = [w.lower() for w in chain.words]
    shape = [word_shape(w) for w in chain.words]
    padded = ["<<", "<", *lower, ">", ">>"]
    shapes = ["<<", "<", *shape, ">", ">>"]
    quoted = [False, False, *chain.inside, False, False]
    out = []
    for i in range(n):
        word = lower[i]
        row = ["bias", f"word={chain.words[i]}", f"lower={word}", f"shape={shape[i]}", f"length={min(len(word), 12)}"]
        for k in (2, 3, 4):
            if len(word) > k:
                row += [f"prefix={word[:k]}", f"suffix={word[-k:]}"]
        if chain.words[i][:1].isupper():
            row.append("capital")
        if chain.words[i].isupper():
            row.append("upper")
        if word.isdigit():
            row.append("digit")
        if chain.begins[i]:
            row.append("begins a sentence")
        for offset in (-2, -1, 1, 2):
            row += [f"lower{offset:+d}={padded[i + 2 + offset]}", f"shape{offset:+d}={shapes[i + 2 + offset]}"]
        a, b, c, d, e = padded[i : i + 5]
        row += [f"-2-1={a}|{b}", f"-1 0={b}|{c}", f" 0+1={c}|{d}", f"+1+2={d}|{e}"]
        marks = "".join("q" if q else "." for q in quoted[i + 1 : i + 4])
        row += [f"quoted={marks}", f"quoted={marks}|{word}"]
        out.append(row)
    return out


def crfsuite() -> Any:
    """The package python-crfsuite.

    Raises
    ------
    PeerMissingError
        Where it is not installed.
    """
    try:
        import pycrfsuite
    except ImportError:
        raise PeerMissingError(INSTALL_CRFSUITE) from None
    return pycrfsuite


def fit_crfsuite(
    taught: Sequence[Chain], labels: Sequence[Sequence[str]], model: Path, iterations: int = 150, least: int = 2
) -> Path:
    """Train CRFsuite by L-BFGS with a little L1 and L2, as its documentation shows.

    Parameters
    ----------
    taught : sequence of Chain
    labels : sequence of sequences of str
        Labels of each chain's tokens.
    model : Path
        The file that CRFsuite writes.
    iterations : int
        L-BFGS iterations at most.
    least : int
        Features that occur less often are left out.

    Returns
    -------
    Path
        ``model``.
    """
    trainer = crfsuite().Trainer(verbose=False)
    for chain, y in zip(taught, labels, strict=True):
        if chain.words:
            trainer.append(token_features(chain), list(y))
    trainer.set_params(
        {
            "c1": 0.1,
            "c2": 0.01,
            "max_iterations": iterations,
            "feature.minfreq": least,
            "feature.possible_transitions": True,
        }
    )
    trainer.train(str(model))
    return model


def tag_crfsuite(model: Path, judged: Sequence[Chain]) -> np.ndarray:
    """Labels of the tokens of some chains.

    Returns
    -------
    ndarray of int, shape (n_tokens,)
        Indices into `ATTRIBUTION_LABELS`.
    """
    tagger = crfsuite().Tagger()
    # reads the whole file
    tagger.open(str(model))
    number = {name: i for i, name in enumerate(ATTRIBUTION_LABELS)}
    out = [number[y] for chain in judged if chain.words for y in tagger.tag(token_features(chain))]
    return np.array(out, dtype=np.int64)


def quotes_and_said(batch: Batch) -> tuple[np.ndarray, np.ndarray]:
    """The rule: a sentence with quotation marks or a verb of saying is content, whole.

    The first such verb outside the marks is the cue, the nearest name or pronoun outside them the source; their tokens
    are left out of the labelled content.

    Returns
    -------
    labels : ndarray of int, shape (n_tokens,)
        Indices into `ATTRIBUTION_LABELS`.
    attributed : ndarray of bool, shape (n_sentences,)
        Sentences that the rule takes for content.
    """
    words = [w for d in batch.documents for w in d.words]
    y = np.zeros(batch.n_tokens, dtype=np.int64)
    attributed = np.zeros(batch.n_sentences, dtype=bool)
    number = {name: i for i, name in enumerate(ATTRIBUTION_LABELS)}
    bounds = batch.sentence_bounds.tolist()
    for s, (first, last) in enumerate(zip(bounds[:-1], bounds[1:], strict=True)):
        inside = batch.inside[first:last].tolist()
        cue = next((i for i in range(first, last) if not inside[i - first] and words[i].lower() in SAID), None)
        if cue is None and not any(inside):
            continue
        attributed[s] = True
        y[first:last] = number["I-content"]
        y[first] = number["B-content"]
        if cue is None:
            continue
        y[cue] = number["B-cue"]

        def names(i: int, first: int = first, inside: list[bool] = inside) -> bool:
            return not inside[i - first] and (words[i][:1].isupper() or words[i].lower() in PRONOUNS)

        near = [i for i in range(first, last) if i != cue and names(i)]
        if not near:
            continue
        a = min(near, key=lambda i: abs(i - cue))
        b = a + 1
        while a > first and a - 1 != cue and names(a - 1):
            a -= 1
        while b < last and b != cue and names(b):
            b += 1
        y[a:b] = number["I-source"]
        y[a] = number["B-source"]
    return y, attributed


def nearest_cue() -> dict[str, np.ndarray]:
    """Weights with which `classifier.attribution.link` only looks for the nearest span.

    Every cue takes the nearest source of its sentence, every content the nearest cue of its paragraph.

    Returns
    -------
    dict
        ``source`` and ``content``: ndarray, shape (len(PAIR_FEATURES) + 1,), the intercept last.
    """
    gaps = ("0", "1", "2-3", "4-8", "9-20", "over 20")
    out = {}
    for role, within in (("source", "same sentence"), ("content", "same paragraph")):
        weight = dict.fromkeys(PAIR_FEATURES, 0.0)
        for name in weight:
            if name.startswith("order "):
                weight[name] = -0.1 * abs(int(name[6:]))
        for side in ("before", "behind"):
            for k, gap in enumerate(gaps):
                weight[f"{side}, gap {gap}"] = 10.0 - k
        weight[within] = 20.0
        out[role] = np.array([*(weight[f] for f in PAIR_FEATURES), -20.0], dtype=np.float32)
    return out
