"""Which tokens stand in quotation marks, in text whose marks may be odd in number, mixed or missing.

Takes tokens and paragraphs, gives one flag a token. Marks open or close by their shape where it has
a direction and by the white space around them where it has none; a paragraph that opens and never
closes is quoted to its end where the quotation goes on in the next one, and a stray mark costs a
sentence at most. Double marks are read first, single ones (which may be apostrophes) between them.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

import numpy as np

from classifier.tokens import CLOSE_QUOTES, OPEN_QUOTES, QUOTES, SINGLE_QUOTES, STRAIGHT_QUOTES

_OPENS, _EITHER, _CLOSES = 1, 0, -1
_DOUBLE = OPEN_QUOTES | CLOSE_QUOTES | STRAIGHT_QUOTES
_AFTER_OPENING = frozenset("([{—–-/:")
_BEFORE_CLOSING = frozenset(".,;:!?)]}")
_SENTENCE_ENDS = frozenset((".", "!", "?", "…", "..."))
_INTRODUCES = frozenset(".,:;!?…") | {"..."}
# words that begin with an apostrophe, often set as an opening mark
_ELISIONS = frozenset("bout cause em er ere m n neath nother nuff re round s t til till tis twas tween d ll ve".split())
_CONTINUES = 5  # paragraphs without marks that a quotation left open may run over
_POSSESSIVE = 60  # tokens in which the closing mark must follow a plural possessive


def quoted(
    text: str,
    words: Sequence[str],
    starts: Sequence[int],
    ends: Sequence[int],
    paragraph_starts: Sequence[int],
) -> np.ndarray:
    """For each token whether it stands inside quotation marks (the marks count as inside).

    Returns
    -------
    ndarray of bool, shape (n_tokens,)
    """
    n = len(words)
    inside = np.zeros(n, dtype=bool)
    kinds = QUOTES.intersection(words)
    if not kinds:
        return inside
    marks = [i for i, word in enumerate(words) if word in kinds]
    before, after = _space_around(words, starts, ends, marks, paragraph_starts)
    left_open = -1  # double mark that an earlier paragraph left open
    left_in = 0
    bounds = [*paragraph_starts, n]
    p = m = 0
    while m < len(marks):
        while bounds[p + 1] <= marks[m]:
            p += 1
        first, last = bounds[p], bounds[p + 1]
        stop = bisect_left(marks, last, m)
        here = range(m, stop)
        m = stop
        doubles = [x for x in here if words[marks[x]] in _DOUBLE]
        if doubles:
            if left_open >= 0 and p - left_in > _CONTINUES:
                left_open = -1
            at = [marks[x] for x in doubles]
            roles = [_role(words[marks[x]], before[x], after[x]) for x in doubles]
            if at[0] == first and words[first] in CLOSE_QUOTES:
                roles[0] = _OPENS
            if at[-1] == last - 1:
                roles[-1] = _CLOSES
            left_open = _pair_doubles(words, at, roles, first, last, left_open, inside)
            left_in = p
            if left_open >= 0:
                goes_on = last < n and words[last] in _DOUBLE
                inside[left_open : _end_of_open(words, starts, ends, left_open, first, last, goes_on)] = True
        if len(doubles) < len(here):
            singles = [x for x in here if words[marks[x]] in SINGLE_QUOTES and not inside[marks[x]]]
            next_opens = last < n and words[last] in SINGLE_QUOTES
            _pair_singles(words, starts, ends, marks, before, after, singles, first, last, next_opens, inside)
    return inside


def _space_around(
    words: Sequence[str],
    starts: Sequence[int],
    ends: Sequence[int],
    marks: Sequence[int],
    paragraph_starts: Sequence[int],
) -> tuple[list[bool], list[bool]]:
    """For each mark whether a word may begin behind it and whether one may have ended before it.

    Marks that touch (``"'``) share what lies around them all.
    """
    paragraphs = set(paragraph_starts)
    n = len(words)
    before: list[bool] = []
    for x, i in enumerate(marks):
        if i in paragraphs or starts[i] > ends[i - 1]:
            before.append(True)
        elif x and marks[x - 1] == i - 1:
            before.append(before[-1])
        else:
            before.append(words[i - 1] in _AFTER_OPENING)
    after: list[bool] = []
    for x in range(len(marks) - 1, -1, -1):
        i = marks[x]
        if i + 1 >= n or i + 1 in paragraphs or starts[i + 1] > ends[i]:
            after.append(True)
        elif after and marks[x + 1] == i + 1:
            after.append(after[-1])
        else:
            after.append(words[i + 1] in _BEFORE_CLOSING)
    return before, after[::-1]


def _role(word: str, before: bool, after: bool) -> int:
    """Whether a double mark opens, closes, or may do either."""
    if word in OPEN_QUOTES or word == "``":
        return _OPENS if before else _EITHER  # „so“ and »so«
    if word in CLOSE_QUOTES or word == "''":
        return _EITHER if before and not after else _CLOSES  # ”so”
    if before == after:
        return _EITHER
    return _OPENS if before else _CLOSES


def _pair_doubles(
    words: Sequence[str],
    marks: Sequence[int],
    roles: list[int],
    first: int,
    last: int,
    left_open: int,
    inside: np.ndarray,
) -> int:
    """Flag what stands between the double marks of one paragraph; the mark that stays open, or -1."""
    nested = _nests(roles)
    opened, role_of_opened, depth = -1, _EITHER, 0
    for at, (i, role) in enumerate(zip(marks, roles, strict=True)):
        if opened < 0:
            if role != _CLOSES:
                opened, role_of_opened = i, role
            elif left_open < 0 and roles[at + 1 : at + 2] == [_CLOSES] and i > first and words[i - 1] in ",:":
                opened, role_of_opened = i, _OPENS  # 'He says," we go."': the space is on the wrong side
            elif left_open >= 0 and not words[i - 1].isdigit():
                inside[left_open : i + 1] = True
                left_open = -1
        elif role == _OPENS and not (words[i] in STRAIGHT_QUOTES and _misplaced(words, i, last)):
            # a quotation in a quotation, or one that was never closed: told apart by how the marks add up
            depth += nested
        elif depth:
            depth -= 1
        else:
            inside[opened : i + 1] = True
            opened = -1
    if opened >= 0 and role_of_opened == _EITHER and opened > first:
        return -1  # a mark between spaces or glued on both sides, and alone: nothing to go by
    return opened


def _nests(roles: Sequence[int]) -> bool:
    """Whether every mark has a direction and each opening one its closing one."""
    depth = 0
    for role in roles:
        depth += role
        if depth < 0 or role == _EITHER:
            return False
    return depth == 0


def _misplaced(words: Sequence[str], i: int, last: int) -> bool:
    """Whether a mark that looks like opening closes after all: '"We go, "he said'."""
    return words[i - 1] in ",.?!" and i + 1 < last and words[i + 1][0].islower()


def _end_of_open(
    words: Sequence[str],
    starts: Sequence[int],
    ends: Sequence[int],
    opened: int,
    first: int,
    last: int,
    goes_on: bool,
) -> int:
    """Where a quotation ends that its paragraph never closes: with the paragraph, or with the sentence.

    In the middle of a sentence, with nothing that leads in to it or goes on with it, the mark may be stray.
    """
    if goes_on or opened - first <= 1 or words[opened - 1] in _INTRODUCES:
        return last
    for i in range(opened + 1, last):
        if words[i] in _SENTENCE_ENDS and (i + 1 == last or starts[i + 1] > ends[i]):
            return i + 1
    return last


def _pair_singles(
    words: Sequence[str],
    starts: Sequence[int],
    ends: Sequence[int],
    marks: Sequence[int],
    before: Sequence[bool],
    after: Sequence[bool],
    singles: Sequence[int],
    first: int,
    last: int,
    next_opens: bool,
    inside: np.ndarray,
) -> None:
    """Flag what stands between the single marks of one paragraph that no double marks enclose."""
    opened = -1
    for at, x in enumerate(singles):
        i = marks[x]
        if before[x] and not after[x]:
            if words[i] != "’" and i + 1 < last and not _elided(words[i + 1]):
                opened = i  # one that is still open was an apostrophe
        elif opened >= 0 and after[x]:
            if words[i - 1] in ("n", "N") and at and marks[singles[at - 1]] == i - 2:
                continue  # rock 'n' roll
            follows = singles[at + 1] if at + 1 < len(singles) else -1
            if (
                words[i - 1][-1] in "sS"
                and starts[i] == ends[i - 1]
                and i + 1 < last
                and words[i + 1][0].islower()
                and follows >= 0
                and marks[follows] - i <= _POSSESSIVE
                and after[follows]
                and not before[follows]
            ):
                continue  # "the ministers’ plan": the quotation closes further on
            inside[opened : i + 1] = True
            opened = -1
    if opened >= 0 and opened == first and next_opens:
        inside[opened:last] = True


def _elided(word: str) -> bool:
    return word[0].isdigit() or word.lower() in _ELISIONS
