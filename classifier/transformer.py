"""Article scores as a scikit-learn transformer, for pipelines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from classifier.article import Article
from classifier.predictor import Predictor
from classifier.report import FRAMES, SCORES

_COLUMNS = (*SCORES, "valence", *(f"frame_{f}" for f in FRAMES), "n_sources", "n_sentences")


class ArticleScores(TransformerMixin, BaseEstimator):
    """Articles to one row of scores each.

    Parameters
    ----------
    path : str or Path, optional
        Folder of an artifact; the shipped one by default.
    n_jobs : int, optional
        Processes.

    Attributes
    ----------
    signature_ : str
        Version and artifact that the scores come from.

    Notes
    -----
    Nothing is learned from the data given to `fit`. Columns, by `get_feature_names_out`: the five
    scores 0..100, valence -1..1, the share of sentences by frame 0..1, numbers of sources and of
    sentences; NaN where an article cannot be judged.
    """

    def __init__(self, path: str | Path | None = None, n_jobs: int | None = None) -> None:
        self.path = path
        self.n_jobs = n_jobs

    def fit(self, X: Any = None, y: Any = None) -> ArticleScores:
        """Load the artifact."""
        predictor = Predictor.load(self.path)
        self._predictor = predictor
        self.signature_ = predictor.signature
        return self

    def transform(self, X: Iterable[Any]) -> np.ndarray:
        """Score articles (str, Article, or mappings); ndarray of float64, shape (n_articles, n_columns).

        Raises
        ------
        TypeError
            Where X is one article instead of an iterable of them.
        ValueError
            Where it was pickled and the artifact has changed since.
        """
        check_is_fitted(self, "signature_")
        if isinstance(X, (str, Mapping, Article)):
            raise TypeError(f"ArticleScores takes an iterable of articles, not one {type(X).__name__}")
        rows = [
            [
                *(getattr(r, s).value for s in SCORES),
                r.valence,
                *(r.frames[f] for f in FRAMES),
                len(r.sources) if r.sentences else np.nan,
                len(r.sentences) if r.sentences else np.nan,
            ]
            for r in self._loaded().score_many(X, n_jobs=self.n_jobs)
        ]
        return np.array(rows, dtype=np.float64).reshape(len(rows), len(_COLUMNS))

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """Names of the columns."""
        return np.array(_COLUMNS, dtype=object)

    def __sklearn_tags__(self) -> Any:
        # articles are no matrix: scikit-learn neither counts their columns nor converts them
        tags = super().__sklearn_tags__()
        tags.input_tags.one_d_array = True
        tags.input_tags.two_d_array = False
        tags.input_tags.string = True
        return tags

    def _loaded(self) -> Predictor:
        if getattr(self, "_predictor", None) is None:
            # a pickle holds no artifact: it is loaded again, and must be the one that was there
            predictor = Predictor.load(self.path)
            if predictor.signature != self.signature_:
                raise ValueError(
                    f"fitted with '{self.signature_}', but what is at {self.path or 'the shipped place'} now is "
                    f"'{predictor.signature}': fit again"
                )
            self._predictor = predictor
        return self._predictor

    def __getstate__(self) -> dict[str, Any]:
        state = super().__getstate__()
        return {k: v for k, v in state.items() if k != "_predictor"}
