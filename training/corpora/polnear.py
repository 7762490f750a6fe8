"""PolNeAR: political news articles with attributions (source, cue, content) marked by people.

Takes the corpus's own layout, ``data/{train,dev}/text/*.txt`` beside ``data/{train,dev}/attributions/*.ann``
(brat stand-off, one file an annotator), and gives articles with attribution spans. This corpus teaches who
says what; nothing else in the field marks it on whole news articles of this size.

Newell, Margolin and Ruths (2018), An attribution relations corpus for political news, LREC.
"""

from __future__ import annotations

import re
from pathlib import Path

from training.corpora._common import CorpusFiles
from training.records import ArticleRecord, AttributionRecord, Corpus, Offsets

SPLITS = ("train", "dev")
FILES = CorpusFiles(
    "polnear",
    tuple(f"data/{split}/{part}" for split in SPLITS for part in ("text/*.txt", "attributions/*.ann")),
)

# A new annotation starts with its id and a tab; any other line goes on with the words of the one before.
_NEXT_ANNOTATION = re.compile(r"\r?\n(?=[A-Z#*]\d*\t)")
_ROLES = ("Source", "Cue", "Content")


def load(folder: Path) -> Corpus:
    """Load the train and dev articles.

    An article that several people annotated has the attributions of the first (sorted) file; the others'
    stand in ``labels["other_annotators"]``, a tuple of tuples of `AttributionRecord`. ``labels["discarded"]``
    holds the spans the annotators marked as no part of the story. Attributions that the corpus marks as
    having no source have ``source_type`` "none"; those with no span at all are left out.

    Raises
    ------
    CorpusError
        Where a file is missing or damaged, or the words of a span are not the words at its offsets.
    """
    folder = Path(folder)
    FILES.paths(folder)
    return Corpus("polnear", articles=tuple(a for split in SPLITS for a in _articles(folder / "data" / split, split)))


def _articles(folder: Path, split: str) -> list[ArticleRecord]:
    files: dict[str, list[Path]] = {}
    for path in sorted((folder / "attributions").glob("*.ann")):
        stem, _, _annotator = path.stem.rpartition("_")
        files.setdefault(stem, []).append(path)
    articles = []
    for path in sorted((folder / "text").glob("*.txt")):
        text = FILES.text(path)
        if path.stem not in files:
            raise FILES.error(folder / "attributions" / f"{path.stem}_*.ann", "no such file")
        annotated = [_annotations(ann, text) for ann in files.pop(path.stem)]
        outlet, date, _ = (*path.stem.split("_", 2), "", "")[:3]
        attributions, discarded = annotated[0]
        articles.append(
            ArticleRecord(
                corpus="polnear",
                id=path.stem,
                text=text,
                outlet=outlet,
                date=date,
                split=split,
                attributions=attributions,
                labels={"other_annotators": tuple(a for a, _ in annotated[1:]), "discarded": discarded},
            )
        )
    if files:
        stem = min(files)
        raise FILES.error(folder / "text" / f"{stem}.txt", f"no such file, but {files[stem][0].name} annotates it")
    return articles


def _annotations(path: Path, text: str) -> tuple[tuple[AttributionRecord, ...], tuple[Offsets, ...]]:
    """The attributions of one brat file and the spans that its annotator discarded."""
    spans: dict[str, tuple[Offsets, ...]] = {}
    discarded: list[Offsets] = []
    events: list[tuple[str, str]] = []
    for line in _NEXT_ANNOTATION.split(FILES.text(path)):
        key, _, rest = line.strip("\r\n").partition("\t")
        if key.startswith("T"):
            kind, spans[key] = _text_bound(key, rest, path, text)
            if kind == "Discard":
                discarded.extend(spans[key])
        elif key.startswith("E"):
            events.append((key, rest))
    attributions = []
    for key, arguments in events:
        found: dict[str, list[Offsets]] = {role: [] for role in _ROLES}
        kind = arguments.partition(":")[0]
        for argument in arguments.split():
            role, _, target = argument.partition(":")
            if target not in spans:
                raise FILES.error(path, f"{key} refers to {target!r}, which is not there")
            role = role.rstrip("0123456789")
            if role in found:
                found[role].extend(spans[target])
        source, cue, content = (tuple(sorted(found[role])) for role in _ROLES)
        if source or cue or content:
            source_type = "none" if kind == "Attribution-no-source" and not source else ""
            attributions.append(AttributionRecord(source, cue, content, source_type=source_type))
    return tuple(attributions), tuple(sorted(discarded))


def _text_bound(key: str, rest: str, path: Path, text: str) -> tuple[str, tuple[Offsets, ...]]:
    """Kind and spans of a T line, its words checked against the text (white space apart)."""
    place, _, words = rest.partition("\t")
    kind, _, offsets = place.partition(" ")
    try:
        spans = tuple((int(start), int(end)) for start, end in (pair.split() for pair in offsets.split(";")))
    except ValueError:
        raise FILES.error(path, f"{key} has the offsets {offsets!r}") from None
    if any(not 0 <= start < end <= len(text) for start, end in spans):
        raise FILES.error(path, f"{key} has the offsets {offsets!r} in a text of {len(text)} characters")
    there = " ".join(text[start:end] for start, end in spans)
    if there.split() != words.split():
        raise FILES.error(path, f"{key} marks {words!r}, but at its offsets stands {there!r}")
    return kind, spans
