"""Sentences that their splitter broke behind a title ("..., said Sen." and "Ann Bell on Monday."), made whole again.

Annotators labelled both halves, so that a quotation and the name of its speaker stand in two sentences, and half of a title in
none. What scores an article does not break there.
"""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from dataclasses import replace

from training.records import AttributionRecord, Offsets, SentenceRecord

_TITLE = re.compile(
    r"(?<![\w.-])(?:Mr|Mrs|Ms|Messrs|Dr|Prof|Rev|Gov|Govs|Rep|Reps|Sen|Sens|Sec|Col|Gen|Lt|Maj|Capt|Cmdr|Adm|Sgt)\.$"
)
_NEXT = re.compile(r"\s{0,2}[“\"‘']?[A-Z]")
_FEW = 12  # words of a half that only says who spoke


def whole(
    sentences: Sequence[SentenceRecord], attributions: Sequence[AttributionRecord], text: str
) -> tuple[tuple[SentenceRecord, ...], tuple[AttributionRecord, ...]]:
    """Sentences and attributions of an article in which no sentence ends with a title.

    Parameters
    ----------
    sentences : sequence of SentenceRecord
        In order.
    attributions : sequence of AttributionRecord
    text : str
        Of the article, without the headline.

    Returns
    -------
    sentences, attributions : tuple
        A joined sentence keeps the number of its first half. It shows what either half shows; where one half is quoted
        and one reported it is "mixed", unless the reported half is the few words that name the speaker. Halves of one
        attribution are one.
    """
    tells = {a.index for a in attributions if a.content}
    out: list[SentenceRecord] = []
    moved: dict[int | None, int | None] = {}
    seams: dict[int | None, list[int]] = {}
    for sentence in sentences:
        if out and _is_broken(out[-1], sentence, text):
            first = out[-1]
            moved[sentence.index] = first.index
            seams.setdefault(first.index, []).append(first.end or 0)
            out[-1] = _joined(first, sentence, text, tells if attributions else None)
            if sentence.index in tells:
                tells.add(first.index)
        else:
            out.append(sentence)
    found: list[AttributionRecord] = []
    for one in attributions:
        index = moved.get(one.index, one.index)
        one = replace(one, index=index)
        seam = seams.get(index, ())
        if seam:
            one = replace(one, source=tuple(_with_title(span, seam, text) for span in one.source))
            other = next((k for k, a in enumerate(found) if a.index == index and _is_one(a, one, seam, text)), None)
            if other is not None:
                found[other] = _both(found[other], one, text)
                continue
        found.append(one)
    return tuple(out), tuple(found)


def _is_broken(first: SentenceRecord, second: SentenceRecord, text: str) -> bool:
    if first.end is None or second.start is None or not _TITLE.search(first.text.rstrip()):
        return False
    between = text[first.end : second.start + 2]
    return "\n" not in text[first.end : second.start] and _NEXT.match(between) is not None


def _joined(
    first: SentenceRecord, second: SentenceRecord, text: str, tells: Container[int | None] | None
) -> SentenceRecord:
    a, b = first.labels, second.labels
    labels = dict(a)
    for name in ("hedged", "loaded", "opinion"):
        labels[name] = max(a[name], b[name])
    labels["boilerplate"] = min(a["boilerplate"], b["boilerplate"])
    labels["loaded_voice"] = (
        "author" if "author" in (a["loaded_voice"], b["loaded_voice"]) else a["loaded_voice"] or b["loaded_voice"]
    )
    labels["valence"] = a["valence"] or b["valence"]
    labels["frames"] = tuple(dict.fromkeys((*a["frames"], *b["frames"])))
    labels["attribution"] = _attribution(first, second, tells)
    told = a if a["attribution"] not in ("none", "unsourced") else b
    labels["source_type"], labels["source"] = told["source_type"], told["source"]
    start, end = first.start or 0, second.end or 0
    shift = (second.start or 0) - start
    cues = {
        kind: (*first.cues.get(kind, ()), *((x + shift, y + shift) for x, y in second.cues.get(kind, ())))
        for kind in first.cues.keys() | second.cues.keys()
    }
    return replace(first, text=text[start:end], end=end, labels=labels, cues=cues)


def _attribution(first: SentenceRecord, second: SentenceRecord, tells: Container[int | None] | None) -> str:
    """How both halves together are attributed; `tells` are the sentences that hold content, where that is marked."""
    a, b = str(first.labels["attribution"]), str(second.labels["attribution"])
    for weaker in ("none", "unsourced"):
        if weaker in (a, b):
            return b if a == weaker else a
    if a == b:
        return a
    if {a, b} == {"direct", "indirect"}:
        reported = first if a == "indirect" else second
        if len(reported.text.split()) <= _FEW if tells is None else reported.index not in tells:
            return "direct"
    return "mixed"


def _with_title(span: Offsets, seams: Sequence[int], text: str) -> Offsets:
    """A source that begins behind a seam, with the title before it."""
    start, end = span
    for seam in seams:
        title = _TITLE.search(text, 0, seam)
        if title and 0 <= start - seam <= 2:
            return title.start(), end
    return span


def _is_one(first: AttributionRecord, second: AttributionRecord, seams: Sequence[int], text: str) -> bool:
    """Whether two attributions are halves of one: of the same source, and what one of them lacks the other has."""
    if first.name != second.name:
        return False
    if first.cue and second.cue:
        return False
    if not (first.content and second.content):
        return True
    return any(first.content[-1][1] <= seam <= second.content[0][0] for seam in seams) and _is_near(
        first.content[-1], second.content[0], text
    )


def _is_near(first: Offsets, second: Offsets, text: str) -> bool:
    return not text[first[1] : second[0]].strip()


def _both(first: AttributionRecord, second: AttributionRecord, text: str) -> AttributionRecord:
    def together(a: tuple[Offsets, ...], b: tuple[Offsets, ...]) -> tuple[Offsets, ...]:
        found: list[Offsets] = []
        for start, end in sorted((*a, *b)):
            if found and _is_near(found[-1], (start, end), text):
                found[-1] = (found[-1][0], max(found[-1][1], end))
            else:
                found.append((start, end))
        return tuple(found)

    return replace(
        first if first.cue or not second.cue else second,
        index=first.index,
        source=together(first.source, second.source),
        cue=first.cue or second.cue,
        content=together(first.content, second.content),
        title=first.title or second.title,
        via=first.via or second.via,
        anonymity_reason=first.anonymity_reason or second.anonymity_reason,
    )
