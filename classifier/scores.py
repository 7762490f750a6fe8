"""Article features with meanings an editor can state, and scores that add up from them.

A score is a linear model of these features with signs constrained where only one makes sense
(`SIGNS`), so that baseline plus contributions equals the value exactly. The intervals are the 80%
quantile of the errors on articles that the model had not seen (split conformal prediction: Vovk,
Gammerman, Shafer 2005; Lei et al. 2018).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from classifier.analysis import Analysis
from classifier.phrases import PREFIX, TONES
from classifier.report import SCORES, SOURCE_TYPES, Score
from classifier.source_types import TYPES

TARGETS = (*SCORES, "valence")

# feature: what it says
FEATURES: dict[str, str] = {
    **{f"attributed to {t}": f"share of words attributed to sources of type {t}" for t in SOURCE_TYPES},
    **{
        f"attributed to {t}": f"share x of words attributed to {t} sources, as x / (x + 0.1)"
        for t in ("anonymous", "vague")
    },
    "unsourced claims": "share x of words marked as somebody's claim without a source, as x / (x + 0.1)",
    "writer's own words": "share of words that nobody is given as the source of",
    "number of sources": "logarithm of the number of sources that a reader can check",
    "independent sources": "logarithm of the effective number of sources (exponential of the entropy of their words)",
    "thinly attributed": "how far the attributed share of words falls short of 35%",
    "few sources": "how far the number of sources that a reader can check falls short of four",
    "checkable share": "share of the attributed words that people, institutions, offices and documents carry",
    "one source dominates": "share of the attributed words that the most quoted source has",
    "sources with title": "share of the named people whose role is given",
    "direct quotation": "share of words in sentences that quote directly",
    "sources early": "share of the first fifth's words that carry attribution",
    "second-hand": "share of attributed words that came through another outlet",
    "hedged without source": "share of words hedged in the writer's own voice",
    "hedged": "share of words in hedged sentences",
    "opinion": "share of words in sentences of the writer's own opinion",
    "mostly opinion": "how far that share exceeds 40%",
    "opinion early": "share of words in the writer's own opinion, in the first fifth",
    "loaded wording": "share of words in sentences that the writer words loadedly",
    "mostly loaded wording": "how far that share exceeds 30%",
    "strongly loaded wording": "share of words in sentences that the writer words in a strongly loaded way",
    "loaded quotations": "share of words in sentences whose loaded words are quoted",
    "loaded headline": "probability that the headline is loaded",
    "opinion in headline": "probability that the headline is an opinion",
    "negative sentences": "share of words in sentences that put their subject in a bad light",
    "positive sentences": "the same, in a good light",
    "clearest opinions": "mean probability of an opinion over the fifth of the words that are most surely one",
    "figures": "share of words in sentences that give a number",
    "questions": "share of sentences that ask",
    "first person": "first-person words in the writer's voice, by sentence",
    "hedged headline": "probability that the headline is hedged",
    "negative headline": "probability that the headline puts its subject in a bad light",
    "in quotation marks": "share of words between quotation marks",
    "qualifying words": "words that qualify, such as some, many, often and widely, in the writer's voice, by sentence",
    "hearsay words": "share x of words in sentences with reportedly, allegedly, unnamed and the like, as x / (x + 0.1)",
    "methods told": "share x of words in sentences that tell how figures were obtained, as x / (x + 0.1)",
    "speakers through media": "share of words of named people that another outlet carries",
    "phrases of sourcing": "rating of sourcing that the phrases of the story suggest, 0 to 100",
    "phrases of opinion": "rating of opinion that the phrases of the story suggest, 0 to 100",
    "phrases of speculation": "rating of speculation that the phrases of the story suggest, 0 to 100",
    "phrases of valence": "rating of valence that the phrases of the story suggest, -1 to 1",
}

# score: feature: sign its weight may have; features not named are left out of that score's model
_GOOD = ("attributed to person", "attributed to document", "attributed to official", "attributed to org")
SIGNS: dict[str, dict[str, int]] = {
    "sourcing": {
        **dict.fromkeys(_GOOD, 1),
        **dict.fromkeys(("number of sources", "independent sources", "sources early", "sources with title"), 1),
        "direct quotation": 1,
        "checkable share": 1,
        "thinly attributed": -1,
        "few sources": -1,
        "mostly opinion": -1,
        "attributed to media": 0,
        "attributed to anonymous": -1,
        "attributed to vague": -1,
        "unsourced claims": -1,
        "writer's own words": -1,
        "one source dominates": -1,
        "second-hand": -1,
        "hedged without source": -1,
        "opinion": -1,
        "opinion early": -1,
        "loaded wording": -1,
        "strongly loaded wording": -1,
        "loaded headline": -1,
        "questions": -1,
        "first person": -1,
        "figures": 1,
        "phrases of sourcing": 1,
        "hearsay words": -1,
        "methods told": 1,
    },
    "transparency": {
        **dict.fromkeys(("attributed to person", "attributed to document", "attributed to org"), 1),
        "attributed to official": 0,
        "attributed to media": 0,
        **dict.fromkeys(("number of sources", "independent sources", "sources with title", "sources early"), 1),
        "direct quotation": 1,
        "checkable share": 1,
        "thinly attributed": -1,
        "few sources": -1,
        "attributed to anonymous": -1,
        "attributed to vague": -1,
        "unsourced claims": -1,
        "writer's own words": -1,
        "hedged without source": -1,
        "opinion": -1,
        "questions": -1,
        "first person": -1,
        "loaded wording": -1,
        "strongly loaded wording": -1,
        "figures": 1,
        "phrases of sourcing": 1,
        "hearsay words": -1,
        "speakers through media": 0,
        "methods told": 1,
    },
    "loaded": {
        "loaded wording": 1,
        "mostly loaded wording": 1,
        "mostly opinion": 1,
        "strongly loaded wording": 1,
        "loaded headline": 1,
        "loaded quotations": 0,
        "opinion": 1,
        "opinion early": 1,
        "opinion in headline": 1,
        "negative sentences": 0,
        "positive sentences": 0,
        "questions": 1,
        "first person": 0,
        "direct quotation": 0,
        "writer's own words": 0,
        "attributed to document": -1,
        "attributed to person": 0,
        "clearest opinions": 1,
        "qualifying words": 0,
        "phrases of opinion": 1,
        "negative headline": 1,
        "sources early": -1,
    },
    "opinion": {
        "opinion": 1,
        "mostly opinion": 1,
        "mostly loaded wording": 1,
        "opinion early": 1,
        "opinion in headline": 1,
        "loaded wording": 1,
        "strongly loaded wording": 1,
        "loaded headline": 0,
        "questions": 1,
        "first person": 1,
        "writer's own words": 0,
        "direct quotation": -1,
        "attributed to person": -1,
        "attributed to org": -1,
        "number of sources": 0,
        "clearest opinions": 1,
        "figures": -1,
        "phrases of opinion": 1,
        "in quotation marks": 0,
        "qualifying words": 0,
        "attributed to media": 0,
    },
    "speculation": {
        "hedged": 1,
        "hedged without source": 1,
        "unsourced claims": 1,
        "attributed to anonymous": 1,
        "attributed to vague": 1,
        "attributed to media": 0,
        "attributed to document": 0,
        "opinion": 0,
        "opinion early": 0,
        "questions": 1,
        "loaded wording": 0,
        "strongly loaded wording": 0,
        "number of sources": -1,
        "direct quotation": 0,
        "attributed to person": 0,
        "writer's own words": 0,
        "figures": 0,
        "phrases of speculation": 1,
        "hedged headline": 1,
        "hearsay words": 1,
        "independent sources": 0,
        "thinly attributed": 0,
    },
    "valence": {
        "phrases of valence": 1,
        "negative sentences": -1,
        "positive sentences": 1,
        "loaded wording": 0,
        "strongly loaded wording": 0,
        "opinion": 0,
        "loaded quotations": 0,
        "questions": 0,
        "negative headline": -1,
    },
}

GRADES: dict[str, tuple[tuple[float, str], ...]] = {
    "sourcing": ((75, "strong"), (58, "solid"), (42, "mixed"), (25, "weak"), (-1, "unsourced")),
    "transparency": ((75, "open"), (58, "mostly open"), (42, "mixed"), (25, "veiled"), (-1, "hidden")),
    "loaded": ((75, "sensational"), (58, "loaded"), (42, "colourful"), (25, "restrained"), (-1, "dry")),
    "opinion": ((75, "opinion"), (58, "opinionated"), (42, "analysis"), (25, "mostly reporting"), (-1, "reporting")),
    "speculation": ((75, "conjecture"), (58, "speculative"), (42, "mixed"), (25, "mostly firm"), (-1, "firm")),
}
_CHECKABLE = [SOURCE_TYPES.index(t) for t in ("person", "org", "official", "document")]
MIN_WORDS = 60
MIN_SENTENCES = 3


def to_points(rating: float, target: str) -> float:
    """A reader's rating (1..7; valence -3..3) on the score's scale (0..100; valence -1..1)."""
    return rating / 3.0 if target == "valence" else (rating - 1.0) / 6.0 * 100.0


def scale(target: str) -> tuple[float, float]:
    """Lowest and highest value of a score."""
    return (-1.0, 1.0) if target == "valence" else (0.0, 100.0)


def grade(name: str, value: float) -> str:
    """The word for a score's value."""
    return next(word for cut, word in GRADES[name] if value >= cut)


def _saturating(share: float) -> float:
    """A share as the models see what should not be there at all: its first tenths weigh most."""
    return float(share / (share + 0.1))


def _shares(weights: np.ndarray, *values: np.ndarray) -> list[float]:
    """Weighted means; 0 where the weights are."""
    total = weights.sum()
    return (weights @ np.stack(values, axis=1, dtype=np.float64) / total).tolist() if total else [0.0] * len(values)


def _of_the_surest_fifth(p: np.ndarray, weights: np.ndarray) -> float:
    """Weighted mean of the highest probabilities that make up a fifth of the weight: as many in a long text as in a short."""
    order = np.argsort(-p, kind="stable")
    sizes = weights[order]
    before = np.cumsum(sizes) - sizes
    taken = np.clip(0.2 * weights.sum() - before, 0.0, sizes)
    return float(taken @ p[order] / taken.sum()) if taken.sum() else 0.0


def article_features(analysis: Analysis, document: int, thresholds: Mapping[str, float]) -> tuple[np.ndarray, int, int]:
    """The features of one article of a batch.

    Returns
    -------
    values : ndarray of float64, shape (len(FEATURES),)
        In the order of `FEATURES`.
    n_words, n_sentences : int
        Words (not marks) and sentences of the story, boilerplate and headline left out.
    """
    batch = analysis.batch
    lo, hi = batch.sentences_of_document[document : document + 2]
    has_headline = batch.documents[document].has_headline
    p = {k: v[lo:hi] for k, v in analysis.probabilities.items()}
    lengths = np.diff(batch.sentence_bounds)[lo:hi].astype(float)
    story = p["boilerplate"] < thresholds.get("boilerplate", 0.5)
    headline = np.zeros(hi - lo, dtype=bool)
    headline[:1] = has_headline
    body = story & ~headline
    w = np.where(body, lengths, 0.0)
    attribution = p["attribution"]
    attributed = attribution[:, 1] + attribution[:, 2] + attribution[:, 3]
    words_before = np.cumsum(w) - w
    early = body & (words_before <= 0.2 * w.sum())
    w_early = np.where(early, lengths, 0.0)

    # a sentence without attributions counts as attributed by its own probability, to a source of unknown kind
    types = np.zeros((hi - lo, len(TYPES)))
    media = TYPES.index("media")
    carried = np.zeros(hi - lo)  # by another outlet, of what named people say
    by_entity: dict[int, float] = {}
    links = analysis.attributions
    tokens, certain = lengths.tolist(), attributed.tolist()
    where: list[int] = []
    which: list[int] = []
    portions: list[float] = []
    for s in np.flatnonzero(body).tolist():
        parts = links.by_sentence[lo + s]
        if not parts:
            continue
        sizes = [1 + sum([b - a for a, b in part.contents]) for part in parts]
        whole = sum(sizes)
        for part, size in zip(parts, sizes, strict=True):
            portion = size / whole
            where.append(s)
            which.append(part.resolved)
            portions.append(portion)
            entity = links.resolved[part.resolved].entity
            if entity is not None:
                by_entity[entity] = by_entity.get(entity, 0.0) + tokens[s] * portion * certain[s]
                if links.entities[document][entity].kind == "person":
                    carried[s] += portion * links.types[part.resolved, media]
    if where:
        np.add.at(types, where, np.array(portions)[:, None] * links.types[which])
    second_hand = types[:, media]
    known = types[:, :-1].sum(axis=1, keepdims=True)
    mean_type = (w[:, None] * types[:, :-1] * attributed[:, None]).sum(axis=0)
    mean_type = mean_type / mean_type.sum() if mean_type.sum() else np.zeros(len(SOURCE_TYPES))
    typed = np.where(known > 0.05, types[:, :-1] / np.maximum(known, 0.05), mean_type)

    checkable, titled, people = _checkable(analysis, document, by_entity)
    weights = np.array(list(by_entity.values())) if by_entity else np.zeros(0)
    weights = weights[weights > 0] / weights.sum() if weights.sum() > 0 else np.zeros(0)
    entropy = float(-(weights * np.log(weights)).sum()) if len(weights) else 0.0
    n_words = int(batch.words_of_sentence[lo:hi][body].sum())
    column = analysis.column
    question = analysis.dense[lo:hi, column["is a question"]]
    number = analysis.dense[lo:hi, column["shape: digit"]] > 0
    first_person, weasel = (
        analysis.dense[lo:hi, column[f"unquoted words: {name}"]] * np.sqrt(lengths)
        for name in ("first_person", "weasel")
    )
    quoted = analysis.dense[lo:hi, column["share quoted"]]
    hearsay, methods = (analysis.evidence[name][lo:hi] for name in ("hearsay", "methods"))
    own = 1.0 - attributed - attribution[:, 4]
    loaded_quoted = _quoted_voice(analysis, lo, hi)
    head = 0 if has_headline else (int(np.argmax(body)) if body.any() else None)

    def at_headline(group: str) -> float:
        return 0.0 if head is None else float(p[group][head])

    unquoted = 1 - loaded_quoted
    (
        share_attributed, unsourced, written, direct, hedged_own, hedged, opinion, loaded, strongly, loaded_quotations,
        negative, positive, questions, figures, in_marks, hearsay_share, methods_share, *of_types,
    ) = _shares(
        w, attributed, attribution[:, 4], own, attribution[:, 1] + 0.5 * attribution[:, 3], p["hedged"] * own,
        p["hedged"], p["opinion"], p["loaded"] * unquoted, p["strongly loaded"] * unquoted, p["loaded"] * loaded_quoted,
        p["valence"][:, 0], p["valence"][:, 2], question, number, quoted, hearsay, methods, *(attributed[:, None] * typed).T,
    )  # fmt: skip
    by_type = np.array(of_types)
    early_attributed, early_opinion = _shares(w_early, attributed, p["opinion"])
    values = {
        **{
            f"attributed to {t}": _saturating(by_type[i]) if t in ("anonymous", "vague") else float(by_type[i])
            for i, t in enumerate(SOURCE_TYPES)
        },
        "unsourced claims": _saturating(unsourced),
        "writer's own words": written,
        "number of sources": np.log1p(checkable),
        "thinly attributed": max(0.0, 0.35 - share_attributed),
        "few sources": max(0.0, 4.0 - checkable),
        "checkable share": by_type[_CHECKABLE].sum() / max(by_type.sum(), 0.1),
        "independent sources": entropy,
        "one source dominates": float(weights.max()) if len(weights) else 1.0,
        "sources with title": titled / people if people else 0.0,
        "direct quotation": direct,
        "sources early": early_attributed,
        "second-hand": _shares(w * attributed, second_hand)[0],
        "hedged without source": hedged_own,
        "hedged": hedged,
        "opinion": opinion,
        "mostly opinion": max(0.0, opinion - 0.4),
        "opinion early": early_opinion,
        "loaded wording": loaded,
        "mostly loaded wording": max(0.0, loaded - 0.3),
        "strongly loaded wording": strongly,
        "loaded quotations": loaded_quotations,
        "loaded headline": at_headline("loaded"),
        "opinion in headline": at_headline("opinion"),
        "negative sentences": negative,
        "positive sentences": positive,
        "clearest opinions": _of_the_surest_fifth(p["opinion"], w),
        "figures": figures,
        "questions": questions,
        "first person": min(_shares(body.astype(float), first_person)[0], 2.0),
        "hedged headline": at_headline("hedged"),
        "negative headline": 0.0 if head is None else float(p["valence"][head, 0]),
        "in quotation marks": in_marks,
        "qualifying words": min(_shares(body.astype(float), weasel)[0], 2.0),
        "hearsay words": _saturating(hearsay_share),
        "methods told": _saturating(methods_share),
        "speakers through media": _shares(w, attributed * carried)[0],
        **{f"phrases of {target}": _tone(analysis, lo, hi, w, target) for target in TONES},
    }
    return np.array([values[k] for k in FEATURES], dtype=np.float64), n_words, int(body.sum())


def _tone(analysis: Analysis, lo: int, hi: int, weights: np.ndarray, target: str) -> float:
    """What the phrases of the story say of a rating, within its scale; 0 where the filters do not know it."""
    at = analysis.column.get(PREFIX + TONES[target])
    low, high = scale(target)
    return 0.0 if at is None else min(max(_shares(weights, analysis.dense[lo:hi, at])[0], low), high)


def _checkable(analysis: Analysis, document: int, by_entity: Mapping[int, float]) -> tuple[int, int, int]:
    """Sources that a reader can check, named people with a title, named people."""
    links = analysis.attributions
    total: dict[int, np.ndarray] = {}
    for k in range(*links.of_document[document : document + 2]):
        one = links.resolved[k]
        if one.entity is not None:
            total[one.entity] = total.get(one.entity, np.zeros(len(TYPES))) + links.types[k]
    checkable = titled = people = 0
    for entity, p in total.items():
        if by_entity.get(entity, 0.0) <= 0:
            continue
        kind = TYPES[int(p.argmax())]
        checkable += kind in ("person", "org", "official", "document", "media")
        if kind == "person":
            people += 1
            titled += bool(links.entities[document][entity].title)
    return checkable, titled, people


def _quoted_voice(analysis: Analysis, lo: int, hi: int) -> np.ndarray:
    """Share of each sentence's loaded wording that stands in quotation marks."""
    column = analysis.column
    total = analysis.dense[lo:hi, column["loaded cues"]]
    quoted = analysis.dense[lo:hi, column["quoted loaded cues"]]
    share_quoted = analysis.dense[lo:hi, column["share quoted"]]
    return np.clip(np.where(total > 0.05, quoted / np.maximum(total, 0.05), share_quoted), 0, 1)


def score(model: Mapping[str, Any], name: str, features: np.ndarray) -> Score:
    """One score from an article's features.

    Parameters
    ----------
    model : mapping
        ``features``, ``means``, ``weights``, ``baseline``, ``error`` (half width of the 80% interval).
    name : str
    features : ndarray, shape (len(FEATURES),)
    """
    given = dict(zip(FEATURES, features.tolist(), strict=True))
    contributions = {"baseline": float(model["baseline"])}
    for f, mean, weight in zip(model["features"], model["means"], model["weights"], strict=True):
        if weight:
            contributions[f] = float(weight * (given[f] - mean))
    value = sum(contributions.values())
    low_end, high_end = scale(name)
    clipped = min(max(value, low_end), high_end)
    if clipped != value:
        contributions["end of the scale"] = clipped - value
        value = clipped
    error = float(model["error"])
    low, high = max(value - error, low_end), min(value + error, high_end)
    return Score(value, low, high, grade(name, value) if name in GRADES else "", contributions)
