"""What a user gets: the report of one article, down to the words.

Plain, immutable results; computing happens elsewhere, rendering in `classifier.render`. All offsets
are character offsets, half open, into the text that the user gave (headline: into the title).
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas
    from matplotlib.axes import Axes

ATTRIBUTION_TYPES = ("none", "direct", "indirect", "mixed", "unsourced")
SOURCE_TYPES = ("person", "org", "official", "anonymous", "document", "media", "vague")
FRAMES = (
    "economic",
    "capacity",
    "morality",
    "fairness",
    "legality",
    "policy",
    "crime",
    "security",
    "health",
    "quality_of_life",
    "culture",
    "public_opinion",
    "political",
    "external",
)
SCORES = ("sourcing", "transparency", "loaded", "opinion", "speculation")


@dataclass(frozen=True, slots=True)
class Span:
    """Words of the text: ``text[start:end] == span.text``."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Signal:
    """A yes-or-no property of a sentence.

    Attributes
    ----------
    probability : float
        0..1, calibrated on folds.
    cues : tuple of Span
        The words that carry it; empty where the sentence does not show the property.
    voice : str or None
        "author" or "quoted": in whose words the cues stand; None without cues.
    """

    probability: float
    cues: tuple[Span, ...] = ()
    voice: str | None = None


@dataclass(frozen=True, slots=True)
class Attribution:
    """Who (source) says (cue) what (content).

    ``source`` and ``cue`` are None where the text leaves them out (a continuing quotation);
    ``content`` may be in several pieces. ``source_type`` is one of `SOURCE_TYPES`, or "none" for
    hearsay; ``source_index`` points into ``ArticleReport.sources``, None where there is no source.
    """

    source: Span | None
    cue: Span | None
    content: tuple[Span, ...]
    source_type: str
    source_index: int | None = None


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence (or line) of the text with its signals.

    Attributes
    ----------
    start, end, text
        Its place: ``article.text[start:end] == text`` (of the headline: in the title).
    boilerplate : float
        0..1, probability that the line is no part of the story; such lines count for nothing.
    attribution : str
        One of `ATTRIBUTION_TYPES`: how its content is attributed, judged from the sentence as a whole.
    attributed : float
        0..1, probability that it carries attributed content at all.
    attributions : tuple of Attribution
        Who says what, judged from its words; may be empty where `attribution` is not "none", and the reverse.
    hedge, loaded, opinion : Signal
        Put as uncertain, by the writer or a source; coloured wording; a judgement of the writer's own.
    valence : float
        -1..1, probability of a good light on its main subject less that of a bad light.
    frames : dict of str to float
        0..1, by name of `FRAMES`: probability that the sentence takes this angle.
    """

    start: int
    end: int
    text: str
    boilerplate: float
    attribution: str
    attributed: float
    attributions: tuple[Attribution, ...]
    hedge: Signal
    loaded: Signal
    opinion: Signal
    valence: float
    frames: dict[str, float]


@dataclass(frozen=True, slots=True)
class Source:
    """One entry of the ledger of sources.

    Attributes
    ----------
    name : str
        The fullest name the article gives; for unnamed sources a short description.
    title : str
        Role as the article gives it, or empty.
    type : str
        One of `SOURCE_TYPES`.
    via : str
        The other outlet through which the article has it, or empty.
    anonymity_reason : str
        The stated reason for withholding the name, or empty.
    mentions : int
        How often the source's name stands in the text.
    attributions : int
        How many attributions it carries.
    words, quoted_words : int
        Words attributed to it, and those of them in quotation marks.
    """

    name: str
    title: str
    type: str
    via: str
    anonymity_reason: str
    mentions: int
    attributions: int
    words: int
    quoted_words: int


@dataclass(frozen=True, slots=True)
class Score:
    """A score from 0 to 100 that adds up.

    Attributes
    ----------
    value : float
        0..100, NaN where the text cannot be judged.
    low, high : float
        80% interval, from the errors on articles that the model had not seen.
    grade : str
        A word for the value, with cut-offs stated in the artifact's manifest.
    contributions : dict
        Points by article feature, with "baseline"; they sum to ``value``.
    """

    value: float
    low: float
    high: float
    grade: str
    contributions: dict[str, float]

    @classmethod
    def missing(cls) -> Score:
        """The score of a text that cannot be judged."""
        return cls(math.nan, math.nan, math.nan, "not scored", {})


@dataclass(frozen=True)
class ArticleReport:
    """Everything said about one article; what each number means, and when not to use it: ``docs/concepts.md``.

    Attributes
    ----------
    id, title : str or None, str
        As given.
    warnings : tuple of str
        Why the text cannot be judged; one that begins with "note:" leaves the scores in place.
    sourcing, transparency, loaded, opinion, speculation : Score
        0..100 each, NaN where the text cannot be judged.
    valence : float
        -1..1, how favourably the main actors are presented; NaN where the text cannot be judged.
    frames : dict of str to float
        0..1, by name of `FRAMES`: share of the body's sentences that show it.
    sources : tuple of Source
        The ledger of sources.
    sentences : tuple of Sentence
        Those of the body, boilerplate too, in order.
    signature : str
        Version and digest of the artifact: with it and the text the numbers can be had again.
    headline : Sentence or None
        The title, whose offsets count in the title.
    text : str
        The text that was scored; empty where a report was put together without it.
    """

    id: str | None
    title: str
    warnings: tuple[str, ...]
    sourcing: Score
    transparency: Score
    loaded: Score
    opinion: Score
    speculation: Score
    valence: float
    frames: dict[str, float]
    sources: tuple[Source, ...]
    sentences: tuple[Sentence, ...]
    signature: str
    headline: Sentence | None = None
    text: str = field(default="", repr=False)

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            make = vars(self).get("_later") if name == "sentences" else None
            if make is None:
                raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}", name=name, obj=self)
            vars(self)["sentences"] = made = make()
            vars(self).pop("_later", None)
            return made

    def to_dict(self) -> dict[str, Any]:
        """The report as plain dicts and lists, ready for JSON (NaN becomes None).

        The text itself is left out: offsets point into the text that was scored. The layout is
        frozen in ``classifier/schema/report.schema.json``.
        """
        return {
            "id": self.id,
            "title": self.title,
            "warnings": list(self.warnings),
            **{name: _plain(getattr(self, name)) for name in SCORES},
            "valence": _plain(self.valence),
            "frames": _plain(self.frames),
            "sources": _plain(self.sources),
            "headline": _plain(self.headline),
            "sentences": _plain(self.sentences),
            "signature": self.signature,
        }

    def to_json(self, indent: int | None = None) -> str:
        """`to_dict` as JSON text with stable key order."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=indent, allow_nan=False)

    def to_frame(self, what: str = "sentences") -> pandas.DataFrame:
        """A tidy pandas DataFrame.

        Parameters
        ----------
        what : {"sentences", "sources", "contributions"}
            One row a sentence, a source of the ledger, or a score and feature.

        Raises
        ------
        ValueError
            Where `what` is none of these.
        """
        from classifier.frames import report_frame

        return report_frame(self, what)

    def to_html(self) -> str:
        """A self-contained HTML page: the marked-up article, scores, sources."""
        from classifier.render import report_html

        return report_html(self)

    def plot(self, score: str | None = None, ax: Axes | None = None, largest: int = 5) -> Axes:
        """A picture of what the scores are made of, with their intervals; takes the extra ``plots``.

        Parameters
        ----------
        score : {"sourcing", "transparency", "loaded", "opinion", "speculation"}, optional
            This score alone; all five without it.
        ax : matplotlib.axes.Axes, optional
            Where to draw; a new figure without it.
        largest : int
            How many contributions of a score have a bar of their own.

        Returns
        -------
        matplotlib.axes.Axes

        Raises
        ------
        ImportError
            Where matplotlib is missing.
        TypeError, ValueError
            Where an argument is none of these.
        """
        from classifier.plots import plot_report

        return plot_report(self, score, ax, largest)

    def _repr_html_(self) -> str:
        from classifier.render import report_card

        return report_card(self)


def with_later_sentences(make: Callable[[], tuple[Sentence, ...]], **values: Any) -> ArticleReport:
    """A report whose sentences are made when they are first asked for.

    Parameters
    ----------
    make : callable
        Gives the sentences; called once. To pickle the report before that it must be possible to pickle it.
    **values
        The other fields.
    """
    report = ArticleReport(sentences=(), **values)
    del vars(report)["sentences"]
    vars(report)["_later"] = make
    return report


def whole_text(text: str, sentences: Sequence[Sentence]) -> str:
    """The text, put together from its sentences where a report does not hold it."""
    if text or not sentences:
        return text
    characters = [" "] * max(s.end for s in sentences)
    for s in sentences:
        characters[s.start : s.end] = s.text.ljust(s.end - s.start)[: s.end - s.start]
    return "".join(characters)


_AS_THEY_ARE = frozenset((str, int, bool, type(None)))


def _plain(value: Any) -> Any:
    kind: Any = type(value)
    if kind in _AS_THEY_ARE:
        return value
    if isinstance(value, float):
        return round(float(value), 4) if value == value else None  # only NaN is not equal to itself
    if kind is dict:
        # most are of numbers alone, as frames are; a call for each would take most of the time
        return {k: round(v, 4) if type(v) is float and v == v else _plain(v) for k, v in value.items()}
    if kind is tuple or kind is list:
        return [_plain(v) for v in value] if value else []
    fields, values = _fields(kind)
    return {k: v if type(v) in _AS_THEY_ARE else _plain(v) for k, v in zip(fields, values(value), strict=True)}


@cache
def _fields(kind: Any) -> tuple[tuple[str, ...], Callable[[Any], tuple[Any, ...]]]:
    """Names of a dataclass's fields, and what gets their values."""
    names = tuple(kind.__dataclass_fields__)
    return names, attrgetter(*names)
