"""Which of the attributions that the tags give are ones: a judgement of each by how sure the taggers were, what its sentence is
taken for and how it is built.

The taggers look at words in their order, the sentence signals at the whole sentence, the reading of sources at the article. A
fitted logistic model over what all of them say keeps an attribution or drops it. It sees a cue's words by their class alone:
weights of single words learned the outlets (``docs/experiments.md``). Of several contents in one sentence it sees what stands
from the first to the last.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from classifier.batch import Batch
from classifier.features import Tags
from classifier.report import ATTRIBUTION_TYPES
from classifier.source_types import TYPES
from classifier.vocabulary import CLASSES

if TYPE_CHECKING:
    from classifier.analysis import Attributions, SentenceAttribution

_MENTIONS = ("none", "org", "person", "pronoun", "role")
_LENGTHS = (2, 3, 4, 6, 9, 14, 22, 35)  # tokens of a content from which on the next step counts
_GAPS = (1, 2, 3, 5, 9)  # tokens between a cue and its content
FEATURES = (
    *(f"sentence: {name}" for name in ("attributed", "boilerplate", "hedged", "opinion", *ATTRIBUTION_TYPES[1:])),
    "content alone", "headline", "several in the sentence", "several contents",
    "content: sure", "content: begins", "content: first word", "content: last word", "content: before", "content: behind",
    "content: share of the sentence's", "content: quoted", "content: all quoted", "content: not quoted",
    "sentence: quoted", "quoted outside", "content: share of the words", "content: begins the sentence",
    "content: ends the sentence", "content: commas", *(f"content: {n} tokens or more" for n in _LENGTHS),
    "cue: missing", "cue: elsewhere", "cue: sure", "cue: quoted", "cue: two words", "cue: more words", "cue: before",
    "cue: within", *(f"cue: {n} tokens off or more" for n in _GAPS), *(f"cue: {c}" for c in CLASSES),
    "source: missing", "source: elsewhere", "source: sure", "source: before", "source: before its cue",
    *(f"source: given as {m}" for m in _MENTIONS), "source: known", *(f"source: {t}" for t in TYPES),
)  # fmt: skip
_COLUMN = {name: i for i, name in enumerate(FEATURES)}
# a part that has no content stands where its sentence is at least so likely to be attributed
_MIN_ATTRIBUTED = 0.3


def log_odds(p: np.ndarray) -> np.ndarray:
    """Of probabilities, those near 0 and 1 held back."""
    p = np.clip(p.astype(np.float64), 1e-3, 1 - 1e-3)
    return np.log(p / (1 - p))


def by_thresholds() -> np.ndarray:
    """Weights that keep what stands in a sentence likely to be attributed (.3; .5 where it is content alone), as artifacts of
    format 3 and before did."""
    weights = np.zeros(len(FEATURES) + 1, dtype=np.float32)
    low, high = log_odds(np.array([_MIN_ATTRIBUTED, 0.5]))
    weights[_COLUMN["sentence: attributed"]] = 1.0
    weights[_COLUMN["content alone"]] = low - high
    weights[-1] = -low
    return weights


def parts_with_content(attributions: Attributions) -> list[tuple[int, SentenceAttribution]]:
    """The parts of attributions that have content, with their sentences, in order: the rows of `features`."""
    return [(s, part) for s, parts in enumerate(attributions.by_sentence) for part in parts if part.contents]


def features(
    batch: Batch, tags: Tags, attributions: Attributions, probabilities: Mapping[str, np.ndarray]
) -> np.ndarray:
    """What is known of each part of an attribution.

    Parameters
    ----------
    batch : Batch
    tags : Tags
    attributions : Attributions
        Before `keep`.
    probabilities : mapping
        Of the sentences, by group of `classifier.signals.GROUPS`.

    Returns
    -------
    ndarray of float32, shape (n_parts, len(FEATURES))
        In the order of `parts_with_content`.
    """
    parts = parts_with_content(attributions)
    X = np.zeros((len(parts), len(FEATURES)), dtype=np.float32)
    if not parts:
        return X

    def put(name: str, values: np.ndarray) -> None:
        X[:, _COLUMN[name]] = values

    sentence = np.array([s for s, _ in parts])
    first = np.array([part.contents[0][0] for _, part in parts])
    last = np.array([part.contents[-1][1] for _, part in parts])
    cue = np.array([part.cue or (-1, -1) for _, part in parts])
    source = np.array([part.source or (-1, -1) for _, part in parts])
    resolved = np.array([part.resolved for _, part in parts])
    links = [attributions.resolved[k] for k in resolved.tolist()]
    cue_linked = np.array([one.link.cue is not None for one in links])
    source_linked = np.array([one.link.source is not None for one in links])
    has_cue, has_source = cue[:, 0] >= 0, source[:, 0] >= 0
    low, high = batch.sentence_bounds[sentence], batch.sentence_bounds[sentence + 1]
    n = last - first

    p = probabilities["attribution"][sentence]
    put("sentence: attributed", log_odds(1.0 - p[:, 0]))
    for k, name in enumerate(ATTRIBUTION_TYPES[1:], 1):
        put(f"sentence: {name}", p[:, k])
    for name in ("boilerplate", "hedged", "opinion"):
        put(f"sentence: {name}", log_odds(probabilities[name][sentence]))
    put("content alone", ~cue_linked & ~source_linked)
    put("headline", batch.is_headline[sentence])
    put("several in the sentence", np.minimum(np.bincount(sentence)[sentence], 4) - 1)
    put("several contents", np.array([len(part.contents) for _, part in parts]) > 1)

    is_content = tags.probabilities[:, 5] + tags.probabilities[:, 6]
    within = np.append(0.0, np.cumsum(is_content, dtype=np.float64))
    put("content: sure", (within[last] - within[first]) / n)
    put("content: begins", np.log(tags.probabilities[first, 5] + 1e-3))
    put("content: first word", np.log(is_content[first] + 0.01))
    put("content: last word", np.log(is_content[last - 1] + 0.01))
    put("content: before", np.where(first > low, is_content[first - 1], 0.0))
    put("content: behind", np.where(last < high, is_content[np.minimum(last, batch.n_tokens - 1)], 0.0))
    put(
        "content: share of the sentence's",
        (within[last] - within[first]) / np.maximum(within[high] - within[low], 1e-3),
    )
    quoted = np.append(0, np.cumsum(batch.inside))
    inside, all_inside = quoted[last] - quoted[first], quoted[high] - quoted[low]
    put("content: quoted", inside / n)
    put("content: all quoted", inside == n)
    put("content: not quoted", inside == 0)
    put("sentence: quoted", all_inside / (high - low))
    put("quoted outside", all_inside > inside)
    put("content: share of the words", n / (high - low))
    put("content: begins the sentence", first == low)
    put("content: ends the sentence", last >= high - 1)
    commas = np.append(0, np.cumsum(batch.types == batch.table.ids_of.get(",", -1)))
    put("content: commas", np.minimum(commas[last] - commas[first], 4))
    for length in _LENGTHS:
        put(f"content: {length} tokens or more", n >= length)

    put("cue: missing", ~cue_linked)
    put("cue: elsewhere", cue_linked & ~has_cue)
    put("cue: sure", np.where(has_cue, np.log(tags.probabilities[cue[:, 0], 3] + 1e-3), 0.0))
    put("cue: quoted", has_cue & batch.inside[cue[:, 0]])
    words = cue[:, 1] - cue[:, 0]
    put("cue: two words", words == 2)
    put("cue: more words", words > 2)
    before = has_cue & (cue[:, 0] < first)
    put("cue: before", before)
    put("cue: within", has_cue & ~before & (cue[:, 0] < last))
    gap = np.where(before, first - cue[:, 1], cue[:, 0] - last)
    for far in _GAPS:
        put(f"cue: {far} tokens off or more", has_cue & (gap >= far))
    classes = np.zeros((len(parts), len(CLASSES)), dtype=bool)
    for k in range(int(words.max())):
        longer = np.flatnonzero(words > k)
        classes[longer] |= batch.flags[cue[longer, 0] + k]
    X[:, _COLUMN[f"cue: {CLASSES[0]}"] : _COLUMN[f"cue: {CLASSES[-1]}"] + 1] = classes

    put("source: missing", ~source_linked)
    put("source: elsewhere", source_linked & ~has_source)
    put("source: sure", np.where(has_source, np.log(tags.probabilities[source[:, 0], 1] + 1e-3), 0.0))
    put("source: before", has_source & (source[:, 0] < first))
    put("source: before its cue", has_source & has_cue & (source[:, 0] < cue[:, 0]))
    kinds = np.array([one.mention.kind for one in links])
    for kind in _MENTIONS:
        put(f"source: given as {kind}", kinds == kind)
    put("source: known", np.array([one.entity is not None for one in links]))
    X[:, _COLUMN[f"source: {TYPES[0]}"] : _COLUMN[f"source: {TYPES[-1]}"] + 1] = attributions.types[resolved]
    return X


def odds(
    batch: Batch,
    tags: Tags,
    attributions: Attributions,
    probabilities: Mapping[str, np.ndarray],
    weights: np.ndarray,
) -> np.ndarray:
    """Log-odds that each part of an attribution is one; it is kept where they are above 0.

    Parameters
    ----------
    batch, tags, attributions, probabilities
        As for `features`.
    weights : ndarray, shape (len(FEATURES) + 1,)
        The intercept last.

    Returns
    -------
    ndarray of float32, shape (n_parts,)
        In the order of `parts_with_content`.
    """
    return features(batch, tags, attributions, probabilities) @ weights[:-1] + weights[-1]


def keep(attributions: Attributions, probabilities: Mapping[str, np.ndarray], kept: np.ndarray) -> None:
    """Drop the parts that are not kept (ndarray of bool, in the order of `parts_with_content`), and those in boilerplate.

    A part without content, of which there is nothing to judge, stands where its sentence is likely enough to be attributed.
    """
    attributed = (probabilities["attribution"][:, 0] < 1.0 - _MIN_ATTRIBUTED).tolist()
    story = (probabilities["boilerplate"] < 0.5).tolist()
    flags = iter(kept.tolist())
    for s, parts in enumerate(attributions.by_sentence):
        if parts:
            wanted = [next(flags) if part.contents else attributed[s] for part in parts]
            attributions.by_sentence[s] = [part for part, k in zip(parts, wanted, strict=True) if k and story[s]]
