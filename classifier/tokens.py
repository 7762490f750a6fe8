"""Text to tokens with character offsets, by one regular expression, in linear time.

A token is a word (with inner hyphens, apostrophes and full stops), a clitic ('s), a number, an
abbreviation with its full stop, a link or handle, a quotation mark ('' and `` are one), or a single
other mark. White space and characters without width (byte order marks, directions, soft hyphens)
stand between tokens; joined by their offsets they give the text again.
"""

from __future__ import annotations

import re
from itertools import accumulate

from classifier import lexicons

OPEN_QUOTES = frozenset(("“", "«", "„", "‟", "‘‘"))
CLOSE_QUOTES = frozenset(("”", "»", "’’"))
STRAIGHT_QUOTES = frozenset(('"', "''", "``", "＂"))
SINGLE_QUOTES = frozenset("'‘’‚‛`")
QUOTES = OPEN_QUOTES | CLOSE_QUOTES | STRAIGHT_QUOTES | SINGLE_QUOTES

_ABBREVIATIONS = lexicons.read("abbreviations")
NEVER_END = frozenset(a.lower() + "." for kind in ("never", "number") for a in _ABBREVIATIONS[kind])
MAY_END = frozenset(a.lower() + "." for a in _ABBREVIATIONS["may"])

_INVISIBLE = r"\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
# what may stand inside a word without ending it: accents apart from their letter, soft hyphens, joiners
_INNER = r"\u0300-\u036f\u00ad\u200c\u200d\u2060"
_LETTER = r"[^\W_]"
_CLITIC = rf"(?:s|S|ll|ve|re|d|m|LL|VE|RE|D|M)(?!{_LETTER})"


def _pattern() -> str:
    words = [*_ABBREVIATIONS["never"], *_ABBREVIATIONS["may"]]
    longest = max(map(len, words))
    small = "|".join(re.escape(a) for a in words if a.islower())
    capital = "|".join(f"{a[0]}(?i:{re.escape(a[1:])})" for a in words if not a.islower())
    number = "|".join(re.escape(a) for a in _ABBREVIATIONS["number"])
    return "|".join(
        (
            # nine tokens in ten are of these two kinds; nothing below could take more of them
            r"[A-Za-z]+(?=[ ,\n])",
            r"[,“”\"()]|\.(?=\s)",
            r"(?:https?://|www\.|pic\.twitter\.com/)[^\s<>\"”’]*[^\s<>\"”’.,;:!?)\]…]",
            r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+",
            r"[@#]\w+",
            rf"(?:[A-Za-z]\.){{2,8}}(?!{_LETTER})",
            # the first group only keeps words without a full stop from going through the list
            rf"(?=[A-Za-z.-]{{1,{longest}}}\.)(?<!{_LETTER})(?:(?i:{small})|{capital})\.(?!{_LETTER})",
            rf"(?<!{_LETTER})(?i:{number})\.(?=[ \u00a0]?\d)",
            rf"(?<!{_LETTER})[A-Z]\.(?=[ \u00a0]?[A-Z])",
            rf"(?:[’']|(?<={_LETTER})‘){_CLITIC}",
            rf"\d+(?:[.,:/]\d+)*(?:st|nd|rd|th|s|m|bn|k|km|pm|am)?(?!{_LETTER})",
            # a clitic ends the word: look ahead before taking an apostrophe in
            rf"{_LETTER}+(?:(?:[-‐‑&/]|[.](?=[a-zA-Z])(?<![a-z][.])|[’'](?!{_CLITIC})){_LETTER}+|[{_INNER}]+{_LETTER}+|[\u0300-\u036f]+)*",
            r"''|``|’’|‘‘|\.{2,}|--+|_+",
            rf"[^\s{_INVISIBLE}]",
        )
    )


# The gap before a token is matched too: splitting gives gaps and tokens by turns, and their lengths add up to offsets.
# A gap that no token follows ends with the text, or every part of it would be tried anew.
_TOKEN = re.compile(rf"([\s{_INVISIBLE}]*)({_pattern()}|\Z)")


def tokenize(text: str) -> tuple[list[str], list[int], list[int]]:
    """Tokens of a text with their start and end offsets.

    Returns
    -------
    words : list of str
    starts, ends : list of int
        ``text[starts[i]:ends[i]] == words[i]``, ascending and without overlap.
    """
    pieces = _TOKEN.split(text)  # nothing, gap, token, nothing, gap, token, ..., nothing
    offsets = list(accumulate(map(len, pieces)))
    words = pieces[2::3]
    n = len(words)
    while n and not words[n - 1]:
        n -= 1
    return words[:n], offsets[1::3][:n], offsets[2::3][:n]
