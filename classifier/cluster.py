"""Tables of articles by their partitions, on one machine or on many: pandas, Dask and Spark alike.

Takes a DataFrame with a column of texts, gives one with the scores (the columns of `classifier.frames.reports_frame`).
`score_partition` is the work on one piece, plain pandas to pandas; the other two hand it to a cluster. A worker
loads the artifact once, by its path, and maps it: processes on one machine share one copy. ``docs/cluster.md``
shows all of it running.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from classifier.frames import reports_frame
from classifier.predictor import Predictor, worker_predictor

if TYPE_CHECKING:
    import pandas


def score_partition(
    frame: pandas.DataFrame,
    text_field: str = "text",
    id_field: str = "id",
    path: str | Path | None = None,
    report: bool = False,
    digest: str | None = None,
) -> pandas.DataFrame:
    """Score the articles of a pandas DataFrame.

    Parameters
    ----------
    frame : pandas.DataFrame
        One article a row. ``title``, ``outlet`` and ``date`` are taken where they are there and are text.
    text_field, id_field : str
        The columns of the text and the id; the id's may be missing.
    path : str or path, optional
        Folder of the artifact, on the machine where this runs; the shipped one by default.
    report : bool
        Add the column ``report``: the whole report as JSON, with sentences, sources and spans.
    digest : str, optional
        The artifact's digest, where it must be a certain one.

    Returns
    -------
    pandas.DataFrame
        One row an article, with the index of `frame`. An article without a text, or one that breaks
        scoring, has NaN scores and a warning that begins with "not scored: ".

    Raises
    ------
    ValueError
        Where there is no column `text_field`, or the artifact is not the one of `digest`.

    Examples
    --------
    >>> import pandas
    >>> scores = score_partition(pandas.DataFrame({"body": ["Short."]}, index=[7]), text_field="body")
    >>> scores.index.tolist(), scores["sourcing"].isna().tolist()
    ([7], [True])
    """
    if text_field not in frame.columns:
        columns = ", ".join(map(str, frame.columns[:10])) or "none"
        raise ValueError(f"no column {text_field!r}; there are {columns}")
    predictor = worker_predictor(path, digest)
    reports = predictor.score_many(_articles(frame, text_field, id_field), n_jobs=1)
    if not report:
        table = reports_frame(reports)
    else:
        kept = list(reports)
        table = reports_frame(kept)
        table["report"] = _text([r.to_json() for r in kept])
    table.index = frame.index
    return table


def score_dask(
    frame: Any,
    text_field: str = "text",
    id_field: str = "id",
    path: str | Path | None = None,
    report: bool = False,
) -> Any:
    """Score a Dask DataFrame, each partition where it lies.

    Parameters
    ----------
    frame : dask.dataframe.DataFrame
    text_field, id_field, path, report
        As in `score_partition`. The artifact must be at `path` on every worker.

    Returns
    -------
    dask.dataframe.DataFrame
        Lazy; as `score_partition` gives it, with the partitions and the index of `frame`.
    """
    return frame.map_partitions(
        score_partition, **_given(text_field, id_field, path, report), meta=_empty(report, frame._meta.index)
    )


def score_spark(
    frame: Any,
    text_field: str = "text",
    id_field: str = "id",
    path: str | Path | None = None,
    report: bool = False,
) -> Any:
    """Score a Spark DataFrame, each partition where it lies.

    Parameters
    ----------
    frame : pyspark.sql.DataFrame
    text_field, id_field, path, report
        As in `score_partition`. The artifact must be at `path` on every worker.

    Returns
    -------
    pyspark.sql.DataFrame
        Lazy; one row an article.
    """
    kinds = {"f": "double", "i": "bigint"}
    schema = ", ".join(f"`{name}` {kinds.get(kind.kind, 'string')}" for name, kind in _empty(report).dtypes.items())
    return frame.mapInPandas(partial(_partitions, _given(text_field, id_field, path, report)), schema)


def _partitions(given: dict[str, Any], frames: Iterator[pandas.DataFrame]) -> Iterator[pandas.DataFrame]:
    for frame in frames:
        yield score_partition(frame, **given)


def _given(text_field: str, id_field: str, path: str | Path | None, report: bool) -> dict[str, Any]:
    """What every worker is told, the digest included: a cluster must not mix two artifacts."""
    predictor = Predictor.load(path)
    return {
        "text_field": text_field,
        "id_field": id_field,
        "path": None if path is None else str(Path(path).resolve()),
        "report": report,
        "digest": predictor.manifest["digest"],
    }


def _empty(report: bool, index: Any = None) -> pandas.DataFrame:
    """The table's columns and types, without rows."""
    table = reports_frame([])
    if report:
        table["report"] = _text([])
    if index is not None:
        table.index = index[:0]
    return table


def _text(values: list[str]) -> pandas.Series:
    import pandas

    return pandas.Series(values, dtype=pandas.StringDtype("python"))


def _articles(frame: pandas.DataFrame, text_field: str, id_field: str) -> Iterator[dict[str, str]]:
    taken = {text_field: "text", id_field: "id", "title": "title", "outlet": "outlet", "date": "date"}
    columns = {field: frame[name] for name, field in taken.items() if name in frame.columns}
    missing = {field: column.isna().tolist() for field, column in columns.items()}
    values = {field: column.tolist() for field, column in columns.items()}
    for row in range(len(frame)):
        article = {field: values[field][row] for field in columns if not missing[field][row]}
        for field in ("id", "date"):
            if field in article:
                article[field] = str(article[field])
        yield article
