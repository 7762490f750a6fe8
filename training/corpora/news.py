"""Unlabelled news articles of many outlets, for vocabulary, sentence splitting and the norms of a score.

Takes ``articles.jsonl.gz`` (id, outlet, date, topic, title, text) and gives articles without labels, all at once
or one at a time.

Baly et al. (2020), We can detect your bias: predicting the political ideology of news articles, EMNLP.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from training.corpora._common import CorpusFiles
from training.records import ArticleRecord, Corpus

FILES = CorpusFiles("news", ("articles.jsonl.gz",))


def load(folder: Path) -> Corpus:
    """Load every article. They take some 100 MB; `iterate` needs one article's room.

    Raises
    ------
    CorpusError
        Where the file is missing or damaged.
    """
    return Corpus("news", articles=tuple(iterate(folder)))


def iterate(folder: Path) -> Iterator[ArticleRecord]:
    """Give the articles one at a time, in the order of the file.

    Raises
    ------
    CorpusError
        Where the file is missing, or, once the damaged line is reached, damaged.
    """
    path = Path(folder) / "articles.jsonl.gz"
    FILES.paths(path.parent)
    for record in FILES.json_lines(path, ("id", "outlet", "date", "topic", "title", "text")):
        yield ArticleRecord(
            corpus="news",
            id=record["id"],
            text=record["text"],
            title=record["title"],
            outlet=record["outlet"],
            date=record["date"],
            topic=record["topic"],
        )
