"""A second look at the tags: what stands around a token once the first pass has said what it takes the words for.

Whether a name is a source depends on whether there is a cue beside it, and a cue wants content. The first pass sees words;
the second adds to its scores what the first's labels say, and decodes anew. Compare stacked sequential learning, Cohen and
Carvalho (2005), IJCAI.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from classifier.batch import Batch

_KIND = np.array([0, 1, 1, 2, 2, 3, 3], dtype=np.int32)  # of a label: none, source, cue, content
_GAP = np.array([0, 1, 2, 3, 4, 4, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7], dtype=np.int32)
_NONE = 8  # the gap to a kind that the sentence does not have
_MOST = 3  # spans of a kind that are counted


def label_codes(batch: Batch, labels: np.ndarray) -> dict[str, tuple[np.ndarray, int]]:
    """What the second pass sees of a token: small integer codes and their number.

    The kinds of label two places to both sides, how far the nearest source, cue and content stand in its sentence, and
    how many of each the sentence has.

    Parameters
    ----------
    batch : Batch
    labels : ndarray of int, shape (n_tokens,)
        Of the first pass: "O", then "B-" and "I-" of source, cue and content.

    Returns
    -------
    dict
        {template: (ndarray of int32, shape (n_tokens,), number of codes)}
    """
    kind = _KIND[labels]
    index = np.arange(batch.n_tokens, dtype=np.int32)

    def gap(at: np.ndarray) -> np.ndarray:
        return np.where(at >= 0, _GAP.take(np.abs(index - at), mode="clip"), np.int32(_NONE))

    source, cue, content = ([gap(at) for at in batch.nearest(kind == k)] for k in (1, 2, 3))
    sentence, n = batch.sentence_of, batch.n_sentences
    counts = [np.minimum(np.bincount(sentence[labels == begin], minlength=n), _MOST) for begin in (1, 3, 5)]
    of_sentence = (counts[1] * (_MOST + 1) + counts[0]) * (_MOST + 1) + counts[2]
    far = ((batch.at(kind, -2) * 4 + batch.at(kind, -1)) * 7 + labels) * 4 + batch.at(kind, 1)
    gaps = _NONE + 1
    codes = {
        "labels -2 to 2": (far * 4 + batch.at(kind, 2), 7 * 4**4),
        "sources": ((source[0] * gaps + source[1]) * 4 + kind, 4 * gaps**2),
        "cue before, content behind": ((cue[0] * gaps + content[1]) * 4 + kind, 4 * gaps**2),
        "content before, cue behind": ((content[0] * gaps + cue[1]) * 4 + kind, 4 * gaps**2),
        "counts": (of_sentence[sentence] * 4 + kind, 4 * (_MOST + 1) ** 3),
    }
    return {name: (np.asarray(code, dtype=np.int32), size) for name, (code, size) in codes.items()}


@dataclass(frozen=True)
class SecondPass:
    """Weights of the second pass of a tagger.

    Attributes
    ----------
    places : mapping of str to ndarray, shape (n_codes, n_labels)
        By template of `label_codes`.
    transitions : ndarray of float32, shape (n_labels, n_labels)
    start : ndarray of float32, shape (n_labels,)
    """

    places: Mapping[str, np.ndarray]
    transitions: np.ndarray
    start: np.ndarray

    def scores(self, batch: Batch, labels: np.ndarray, first: np.ndarray) -> np.ndarray:
        """Scores before decoding, ndarray of float32, shape (n_tokens, n_labels), from the first pass's labels and scores."""
        codes = label_codes(batch, labels)
        total = first.astype(np.float32)
        for template, weights in self._tables.items():
            total += weights.take(codes[template][0], axis=0)
        return total

    @cached_property
    def _tables(self) -> dict[str, np.ndarray]:
        """``places`` as numbers that are quick to add up."""
        return {template: np.asarray(weights, dtype=np.float32) for template, weights in self.places.items()}
