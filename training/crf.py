"""Fitting the tagger: a linear-chain conditional random field on table features.

Maximises the conditional log-likelihood by AdaGrad (Duchi, Hazan, Singer 2011) on minibatches of
paragraphs, with half of the features dropped at random in every step and the weights averaged over
the second half of the run; measured faster and better than L-BFGS here (``docs/experiments.md``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import scipy.sparse as sp
from sklearn.base import BaseEstimator

from classifier.batch import Batch, place_codes
from classifier.chains import forbidden, forward_backward
from classifier.tagger import Tagger, type_rows
from classifier.vocabulary import CLASSES, TypeTable


def type_matrix(table: TypeTable) -> sp.csr_matrix:
    """All types by all rows of the family weights (families, then lexicon classes), 0/1."""
    bases = np.concatenate([[0], np.cumsum(table.sizes)])
    rows = type_rows(table, 0, len(table), bases[:-1])
    n, k = rows.shape
    families = sp.csr_matrix(
        (np.ones(n * k, dtype=np.float32), rows.ravel(), np.arange(0, n * k + 1, k)), shape=(n, bases[-1])
    )
    return sp.hstack([families, sp.csr_matrix(table.flags[:n].astype(np.float32))], format="csr")


class TableCRF(BaseEstimator):
    """Conditional random field over the features of `classifier.tagger`.

    Parameters
    ----------
    labels : sequence of str
    offsets : sequence of int
        Window offsets of the type features.
    epochs : int
    batch_tokens : int
        Tokens of one step.
    rate : float
        AdaGrad's step size.
    dropout : float
        Share of features dropped in a step.
    l2 : float
        Shrinkage of the weights, per step.
    without : sequence of str
        Templates of `classifier.batch.place_codes` to leave out.
    begin_bias : float
        Added to the score of every "B-" label when decoding.
    first_square : float
        What the sums of squared gradients begin with: a larger one makes the first steps smaller.
    seed : int

    Attributes
    ----------
    tagger_ : Tagger
        The fitted weights.
    """

    def __init__(
        self,
        labels: Sequence[str] = ("O", "B-x", "I-x"),
        offsets: Sequence[int] = (-3, -2, -1, 0, 1, 2, 3),
        epochs: int = 12,
        batch_tokens: int = 12_000,
        rate: float = 0.1,
        dropout: float = 0.5,
        l2: float = 1e-6,
        without: Sequence[str] = (),
        begin_bias: float = 0.0,
        first_square: float = 1e-2,
        seed: int = 0,
    ) -> None:
        self.labels = labels
        self.offsets = offsets
        self.epochs = epochs
        self.batch_tokens = batch_tokens
        self.rate = rate
        self.dropout = dropout
        self.l2 = l2
        self.without = without
        self.begin_bias = begin_bias
        self.first_square = first_square
        self.seed = seed

    def fit(
        self,
        batch: Batch,
        y: np.ndarray,
        progress: Callable[[str], Any] | None = None,
        start: Tagger | None = None,
        shares: np.ndarray | None = None,
        codes: Mapping[str, tuple[np.ndarray, int]] | None = None,
        base: np.ndarray | None = None,
    ) -> TableCRF:
        """Fit on the tokens of a batch.

        Parameters
        ----------
        batch : Batch
        y : ndarray of int, shape (n_tokens,)
            Indices into `labels`; -1 marks tokens of paragraphs that are not learned from.
        progress : callable, optional
            Told one line after each epoch.
        start : Tagger, optional
            The weights to begin with, of the same labels, offsets, families and templates; zeros without it.
        shares : ndarray of float32, shape (n_tokens, n_labels), optional
            How likely each label is, by a teacher who is not sure of `y`, its likeliest labels.
        codes : mapping, optional
            What is seen of a token's place; `classifier.batch.place_codes` without it.
        base : ndarray of float32, shape (n_tokens, n_labels), optional
            Scores to which those of the features are added.
        """
        rng = np.random.default_rng(self.seed)
        n_labels, n_offsets = len(self.labels), len(self.offsets)
        table = batch.table
        codes = place_codes(batch) if codes is None else codes
        names = [n for n in codes if n not in self.without]
        bases = np.concatenate([[0], np.cumsum([codes[n][1] for n in names])])
        places = np.stack([codes[n][0] + b for n, b in zip(names, bases[:-1], strict=True)], axis=1)
        features = type_matrix(table)
        neighbours = (
            np.array([batch.types_at(o) for o in self.offsets], dtype=np.int32).reshape(n_offsets, batch.n_tokens).T
        )

        W = np.zeros((features.shape[1], n_offsets * n_labels), dtype=np.float32)
        P = np.zeros((bases[-1], n_labels), dtype=np.float32)
        A = np.zeros((n_labels, n_labels), dtype=np.float32)
        S = np.zeros(n_labels, dtype=np.float32)
        begins = np.array([self.begin_bias if name[0] == "B" else 0.0 for name in self.labels], dtype=np.float32)
        if start is not None:
            W += start.families
            P += np.concatenate([start.places[n] for n in names])
            A += start.transitions - begins
            S += start.start - begins
        squares = [np.full_like(x, self.first_square) for x in (W, P, A, S)]
        never = forbidden(self.labels)
        A[never < 0] = never[never < 0]
        S[never[0] < 0] = never[0][never[0] < 0]
        sums = [np.zeros(x.shape, dtype=np.float64) for x in (W, P, A, S)]
        n_sums = 0

        bounds = batch.chain_bounds
        chains = [c for c in range(len(bounds) - 1) if bounds[c + 1] > bounds[c] and y[bounds[c]] >= 0]
        for epoch in range(self.epochs):
            loss = 0.0
            order = rng.permutation(chains)
            lengths = bounds[order + 1] - bounds[order]
            cuts = np.searchsorted(np.cumsum(lengths), np.arange(self.batch_tokens, lengths.sum(), self.batch_tokens))
            for part in np.split(order, cuts):
                if not len(part):
                    continue
                index = np.concatenate([np.arange(bounds[c], bounds[c + 1]) for c in part])
                local = np.concatenate([[0], np.cumsum(bounds[part + 1] - bounds[part])])
                gold = y[index]
                n = len(index)
                used, inverse = np.unique(neighbours[index], return_inverse=True)
                inverse = inverse.reshape(n, n_offsets)
                F = features[used]
                keep = 1.0 - self.dropout
                F.data = (rng.random(len(F.data)) < keep).astype(np.float32) / np.float32(keep)
                T = F @ W
                scores = np.zeros((n, n_labels), dtype=np.float32)
                for k in range(n_offsets):
                    scores += T[inverse[:, k], k * n_labels : (k + 1) * n_labels]
                m = places.shape[1]
                mask = (rng.random(n * m) < keep).astype(np.float32) / np.float32(keep)
                X = sp.csr_matrix((mask, places[index].ravel(), np.arange(0, n * m + 1, m)), shape=(n, len(P)))
                scores += X @ P
                if base is not None:
                    scores += base[index]
                marginals, expected, log_z = forward_backward(scores.astype(np.float64), local, A, S)
                d = marginals.astype(np.float32)
                if shares is None:
                    d[np.arange(n), gold] -= 1.0
                else:
                    d -= shares[index]
                inner = np.setdiff1d(np.arange(n), local[:-1], assume_unique=True)
                observed = np.zeros_like(expected)
                np.add.at(observed, (gold[inner - 1], gold[inner]), 1.0)
                loss += log_z - scores[np.arange(n), gold].sum() - (observed * A).sum() - S[gold[local[:-1]]].sum()
                dT = np.zeros_like(T)
                for k in range(n_offsets):
                    one = sp.csr_matrix(
                        (np.ones(n, dtype=np.float32), inverse[:, k], np.arange(n + 1)), shape=(n, len(used))
                    )
                    dT[:, k * n_labels : (k + 1) * n_labels] = one.T @ d
                gradients = [F.T @ dT, X.T @ d, expected - observed, d[local[:-1]].sum(axis=0)]
                for x, g, s in zip((W, P, A, S), gradients, squares, strict=True):
                    g = np.asarray(g, dtype=np.float32)
                    s += g * g
                    x -= np.float32(self.rate) * (g / np.sqrt(s)) + np.float32(self.l2) * x
                A[never < 0] = never[never < 0]
                S[never[0] < 0] = never[0][never[0] < 0]
                if epoch >= self.epochs // 2:
                    n_sums += 1
                    for total, x in zip(sums, (W, P, A, S), strict=True):
                        total += x
            if progress:
                progress(f"epoch {epoch + 1}/{self.epochs}: loss {loss / max(len(chains), 1):.3f} a paragraph")
        W, P, A, S = (np.asarray(t / max(n_sums, 1), dtype=np.float32) for t in sums)
        self.tagger_ = Tagger(
            labels=self.labels,
            offsets=self.offsets,
            families=W,
            places={n: P[a:b] for n, a, b in zip(names, bases[:-1], bases[1:], strict=True)},
            transitions=A + begins,
            start=S + begins,
            second=None if start is None else start.second,
        )
        assert len(W) == sum(table.sizes) + len(CLASSES)
        return self
