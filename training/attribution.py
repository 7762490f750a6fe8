"""Fitting attribution: the taggers, the linker, the model of source types and the one that sifts what was found."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression

from classifier.analysis import Attributions
from classifier.attribution import PAIR_FEATURES, SpanSet, pairs
from classifier.batch import Batch
from classifier.features import Tags
from classifier.sift import by_thresholds, features, parts_with_content
from classifier.source_types import TYPES, SourceTypeModel
from classifier.tagger import Tagger
from training.crf import TableCRF
from training.linear import fit_logistic
from training.records import ArticleRecord, SentenceRecord
from training.spans import ATTRIBUTION_LABELS, CUE_LABELS, pair_up, token_range, tokens_of

POLNEAR = "polnear"
"""The tagger of attributions as PolNeAR defines them, which is measured and not shipped: its annotators mark more than the codebook
does ("sued", "plans to"), and end a content elsewhere."""
# a cue of hedging or loaded wording is short: what stands far off says little of it
_FAR = ("classes -1 0 1", "classes -2-1", "classes 1 2")
TAGGERS: dict[str, dict[str, Any]] = {
    "attribution": {"labels": ATTRIBUTION_LABELS, "begin_bias": 0.5},
    "hedge": {"labels": CUE_LABELS, "offsets": (-2, -1, 0, 1), "begin_bias": 0.5, "epochs": 10, "without": _FAR},
    "loaded": {"labels": CUE_LABELS, "offsets": (-1, 0, 1), "begin_bias": 1.0, "epochs": 10, "without": _FAR},
}
# from what an encoder taught, gold labels lead a few small steps further; more of them lose what it knows of other outlets
_ONE: dict[str, Any] = {"epochs": 1, "rate": 0.01, "first_square": 1.0}
_FEW: dict[str, Any] = {"epochs": 4, "rate": 0.03, "first_square": 1.0}
TUNING: dict[str, dict[str, Any]] = {
    "attribution": _ONE,
    POLNEAR: _ONE,
    "hedge": _FEW,
    "loaded": _FEW,
}


def fit_tagger(
    name: str,
    batch: Batch,
    y: np.ndarray,
    seed: int,
    start: Tagger | None = None,
    progress: Callable[[str], Any] | None = None,
) -> Tagger:
    """Fit one of `TAGGERS`, or `POLNEAR`, on the tokens whose label is not -1, from the weights of `start` if there are any."""
    parameters = TAGGERS["attribution" if name == POLNEAR else name]
    parameters = parameters if start is None else parameters | TUNING[name]
    return TableCRF(**parameters, seed=seed).fit(batch, y, progress, start).tagger_


def fit_linker(batch: Batch, y: np.ndarray, records: Sequence[ArticleRecord | None]) -> dict[str, np.ndarray]:
    """Fit the pair models on gold spans.

    Parameters
    ----------
    batch : Batch
    y : ndarray of int, shape (n_tokens,)
        Gold labels (-1 where none).
    records : sequence of ArticleRecord or None
        By document of the batch.

    Returns
    -------
    dict
        ``source`` and ``content``: weights, the intercept last.
    """
    found = SpanSet.tagged(batch, np.maximum(y, 0), ATTRIBUTION_LABELS)
    at = {int(f): i for i, f in enumerate(found.first)}
    belongs: dict[int, set[int]] = {}
    for d, record in enumerate(records):
        if record is None:
            continue
        base = int(batch.document_bounds[d])
        for k, a in enumerate(record.attributions):
            for part in (a.source, a.cue, a.content):
                for start, end in part:
                    first, _ = token_range(batch.documents[d], start, end, a.index == 0)
                    i = at.get(base + first)
                    if i is not None:
                        belongs.setdefault(i, set()).add(d * 100_000 + k)
    out = {}
    for name, role in (("source", 0), ("content", 2)):
        cue, other, X = pairs(batch, found, role)
        target = np.array(
            [bool(belongs.get(int(c), set()) & belongs.get(int(o), set())) for c, o in zip(cue, other, strict=True)]
        )
        if len(np.unique(target)) < 2:
            raise ValueError(f"the training data holds no pairs of cue and {name} to learn from")
        model = LogisticRegression(C=1.0, max_iter=500).fit(X, target)
        out[name] = np.append(model.coef_[0], model.intercept_[0]).astype(np.float32)
        assert len(out[name]) == len(PAIR_FEATURES) + 1
    return out


def type_examples(
    attributions: Attributions, records: Sequence[SentenceRecord | None]
) -> tuple[list[list[str]], list[str], list[int]]:
    """Tagged attributions of sentences whose source type readers gave.

    Returns
    -------
    rows : list of feature lists
    types : list of str
    sentences : list of int
    """
    rows, types, sentences = [], [], []
    for s, (record, parts) in enumerate(zip(records, attributions.by_sentence, strict=True)):
        if record is None or not parts:
            continue
        label = record.labels.get("source_type") or ("none" if record.labels.get("attribution") == "unsourced" else "")
        if not label:
            continue
        main = max(parts, key=lambda p: sum(b - a for a, b in p.contents))
        rows.append(attributions.rows[main.resolved])
        types.append(label)
        sentences.append(s)
    return rows, types, sentences


def fit_source_types(
    rows: Sequence[Sequence[str]], types: Sequence[str], C: float = 0.3, least: int = 3
) -> SourceTypeModel:
    """Fit the multinomial model of source types on feature lists."""
    counts: dict[str, int] = {}
    for row in rows:
        for f in row:
            counts[f] = counts.get(f, 0) + 1
    known = {f for f, n in counts.items() if n >= least}
    vectorizer = DictVectorizer(dtype=np.float32)
    X = vectorizer.fit_transform([{f: 1.0 for f in row if f in known} for row in rows])
    model = LogisticRegression(C=C, max_iter=500).fit(X, list(types))
    vocabulary = vectorizer.get_feature_names_out().tolist()
    weights = np.zeros((len(vocabulary) + 1, len(TYPES)), dtype=np.float32)
    weights[-1] = -8.0  # a type that the training data lacks
    coef, bias = model.coef_, model.intercept_
    if len(model.classes_) == 2:
        coef, bias = np.vstack([-coef / 2, coef / 2]), np.array([-bias[0] / 2, bias[0] / 2])
    for k, name in enumerate(model.classes_):
        weights[:-1, TYPES.index(name)] = coef[k]
        weights[-1, TYPES.index(name)] = bias[k]
    return SourceTypeModel(vocabulary, weights)


@dataclass(frozen=True)
class SiftData:
    """What teaches `classifier.sift`: found parts of attributions, and whether people marked them.

    Attributes
    ----------
    X : ndarray of float32, shape (n_parts, n_features)
    y : ndarray of int, shape (n_parts,)
        Whether the content shares half of its words with one that is marked; -1 where none of its article is.
    document : ndarray of int, shape (n_parts,)
    marked : ndarray of int, shape (n_documents,)
        Attributions with content that are marked.
    """

    X: np.ndarray
    y: np.ndarray
    document: np.ndarray
    marked: np.ndarray


def sift_data(
    batch: Batch,
    tags: Tags,
    attributions: Attributions,
    probabilities: Mapping[str, np.ndarray],
    records: Sequence[ArticleRecord | None],
) -> SiftData:
    """Found attributions, not sifted yet, beside the marked ones of their articles."""
    parts = parts_with_content(attributions)
    document = batch.document_of_sentence[np.array([s for s, _ in parts], dtype=int)]
    y = np.full(len(parts), -1)
    marked = np.zeros(len(records), dtype=int)
    bounds = np.searchsorted(document, np.arange(len(records) + 1))
    for d, record in enumerate(records):
        if record is None or not record.attributions:
            continue
        base = int(batch.document_bounds[d])
        marked_here = (tokens_of(batch.documents[d], a, base=base) for a in record.attributions)
        wanted = [content for content in marked_here if content]
        here = slice(bounds[d], bounds[d + 1])
        found = [{t for a, b in part.contents for t in range(a, b)} for _, part in parts[here]]
        y[here] = 0
        y[bounds[d] + np.array([*pair_up(wanted, found).values()], dtype=int)] = 1
        marked[d] = len(wanted)
    return SiftData(features(batch, tags, attributions, probabilities), y, document, marked)


def fit_sift(data: SiftData, use: np.ndarray, drift: np.ndarray) -> np.ndarray:
    """Fit the model that keeps found attributions or drops them.

    Parameters
    ----------
    data : SiftData
    use, drift : ndarray of bool, shape (n_documents,)
        Those that teach, and of these the ones that were labelled by others, who have an intercept of their own.

    Returns
    -------
    ndarray of float32, shape (n_features + 1,)
        Weights, the intercept last; `classifier.sift.by_thresholds` where there is nothing to learn from.
    """
    here = use[data.document] & (data.y >= 0)
    weights = fit_logistic(data.X[here], data.y[here], drift[data.document[here]])
    return by_thresholds() if weights is None else weights


def best_cut(data: SiftData, odds: np.ndarray, use: np.ndarray) -> float:
    """The log-odds from which on attributions are best kept, by F1 over the documents in `use` (ndarray of bool)."""
    here = use[data.document] & (data.y >= 0)
    if not here.any():
        return 0.0
    cuts = np.linspace(-1.5, 0.5, 21)
    kept = odds[here] > cuts[:, None]
    f = 2 * (kept & (data.y[here] == 1)).sum(axis=1) / np.maximum(kept.sum(axis=1) + data.marked[use].sum(), 1)
    return float(cuts[f.argmax()])
