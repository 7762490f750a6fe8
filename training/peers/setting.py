"""What peers are measured on: the corpora, the same rows and the same folds as `training.evaluate` measures ours on."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.model_selection import GroupKFold

from classifier import artifact
from classifier.vocabulary import TypeTable
from training import corpora
from training.corpora import own
from training.pipeline import folds_by_outlet
from training.records import ArticleRecord, Corpus, CorpusError, SentenceRecord

Progress = Callable[[str], Any]
CORPORA = ("polnear", "babe", "wikiweasel", "checkthat", "nyt_valence", "newsmtsc")


@dataclass
class Rows:
    """Sentences of articles with their labels and folds, or those of one public corpus."""

    records: list[SentenceRecord]
    fold_of: np.ndarray
    articles: np.ndarray  # which article each sentence is of, for intervals

    @cached_property
    def texts(self) -> list[str]:
        return [r.text for r in self.records]

    @cached_property
    def corpus(self) -> np.ndarray:
        return np.array([r.corpus for r in self.records])


@dataclass
class Setting:
    """What is measured on, shared by all peers."""

    found: dict[str, Corpus]
    folds: int
    jobs: int
    cache: Path | None
    iterations: int
    progress: Progress
    versions: dict[str, str]

    @cached_property
    def articles(self) -> list[ArticleRecord]:
        return [
            *(self.found["annotations"].articles if "annotations" in self.found else ()),
            *self.found["own"].articles,
        ]

    @cached_property
    def fold_of_article(self) -> np.ndarray:
        """The folds of `training.pipeline.cross_fit`."""
        return folds_by_outlet([a.outlet or a.id for a in self.articles], self.folds)

    @cached_property
    def rows(self) -> Rows:
        """The sentences of the annotated and own articles."""
        which = np.array([d for d, a in enumerate(self.articles) for _ in a.sentences], dtype=int)
        return Rows([s for a in self.articles for s in a.sentences], self.fold_of_article[which], which)

    def public(self, name: str) -> Rows:
        """The sentences of a public corpus in 5 folds by article, as ours are judged."""
        records = [s for s in self.found[name].all_sentences() if s.text.strip()]
        groups = np.array([r.article or r.id for r in records])
        fold_of = np.zeros(len(records), dtype=int)
        for f, (_, test) in enumerate(GroupKFold(5).split(records, groups=groups)):
            fold_of[test] = f
        return Rows(records, fold_of, groups)

    @cached_property
    def table(self) -> TypeTable:
        models, _ = artifact.load()
        table = models.new_table()
        # batches stay in use side by side, so it must not forget types
        table.limit = 10**9
        return table

    @property
    def how(self) -> str:
        return f"{int(self.fold_of_article.max()) + 1} folds by outlet"


def load(
    data: Path | None, annotations: Path | None, progress: Progress, wanted: Collection[str] = CORPORA
) -> dict[str, Corpus]:
    """The own articles, the annotated ones where they are given, and the public corpora among ``wanted``.

    Raises
    ------
    CorpusError
        Where a folder is given and holds none of the corpora, or a corpus is damaged.
    """
    found = {"own": own.load()}
    if annotations is None and data is not None and corpora.find("annotations", data).is_dir():
        annotations = corpora.find("annotations", data)
    if annotations is not None:
        found["annotations"] = corpora.load("annotations", annotations=annotations)
    if data is not None:
        there = [n for n in CORPORA if corpora.find(n, data).is_dir()]
        if not there:
            raise CorpusError(
                f"{data} holds none of the corpora ({', '.join(CORPORA)}): see 'accordingto fetch --list'"
            )
        found |= {n: corpora.load(n, data) for n in there if n in wanted}
    for name, corpus in found.items():
        progress(f"read {name}: {len(corpus.articles)} articles, {len(corpus.all_sentences())} labelled sentences")
    return found
