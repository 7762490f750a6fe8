"""A report as plain text: one article at length, or a table of many.

Takes `ArticleReport`, gives text for a terminal, a log or a mail. No line is wider than asked for,
counted in terminal cells (a wide character takes two). Control characters of the article are
dropped: an article must not be able to drive the reader's terminal.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from itertools import zip_longest
from typing import Any

from classifier.render import is_boilerplate, shows, summary
from classifier.report import SCORES, ArticleReport, Sentence, Signal

_NARROWEST = 24
_LONGEST_QUOTE = 320
_SHORT_NAMES = {"sourcing": "sour", "transparency": "tran", "loaded": "load", "opinion": "opin", "speculation": "spec"}

# Private-use characters, which cleaned text never holds: a marked word begins, ends; the line is a heading.
_OPEN, _CLOSE, _HEAD = "\ue000", "\ue001", "\ue002"
_BOLD, _BOLD_UNDERLINED, _RESET = "\x1b[1m", "\x1b[1;4m", "\x1b[0m"

# The sentences that show why an article got its scores: a heading, and the signal of a sentence that belongs there.
_KINDS: dict[str, Callable[[Sentence], Signal | None]] = {
    "Loaded words in the writer's voice": lambda s: (
        s.loaded if shows(s.loaded) and s.loaded.voice != "quoted" else None
    ),
    "Opinion in the writer's voice": lambda s: s.opinion if shows(s.opinion) else None,
    "Claims without a source": lambda s: (
        Signal(s.attributed, tuple(a.cue for a in s.attributions if a.cue)) if s.attribution == "unsourced" else None
    ),
    "Hedged": lambda s: s.hedge if shows(s.hedge) else None,
}


def report_text(report: ArticleReport, width: int = 88, color: bool = False) -> str:
    """One article: warnings, scores that add up, sources, and the sentences behind the scores.

    Parameters
    ----------
    report : ArticleReport
    width : int
        Cells a line may take; below 24 it is taken as 24.
    color : bool
        Set headings and cue words with ANSI codes. Without it cue words stand in asterisks.

    Returns
    -------
    str
        Lines without a newline at the end. Points are rounded to tenths so that they still add up
        to the score; those under half a point are summed as "smaller ones". Of each kind of
        sentence up to 5 are shown, the most certain first, with the probability in percent.
    """
    width = max(width, _NARROWEST)
    shown = summary(report)
    about = [
        _short(report.id or ""),
        _many(len(report.sentences), "sentence"),
        _many(len(report.sources), "source"),
    ]
    lines = _heading(_short(report.title) or "Untitled article", width)
    lines += _wrap(" | ".join(part for part in about if part), width)
    for warning in shown["warnings"]:
        lines += _wrap(f"{warning['kind']}: {_clean(warning['text'])}", width, rest="  ")
    lines += ["", *_scores(shown, width), "", *_sources(shown["sources"], width)]
    numbered = ([(0, report.headline)] if report.headline else []) + list(enumerate(report.sentences, 1))
    story = [(number, s) for number, s in numbered if not is_boilerplate(s)]
    for heading, pick in _KINDS.items():
        found = [(number, s, signal) for number, s in story if (signal := pick(s)) is not None]
        if not found:
            continue
        lines += ["", *_heading(f"{heading} ({_many(len(found), 'sentence')})", width)]
        for number, sentence, signal in sorted(found, key=lambda row: -row[2].probability)[:5]:
            place = f"{signal.probability:>4.0%}  {f'{number}.' if number else 'headline:'} "
            lines += _wrap(place.replace(" ", "\xa0") + _quote(sentence, signal), width, rest=" " * 6)
        if len(found) > 5:
            lines.append(f"      and {len(found) - 5} more")
    lines += ["", *_wrap(f"To get these numbers again: {_clean(report.signature)}", width, rest="  ")]
    return "\n".join(_styled(lines, color))


def reports_table(reports: Iterable[ArticleReport], width: int = 88) -> str:
    """Many articles, one row each: scores, valence, number of sources, warnings.

    Parameters
    ----------
    reports : iterable of ArticleReport
    width : int
        Cells a line may take; below 60 an article takes two or more lines.

    Returns
    -------
    str
        Lines without a newline at the end; "-" stands for what was not scored.
    """
    width = max(width, _NARROWEST)
    rows = [
        (r, _short(r.title) or _short(r.id or "") or "untitled", "; ".join(map(_clean, r.warnings))) for r in reports
    ]
    if not rows:
        return "no articles"
    names = {name: name if width >= 110 else short for name, short in _SHORT_NAMES.items()}
    heads = [*names.values(), "val", "src"]
    cells = [
        [
            *(_figure(getattr(r, name).value, "{:.0f}") for name in SCORES),
            _figure(r.valence, "{:+.2f}"),
            str(len(r.sources)),
        ]
        for r, _, _ in rows
    ]
    if width < 60:
        lines = []
        for (_, title, warnings), row in zip(rows, cells, strict=True):
            lines += _wrap(title, width)
            lines += _wrap("  ".join(f"{h} {c}" for h, c in zip(heads, row, strict=True)), width, "  ", "  ")
            lines += _wrap(f"Warning: {warnings}", width, "  ", "    ") if warnings else []
    else:
        sizes = [max(4, len(head), *(len(row[i]) for row in cells)) for i, head in enumerate(heads)]
        figures = [[text.rjust(size) for text, size in zip(row, sizes, strict=True)] for row in (heads, *cells)]
        left = width - sum(sizes) - 2 * len(sizes)
        longest = max(_cells(warnings) for _, _, warnings in rows)
        warned = min(longest, left // 3) if longest else 0
        titled = min(max(_cells(title) for _, title, _ in rows), left - (warned + 2 if warned else 0))
        texts = [("article", "warnings"), *((title, warnings) for _, title, warnings in rows)]
        lines = [
            "  ".join([_pad(title, titled), *row, *([_clip(warnings, warned)] if warned else [])]).rstrip()
            for (title, warnings), row in zip(texts, figures, strict=True)
        ]
    if width < 110:
        key = ", ".join(f"{short} {name}" for name, short in names.items())
        lines += _wrap(f"{key}: 0 to 100; val valence: -1 to 1; src sources", width)
    return "\n".join(lines)


def _scores(shown: dict[str, Any], width: int) -> list[str]:
    lines = _heading("Scores, 0 to 100 (80% interval)", width)
    for score in shown["scores"]:
        if score["value"] is None:
            lines.append(f"{score['label'] + ':':<16}not scored"[:width])
            continue
        value = score["value"] if score["total"] is None else score["total"]
        spread = "" if score["low"] is None else f"({score['low']:.0f} to {score['high']:.0f})"
        line = f"{score['label']:<15}{value:6.1f} {spread:<12} {_clean(score['grade'])}"
        gauge = _gauge(score["value"], score["low"], score["high"])
        if _cells(line) <= 52 and width >= 88:
            line = _pad(line, 52) + gauge
        lines += [line] if _cells(line) <= width else _wrap(line, width, rest="  ")
        lines += _wrap(_equation(score), width, "    = ", "      ") if score["total"] is not None else []
    valence = shown["valence"]
    value = "not scored" if valence["value"] is None else f"{valence['value']:+.2f} ({valence['word']}; -1 to 1)"
    lines += _wrap(f"Valence: {value}", width, rest="  ")
    frames = ", ".join(f"{f['label']} {f['share']:.0%}" for f in shown["frames"][:5])
    return lines + _wrap(f"Frames: {frames or 'none found'}", width, rest="  ")


def _equation(score: dict[str, Any]) -> str:
    """The score as a sum, such as "41.0 baseline + 8.5 named persons - 2.1 smaller ones (3)"."""
    large = [c for c in score["contributions"] if abs(c["points"]) >= 0.5]
    small = [c["points"] for c in score["contributions"] if abs(c["points"]) < 0.5]
    terms = [(score["baseline"], "baseline")] if score["baseline"] is not None else []
    terms += [(c["points"], _clean(c["label"])) for c in large]
    if small:
        terms.append((round(sum(small), 1), f"smaller ones ({len(small)})"))
    # No-break spaces keep a sign, its number and its name on one line.
    parts = [f"{'-' if points < 0 else '+'} {abs(points):.1f} {label}".replace(" ", "\xa0") for points, label in terms]
    return " ".join(parts).removeprefix("+\xa0")


def _gauge(value: float, low: float | None, high: float | None, size: int = 36) -> str:
    def cell(points: float) -> int:
        return min(max(int(points / 100 * size), 0), size - 1)

    cells = ["."] * size
    if low is not None and high is not None:
        for i in range(cell(low), cell(high) + 1):
            cells[i] = "="
    cells[cell(value)] = "|"
    return f"[{''.join(cells)}]"


def _sources(sources: Sequence[dict[str, Any]], width: int) -> list[str]:
    lines = _heading(f"Sources ({len(sources)})", width)
    rows = [
        (
            f"{s['number']}. {_short(s['name']) or 'unnamed'}",
            _short(s["title"]),
            s["label"],
            str(s["attributions"]),
            str(s["words"]),
            _short(s["via"]),
        )
        for s in sources
    ]
    if not rows:
        return [*lines, "none found"]
    if width < 76:
        for name, title, label, cited, words, via in rows:
            parts = [title, label, f"cited {cited}x", f"{words} words", f"via {via}" if via else ""]
            lines += _wrap(name, width, rest="   ") + _wrap(", ".join(p for p in parts if p), width, "   ", "   ")
        return lines
    table = [("name", "title", "type", "cited", "words", "via" if any(row[5] for row in rows) else ""), *rows]
    sizes = [max(_cells(row[i]) for row in table) for i in range(6)]
    sizes[5] = min(sizes[5], 16)
    left = width - 10 - sum(sizes[2:])
    sizes[1] = min(sizes[1], max(left - sizes[0], left // 2))
    sizes[0] = min(sizes[0], left - sizes[1])
    for row in table:
        # Names and titles stand there in full, so a row is as high as its longest text.
        cells = [[text] if 2 <= i <= 4 else _wrap(text, sizes[i], rest="  ") for i, text in enumerate(row)]
        for line in zip_longest(*cells, fillvalue=""):
            padded = [
                text.rjust(size) if i in (3, 4) else _pad(text, size)
                for i, (text, size) in enumerate(zip(line, sizes, strict=True))
            ]
            lines.append("  ".join(padded).rstrip())
    return lines


def _quote(sentence: Sentence, signal: Signal) -> str:
    """The sentence with its cues marked; of a very long one, the part around the first cue."""
    text = sentence.text
    cues = sorted((c.start - sentence.start, c.end - sentence.start) for c in signal.cues)
    latest = max(0, len(text) - _LONGEST_QUOTE)
    begin = min(max(0, cues[0][0] - _LONGEST_QUOTE // 2), latest) if cues else 0
    end = begin + _LONGEST_QUOTE
    parts, at = ["... " if begin else ""], begin
    for start, stop in cues:
        start, stop = max(start, at), min(stop, end)
        if start < stop:
            parts += [_safe(text[at:start]), _OPEN, _safe(text[start:stop]), _CLOSE]
            at = stop
    return "".join([*parts, _safe(text[at:end]), " ..." if end < len(text) else ""])


def _safe(text: str) -> str:
    """The text without control, format and private-use characters, every blank a plain one."""
    return "".join(" " if c.isspace() else c for c in text if c.isspace() or unicodedata.category(c)[0] != "C")


def _clean(text: str) -> str:
    return " ".join(_safe(text).split())


def _short(text: str) -> str:
    """Cleaned, and cut where it is too long for a name or a title."""
    return _clip(_clean(text), 200)


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _figure(value: float, form: str) -> str:
    return "-" if math.isnan(value) else form.format(value)


def _cells(text: str) -> int:
    """How many terminal cells a text takes."""
    return len(text) if text.isascii() else sum(map(_size, text))


def _size(character: str) -> int:
    if character == _HEAD or unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _clip(text: str, width: int) -> str:
    if _cells(text) <= width:
        return text
    return f"{text[: _fitting(text, width - 1)]}…" if width > 0 else ""


def _pad(text: str, width: int) -> str:
    text = _clip(text, width)
    return text + " " * (width - _cells(text))


def _heading(text: str, width: int) -> list[str]:
    return [_HEAD + line for line in _wrap(text, width)]


def _wrap(text: str, width: int, first: str = "", rest: str = "") -> list[str]:
    """Lines of at most ``width`` cells, broken at blanks and inside words that are longer than a line.

    Runs of blanks become one; no-break spaces hold words together, where a line is long enough.
    """
    room = width - _cells(rest)
    words = [w for held in text.split(" ") for w in ([held] if _cells(held) <= room else held.split("\xa0")) if w]
    lines: list[str] = []
    line, empty = first, True
    for word in words:
        if not empty and _cells(line) + 1 + _cells(word) > width:
            lines.append(line)
            line, empty = rest, True
        line += "" if empty else " "
        while _cells(line) + _cells(word) > width:
            fits = max(1, _fitting(word, width - _cells(line)))
            lines.append(line + word[:fits])
            line, word = rest, word[fits:]
        line += word
        empty = False
    return [*lines, line]


def _fitting(text: str, width: int) -> int:
    """How many characters of a text fit into so many cells."""
    for i, c in enumerate(text):
        width -= _size(c)
        if width < 0:
            return i
    return len(text)


def _styled(lines: Iterable[str], color: bool) -> Iterable[str]:
    """Turn the private marks into asterisks or ANSI codes; a style ends with its line and begins again on the next."""
    marked = False
    for line in lines:
        if not color:
            yield line.removeprefix(_HEAD).replace(_OPEN, "*").replace(_CLOSE, "*").replace("\xa0", " ")
            continue
        if marked:
            text = line.lstrip(" ")
            line = line[: len(line) - len(text)] + _OPEN + text
        marked = line.rfind(_OPEN) > line.rfind(_CLOSE)
        line += _CLOSE if marked else ""
        if line.startswith(_HEAD):
            line = f"{_BOLD}{line[1:]}{_RESET}"
        yield line.replace(_OPEN, _BOLD_UNDERLINED).replace(_CLOSE, _RESET).replace("\xa0", " ")
