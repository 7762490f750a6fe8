"""Reports made by hand, for tests of everything that shows, tabulates or stores them."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest

from classifier.report import FRAMES, ArticleReport, Attribution, Score, Sentence, Signal, Source, Span

TITLE = "Brennick council hid ruinous ferry losses, audit suggests"
TEXT = """\
Brennick's harbour council kept the ferry's losses from its own members for eleven months, \
an audit published on Tuesday found.

"We were never shown a single ledger," said Mara Ellison, who chairs the finance committee. \
"Nobody asked twice. Nobody asked at all."

The shortfall may reach 4.2 million crowns, according to two people familiar with the accounts, \
who would not be named because the inquiry is not public. \
Harbour master Tobias Rehn rejected the finding, calling it "a shabby hatchet job" that could be corrected by Friday. \
Ellison added that Rehn had promised "full openness" in March.

It is said that the shipyard was paid twice. The whole squalid affair shows a council drunk on its own secrecy. \
Ticket sales fell by a fifth last winter.

Critics told the Brennick Ledger that the next audit might be worse.

Photo: the ferry at its berth. Subscribe for more harbour news.
"""
SOURCES = (
    Source("an audit", "", "document", "", "", 2, 2, 21, 0),
    Source("Mara Ellison", "chairs the finance committee", "person", "", "", 2, 3, 24, 13),
    Source(
        "two people familiar with the accounts", "", "anonymous", "", "because the inquiry is not public", 1, 1, 7, 0
    ),
    Source("Tobias Rehn", "Harbour master", "person", "", "", 2, 2, 15, 6),
    Source("critics", "", "vague", "Brennick Ledger", "", 1, 1, 7, 0),
)


def span(text: str, words: str, after: int = 0) -> Span:
    """The first place of some words in a text."""
    start = text.index(words, after)
    return Span(start, start + len(words), words)


def sentence(text: str, words: str, **fields: Any) -> Sentence:
    """A sentence at the first place of its words; fields that are not given are quiet."""
    at = span(text, words)
    quiet = {
        "boilerplate": 0.02,
        "attribution": "none",
        "attributed": 0.05,
        "attributions": (),
        "hedge": Signal(0.04),
        "loaded": Signal(0.03),
        "opinion": Signal(0.06),
        "valence": 0.0,
        "frames": dict.fromkeys(FRAMES, 0.05),
    }
    return Sentence(at.start, at.end, at.text, **(quiet | fields))


def said(
    text: str, source: str | None, cue: str | None, content: list[str], kind: str, index: int | None
) -> Attribution:
    """An attribution by its words, sought from the beginning of the sentence of its content."""
    at = text.index(content[0])
    after = max(0, text.rfind("\n", 0, at), text.rfind(". ", 0, at))
    return Attribution(
        span(text, source, after) if source else None,
        span(text, cue, after) if cue else None,
        tuple(span(text, words) for words in content),
        kind,
        index,
    )


def score(value: float, low: float, high: float, grade: str, **contributions: float) -> Score:
    """A score whose baseline is what its contributions leave."""
    return Score(value, low, high, grade, {"baseline": value - math.fsum(contributions.values()), **contributions})


def headline() -> Sentence:
    content = ["Brennick council hid ruinous ferry losses"]
    return sentence(
        TITLE,
        TITLE,
        attribution="indirect",
        attributed=0.81,
        attributions=(said(TITLE, "audit", "suggests", content, "document", 0),),
        hedge=Signal(0.58, (span(TITLE, "suggests"),), "author"),
        loaded=Signal(0.66, (span(TITLE, "ruinous"),), "author"),
        valence=-0.6,
    )


def sentences() -> tuple[Sentence, ...]:
    def at(words: str, **fields: Any) -> Sentence:
        return sentence(TEXT, words, **fields)

    def by(*args: Any) -> Attribution:
        return said(TEXT, *args)

    shortfall = (
        "The shortfall may reach 4.2 million crowns, according to two people familiar with the accounts, who would not "
        "be named because the inquiry is not public."
    )
    rejected = (
        'Harbour master Tobias Rehn rejected the finding, calling it "a shabby hatchet job" that could be corrected '
        "by Friday."
    )
    squalid = ("squalid", "drunk on its own secrecy")
    kept = "Brennick's harbour council kept the ferry's losses from its own members for eleven months"
    return (
        at(
            f"{kept}, an audit published on Tuesday found.",
            attribution="indirect",
            attributed=0.97,
            attributions=(by("an audit published on Tuesday", "found", [kept], "document", 0),),
            valence=-0.55,
            frames=dict.fromkeys(FRAMES, 0.05) | {"political": 0.71, "economic": 0.64},
        ),
        at(
            '"We were never shown a single ledger," said Mara Ellison, who chairs the finance committee.',
            attribution="direct",
            attributed=0.99,
            attributions=(by("Mara Ellison", "said", ['"We were never shown a single ledger,"'], "person", 1),),
        ),
        # One attribution over two sentences, without source and cue: the quotation goes on.
        at(
            '"Nobody asked twice.',
            attribution="direct",
            attributed=0.93,
            attributions=(by(None, None, ['"Nobody asked twice. Nobody asked at all."'], "person", 1),),
        ),
        at('Nobody asked at all."', attribution="direct", attributed=0.9),
        at(
            shortfall,
            attribution="indirect",
            attributed=0.95,
            attributions=(
                by(
                    "two people familiar with the accounts",
                    "according to",
                    ["The shortfall may reach 4.2 million crowns"],
                    "anonymous",
                    2,
                ),
            ),
            hedge=Signal(0.91, (span(TEXT, "may"),), "author"),
            frames=dict.fromkeys(FRAMES, 0.05) | {"economic": 0.83},
        ),
        at(
            rejected,
            attribution="mixed",
            attributed=0.98,
            attributions=(
                by("Harbour master Tobias Rehn", "rejected", ["the finding"], "person", 3),
                by(
                    "Harbour master Tobias Rehn",
                    "calling",
                    ['it "a shabby hatchet job" that could be corrected by Friday'],
                    "person",
                    3,
                ),
            ),
            hedge=Signal(0.62, (span(TEXT, "could"),), "author"),
            loaded=Signal(0.77, (span(TEXT, "shabby hatchet job"),), "quoted"),
        ),
        # One attribution inside the other.
        at(
            'Ellison added that Rehn had promised "full openness" in March.',
            attribution="mixed",
            attributed=0.94,
            attributions=(
                by("Ellison", "added", ['that Rehn had promised "full openness" in March'], "person", 1),
                by("Rehn", "promised", ['"full openness" in March'], "person", 3),
            ),
        ),
        at(
            "It is said that the shipyard was paid twice.",
            attribution="unsourced",
            attributed=0.72,
            attributions=(by(None, "It is said", ["that the shipyard was paid twice"], "none", None),),
            hedge=Signal(0.69, (span(TEXT, "It is said"),), "author"),
            frames=dict.fromkeys(FRAMES, 0.05) | {"crime": 0.58},
        ),
        at(
            "The whole squalid affair shows a council drunk on its own secrecy.",
            loaded=Signal(0.96, tuple(span(TEXT, words) for words in squalid), "author"),
            opinion=Signal(0.88, (span(TEXT, "shows"),), "author"),
            valence=-0.9,
            frames=dict.fromkeys(FRAMES, 0.05) | {"morality": 0.66, "political": 0.52},
        ),
        at("Ticket sales fell by a fifth last winter.", frames=dict.fromkeys(FRAMES, 0.05) | {"economic": 0.79}),
        at(
            "Critics told the Brennick Ledger that the next audit might be worse.",
            attribution="indirect",
            attributed=0.89,
            attributions=(by("Critics", "told", ["that the next audit might be worse"], "media", 4),),
            hedge=Signal(0.84, (span(TEXT, "might"),), "author"),
        ),
        at("Photo: the ferry at its berth.", boilerplate=0.93),
        at("Subscribe for more harbour news.", boilerplate=0.99),
    )


@pytest.fixture
def rich_report() -> ArticleReport:
    """An article with every kind of attribution, source and mark; its scores add up."""
    return ArticleReport(
        id="ferry-17",
        title=TITLE,
        warnings=("shorter than most articles: the intervals are wide",),
        sourcing=score(
            61.37,
            44.2,
            78.5,
            "mixed",
            named_persons=11.84,
            documents=6.27,
            number_of_sources=2.449,
            anonymous_sources=-4.91,
            unsourced_claims=-3.33,
            vague_sources=-1.06,
            length=0.04,
        ),
        transparency=score(
            68.2, 55.1, 80.9, "good", named_with_role=9.31, anonymous_sources=-6.12, reason_for_anonymity=1.5
        ),
        loaded=score(47.5, 35.0, 60.2, "coloured", loaded_in_writers_voice=18.22, loaded_headline=4.4, length=-1.87),
        opinion=score(33.33, 21.7, 46.1, "some", opinion_sentences=9.08, quoted_words=-5.55),
        speculation=score(40.05, 27.3, 53.8, "some", hedged_sentences=12.4, documents=-2.6, hearsay=3.11),
        valence=-0.42,
        frames=dict.fromkeys(FRAMES, 0.0)
        | {"economic": 3 / 11, "political": 2 / 11, "crime": 1 / 11, "morality": 1 / 11},
        sources=SOURCES,
        sentences=sentences(),
        signature="accordingto 0.1.0 | en-1 | sha256:0f3a9c21",
        headline=headline(),
        text=TEXT,
    )


@pytest.fixture
def unscorable_report() -> ArticleReport:
    """A text that cannot be judged: no scores, no sentences, and warnings that say why."""
    missing = Score.missing()
    return ArticleReport(
        id=None,
        title="",
        warnings=("not English", "too short to score"),
        sourcing=missing,
        transparency=missing,
        loaded=missing,
        opinion=missing,
        speculation=missing,
        valence=math.nan,
        frames=dict.fromkeys(FRAMES, math.nan),
        sources=(),
        sentences=(),
        signature="accordingto 0.1.0 | en-1 | sha256:0f3a9c21",
        text="Kort tekst.\n\nNiet meer dan dit.",
    )


@pytest.fixture
def one_sentence_report(unscorable_report: ArticleReport) -> Callable[..., ArticleReport]:
    """A maker of reports on a text of one sentence: ``make(text, title=..., **fields of the sentence)``."""
    from dataclasses import replace

    def make(text: str, title: str = "", **fields: Any) -> ArticleReport:
        whole = sentence(text, text, **fields)
        top = sentence(title, title) if title else None
        return replace(unscorable_report, text=text, title=title, sentences=(whole,), headline=top, warnings=())

    return make
