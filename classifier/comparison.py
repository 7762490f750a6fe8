"""Several accounts of one event, side by side: scores, tone, frames, who is quoted where, shared words.

Takes the reports of the accounts and gives a `Comparison`. Which ledger entries are one source is
decided in `classifier.same_source`, which quotations are the same words in
`classifier.same_quotation`; this module puts them into tables, text and HTML.
"""

from __future__ import annotations

import difflib
import json
import math
import textwrap
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from classifier import same_quotation, same_source
from classifier.report import FRAMES, SCORES, ArticleReport, Source
from classifier.same_quotation import Quotation

if TYPE_CHECKING:
    import pandas
    from matplotlib.axes import Axes

TABLES = ("scores", "sources", "quotations", "frames")
_LABEL_LENGTH = 60
_COLUMNS = {"sources": ("name", "type", "accounts"), "quotations": ("text", "speaker", "accounts")}


@dataclass(frozen=True)
class MatchedSource:
    """One source over all accounts.

    Attributes
    ----------
    name, title, type : str
        As the account that gives the most has them.
    attributions, words : tuple of int
        By account; 0 where the account does not quote the source.
    via : tuple of str
        By account the other outlet through which it has the source, or empty.
    """

    name: str
    title: str
    type: str
    attributions: tuple[int, ...]
    words: tuple[int, ...]
    via: tuple[str, ...]

    @property
    def accounts(self) -> int:
        """How many accounts quote the source."""
        return sum(n > 0 for n in self.attributions)


@dataclass(frozen=True)
class MatchedQuotation:
    """One quotation over all accounts.

    Attributes
    ----------
    text : str
        A wording that stands for the others: of the full ones the commonest, then the first.
    speaker : str
        Name of the source; names joined by " / " where accounts give the words to different sources.
    wordings : tuple of tuple of str
        By account what it prints of the words; empty where it prints none.
    """

    text: str
    speaker: str
    wordings: tuple[tuple[str, ...], ...]

    @property
    def accounts(self) -> int:
        """How many accounts print the quotation."""
        return sum(bool(w) for w in self.wordings)


@dataclass(frozen=True)
class Comparison:
    """Accounts of one event, side by side; made by `compare`.

    Attributes
    ----------
    reports : tuple of ArticleReport
    labels : tuple of str
        What the accounts are called in tables: id, else title, else "account 1", ...; all different.
    matched_sources : tuple of MatchedSource
        The most widely quoted first.
    matched_quotations : tuple of MatchedQuotation
        The most widely printed first.
    """

    reports: tuple[ArticleReport, ...]
    labels: tuple[str, ...]
    matched_sources: tuple[MatchedSource, ...]
    matched_quotations: tuple[MatchedQuotation, ...]

    @cached_property
    def scores(self) -> pandas.DataFrame:
        """Scores and tone, one row an account.

        The five scores (0..100) and valence (-1..1), then for each score ``<score>_low`` and
        ``<score>_high``, the ends of its 80% interval. NaN where an account was not scored.
        """
        import pandas as pd

        rows = []
        for report in self.reports:
            row = {name: getattr(report, name).value for name in SCORES}
            row["valence"] = report.valence
            for name in SCORES:
                row[f"{name}_low"], row[f"{name}_high"] = getattr(report, name).low, getattr(report, name).high
            rows.append(row)
        return pd.DataFrame(rows, index=pd.Index(self.labels, name="account"), dtype=float)

    @cached_property
    def sources(self) -> pandas.DataFrame:
        """Who is quoted by whom, one row a source.

        Columns: name, type, accounts (how many quote the source), then one for each account with the
        number of attributions there.
        """
        import pandas as pd

        rows = [(s.name, s.type, s.accounts, *s.attributions) for s in self.matched_sources]
        return pd.DataFrame(rows, columns=[*_COLUMNS["sources"], *self.labels])

    @cached_property
    def quotations(self) -> pandas.DataFrame:
        """Who prints which words, one row a quotation.

        Columns: text (a full wording), speaker, accounts (how many print it), then one for each
        account with its own wording, None where it has none.
        """
        import pandas as pd

        rows = [
            (q.text, q.speaker, q.accounts, *(" / ".join(w) or None for w in q.wordings))
            for q in self.matched_quotations
        ]
        return pd.DataFrame(rows, columns=[*_COLUMNS["quotations"], *self.labels])

    @cached_property
    def frames(self) -> pandas.DataFrame:
        """Shares of the body's sentences that show each frame, one row an account, one column a frame."""
        import pandas as pd

        rows = [{name: report.frames.get(name, math.nan) for name in FRAMES} for report in self.reports]
        return pd.DataFrame(rows, index=pd.Index(self.labels, name="account"), dtype=float)

    @property
    def warnings(self) -> tuple[str, ...]:
        """The accounts' own warnings, and whether scores come from different models."""
        found = [
            f"{label}: {w}" for label, report in zip(self.labels, self.reports, strict=True) for w in report.warnings
        ]
        if len({report.signature for report in self.reports}) > 1:
            found.append("the accounts were scored with different artifacts: their scores are not comparable")
        return tuple(found)

    def to_frame(self, what: str = "scores") -> pandas.DataFrame:
        """One of the tables as a pandas DataFrame.

        Parameters
        ----------
        what : {"scores", "sources", "quotations", "frames"}

        Raises
        ------
        ValueError
            Where `what` is none of these.
        """
        if what not in TABLES:
            raise ValueError(f"a comparison has the tables {', '.join(TABLES)}; there is no {what!r}")
        return getattr(self, what).copy()

    def to_dict(self) -> dict[str, Any]:
        """The comparison as plain dicts and lists, ready for JSON (NaN becomes None).

        Returns
        -------
        dict
            ``accounts`` (label, id, title, signature, warnings, the scores, valence, frames),
            ``sources`` (name, title, type, accounts; attributions, words and via by account label),
            ``quotations`` (text, speaker, accounts; wordings by account label), ``warnings``. By
            account label stand only the accounts that have the source or quotation.
        """
        return {
            "accounts": [
                {
                    "label": label,
                    "id": report.id,
                    "title": report.title,
                    "signature": report.signature,
                    "warnings": list(report.warnings),
                    **{name: _score(report, name) for name in SCORES},
                    "valence": _number(report.valence),
                    "frames": {name: _number(share) for name, share in report.frames.items()},
                }
                for label, report in zip(self.labels, self.reports, strict=True)
            ],
            "sources": [
                {
                    "name": s.name,
                    "title": s.title,
                    "type": s.type,
                    "accounts": s.accounts,
                    "attributions": self._by_label(s.attributions),
                    "words": self._by_label(s.words),
                    "via": self._by_label(s.via),
                }
                for s in self.matched_sources
            ],
            "quotations": [
                {
                    "text": q.text,
                    "speaker": q.speaker,
                    "accounts": q.accounts,
                    "wordings": {label: list(w) for label, w in self._by_label(q.wordings).items()},
                }
                for q in self.matched_quotations
            ],
            "warnings": list(self.warnings),
        }

    def to_json(self, indent: int | None = None) -> str:
        """`to_dict` as JSON text with stable key order."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=indent, allow_nan=False)

    def to_text(self, width: int = 88) -> str:
        """The comparison for a terminal.

        Parameters
        ----------
        width : int
            Columns; at least 40 are used.
        """
        return _as_text(self, max(40, width))

    def to_html(self) -> str:
        """A self-contained HTML page: no scripts, no network, light and dark, screen and phone."""
        return _render(self, page=True)

    def plot(self, ax: Axes | None = None) -> Axes:
        """A picture of all accounts' scores with their intervals; takes the extra ``plots``.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            Where to draw; a new figure without it.

        Returns
        -------
        matplotlib.axes.Axes

        Raises
        ------
        ImportError
            Where matplotlib is missing.
        TypeError
            Where `ax` is not Axes.
        """
        from classifier.plots import plot_comparison

        return plot_comparison(self, ax)

    def _repr_html_(self) -> str:
        return _render(self, page=False)

    def _by_label(self, values: Sequence[Any]) -> dict[str, Any]:
        return {label: value for label, value in zip(self.labels, values, strict=True) if value}


def compare(reports: Iterable[ArticleReport]) -> Comparison:
    """Lay accounts of one event side by side.

    Parameters
    ----------
    reports : iterable of ArticleReport
        One for each account, as `Predictor.score_many` gives them; one is allowed, too.

    Returns
    -------
    Comparison

    Raises
    ------
    TypeError
        Where `reports` is not an iterable of `ArticleReport`.
    ValueError
        Where there are none.

    Notes
    -----
    Sources are matched by name. Anonymous and vague sources of two accounts are never taken for one,
    except where both have them from the same outlet in the same words. Quotations of fewer than three
    words are left out. Whether the articles tell of one event is not checked.
    """
    if isinstance(reports, (ArticleReport, str, bytes, dict)) or not isinstance(reports, Iterable):
        hint = ": put it in a list" if isinstance(reports, ArticleReport) else ""
        raise TypeError(f"compare takes an iterable of ArticleReport, not {type(reports).__name__}{hint}")
    given = tuple(reports)
    for number, report in enumerate(given, 1):
        if not isinstance(report, ArticleReport):
            raise TypeError(
                f"compare takes an iterable of ArticleReport; item {number} is of type {type(report).__name__}. "
                "Score articles first, e.g. with Predictor.score_many"
            )
    if not given:
        raise ValueError("compare takes at least one ArticleReport; the iterable is empty")
    sources, groups = _match_sources(given)
    return Comparison(given, _labels(given), sources, _match_quotations(given, sources, groups))


def _labels(reports: Sequence[ArticleReport]) -> tuple[str, ...]:
    """Names of the accounts that are short, all different, and none of them the name of another column."""
    names = []
    for number, report in enumerate(reports, 1):
        name = " ".join((report.id or report.title or "").split())
        if len(name) > _LABEL_LENGTH:
            name = name[: _LABEL_LENGTH - 2].rstrip() + " …"
        names.append(name or f"account {number}")
    reserved = {column for columns in _COLUMNS.values() for column in columns}
    counts = Counter(names)
    labels: list[str] = []
    for number, name in enumerate(names, 1):
        label = f"{name} (account {number})" if counts[name] > 1 or name in reserved else name
        while label in labels:
            label += "'"
        labels.append(label)
    return tuple(labels)


def _match_sources(reports: Sequence[ArticleReport]) -> tuple[tuple[MatchedSource, ...], dict[tuple[int, int], int]]:
    """Matched sources, and for (account, index in its ledger) the index of the matched source."""
    entries = [
        (a, i, s) for a, report in enumerate(reports) for i, s in enumerate(report.sources) if s.attributions > 0
    ]
    groups = same_source.group((a, s) for a, _, s in entries)
    matched = [(_matched_source([entries[p] for p in members], len(reports)), members) for members in groups]
    # the sort is stable: otherwise in order of appearance
    matched.sort(key=lambda m: (-m[0].accounts, -sum(m[0].attributions)))
    where = {entries[p][:2]: number for number, (_, members) in enumerate(matched) for p in members}
    return tuple(source for source, _ in matched), where


def _matched_source(members: Sequence[tuple[int, int, Source]], n_accounts: int) -> MatchedSource:
    attributions, words, via = [0] * n_accounts, [0] * n_accounts, [""] * n_accounts
    types: Counter[str] = Counter()
    for account, _, source in members:
        attributions[account] += source.attributions
        words[account] += source.words
        via[account] = via[account] or source.via
        types[source.type] += source.attributions
    # whom one account heard itself and another through an outlet is the person or office, not "media"
    kinds = [t for t, _ in types.most_common()]
    kind = next((t for t in kinds if t != "media"), kinds[0])
    return MatchedSource(
        name=same_source.fullest(s.name for _, _, s in members),
        title=max((s.title for _, _, s in members), key=len),
        type=kind,
        attributions=tuple(attributions),
        words=tuple(words),
        via=tuple(via),
    )


def _match_quotations(
    reports: Sequence[ArticleReport], sources: Sequence[MatchedSource], where: dict[tuple[int, int], int]
) -> tuple[MatchedQuotation, ...]:
    quoted = [q for account, report in enumerate(reports) for q in same_quotation.quotations(account, report)]
    speakers = [None if q.source is None else where.get((q.account, q.source)) for q in quoted]
    matched = []
    for members in same_quotation.group(quoted, speakers):
        names = Counter(sources[s].name for s in (speakers[m] for m in members) if s is not None)
        printed: dict[int, list[Quotation]] = {}
        for m in sorted(members):
            printed.setdefault(quoted[m].account, []).append(quoted[m])
        matched.append(
            MatchedQuotation(
                text=_representative([quoted[m] for m in members]).text,
                speaker=" / ".join(name for name, _ in names.most_common()),
                wordings=tuple(_wordings(printed.get(account, ())) for account in range(len(reports))),
            )
        )
    return tuple(sorted(matched, key=lambda q: -q.accounts))


def _representative(members: Sequence[Quotation]) -> Quotation:
    """Of the wordings that are nearly as full as the fullest (the first) the commonest, then the earliest."""
    full = [q for q in members if len(q.words) >= 0.8 * len(members[0].words)]
    counts = Counter(q.words for q in full)
    return min(full, key=lambda q: (-counts[q.words], q.account))


def _wordings(quoted: Sequence[Quotation]) -> tuple[str, ...]:
    """What one account prints of a quotation, less what it prints twice (headline and text)."""
    kept: list[Quotation] = []
    for q in sorted(quoted, key=lambda q: -len(q.words)):
        if not any(_within(q.words, k.words) for k in kept):
            kept.append(q)
    return tuple(q.text for q in quoted if any(q is k for k in kept))


def _within(part: tuple[str, ...], whole: tuple[str, ...]) -> bool:
    return any(whole[i : i + len(part)] == part for i in range(len(whole) - len(part) + 1))


def _number(value: float) -> float | None:
    return None if math.isnan(value) else round(float(value), 4)


def _score(report: ArticleReport, name: str) -> dict[str, Any]:
    score = getattr(report, name)
    return {
        "value": _number(score.value),
        "low": _number(score.low),
        "high": _number(score.high),
        "grade": score.grade,
    }


def _leading_frames(report: ArticleReport, count: int) -> list[tuple[str, float]]:
    shares = [(name, share) for name, share in report.frames.items() if share > 0]
    return sorted(shares, key=lambda item: -item[1])[:count]


def _as_text(comparison: Comparison, width: int) -> str:
    reports, n = comparison.reports, len(comparison.reports)
    mark = len(str(n))

    def filled(text: str, lead: str = "", hang: str = "  ") -> str:
        return textwrap.fill(text, width, initial_indent=lead, subsequent_indent=" " * len(lead) + hang)

    def places(values: Sequence[Any]) -> str:
        return ", ".join(
            str(i) + (f" ×{v}" if isinstance(v, int) and v > 1 else "") for i, v in enumerate(values, 1) if v
        )

    lines = [f"{n} account{'s' * (n > 1)} of one event", ""]
    for number, (label, report) in enumerate(zip(comparison.labels, reports, strict=True), 1):
        title = f"{label}: {report.title}" if report.title and not label.startswith(report.title[:20]) else label
        lines.append(filled(" ".join(title.split()), f"{number:>{mark}}  ", ""))

    wide = width >= 80
    cell = min(15, max(6, (width - mark - 9) // 5))
    lines += ["", "SCORES, 0 to 100" + (", with 80% intervals" if wide else "")]
    lines.append(" " * mark + "".join(f"{name[: cell - 2]:>{cell}}" for name in SCORES) + f"{'valence':>9}")
    for number, report in enumerate(reports, 1):
        cells = []
        for name in SCORES:
            score = getattr(report, name)
            text = "–" if math.isnan(score.value) else f"{score.value:.0f}"
            if wide and not (math.isnan(score.value) or math.isnan(score.low) or math.isnan(score.high)):
                text += f" {f'{score.low:.0f}–{score.high:.0f}':>6}"
            elif wide:
                text += " " * 7
            cells.append(f"{text:>{cell}}")
        valence = "–" if math.isnan(report.valence) else f"{report.valence:+.2f}"
        lines.append(f"{number:>{mark}}" + "".join(cells) + f"{valence:>9}")

    lines += ["", "FRAMES, share of sentences"]
    for number, report in enumerate(reports, 1):
        frames = ", ".join(f"{name.replace('_', ' ')} {share:.0%}" for name, share in _leading_frames(report, 3))
        lines.append(filled(frames or "–", f"{number:>{mark}}  ", ""))

    shared = [s for s in comparison.matched_sources if s.accounts > 1]
    if n > 1:
        lines += ["", filled(f"SOURCES IN SEVERAL ACCOUNTS ({len(shared)}; account × attributions)")]
        lines += [filled(f"{s.name} [{s.type}]: {places(s.attributions)}") for s in shared] or ["none"]
    lines += ["", "SOURCES IN ONE ACCOUNT" + (" ONLY" if n > 1 else "")]
    for number in range(1, n + 1):
        own = [s for s in comparison.matched_sources if s.accounts == 1 and s.attributions[number - 1]]
        lines.append(filled("; ".join(f"{s.name} [{s.type}]" for s in own) or "none", f"{number:>{mark}}  ", ""))

    if n > 1:
        common = [q for q in comparison.matched_quotations if q.accounts > 1]
        lines += ["", f"QUOTATIONS IN SEVERAL ACCOUNTS ({len(common)})"]
        for q in common:
            lines.append(filled(f"“{q.text}”", hang=" "))
            lines.append(filled(f"{q.speaker or 'speaker unknown'}; accounts {places(q.wordings)}", "    "))
        lines += [] if common else ["none"]
    lone = [sum(q.accounts == 1 and bool(q.wordings[a]) for q in comparison.matched_quotations) for a in range(n)]
    lines += ["", "QUOTATIONS IN ONE ACCOUNT" + (" ONLY" if n > 1 else "")]
    lines.append(filled(", ".join(f"account {a}: {count}" for a, count in enumerate(lone, 1))))

    if comparison.warnings:
        lines += ["", "WARNINGS", *(filled(w) for w in comparison.warnings)]
    if n > 1:
        lines += ["", filled("Scores whose intervals overlap widely do not tell two accounts apart.", hang="")]
    return "\n".join(lines) + "\n"


def _summary(comparison: Comparison) -> dict[str, Any]:
    """What the template shows."""
    from classifier.render import FRAME_LABELS, SCORE_TEXTS, TYPE_LABELS, valence_word

    accounts = []
    for number, (label, report) in enumerate(zip(comparison.labels, comparison.reports, strict=True), 1):
        accounts.append(
            {
                "number": number,
                "label": label,
                "title": report.title if report.title != label else "",
                "warnings": list(report.warnings),
                "scores": [_score(report, name) for name in SCORES],
                "valence": _number(report.valence),
                "valence_word": valence_word(report.valence),
            }
        )
    shown = [name for name in FRAMES if any(report.frames.get(name, 0) > 0 for report in comparison.reports)]
    return {
        "accounts": accounts,
        "score_texts": [{"label": SCORE_TEXTS[name][0], "question": SCORE_TEXTS[name][1]} for name in SCORES],
        "frames": [
            {
                "label": FRAME_LABELS.get(name, name),
                "shares": [_number(report.frames.get(name, math.nan)) for report in comparison.reports],
            }
            for name in shown
        ],
        "sources": [
            {
                "name": s.name,
                "title": s.title,
                "type": TYPE_LABELS.get(s.type, s.type),
                "accounts": s.accounts,
                "cells": [
                    (count, {"account": a, "name": via} if via else None)
                    for a, (count, via) in enumerate(zip(s.attributions, s.via, strict=True), 1)
                ],
            }
            for s in comparison.matched_sources
        ],
        "quotations": [
            {
                "text": q.text,
                "speaker": q.speaker,
                "accounts": q.accounts,
                "wordings": [
                    {"number": a, "parts": [_differences(q.text, text) for text in w]}
                    for a, w in enumerate(q.wordings, 1)
                    if w
                ],
            }
            for q in comparison.matched_quotations
        ],
        "warnings": list(comparison.warnings),
        "signatures": list(dict.fromkeys(r.signature for r in comparison.reports)),
    }


def _differences(whole: str, wording: str) -> list[tuple[str, bool]]:
    """A wording in pieces, each with whether its words are others than the representative's."""
    theirs, ours = wording.split(), whole.split()

    def bare(words: list[str]) -> list[str]:
        return ["".join(c for c in same_source.plain(w) if c.isalnum()) or w for w in words]

    pieces = []
    matcher = difflib.SequenceMatcher(None, bare(ours), bare(theirs), autojunk=False)
    for kind, _, _, first, last in matcher.get_opcodes():
        if first < last:
            pieces.append((" ".join(theirs[first:last]), kind != "equal"))
    return pieces


def _render(comparison: Comparison, page: bool) -> str:
    from classifier.render import environment

    return environment().get_template("comparison.html").render(page=page, **_summary(comparison))
