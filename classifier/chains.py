"""Linear-chain inference over many chains of different lengths at once, in NumPy.

Chains are sorted by length; step t handles the t-th token of every chain that has one, so that the
Python loop runs over the longest chain, not over tokens. References: Lafferty, McCallum, Pereira
(2001), conditional random fields; Rabiner (1989) for the scaled forward-backward recursions.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np


def _steps(bounds: np.ndarray) -> Iterator[np.ndarray]:
    """Token indices at step 0, 1, ... of the chains that are long enough, longest chains first."""
    lengths = np.diff(bounds)
    order = np.argsort(-lengths, kind="stable")
    firsts, lengths = bounds[:-1][order], lengths[order]
    if not len(lengths) or lengths[0] == 0:
        return
    active = np.searchsorted(-lengths, -np.arange(lengths[0]), side="left")
    for t, count in enumerate(active):
        yield firsts[:count] + t


def viterbi(scores: np.ndarray, bounds: np.ndarray, transitions: np.ndarray, start: np.ndarray) -> np.ndarray:
    """Best label sequence of every chain.

    Parameters
    ----------
    scores : ndarray, shape (n_tokens, n_labels)
    bounds : ndarray of int, shape (n_chains + 1,)
    transitions : ndarray, shape (n_labels, n_labels)
        Score of label j behind label i.
    start : ndarray, shape (n_labels,)

    Returns
    -------
    ndarray of int64, shape (n_tokens,)
    """
    n, n_labels = scores.shape
    back = np.zeros((n, n_labels), dtype=np.int8)
    steps = list(_steps(bounds))
    labels = np.zeros(n, dtype=np.int64)
    if not steps:
        return labels
    best = scores[steps[0]] + start
    finals = np.zeros(len(steps[0]), dtype=np.int64)
    for t, index in enumerate(steps):
        if t:
            count = len(index)
            finals[count : len(best)] = best[count:].argmax(axis=1)
            candidates = best[:count, :, None] + transitions
            back[index] = candidates.argmax(axis=1)
            best = candidates.max(axis=1) + scores[index]
    finals[: len(best)] = best.argmax(axis=1)
    current = finals
    for t in range(len(steps) - 1, -1, -1):
        index = steps[t]
        labels[index] = current[: len(index)]
        if t:
            current[: len(index)] = back[index, current[: len(index)]]
    return labels


def forward_backward(
    scores: np.ndarray, bounds: np.ndarray, transitions: np.ndarray, start: np.ndarray
) -> tuple[np.ndarray, np.ndarray, float]:
    """Label marginals, expected transition counts and the log partition function of all chains.

    Returns
    -------
    marginals : ndarray, shape (n_tokens, n_labels)
    expected : ndarray, shape (n_labels, n_labels)
    log_z : float
    """
    n, n_labels = scores.shape
    top = scores.max(axis=1, keepdims=True) if n else np.zeros((0, 1))
    local = np.exp(scores - top)
    move = np.exp(transitions)
    alpha = np.zeros_like(local)
    beta = np.ones_like(local)
    scale = np.ones((n, 1), dtype=local.dtype)
    steps = list(_steps(bounds))
    for t, index in enumerate(steps):
        a = (np.exp(start) if t == 0 else alpha[index - 1] @ move) * local[index]
        c = a.sum(axis=1, keepdims=True)
        scale[index] = c
        alpha[index] = a / c
    for t in range(len(steps) - 1, 0, -1):
        index = steps[t]
        beta[index - 1] = (local[index] * beta[index] / scale[index]) @ move.T
    marginals = alpha * beta
    marginals /= np.maximum(marginals.sum(axis=1, keepdims=True), 1e-30)
    inner = np.concatenate(steps[1:]) if len(steps) > 1 else np.zeros(0, dtype=np.int64)
    expected = alpha[inner - 1].T @ (local[inner] * beta[inner] / scale[inner]) * move
    return marginals, expected, float(np.log(scale).sum() + top.sum())
