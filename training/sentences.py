"""Fitting the sentence signals: logistic regression on the rows of `classifier.features`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import scipy.sparse as sp
from joblib import Parallel
from sklearn.base import BaseEstimator
from sklearn.linear_model import LogisticRegression, Ridge

from classifier.batch import Batch
from classifier.features import Rows, TermIndex
from classifier.phrases import PREFIX
from classifier.report import ATTRIBUTION_TYPES
from classifier.signals import GROUPS, LinearModels, sigmoid, softmax
from training.cache import FitCache
from training.records import SentenceRecord


def fit_terms(batches: Sequence[Batch], excluded: np.ndarray, least_words: int = 4, least_pairs: int = 6) -> TermIndex:
    """Choose the words and word pairs that stand in enough sentences.

    Parameters
    ----------
    batches : sequence of Batch
    excluded : ndarray of bool, shape (n_words + 1,)
        Words that are no terms (names of people, parties, places).
    """
    n_words = len(excluded) - 1
    all_words = TermIndex(np.arange(1, n_words + 1), np.zeros(0, np.int64), np.ones(n_words, np.float32), n_words)
    words: Counter[int] = Counter()
    pairs: Counter[int] = Counter()
    total = 0
    for batch in batches:
        word = batch.table.codes[batch.types, 0].astype(np.int64)
        cells = np.unique(batch.sentence_of.astype(np.int64) * (n_words + 1) + word)
        words.update((cells % (n_words + 1)).tolist())
        keys, sentences = all_words.pair_keys(batch)
        allowed = ~(excluded[keys // all_words.base] | excluded[keys % all_words.base])
        seen = set(zip(sentences[allowed].tolist(), keys[allowed].tolist(), strict=True))
        pairs.update(k for _, k in seen)
        total += batch.n_sentences
    kept = np.array(sorted(w for w, n in words.items() if n >= least_words and w and not excluded[w]), dtype=np.int64)
    kept_pairs = np.array(sorted(k for k, n in pairs.items() if n >= least_pairs), dtype=np.int64)
    counts = np.array([words[w] for w in kept.tolist()] + [pairs[k] for k in kept_pairs.tolist()], dtype=np.float64)
    idf = (np.log((1 + total) / (1 + counts)) + 1).astype(np.float32)
    return TermIndex(kept, kept_pairs, idf, n_words)


def sparse(rows: Rows, n_terms: int) -> sp.csr_matrix:
    """Rows as a scipy matrix."""
    return sp.csr_matrix((rows.values, rows.indices, rows.indptr), shape=(len(rows.indptr) - 1, n_terms))


STEEPNESS = 1.5  # log-odds of "positive" a point of a rated valence


def gold(records: Sequence[SentenceRecord | None], group: str) -> np.ndarray:
    """Class numbers of a group; -1 where the record has no such label.

    Parameters
    ----------
    records : sequence of SentenceRecord or None
    group : str
        Of `classifier.signals.GROUPS` or `classifier.signals.AUXILIARY`.

    Returns
    -------
    ndarray, shape (len(records),)
        Of int; of "positive", which is rated and not told, of float: shares of yes between 0 and 1.
    """
    out = np.full(len(records), -1.0 if group == "positive" else -1)
    for i, record in enumerate(records):
        if record is None:
            continue
        labels = record.labels
        if group == "boilerplate":
            if "boilerplate" in labels:
                out[i] = labels["boilerplate"]
            continue
        if labels.get("boilerplate"):
            continue
        if group == "attribution" and "attribution" in labels:
            out[i] = ATTRIBUTION_TYPES.index(labels["attribution"])
        elif group in ("hedged", "opinion") and group in labels:
            out[i] = labels[group]
        elif group == "loaded" and "loaded" in labels:
            out[i] = labels["loaded"] >= 1
        elif group == "strongly loaded" and "loaded" in labels:
            out[i] = labels["loaded"] >= 2
        elif group == "valence" and "valence" in labels:
            out[i] = round(labels["valence"]) + 1
        elif group.startswith("frame ") and "frames" in labels:
            out[i] = group[6:] in labels["frames"]
        elif group == "uncertain" and record.corpus == "wikiweasel":
            out[i] = labels["hedged"]
        elif group == "biased" and "biased" in labels:
            out[i] = labels["biased"]
        elif group == "lexical bias" and "lexical_bias" in labels:
            out[i] = labels["lexical_bias"]
        elif group == "positive" and record.corpus == "nyt_valence":
            out[i] = sigmoid(STEEPNESS * labels["valence"])
    return out


class SignalModel(BaseEstimator):
    """Logistic regression on a sparse and a standardised dense block.

    Parameters
    ----------
    C : float
        Inverse strength of the penalty.
    shares : bool
        Whether labels are shares of yes between 0 and 1, as of rated sentences, and no class numbers: then it is ridge
        regression on their log-odds.
    dense_scale : float
        Weight of the dense block against the words: smaller means more shrinkage of it.
    block : ndarray of int, shape (n_dense,), optional
        Columns of one block (number 1, 2, ...) are scaled together, as word vectors want it: their
        directions keep their spread. Columns of block 0 are scaled one by one, those below 0 left out.
    block_scale : float
        Weight of each column of a block of average spread.
    """

    def __init__(
        self,
        C: float = 1.0,
        shares: bool = False,
        dense_scale: float = 0.05,
        block: np.ndarray | None = None,
        block_scale: float = 0.1,
        max_iter: int = 200,
    ) -> None:
        self.C = C
        self.shares = shares
        self.dense_scale = dense_scale
        self.block = block
        self.block_scale = block_scale
        self.max_iter = max_iter

    def fit(
        self,
        X: sp.csr_matrix,
        dense: np.ndarray,
        y: np.ndarray,
        weight: np.ndarray | None = None,
        drift: np.ndarray | None = None,
    ) -> SignalModel:
        """Fit; y holds class numbers, none negative, or shares.

        Rows of `drift` (bool) are by readers who may label more or less freely than the others: they get an intercept
        of their own, which is not kept.
        """
        self.mean_ = dense.mean(axis=0, dtype=np.float64)
        deviation = dense.std(axis=0, dtype=np.float64)
        self.scale_ = np.where(deviation > 1e-6, self.dense_scale / np.maximum(deviation, 1e-6), 0.0)
        if self.block is not None:
            for b in range(1, int(self.block.max(initial=0)) + 1):
                columns = self.block == b
                spread = float(np.sqrt((deviation[columns] ** 2).mean())) if columns.any() else 0.0
                self.scale_[columns] = self.block_scale / spread if spread > 1e-6 else 0.0
            self.scale_[self.block < 0] = 0.0
        self.n_terms_ = X.shape[1]
        self.classes_ = np.array([0, 1]) if self.shares else np.unique(y)
        self.model_ = None
        if len(np.unique(y)) < 2:
            self.classes_ = np.unique(np.round(y))
            return self
        parts = [X, sp.csr_matrix(((dense - self.mean_) * self.scale_).astype(np.float32))]
        if drift is not None and drift.any():
            parts.append(sp.csr_matrix(drift[:, None].astype(np.float32)))
        both = sp.hstack(parts, format="csr")
        if self.shares:
            self.model_ = Ridge(alpha=1 / self.C, solver="lsqr", tol=1e-4)
            y = np.log(y / (1 - y))
        else:
            self.model_ = LogisticRegression(C=self.C, max_iter=self.max_iter, tol=1e-3)
        self.model_.fit(both, y, sample_weight=weight)
        return self

    def weights(self, n_classes: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Weights for raw features: (terms, dense, intercepts), one column an output.

        A model of two classes has one column, one of more has a column a class; a class that the
        training data lacks gets log-odds of -12.
        """
        columns = 1 if n_classes == 2 else n_classes
        terms = np.zeros((self.n_terms_, columns))
        dense = np.zeros((len(self.scale_), columns))
        intercepts = np.full(columns, -12.0)
        if self.model_ is None:
            present = int(self.classes_[0]) if len(self.classes_) else 0
            if n_classes > 2:
                intercepts[present] = 0.0
            elif present == 1:
                intercepts[0] = 12.0
            return terms, dense, intercepts
        coef, bias = np.atleast_2d(self.model_.coef_), np.atleast_1d(self.model_.intercept_)
        if len(self.classes_) == 2 and n_classes > 2:
            coef, bias = np.vstack([-coef / 2, coef / 2]), np.array([-bias[0] / 2, bias[0] / 2])
        where = [0] if n_classes == 2 else [int(c) for c in self.classes_]
        for k, column in enumerate(where):
            terms[:, column] = coef[k, : self.n_terms_]
            dense[:, column] = coef[k, self.n_terms_ : self.n_terms_ + len(self.scale_)] * self.scale_
            intercepts[column] = bias[k] - (dense[:, column] * self.mean_).sum()
        return terms, dense, intercepts


# chosen on folds by outlet, see docs/experiments.md
_NO_TOPIC = ("article, vector",)  # the article's topic tells its outlet, and outlets differ in tone
SETTINGS: dict[str, dict[str, Any]] = {
    "hedged": {"without": _NO_TOPIC},
    "loaded": {"without": _NO_TOPIC, "dense_scale": 0.1},
    "strongly loaded": {"without": _NO_TOPIC, "dense_scale": 0.1},
    "opinion": {"without": _NO_TOPIC},
    "boilerplate": {"dense_scale": 0.1},
    "positive": {"shares": True, "C": 0.25},
}
DEFAULT: dict[str, Any] = {"C": 1.0, "dense_scale": 0.05}


def settings(group: str, names: Sequence[str]) -> dict[str, Any]:
    """Parameters of a group's `SignalModel` for dense features of these names."""
    chosen = {**DEFAULT, **SETTINGS.get(group, {})}
    without = chosen.pop("without", ())
    if group in MAIN_GROUPS:
        without = (*without, PREFIX)  # its teachers have seen these labels: see `guide`
    blocks = {"vector ": 1, "article, vector ": 2}
    block = np.array(
        [
            -1 if any(n.startswith(w) for w in without) else next((b for k, b in blocks.items() if n.startswith(k)), 0)
            for n in names
        ],
        dtype=int,
    )
    return {**chosen, "block": block}


# how much of a signal's log-odds comes from the student of a fine-tuned encoder (`training.student`); the rest is
# fitted on the labels. Chosen on folds, in steps of a tenth: the more labels there are, the less it has to say.
STUDENT_SHARE = 0.2
STUDENT_SHARES = {
    "attribution": 0.1,
    "loaded": 0.1,
    "valence": 0.0,
    "frame capacity": 0.0,
    "frame fairness": 0.1,
    "frame health": 0.0,
    "frame external": 0.1,
}


def guide(models: LinearModels, names: Sequence[str]) -> LinearModels:
    """Models whose log-odds are a weighted mean of the fitted ones and of what the student says.

    Parameters
    ----------
    models : LinearModels
        Fitted without the student's outputs.
    names : sequence of str
        Of the dense features, those outputs among them (`classifier.phrases.PREFIX`); without them nothing changes.
    """
    place = {name: i for i, name in enumerate(names)}
    share_of = {o: STUDENT_SHARES.get(g, STUDENT_SHARE) for g, members in MAIN_GROUPS.items() for o in members}
    share = np.array([share_of[o] if PREFIX + o in place else 0.0 for o in models.outputs], dtype=np.float32)
    dense = models.dense * (1 - share)
    for k, output in enumerate(models.outputs):
        if share[k]:
            dense[place[PREFIX + output], k] = share[k]
    return LinearModels(
        models.outputs,
        (models.terms * (1 - share)).astype(np.float32),
        dense.astype(np.float32),
        (models.intercepts * (1 - share)).astype(np.float32),
    )


def fit_calibration(
    scores: np.ndarray, outputs: Sequence[str], labels: Mapping[str, np.ndarray]
) -> dict[str, tuple[float, float]]:
    """Slope and shift by group that make log-odds of sentences that no model had seen into calibrated ones.

    Yes-or-no signals get both (Platt 1999); signals of several classes one slope, the inverse of a temperature (Guo et al. 2017).

    Parameters
    ----------
    scores : ndarray, shape (n, len(outputs))
        Out of fold.
    outputs : sequence of str
    labels : mapping
        Class numbers by group, -1 where there is none; the first n count.
    """
    found = {}
    for group, members in MAIN_GROUPS.items():
        if members[0] not in outputs:
            continue
        y = labels[group][: len(scores)]
        ok = y >= 0
        columns = [outputs.index(m) for m in members]
        z = scores[ok][:, columns].astype(np.float64)
        if len(np.unique(y[ok])) < 2:
            found[group] = (1.0, 0.0)
        elif len(members) == 1:
            model = LogisticRegression(C=1e3).fit(z, y[ok])
            # few examples may turn the slope round; then the log-odds stay as they are
            slope = float(model.coef_[0, 0])
            found[group] = (slope, float(model.intercept_[0])) if slope > 0.2 else (1.0, 0.0)
        else:
            slopes = np.arange(0.4, 1.61, 0.05)
            losses = [-np.log(softmax(a * z)[np.arange(len(z)), y[ok]] + 1e-12).mean() for a in slopes]
            found[group] = (float(slopes[int(np.argmin(losses))]), 0.0)
    return found


def by_output(calibration: Mapping[str, tuple[float, float]], outputs: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Slopes and shifts as arrays, one of each an output."""
    pairs = {o: calibration[g] for g, members in MAIN_GROUPS.items() if g in calibration for o in members}
    slopes, shifts = np.array([pairs[o] for o in outputs], dtype=np.float32).T
    return slopes, shifts


def calibrate(models: LinearModels, calibration: Mapping[str, tuple[float, float]]) -> LinearModels:
    """Models whose log-odds are calibrated: slope and shift become part of the weights."""
    slopes, shifts = by_output(calibration, models.outputs)
    return LinearModels(
        models.outputs,
        (models.terms * slopes).astype(np.float32),
        (models.dense * slopes).astype(np.float32),
        (models.intercepts * slopes + shifts).astype(np.float32),
    )


def fit_signals(
    groups: Mapping[str, Sequence[str]],
    X: sp.csr_matrix,
    dense: np.ndarray,
    names: Sequence[str],
    labels: Mapping[str, np.ndarray],
    use: np.ndarray,
    weight: np.ndarray,
    jobs: int = 1,
    progress: Callable[[str], Any] | None = None,
    fits: FitCache | None = None,
    drift: np.ndarray | None = None,
) -> LinearModels:
    """Fit every group on the rows that `use` allows and that have its label; `drift` as in `SignalModel.fit`."""
    fits = fits or FitCache()
    drift = np.zeros(len(dense), dtype=bool) if drift is None else drift
    key = fits.key(X, dense, weight, drift)

    def call(group: str) -> Any:
        y, chosen, outputs = np.where(use, labels[group], -1), settings(group, names), len(groups[group])
        return fits.task(fits.key(key, y, chosen, outputs), _fit_one, X, dense, y, weight, drift, chosen, outputs)

    fitted = Parallel(n_jobs=jobs)(call(g) for g in groups)
    if progress:
        progress(f"fitted {len(fitted)} sentence models")
    return LinearModels(
        outputs=tuple(o for g in groups for o in groups[g]),
        terms=np.concatenate([f[0] for f in fitted], axis=1).astype(np.float32),
        dense=np.concatenate([f[1] for f in fitted], axis=1).astype(np.float32),
        intercepts=np.concatenate([f[2] for f in fitted]).astype(np.float32),
    )


def _fit_one(
    X: sp.csr_matrix,
    dense: np.ndarray,
    y: np.ndarray,
    weight: np.ndarray,
    drift: np.ndarray,
    settings: dict[str, Any],
    outputs: int,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    ok = y >= 0
    return SignalModel(**settings).fit(X[ok], dense[ok], y[ok], weight[ok], drift[ok]).weights(max(outputs, 2))


AUXILIARY_GROUPS = {
    "uncertain": ("uncertain",),
    "biased": ("biased",),
    "positive": ("positive",),
    "lexical bias": ("lexical bias",),
}
MAIN_GROUPS = GROUPS
