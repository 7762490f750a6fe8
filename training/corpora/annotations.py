"""News articles labelled for this project by its codebook: sentences, attributions and ratings.

Takes the annotations' folder (``articles.jsonl``, ``sentences.jsonl``, ``attributions.jsonl``, ``ratings.jsonl``)
and gives articles with everything the codebook defines. The texts are other people's words, so the folder is
not public; what was learned from it ships in the artifact.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from training.corpora import joined
from training.corpora._common import CorpusFiles, locate
from training.records import (
    ATTRIBUTION_TYPES,
    FRAMES,
    SCALES,
    SOURCE_TYPES,
    ArticleRecord,
    AttributionRecord,
    Corpus,
    Offsets,
    RatingRecord,
    SentenceRecord,
)

FILES = CorpusFiles(
    "annotations", ("articles.jsonl", "sentences.jsonl", "attributions.jsonl", "ratings.jsonl"), fetchable=False
)

DEFAULTS: dict[str, Any] = {
    "boilerplate": 0,
    "attribution": "none",
    "source_type": "",
    "source": "",
    "hedged": 0,
    "loaded": 0,
    "loaded_voice": "",
    "opinion": 0,
    "valence": 0,
    "frames": (),
    "batch": "",
}
ALLOWED: dict[str, tuple[Any, ...]] = {
    "boilerplate": (0, 1),
    "attribution": ATTRIBUTION_TYPES,
    "source_type": ("", *SOURCE_TYPES),
    "hedged": (0, 1),
    "loaded": (0, 1, 2),
    "loaded_voice": ("", "author", "quoted"),
    "opinion": (0, 1),
    "valence": (-1, 0, 1),
}


def load(folder: Path) -> Corpus:
    """Load the labelled articles, in the order of their file.

    Sentence labels that a line leaves out have the codebook's default ("" where it has none). An article
    without labelled sentences keeps its ratings. Sentences broken behind a title are joined (`training.corpora.joined`).

    Raises
    ------
    CorpusError
        Where a file is missing or damaged, a label is not of the codebook, or an offset does not hold.
    """
    folder = Path(folder)
    FILES.paths(folder)
    path = folder / "articles.jsonl"
    articles = {a["id"]: a for a in FILES.json_lines(path, ("id", "outlet", "date", "topic", "title", "text"))}
    sentences: dict[str, list[SentenceRecord]] = {key: [] for key in articles}
    attributions: dict[str, list[AttributionRecord]] = {key: [] for key in articles}
    ratings: dict[str, list[RatingRecord]] = {key: [] for key in articles}

    path = folder / "sentences.jsonl"
    for number, raw in enumerate(FILES.json_lines(path, ("article", "index", "start", "end", "text")), 1):
        sentences[_known(raw, articles, path, number)].append(_sentence(raw, articles[raw["article"]], path, number))
    path = folder / "attributions.jsonl"
    for number, raw in enumerate(FILES.json_lines(path, ("article", "index", "source", "cue", "content")), 1):
        key = _known(raw, articles, path, number)
        attributions[key].append(_attribution(raw, articles[key], path, number))
    path = folder / "ratings.jsonl"
    for number, raw in enumerate(FILES.json_lines(path, ("article", "rater", *SCALES)), 1):
        ratings[_known(raw, articles, path, number)].append(_rating(raw, path, number))

    whole = {
        key: joined.whole(sorted(sentences[key], key=lambda s: s.index or 0), attributions[key], article["text"])
        for key, article in articles.items()
    }
    return Corpus(
        "annotations",
        articles=tuple(
            ArticleRecord(
                corpus="annotations",
                id=key,
                text=article["text"],
                title=article["title"],
                outlet=article["outlet"],
                date=article["date"],
                topic=article["topic"],
                sentences=whole[key][0],
                attributions=whole[key][1],
                ratings=tuple(ratings[key]),
            )
            for key, article in articles.items()
        ),
    )


def _known(raw: dict[str, Any], articles: dict[str, Any], path: Path, number: int) -> str:
    if raw["article"] not in articles:
        raise FILES.error(path, f"line {number}: no article {raw['article']!r} in articles.jsonl")
    return str(raw["article"])


def sentence_labels(raw: Mapping[str, Any]) -> dict[str, Any]:
    """The codebook's fields of a sentence, defaults filled in; the names of frames are not checked.

    Raises
    ------
    ValueError
        Where a value is not of the codebook.
    """
    labels = {name: raw.get(name, default) for name, default in DEFAULTS.items()}
    labels["frames"] = tuple(labels["frames"])
    for name, allowed in ALLOWED.items():
        if labels[name] not in allowed:
            raise ValueError(f"{name} is {labels[name]!r}, not one of {allowed}")
    return labels


def _sentence(raw: dict[str, Any], article: dict[str, Any], path: Path, number: int) -> SentenceRecord:
    start, end, text = raw["start"], raw["end"], raw["text"]
    there = article["title"] if start is None else article["text"][start:end]
    if there != text:
        raise FILES.error(path, f"line {number}: at its offsets stands {there!r}, not {text!r}")
    try:
        labels = sentence_labels(raw)
    except ValueError as error:
        raise FILES.error(path, f"line {number}: {error}") from None
    _check_frames(labels["frames"], path, number)
    return SentenceRecord(
        corpus="annotations",
        id=f"{article['id']}:{raw['index']}",
        text=text,
        article=article["id"],
        outlet=article["outlet"],
        index=raw["index"],
        start=start,
        end=end,
        labels=labels,
        cues={
            "hedge": locate(raw.get("hedge_cues", ()), text),
            "loaded": locate(raw.get("loaded_cues", ()), text),
        },
    )


def _attribution(raw: dict[str, Any], article: dict[str, Any], path: Path, number: int) -> AttributionRecord:
    text = article["title"] if raw["index"] == 0 else article["text"]
    one_each = {part: [raw[part]] if raw[part] else [] for part in ("source", "cue")}
    source, cue, content = (_spans(s, text, path, number) for s in (*one_each.values(), raw["content"]))
    return AttributionRecord(
        source=source,
        cue=cue,
        content=content,
        index=raw["index"],
        name=raw.get("name", ""),
        title=raw.get("title", ""),
        source_type=raw.get("source_type", ""),
        via=raw.get("via", ""),
        anonymity_reason=raw.get("anonymity_reason", ""),
    )


def _spans(spans: list[list[int]], text: str, path: Path, number: int) -> tuple[Offsets, ...]:
    for start, end in spans:
        if not 0 <= start < end <= len(text):
            raise FILES.error(path, f"line {number}: the span {start}-{end} is outside the text")
    return tuple((start, end) for start, end in spans)


def _rating(raw: dict[str, Any], path: Path, number: int) -> RatingRecord:
    frames = tuple(raw.get("frames", ()))
    _check_frames(frames, path, number)
    return RatingRecord(
        rater=raw["rater"],
        frames=frames,
        genre=raw.get("genre", ""),
        main=raw.get("main", ""),
        **{scale: float(raw[scale]) for scale in SCALES},
    )


def _check_frames(frames: tuple[str, ...], path: Path, number: int) -> None:
    for frame in frames:
        if frame not in FRAMES:
            raise FILES.error(path, f"line {number}: unknown frame {frame!r}")
