"""Tokens to sentences: full stops that end one and full stops that do not.

Rules over tokens, since a Punkt model trained on news breaks at "Mr. | Trump" (see
``docs/experiments.md``). A line break ends a sentence, unless the text is hard-wrapped.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from classifier.tokens import CLOSE_QUOTES, MAY_END, NEVER_END, OPEN_QUOTES, QUOTES, STRAIGHT_QUOTES

_ENDS = frozenset((".", "!", "?", "…", "..."))
_CLOSERS = frozenset((")", "]", "}")) | CLOSE_QUOTES | frozenset(('"', "''", "'", "’", "＂"))
_STARTERS = frozenset(
    "The A An In On At But And He She It They We You I This That These Those His Her Their Its Our My If When "
    "While After Before As For From With There Some Many Most What Who How Why Where Mr. Mrs. Ms. Dr. Sen. "
    "However Meanwhile Still Yet So Then Now Also Under Since During Although Despite".split()
)
_ELLIPSES = frozenset(("…", "..."))
_SIGNATURE = 12  # tokens
_DASHES = frozenset(("-", "–", "—", "--"))
_BREAK = re.compile(r"[\n\r\u2028\u2029\x0b\x0c\x85]\s*")
_LINE_END = re.compile(r"\r\n|[\n\r\u2028\u2029\x0b\x0c\x85]")
_NEXT_WORD = re.compile(r"\S{0,30}")
_STOPS_LINE = frozenset(".!?:…”\"’'")
_NOT_WRAPPED = ("by ", "http", "www.", "pic.twitter")
_FULL_LINE = 30  # characters; a shorter line has another reason to end
_ROOM = 10  # characters; a wrapped line has not this much left for the next word


def line_breaks(text: str) -> list[tuple[int, bool]]:
    """Where lines end: (offset of the first character after the break, whether a blank line lies there).

    Breaks that only wrap a line are left out: one after no full stop and before a small letter; and
    where many are of this kind, every one that the next word would not have fitted before.
    """
    # start of the next line, length of this one, whether a blank line is between, whether it only wraps
    breaks: list[tuple[int, int, bool, bool]] = []
    previous = 0
    for match in _BREAK.finditer(text):
        end = match.end()
        gap = match.group()
        blank = len(gap) > 1 and len(_LINE_END.findall(gap)) > 1
        line = text[previous : match.start()].rstrip()
        wraps = (
            not blank
            and text[end : end + 1].islower()
            and len(line) >= _FULL_LINE
            and line[-1] not in _STOPS_LINE
            and not text.startswith(_NOT_WRAPPED, end)
        )
        breaks.append((end, len(line), blank, wraps))
        previous = end
    single = [b for b in breaks if not b[2]]
    full = [length for _, length, _, wraps in single if wraps]
    if len(full) > 1 and len(full) > 0.4 * len(single):
        width = max(full)
        breaks = [b for b in breaks if b[2] or width - b[1] - _next_word_length(text, b[0]) > _ROOM]
    return [(end, blank) for end, _, blank, wraps in breaks if not wraps]


def _next_word_length(text: str, at: int) -> int:
    following = _NEXT_WORD.match(text, at)
    return len(following.group()) if following else 0


def split(text: str, words: Sequence[str], starts: Sequence[int], ends: Sequence[int]) -> tuple[list[int], list[int]]:
    """First tokens of the sentences and of the paragraphs.

    Returns
    -------
    sentence_starts, paragraph_starts : list of int
        Token indices, ascending, both beginning with 0 (empty for a text without tokens). Every
        paragraph start is a sentence start.
    """
    n = len(words)
    if not n:
        return [], []
    paragraphs = sorted({0, *(bisect_left(starts, offset) for offset, _ in line_breaks(text))})
    if paragraphs[-1] == n:
        paragraphs.pop()
    begins = set(paragraphs)
    sentences = set(paragraphs)
    enders = {word: _kind(word) for word in set(words) if word[-1] in ".!?…"}
    enders = {word: kind for word, kind in enders.items() if kind}
    straight: list[int] | None = None
    for i in [i for i, word in enumerate(words) if word in enders]:
        if words[i] in _ELLIPSES and i in sentences:
            continue  # it stands for words left out at the beginning of this sentence
        j = i + 1
        while j < n and starts[j] == ends[j - 1] and words[j] in _CLOSERS and j not in begins:
            j += 1
        if j >= n or j in begins:
            continue
        if starts[j] == ends[j - 1]:
            if not _missing_space(words, i, j) or (words[j] in OPEN_QUOTES and starts[j + 1] > ends[j]):
                continue
            if words[j - 1] == '"' and j - 1 > i:
                if straight is None:
                    straight = [x for x, word in enumerate(words) if word == '"']
                paragraph = paragraphs[bisect_right(paragraphs, j) - 1]
                if (bisect_left(straight, j - 1) - bisect_left(straight, paragraph)) % 2 == 0:
                    j -= 1  # the mark opens the next sentence
        elif words[j] in _ENDS:
            if words[j] not in _ELLIPSES or enders[words[i]] != "mark" or not words[j + 1 : j + 2]:
                continue
            if words[i] in _ELLIPSES or not words[j + 1][0].isupper():
                continue
        elif not _begins(words, j, enders[words[i]], words[i], begins):
            continue
        sentences.add(j)
    return sorted(sentences), paragraphs


def _missing_space(words: Sequence[str], i: int, j: int) -> bool:
    """Whether a sentence ends at token `i` though token `j` follows without a space ('said.The', 'said.“The')."""
    if words[i] != "." or not i:
        return False
    previous, following = words[i - 1], words[j]
    if following in OPEN_QUOTES and j + 1 < len(words):
        return words[j + 1][0].isupper()
    if not (following[0].isupper() and (following[1:2].islower() or following in ("I", "A"))):
        return False
    return len(previous) > 2 and (previous.islower() or (previous.isalpha() and following in _STARTERS))


def _kind(word: str) -> str:
    """How a token with a full stop (or the like) at its end can end a sentence: "mark", "word" or not ("")."""
    if word in _ENDS:
        return "mark"
    lower = word.lower()
    if lower in NEVER_END or "@" in word or "/" in word:
        return ""
    return "word" if lower in MAY_END or (len(word) > 1 and word[0].isalpha()) else ""


def _begins(words: Sequence[str], j: int, kind: str, ender: str, begins: set[int]) -> bool:
    """Whether a sentence can begin with token `j`, after white space and a token that can end one."""
    k = j
    while k < len(words) - 1 and (words[k] in QUOTES or words[k] in "([{") and k not in begins:
        k += 1
    opener = words[k]
    if opener in _DASHES:
        return k == j and _signature(words, j, begins)
    if opener[0] in ",;:" or (opener[0].islower() and not opener.startswith(("http", "pic.twitter"))):
        return False
    if kind == "word":
        return opener in _STARTERS and not (opener == "Sen." and ender[0].isupper() and ender[1] == ".")
    return True


def _signature(words: Sequence[str], j: int, begins: set[int]) -> bool:
    """Whether a dash leads in to who wrote or said what stands before: "— Name (@handle)", '.” — Name' and no more."""
    last = len(words)
    for x in range(j + 1, min(j + _SIGNATURE, len(words))):
        if x in begins:
            last = x
            break
        if words[x] == "(" and x + 1 < len(words):
            return words[x + 1].startswith("@")
    after_quote = words[j - 1] in CLOSE_QUOTES or words[j - 1] in STRAIGHT_QUOTES
    return after_quote and 1 < last - j < _SIGNATURE and words[j + 1][0].isupper()
