"""Reports on their way from a worker to whoever asked for them: `pack` and `unpack`.

A report is some hundreds of small objects. To pickle them as they are and to make them again would take a sixth of the
time of scoring, and with it much of what a second process gains. So its sentences travel as columns of plain values,
their words as offsets, and are made when they are first asked for: who reads the scores of an archive waits for no more.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterator, Sequence
from dataclasses import fields
from functools import partial
from itertools import chain, islice
from operator import attrgetter
from typing import Any

from classifier.report import ArticleReport, Attribution, Sentence, Signal, Source, Span, with_later_sentences

_REPORT = [f.name for f in fields(ArticleReport) if f.name != "sentences"]
_SENTENCE = attrgetter(*(f.name for f in fields(Sentence)))
_SIGNAL = attrgetter(*(f.name for f in fields(Signal)))
_ATTRIBUTION = attrgetter(*(f.name for f in fields(Attribution)))
_SOURCE = attrgetter(*(f.name for f in fields(Source)))


def pack(report: ArticleReport) -> bytes:
    """A report that holds its text as bytes, for `unpack` of the same version."""
    values = {name: getattr(report, name) for name in _REPORT}
    values["sources"] = list(map(_SOURCE, report.sources))
    values["headline"] = _columns(() if report.headline is None else (report.headline,))
    return pickle.dumps((values, pickle.dumps(_columns(report.sentences), protocol=5)), protocol=5)


def unpack(packed: bytes) -> ArticleReport:
    """The report again, equal to the one that was packed; its sentences wait to be asked for."""
    values, body = pickle.loads(packed)
    values["sources"] = tuple([Source(*row) for row in values["sources"]])
    values["headline"] = next(_sentences(values["headline"], values["title"]), None)
    return with_later_sentences(partial(_unpack_sentences, body, values["text"]), **values)


def _unpack_sentences(packed: bytes, text: str) -> tuple[Sentence, ...]:
    return tuple(_sentences(pickle.loads(packed), text))


def _columns(sentences: Sequence[Sentence]) -> tuple[Any, ...]:
    """What `_sentences` needs beside the text."""
    if not sentences:
        return ()
    starts, ends, _, lines, kinds, carried, said, hedge, loaded, opinion, valences, frames = zip(
        *map(_SENTENCE, sentences), strict=True
    )
    probabilities, cues, voices = zip(*map(_SIGNAL, chain(hedge, loaded, opinion)), strict=True)
    parts = list(map(_ATTRIBUTION, chain(*said)))
    sources, verbs, contents, *of = zip(*parts, strict=True) if parts else ((),) * len(fields(Attribution))
    spans: list[Span | None] = [*sources, *verbs, *chain(*contents), *chain(*cues)]
    return (
        (starts, ends, lines, kinds, carried, valences),
        (list(frames[0]), [v for f in frames for v in f.values()]),
        (probabilities, list(map(len, cues)), voices),
        (list(map(len, said)), list(map(len, contents)), *of),
        ([-1 if s is None else s.start for s in spans], [-1 if s is None else s.end for s in spans]),
    )


def _sentences(columns: tuple[Any, ...], text: str) -> Iterator[Sentence]:
    """The sentences of a text from what `_columns` made of them."""
    if not columns:
        return
    (starts, ends, *own), (names, shares), (probabilities, n_cues, voices), (n_said, n_contents, *of), places = columns
    spans = [None if a < 0 else Span(a, b, text[a:b]) for a, b in zip(*places, strict=True)]
    n, n_all = len(starts), len(n_contents)
    pieces: Iterator[Any] = iter(spans[2 * n_all :])
    contents = [tuple(islice(pieces, k)) for k in n_contents]
    said = map(Attribution, spans[:n_all], spans[n_all : 2 * n_all], contents, *of)
    attributions = [tuple(islice(said, k)) if k else () for k in n_said]
    cues = [tuple(islice(pieces, k)) if k else () for k in n_cues]
    signals = list(map(Signal, probabilities, cues, voices))
    width = len(names)
    frames = [dict(zip(names, shares[i : i + width], strict=True)) for i in range(0, n * width, width)]
    lines, kinds, carried, valences = own
    texts = [text[a:b] for a, b in zip(starts, ends, strict=True)]
    yield from map(
        Sentence, starts, ends, texts, lines, kinds, carried, attributions,
        signals[:n], signals[n : 2 * n], signals[2 * n :], valences, frames,
    )  # fmt: skip
