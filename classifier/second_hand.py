"""Where an article has it from: second-hand chains, signatures of quoted blocks, reasons for anonymity.

Takes the names of an article and the spans of one attribution, gives the outlet, platform or document
through which the article has it ("told the Daily Post", "wrote on Telegram", "in a statement"), who
signs a quoted block, and the reason the article states for withholding a name.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence

from classifier.names import (
    ACRONYM,
    CALENDAR,
    CAPITAL,
    COMPANY,
    DETERMINERS,
    FIRST,
    HONOR,
    LEAD,
    LEADING,
    MEANS,
    MEDIA,
    ORG,
    OUTLET,
    PLACE,
    PLATFORM,
    REPORTS,
    ROLE,
    TOLD,
    VIA_PREPOSITIONS,
    Names,
    Utterance,
    joined,
)
from classifier.tokens import QUOTES
from classifier.vocabulary import as_written


def signatures(names: Names) -> list[tuple[int, int, int]]:
    """Who signs a block: "— Ann Bell (@annbell)", or a line "Ann Bell, Daily Post" under a quotation.

    Returns (first token of what is signed, token of the signature, token after the name).
    """
    words, bits = names.words, names.bits
    out: list[tuple[int, int, int]] = []
    for i, w in enumerate(words) if "(@" in names.document.article.text else ():
        if w[0] == "@" and len(w) > 1 and i > 1 and words[i - 1] == "(" and i + 1 < len(words) and words[i + 1] == ")":
            a = i - 1
            while a > 0 and i - a < 8 and words[a - 1] not in ("—", "–", "-", ".", "”") and a not in names.starts:
                a -= 1
            if a < i - 1:
                out.append((names.paragraph_starts[names.paragraph_of(a)], a, i - 1))
    bounds = [*names.paragraph_starts, len(words)]
    low = 0
    for p in range(len(bounds) - 1):
        a, b = bounds[p], bounds[p + 1]
        if 3 <= b - a <= 9 and bits[a] & CAPITAL and "," in words[a:b] and words[b - 1][-1].isalnum():
            comma = words.index(",", a, b)
            if all(bits[i] & CAPITAL or words[i] in ("and", "of", "the") for i in range(a, b) if i != comma):
                first = p
                while first > 0 and bounds[first] > low and words[bounds[first - 1]] in QUOTES | {"Yet", "But"}:
                    first -= 1
                if first < p:
                    out.append((bounds[first], a, comma))
                low = b
    out.sort(key=lambda s: s[1])
    return out


def signature_for(
    names: Names, signatures: Sequence[tuple[int, int, int]], one: Utterance
) -> tuple[int, int, str] | None:
    """Token range of the name that signs an utterance, and the outlet or platform that stands with it."""
    at = one.first
    for first, a, b in signatures:
        if first <= at < a:
            if names.words[b] == "(":
                return a, b, "Twitter"
            end = (
                names.sentence_starts[names.sentence_of(b) + 1]
                if b + 1 < names.sentence_starts[-1]
                else len(names.words)
            )
            return a, b, joined(names.document, b + 1, end)
    return None


def second_hand(names: Names, one: Utterance) -> str:
    """The outlet, platform or document through which the article has an utterance, "" where none is named.

    Looks at the words around the cue that are not part of what is said: "told the Daily Post", "in an
    interview with", "according to", "on Twitter", "in a statement".
    """
    words, bits = names.words, names.bits
    anchor = one.cue or one.source or one.contents[0]
    sentence = names.sentence_of(anchor[0])
    low, high = names.bounds_of(sentence)
    best = ""
    start = max(low, anchor[0] - 14)
    for i, known in enumerate(bits[start : min(high, anchor[1] + 12)], start):
        if not known & MEANS or any(a <= i < b for a, b in one.contents):
            continue
        w = words[i].lower()
        if w in TOLD or w in VIA_PREPOSITIONS:
            if one.source is not None and one.source[0] <= i < one.source[1] and w not in ("in", "on"):
                continue
            outlet = _outlet_at(names, i + 1, high, told=w in TOLD)
            if outlet:
                return outlet
            if w in ("in", "by", "on") and not best:
                best = _document_at(names, i + 1, high)
        elif w in REPORTS:
            b = i - (words[i - 1] == "first")
            a = b
            while a > low and bits[a - 1] & CAPITAL and not bits[a - 1] & LEAD:
                a -= 1
            if a < b and any(bits[k] & (OUTLET | MEDIA) for k in range(a, b)):
                return joined(names.document, a, b)
        elif (w.startswith("tweet") and (one.cue is not None and one.cue[0] <= i < one.cue[1] + 4)) or (
            w[0] == "@" and one.source is not None and one.source[0] <= i < one.source[1]
        ):
            return "Twitter"
    return best


_MEDIA_NOUNS = frozenset(
    "site portal website broadcaster newspaper agency magazine channel station paper daily tabloid network outlet blog "
    "weekly podcast".split()
)
_LEADING = LEADING - DETERMINERS
_STATEMENTS = frozenset(
    "statement letter email e-mail memo release filing lawsuit op-ed essay column book memoir memoirs post video ruling "
    "message affidavit complaint bulletin reply".split()
)


def _outlet_at(names: Names, at: int, high: int, told: bool) -> str:
    """The outlet whose name begins at a token."""
    words, bits = names.words, names.bits
    i = at
    if i < high and words[i].lower() in ("the", "a", "an", "his", "her", "its", "their", "our"):
        i += 1
    if (
        i < high
        and told
        and words[i].lower() in ("paper", "newspaper", "magazine", "network", "broadcaster", "channel", "station")
    ):
        k = bisect_left(names.others, (at, 0))
        for a, b in reversed(names.others[max(0, k - 12) : k]):
            if (bits[a] | bits[b - 1]) & (OUTLET | MEDIA):
                return joined(names.document, a, b)
        return ""
    start = i
    # "the newspaper Arlund Post", "the gossip site Fen"
    while i < high and i - start < 4 and words[i].islower() and words[i].isalpha():
        i += 1
    if i > start and words[i - 1] not in _MEDIA_NOUNS:
        return ""
    if i < high and words[i] in QUOTES and i > start:
        i += 1
    if i >= high or not bits[i] & CAPITAL:
        return ""
    a, b = names.runs(i, high)[0]
    if (a == i and i > start) or (b < high and words[b] in _MEDIA_NOUNS):
        return joined(names.document, a, b)
    if words[a] == "X" and b - a == 1 and words[at - 1] == "on":
        return "X"
    if told and b - a == 1 and not bits[a] & (ORG | COMPANY | PLACE | CALENDAR | ROLE | HONOR | FIRST | LEAD):
        # "told PressLine", "told HTV": no word of the article's people
        odd = bits[a] & ACRONYM or not words[a][1:].islower()
        if odd and words[a].isalpha() and names.person(a, b) is None:
            return words[a]
    while b + 1 < high and words[b] in ("of", "&") and bits[b + 1] & CAPITAL:
        b = names.runs(b + 1, high)[0][1]
    while b - a > 1 and bits[b - 1] & CALENDAR:
        b -= 1
    if words[b - 1] == "Hill" and words[a - 1] not in ("The", "the") and words[a] != "The":
        return ""
    known = any(bits[k] & (OUTLET | PLATFORM) or (bits[k] & MEDIA and (b - a > 1 or i > start)) for k in range(a, b))
    return joined(names.document, a, b) if known else ""


def _document_at(names: Names, at: int, high: int) -> str:
    """The statement or document that a noun phrase after "in" names."""
    words = names.words
    for i in range(at, min(at + 6, high)):
        low = words[i].lower()
        if low == "media" and i > at and words[i - 1] == "social":
            return "social media"
        if low in _STATEMENTS:
            a = at + (words[at].lower() in DETERMINERS and at < i)
            return joined(names.document, a, i + 1)
        if not (words[i][0].isalnum() or words[i] in ("’s", "'s")) or low in _LEADING:
            return ""
    return ""


_WITHHELD = as_written(
    "anonymity anonymously anonymous named identified authorized authorised allowed permitted name names surname surnames "
    "pseudonym pseudonyms quoted".split()
)


def anonymity(names: Names, sentence: int) -> tuple[bool, str]:
    """Whether a sentence says that a source asked not to be named, and the reason that it states."""
    if _WITHHELD.isdisjoint(names.distinct):  # most articles
        return False, ""
    low, high = names.bounds_of(sentence)
    if _WITHHELD.isdisjoint(names.words[low:high]):
        return False, ""
    text = names.document.span(low, high).text
    return (True, anonymity_reason(text)) if asks_anonymity(text) else (False, "")


_WISH = (
    r"(?:(?:on|under) (?:the )?condition of anonymity|(?:not|n[’']t) (?:to )?be (?:named|identified|quoted by name)"
    r"|anonymously|anonymity|(?:use|print|publish|give|reveal|want) (?:his|her|their) (?:sur|full |last |real )?names?\b"
    r"|(?:altered|changed|assumed|false) names?\b|pseudonyms?\b|only (?:his|her|their|by) (?:an? )?(?:first|given) names?\b)"
)
_REASON = re.compile(
    _WISH
    + r"[^.;”\"]*?\b(because of|because|since|as|so as to|in order to|to|out of|for fear of|for fear|fearing|due to|"
    r"in line with|citing|given)\b\s+([^.;”\"\n]{6,200})",
    re.IGNORECASE,
)
_FORBIDDEN = re.compile(
    r"\b((?:(?:is|are|was|were)(?: not|n[’']t)) (?:authori[sz]ed|allowed|permitted) to [^,.;”\"\n]{4,120})",
    re.IGNORECASE,
)
_ANONYMITY = re.compile(
    _WISH + r"|not (?:authori[sz]ed|allowed|permitted) to (?:speak|talk|comment|discuss|be)|anonymous", re.IGNORECASE
)
_BREAK = re.compile(r",? (?:said|says|told|insisted?|claimed?|added|hopes?)\b|, ")


def anonymity_reason(text: str) -> str:
    """The stated reason for withholding a name in a sentence, or "".

    >>> anonymity_reason("A clerk, who asked not to be named because the talks are secret, said no.")
    'the talks are secret'
    """
    match = _REASON.search(text)
    if not match:
        forbidden = _FORBIDDEN.search(text)
        return forbidden.group(1).strip() if forbidden else ""
    word, reason = match.group(1).lower(), match.group(2)
    reason = _BREAK.split(reason)[0].strip(" ,")
    return f"{word} {reason}" if word in ("to", "out of", "for fear of", "for fear", "fearing") else reason


def asks_anonymity(text: str) -> bool:
    """Whether a sentence says that a source asked not to be named."""
    return bool(_ANONYMITY.search(text))
