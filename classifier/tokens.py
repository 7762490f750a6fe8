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
NEVER_END = frozenset(a + "." for a in _ABBREVIATIONS["never"])
MAY_END = frozenset(a + "." for a in _ABBREVIATIONS["may"])

_INVISIBLE = r"\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
# what may stand inside a word without ending it: accents apart from their letter, soft hyphens, joiners
_INNER = r"\u0300-\u036f\u00ad\u200c\u200d\u2060"
_LETTER = r"[^\W_]"
_CLITIC = rf"(?:s|S|ll|ve|re|d|m|LL|VE|RE|D|M)(?!{_LETTER})"


def _pattern() -> str:
    words = sorted((re.escape(a) for a in (*_ABBREVIATIONS["never"], *_ABBREVIATIONS["may"])), key=len, reverse=True)
    longest = max(map(len, words))
    return "|".join(
        (
            # nine tokens in ten; nothing below could take more than the letters
            r"[A-Za-z]+(?=[ ,\n])",
            r"(?:https?://|www\.|pic\.twitter\.com/)[^\s<>\"”’]*[^\s<>\"”’.,;:!?)\]…]",
            r"[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+",
            r"[@#]\w+",
            rf"(?:[A-Za-z]\.){{2,8}}(?!{_LETTER})",
            # the first group only keeps words without a full stop from going through the list
            rf"(?=[A-Za-z.-]{{1,{longest}}}\.)(?<!{_LETTER})(?i:{'|'.join(words)})\.(?!{_LETTER})",
            rf"(?<!{_LETTER})[A-Z]\.(?=[ \u00a0]?[A-Z])",
            rf"(?:[’']|(?<={_LETTER})‘){_CLITIC}",
            rf"\d+(?:[.,:/]\d+)*(?:st|nd|rd|th|s|m|bn|k|km|pm|am)?(?!{_LETTER})",
            # a clitic ends the word: look ahead before taking an apostrophe in
            rf"{_LETTER}+(?:(?:[-‐‑&/]|[.](?=[a-zA-Z])(?<![a-z][.])|[’'](?!{_CLITIC})){_LETTER}+|[{_INNER}]+{_LETTER}+|[\u0300-\u036f]+)*",
            r"''|``|’’|‘‘|\.{2,}|--+|_+",
            rf"[^\s{_INVISIBLE}]",
        )
    )


# with the gap before each token, so that offsets are sums of lengths
_TOKEN = re.compile(rf"([\s{_INVISIBLE}]*)({_pattern()})")


def tokenize(text: str) -> tuple[list[str], list[int], list[int]]:
    """Tokens of a text with their start and end offsets.

    Returns
    -------
    words : list of str
    starts, ends : list of int
        ``text[starts[i]:ends[i]] == words[i]``, ascending and without overlap.
    """
    parts = _TOKEN.findall(text)
    if not parts:
        return [], [], []
    gaps, words = zip(*parts, strict=True)
    bounds = list(accumulate(map(len, (piece for part in parts for piece in part))))
    return list(words), bounds[0::2], bounds[1::2]
