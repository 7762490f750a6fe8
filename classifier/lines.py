"""Boilerplate in its place: a caption stands beside its credit, a plea for subscribers between two others.

The model of boilerplate (`classifier.signals`) judges line by line. A second logistic model takes its log-odds of a line and of
those around it, where the line stands and what it looks like, and the products of all of these: a short line without an end among others
of its kind is another than one between two paragraphs.
"""

from __future__ import annotations

import numpy as np

from classifier import products
from classifier.batch import Batch
from classifier.features import ends_with
from classifier.places import Places
from classifier.signals import sigmoid
from classifier.vocabulary import CLASS_ID, SHAPE_ID

SINGLE = (
    "own words", "line before", "line behind", "two lines before", "two lines behind",
    "probability before", "probability behind", "probability two before", "probability two behind",
    "paragraph goes on before", "paragraph goes on behind", "same paragraph before", "same paragraph behind",
    "first line", "second line", "last line", "place", "ends like a sentence", "short", "short, without an end",
    "share before", "share behind", "words of the web", "repeated line", "quoted", "has quotation", "capitals", "digits", "question",
    "lines", "last 3 lines", "last 8 lines",
)  # fmt: skip
FEATURES = (*SINGLE, *products.names(SINGLE))
LEAST_LINES = 3  # a text of fewer is taken as it is
_MOST = 5.0  # log-odds of the lines around
_OWN_MOST = 12.0
_ENDS = (".", "!", "?", "…", "...", '"', "”", "’", "''")
_SHORT, _SHORT_LINE = 6, 12  # tokens


def features(batch: Batch, odds: np.ndarray, repeated: np.ndarray) -> np.ndarray:
    """What tells a line's boilerplate from around it, without the products.

    Parameters
    ----------
    batch : Batch
    odds : ndarray, shape (n_sentences,)
        Log-odds of boilerplate by the words of each line.
    repeated : ndarray, shape (n_sentences,)
        1 where a line stands in its text more than once.

    Returns
    -------
    ndarray of float32, shape (n_sentences, len(SINGLE))
    """
    place = Places(batch, np.arange(batch.n_sentences))
    index, first, last, around = place.index, place.first, place.last, place.around
    near, p = np.clip(odds, -_MOST, _MOST), sigmoid(odds)
    tokens = batch.sentence_bounds
    paragraph = batch.chain_of[tokens[:-1]]

    goes_on = [around(paragraph, k, -1) == paragraph for k in (-1, 1)]
    marks = [i for i in map(batch.table.ids_of.get, _ENDS) if i is not None]
    ends = np.isin(batch.types[tokens[1:] - 1], marks)
    length = np.diff(tokens)
    total = np.append(0.0, np.cumsum(p, dtype=np.float64))
    before, behind = index - first, last - index
    root = np.sqrt(length)
    shape = batch.table.codes[batch.types, -1]
    seen = np.stack([batch.inside, shape == SHAPE_ID["Capital"], shape == SHAPE_ID["digit"]], axis=1)
    quoted, capitals, digits = batch.in_sentences.counts(seen).T
    columns = (
        np.clip(odds, -_OWN_MOST, _OWN_MOST),
        *(around(near, k) for k in (-1, 1, -2, 2)),
        *(around(p, k) for k in (-1, 1, -2, 2)),
        *goes_on,
        *(around(near, k) * on for k, on in zip((-1, 1), goes_on, strict=True)),
        before == 0,
        before == 1,
        behind == 0,
        before / place.size,
        ends,
        length < _SHORT,
        (length < _SHORT_LINE) & ~ends,
        (total[index] - total[first]) / np.maximum(before, 1),
        (total[last + 1] - total[index + 1]) / np.maximum(behind, 1),
        batch.classes_of_sentence[:, CLASS_ID["web"]] / root,
        repeated,
        quoted / length,
        quoted > 0,
        capitals / root,
        digits / root,
        ends_with(batch, "?"),
        np.log1p(place.size),
        behind < 3,
        behind < 8,
    )
    return np.stack(columns, axis=1).astype(np.float32)


def with_products(X: np.ndarray) -> np.ndarray:
    """`FEATURES` from what `features` gives."""
    return np.concatenate([X, products.of(X)], axis=1)


def in_place(batch: Batch, odds: np.ndarray, repeated: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Log-odds of boilerplate of lines where they stand; those of texts of a few lines stay as they are.

    Parameters
    ----------
    batch, odds, repeated
        As for `features`.
    weights : ndarray, shape (len(FEATURES) + 1,)
        The intercept last.

    Returns
    -------
    ndarray of float32, shape (n_sentences,)
    """
    X = features(batch, odds, repeated)
    n = len(SINGLE)
    around = X @ weights[:n] + products.sums(X, weights[n:-1]) + weights[-1]
    return np.where(_in_texts(batch), around, odds).astype(np.float32)


def _in_texts(batch: Batch) -> np.ndarray:
    return (np.diff(batch.sentences_of_document) >= LEAST_LINES)[batch.document_of_sentence]


def explain(
    batch: Batch, odds: np.ndarray, repeated: np.ndarray, weights: np.ndarray, line: int
) -> tuple[float, dict[str, float]]:
    """How much a line's own log-odds count, and what its place adds, by feature; with "intercept".

    Own log-odds beyond what is taken are in "own words, held back".
    """
    if not _in_texts(batch)[line]:
        return 1.0, {}
    values = with_products(features(batch, odds, repeated)[line : line + 1])[0]
    effects = dict(zip(FEATURES[1:], (values[1:] * weights[1:-1]).tolist(), strict=True))
    held_back = float((values[0] - odds[line]) * weights[0])
    parts = {"intercept": float(weights[-1]), "own words, held back": held_back}
    parts |= {f"lines around: {name}": effect for name, effect in effects.items()}
    return float(weights[0]), {name: effect for name, effect in parts.items() if effect}


def alone() -> np.ndarray:
    """Weights by which every line is judged alone."""
    weights = np.zeros(len(FEATURES) + 1, dtype=np.float32)
    weights[0] = 1.0
    return weights
