"""`accordingto evaluate`: how good each signal is on texts that its models have not seen.

Annotated and own articles are judged in folds by outlet (no outlet stands in two folds), PolNeAR's
development part by taggers that never saw it, the sentences of public corpora in folds by article,
and those that teach nothing (CheckThat, NewsMTSC) by the models as they are. Intervals are 95%, by
resampling articles.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp
from scipy.stats import pearsonr
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import cohen_kappa_score, f1_score
from sklearn.model_selection import GroupKFold, KFold

from classifier.analysis import cue_words, sentence_features, with_auxiliary
from classifier.attribution import SpanSet, link
from classifier.batch import Batch
from classifier.report import FRAMES
from classifier.scores import TARGETS
from classifier.signals import probabilities, sigmoid
from classifier.source_types import TYPES
from training.article_scores import feature_matrix, fit_scores, ratings, widths_by_fold
from training.attribution import POLNEAR, fit_linker
from training.curves import pictures
from training.evaluate_sources import same_name
from training.measures import (
    best_threshold,
    bootstrap,
    expected_calibration_error,
    prf,
    signal_predictions,
    source_type_predictions,
    spearman,
)
from training.outlets import LEANINGS, leaning
from training.pipeline import (
    Crossfit,
    Prepared,
    cross_fit,
    fit_main,
    fit_taggers,
    labels_without,
    load_corpora,
    main_labels,
    prepare,
    tags_by_fold,
)
from training.records import ArticleRecord, SentenceRecord
from training.sentences import SignalModel, gold, settings, sparse
from training.spans import (
    ATTRIBUTION_LABELS,
    KINDS,
    attribution_labels,
    f1,
    pair_up,
    span_scores,
    token_range,
    tokens_of,
)
from training.texts import label_articles, label_sentences
from training.train import thresholds as choose_thresholds

SIGNALS = (
    "boilerplate", "attributed", "attribution type", "source type", "spans", "hedged", "hedge cues", "loaded",
    "loaded cues", "opinion", "valence", "frames", "scores", "public",
)  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One figure: what was measured where, over how many units, with its 95% interval where there is one."""

    corpus: str
    signal: str
    measure: str
    value: float
    low: float | None
    high: float | None
    n: int
    how: str


class _Table:
    def __init__(self, chosen: Sequence[str] | None) -> None:
        self.rows: list[Row] = []
        self.chosen = set(chosen or SIGNALS)

    def add(
        self, corpus: str, signal: str, values: Mapping[str, float], n: int, how: str,
        interval: tuple[str, Callable[[np.ndarray], float], np.ndarray] | None = None,
    ) -> None:  # fmt: skip
        for measure, value in values.items():
            low = high = None
            if interval and interval[0] == measure and n:
                low, high = bootstrap(interval[1], interval[2])
            self.rows.append(Row(corpus, signal, measure, float(value), low, high, n, how))


def evaluate(
    data: Path | None = None,
    annotations: Path | None = None,
    folds: int = 5,
    seed: int = 0,
    jobs: int = 1,
    progress: Callable[[str], Any] = lambda line: None,
    signals: Sequence[str] | None = None,
) -> dict[str, Any]:
    """Measure every signal on every corpus given.

    Parameters
    ----------
    data, annotations : Path, optional
        As for `training.train.train`; without them the own articles are measured.
    folds : int
        Folds by outlet.
    signals : sequence of str, optional
        Some of `SIGNALS`; all by default.

    Returns
    -------
    dict
        ``rows``: one a figure (see `Row`); ``reliability``: by signal, mean probability and frequency
        of ten bins; ``thresholds``, ``folds``, ``seed``; and what to draw, without a word of the texts:
        ``curves``, ``confusions``, ``by_source_type``, ``by_group`` and ``score_points``, each by corpus
        (see `training.curves`).

    Raises
    ------
    ValueError
        Where `signals` names one that is not among `SIGNALS`.
    """
    unknown = set(signals or ()) - set(SIGNALS)
    if unknown:
        raise ValueError(f"no signal {sorted(unknown)[0]!r}; there are {', '.join(SIGNALS)}")
    found = load_corpora(data, annotations, progress)
    prepared = prepare(found, seed, progress)
    crossfit = cross_fit(prepared, folds, jobs, progress, hold_out_dev=True)
    return measure(found, prepared, crossfit, seed, progress, signals)


def measure(
    found: Mapping[str, Any],
    prepared: Prepared,
    crossfit: Crossfit,
    seed: int = 0,
    progress: Callable[[str], Any] = lambda line: None,
    signals: Sequence[str] | None = None,
) -> dict[str, Any]:
    """The second half of `evaluate`, for those who want to look at the judgements themselves, too.

    Parameters
    ----------
    found : mapping of str to Corpus
        From `training.pipeline.load_corpora`.
    prepared, crossfit : Prepared, Crossfit
        From `training.pipeline.prepare` and `training.pipeline.cross_fit`.
    """
    chosen = choose_thresholds(crossfit)
    table = _Table(signals)
    n_folds = int(crossfit.fold_of.max()) + 1
    how = f"{n_folds} folds by outlet"
    _sentence_signals(table, prepared, crossfit, chosen, how)
    progress("measured the sentence signals")
    if "spans" in table.chosen:
        _attribution_spans(table, prepared, crossfit, how)
        progress("measured attribution spans")
    if "scores" in table.chosen:
        _scores(table, prepared, crossfit, chosen, how)
        progress("measured the article scores")
    if "public" in table.chosen:
        _public(table, found, prepared, crossfit, chosen, progress)
    return {
        "rows": [asdict(r) for r in table.rows],
        "reliability": _reliability(crossfit),
        "thresholds": chosen,
        "folds": n_folds,
        "seed": seed,
        **pictures(prepared, crossfit, chosen, _corpus_rows(prepared), progress),
    }


def table(result: Mapping[str, Any]) -> str:
    """The figures of `evaluate` as a Markdown table."""
    lines = ["| corpus | signal | measure | value | 95% interval | n | how |", "|---|---|---|---|---|---|---|"]
    for r in result["rows"]:
        interval = "" if r["low"] is None else f"{r['low']:.3f}-{r['high']:.3f}"
        lines.append(
            f"| {r['corpus']} | {r['signal']} | {r['measure']} | {r['value']:.3f} | {interval} | {r['n']} | {r['how']} |"
        )
    return "\n".join(lines)


def _corpus_rows(prepared: Prepared) -> dict[str, np.ndarray]:
    names = np.array([r.corpus if r is not None else "" for r in prepared.articles.records])
    return {n: names == n for n in ("annotations", "own") if (names == n).any()}


def _sentence_signals(out: _Table, prepared: Prepared, crossfit: Crossfit, chosen: dict[str, float], how: str) -> None:
    articles = prepared.articles.document_of
    predictions = signal_predictions(crossfit, chosen)
    for corpus, mine in _corpus_rows(prepared).items():
        for name, (rows, y, found) in predictions.items():
            if name not in out.chosen:
                continue
            keep = mine[rows]
            y_, found_, groups = y[keep], found[keep], articles[rows][keep]
            if name == "attribution type":
                values = {"kappa": cohen_kappa_score(y_, found_), "accuracy": (y_ == found_).mean()}

                def measure(i: np.ndarray, y_: np.ndarray = y_, found_: np.ndarray = found_) -> float:
                    return float(cohen_kappa_score(y_[i], found_[i]))

                out.add(corpus, name, values, len(y_), how, ("kappa", measure, groups))
            elif name == "valence":

                def measure(i: np.ndarray, y_: np.ndarray = y_, found_: np.ndarray = found_) -> float:
                    return float(f1_score(y_[i], found_[i], average="macro"))

                out.add(
                    corpus, name, {"macro F1": measure(np.arange(len(y_)))}, len(y_), how, ("macro F1", measure, groups)
                )
            elif name == "frames":

                def measure(i: np.ndarray, y_: np.ndarray = y_, found_: np.ndarray = found_) -> float:
                    return prf(y_[i].ravel(), found_[i].ravel())[2]

                p, r, f = prf(y_.ravel(), found_.ravel())
                each = {frame: prf(y_[:, k], found_[:, k])[2] for k, frame in enumerate(FRAMES)}
                values = {"precision": p, "recall": r, "micro F1": f, "macro F1": float(np.mean(list(each.values())))}
                out.add(corpus, name, values, len(y_), how, ("micro F1", measure, groups))
                for frame, value in each.items():
                    out.add(corpus, f"frame {frame}", {"F1": value}, int(y_[:, FRAMES.index(frame)].sum()), how)
            else:

                def measure(i: np.ndarray, y_: np.ndarray = y_, found_: np.ndarray = found_) -> float:
                    return prf(y_[i], found_[i])[2]

                p, r, f = prf(y_, found_)
                out.add(corpus, name, {"precision": p, "recall": r, "F1": f}, len(y_), how, ("F1", measure, groups))
                probability = crossfit.analysis.probabilities["attribution" if name == "attributed" else name]
                probability = 1 - probability[:, 0] if probability.ndim > 1 else probability
                ece = expected_calibration_error(y_, probability[rows][keep])
                out.add(corpus, name, {"expected calibration error": ece}, len(y_), how)
        if "source type" in out.chosen:
            rows, y, found = source_type_predictions(crossfit)
            if len(rows):
                keep = mine[rows]
                n_gold = sum(
                    bool(r.labels.get("source_type"))
                    for r, m in zip(prepared.articles.records, mine, strict=True)
                    if m and r is not None
                )
                right = (y == found)[keep]
                out.add(corpus, "source type", {"accuracy where found": right.mean()}, int(keep.sum()), how)
                typed = right & (y[keep] != "none")
                out.add(corpus, "source type", {"accuracy end to end": typed.sum() / max(n_gold, 1)}, n_gold, how)
        for cue in ("hedge", "loaded"):
            if f"{cue} cues" in out.chosen:
                _cue_words(out, corpus, mine, cue, prepared, crossfit, chosen, how)


def _cue_words(
    out: _Table, corpus: str, mine: np.ndarray, kind: str, prepared: Prepared, crossfit: Crossfit,
    chosen: dict[str, float], how: str,
) -> None:  # fmt: skip
    """Precision, recall and F1 of cue words as reported: in sentences that show the signal."""
    group = "hedged" if kind == "hedge" else "loaded"
    batch = prepared.articles.batch
    shown = crossfit.analysis.probabilities[group] >= chosen[group]
    words = cue_words(crossfit.analysis, kind, chosen[f"{kind} cues"])
    hits = found = wanted = 0
    for s in np.flatnonzero(mine).tolist():
        record = prepared.articles.records[s]
        if record is None or record.labels.get("boilerplate"):
            continue
        a, b = int(batch.sentence_bounds[s]), int(batch.sentence_bounds[s + 1])
        d = int(batch.document_of_sentence[s])
        base = int(batch.document_bounds[d])
        document = batch.documents[d]
        y = np.zeros(b - a, dtype=bool)
        start = 0 if record.start is None else record.start
        for x, z in record.cues.get(kind, ()):
            first, last = token_range(document, start + x, start + z, record.start is None)
            y[max(first + base - a, 0) : max(last + base - a, 0)] = True
        p = words[a:b] & shown[s]
        hits += int((y & p).sum())
        found += int(p.sum())
        wanted += int(y.sum())
    precision, recall, value = f1(hits, found, wanted)
    out.add(corpus, f"{kind} cues", {"precision": precision, "recall": recall, "word F1": value}, wanted, how)


def _relations(
    batch: Batch, gold_labels: np.ndarray, records: Sequence[ArticleRecord | None], best: np.ndarray, linker: Any
) -> tuple[float, float, float]:
    """F1 of whole attributions: cue, source and content all overlap."""
    found = SpanSet.tagged(batch, best, ATTRIBUTION_LABELS)
    links = link(batch, found, linker["source"], linker["content"])
    mine: dict[int, list[dict[str, set[int]]]] = {}
    for one in links:
        if one.cue is None or one.source is None or not one.contents:
            continue
        parts = {
            "cue": set(range(found.first[one.cue], found.last[one.cue])),
            "source": set(range(found.first[one.source], found.last[one.source])),
            "content": {t for i in one.contents for t in range(found.first[i], found.last[i])},
        }
        mine.setdefault(int(found.document[one.cue]), []).append(parts)
    hits_gold = hits_found = n_gold = 0
    n_found = sum(len(v) for v in mine.values())
    for d, record in enumerate(records):
        if record is None:
            continue
        base = int(batch.document_bounds[d])
        wanted = []
        for a in record.attributions:
            if not (a.source and a.cue and a.content):
                continue
            wanted.append({kind: tokens_of(batch.documents[d], a, kind, base) for kind in KINDS})
        n_gold += len(wanted)
        here = mine.get(d, [])
        hits_gold += sum(any(all(w[k] & h[k] for k in KINDS) for h in here) for w in wanted)
        hits_found += sum(any(all(w[k] & h[k] for k in KINDS) for w in wanted) for h in here)
    p = hits_found / n_found if n_found else 0.0
    r = hits_gold / n_gold if n_gold else 0.0
    return p, r, 2 * p * r / (p + r) if p + r else 0.0


def _spans_of(
    out: _Table,
    corpus: str,
    batch: Batch,
    labels: np.ndarray,
    best: np.ndarray,
    records: Sequence[ArticleRecord | None],
    linker: Any,
    how: str,
) -> None:
    from classifier.tagger import spans

    known = labels >= 0
    wanted = spans(np.maximum(labels, 0), ATTRIBUTION_LABELS, batch.chain_bounds)
    best = np.where(known, best, 0)
    found = spans(best, ATTRIBUTION_LABELS, batch.chain_bounds)
    for kind, values in span_scores(wanted, found).items():
        n = sum(k == kind for k, _, _ in wanted)
        for measure, (p, r, f) in values.items():
            out.add(corpus, kind, {f"{measure} precision": p, f"{measure} recall": r, f"{measure} F1": f}, n, how)
    content = ATTRIBUTION_LABELS.index("B-content")
    y = np.zeros(batch.n_sentences, dtype=bool)
    y[batch.sentence_of[labels >= content]] = True
    z = np.zeros(batch.n_sentences, dtype=bool)
    z[batch.sentence_of[best >= content]] = True
    scored = np.zeros(batch.n_sentences, dtype=bool)
    scored[batch.sentence_of[known]] = True
    p, r, f = prf(y[scored], z[scored])
    groups = batch.document_of_sentence[scored]
    out.add(
        corpus, "sentence with content", {"precision": p, "recall": r, "F1": f}, int(scored.sum()), how,
        ("F1", lambda i: prf(y[scored][i], z[scored][i])[2], groups),
    )  # fmt: skip
    p, r, f = _relations(batch, labels, records, best, linker)
    out.add(
        corpus, "relation", {"precision": p, "recall": r, "F1": f}, sum(len(x.attributions) for x in records if x), how
    )


def _whole_attributions(out: _Table, corpus: str, prepared: Prepared, crossfit: Crossfit, how: str) -> None:
    """Attributions by sentence, found where half of the contents' words are shared, and who they are of.

    Of the gold attributions with content: precision, recall, F1; then, of those found, the share with the
    right source type and the right resolved name; pairs of attributions with the same source; titles.
    """
    batch = prepared.articles.batch
    links = crossfit.analysis.attributions
    hits = n_found = n_gold = types = names = named = titles = titled = 0
    pairs_right = pairs_found = pairs_gold = 0
    for d, record in enumerate(prepared.articles.articles):
        if record is None or record.corpus != corpus or not record.attributions:
            continue
        document, base = batch.documents[d], int(batch.document_bounds[d])
        wanted = []
        for a in record.attributions:
            if tokens := tokens_of(document, a, base=base):
                wanted.append((tokens, a))
        low, high = np.searchsorted(batch.document_of_sentence, [d, d + 1])
        here = [
            ({t for a, b in part.contents for t in range(a, b)}, part.resolved)
            for s in range(low, high)
            for part in links.by_sentence[s]
            if part.contents
        ]
        n_gold += len(wanted)
        n_found += len(here)
        taken_i = pair_up([w for w, _ in wanted], [h for h, _ in here])
        hits += len(taken_i)
        entity_of: dict[int, int | None] = {}
        for i, j in taken_i.items():
            a, resolved = wanted[i][1], here[j][1]
            types += TYPES[int(links.types[resolved].argmax())] == a.source_type
            entity = links.resolved[resolved].entity
            entity_of[i] = entity
            if a.source_type != "none" and a.name:
                named += 1
                about = None if entity is None else links.entities[d][entity]
                names += about is not None and same_name(about.name, a.name)
                if a.title:
                    titled += 1
                    titles += about is not None and bool(_content_words(about.title) & _content_words(a.title))
        gold_pairs = {
            (i, k)
            for i, (_, a) in enumerate(wanted)
            for k, (_, b) in enumerate(wanted)
            if i < k and a.name and a.name == b.name
        }
        mine = [i for i in taken_i if entity_of[i] is not None]
        found_pairs = {(min(i, k), max(i, k)) for i in mine for k in mine if i != k and entity_of[i] == entity_of[k]}
        pairs_right += len(gold_pairs & found_pairs)
        pairs_found += len(found_pairs)
        pairs_gold += len({(i, k) for i, k in gold_pairs if i in taken_i and k in taken_i})
    p, r, f = f1(hits, n_found, n_gold)
    out.add(corpus, "attributions", {"precision": p, "recall": r, "F1": f}, n_gold, how)
    out.add(corpus, "attributions", {"source type where found": types / max(hits, 1)}, hits, how)
    out.add(corpus, "attributions", {"resolved name where found": names / max(named, 1)}, named, how)
    out.add(corpus, "attributions", {"title recall where found": titles / max(titled, 1)}, titled, how)
    p, r, f = f1(pairs_right, pairs_found, pairs_gold)
    out.add(corpus, "attributions", {"same source, pairs F1": f}, pairs_gold, how)


def _content_words(title: str) -> set[str]:
    return {w for w in title.lower().replace(",", " ").split() if len(w) > 3}


def _attribution_spans(out: _Table, prepared: Prepared, crossfit: Crossfit, how: str) -> None:
    batch = prepared.articles.batch
    for corpus, _ in _corpus_rows(prepared).items():
        labels = np.full(batch.n_tokens, -1)
        records: list[ArticleRecord | None] = []
        for d, record in enumerate(prepared.articles.articles):
            use = record is not None and record.corpus == corpus and bool(record.attributions)
            records.append(record if use else None)
            if use and record is not None:
                a, b = batch.document_bounds[d], batch.document_bounds[d + 1]
                labels[a:b] = attribution_labels(batch.documents[d], record)
        _spans_of(out, corpus, batch, labels, crossfit.analysis.tags.attribution, records, crossfit.linker, how)
        _whole_attributions(out, corpus, prepared, crossfit, how)
    if prepared.polnear is not None:
        dev = [r for r in prepared.polnear.articles if r is not None and r.split == "dev"]
        if dev:
            held = label_articles(dev, prepared.table)
            labels = np.concatenate([attribution_labels(d, r) for d, r in zip(held.batch.documents, dev, strict=True)])
            data = crossfit.tagging
            unseen = {d for d, r in enumerate(data.records) if r is not None and r.split == "dev"}
            (own,) = fit_taggers(data, [unseen], prepared.seed, 1, lambda line: None, prepared.fits, (POLNEAR,))
            y = labels_without(data, POLNEAR, unseen)
            linker = fit_linker(data.batch, y, [None if d in unseen else r for d, r in enumerate(data.records)])
            for name, tagger, links, trained in (
                ("polnear dev", own[POLNEAR], linker, "its definitions, trained on its train part"),
                ("polnear dev, shipped", crossfit.taggers[0]["attribution"], crossfit.linker, "by the codebook"),
            ):
                taggers = [crossfit.taggers[0] | {"attribution": tagger}]
                tags = tags_by_fold(held.batch, np.zeros(len(dev), dtype=int), taggers)
                _spans_of(out, name, held.batch, labels, tags.attribution, list(dev), links, trained)


def _scores(out: _Table, prepared: Prepared, crossfit: Crossfit, chosen: dict[str, float], how: str) -> None:
    X = feature_matrix(crossfit.analysis, chosen)
    _, held = fit_scores(X, prepared.articles.articles, crossfit.fold_of, drift=prepared.articles.drifting)
    widths = widths_by_fold(X, prepared.articles.articles, crossfit.fold_of, drift=prepared.articles.drifting)
    leanings = np.array([leaning(r.outlet) if r is not None else "" for r in prepared.articles.articles])
    corpus_of = np.array([r.corpus if r is not None else "" for r in prepared.articles.articles])
    for corpus in ("annotations", "own"):
        for target in TARGETS:
            y = ratings(prepared.articles.articles, target)
            ok = ~np.isnan(y) & (corpus_of == corpus)
            if ok.sum() < 5:
                continue
            a, b = held[target][ok], y[ok]

            def measure(i: np.ndarray, a: np.ndarray = a, b: np.ndarray = b) -> float:
                return spearman(a[i], b[i])

            covered = float((np.abs(a - b) <= widths[target][ok]).mean())
            out.add(
                corpus, f"score: {target}",
                {"Spearman": spearman(a, b), "mean absolute error": float(np.abs(a - b).mean()), "covered by 80% interval": covered},
                int(ok.sum()), how, ("Spearman", measure, np.arange(len(a))),
            )  # fmt: skip
            # whether the scores put outlets of one leaning higher than readers do
            for side in LEANINGS:
                error = (a - b)[leanings[ok] == side]
                if len(error) >= 20:

                    def mean(i: np.ndarray, error: np.ndarray = error) -> float:
                        return float(error[i].mean())

                    measured = f"mean error, outlets of the {side}"
                    out.add(
                        corpus, f"score: {target}", {measured: float(error.mean())}, len(error), how,
                        (measured, mean, np.arange(len(error))),
                    )  # fmt: skip


def _public(
    out: _Table,
    found: Mapping[str, Any],
    prepared: Prepared,
    crossfit: Crossfit,
    chosen: dict[str, float],
    progress: Callable[[str], Any],
) -> None:
    if prepared.lone is not None:
        rows, values = crossfit.blocks["lone"]
        X = sparse(rows, len(prepared.terms))
        records = prepared.lone.records
        names = crossfit.names[: values.shape[1]]
        for output, corpus in (
            ("uncertain", "wikiweasel"),
            ("biased", "babe"),
            ("lexical bias", "basil"),
            ("positive", "nyt_valence"),
        ):
            if corpus in found:
                _folds_of(out, corpus, output, records, X, values, names)
                progress(f"measured {corpus}")
    if "narrative_frames" in found:
        _narrative_frames(out, found["narrative_frames"].articles, prepared)
        progress("measured narrative_frames")
    transfer = [
        (corpus, [s for s in found[corpus].all_sentences() if s.text.strip()])
        for corpus in ("checkthat", "newsmtsc")
        if corpus in found
    ]
    if not transfer:
        return
    labels = main_labels(prepared)
    models = fit_main(prepared, crossfit.blocks, crossfit.names, labels, crossfit.fold_of, -1, 1, crossfit.calibration)
    for corpus, sentences in transfer:
        held = label_sentences(sentences, prepared.table)
        tags = tags_by_fold(held.batch, np.zeros(len(held.batch.documents), dtype=int), crossfit.taggers[:1])
        known = prepared.words
        values, names = sentence_features(held.batch, tags, prepared.phrases(None), known.vectors, known.steps)
        rows = prepared.terms.rows(held.batch)
        values, _ = with_auxiliary(rows, values, names, crossfit.auxiliary)
        p = probabilities(models, models.scores(rows, values))
        keep = np.array([r is not None for r in held.records])
        kept = [r for r in held.records if r is not None]
        if corpus == "checkthat":
            y = np.array([r.labels["subjective"] for r in kept])
            z = ((p["opinion"] >= chosen["opinion"]) | (p["loaded"] >= chosen["loaded"]))[keep].astype(int)
            for part in ("train", "dev"):
                here = np.array([r.split == part for r in kept])
                if here.any():
                    value = f1_score(y[here], z[here], average="macro")
                    out.add(
                        corpus + " " + part,
                        "opinion or loaded",
                        {"macro F1": value},
                        int(here.sum()),
                        "not trained on it",
                    )
        else:
            y = np.array([int(r.labels["target_valence"]) for r in kept])
            z = p["valence"][keep].argmax(axis=1) - 1
            out.add(
                corpus,
                "valence toward a target",
                {"macro F1": f1_score(y, z, average="macro")},
                len(y),
                "not trained on it",
            )
        progress(f"measured {corpus}")


def _narrative_frames(out: _Table, articles: Sequence[ArticleRecord], prepared: Prepared) -> None:
    """Five frames of climate articles by the words of their sentences: 5 folds by article."""
    names = sorted({k for a in articles for k in a.labels if k.startswith("frame_")})
    kept = [a for a in articles if a.text.strip() and all(k in a.labels for k in names)]
    if len(kept) < 10:
        return
    held = label_articles(kept, prepared.table)
    rows = sparse(prepared.terms.rows(held.batch), len(prepared.terms))
    document = held.document_of
    total = np.bincount(document, minlength=len(kept))
    mean = sp.csr_matrix(
        (1.0 / total[document], (document, np.arange(len(document)))), shape=(len(kept), len(document))
    )
    X = mean @ rows
    scores = []
    for name in names:
        y = np.array([int(a.labels[name]) for a in kept])
        found = np.zeros(len(y), dtype=bool)
        for train, test in KFold(5, shuffle=True, random_state=0).split(y):
            model = LogisticRegression(C=100.0, class_weight="balanced", max_iter=500).fit(X[train], y[train])
            found[test] = model.predict(X[test]) == 1
        scores.append(prf(y == 1, found)[2])
        out.add("narrative_frames", name, {"F1": scores[-1]}, int(y.sum()), "5 folds by article, our terms")
    out.add(
        "narrative_frames",
        "mean of 5 frames",
        {"F1": float(np.mean(scores))},
        len(kept),
        "5 folds by article, our terms",
    )


def _folds_of(
    out: _Table,
    corpus: str,
    output: str,
    records: Sequence[SentenceRecord | None],
    X: Any,
    values: np.ndarray,
    names: Sequence[str],
) -> None:
    """A public corpus's own label in 5 folds by article."""
    y = gold(records, output)
    mine = np.array([i for i, r in enumerate(records) if r is not None and r.corpus == corpus], dtype=int)
    train_ok = y[mine] >= 0
    groups = np.array([records[i].article or records[i].id for i in mine])  # type: ignore[union-attr]
    odds = np.zeros(len(mine))
    for train, test in GroupKFold(5).split(mine, groups=groups):
        fit = mine[train[train_ok[train]]]
        terms, dense_weights, bias = SignalModel(**settings(output, names)).fit(X[fit], values[fit], y[fit]).weights(2)
        odds[test] = (X[mine[test]] @ terms + values[mine[test]] @ dense_weights + bias)[:, 0]
    how = "5 folds by article"
    if corpus == "nyt_valence":
        rated = np.array([records[i].labels["valence"] for i in mine], dtype=float)  # type: ignore[union-attr]
        out.add(corpus, "valence", {"Pearson": pearsonr(odds, rated).statistic}, len(mine), how)
        return
    p = sigmoid(odds)
    g = y[mine] == 1
    threshold = best_threshold(g, p)
    precision, recall, value = prf(g, p >= threshold)
    macro = f1_score(g, p >= 0.5, average="macro")
    out.add(
        corpus, output, {"precision": precision, "recall": recall, "F1": value, "macro F1 at 0.5": macro}, len(mine), how,
        ("F1", lambda i: prf(g[i], p[i] >= threshold)[2], groups),
    )  # fmt: skip


def _reliability(crossfit: Crossfit) -> dict[str, list[dict[str, float]]]:
    out = {}
    for name in ("boilerplate", "hedged", "loaded", "opinion"):
        y = crossfit.labels[name]
        ok = y >= 0
        p = crossfit.analysis.probabilities[name][ok]
        index = np.minimum((p * 10).astype(int), 9)
        out[name] = [
            {
                "probability": float(p[index == b].mean()),
                "frequency": float(y[ok][index == b].mean()),
                "n": int((index == b).sum()),
            }
            for b in range(10)
            if (index == b).any()
        ]
    return out
