"""Which quotations of several accounts are the same words, as taken down, cut or translated by each.

Takes reports and gives groups of quotations. Two steps: quotations that share a pair of neighbouring
content words are candidates (an inverted index, so that the work grows with the number of
quotations and not with its square); candidates are then aligned word by word (local alignment after
Smith and Waterman, 1981), and a shorter quotation counts as the same where it lies in the longer one
with few words changed. Fewer are allowed in short quotations and where the speakers differ, and
never one "not" more or less.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from classifier import lexicons
from classifier.article import Article
from classifier.document import read
from classifier.report import ArticleReport, Sentence, whole_text
from classifier.same_source import plain
from classifier.tokens import QUOTES

MIN_WORDS = 3  # shorter ones are words set in quotation marks, not quotations
_STOCK = 5  # shorter ones are the same only from the same speaker
_WINDOW = 3  # content words that far apart form a pair
_CANDIDATES = 8
_COMMON = 100  # a pair in more groups than that tells nothing
_GAP = 0.3  # cost of a word left out or changed, as a share of its weight
_OUTER_MARKS = "".join(QUOTES) + " \t\r\n"
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*|\d+(?:[.,]\d+)*")
_CLITICS = (
    (re.compile(r"\bcan't\b|\bcannot\b"), "can not"),
    (re.compile(r"\bwon't\b"), "will not"),
    (re.compile(r"n't\b"), " not"),
    (re.compile(r"'re\b"), " are"),
    (re.compile(r"'ve\b"), " have"),
    (re.compile(r"'ll\b"), " will"),
    (re.compile(r"'m\b"), " am"),
    (re.compile(r"\bno one\b"), "nobody"),
    (re.compile(r"'(?:s|d)?\b"), " "),
)
_NUMBERS = {word: str(number) for number, word in enumerate(lexicons.read("comparison")["number"], 2)}


@dataclass(frozen=True)
class Quotation:
    """One quotation of one account.

    Attributes
    ----------
    account : int
        Number of the report, from 0.
    text : str
        The words as printed, without the outer quotation marks.
    source : int or None
        Whose words they are: index into the report's ``sources``.
    words : tuple of str
        Stems, for matching.
    """

    account: int
    text: str
    source: int | None
    words: tuple[str, ...]


@cache
def _list(name: str) -> frozenset[str]:
    return frozenset(lexicons.read("comparison")[name])


def stems(text: str) -> tuple[str, ...]:
    """The words of a quotation in a form that survives another editor: no case, marks, endings, contractions.

    >>> stems("They don't believe it: “No one warned us!”")
    ('they', 'do', 'not', 'believ', 'it', 'nobody', 'warn', 'us')
    """
    text = plain(text)
    for pattern, replacement in _CLITICS:
        text = pattern.sub(replacement, text)
    out: list[str] = []
    for word in _WORD.findall(text):
        if word[0].isdigit():
            number = word.replace(",", "")
            thousands = number.endswith("000") and len(number) > 3
            out += [number[:-3], "thousand"] if thousands else [number]
        else:
            out.append(_NUMBERS.get(word) or _stem(word))
    return tuple(out)


def _stem(word: str) -> str:
    if len(word) < 4 or word in _list("function") or word in _list("negation"):
        return word
    for ending in ("ings", "ing", "ied", "ies", "edly", "ed", "es", "s", "ly"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word[: -len(ending)] + ("y" if ending in ("ied", "ies") else "")
            break
    return word[:-1] if word.endswith("e") and len(word) > 3 else word


@cache
def weight(stem: str) -> float:
    """What a word counts: negations and numbers most, function words least."""
    if stem in _list("negation") or stem[0].isdigit():
        return 2.0
    return 0.5 if stem in _list("function") else 1.0


def quotations(account: int, report: ArticleReport) -> list[Quotation]:
    """The quotations of a report, headline first, in reading order.

    What stands in quotation marks within attributed content, whatever else the sentence holds; and
    the whole content of a direct quotation whose marks stand in other sentences.
    """
    found: list[Quotation] = []
    if report.headline is not None:
        found += _of_sentences(account, report.title, (report.headline,))
    found += _of_sentences(account, report.text, report.sentences)
    return found


def _of_sentences(account: int, text: str, sentences: Sequence[Sentence]) -> Iterator[Quotation]:
    text = whole_text(text, sentences)
    regions = _quoted_regions(text)
    for sentence in sentences:
        if sentence.boilerplate >= 0.5:
            continue
        # the innermost attribution of words is whose words they are
        taken: dict[tuple[int, int], tuple[int, list[str], int | None]] = {}
        for attribution in sentence.attributions:
            pieces = []
            for span in attribution.content:
                inside = [(max(a, span.start), min(b, span.end)) for a, b in regions if a < span.end and b > span.start]
                if not inside and sentence.attribution == "direct":
                    inside = [(span.start, span.end)]
                pieces += inside
            if not pieces:
                continue
            size = sum(s.end - s.start for s in attribution.content)
            # "A," he said, "B" is one quotation; he was "a" and "b" are two
            joined = [pieces] if sentence.attribution == "direct" else [[p] for p in pieces]
            for parts in joined:
                key = parts[0]
                if key not in taken or size < taken[key][0]:
                    taken[key] = (size, [text[a:b] for a, b in parts], attribution.source_index)
        for _, (_, parts_text, source) in sorted(taken.items()):
            cleaned = " ".join(p for p in (_clean(part) for part in parts_text) if p).rstrip(",;: ")
            words = stems(cleaned)
            if len(words) >= MIN_WORDS:
                yield Quotation(account, cleaned, source, words)


def _quoted_regions(text: str) -> list[tuple[int, int]]:
    """Offsets of what stands in quotation marks."""
    document = read(Article(text))
    regions: list[tuple[int, int]] = []
    opened = False
    for start, end, inside in zip(*document.offsets, document.inside.tolist(), strict=True):
        if inside:
            regions.append((regions.pop()[0] if opened else start, end))
        opened = inside
    return regions


def _clean(text: str) -> str:
    return " ".join(text.split()).strip(_OUTER_MARKS)


def agreement(one: Sequence[str], other: Sequence[str]) -> tuple[float, float]:
    """How far the shorter of two quotations lies in the longer.

    Parameters
    ----------
    one, other : sequence of str
        Stems.

    Returns
    -------
    agreement : float
        0..1, the Dice coefficient of weighted words over the aligned parts; 0 where one part has a
        negation more than the other.
    gap : float
        Weight of the longest run of words of the shorter one that the longer lacks.
    """
    short, long = sorted((one, other), key=len)
    ws, wl = [weight(w) for w in short], [weight(w) for w in long]
    # cell: score, matched pairs as a linked list
    Cell = tuple[float, tuple | None]
    empty: Cell = (0.0, None)
    best: Cell = empty
    above: list[Cell] = [empty] * (len(long) + 1)
    for i, word in enumerate(short):
        row: list[Cell] = [empty]
        for j, candidate in enumerate(long):
            if word == candidate:
                cell: Cell = (above[j][0] + ws[i], (i, j, above[j][1]))
            else:
                cell = max(
                    (above[j][0] - _GAP * max(ws[i], wl[j]), above[j][1]),
                    (above[j + 1][0] - _GAP * ws[i], above[j + 1][1]),
                    (row[j][0] - _GAP * wl[j], row[j][1]),
                    key=lambda c: c[0],
                )
                if cell[0] <= 0:
                    cell = empty
            row.append(cell)
            if cell[0] > best[0]:
                best = cell
        above = row
    pairs = []
    link = best[1]
    while link:
        pairs.append((link[0], link[1]))
        link = link[2]
    if not pairs:
        return 0.0, sum(ws)
    (i0, j0), (i1, j1) = pairs[-1], pairs[0]
    # words before and behind that fit nothing count in both, as far as both have some
    head = min(sum(ws[:i0]), sum(wl[:j0]))
    tail = min(sum(ws[i1 + 1 :]), sum(wl[j1 + 1 :]))
    total = sum(ws) + sum(wl[j0 : j1 + 1]) + head + tail
    context = long[max(0, j0 - i0 - 2) if i0 else j0 : j1 + 1]
    if _negations(short) != _negations(context):
        return 0.0, 0.0
    matched = {i for i, _ in pairs}
    gap = run = 0.0
    for i, w in enumerate(ws):
        run = 0.0 if i in matched else run + w
        gap = max(gap, run)
    return 2 * sum(ws[i] for i in matched) / total, gap


def _negations(words: Sequence[str]) -> int:
    return sum(w in _list("negation") for w in words)


def _needed(size: float, gap: float, same_speaker: bool) -> float:
    """The agreement from which two quotations are one, by the weight of the shorter."""
    needed = 0.6 + 0.06 * max(0.0, 8.0 - max(size, 3.0))
    needed += 0.15 * (gap > 2) + 0.12 * (not same_speaker)
    return min(needed, 0.95)


def group(quoted: Sequence[Quotation], speakers: Sequence[int | None]) -> list[list[int]]:
    """Group quotations that are the same words.

    Parameters
    ----------
    quoted : sequence of Quotation
    speakers : sequence of int or None
        For each quotation who speaks, the same number in all accounts; None where unknown.

    Returns
    -------
    list of list of int
        Positions in `quoted`, each in exactly one group, the fullest wording first; groups in order
        of first appearance.
    """
    groups: list[list[int]] = []
    index: dict[tuple[str, str], list[int]] = {}
    exact: dict[tuple, int] = {}
    word_sets: dict[int, frozenset[str]] = {}  # of the first of each group
    # the longest first: each group is then known by its fullest wording, and parts find it
    for position in sorted(range(len(quoted)), key=lambda p: -len(quoted[p].words)):
        words, speaker = quoted[position].words, speakers[position]
        size = sum(map(weight, words))
        stock = len(words) < _STOCK  # "never again" is said by many
        same = (words, speaker) if stock else (words,)
        if same in exact:
            groups[exact[same]].append(position)
            continue
        pairs = _pairs(words)
        votes = Counter(g for pair in pairs for g in index.get(pair, ()) if len(index[pair]) <= _COMMON)
        best, target = 0.0, None
        for candidate, _ in sorted(votes.items(), key=lambda v: (-v[1], v[0]))[:_CANDIDATES]:
            leader = groups[candidate][0]
            same_speaker = speaker is not None and speaker == speakers[leader]
            if stock and not same_speaker:
                continue
            shared = sum(map(weight, filter(word_sets[leader].__contains__, words)))
            if 2 * shared < _needed(size, 0, same_speaker) * (size + shared):
                continue  # not even in any order
            value, gap = agreement(words, quoted[leader].words)
            if value >= _needed(size, gap, same_speaker) and value > best:
                best, target = value, candidate
        if target is None:
            target = len(groups)
            groups.append([])
            word_sets[position] = frozenset(words)
            for pair in pairs:
                index.setdefault(pair, []).append(target)
        groups[target].append(position)
        exact[same] = target
    return sorted(groups, key=min)


def _pairs(words: Sequence[str]) -> list[tuple[str, str]]:
    """Pairs of content words that stand near each other; of all words where there are too few."""
    content = [w for w in words if weight(w) >= 1]
    if len(content) < 2:
        content = list(words)
    pairs = {(min(a, b), max(a, b)) for i, a in enumerate(content) for b in content[i + 1 : i + 1 + _WINDOW]}
    return sorted(pairs)
