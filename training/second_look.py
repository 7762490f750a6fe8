"""Fitting the second look at words that may hedge (`classifier.second_look`)."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from sklearn.linear_model import LogisticRegression

from classifier.batch import Batch
from classifier.second_look import LEAST, SIZE, features

C = 0.05  # chosen on folds, see docs/experiments.md
_LEAST_WORDS = 50  # cues among the words looked at: fewer teach nothing


def fit_second_look(
    batch: Batch, probability: np.ndarray, content: np.ndarray, y: np.ndarray, drift: np.ndarray
) -> np.ndarray | None:
    """Fit the model of which likely words are cues.

    Parameters
    ----------
    batch : Batch
    probability, content : ndarray, shape (n_tokens,)
        By taggers that have not seen these texts, as `classifier.second_look.features` takes them.
    y : ndarray of int, shape (n_tokens,)
        Labels of the tagger of hedges: 0 for no cue, -1 where nobody says.
    drift : ndarray of bool, shape (n_tokens,)
        Texts labelled by others, more or less freely; they have an intercept of their own, which is not kept.

    Returns
    -------
    ndarray of float32, shape (SIZE,)
        As `classifier.second_look.look_again` takes it; None where there are few cues.
    """
    at = np.flatnonzero((probability >= LEAST) & (y >= 0))
    cue = y[at] > 0
    if cue.sum() < _LEAST_WORDS or cue.all():
        return None
    columns = features(batch, probability, content, at)
    rows, which = np.nonzero(columns)
    X = sp.csr_matrix((np.ones(len(rows), dtype=np.float32), (rows, columns[rows, which])), shape=(len(at), SIZE))
    X = sp.hstack([X, sp.csr_matrix(drift[at, None].astype(np.float32))], format="csr")
    model = LogisticRegression(C=C, max_iter=200, tol=1e-3).fit(X, cue)
    weights = model.coef_[0, :SIZE].astype(np.float32)
    weights[0] = model.intercept_[0]
    return weights
