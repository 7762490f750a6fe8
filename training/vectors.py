"""Word vectors and clusters from unlabelled news: what the models know of words with few labels.

Positive pointwise mutual information of words within five places, reduced by a truncated singular
value decomposition (Levy, Goldberg, Dagan 2015), and clustered by k-means at three granularities.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp
from sklearn.cluster import MiniBatchKMeans
from sklearn.decomposition import TruncatedSVD
from sklearn.preprocessing import normalize

from classifier.tokens import tokenize
from classifier.vocabulary import normal


@dataclass
class Counts:
    """Words of a collection of texts: how often each normal form stands there, and how often it has a
    capital where no sentence begins (behind a lower-case word or a comma)."""

    words: Counter[str]
    inner: Counter[str]
    capital: Counter[str]

    def proper_names(self, share: float = 0.6, least: int = 3) -> set[str]:
        """Forms that are names: mostly capitalised inside sentences."""
        return {
            w
            for w, n in self.inner.items()
            if n >= least and self.capital[w] >= share * n and any(c.isalpha() for c in w)
        }


def count_words(texts: Iterable[str], counts: Counts | None = None) -> tuple[Counts, list[list[str]]]:
    """Count the normal forms of all tokens; also gives the texts as lists of them."""
    counts = counts or Counts(Counter(), Counter(), Counter())
    forms: dict[str, str] = {}
    out = []
    for text in texts:
        raw = tokenize(text)[0]
        words = []
        inner: list[str] = []
        capital: list[str] = []
        previous = ""
        for w in raw:
            form = forms.get(w)
            if form is None:
                form = forms[w] = normal(w)
            words.append(form)
            if previous == "," or previous.islower():
                inner.append(form)
                if w[0].isupper():
                    capital.append(form)
            previous = w
        counts.words.update(words)
        counts.inner.update(inner)
        counts.capital.update(capital)
        out.append(words)
    return counts, out


def word_vectors(
    texts: list[list[str]], vocabulary: list[str], dimensions: int = 96, window: int = 5, seed: int = 0
) -> np.ndarray:
    """PPMI + SVD vectors of a vocabulary.

    Returns
    -------
    ndarray of float32, shape (len(vocabulary) + 1, dimensions)
        Row 0 (unknown words) is zero; the others have length one.
    """
    index = {w: i for i, w in enumerate(vocabulary)}
    n = len(vocabulary)
    ids = np.fromiter(
        (i for text in texts for i in (*(index.get(w, -1) for w in text), *[-1] * window)), dtype=np.int32
    )
    total = sp.csr_matrix((n, n), dtype=np.float32)
    for distance in range(1, window + 1):
        a, b = ids[:-distance], ids[distance:]
        ok = (a >= 0) & (b >= 0)
        keys = a[ok].astype(np.int64) * n + b[ok]
        keys, counts = np.unique(keys, return_counts=True)
        weight = counts.astype(np.float32) / distance
        total = total + sp.csr_matrix((weight, (keys // n, keys % n)), shape=(n, n))
    total = (total + total.T).tocoo()
    rows = np.asarray(total.sum(axis=1)).ravel()
    smooth = rows**0.75
    pmi = np.log(np.maximum(total.data * smooth.sum() / (rows[total.row] * smooth[total.col] + 1e-9), 1e-9))
    keep = pmi > 0
    ppmi = sp.csr_matrix((pmi[keep].astype(np.float32), (total.row[keep], total.col[keep])), shape=(n, n))
    svd = TruncatedSVD(dimensions, random_state=seed, n_iter=4)
    vectors = normalize(svd.fit_transform(ppmi) / np.sqrt(np.maximum(svd.singular_values_, 1e-9)))
    return np.vstack([np.zeros((1, dimensions)), vectors]).astype(np.float32)


def word_clusters(
    vectors: np.ndarray,
    sizes: tuple[int, ...] = (48, 200, 800),
    seed: int = 0,
    progress: Callable[[str], Any] | None = None,
) -> np.ndarray:
    """Cluster numbers of the words at several granularities.

    Returns
    -------
    ndarray of int32, shape (len(vectors), len(sizes))
        0 for unknown words, clusters count from 1.
    """
    columns = []
    for size in sizes:
        model = MiniBatchKMeans(size, random_state=seed, n_init=3, batch_size=4096)
        columns.append(np.concatenate([[0], model.fit_predict(vectors[1:]) + 1]))
        if progress:
            progress(f"{size} word clusters")
    return np.stack(columns, axis=1).astype(np.int32)
