"""Linear-chain inference over many chains of different lengths at once, in NumPy.

Tokens are laid out by their place in the chain, longest chains first: step t is one slice that holds
the t-th token of every chain that has one, and the tokens before them begin the slice of step t - 1.
So the Python loop runs over the longest chain, not over tokens. References: Lafferty, McCallum,
Pereira (2001), conditional random fields; Rabiner (1989) for the scaled forward-backward recursions.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


class _Layout:
    """Tokens of chains in order of their step.

    ``order`` holds their indices, step t is ``slices[t]`` of it, and ``counts`` says how many chains reach each step.
    """

    def __init__(self, bounds: np.ndarray) -> None:
        lengths = np.diff(bounds)
        longest_first = np.argsort(-lengths, kind="stable")
        firsts, lengths = bounds[:-1][longest_first], lengths[longest_first]
        n_steps = int(lengths[0]) if len(lengths) else 0
        counts = np.searchsorted(-lengths, -np.arange(n_steps), side="left")
        ends = np.cumsum(counts)
        begins = ends - counts
        step = np.repeat(np.arange(n_steps), counts)
        rank = np.arange(len(step)) - begins[step]
        self.order = firsts[rank] + step
        self.previous = begins[step - 1] + rank  # in the layout; means nothing at step 0
        self.counts: list[int] = counts.tolist()
        self.slices = [slice(a, b) for a, b in zip(begins.tolist(), ends.tolist(), strict=True)]

    def restore(self, values: np.ndarray) -> np.ndarray:
        """Values by step in the order of the tokens."""
        out = np.empty_like(values)
        out[self.order] = values
        return out


def forbidden(labels: Sequence[str]) -> np.ndarray:
    """-20 where "I-x" would follow anything but "B-x" or "I-x", else 0; the first row is that of a chain's first label.

    Parameters
    ----------
    labels : sequence of str
        "O" first.

    Returns
    -------
    ndarray of float32, shape (n_labels, n_labels)
    """
    n = len(labels)
    out = np.zeros((n, n), dtype=np.float32)
    for j, name in enumerate(labels):
        if name[0] == "I":
            for i, before in enumerate(labels):
                if before[2:] != name[2:]:
                    out[i, j] = -20.0
    return out


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
    layout = _Layout(bounds)
    if not layout.slices:
        return np.zeros(0, dtype=np.int64)
    # Becomes the score of the best sequence that ends with each label: label by token, so that sums and maxima run over
    # the many tokens of a step and not over the few labels.
    best = np.ascontiguousarray(scores.T).take(layout.order, axis=1)
    before = best[:, layout.slices[0]]
    before += start[:, None]
    moves = transitions[:, :, None]
    for here, count in zip(layout.slices[1:], layout.counts[1:], strict=True):
        candidates = before[:, None, :count] + moves
        before = best[:, here]
        before += candidates.max(axis=0)
    best = np.ascontiguousarray(best.T)
    labels = best.argmax(axis=1)  # right at the end of each chain
    into = np.ascontiguousarray(transitions.T)
    for t in range(len(layout.slices) - 1, 0, -1):
        after, here = labels[layout.slices[t]], layout.slices[t - 1]
        labels[here][: len(after)] = (best[here][: len(after)] + into.take(after, axis=0)).argmax(axis=1)
    return layout.restore(labels)


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
    layout = _Layout(bounds)
    top = scores.max(axis=1, keepdims=True) if len(scores) else np.zeros((0, 1))
    local = np.exp(scores - top)[layout.order]
    move = np.exp(transitions)
    alpha, beta, scale = _passes(layout, local, move, np.exp(start), np.ones_like(move))
    marginals = alpha * beta
    marginals /= np.maximum(marginals.sum(axis=1, keepdims=True), 1e-30)
    later = slice(layout.counts[0] if layout.counts else 0, None)
    following = local[later] * beta[later] / scale[later]
    expected = alpha[layout.previous[later]].T @ following * move
    return layout.restore(marginals), expected, float(np.log(scale[:, 0]).sum() + top.sum())


def marginals(
    scores: Sequence[np.ndarray], bounds: np.ndarray, transitions: Sequence[np.ndarray], start: Sequence[np.ndarray]
) -> list[np.ndarray]:
    """Label marginals of several models over the same chains, in one pass.

    Parameters
    ----------
    scores, transitions, start : sequences
        Those of `forward_backward`, one a model.

    Returns
    -------
    list of ndarray, shape (n_tokens, n_labels of the model)
    """
    layout = _Layout(bounds)
    widths = [len(one) for one in start]
    ends = np.cumsum(widths)
    columns = [slice(int(end - width), int(end)) for end, width in zip(ends, widths, strict=True)]
    local = np.empty((len(layout.order), int(ends[-1])), dtype=scores[0].dtype)
    move = np.zeros((int(ends[-1]), int(ends[-1])), dtype=local.dtype)
    own = np.zeros_like(move)
    for here, one, moves in zip(columns, scores, transitions, strict=True):
        local[:, here] = one[layout.order]
        top = local[:, here.start].copy()
        for k in range(here.start + 1, here.stop):
            np.maximum(top, local[:, k], out=top)
        local[:, here] -= top[:, None]
        move[here, here] = np.exp(moves)
        own[here, here] = 1.0
    np.exp(local, out=local)
    alpha, beta, _ = _passes(layout, local, move, np.exp(np.concatenate(start)).astype(local.dtype), own)
    alpha *= beta
    alpha /= np.maximum(alpha @ own, 1e-30)
    alpha = layout.restore(alpha)
    return [alpha[:, here] for here in columns]


def _passes(
    layout: _Layout, local: np.ndarray, move: np.ndarray, start: np.ndarray, own: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Forward and backward values, scaled, and the scales; `own` has a one for each two labels of one model."""
    alpha, beta, scale = np.empty_like(local), np.ones_like(local), np.empty_like(local)
    previous: np.ndarray | None = None
    for here, count in zip(layout.slices, layout.counts, strict=True):
        a, c = alpha[here], scale[here]
        if previous is None:
            np.multiply(start, local[here], out=a)
        else:
            np.matmul(previous[:count], move, out=a)
            a *= local[here]
        np.matmul(a, own, out=c)
        a /= c
        previous = a
    weight = local / scale
    back = np.ascontiguousarray(move.T)
    for t in range(len(layout.slices) - 1, 0, -1):
        here = layout.slices[t]
        np.matmul(weight[here] * beta[here], back, out=beta[layout.slices[t - 1]][: layout.counts[t]])
    return alpha, beta, scale
