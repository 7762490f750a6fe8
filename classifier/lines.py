"""Boilerplate in its place: a caption stands beside its credit, a plea for subscribers between two others.

The model of boilerplate (`classifier.signals`) judges line by line. A second logistic model takes its log-odds of a line and of
those around it, and where the line stands.
"""

from __future__ import annotations

import numpy as np

from classifier.batch import Batch
from classifier.signals import sigmoid

FEATURES = (
    "own words", "line before", "line behind", "two lines before", "two lines behind",
    "probability before", "probability behind", "probability two before", "probability two behind",
    "paragraph goes on before", "paragraph goes on behind", "same paragraph before", "same paragraph behind",
    "first line", "second line", "last line", "place", "ends like a sentence", "short", "short, without an end",
    "share before", "share behind",
)  # fmt: skip
LEAST_LINES = 3  # a text of fewer is taken as it is
_MOST = 5.0  # log-odds of the lines around
_OWN_MOST = 12.0
_ENDS = (".", "!", "?", "…", "...", '"', "”", "’", "''")
_SHORT, _SHORT_LINE = 6, 12  # tokens


def features(batch: Batch, odds: np.ndarray) -> np.ndarray:
    """What tells a line's boilerplate from around it.

    Parameters
    ----------
    batch : Batch
    odds : ndarray, shape (n_sentences,)
        Log-odds of boilerplate by the words of each line.

    Returns
    -------
    ndarray of float32, shape (n_sentences, len(FEATURES))
    """
    n = batch.n_sentences
    index, document = np.arange(n), batch.document_of_sentence
    bounds = np.array(batch.sentences_of_document)
    first, last = bounds[:-1][document], bounds[1:][document] - 1
    near, p = np.clip(odds, -_MOST, _MOST), sigmoid(odds)
    tokens = batch.sentence_bounds
    paragraph = batch.chain_of[tokens[:-1]]

    def around(values: np.ndarray, k: int, otherwise: float = 0.0) -> np.ndarray:
        """Those of the line `k` lines behind."""
        at = index + k
        return np.where((at >= first) & (at <= last), values[np.clip(at, 0, n - 1)], otherwise)

    goes_on = [around(paragraph, k, -1) == paragraph for k in (-1, 1)]
    marks = [i for i in map(batch.table.ids_of.get, _ENDS) if i is not None]
    ends = np.isin(batch.types[tokens[1:] - 1], marks)
    length = np.diff(tokens)
    total = np.append(0.0, np.cumsum(p))
    before, behind = index - first, last - index
    columns = (
        np.clip(odds, -_OWN_MOST, _OWN_MOST),
        *(around(near, k) for k in (-1, 1, -2, 2)),
        *(around(p, k) for k in (-1, 1, -2, 2)),
        *goes_on,
        *(around(near, k) * on for k, on in zip((-1, 1), goes_on, strict=True)),
        before == 0,
        before == 1,
        behind == 0,
        before / (last - first + 1),
        ends,
        length < _SHORT,
        (length < _SHORT_LINE) & ~ends,
        (total[index] - total[first]) / np.maximum(before, 1),
        (total[last + 1] - total[index + 1]) / np.maximum(behind, 1),
    )
    return np.stack(columns, axis=1).astype(np.float32)


def in_context(batch: Batch, odds: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Log-odds of boilerplate of lines where they stand; those of texts of a few lines stay as they are.

    Parameters
    ----------
    batch : Batch
    odds : ndarray, shape (n_sentences,)
        By the words of each line.
    weights : ndarray, shape (len(FEATURES) + 1,)
        The intercept last.
    """
    around = features(batch, odds) @ weights[:-1] + weights[-1]
    return np.where(_in_texts(batch), around, odds).astype(np.float32)


def _in_texts(batch: Batch) -> np.ndarray:
    return (np.diff(batch.sentences_of_document) >= LEAST_LINES)[batch.document_of_sentence]


def explain(batch: Batch, odds: np.ndarray, weights: np.ndarray, line: int) -> tuple[float, dict[str, float]]:
    """How much a line's own log-odds count, and what its place adds, by feature; with "intercept".

    Own log-odds beyond what is taken are in "own words, held back".
    """
    if not _in_texts(batch)[line]:
        return 1.0, {}
    values = features(batch, odds)[line]
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
