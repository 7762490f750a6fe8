"""Reports and comparisons as pictures, drawn with matplotlib (the extra ``plots``).

Takes an `ArticleReport` or a `Comparison` and gives matplotlib Axes to go on with: what each score is
made of, and how the scores of several accounts lie to each other, both with the 80% intervals.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from classifier.render import SCORE_TEXTS
from classifier.report import SCORES, ArticleReport, Score

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from classifier.comparison import Comparison

_TEXT, _MUTED, _LINE, _VALUE, _PLUS, _MINUS = "#1b1e22", "#575d65", "#d0d3d0", "#1c5796", "#2868ab", "#b2560d"
# Okabe and Ito's colours, which colour-blind readers tell apart; the yellow is too pale on white
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#aa4499", "#e69f00", "#56b4e9", "#333333")
_MARKERS = "osD^vPX*<>"


def plot_report(report: ArticleReport, score: str | None = None, ax: Axes | None = None, largest: int = 5) -> Axes:
    """Draw what the scores of an article are made of.

    Under each score, with its value and 80% interval, bars lead from the baseline by the largest
    contributions to the value.

    Parameters
    ----------
    report : ArticleReport
    score : {"sourcing", "transparency", "loaded", "opinion", "speculation"}, optional
        Draw this score alone. All five without it.
    ax : matplotlib.axes.Axes, optional
        Where to draw. A new figure without it, of a height that fits.
    largest : int
        How many contributions of a score have a bar of their own, at least 1; the others share one.

    Returns
    -------
    matplotlib.axes.Axes
        The x axis is points, 0 to 100.

    Raises
    ------
    ImportError
        Where matplotlib is missing.
    TypeError
        Where `ax` is not Axes, or `largest` not an integer.
    ValueError
        Where `score` is none of the five, or `largest` less than 1.
    """
    if score is not None and score not in SCORES:
        raise ValueError(f"score is one of {', '.join(map(repr, SCORES))} or None for all, not {score!r}")
    if isinstance(largest, bool) or not isinstance(largest, int):
        raise TypeError(f"largest is a number of bars, an int, not {type(largest).__name__}")
    if largest < 1:
        raise ValueError(f"largest is at least 1, not {largest}")
    shown = [(SCORE_TEXTS[name][0], getattr(report, name)) for name in SCORES if score in (None, name)]
    blocks = [(label, one, _steps(one, largest)) for label, one in shown]
    rows = sum(2 + len(steps) for _, _, steps in blocks)
    ax = _axes(ax, height=1.0 + 0.25 * rows)
    ticks: list[tuple[float, str, bool]] = []
    y = 0.0
    for label, one, steps in blocks:
        ticks.append((y, label, True))
        _value(ax, y, one, _VALUE, "o", f"{one.value:.0f} {one.grade}")
        at = one.contributions.get("baseline", 0.0)
        for name, points in steps:
            y += 1
            if name == "baseline":
                ax.plot([points, points], [y - 0.35, y + 0.35], color=_MUTED, lw=2)
                _note(ax, points, y, f"{points:.1f}", "right")
            else:
                ax.barh(y, points, left=at, height=0.62, color=_PLUS if points > 0 else _MINUS)
                ax.plot([at, at], [y - 1, y + 0.31], color=_MUTED, lw=0.8)  # where the bar above ended
                at += points
                _note(ax, at, y, f"{points:+.1f}".replace("-", "−"), "right" if points > 0 else "left")
            ticks.append((y, name, False))
        y += 2
    _rows(ax, ticks, y - 1.2)
    ax.set_title(_short(report.title or report.id or "Untitled article"), loc="left", parse_math=False)
    ax.set_xlabel("points; the pale line is the 80% interval")
    return ax


def plot_comparison(comparison: Comparison, ax: Axes | None = None) -> Axes:
    """Draw the scores of all accounts with their 80% intervals, score by score.

    Parameters
    ----------
    comparison : Comparison
    ax : matplotlib.axes.Axes, optional
        Where to draw. A new figure without it, of a height that fits.

    Returns
    -------
    matplotlib.axes.Axes
        The x axis is points, 0 to 100. Accounts differ by colour and by marker, and are named in the
        legend. Where intervals overlap widely, the scores do not tell two accounts apart.

    Raises
    ------
    ImportError
        Where matplotlib is missing.
    TypeError
        Where `ax` is not Axes.
    """
    n = len(comparison.reports)
    ax = _axes(ax, height=1.2 + 0.2 * (n + 1) * len(SCORES) + 0.22 * n)
    ticks: list[tuple[float, str, bool]] = []
    handles: list[Any] = []
    for group, name in enumerate(SCORES):
        top = group * (n + 1.0)
        ticks.append((top + (n - 1) / 2, SCORE_TEXTS[name][0], True))
        if group:
            ax.axhline(top - 1, color=_LINE, lw=0.8)
        for account, report in enumerate(comparison.reports):
            colour, marker = _COLOURS[account % len(_COLOURS)], _MARKERS[account % len(_MARKERS)]
            _value(ax, top + account, getattr(report, name), colour, marker)
            if not group:
                handles += ax.plot([], [], color=colour, marker=marker, ls="none")
    _rows(ax, ticks, len(SCORES) * (n + 1.0) - 1.4)
    # the number keeps matplotlib from hiding a label that begins with an underscore
    labels = [f"{number}  {_short(label)}" for number, label in enumerate(comparison.labels, 1)]
    legend = ax.legend(handles, labels, loc="upper left", bbox_to_anchor=(0, 0), borderaxespad=4.5, frameon=False)
    for text in legend.get_texts():
        text.set_parse_math(False)
    ax.set_title("One account" if n == 1 else f"{n} accounts of one event", loc="left")
    ax.set_xlabel("points, with 80% intervals")
    return ax


def _axes(ax: Axes | None, height: float) -> Axes:
    try:
        import matplotlib.pyplot as plt
        from matplotlib.axes import Axes
    except ImportError as error:
        raise ImportError("plots take matplotlib: pip install 'accordingto[plots]'") from error
    if ax is None:
        return plt.subplots(figsize=(7.5, height), layout="constrained")[1]
    if not isinstance(ax, Axes):
        raise TypeError(f"ax is matplotlib Axes or None, not {type(ax).__name__}")
    return ax


def _steps(score: Score, largest: int) -> list[tuple[str, float]]:
    """Baseline, the largest contributions, and the sum of the others, which a reader sees as one bar."""
    points = {name: value for name, value in score.contributions.items() if name != "baseline" and value}
    names = sorted(points, key=lambda name: -abs(points[name]))
    # one alone needs no sum
    cut = largest if len(names) > largest + 1 else len(names)
    steps = [(name.replace("_", " "), points[name]) for name in names[:cut]]
    if names[cut:]:
        steps.append((f"{len(names) - cut} smaller ones", math.fsum(points[name] for name in names[cut:])))
    baseline = score.contributions.get("baseline")
    return steps if baseline is None else [("baseline", baseline), *steps]


def _value(ax: Axes, y: float, score: Score, colour: str, marker: str, text: str = "") -> None:
    if math.isnan(score.value):
        _note(ax, 0, y, "not scored", "right")
        return
    if not (math.isnan(score.low) or math.isnan(score.high)):
        ax.plot([score.low, score.high], [y, y], color=colour, alpha=0.4, lw=4, solid_capstyle="butt")
    ax.plot(score.value, y, color=colour, marker=marker, ms=7, ls="none", clip_on=False, zorder=3)
    if text:
        ends = [x for x in (score.low, score.value, score.high) if not math.isnan(x)]
        side = "right" if max(ends) < 75 else "left"
        _note(ax, max(ends) if side == "right" else min(ends), y, text, side, bold=True)


def _note(ax: Axes, x: float, y: float, text: str, side: str, bold: bool = False) -> None:
    ax.annotate(
        text,
        (x, y),
        (5 if side == "right" else -5, 0),
        textcoords="offset points",
        ha="left" if side == "right" else "right",
        va="center",
        fontsize="small",
        fontweight="bold" if bold else "normal",
        color=_TEXT if bold else _MUTED,
        parse_math=False,
    )


def _rows(ax: Axes, ticks: list[tuple[float, str, bool]], bottom: float) -> None:
    """Name the rows, and leave only the lines that are read."""
    ax.set_yticks([y for y, _, _ in ticks], [name for _, name, _ in ticks], parse_math=False)
    for label, (_, _, bold) in zip(ax.get_yticklabels(), ticks, strict=True):
        label.set_fontweight("bold" if bold else "normal")
        label.set_color(_TEXT if bold else _MUTED)
    ax.set_ylim(bottom, -0.8)
    low, high = ax.get_xlim()
    ax.set_xlim(min(0.0, low), max(100.0, high))
    ax.grid(axis="x", color=_LINE, lw=0.6)
    ax.set_axisbelow(True)
    ax.tick_params(axis="y", length=0)
    ax.spines[["top", "right", "left"]].set_visible(False)


def _short(text: str, length: int = 70) -> str:
    text = " ".join(text.split())
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"
