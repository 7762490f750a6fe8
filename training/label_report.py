"""What a user's own labels bought, and what more of them would buy: figures, learning curves, a page, a picture.

Every figure is on sentences of articles (groups) that the models had not seen, by models that learned the project's
own articles, the corpora that were given, and a part of the labels: none, an eighth, ... all. The sentence models
are fitted anew for every point, and so are the taggers of words that the labels mark; the vocabulary, the thresholds, the linker
and the small models of what stands around (boilerplate in its lines, sentences in context, the sift, the second look) are those of training.
"""

from __future__ import annotations

import dataclasses
import importlib.util
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.metrics import f1_score

from classifier.analysis import Models, analyse, attribute, sentence_features, settle, with_auxiliary
from classifier.batch import Batch
from classifier.features import in_story
from classifier.in_context import IN_CONTEXT
from classifier.lines import in_place
from classifier.report import FRAMES
from classifier.signals import LinearModels
from classifier.source_types import TYPES
from classifier.tagger import Tagger
from training.attribution import TAGGERS, fit_source_types
from training.measures import attribution_type, bootstrap, prf
from training.own_labels import GROUPS, LEAST, OwnLabels
from training.pipeline import Crossfit, Prepared, fit_main, fit_taggers, main_labels, tags_by_fold
from training.records import SentenceRecord
from training.sentences import MAIN_GROUPS, gold
from training.spans import ATTRIBUTION_LABELS
from training.texts import label_articles

SHARES = (0.0, 0.125, 0.25, 0.5, 1.0)
FORMATS = (".json", ".html", ".png", ".svg")
MORE = (2, 4)
"""Multiples of the labels at which the curve is extrapolated."""
_MANY = 5000  # sentences beyond which one random order of the labels is enough (and three would be slow)
_NOTHING, _LITTLE = 0.001, 0.015  # of the measure, by a doubling or in all
_ENOUGH = 100  # sentences below which a curve is not read

Judged = dict[str, tuple[np.ndarray, np.ndarray]]
"""By signal what readers said and what the models said: class numbers, or a column a frame."""
_BINARY = ("boilerplate", "hedged", "loaded", "strongly loaded", "opinion")
MEASURES = {
    **dict.fromkeys((*_BINARY, "attributed"), "F1"),
    "attribution": "macro F1 of the five types",
    "valence": "macro F1",
    "frames": "micro F1",
    "source type": "accuracy where an attribution was found",
}


def check_paths(paths: Sequence[Path]) -> None:
    """Whether reports can be written here; asked before a long training.

    Raises
    ------
    ValueError
        Where an ending names no format, a folder is not there, or a picture needs matplotlib and it is not installed.
    """
    for path in map(Path, paths):
        if path.suffix.lower() not in FORMATS:
            raise ValueError(f"the report {path} ends in none of {', '.join(FORMATS)}")
        if not path.parent.is_dir():
            raise ValueError(f"the report {path}: there is no folder {path.parent}")
        if path.suffix.lower() in (".png", ".svg") and importlib.util.find_spec("matplotlib") is None:
            raise ValueError(f"the picture {path} takes matplotlib: pip install 'accordingto[plots]'")


def measure(
    labels: OwnLabels,
    prepared: Prepared,
    crossfit: Crossfit,
    models: Models,
    jobs: int = 1,
    progress: Callable[[str], Any] = lambda line: None,
) -> dict[str, Any]:
    """Measure what the labels brought.

    Parameters
    ----------
    labels : OwnLabels
    prepared, crossfit
        Of the training, the labels' corpus ("labels") among the others.
    models : Models
        The finished models.

    Returns
    -------
    dict
        ``labels`` (counts), ``warnings``, ``folds``, ``seed``, ``curves``: by signal the ``measure`` and ``points``, each with
        ``share`` of the labels, ``sentences`` learned from, ``value`` and its 95% interval; ``gain`` of all labels over
        none, with interval; ``more``: extrapolated values; ``advice``: sentences; empty with fewer than five groups. ``test``: by signal the figures
        without and with the labels on the rows of the test part. Numbers are from 0 to 1; None where not measured.
    """
    curves: dict[str, Any] = {}
    test: dict[str, Any] = {}
    study = _Study(labels, prepared, crossfit, models, jobs)
    if labels.groups >= GROUPS:
        curves = study.curves(progress)
    if labels.test.articles:
        nothing = np.zeros(0, dtype=int)
        without = dataclasses.replace(models, signals=study.fit(nothing, -1), taggers=study.taggers([nothing], [-1])[0])
        test = _on_test(labels, models, without)
        progress("measured the test part")
    return {
        "labels": {
            "files": labels.rows,
            "sha256": labels.digest,
            "sentences": len(labels.train.all_sentences()),
            "groups": labels.groups,
            "test_sentences": len(labels.test.all_sentences()),
            "classes": labels.counts,
        },
        "warnings": list(labels.warnings),
        "folds": study.n_folds if curves else 0,
        "seed": prepared.seed,
        "curves": curves,
        "test": test,
    }


def taught(labelled: Collection[str]) -> set[str]:
    """The groups of outputs that are fitted anew where some are labelled: these, and what judges them (`classifier.in_context`)."""
    around = {"hedged", "loaded", *IN_CONTEXT} if set(IN_CONTEXT) & set(labelled) else set()
    return {*labelled, "boilerplate", *around}


class _Study:
    """The sentence models, fitted with parts of the labels."""

    def __init__(self, labels: OwnLabels, prepared: Prepared, crossfit: Crossfit, models: Models, jobs: int) -> None:
        self.prepared, self.crossfit, self.models, self.jobs = prepared, crossfit, models, jobs
        articles = prepared.articles
        theirs = np.array([r is not None and r.corpus == "labels" for r in articles.articles], dtype=bool)
        document = articles.document_of
        self.labelled = np.array([r is not None for r in articles.records], dtype=bool)
        self.rows = np.flatnonzero(theirs[document] & self.labelled)  # sentences of the labels
        names = np.array(articles.groups)[document[self.rows]]
        self.group_names, self.group = np.unique(names, return_inverse=True)
        self.fold = crossfit.fold_of[document[self.rows]]
        self.n_folds = len(np.unique(self.fold))
        # the same numbers for the copies of sentences that stand alone: the group of their article
        group_of_document = np.full(len(theirs), -1)
        group_of_document[document[self.rows]] = self.group
        self.groups_of_all = group_of_document[
            np.concatenate([document, prepared.alone_article[prepared.alone.document_of]])
        ]
        self.full = main_labels(prepared)
        present = {g for g in MAIN_GROUPS if (self.full[g][self.rows] >= 0).any()}
        self.taught = taught(present)
        self.documents = np.flatnonzero(theirs)
        self.group_of_document = group_of_document
        batch = articles.batch
        self.batch = Batch.of([batch.documents[d] for d in self.documents.tolist()], batch.table)
        self.inner = np.flatnonzero(self.labelled[theirs[document]])  # `rows` as sentences of this batch
        bounds = crossfit.tagging.batch.document_bounds
        marked = np.concatenate([np.arange(bounds[d], bounds[d + 1]) for d in self.documents])
        self.tagged = [n for n in TAGGERS if (crossfit.tagging.labels[n][marked] >= 0).any()]

    def fit(self, groups: np.ndarray, fold: int) -> Any:
        """Sentence models of everything but the labels, and of the labels of these groups."""
        use = (self.groups_of_all < 0) | np.isin(self.groups_of_all, groups)
        masked = {}
        for g, y in self.full.items():
            if g in self.taught:
                masked[g] = np.where(use, y, -1)
            else:  # one row of one class: a model that costs nothing and that nothing here looks at
                masked[g] = np.full(len(y), -1)
                masked[g][np.flatnonzero(self.groups_of_all < 0)[0]] = 0
        every = np.zeros(len(self.crossfit.fold_of), dtype=int)
        whole = self.crossfit
        return fit_main(self.prepared, whole.blocks, whole.names, masked, every, -1, self.jobs, whole.calibration)

    def taggers(self, chosen: Sequence[np.ndarray], folds: Sequence[int]) -> list[dict[str, Tagger]]:
        """For each choice of groups the taggers of everything but the labels, and of these groups' outside the fold."""
        if not self.tagged:
            return [dict(self.models.taggers) for _ in chosen]
        theirs, left_out = self.documents, []
        for groups, fold in zip(chosen, folds, strict=True):
            use = np.isin(self.group_of_document[theirs], groups) & (self.crossfit.fold_of[theirs] != fold)
            left_out.append(set(theirs[~use].tolist()))
        prepared = self.prepared
        fitted = fit_taggers(
            self.crossfit.tagging, left_out, prepared.seed, self.jobs, lambda line: None, prepared.fits, self.tagged
        )
        for one in fitted:
            if "hedge" in one:
                one["hedge"].second_look = self.models.taggers["hedge"].second_look
        return [{**self.models.taggers, **f} for f in fitted]

    def judge(self, signals: LinearModels, taggers: dict[str, Tagger]) -> dict[str, np.ndarray]:
        """Probabilities of the labels' sentences by group of outputs."""
        prepared, batch = self.prepared, self.batch
        tags = tags_by_fold(batch, np.zeros(len(batch.documents), dtype=int), [taggers])
        known = prepared.words
        values, names = sentence_features(batch, tags, prepared.phrases(None), known.vectors, known.steps)
        rows = prepared.terms.rows(batch)
        values, names = with_auxiliary(rows, values, names, self.crossfit.auxiliary)
        column = signals.outputs.index("boilerplate")
        repeated = values[:, names.index("repeated line")]
        odds = in_place(batch, signals.scores(rows, values)[:, column], repeated, self.crossfit.lines)
        scores = signals.scores(rows, in_story(batch, values, names, odds < 0))
        scores[:, column] = odds
        crossfit = self.crossfit
        found = attribute(batch, tags.generous, ATTRIBUTION_LABELS, crossfit.linker, self.models.source_types)
        judged, *_ = settle(batch, tags, found, signals, scores, crossfit.sift, crossfit.in_context)
        return {g: p[self.inner] for g, p in judged.items()}

    def types(self, groups: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
        """Source types of the labels' sentences, by a model of the others' and of these groups': rows, gold, found."""
        crossfit = self.crossfit
        at = {int(s): k for k, s in enumerate(self.rows)}
        chosen, mine = [], []
        for i, s in enumerate(crossfit.type_sentences):
            k = at.get(int(s))
            if k is None or self.group[k] in groups:
                chosen.append(i)
            if k is not None:
                mine.append((i, k))
        if not mine or len({crossfit.type_labels[i] for i in chosen}) < 2:
            return None
        model = fit_source_types([crossfit.type_rows[i] for i in chosen], [crossfit.type_labels[i] for i in chosen])
        p = model.probabilities([crossfit.type_rows[i] for i, _ in mine])
        truth = np.array([TYPES.index(crossfit.type_labels[i]) for i, _ in mine])
        return np.array([k for _, k in mine]), truth, p.argmax(axis=1)

    def curves(self, progress: Callable[[str], Any]) -> dict[str, Any]:
        """The learning curve of every signal."""
        rng = np.random.default_rng(self.prepared.seed)
        # taggers are slow to fit, and with many sentences one order of the labels is like another
        draws = 1 if self.tagged or len(self.labelled) > _MANY else 3
        orders = [rng.permutation(len(self.group_names)) for _ in range(draws)]
        sizes = np.bincount(self.group, minlength=len(self.group_names))
        folds = np.unique(self.fold).tolist()
        points: list[dict[str, Any]] = []
        records = [self.prepared.articles.records[s] for s in self.rows]
        for share in SHARES:
            chosen, where = [], []
            for order in orders[: 1 if share in (0.0, 1.0) else draws]:
                for fold in folds:
                    inside = set(self.group[self.fold == fold].tolist())
                    others = np.array([g for g in order if g not in inside], dtype=int)
                    total = np.cumsum(sizes[others])
                    n = int(np.searchsorted(total, share * total[-1], side="left")) + 1 if share and len(total) else 0
                    chosen.append(others[:n])
                    where.append(fold)
            pieces: list[tuple[np.ndarray, dict[str, np.ndarray]]] = []
            types = []
            if share:
                taggers = self.taggers(chosen, where)
            else:  # one model for all folds
                taggers = self.taggers(chosen[:1], where[:1]) * len(chosen)
                base = self.judge(self.fit(chosen[0], -1), taggers[0])
            for some, fold, these in zip(chosen, where, taggers, strict=True):
                here = np.flatnonzero(self.fold == fold)
                judged = self.judge(self.fit(some, fold), these) if share else base
                pieces.append((here, {g: p[here] for g, p in judged.items()}))
                kinds = self.types(some)
                if kinds is not None:
                    ok = np.isin(kinds[0], here)
                    types.append(tuple(part[ok] for part in kinds))
            learned = [int(sizes[some].sum()) for some in chosen]
            rows = np.concatenate([p[0] for p in pieces])
            joined = {g: np.concatenate([p[1][g] for p in pieces]) for g in pieces[0][1]}
            judgements = judgements_of([records[i] for i in rows], joined, self.models.thresholds)
            parts = {name: (self.group[rows[ok]], y, found) for name, (ok, y, found) in judgements.items()}
            if types and sum(len(t[0]) for t in types):
                k, y, found = (np.concatenate([t[i] for t in types]) for i in range(3))
                parts["source type"] = (self.group[k], y, found)
            points.append({"share": share, "sentences": round(float(np.mean(learned))), "parts": parts})
            progress(f"measured with {share:.1%} of the labels")
        return {
            name: _curve(name, points, self.group_names, self.smallest(name))
            for name in points[-1]["parts"]
            if name in points[0]["parts"]
        }

    def smallest(self, name: str) -> int:
        """Examples of the rarest class that the labels have of a signal."""
        group = {"attributed": "attribution", "frames": f"frame {FRAMES[0]}"}.get(name, name)
        if name == "source type" or group not in self.full:
            return LEAST
        if name == "frames":
            return int(max((self.full[f"frame {f}"][self.rows] == 1).sum() for f in FRAMES))
        y = self.full[group][self.rows]
        y = (y[y >= 0] > 0) if name == "attributed" else y[y >= 0]
        return int(np.unique(y, return_counts=True)[1].min()) if len(np.unique(y)) > 1 else 0


def judgements_of(
    records: Sequence[SentenceRecord | None], p: Mapping[str, np.ndarray], thresholds: Mapping[str, float]
) -> dict[str, tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """By signal: rows that have the label, what readers said, what the models said.

    Parameters
    ----------
    records : sequence of SentenceRecord or None
    p : mapping
        Probabilities by group, one row a record.
    """
    out: dict[str, tuple[np.ndarray, np.ndarray, np.ndarray]] = {}
    for group in _BINARY:
        y = gold(records, group)
        ok = np.flatnonzero(y >= 0)
        if (y[ok] == 1).any():
            out[group] = (ok, y[ok] == 1, p[group][ok] >= thresholds.get(group, 0.5))
    y = gold(records, "attribution")
    ok = np.flatnonzero(y >= 0)
    if (y[ok] > 0).any():
        out["attributed"] = (ok, y[ok] > 0, 1 - p["attribution"][ok, 0] >= thresholds["attributed"])
        out["attribution"] = (ok, y[ok], attribution_type(p["attribution"][ok], thresholds["attributed"]))
    y = gold(records, "valence")
    ok = np.flatnonzero(y >= 0)
    if len(np.unique(y[ok])) > 1:
        out["valence"] = (ok, y[ok], p["valence"][ok].argmax(axis=1))
    y = gold(records, f"frame {FRAMES[0]}")
    ok = np.flatnonzero(y >= 0)
    truth = np.stack([gold(records, f"frame {f}")[ok] == 1 for f in FRAMES], axis=1)
    if truth.any():
        out["frames"] = (ok, truth, np.stack([p[f"frame {f}"][ok] >= thresholds[f"frame {f}"] for f in FRAMES], axis=1))
    return out


def value_of(name: str, y: np.ndarray, found: np.ndarray) -> float:
    """The measure of a signal (`MEASURES`), 0 to 1."""
    if name == "source type":
        return float((y == found).mean()) if len(y) else 0.0
    if name in ("attribution", "valence"):
        return float(f1_score(y, found, labels=np.unique(y), average="macro", zero_division=0)) if len(y) else 0.0
    return float(prf(y.ravel(), found.ravel())[2])


def _curve(name: str, points: Sequence[Mapping[str, Any]], names: np.ndarray, smallest: int) -> dict[str, Any]:
    """One signal's curve: its points with intervals, the gain, what more would buy."""
    repeats = 200
    rng = np.random.default_rng(0)
    values, samples = [], np.zeros((repeats, len(points)))
    members = []
    for point in points:
        group, y, found = point["parts"][name]
        values.append(value_of(name, y, found))
        members.append([np.flatnonzero(group == g) for g in range(len(names))])
    for b in range(repeats):
        # the same groups at every point: differences between points are then pairs
        chosen = rng.integers(0, len(names), len(names))
        for k, point in enumerate(points):
            index = np.concatenate([members[k][g] for g in chosen])
            _, y, found = point["parts"][name]
            samples[b, k] = value_of(name, y[index], found[index]) if len(index) else np.nan
    low, high = np.nanpercentile(samples, [2.5, 97.5], axis=0)
    n = np.array([p["sentences"] for p in points], dtype=float)
    gains = samples[:, -1] - samples[:, 0]
    out: dict[str, Any] = {
        "measure": MEASURES[name],
        "sentences": len(points[-1]["parts"][name][1]),
        "rarest": smallest,
        "points": [
            {"share": p["share"], "sentences": p["sentences"], "value": v, "low": float(a), "high": float(c)}
            for p, v, a, c in zip(points, values, low, high, strict=True)
        ],
        "gain": {"value": values[-1] - values[0], **_interval(gains)},
        "more": [],
        "doubling": None,
    }
    curve = n > 0
    if len(np.unique(n[curve])) >= 3:
        x = np.log2(n[curve])
        slope, level = np.polyfit(x, np.array(values)[curve], 1)
        lines = np.array([np.polyfit(x, s[curve], 1) for s in samples if not np.isnan(s).any()])
        if len(lines):
            out["doubling"] = {"value": float(slope), **_interval(lines[:, 0])}
            for times in MORE:
                reach = np.log2(n[-1] * times)
                guess = np.clip(lines[:, 0] * reach + lines[:, 1], 0, 1)
                out["more"].append(
                    {
                        "sentences": int(n[-1] * times),
                        "value": float(np.clip(slope * reach + level, 0, 1)),
                        **_interval(guess),
                    }
                )
    out["advice"] = _advice(out, int(n[-1]))
    return out


def _interval(values: np.ndarray) -> dict[str, float]:
    low, high = np.nanpercentile(values, [2.5, 97.5])
    return {"low": float(low), "high": float(high)}


def _advice(curve: Mapping[str, Any], n: int) -> str:
    """What the curve allows to say, in words."""
    gain, doubling = curve["gain"], curve["doubling"]
    if gain["low"] > _NOTHING:
        so_far = f"Your labels helped: {_points(gain)}."
    elif gain["high"] < -_NOTHING:
        so_far = f"Your labels made it worse here ({_points(gain)}): do they follow the codebook?"
    elif max(abs(gain["low"]), abs(gain["high"])) <= _NOTHING:
        so_far = "Your labels changed nothing here."
    else:
        so_far = f"Whether your labels helped cannot be told from so many ({_points(gain)})."
    if n < _ENOUGH or curve["rarest"] < LEAST or doubling is None:
        why = [
            f"{n} sentences" if n < _ENOUGH else "",
            f"{curve['rarest']} examples of the rarest class" if curve["rarest"] < LEAST else "",
        ]
        few = ", ".join(w for w in why if w) or "these points"
        return f"{so_far} What more would buy cannot be read from {few}."
    twice = curve["more"][0]
    if doubling["low"] > _NOTHING:
        return (
            f"{so_far} Each doubling brought {_points(doubling)}. If that goes on, {twice['sentences']:,} sentences reach "
            f"{twice['value']:.2f} ({twice['low']:.2f} to {twice['high']:.2f}); curves flatten, so expect less rather than more."
        )
    if doubling["high"] < _LITTLE:
        return f"{so_far} More labels of this kind would buy little: each doubling brought {_points(doubling)}."
    return f"{so_far} The curve does not tell what more would buy: each doubling brought {_points(doubling)}."


def _figure(value: Mapping[str, Any]) -> str:
    interval = f" ({value['low']:.2f}-{value['high']:.2f})" if value["low"] is not None else ""
    return f"{value['value']:.2f}{interval}"


def _points(value: Mapping[str, float]) -> str:
    return f"{100 * value['value']:+.1f} points ({100 * value['low']:+.1f} to {100 * value['high']:+.1f})"


def _on_test(labels: OwnLabels, models: Models, without: Models) -> dict[str, Any]:
    """Figures on the test part, by signal, without and with the labels."""
    figures: dict[str, dict[str, Any]] = {}
    for key, these in (("without", without), ("with", models)):
        labelled = label_articles(labels.test.articles, these.new_table())
        judged = analyse(labelled.batch, these).probabilities
        groups = np.array([labelled.groups[d] for d in labelled.document_of])
        for name, (ok, y, found) in judgements_of(labelled.records, judged, these.thresholds).items():

            def value(rows: np.ndarray, name: str = name, y: np.ndarray = y, found: np.ndarray = found) -> float:
                return value_of(name, y[rows], found[rows])

            # resampling a handful of articles would feign certainty
            enough = len(set(groups[ok])) >= GROUPS
            low, high = bootstrap(value, groups[ok]) if enough else (None, None)
            entry = figures.setdefault(name, {"measure": MEASURES[name], "sentences": len(ok)})
            entry[key] = {"value": value_of(name, y, found), "low": low, "high": high}
    return figures


def write(report: Mapping[str, Any], path: Path) -> None:
    """Write a report; the ending of the path names the format (`FORMATS`)."""
    path = Path(path)
    check_paths([path])
    kind = path.suffix.lower()
    if kind == ".json":
        path.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    elif kind == ".html":
        path.write_text(to_html(report), encoding="utf-8")
    else:
        path.write_bytes(picture(report, kind[1:]))


def table(report: Mapping[str, Any]) -> list[str]:
    """The report in lines for a terminal."""
    labels = report["labels"]
    out = [
        f"own labels: {labels['sentences']:,} sentences in {labels['groups']:,} groups, {labels['test_sentences']:,} to test on"
    ]
    out += [f"warning: {w}" for w in report["warnings"]]
    if report["curves"]:
        out.append(f"on your sentences, in {report['folds']} folds by article or group (95% interval):")
        out.append(f"  {'':<16}{'without':>8}  {'with your labels':<22}  gain in points")
        for name, c in report["curves"].items():
            first, last = c["points"][0], c["points"][-1]
            out.append(
                f"  {name:<16}{first['value']:>8.2f}  {_figure(last):<22}  {_points(c['gain']).replace(' points', '')}"
            )
        out += [f"{name}: {c['advice']}" for name, c in report["curves"].items()]
    else:
        out.append(f"not measured in folds: that takes labels of {GROUPS} articles or groups")
    for name, t in report["test"].items():
        parts = [f"{key} {_figure(t[key])}" for key in ("without", "with")]
        out.append(f"test part, {name} ({t['measure']}, {t['sentences']} sentences): {', '.join(parts)}")
    return out


def picture(report: Mapping[str, Any], kind: str = "png") -> bytes:
    """The learning curves as a picture.

    Parameters
    ----------
    kind : {"png", "svg"}

    Raises
    ------
    ImportError
        Where matplotlib is not installed.
    """
    import io

    import matplotlib
    from matplotlib.figure import Figure

    curves = report["curves"]
    columns = min(3, max(len(curves), 1))
    lines = -(-max(len(curves), 1) // columns)
    with matplotlib.rc_context({"svg.hashsalt": "labels", "svg.fonttype": "none", "font.size": 9}):
        figure = Figure(figsize=(4.2 * columns, 3.1 * lines), layout="constrained")
        axes = np.atleast_1d(figure.subplots(lines, columns, squeeze=False)).ravel()
        for ax in axes[len(curves) :]:
            ax.set_axis_off()
        if not curves:
            axes[0].text(0.5, 0.5, "not measured: too few groups", ha="center")
        for ax, (name, curve) in zip(axes, curves.items(), strict=False):
            _draw(ax, name, curve)
        if curves:
            handles, words = axes[0].get_legend_handles_labels()
            figure.legend(handles, words, loc="outside lower center", ncols=len(words), frameon=False)
        buffer = io.BytesIO()
        figure.savefig(buffer, format=kind, dpi=150, metadata={"Date": None} if kind == "svg" else None)
    return buffer.getvalue()


def _draw(ax: Any, name: str, curve: Mapping[str, Any]) -> None:
    blue, grey = "#1f5fa8", "#777777"
    points = [p for p in curve["points"] if p["sentences"]]
    x = [p["sentences"] for p in points]
    ax.axhline(curve["points"][0]["value"], color=grey, linestyle=":", label="without your labels")
    ax.fill_between(x, [p["low"] for p in points], [p["high"] for p in points], color=blue, alpha=0.15, linewidth=0)
    ax.plot(
        x,
        [p["value"] for p in points],
        color=blue,
        marker="o",
        markersize=4,
        label="with an eighth, a quarter, half, all of them",
    )
    ends = [*x]
    # a guess is drawn only where the advice makes one
    if curve["more"] and "If that goes on" in curve["advice"]:
        more = [points[-1], *curve["more"]]
        ends = [*x, *(p["sentences"] for p in curve["more"])]
        at = [p["sentences"] for p in more]
        ax.fill_between(at, [p["low"] for p in more], [p["high"] for p in more], color=grey, alpha=0.12, linewidth=0)
        ax.plot(at, [p["value"] for p in more], color=grey, linestyle="--")
    ax.set_xscale("log", base=2)
    ax.set_xticks(ends, [f"{n:,}" for n in ends])
    ax.minorticks_off()
    ax.set_ylim(0, 1)
    ax.set_title(f"{name}, {curve['measure']}", fontsize=9, loc="left")
    ax.set_xlabel("labelled sentences learned from")
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)


def to_html(report: Mapping[str, Any]) -> str:
    """The report as one page that loads nothing; with the curves drawn where matplotlib is installed."""
    from jinja2 import Environment, FileSystemLoader

    drawn = ""
    if importlib.util.find_spec("matplotlib") is not None:
        svg = picture(report, "svg").decode("utf-8")
        drawn = svg[svg.index("<svg") :]
    folder = Path(__file__).resolve().parent / "templates"
    environment = Environment(loader=FileSystemLoader(folder), autoescape=True, trim_blocks=True, lstrip_blocks=True)
    return environment.get_template("labels.html").render(report=report, drawing=drawn, figure=_figure, points=_points)
