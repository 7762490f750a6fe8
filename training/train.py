"""`accordingto train`: corpora to an artifact."""

from __future__ import annotations

import platform
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from classifier import artifact
from classifier.analysis import Models
from classifier.scores import GRADES, TARGETS
from classifier.signals import GROUPS
from training import corpora, label_report, own_labels
from training.article_scores import feature_matrix, fit_scores, ratings
from training.cache import FitCache
from training.measures import best_cue_threshold, best_light, best_threshold, signal_measures, spearman
from training.model_card import model_card
from training.own_labels import OwnLabels
from training.pipeline import (
    ARTICLES,
    TEACHING,
    cross_fit,
    fit_main,
    fit_taggers,
    fit_types,
    load_corpora,
    main_labels,
    prepare,
)
from training.student import Student
from training.tag_student import TagStudent

FOLDS = 5


def thresholds(crossfit: Any) -> dict[str, float]:
    """For each yes-or-no signal, and the words that are its cues, the probability at which F1 out of fold is best."""
    out: dict[str, float] = {}
    for group, members in GROUPS.items():
        y = crossfit.labels[group]
        p = crossfit.analysis.probabilities[group]
        ok = y >= 0
        if group == "attribution":
            out["attributed"] = best_threshold(y[ok] > 0, 1 - p[ok, 0])
        elif len(members) == 1:
            out[group] = best_threshold(y[ok] == 1, p[ok])
        elif group == "valence":
            out["bad light"], out["good light"] = best_light(y[ok], p[ok])
    for kind, group in (("hedge", "hedged"), ("loaded", "loaded")):
        out[f"{kind} cues"] = best_cue_threshold(crossfit, kind, crossfit.analysis.probabilities[group] >= out[group])
    return out


@threadpool_limits.wrap(limits=1)
def train(
    out: Path,
    data: Path | None = None,
    annotations: Path | None = None,
    seed: int = 0,
    jobs: int = 1,
    progress: Callable[[str], Any] = lambda line: None,
    cache: Path | None = None,
    labels: Sequence[Path] = (),
    report: Sequence[Path] = (),
) -> dict[str, Any]:
    """Fit every signal and write an artifact.

    Parameters
    ----------
    out : Path
        Folder of the artifact.
    data : Path, optional
        Folder laid out like ``docs/corpora.md`` says; without it the own articles alone teach.
    annotations : Path, optional
        Folder of the annotated articles.
    seed : int
    jobs : int
        Processes.
    progress : callable
        Told a line at each step.
    cache : Path, optional
        Folder where fits are kept, so that training that was stopped goes on where it was (`training.cache`).
    labels : sequence of Path
        Files of labelled sentences of your own (`training.own_labels`), which teach beside the corpora.
    report : sequence of Path
        Where to write what these labels brought (`training.label_report`); the endings name the formats.

    Returns
    -------
    dict
        ``artifact`` (path), ``manifest``, ``summary`` (lines), and with labels ``report`` (`training.label_report.measure`).

    Raises
    ------
    LabelError
        With every mistake in the labels.
    CorpusError
        Where a corpus is missing or damaged.
    OSError
        Where the artifact cannot be written.
    ValueError
        Where a report cannot be written, or is asked for without labels.
    """
    artifact.check_place(out)
    if report and not labels:
        raise ValueError("a report is about labels of your own; give their files, too")
    label_report.check_paths(report)
    mine = own_labels.read(labels) if labels else None
    found = load_corpora(data, annotations, progress)
    fits = FitCache(cache)
    kept = {n: c for n, c in found.items() if n in (*TEACHING, *ARTICLES)}
    if mine is not None:
        mine = replace(mine, warnings=(*mine.warnings, *own_labels.known_elsewhere(mine, kept.values())))
        kept["labels"] = mine.train
        progress(f"read {', '.join(mine.rows)}: {len(mine.train.all_sentences())} sentences to train on")
    prepared = prepare(kept, seed, progress, fits)
    crossfit = cross_fit(prepared, FOLDS, jobs, progress)
    chosen = thresholds(crossfit)
    X = feature_matrix(crossfit.analysis, chosen)
    drift = prepared.articles.drifting
    scores, held = fit_scores(X, prepared.articles.articles, crossfit.fold_of, drift=drift)
    progress("fitted the article scores")

    taggers = fit_taggers(crossfit.tagging, [set()], seed, jobs, progress, fits)[0]
    taggers["hedge"].second_look = crossfit.second_look
    labels_of = main_labels(prepared)
    signals = fit_main(
        prepared, crossfit.blocks, crossfit.names, labels_of, crossfit.fold_of, -1, jobs, crossfit.calibration
    )
    progress("fitted the sentence signals on everything")
    models = Models(
        vocabularies={k: list(v) for k, v in prepared.table.vocabularies.items()},
        clusters=prepared.table.clusters,
        vectors=prepared.words.vectors,
        vector_steps=prepared.words.steps,
        taggers=taggers,
        linker=crossfit.linker,
        source_types=fit_types(crossfit),
        sift=crossfit.sift,
        terms=prepared.terms,
        phrases=prepared.phrases(None),
        auxiliary=crossfit.auxiliary,
        signals=signals,
        lines=crossfit.lines,
        in_context=crossfit.in_context,
        thresholds=chosen,
        scores=scores,
    )
    quality = {name: {k: round(v, 3) for k, v in m.items()} for name, m in signal_measures(crossfit, chosen).items()}
    rated = {}
    for target in TARGETS:
        y = ratings(prepared.articles.articles, target)
        ok = ~np.isnan(y) & ~drift
        rated[target] = {"spearman": round(spearman(held[target][ok], y[ok]), 3), "articles": int(ok.sum())}
    manifest = {
        "name": "accordingto",
        "version": _version(),
        "language": "en",
        "seed": seed,
        "libraries": _libraries(),
        "teaches": _teaches(kept, mine, prepared.student, prepared.tag_student),
        "grades": {k: [[cut, word] for cut, word in v] for k, v in GRADES.items()},
        "quality": {"folds": f"{int(crossfit.fold_of.max()) + 1} by outlet", "signals": quality, "scores": rated},
    }
    whole = artifact.save(models, Path(out), manifest, model_card)
    summary = [
        f"wrote {out} (digest {whole['digest'][:12]}, {sum(f['bytes'] for f in whole['files'].values()) / 1e6:.1f} MB)"
    ]
    scored = {f"score: {name}": m for name, m in rated.items()}
    summary += [f"{name}: " + ", ".join(f"{k} {v}" for k, v in m.items()) for name, m in {**quality, **scored}.items()]
    result: dict[str, Any] = {"artifact": str(out), "manifest": whole, "summary": summary}
    if mine is not None:
        result["report"] = label_report.measure(mine, prepared, crossfit, models, jobs, progress)
        for path in report:
            label_report.write(result["report"], path)
        summary += label_report.table(result["report"])
    return result


def _version() -> str:
    from classifier import __version__

    return __version__


def _libraries() -> dict[str, str]:
    import scipy
    import sklearn

    return {
        "python": platform.python_version(),
        "numpy": np.__version__,
        "scipy": scipy.__version__,
        "scikit-learn": sklearn.__version__,
    }


def _teaches(
    found: dict[str, Any], mine: OwnLabels | None, student: Student | None, tag_student: TagStudent | None
) -> dict[str, dict[str, Any]]:
    out: dict[str, dict[str, Any]] = {}
    for name, corpus in found.items():
        if mine is not None and name == "labels":
            out[name] = {
                "licence": "the labels' owner's",
                "articles": mine.groups,
                "sentences": len(corpus.all_sentences()),
                "signals": [s.replace("_", " ") for s in mine.signals],
                "sha256": mine.digest,
            }
            continue
        if name == "own":
            licence = "MIT"
        elif name == "readings":
            licence = f"MIT (labels), {corpora.info('news').licence} (texts)"
        else:
            licence = corpora.info(name).licence
        out[name] = {
            "licence": licence,
            "articles": len(corpus.articles),
            "sentences": len(corpus.all_sentences()),
            "signals": list(corpora.info("annotations" if name in ARTICLES else name).teaches),
        }
    if "polnear" in out and {"annotations", "readings"} & found.keys():
        out["polnear"]["signals"] = ["attribution, through the tag student alone"]
    out["word table"] = {
        "licence": "Apache-2.0 (news texts' repository, encoder all-MiniLM-L6-v2)",
        "articles": 0,
        "sentences": 0,
        "signals": ["word vectors and clusters, from unlabelled news (training/data/words.npz)"],
    }
    if student is not None:
        out["student"] = {
            "licence": "as of the annotated, own and read articles, the public corpora and the word table",
            "articles": 0,
            "sentences": int(student.provenance.get("sentences", 0)),
            "signals": [
                "filters over phrases with a share in most sentence signals, from unlabelled news that an encoder fine-tuned on "
                "annotated, own and read articles and the public corpora labelled (training/data/student.npz)"
            ],
        }
    if tag_student is not None:
        out["tag student"] = {
            "licence": "as of PolNeAR, the annotated, own and read articles and the word table",
            "articles": int(tag_student.provenance.get("articles", 0)),
            "sentences": 0,
            "signals": [
                "weights from which the taggers start, from unlabelled news in which an encoder fine-tuned on PolNeAR and the "
                "annotated, own and read articles marked sources, cues and contents (training/data/tags.npz)"
            ],
        }
    return out
