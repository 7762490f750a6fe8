"""Reports on their way from a worker to whoever asked for them: `pack` and `unpack`.

A report is some hundreds of small objects. To pickle them as they are and to make them again took a sixth of the time of
scoring, and with it much of what a second process gains; as rows of plain values it takes a third of that.
"""

from __future__ import annotations

import pickle
from dataclasses import fields
from operator import attrgetter
from typing import Any

from classifier.report import ArticleReport, Attribution, Sentence, Signal, Span

_SPAN = attrgetter(*(f.name for f in fields(Span)))
_SENTENCE_FIELDS = tuple(f.name for f in fields(Sentence))
_SENTENCE = attrgetter(*_SENTENCE_FIELDS)
_ATTRIBUTIONS, _HEDGE, _LOADED, _OPINION, _FRAMES = map(
    _SENTENCE_FIELDS.index, ("attributions", "hedge", "loaded", "opinion", "frames")
)
_SIGNALS = (_HEDGE, _LOADED, _OPINION)


def pack(report: ArticleReport) -> bytes:
    """A report as bytes, for `unpack` of the same version."""
    names = tuple(report.sentences[0].frames) if report.sentences else ()
    values = dict(vars(report))
    values["sentences"] = [_row(s, names) for s in report.sentences]
    values["headline"] = None if report.headline is None else _row(report.headline, names)
    return pickle.dumps((names, values), protocol=5)


def unpack(packed: bytes) -> ArticleReport:
    """The report again, equal to the one that was packed."""
    names, values = pickle.loads(packed)
    values["sentences"] = tuple([_sentence(row, names) for row in values["sentences"]])
    if values["headline"] is not None:
        values["headline"] = _sentence(values["headline"], names)
    return ArticleReport(**values)


def _row(sentence: Sentence, names: tuple[str, ...]) -> list[Any]:
    row = list(_SENTENCE(sentence))
    for i in _SIGNALS:
        signal = row[i]
        row[i] = (signal.probability, tuple(map(_SPAN, signal.cues)), signal.voice)
    row[_ATTRIBUTIONS] = [
        (
            a.source and _SPAN(a.source),
            a.cue and _SPAN(a.cue),
            tuple(map(_SPAN, a.content)),
            a.source_type,
            a.source_index,
        )
        for a in row[_ATTRIBUTIONS]
    ]
    if tuple(row[_FRAMES]) == names:
        row[_FRAMES] = tuple(row[_FRAMES].values())
    return row


def _sentence(row: list[Any], names: tuple[str, ...]) -> Sentence:
    for i in _SIGNALS:
        probability, cues, voice = row[i]
        row[i] = Signal(probability, tuple([Span(*c) for c in cues]) if cues else (), voice)
    row[_ATTRIBUTIONS] = tuple(
        [
            Attribution(source and Span(*source), cue and Span(*cue), tuple([Span(*c) for c in content]), kind, index)
            for source, cue, content, kind, index in row[_ATTRIBUTIONS]
        ]
    )
    if isinstance(row[_FRAMES], tuple):
        row[_FRAMES] = dict(zip(names, row[_FRAMES], strict=True))
    return Sentence(*row)
