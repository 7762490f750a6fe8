"""Labelled articles as documents, so that learning sees what scoring will see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from classifier.article import Article
from classifier.batch import Batch
from classifier.document import Document, read
from classifier.vocabulary import TypeTable
from training.records import ArticleRecord, SentenceRecord


def article_document(record: ArticleRecord) -> Document:
    """An annotated article, split where its annotators split it (by the program where they did not)."""
    spans = [(s.start, s.end or s.start) for s in record.sentences if s.start is not None]
    return read(Article(record.text, record.title, record.id, record.outlet), spans or None)


def sentence_document(record: SentenceRecord) -> Document:
    """A lone sentence: a text that is one sentence, whatever marks it holds."""
    return read(Article(record.text), [(0, len(record.text))])


@dataclass
class Labelled:
    """Documents in one batch, with the record of every sentence (None where it has none).

    ``group`` (outlet, else article) and ``article`` by document decide the folds.
    """

    batch: Batch
    records: list[SentenceRecord | None]
    articles: list[ArticleRecord | None]
    groups: list[str]

    @property
    def document_of(self) -> np.ndarray:
        return self.batch.document_of_sentence

    @property
    def drifting(self) -> np.ndarray:
        """Documents that readers of this project labelled, who may do so more or less freely than the annotators.

        They teach, and do not choose thresholds. There are none without the annotations.
        """
        names = np.array([r.corpus if r is not None else "" for r in self.articles])
        return (names == "readings") & bool((names == "annotations").any())


def label_articles(records: Sequence[ArticleRecord], table: TypeTable) -> Labelled:
    """Articles as one batch, their sentence records aligned with its sentences."""
    documents = [article_document(r) for r in records]
    batch = Batch.of(documents, table)
    aligned: list[SentenceRecord | None] = []
    for document, record in zip(documents, records, strict=True):
        at: dict[int, SentenceRecord] = {}
        for sentence in record.sentences:
            if sentence.start is None:
                if document.has_headline:
                    at[0] = sentence
            else:
                low = document.n_title
                first = low + int(np.searchsorted(document.starts[low:], sentence.start))
                s = int(np.searchsorted(document.sentence_starts, first))
                if s < len(document.sentence_starts) and document.sentence_starts[s] == first:
                    at[s] = sentence
        aligned += [at.get(s) for s in range(len(document.sentence_starts))]
    return Labelled(batch, aligned, list(records), [r.outlet or r.id for r in records])


def label_sentences(records: Sequence[SentenceRecord], table: TypeTable) -> Labelled:
    """Lone sentences as one batch of one-sentence documents."""
    records = [r for r in records if r.text.strip()]
    documents = [sentence_document(r) for r in records]
    aligned: list[SentenceRecord | None] = []
    for document, record in zip(documents, records, strict=True):
        # a line break inside may still split it: the first part carries the label
        aligned += [record, *[None] * (len(document.sentence_starts) - 1)]
    return Labelled(Batch.of(documents, table), aligned, [None] * len(records), [r.article or r.id for r in records])


def without_texts(batch: Batch) -> Batch:
    """A batch that is cheap to send to another process."""
    return Batch(
        (),
        batch.table,
        batch.types,
        batch.inside,
        batch.sentence_bounds,
        batch.chain_bounds,
        batch.document_bounds,
        batch.boundary,
    )
