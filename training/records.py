"""The record types that every corpus loader gives, and the labels of the codebook.

All offsets are character offsets, half open. Spans of an article's body count from the start of
``ArticleRecord.text``; spans of a headline (sentence index 0) count from the start of its title;
``SentenceRecord.cues`` count from the start of the sentence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from classifier.report import ATTRIBUTION_TYPES, FRAMES, SOURCE_TYPES

__all__ = [
    "ATTRIBUTION_TYPES",
    "FRAMES",
    "GENRES",
    "SCALES",
    "SOURCE_TYPES",
    "ArticleRecord",
    "AttributionRecord",
    "Corpus",
    "CorpusError",
    "Offsets",
    "RatingRecord",
    "SentenceRecord",
]

Offsets = tuple[int, int]

SCALES = dict.fromkeys(("sourcing", "transparency", "speculation", "loaded", "opinion"), (1, 7)) | {"valence": (-3, 3)}
"""Lowest and highest rating of an article on each of the codebook's scales."""

GENRES = ("report", "analysis", "opinion", "explainer", "interview", "roundup", "other")


class CorpusError(ValueError):
    """A corpus is missing or damaged; the message names the file and says how to get it."""


@dataclass(frozen=True)
class SentenceRecord:
    """One labelled sentence.

    Attributes
    ----------
    corpus, id : str
        Name of the corpus; id of the sentence, unique within it.
    text : str
    article : str
        Id of the article, or the best known group; folds never split a group.
    outlet : str
        Empty where unknown.
    split : str
        The distribution's own part ("train", "dev"), or empty.
    index : int or None
        Position in the article, 0 is the headline; None where the sentence stands alone.
    start, end : int or None
        Offsets into the article's text; None for headlines and lone sentences.
    labels : mapping
        The codebook's fields where the corpus has them: ``boilerplate`` 0/1, ``attribution``,
        ``source_type``, ``hedged`` 0/1, ``loaded`` 0/1/2, ``loaded_voice``, ``opinion`` 0/1,
        ``valence`` -1..1, ``frames`` (tuple), and any the corpus alone has.
    cues : mapping
        ``hedge`` and ``loaded``: cue offsets within ``text``; ``target`` where the corpus marks one.
    """

    corpus: str
    id: str
    text: str
    article: str = ""
    outlet: str = ""
    split: str = ""
    index: int | None = None
    start: int | None = None
    end: int | None = None
    labels: Mapping[str, Any] = field(default_factory=dict)
    cues: Mapping[str, tuple[Offsets, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class AttributionRecord:
    """One attribution: who (source) says (cue) what (content), each a tuple of spans.

    ``index`` is the sentence the attribution stands in where the corpus says so, else None.
    ``source_type`` is one of `SOURCE_TYPES`, "none" for hearsay without a source, or empty.
    """

    source: tuple[Offsets, ...]
    cue: tuple[Offsets, ...]
    content: tuple[Offsets, ...]
    index: int | None = None
    name: str = ""
    title: str = ""
    source_type: str = ""
    via: str = ""
    anonymity_reason: str = ""


@dataclass(frozen=True)
class RatingRecord:
    """One reader's ratings of an article: sourcing, transparency, speculation, loaded and opinion
    1..7, valence -3..3, the dominant frames, the genre, the main actor."""

    rater: str
    sourcing: float
    transparency: float
    speculation: float
    loaded: float
    opinion: float
    valence: float
    frames: tuple[str, ...] = ()
    genre: str = ""
    main: str = ""


@dataclass(frozen=True)
class ArticleRecord:
    """An article with whatever labels its corpus has."""

    corpus: str
    id: str
    text: str
    title: str = ""
    outlet: str = ""
    date: str = ""
    topic: str = ""
    split: str = ""
    sentences: tuple[SentenceRecord, ...] = ()
    attributions: tuple[AttributionRecord, ...] = ()
    ratings: tuple[RatingRecord, ...] = ()
    labels: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Corpus:
    """What a loader gives: whole articles, or lone sentences, or both (never one sentence twice)."""

    name: str
    articles: tuple[ArticleRecord, ...] = ()
    sentences: tuple[SentenceRecord, ...] = ()

    def all_sentences(self) -> list[SentenceRecord]:
        """Lone sentences and the sentences of the articles, in order."""
        return [*self.sentences, *(s for a in self.articles for s in a.sentences)]
