"""Attribution by peers, judged as ours: spans, sentences, relations, whole attributions."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path

import numpy as np
from joblib import Parallel, delayed

from classifier.analysis import attribute
from classifier.batch import Batch
from classifier.vocabulary import TypeTable
from training.evaluate import _spans_of, _Table
from training.peers.attribution import (
    chains,
    crfsuite,
    fit_crfsuite,
    nearest_cue,
    quotes_and_said,
    tag_crfsuite,
)
from training.peers.setting import Setting
from training.records import ArticleRecord
from training.spans import ATTRIBUTION_LABELS, attribution_labels, f1, token_range
from training.texts import label_articles


def _judged_articles(setting: Setting) -> list[tuple[str, list[ArticleRecord], np.ndarray]]:
    """What attribution is measured on: name, articles, fold of each."""
    out = []
    for corpus in ("annotations", "own"):
        which = [d for d, a in enumerate(setting.articles) if a.corpus == corpus and a.attributions]
        if which:
            out.append((corpus, [setting.articles[d] for d in which], setting.fold_of_article[which]))
    if "polnear" in setting.found:
        dev = [a for a in setting.found["polnear"].articles if a.split == "dev"]
        if dev:
            out.append(("polnear dev", dev, np.zeros(len(dev), dtype=int)))
    return out


def _labels(batch: Batch, records: Sequence[ArticleRecord]) -> np.ndarray:
    return np.concatenate([attribution_labels(d, r) for d, r in zip(batch.documents, records, strict=True)])


def _measure_attribution(
    out: _Table, corpus: str, batch: Batch, records: Sequence[ArticleRecord], tagged: np.ndarray,
    contents: Sequence[Sequence[set[int]]], how: str,
) -> None:  # fmt: skip
    """Spans, sentences and relations; and whole attributions where annotators marked them by sentence."""
    _spans_of(out, corpus, batch, _labels(batch, records), tagged, list(records), nearest_cue(), how)
    if corpus != "polnear dev":
        hits, n_found, n_gold = content_matches(batch, records, contents)
        p, r, f = f1(hits, n_found, n_gold)
        out.add(corpus, "attributions", {"precision": p, "recall": r, "F1": f}, n_gold, how)


def content_matches(
    batch: Batch, records: Sequence[ArticleRecord], contents: Sequence[Sequence[set[int]]]
) -> tuple[int, int, int]:
    """Attributions whose contents share half of their words (intersection over union), matched one to one.

    Parameters
    ----------
    batch : Batch
    records : sequence of ArticleRecord
        The annotated attributions, by document.
    contents : sequence of sequences of set of int
        Tokens of the content of each attribution found, by document.

    Returns
    -------
    hits, found, gold : int
        Gold attributions without content are not counted.
    """
    hits = n_found = n_gold = 0
    for d, record in enumerate(records):
        base = int(batch.document_bounds[d])
        wanted = []
        for a in record.attributions:
            ranges = [token_range(batch.documents[d], start, end, a.index == 0) for start, end in a.content]
            tokens = {t + base for first, last in ranges for t in range(first, last)}
            if tokens:
                wanted.append(tokens)
        here = [c for c in contents[d] if c]
        n_gold += len(wanted)
        n_found += len(here)
        shares = ((len(w & h) / len(w | h), i, j) for i, w in enumerate(wanted) for j, h in enumerate(here) if w & h)
        taken: set[tuple[str, int]] = set()
        for share, i, j in sorted(shares, reverse=True):
            if share >= 0.5 and not {("gold", i), ("found", j)} & taken:
                taken |= {("gold", i), ("found", j)}
                hits += 1
    return hits, n_found, n_gold


def _linked_contents(batch: Batch, tagged: np.ndarray) -> list[list[set[int]]]:
    """Content tokens by document of the attributions that the plain linker makes, sentence by sentence."""
    links = attribute(batch, tagged, ATTRIBUTION_LABELS, nearest_cue(), None)
    out: list[list[set[int]]] = [[] for _ in batch.documents]
    for s, parts in enumerate(links.by_sentence):
        for part in parts:
            out[int(batch.document_of_sentence[s])].append({t for a, b in part.contents for t in range(a, b)})
    return out


def measure_rule(setting: Setting) -> dict[str, _Table]:
    out = _Table(None)
    for corpus, records, _ in _judged_articles(setting):
        batch = label_articles(records, setting.table).batch
        tagged, attributed = quotes_and_said(batch)
        contents: list[list[set[int]]] = [[] for _ in batch.documents]
        for s in np.flatnonzero(attributed).tolist():
            tokens = set(range(int(batch.sentence_bounds[s]), int(batch.sentence_bounds[s + 1])))
            contents[int(batch.document_of_sentence[s])].append(tokens)
        _measure_attribution(out, corpus, batch, records, tagged, contents, "no training")
    return {"quotes and said": out}


def _fit(records: Sequence[ArticleRecord], table: TypeTable, model: Path, iterations: int) -> Path:
    batch = label_articles(records, table).batch
    names = np.array(ATTRIBUTION_LABELS)[_labels(batch, records)]
    bounds = batch.chain_bounds.tolist()
    labels = [names[a:b].tolist() for a, b in zip(bounds[:-1], bounds[1:], strict=True)]
    return fit_crfsuite(chains(batch), labels, model, iterations)


def _judge(setting: Setting, models: Sequence[Path], how: str) -> _Table:
    """Tag every set of articles, each article by the model of its fold, and measure."""
    out = _Table(None)
    for corpus, records, fold in _judged_articles(setting):
        batch = label_articles(records, setting.table).batch
        tagged = np.zeros(batch.n_tokens, dtype=np.int64)
        paragraphs = chains(batch)
        document = np.searchsorted(batch.document_bounds, batch.chain_bounds[:-1], side="right") - 1
        fold_of_token = np.repeat(fold, np.diff(batch.document_bounds))
        for f in np.unique(fold).tolist():
            mine = [c for c, d in zip(paragraphs, document.tolist(), strict=True) if fold[d] == f]
            tagged[fold_of_token == f] = tag_crfsuite(models[f], mine)
        _measure_attribution(out, corpus, batch, records, tagged, _linked_contents(batch, tagged), how)
    return out


def _polnear_train(setting: Setting) -> list[ArticleRecord]:
    return [a for a in setting.found["polnear"].articles if a.split == "train"] if "polnear" in setting.found else []


def measure_crfsuite(setting: Setting) -> dict[str, _Table]:
    """A CRF of python-crfsuite taught by PolNeAR's train part; nothing without that corpus."""
    crfsuite()
    setting.versions["crfsuite"] = metadata.version("python-crfsuite")
    taught = _polnear_train(setting)
    if not taught:
        return {}
    with tempfile.TemporaryDirectory() as folder:
        model = _fit(taught, setting.table, Path(folder) / "polnear.crfsuite", setting.iterations)
        setting.progress("fitted CRFsuite on PolNeAR")
        models = [model] * (int(setting.fold_of_article.max()) + 1)
        return {"CRFsuite": _judge(setting, models, "taught by PolNeAR's train part")}


def measure_crfsuite_folds(setting: Setting) -> dict[str, _Table]:
    """The same taught by what teaches ours: PolNeAR's train part and the articles of other folds."""
    crfsuite()
    setting.versions["crfsuite"] = metadata.version("python-crfsuite")
    polnear = _polnear_train(setting)
    n_folds = int(setting.fold_of_article.max()) + 1
    with tempfile.TemporaryDirectory() as folder:
        tasks = (
            delayed(_fit)(
                [*polnear, *(a for a, g in zip(setting.articles, setting.fold_of_article, strict=True) if g != f and a.attributions)],
                setting.table,
                Path(folder) / f"{f}.crfsuite",
                setting.iterations,
            )
            for f in range(n_folds)
        )  # fmt: skip
        models: list[Path] = []
        for model in Parallel(n_jobs=setting.jobs, return_as="generator")(tasks):
            models.append(model)
            setting.progress(f"fitted CRFsuite, fold {len(models)} of {n_folds}")
        return {"CRFsuite, taught as ours": _judge(setting, models, setting.how)}
