"""The project's own labelled articles (``training/data/own``): the embedded training set.

One JSON file an article, written by hand: labels stand beside the sentence, and spans are given as
the words themselves ("said#2" is the second "said" of the sentence), so that an edit never has to
count characters. ``training/data/own/README.md`` describes the format.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from training.records import (
    ATTRIBUTION_TYPES,
    FRAMES,
    GENRES,
    SCALES,
    SOURCE_TYPES,
    ArticleRecord,
    AttributionRecord,
    Corpus,
    CorpusError,
    Offsets,
    RatingRecord,
    SentenceRecord,
)

FOLDER = Path(__file__).resolve().parent.parent / "data" / "own"

_SENTENCE_KEYS = {
    "text", "before", "boilerplate", "attribution", "source_type", "hedged", "hedge_cues",
    "loaded", "loaded_cues", "loaded_voice", "opinion", "valence", "frames", "attributions",
}  # fmt: skip
_ATTRIBUTION_KEYS = {"source", "cue", "content", "name", "title", "source_type", "via", "anonymity_reason"}


def load(folder: Path | str = FOLDER) -> Corpus:
    """Load every article of the folder.

    Raises
    ------
    CorpusError
        Where a file is not valid; the message names the file, the sentence and the field.
    """
    files = sorted(Path(folder).glob("*.json"))
    if not files:
        raise CorpusError(f"no own articles (*.json) in {folder}")
    articles = tuple(read_article(path) for path in files)
    ids = [a.id for a in articles]
    for article_id in ids:
        if ids.count(article_id) > 1:
            raise CorpusError(f"{folder}: two articles have the id {article_id!r}")
    return Corpus("own", articles=articles)


def read_article(path: Path) -> ArticleRecord:
    """Read one article file, checking every label and span."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise CorpusError(f"{path.name}: not valid JSON: {error}") from None
    for key in ("id", "outlet", "date", "topic", "style", "sentences", "rating"):
        if key not in data:
            raise CorpusError(f"{path.name}: the field {key!r} is missing")
    text = ""
    sentences: list[SentenceRecord] = []
    attributions: list[AttributionRecord] = []
    for index, raw in enumerate(data["sentences"]):
        where = f"{path.name}, sentence {index}"
        _check_keys(raw, _SENTENCE_KEYS, where)
        sentence = raw["text"]
        if sentence != sentence.strip() or not sentence:
            raise CorpusError(f"{where}: the text is empty or has white space at its ends")
        start: int | None = None
        if index > 0:
            before = raw.get("before", " ")
            if before.strip() or (not before and index > 1):
                raise CorpusError(f"{where}: 'before' must be white space, not {before!r}")
            text += before if text else before.lstrip()
            start = len(text)
            text += sentence
        labels, cues = _labels(raw, where)
        sentences.append(
            SentenceRecord(
                corpus="own",
                id=f"{data['id']}:{index}",
                text=sentence,
                article=data["id"],
                outlet=data["outlet"],
                index=index,
                start=start,
                end=None if start is None else start + len(sentence),
                labels=labels,
                cues=cues,
            )
        )
        for a in raw.get("attributions", []):
            attributions.append(_attribution(a, sentence, start or 0, index, where))
    rating = _rating(data["rating"], path.name)
    return ArticleRecord(
        corpus="own",
        id=data["id"],
        text=text,
        title=data["sentences"][0]["text"],
        outlet=data["outlet"],
        date=data["date"],
        topic=data["topic"],
        sentences=tuple(sentences),
        attributions=tuple(attributions),
        ratings=(rating,),
        labels={"style": data["style"]},
    )


def _check_keys(raw: dict[str, Any], known: set[str], where: str) -> None:
    unknown = sorted(set(raw) - known)
    if unknown:
        raise CorpusError(f"{where}: unknown field {unknown[0]!r}")


def _find(phrase: str, sentence: str, where: str) -> Offsets:
    """Offsets of a phrase in a sentence; ``phrase#2`` asks for its second occurrence."""
    words, _, nth = phrase.rpartition("#")
    words, count = (words, int(nth)) if words and nth.isdigit() else (phrase, 0)
    start = -1
    for _ in range(max(count, 1)):
        start = sentence.find(words, start + 1)
    if start < 0 or not words:
        raise CorpusError(f"{where}: the words {phrase!r} do not stand in the sentence")
    if not count and sentence.find(words, start + 1) >= 0:
        raise CorpusError(f"{where}: {phrase!r} stands there more than once; say which with '{words}#1', '#2'")
    return start, start + len(words)


def _find_all(value: str | list[str] | None, sentence: str, where: str) -> tuple[Offsets, ...]:
    phrases = [value] if isinstance(value, str) else (value or [])
    return tuple(_find(p, sentence, where) for p in phrases)


def _one_of(value: Any, allowed: tuple[Any, ...], field: str, where: str) -> Any:
    if value not in allowed:
        raise CorpusError(f"{where}: {field} is {value!r}, not one of {allowed}")
    return value


def _labels(raw: dict[str, Any], where: str) -> tuple[dict[str, Any], dict[str, tuple[Offsets, ...]]]:
    if raw.get("boilerplate"):
        if set(raw) - {"text", "before", "boilerplate"}:
            raise CorpusError(f"{where}: boilerplate has no other labels")
        return {"boilerplate": 1}, {}
    labels: dict[str, Any] = {
        "boilerplate": 0,
        "attribution": _one_of(raw.get("attribution", "none"), ATTRIBUTION_TYPES, "attribution", where),
        "hedged": _one_of(raw.get("hedged", 0), (0, 1), "hedged", where),
        "loaded": _one_of(raw.get("loaded", 0), (0, 1, 2), "loaded", where),
        "opinion": _one_of(raw.get("opinion", 0), (0, 1), "opinion", where),
        "valence": _one_of(raw.get("valence", 0), (-1, 0, 1), "valence", where),
        "frames": tuple(_one_of(f, FRAMES, "frames", where) for f in raw.get("frames", [])),
    }
    if labels["attribution"] in ("direct", "indirect", "mixed"):
        labels["source_type"] = _one_of(raw.get("source_type"), SOURCE_TYPES, "source_type", where)
    elif "source_type" in raw:
        raise CorpusError(f"{where}: source_type goes with direct, indirect or mixed attribution only")
    if labels["loaded"]:
        labels["loaded_voice"] = _one_of(raw.get("loaded_voice"), ("author", "quoted"), "loaded_voice", where)
    cues = {
        "hedge": _find_all(raw.get("hedge_cues"), raw["text"], where),
        "loaded": _find_all(raw.get("loaded_cues"), raw["text"], where),
    }
    for name, label in (("hedge", "hedged"), ("loaded", "loaded")):
        if bool(cues[name]) != bool(labels[label]):
            raise CorpusError(f"{where}: {name}_cues and {label} must go together")
    return labels, cues


def _attribution(raw: dict[str, Any], sentence: str, start: int, index: int, where: str) -> AttributionRecord:
    _check_keys(raw, _ATTRIBUTION_KEYS, where)
    spans = {
        part: tuple((start + s, start + e) for s, e in _find_all(raw.get(part), sentence, where))
        for part in ("source", "cue", "content")
    }
    if not any(spans.values()):
        raise CorpusError(f"{where}: an attribution has neither source nor cue nor content")
    return AttributionRecord(
        **spans,
        index=index,
        name=raw.get("name", ""),
        title=raw.get("title", ""),
        source_type=_one_of(raw.get("source_type"), (*SOURCE_TYPES, "none"), "source_type", where),
        via=raw.get("via", ""),
        anonymity_reason=raw.get("anonymity_reason", ""),
    )


def _rating(raw: dict[str, Any], where: str) -> RatingRecord:
    values: dict[str, float] = {}
    for key, (low, high) in SCALES.items():
        value = raw.get(key)
        if not isinstance(value, (int, float)) or not low <= value <= high:
            raise CorpusError(f"{where}: rating {key} is {value!r}, not a number from {low} to {high}")
        values[key] = value
    return RatingRecord(
        rater=raw.get("rater", "own"),
        frames=tuple(_one_of(f, FRAMES, "rating frames", where) for f in raw.get("frames", [])),
        genre=_one_of(raw.get("genre"), GENRES, "rating genre", where),
        main=raw.get("main", ""),
        **values,
    )
