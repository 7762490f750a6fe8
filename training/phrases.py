"""Fitting the filters of `classifier.phrases` to what a teacher says of sentences, with torch (the extra encoder)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from classifier.batch import Batch
from classifier.phrases import WIDTH, PhraseModel, type_values
from training.records import CorpusError
from training.words import WordTable

NUMBERS = 32  # of a token
FILTERS = 128
EPOCHS = 8
BATCH = 128
RATE = 3e-3
DROPOUT = 0.2  # of pooled answers
WORD_DROPOUT = 0.1


def batches(lengths: Sequence[int] | np.ndarray, size: int, draw: np.random.Generator) -> list[np.ndarray]:
    """Random batches of texts of like length, which waste little on padding; each text is in one.

    Parameters
    ----------
    lengths : sequence of int
    size : int
        Texts a batch at most.
    draw : numpy.random.Generator

    Returns
    -------
    list of ndarray of int
        Indices of texts, in random order.
    """
    length = np.asarray(lengths)
    order = draw.permutation(len(length))
    found = []
    for start in range(0, len(order), 50 * size):
        part = order[start : start + 50 * size]
        part = part[np.argsort(length[part], kind="stable")]
        found += [part[i : i + size] for i in range(0, len(part), size)]
    return [found[i] for i in draw.permutation(len(found))]


def fit_phrases(
    batch: Batch,
    odds: np.ndarray,
    use: np.ndarray,
    outputs: tuple[str, ...],
    known: WordTable,
    progress: Callable[[str], Any],
    epochs: int = EPOCHS,
    seed: int = 0,
) -> PhraseModel:
    """Fit filters to log-odds of sentences, by least squares.

    Parameters
    ----------
    batch : Batch
    odds : ndarray, shape (batch.n_sentences, len(outputs))
    use : ndarray of bool, shape (batch.n_sentences,)
        Which sentences to learn from.
    outputs : tuple of str
    known : WordTable
    progress : callable
        Told how far it is.
    epochs : int
        Times that each sentence is seen.
    seed : int

    Returns
    -------
    PhraseModel

    Raises
    ------
    CorpusError
        Where torch is missing.
    ValueError
        Where sentences and log-odds differ in number.
    """
    if odds.shape != (batch.n_sentences, len(outputs)):
        raise ValueError(f"{batch.n_sentences} sentences and {len(outputs)} outputs, but log-odds of {odds.shape}")
    try:
        import torch
    except ImportError as error:
        raise CorpusError(f'{error}: pip install "accordingto[encoder]"') from None
    torch.set_num_threads(1)  # the same numbers on any number of cores; several fits run side by side
    nn = torch.nn.functional
    n_types, n_dimensions = len(batch.table), known.vectors.shape[1]
    values = type_values(batch, np.arange(n_types), known.vectors, known.steps)
    spread = float(values[:, :n_dimensions].std()) or 1.0
    values[:, :n_dimensions] /= spread
    types = torch.from_numpy(np.vstack([values, np.zeros((1, values.shape[1]), dtype=np.float32)]))
    mean = odds[use].mean(axis=0, dtype=np.float64).astype(np.float32)
    wanted = torch.from_numpy(odds.astype(np.float32) - mean)

    torch.manual_seed(seed)
    projection = torch.nn.Linear(values.shape[1], NUMBERS, bias=False)
    filters = torch.nn.Conv1d(NUMBERS + 1, FILTERS, WIDTH, padding=WIDTH // 2)
    head = torch.nn.Linear(FILTERS, len(outputs))
    parameters = [p for part in (projection, filters, head) for p in part.parameters()]
    bounds = batch.sentence_bounds
    lengths = np.diff(bounds)
    mine = np.flatnonzero(use)
    draw = np.random.default_rng(seed)
    steps = -(-len(mine) // BATCH) * epochs
    optimizer = torch.optim.Adam(parameters, lr=RATE)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda t: max(0.0, 1 - t / (steps + 1)))
    for epoch in range(epochs):
        total = 0.0
        for part in batches(lengths[mine], BATCH, draw):
            chosen = mine[part]
            ids = np.full((len(chosen), int(lengths[chosen].max())), n_types)
            quoted = np.zeros(ids.shape, dtype=np.float32)
            for row, s in enumerate(chosen.tolist()):
                here = slice(bounds[s], bounds[s + 1])
                ids[row, : lengths[s]] = batch.types[here]
                quoted[row, : lengths[s]] = batch.inside[here]
            present = torch.from_numpy((ids < n_types).astype(np.float32))
            numbers = projection(types[torch.from_numpy(ids)])
            seen = torch.cat([numbers, torch.from_numpy(quoted)[..., None]], dim=2)
            seen = seen * (present * (torch.rand(ids.shape) > WORD_DROPOUT))[..., None]
            answers = torch.relu(filters(seen.transpose(1, 2))) * present[:, None]
            pooled = answers.max(dim=2)[0]
            loss = ((head(nn.dropout(pooled, DROPOUT)) - wanted[torch.from_numpy(chosen)]) ** 2).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item() * len(chosen)
        progress(f"filters: {epoch + 1} of {epochs} rounds, error {total / len(mine):.3f}")
    with torch.no_grad():
        compiled = projection.weight.T.numpy().copy()
        compiled[:n_dimensions] /= spread
        # (filter, number, place) -> (place, number, filter)
        window = filters.weight.permute(2, 1, 0).reshape(-1, FILTERS)
        return PhraseModel(
            tuple(outputs),
            compiled,
            torch.cat([window, filters.bias[None]]).numpy().copy(),
            torch.cat([head.weight.T, (head.bias + torch.from_numpy(mean))[None]]).numpy().copy(),
        )
