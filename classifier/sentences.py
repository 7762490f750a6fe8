"""Tokens to sentences: full stops that end one and full stops that do not.

Rules over tokens, since a Punkt model trained on news breaks at "Mr. | Trump" (see
``docs/experiments.md``). A line break ends a sentence, unless the text is hard-wrapped.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from classifier.tokens import CLOSE_QUOTES, MAY_END, NEVER_END, QUOTES

_ENDS = frozenset((".", "!", "?", "…", "..."))
_CLOSERS = frozenset((")", "]", "}")) | CLOSE_QUOTES | frozenset(('"', "''", "'", "’", "＂"))
_STARTERS = frozenset(
    "The A An In On At But And He She It They We You I This That These Those His Her Their Its Our My If When "
    "While After Before As For From With There Some Many Most What Who How Why Where Mr. Mrs. Ms. Dr. Sen. "
    "However Meanwhile Still Yet So Then Now Also Under Since During Although Despite".split()
)
_BREAK = re.compile(r"[ \t\u00a0]*(?:\r\n?|\n|\u2028|\u2029|\x0b|\x0c|\x85)\s*")


def line_breaks(text: str) -> list[tuple[int, bool]]:
    """Where lines end: (offset of the first character after the break, whether a blank line lies there).

    Single line breaks of a hard-wrapped text (most lines of similar length that do not end a
    sentence) are left out.
    """
    breaks = []
    for match in _BREAK.finditer(text):
        gap = match.group().replace("\r\n", "\n")
        breaks.append((match.start(), match.end(), sum(gap.count(c) for c in "\n\r\u2028\u2029\x0b\x0c\x85") > 1))
    single = [b for b in breaks if not b[2]]
    if len(single) >= 5 and len(single) > 3 * (len(breaks) - len(single)):
        previous = 0
        wrapped = 0
        for start, end, _ in breaks:
            wrapped += 40 <= start - previous <= 120 and text[start - 1 : start] not in set(".!?…”\"’'")
            previous = end
        if wrapped > 0.6 * len(breaks):
            breaks = [b for b in breaks if b[2]]
    return [(end, blank) for _, end, blank in breaks]


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
    paragraphs = [0]
    breaks = line_breaks(text)
    token = 0
    for offset, _ in breaks:
        while token < n and starts[token] < offset:
            token += 1
        if 0 < token < n and token != paragraphs[-1]:
            paragraphs.append(token)
    begins = set(paragraphs)
    sentences = set(paragraphs)
    for i, word in enumerate(words):
        last = word[-1]
        if last != "." and last != "!" and last != "?" and last != "…":
            continue
        if word not in _ENDS:
            lower = word.lower()
            if lower in NEVER_END or "@" in word or "/" in word:
                continue
            if not (lower in MAY_END or (len(word) >= 2 and word[0].isalpha())):
                continue
        j = i + 1
        while j < n and words[j] in _CLOSERS and starts[j] == ends[j - 1] and j not in begins:
            j += 1
        if j >= n or j in begins:
            continue
        following = words[j]
        if words[j] in _ENDS:
            continue
        if starts[j] == ends[j - 1]:
            # "said.The": a missing space, common in scraped text
            glued = word == "." and i > 0 and words[i - 1].islower() and len(words[i - 1]) > 2
            if not (glued and following[0].isupper() and following[1:2].islower()):
                continue
        k = j
        while k < n - 1 and (words[k] in QUOTES or words[k] in "([{") and k not in begins:
            k += 1
        opener = words[k]
        link = opener.startswith(("http", "pic.twitter"))
        if (opener[0].islower() and not link) or (opener[0] in ",;:" or (opener in ("-", "--", "–", "—") and k > j)):
            continue
        if word not in _ENDS and opener not in _STARTERS:
            continue
        if opener in ("–", "—", "--"):
            continue
        sentences.add(j)
    return sorted(sentences), paragraphs
