"""Reports as tidy pandas DataFrames.

Takes one `ArticleReport` or many, gives tables with the same columns and dtypes whatever the article
holds, so that the tables of many articles can be put under each other (`pandas.concat`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from classifier.report import ATTRIBUTION_TYPES, FRAMES, SCORES, SOURCE_TYPES, ArticleReport, Sentence

if TYPE_CHECKING:
    import pandas

_TEXT, _FLOAT, _INT = "text", "float64", "int64"

_SENTENCES = {
    "id": _TEXT,
    "sentence": _INT,
    "start": _INT,
    "end": _INT,
    "text": _TEXT,
    "boilerplate": _FLOAT,
    "attribution": ATTRIBUTION_TYPES,
    "attributed": _FLOAT,
    "n_attributions": _INT,
    "sources": _TEXT,
    "source_types": _TEXT,
    "hedge": _FLOAT,
    "hedge_cues": _TEXT,
    "loaded": _FLOAT,
    "loaded_cues": _TEXT,
    "loaded_voice": ("author", "quoted"),
    "opinion": _FLOAT,
    "opinion_cues": _TEXT,
    "valence": _FLOAT,
    **{f"frame_{name}": _FLOAT for name in FRAMES},
}
_SOURCES = {
    "id": _TEXT,
    "source": _INT,
    "name": _TEXT,
    "title": _TEXT,
    "type": SOURCE_TYPES,
    "via": _TEXT,
    "anonymity_reason": _TEXT,
    "mentions": _INT,
    "attributions": _INT,
    "words": _INT,
    "quoted_words": _INT,
}
_CONTRIBUTIONS = {"id": _TEXT, "score": SCORES, "feature": _TEXT, "points": _FLOAT}
_REPORTS = {
    "id": _TEXT,
    "title": _TEXT,
    **{
        f"{name}{part}": _TEXT if part == "_grade" else _FLOAT
        for name in SCORES
        for part in ("", "_low", "_high", "_grade")
    },
    "valence": _FLOAT,
    **{f"frame_{name}": _FLOAT for name in FRAMES},
    "n_sentences": _INT,
    "n_sources": _INT,
    "warnings": _TEXT,
    "signature": _TEXT,
}


def report_frame(report: ArticleReport, what: str = "sentences") -> pandas.DataFrame:
    """One article as a tidy table.

    Parameters
    ----------
    report : ArticleReport
    what : {"sentences", "sources", "contributions"}
        What a row stands for.

    Returns
    -------
    pandas.DataFrame
        Every table begins with ``id``, the article's (missing where it has none). Then

        "sentences", one row a sentence of the body (the headline is in ``report.headline``):
            ``sentence`` (index into ``report.sentences``), ``start``, ``end``, ``text``;
            ``attribution`` (categorical); the probabilities ``boilerplate``, ``attributed``,
            ``hedge``, ``loaded``, ``opinion`` and ``frame_*``, all 0..1; ``hedge_cues``,
            ``loaded_cues``, ``opinion_cues``, ``sources`` (names, or the words of the text where
            there is no entry in the ledger) and ``source_types``, each joined by "; ";
            ``loaded_voice`` (categorical, missing without cues); ``n_attributions``; ``valence``, -1..1.
        "sources", one row an entry of the ledger:
            ``source`` (index into ``report.sources``), and the fields of `Source`; ``type`` is categorical.
        "contributions", one row a score and feature, "baseline" included:
            ``score`` (categorical), ``feature``, ``points``. The points of a score sum to its
            value; a score that is missing has no rows.

    Raises
    ------
    ValueError
        Where `what` is none of these.
    """
    makers: dict[str, tuple[dict[str, Any], Callable[[ArticleReport], list[dict[str, Any]]]]] = {
        "sentences": (_SENTENCES, lambda r: [_sentence_row(r, i, s) for i, s in enumerate(r.sentences)]),
        "sources": (_SOURCES, _source_rows),
        "contributions": (_CONTRIBUTIONS, _contribution_rows),
    }
    if what not in makers:
        raise ValueError(f"what is one of {', '.join(map(repr, makers))}, not {what!r}")
    columns, make = makers[what]
    return _frame([{"id": report.id, **row} for row in make(report)], columns)


def reports_frame(reports: Iterable[ArticleReport]) -> pandas.DataFrame:
    """Many articles, one row each.

    Parameters
    ----------
    reports : iterable of ArticleReport

    Returns
    -------
    pandas.DataFrame
        ``id``, ``title``; for each score its value under the score's name (0..100, NaN where not
        scored), ``*_low`` and ``*_high`` (80% interval) and ``*_grade``; ``valence`` (-1..1);
        ``frame_*`` (share of the body's sentences, 0..1); ``n_sentences``, ``n_sources``;
        ``warnings`` joined by "; ", empty where there is none; ``signature``.
    """
    return _frame([_report_row(report) for report in reports], _REPORTS)


def _sentence_row(report: ArticleReport, index: int, s: Sentence) -> dict[str, Any]:
    names = []
    for a in s.attributions:
        if a.source_index is not None:
            names.append(report.sources[a.source_index].name)
        elif a.source is not None:
            names.append(a.source.text)
    return {
        "sentence": index,
        "start": s.start,
        "end": s.end,
        "text": s.text,
        "boilerplate": s.boilerplate,
        "attribution": s.attribution,
        "attributed": s.attributed,
        "n_attributions": len(s.attributions),
        "sources": _joined(names),
        "source_types": _joined(a.source_type for a in s.attributions),
        "hedge": s.hedge.probability,
        "hedge_cues": "; ".join(cue.text for cue in s.hedge.cues),
        "loaded": s.loaded.probability,
        "loaded_cues": "; ".join(cue.text for cue in s.loaded.cues),
        "loaded_voice": s.loaded.voice,
        "opinion": s.opinion.probability,
        "opinion_cues": "; ".join(cue.text for cue in s.opinion.cues),
        "valence": s.valence,
        **{f"frame_{name}": s.frames.get(name) for name in FRAMES},
    }


def _source_rows(report: ArticleReport) -> list[dict[str, Any]]:
    return [
        {"source": i, **{name: getattr(source, name) for name in source.__dataclass_fields__}}
        for i, source in enumerate(report.sources)
    ]


def _contribution_rows(report: ArticleReport) -> list[dict[str, Any]]:
    return [
        {"score": name, "feature": feature, "points": points}
        for name in SCORES
        for feature, points in getattr(report, name).contributions.items()
    ]


def _report_row(report: ArticleReport) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": report.id,
        "title": report.title,
        "valence": report.valence,
        "n_sentences": len(report.sentences),
        "n_sources": len(report.sources),
        "warnings": "; ".join(report.warnings),
        "signature": report.signature,
        **{f"frame_{name}": report.frames.get(name) for name in FRAMES},
    }
    for name in SCORES:
        score = getattr(report, name)
        row |= {
            name: score.value,
            f"{name}_low": score.low,
            f"{name}_high": score.high,
            f"{name}_grade": score.grade,
        }
    return row


def _joined(names: Iterable[str]) -> str:
    """The names, each once, in their order."""
    return "; ".join(dict.fromkeys(names))


def _frame(rows: list[dict[str, Any]], columns: dict[str, Any]) -> pandas.DataFrame:
    """A DataFrame with just these columns and dtypes; a tuple stands for the categories."""
    import pandas

    # Python storage: pyarrow's refuses a text with half a surrogate pair, and articles have such.
    dtypes = {_TEXT: pandas.StringDtype("python")}
    series = {}
    for name, kind in columns.items():
        dtype = pandas.CategoricalDtype(list(kind)) if isinstance(kind, tuple) else dtypes.get(kind, kind)
        series[name] = pandas.Series([row[name] for row in rows], dtype=dtype)
    return pandas.DataFrame(series)
