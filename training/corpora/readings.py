"""News articles that readers of this project labelled by the codebook: sentences, attributions and ratings.

The labels are the project's own (``training/data/readings.jsonl.gz``, one article a line, offsets only) and hold no word of the
articles; the texts are those of the corpus ``news``, which is joined by id. `training.sheets` makes such lines of what
readers write.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from training.corpora.annotations import sentence_labels
from training.records import (
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

READINGS = Path(__file__).resolve().parent.parent / "data" / "readings.jsonl.gz"
CONTROL = READINGS.with_name("readings_control.jsonl.gz")
"""Articles of the annotations, read once more without their labels: they teach nothing and tell how far readers agree."""


def load(
    articles: Iterable[ArticleRecord], path: Path = READINGS, progress: Callable[[str], Any] = lambda line: None
) -> Corpus:
    """The articles read, with their texts.

    Parameters
    ----------
    articles : iterable of ArticleRecord
        Of the corpus ``news``.
    path : Path
        The labels.
    progress : callable, optional
        Told how many articles have another text than the one that was read.

    Returns
    -------
    Corpus
        In the order of `path`. What is not among the articles, or has another text there, is left out, for a fetched copy
        may hold others.

    Raises
    ------
    CorpusError
        Where the labels are damaged.
    """
    found = {line["id"]: line for line in lines(path)}
    read: dict[str, ArticleRecord] = {}
    changed = 0
    for article in articles:
        raw = found.get(article.id)
        if raw is not None and raw["text"] == checksum(article.title, article.text):
            read[article.id] = _article(raw, article, path)
        else:
            changed += raw is not None
    if changed:
        progress(f"{changed} articles read for the project have another text here: their labels are left out")
    return Corpus("readings", articles=tuple(read[key] for key in found if key in read))


def lines(path: Path = READINGS, needs: Iterable[str] = ("text", "rating", "sentences")) -> Iterator[dict[str, Any]]:
    """The lines of a file of labels (gzip), each with an id and what it needs; none where there is no file.

    Raises
    ------
    CorpusError
        Where a line is damaged, or an article stands twice.
    """
    if not path.exists():
        return
    seen: set[str] = set()
    try:
        text = gzip.decompress(path.read_bytes()).decode()
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise CorpusError(f"{path.name}: damaged ({error})") from None
    for number, line in enumerate(text.splitlines(), 1):
        try:
            raw = json.loads(line)
            key = raw["id"]
            for field in needs:
                raw[field]
        except (ValueError, KeyError, TypeError) as error:
            raise CorpusError(f"{path.name}, line {number}: not an article read ({error})") from None
        if key in seen:
            raise CorpusError(f"{path.name}, line {number}: the article {key} stands twice")
        seen.add(key)
        yield raw


def write(found: Iterable[Mapping[str, Any]], path: Path = READINGS) -> None:
    """Write labels, an article a line, in the order of ids; the same labels give the same bytes."""
    ordered = sorted(found, key=lambda line: str(line["id"]))
    text = "".join(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n" for line in ordered)
    path.write_bytes(gzip.compress(text.encode(), mtime=0))


def checksum(title: str, text: str) -> str:
    """What tells whether an article is the one that was read: offsets hold in no other."""
    return hashlib.sha256(f"{title}\n{text}".encode()).hexdigest()[:12]


def _article(raw: Mapping[str, Any], article: ArticleRecord, path: Path) -> ArticleRecord:
    where = f"{path.name}, article {article.id}"
    try:
        sentences: list[SentenceRecord] = []
        attributions: list[AttributionRecord] = []
        for start, end, labels in raw["sentences"]:
            index = len(sentences) if raw["headline"] else len(sentences) + 1
            sentence = _sentence(labels, article, index, start, end)
            sentences.append(sentence)
            attributions += [_attribution(a, sentence, start or 0) for a in labels.get("attributions", ())]
        rated = [_rating(raw["rating"], raw.get("reader", ""))]
        if "again" in raw:
            rated.append(_rating(raw["again"], raw["again"].get("reader", "")))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise CorpusError(f"{where}: damaged ({error})") from None
    return ArticleRecord(
        corpus="readings",
        id=article.id,
        text=article.text,
        title=article.title,
        outlet=article.outlet,
        date=article.date,
        topic=article.topic,
        sentences=tuple(sentences),
        attributions=tuple(attributions),
        ratings=tuple(rated),
    )


def _sentence(
    raw: Mapping[str, Any], article: ArticleRecord, index: int, start: int | None, end: int | None
) -> SentenceRecord:
    text = article.title if start is None else article.text[start:end]
    labels = sentence_labels(raw)
    if unknown := set(labels["frames"]) - set(FRAMES):
        raise ValueError(f"sentence {index}: no frame {sorted(unknown)[0]!r}")
    return SentenceRecord(
        corpus="readings",
        id=f"{article.id}:{index}",
        text=text,
        article=article.id,
        outlet=article.outlet,
        index=index,
        start=start,
        end=end,
        labels=labels,
        cues={kind: _spans(raw.get(f"{kind}_cues", ()), len(text)) for kind in ("hedge", "loaded")},
    )


def _attribution(raw: Mapping[str, Any], sentence: SentenceRecord, start: int) -> AttributionRecord:
    source, cue, content = (
        tuple((start + a, start + b) for a, b in _spans(raw.get(part, ()), len(sentence.text)))
        for part in ("source", "cue", "content")
    )
    if raw["source_type"] not in (*SOURCE_TYPES, "none"):
        raise ValueError(f"sentence {sentence.index}: source_type is {raw['source_type']!r}")
    return AttributionRecord(source, cue, content, index=sentence.index, source_type=raw["source_type"])


def _spans(spans: Any, length: int) -> tuple[Offsets, ...]:
    for start, end in spans:
        if not 0 <= start < end <= length:
            raise ValueError(f"the span {start}-{end} is outside its sentence")
    return tuple((start, end) for start, end in spans)


def _rating(raw: Mapping[str, Any], reader: str) -> RatingRecord:
    for scale, (low, high) in SCALES.items():
        if not low <= raw[scale] <= high:
            raise ValueError(f"rating {scale} is {raw[scale]!r}")
    if raw["genre"] not in GENRES:
        raise ValueError(f"genre {raw['genre']!r}")
    values: dict[str, Any] = {scale: float(raw[scale]) for scale in SCALES}
    return RatingRecord(rater=reader, frames=tuple(raw.get("frames", ())), genre=raw["genre"], **values)
