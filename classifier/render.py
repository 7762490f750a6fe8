"""A report as HTML: a page with the marked-up article, and a card for notebooks.

Takes an `ArticleReport` and gives HTML as text. Two steps, so that what is said can be tested apart
from how it looks: `summary` gathers what is to be shown as plain dicts and lists, then a template
shows it. The article is untrusted text: it reaches the page through Jinja's autoescape alone, and
the page forbids scripts and network by its own content security policy.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from classifier.report import (
    SCORES,
    SOURCE_TYPES,
    ArticleReport,
    Attribution,
    Score,
    Sentence,
    Signal,
    Source,
    whole_text,
)
from classifier.sentences import line_breaks

if TYPE_CHECKING:
    import jinja2

# name: (label, what it measures, what 0 stands for, what 100 stands for)
SCORE_TEXTS = {
    "sourcing": ("Sourcing", "can a reader check who stands behind the claims?", "nobody", "checkable"),
    "transparency": ("Transparency", "how identifiable are the sources?", "hidden", "named"),
    "loaded": ("Loaded wording", "how coloured is the writer's own wording?", "plain", "sensational"),
    "opinion": ("Opinion", "how much is the writer's own judgement?", "report", "opinion"),
    "speculation": ("Speculation", "how much is told as unconfirmed?", "confirmed", "conjecture"),
}
TYPE_LABELS = {
    "person": "named person",
    "org": "organisation",
    "official": "unnamed official",
    "anonymous": "anonymous",
    "document": "document",
    "media": "other media",
    "vague": "vague",
    "none": "hearsay",
}
FRAME_LABELS = {
    "economic": "economic",
    "capacity": "capacity and resources",
    "morality": "morality",
    "fairness": "fairness and equality",
    "legality": "legality",
    "policy": "policy",
    "crime": "crime and punishment",
    "security": "security and defence",
    "health": "health and safety",
    "quality_of_life": "quality of life",
    "culture": "cultural identity",
    "public_opinion": "public opinion",
    "political": "political",
    "external": "external relations",
}


def report_html(report: ArticleReport) -> str:
    """The report as a page: the article with its marks, scores, sources, frames.

    Parameters
    ----------
    report : ArticleReport

    Returns
    -------
    str
        A complete HTML document that needs neither network nor scripts, for screen, phone and
        print, in light and dark. It can be written as UTF-8 whatever the article holds.
    """
    return environment().get_template("report.html").render(summary(report))


def report_card(report: ArticleReport) -> str:
    """The report as a small HTML fragment, for notebooks.

    Scores with their largest contributions, the count of sources by type, and warnings. It takes
    text colour and background from the page around it.

    Parameters
    ----------
    report : ArticleReport

    Returns
    -------
    str
    """
    return environment().get_template("card.html").render(summary(report))


def summary(report: ArticleReport) -> dict[str, Any]:
    """What there is to show about an article, ready for a template.

    Parameters
    ----------
    report : ArticleReport

    Returns
    -------
    dict
        Plain dicts, lists, strings and numbers, with None for what was not scored:

        ``title``, ``id``, ``signature``
        ``warnings``
            kind ("Warning" or "Note", which does not stand against the scores) and text.
        ``scores``
            One dict a score, in the order of `SCORES`: name, label, question, ends, value, low,
            high, grade, baseline and contributions (name, label, points; largest first). Points are
            rounded to tenths in such a way that baseline and contributions add up to ``total``.
            ``main`` of the contributions are worth a look at once, the others sum to ``rest``.
        ``scale``
            The largest contribution of the article, in points: the length of a full bar.
        ``valence``
            value (-1..1 or None) and word.
        ``frames``
            name, label and share of the body's sentences, the largest first, those above 0.
        ``sources``
            The ledger; each with number (from 1), label of its type, and the numbers of the
            sentences that carry its words (0 is the headline).
        ``source_types``
            label and count, the most frequent first.
        ``counts``
            Body sentences by what is marked in them.
        ``headline``, ``paragraphs``
            The text as lists of segments, a segment being a sentence (``sentence``: number, classes,
            tags, note: what its pop-up says) or the text between two (``sentence`` None), with its ``pieces``: text, marks
            and refs (numbers of sources). The pieces' texts joined are the article's text.
    """
    scores = [_score(name, getattr(report, name)) for name in SCORES]
    where: dict[int, list[int]] = {}
    headline = _marked(whole_text(report.title, _given(report.headline)), _given(report.headline), report, 0, where)
    paragraphs = _marked(whole_text(report.text, report.sentences), report.sentences, report, 1, where)
    points = [abs(c["points"]) for score in scores for c in score["contributions"]]
    types = [source.type for source in report.sources]
    return {
        "title": report.title,
        "id": report.id,
        "signature": report.signature,
        "warnings": [_warning(w) for w in report.warnings],
        "scores": scores,
        "scale": max(points, default=0.0) or 1.0,
        "valence": {"value": _or_none(report.valence), "word": valence_word(report.valence)},
        "frames": [
            {"name": name, "label": FRAME_LABELS.get(name, name), "share": share}
            for name, share in _largest_first(report.frames, above=0.0)
        ],
        "sources": [_source(i, source, where.get(i, [])) for i, source in enumerate(report.sources)],
        "source_types": [
            {"label": TYPE_LABELS.get(t, t), "count": types.count(t)}
            for t in sorted(dict.fromkeys(types), key=lambda t: -types.count(t))
        ],
        "counts": _counts(report.sentences),
        "headline": [segment for paragraph in headline for segment in paragraph],
        "paragraphs": paragraphs,
    }


def shows(signal: Signal) -> bool:
    """Whether a sentence shows the property: it has cues for it, or is more likely than not to have it."""
    return bool(signal.cues) or signal.probability >= 0.5


def is_boilerplate(sentence: Sentence) -> bool:
    """Whether a line is more likely than not no part of the story, and was not read as one."""
    read = sentence.attribution != "none" or sentence.attributions or sentence.hedge.cues or sentence.loaded.cues
    return sentence.boilerplate >= 0.5 and not read


def valence_word(valence: float) -> str:
    """A word for a valence of -1..1, or for its lack."""
    if math.isnan(valence):
        return "not scored"
    return "unfavourable" if valence <= -0.15 else "favourable" if valence >= 0.15 else "neutral"


def _score(name: str, score: Score) -> dict[str, Any]:
    label, question, low_end, high_end = SCORE_TEXTS[name]
    points = _tenths(score)
    baseline = points.pop("baseline", None)
    contributions: list[dict[str, Any]] = [
        {"name": feature, "label": feature.replace("_", " "), "points": value}
        for feature, value in sorted(points.items(), key=lambda item: -abs(item[1]))
        if value
    ]
    main = min(max(sum(abs(c["points"]) >= 1 for c in contributions), 3), 8)
    # one alone needs no fold
    main = len(contributions) if len(contributions) <= main + 1 else main
    return {
        "name": name,
        "label": label,
        "question": question,
        "ends": [low_end, high_end],
        "value": _or_none(score.value),
        "low": _or_none(score.low),
        "high": _or_none(score.high),
        "grade": score.grade,
        "baseline": baseline,
        "contributions": contributions,
        "main": main,
        "rest": round(sum(c["points"] for c in contributions[main:]), 1) + 0.0,
        "total": round(sum(points.values()) + (baseline or 0.0), 1) + 0.0 if score.contributions else None,
    }


def _tenths(score: Score) -> dict[str, float]:
    """Contributions in tenths of a point whose sum is the rounded sum (largest remainders)."""
    exact = {name: value * 10 for name, value in score.contributions.items() if math.isfinite(value)}
    whole = {name: math.floor(value) for name, value in exact.items()}
    missing = round(math.fsum(exact.values())) - sum(whole.values())
    for name in sorted(exact, key=lambda name: whole[name] - exact[name])[:missing]:
        whole[name] += 1
    return {name: value / 10 for name, value in whole.items()}


def _source(index: int, source: Source, sentences: list[int]) -> dict[str, Any]:
    fields = {name: getattr(source, name) for name in source.__dataclass_fields__}
    label = TYPE_LABELS.get(source.type, source.type)
    return {"number": index + 1, "label": label, "sentences": sorted(set(sentences)), **fields}


def _counts(sentences: Sequence[Sentence]) -> dict[str, int]:
    story = [s for s in sentences if not is_boilerplate(s)]
    return {
        "sentences": len(sentences),
        "boilerplate": len(sentences) - len(story),
        "hedge": sum(shows(s.hedge) for s in story),
        "loaded": sum(shows(s.loaded) for s in story),
        "opinion": sum(shows(s.opinion) for s in story),
        **{kind: sum(s.attribution == kind for s in story) for kind in ("direct", "indirect", "mixed", "unsourced")},
    }


def _marked(
    text: str,
    sentences: Sequence[Sentence],
    report: ArticleReport,
    first_number: int,
    where: dict[int, list[int]],
) -> list[list[dict[str, Any]]]:
    """The text as paragraphs of segments of pieces; see `summary`.

    Spans may nest, overlap and run over several sentences, so the text is cut wherever any span
    begins or ends, and each piece carries the names of all the spans it lies in. ``where`` collects
    the sentence numbers of each source.
    """
    limits = _limits(sentences, len(text))
    attributions = [(a, s) for s in sentences if not is_boilerplate(s) for a in s.attributions]
    layers = list(_layers(sentences, attributions, limits, len(text)))
    points = _points_by_feature(report)
    begins = [start for start, _ in limits]
    breaks = [(at, bisect_left(begins, at)) for at, _ in line_breaks(text)]
    paragraph_starts = {at for at, before in breaks if not before or limits[before - 1][1] <= at}
    opening: dict[int, list[int]] = {}
    for k, layer in enumerate(layers):
        opening.setdefault(layer[0], []).append(k)
    cuts = sorted({0, len(text), *paragraph_starts, *(at for layer in layers for at in layer[:2])})

    paragraphs: list[list[dict[str, Any]]] = [[]]
    active: list[int] = []
    carried: dict[int, list[int]] = {}
    last_piece: dict[tuple[int | None, int], dict[str, Any]] = {}
    current: int | None = -1
    for start, end in pairwise(cuts):
        active = [k for k in active if layers[k][1] > start] + opening.get(start, [])
        inside = [layers[k][3] for k in active if layers[k][2] == "sentence"]
        number = inside[-1] if inside else None
        if start in paragraph_starts:
            paragraphs.append([])
            current = -1
        if number != current:
            paragraphs[-1].append({"sentence": number, "pieces": []})
            current = number
        here = [layers[k][2:] for k in active if layers[k][2] != "sentence"]
        piece: dict[str, Any] = {"text": text[start:end], "marks": [], "refs": []}
        for role, index in here:
            if role in ("content", "source", "cue"):
                if role == "content":
                    piece["marks"].append(_kind(attributions[index], None if number is None else sentences[number]))
                # A source named in an earlier sentence is marked there, but speaks in its own.
                elsewhere = role == "source" and number is not None and attributions[index][1] is not sentences[number]
                if piece["text"].strip() and not elsewhere:
                    last_piece[number, index] = piece
                    if number is not None:
                        carried.setdefault(number, []).append(index)
            piece["marks"].append(role)
        piece["marks"] = sorted(set(piece["marks"]))
        paragraphs[-1][-1]["pieces"].append(piece)

    for (_, index), piece in last_piece.items():
        at = attributions[index][0].source_index
        if at is not None and 0 <= at < len(report.sources) and at + 1 not in piece["refs"]:
            piece["refs"].append(at + 1)
    for segment in (segment for paragraph in paragraphs for segment in paragraph):
        number = segment["sentence"]
        if number is None:
            continue
        said = [attributions[i][0] for i in dict.fromkeys(sorted(carried.get(number, ())))]
        segment["sentence"] = _sentence(number + first_number, sentences[number], said, report.sources, points)
        for attribution in said:
            if attribution.source_index is not None:
                where.setdefault(attribution.source_index, []).append(number + first_number)
    return [p for p in paragraphs if any(piece["text"].strip() for segment in p for piece in segment["pieces"])]


def _limits(sentences: Sequence[Sentence], length: int) -> list[tuple[int, int]]:
    """Offsets of the sentences, clipped so that they lie in the text and apart from each other."""
    ends = [s.start for s in sentences[1:]] + [length]
    return [(max(0, s.start), min(s.end, end, length)) for s, end in zip(sentences, ends, strict=False)]


def _layers(
    sentences: Sequence[Sentence],
    attributions: Sequence[tuple[Attribution, Sentence]],
    limits: Sequence[tuple[int, int]],
    length: int,
) -> Iterable[tuple[int, int, str, int]]:
    """Everything that is marked: start, end, role, and the number of the sentence or attribution."""
    layers = [(start, end, "sentence", i) for i, (start, end) in enumerate(limits)]
    for i, (a, _) in enumerate(attributions):
        roles = [("source", a.source), ("cue", a.cue), *(("content", span) for span in a.content)]
        layers += [(span.start, span.end, role, i) for role, span in roles if span is not None]
    for i, s in enumerate(sentences):
        if not is_boilerplate(s):
            voice = "loaded quoted" if s.loaded.voice == "quoted" else "loaded"
            layers += [(span.start, span.end, "hedge", i) for span in s.hedge.cues]
            layers += [(span.start, span.end, voice, i) for span in s.loaded.cues]
    for start, end, role, index in layers:
        if max(0, start) < min(end, length):
            yield max(0, start), min(end, length), role, index


def _kind(said: tuple[Attribution, Sentence], at: Sentence | None) -> str:
    """How content is attributed in the sentence where it stands: a quotation may go on in the next one."""
    attribution, origin = said
    if attribution.source_type == "none":
        return "unsourced"
    kinds = [s.attribution for s in (at, origin) if s is not None and s.attribution != "none"]
    return kinds[0] if kinds else "indirect"


def _points_by_feature(report: ArticleReport) -> dict[str, list[dict[str, Any]]]:
    """What each feature of the article does to its scores, in tenths of a point, the largest first."""
    found: dict[str, list[dict[str, Any]]] = {}
    for name in SCORES:
        for feature, points in _tenths(getattr(report, name)).items():
            if points:
                found.setdefault(feature, []).append({"score": SCORE_TEXTS[name][0], "points": points})
    return {feature: sorted(points, key=lambda p: -abs(p["points"])) for feature, points in found.items()}


def _counted_as(number: int, sentence: Sentence, kind: str, said: Sequence[Attribution], valence: str) -> list[str]:
    """The features (`classifier.scores.FEATURES`) that a sentence weighs in by what is marked in it."""
    loaded, opinion = shows(sentence.loaded), shows(sentence.opinion)
    if number == 0:  # attributions, hedges and valence are counted in the body alone
        return ["loaded headline"] * loaded + ["opinion in headline"] * opinion
    types = dict.fromkeys(a.source_type for a in said if a.source_type in SOURCE_TYPES)
    return [
        *(f"attributed to {t}" for t in types),
        *["direct quotation"] * (kind in ("direct", "mixed")),
        *["unsourced claims"] * (kind == "unsourced"),
        *["hedged"] * shows(sentence.hedge),
        *["loaded quotations" if sentence.loaded.voice == "quoted" else "loaded wording"] * loaded,
        *["opinion"] * opinion,
        *[{"unfavourable": "negative sentences", "favourable": "positive sentences"}.get(valence, "")],
    ]


def _sentence(
    number: int,
    sentence: Sentence,
    said: Sequence[Attribution],
    sources: Sequence[Source],
    points: dict[str, list[dict[str, Any]]],
) -> dict[str, Any]:
    if is_boilerplate(sentence):
        why = _note(signals=[_signal("no part of the story", Signal(sentence.boilerplate))])
        return {"number": number, "classes": ["s", "boilerplate"], "tags": ["not story"], "note": why}
    kind = sentence.attribution
    opinion = shows(sentence.opinion)
    tags = ["opinion"] * opinion + [kind] * (kind == "unsourced" or (kind != "none" and not said))
    # Cues show loading and hedging in place; without any, only a tag can.
    tags += ["loaded"] * (shows(sentence.loaded) and not sentence.loaded.cues)
    tags += ["hedged"] * (shows(sentence.hedge) and not sentence.hedge.cues)
    named = [("hedged", sentence.hedge), ("loaded", sentence.loaded), ("opinion", sentence.opinion)]
    word = valence_word(sentence.valence)
    kind = kind if kind != "none" or not said else "indirect"
    note = _note(
        kind=kind,
        attributed=_or_none(sentence.attributed),
        attributions=[_said(a, sources) for a in said],
        signals=[_signal(label, signal) for label, signal in named if shows(signal)],
        frames=[
            {"label": FRAME_LABELS.get(name, name), "probability": p}
            for name, p in _largest_first(sentence.frames, above=0.5)
        ],
        valence=word if word not in ("neutral", "not scored") else "",
        counts=[
            {"label": feature, "points": points[feature]}
            for feature in _counted_as(number, sentence, kind, said, word)
            if feature in points
        ],
    )
    return {"number": number, "classes": ["s", *["opinion"] * opinion], "tags": tags, "note": note}


def _note(**parts: Any) -> dict[str, Any] | None:
    """What the pop-up of a sentence says, None where there is nothing to say."""
    note = {
        "kind": "none",
        "attributed": None,
        "attributions": [],
        "signals": [],
        "frames": [],
        "valence": "",
        "counts": [],
    } | parts
    quiet = note["kind"] == "none" and not any(note[k] for k in ("attributions", "signals", "frames", "valence"))
    return None if quiet else note


def _said(attribution: Attribution, sources: Sequence[Source]) -> dict[str, Any]:
    at = attribution.source_index
    source = sources[at] if at is not None and 0 <= at < len(sources) else None
    words = attribution.source.text if attribution.source else ""
    nobody = "nobody named" if attribution.source_type == "none" else "speaker not given here"
    return {
        "who": (source.name if source else words) or nobody,
        "number": at + 1 if source and at is not None else None,
        "title": source.title if source else "",
        "type": TYPE_LABELS.get(attribution.source_type, attribution.source_type),
        "via": source.via if source else "",
        "anonymity_reason": source.anonymity_reason if source else "",
        "cue": attribution.cue.text if attribution.cue else "",
        "words": words,
    }


def _signal(label: str, signal: Signal) -> dict[str, Any]:
    return {
        "label": label,
        "probability": signal.probability,
        "cues": [cue.text for cue in signal.cues],
        "voice": signal.voice or "",
    }


def _warning(text: str) -> dict[str, str]:
    note = text.startswith("note:")
    return {"kind": "Note" if note else "Warning", "text": text.removeprefix("note:").strip()}


def _largest_first(shares: dict[str, float], above: float) -> list[tuple[str, float]]:
    return sorted(((name, p) for name, p in shares.items() if p > above), key=lambda item: -item[1])


def _given(sentence: Sentence | None) -> tuple[Sentence, ...]:
    return () if sentence is None else (sentence,)


def _or_none(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


def _printable(value: Any) -> Any:
    """Replace what HTML or UTF-8 cannot hold: control characters and halves of surrogate pairs."""
    if not isinstance(value, str) or value.isprintable() or hasattr(value, "__html__"):
        return value
    return "".join("\ufffd" if (c < " " and c not in "\t\n\r") or "\ud800" <= c <= "\udfff" else c for c in value)


@lru_cache(maxsize=1)
def environment() -> jinja2.Environment:
    import jinja2

    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).with_name("templates")),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=_printable,
        trim_blocks=True,
        lstrip_blocks=True,
    )
