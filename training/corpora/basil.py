"""BASIL: triples of articles about one event by three outlets, with spans of lexical and informational bias.

Takes ``articles/<year>/*.json`` beside ``annotations/<year>/*_ann.json`` and gives articles whose sentences say
whether they hold either kind of bias. It serves to measure loaded wording and the comparison of accounts.

Fan et al. (2019), In plain sight: media bias through the lens of factual reporting, EMNLP.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from training.corpora._common import CorpusFiles
from training.records import ArticleRecord, Corpus, Offsets, SentenceRecord

FILES = CorpusFiles("basil", ("articles/*/*.json", "annotations/*/*_ann.json"))


def load(folder: Path) -> Corpus:
    """Load the articles, their sentences joined to a text: a space between sentences, a blank line between paragraphs.

    Sentence labels are ``lexical_bias`` and ``informational_bias`` 0/1; ``cues["loaded"]`` are the spans of
    lexical bias; the article's ``labels["event"]`` is the id that the accounts of one event share. Headlines are
    no sentences here, since the annotators marked bodies (one headline has a span; it is left out).

    Raises
    ------
    CorpusError
        Where a file is missing or damaged, or the words of a span are not the words at its offsets.
    """
    folder = Path(folder)
    FILES.paths(folder)
    return Corpus("basil", articles=tuple(_article(path, folder) for path in sorted(folder.glob("articles/*/*.json"))))


def _article(path: Path, folder: Path) -> ArticleRecord:
    raw = FILES.json(path)
    marks = folder / "annotations" / path.parent.name / f"{path.stem}_ann.json"
    spans: dict[int, list[dict[str, Any]]] = {}
    try:
        for mark in FILES.json(marks)["phrase-level-annotations"]:
            # "p7" is the body's eighth sentence; offsets count from the start of that sentence.
            if mark["id"] != "title":
                spans.setdefault(int(mark["id"][1:]), []).append(mark)
        paragraphs, title, outlet, date = raw["body-paragraphs"], raw["title"], raw["source"].lower(), raw["date"]
    except (KeyError, TypeError, ValueError) as error:
        raise FILES.error(path, f"it or {marks.name} is not as expected: {error!r}") from None
    event, _, _ = path.stem.rpartition("_")
    text = ""
    sentences: list[SentenceRecord] = []
    place = -1
    for paragraph in paragraphs:
        between = "\n\n"
        for words in paragraph:
            place += 1
            found = spans.pop(place, [])
            for mark in found:
                if words[mark["start"] : mark["end"]] != mark["txt"]:
                    raise FILES.error(marks, f"{mark['id']} marks {mark['txt']!r}, which is not at its offsets")
            stripped = words.strip()
            if not stripped:
                continue
            text += between if text else ""
            between = " "
            start = len(text)
            text += stripped
            sentences.append(
                SentenceRecord(
                    corpus="basil",
                    id=f"{path.stem}:{place + 1}",
                    text=stripped,
                    article=path.stem,
                    outlet=outlet,
                    index=place + 1,
                    start=start,
                    end=len(text),
                    labels={
                        "lexical_bias": int(any(mark["bias"] == "lex" for mark in found)),
                        "informational_bias": int(any(mark["bias"] == "inf" for mark in found)),
                    },
                    cues={"loaded": _lexical(found, words)},
                )
            )
    if spans:
        raise FILES.error(marks, f"marks sentence {min(spans)} of an article with {place + 1}")
    return ArticleRecord(
        corpus="basil",
        id=path.stem,
        text=text,
        title=title.strip(),
        outlet=outlet,
        date=date,
        topic=raw.get("main-event", ""),
        sentences=tuple(sentences),
        labels={"event": event},
    )


def _lexical(marks: list[dict[str, Any]], words: str) -> tuple[Offsets, ...]:
    """The spans of lexical bias, counted from the first character that is no white space."""
    before = len(words) - len(words.lstrip())
    length = len(words.strip())
    spans = {
        (max(mark["start"] - before, 0), min(mark["end"] - before, length)) for mark in marks if mark["bias"] == "lex"
    }
    return tuple(sorted(span for span in spans if span[0] < span[1]))
