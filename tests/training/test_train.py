"""Training on the embedded articles: quick, working, the same twice, and equal when compiled."""

import json
import time
from pathlib import Path

import numpy as np
import pytest

import classifier
from training.train import train


def test_the_embedded_articles_teach_a_working_artifact(own_artifact):
    quality = own_artifact["manifest"]["quality"]
    assert quality["signals"]["attributed"]["f1"] > 0.8
    assert quality["signals"]["hedged"]["f1"] > 0.5
    assert quality["signals"]["boilerplate"]["f1"] > 0.6
    assert quality["scores"]["sourcing"]["spearman"] > 0.5
    predictor = classifier.load(own_artifact["artifact"])
    report = predictor.score("“It may rain,” said Ann Bell, the mayor. " * 10)
    assert report.sources[0].name == "Ann Bell"


def test_training_takes_under_two_minutes_and_repeats_itself(tmp_path, own_artifact):
    begin = time.perf_counter()
    again = train(tmp_path / "again")
    assert time.perf_counter() - begin < 120
    assert again["manifest"]["digest"] == own_artifact["manifest"]["digest"]


def test_the_model_card_and_manifest_say_what_taught_it(own_artifact):
    path = Path(own_artifact["artifact"])
    manifest = json.loads((path / "manifest.json").read_text())
    assert set(manifest["teaches"]) == {"own", "word table", "student", "tag student"}
    card = (path / "MODEL_CARD.md").read_text()
    assert manifest["digest"] in card
    assert "| own | MIT |" in card


def test_compiled_signals_equal_the_estimators(own_corpus):
    from training.pipeline import cross_fit, fit_gold, prepare
    from training.sentences import MAIN_GROUPS, SignalModel, gold, settings, sparse

    prepared = prepare({"own": own_corpus}, 0, lambda line: None)
    crossfit = cross_fit(prepared, 2, 1, lambda line: None)
    labels = {
        g: np.concatenate([gold(prepared.articles.records, g), gold(prepared.alone.records, g)]) for g in MAIN_GROUPS
    }
    compiled = fit_gold(prepared, crossfit.blocks, crossfit.names, labels, crossfit.fold_of, -1, 1)
    rows, values = crossfit.blocks["story"]
    scores = compiled.scores(rows, values)

    import scipy.sparse as sp

    n = len(prepared.terms)
    X = sp.vstack([sparse(crossfit.blocks[k][0], n) for k in ("story", "alone")], format="csr")
    D = np.concatenate([crossfit.blocks[k][1] for k in ("story", "alone")])
    weight = np.concatenate([np.ones(len(values)), np.full(len(D) - len(values), 0.5)])
    for group in ("hedged", "valence"):
        ok = labels[group] >= 0
        model = SignalModel(**settings(group, crossfit.names)).fit(X[ok], D[ok], labels[group][ok], weight[ok])
        both = sp.hstack([X, sp.csr_matrix(((D - model.mean_) * model.scale_).astype(np.float32))], format="csr")
        p = model.model_.predict_proba(both[: len(values)])
        columns = [compiled.outputs.index(m) for m in MAIN_GROUPS[group]]
        if len(columns) == 1:
            mine = 1 / (1 + np.exp(-scores[:, columns[0]]))
            assert mine == pytest.approx(p[:, 1], abs=1e-5)
        else:
            e = np.exp(scores[:, columns])
            assert e / e.sum(axis=1, keepdims=True) == pytest.approx(p, abs=1e-5)


def test_a_student_and_calibration_mix_log_odds(own_corpus):
    from training.pipeline import cross_fit, fit_gold, fit_main, main_labels, prepare
    from training.sentences import STUDENT_SHARE, STUDENT_SHARES

    prepared = prepare({"own": own_corpus}, 0, lambda line: None)
    if prepared.student is None:
        pytest.skip("no training/data/student.npz")
    crossfit = cross_fit(prepared, 2, 1, lambda line: None)
    labels, calibration = main_labels(prepared), {**crossfit.calibration, "hedged": (1.25, -0.5)}
    given = (prepared, crossfit.blocks, crossfit.names, labels, crossfit.fold_of, -1, 1)
    fitted, shipped = fit_gold(*given), fit_main(*given, calibration)
    rows, values = crossfit.blocks["story"]
    taught = values[:, crossfit.names.index("student: hedged")]
    learned = fitted.scores(rows, values)[:, fitted.outputs.index("hedged")]
    share = STUDENT_SHARES.get("hedged", STUDENT_SHARE)
    expected = 1.25 * ((1 - share) * learned + share * taught) - 0.5
    assert shipped.scores(rows, values)[:, shipped.outputs.index("hedged")] == pytest.approx(expected, abs=1e-3)
    assert np.abs(taught - learned).max() > 0.5  # else the mixture shows nothing


def test_a_crf_learns_and_its_tables_equal_slow_sums():
    from classifier.article import Article
    from classifier.batch import Batch, place_codes
    from classifier.document import read
    from classifier.vocabulary import TypeTable, families
    from training.crf import TableCRF, type_matrix

    texts = [
        f"{name} said the {thing} was late."
        for name in ("Bell", "Haddad", "Okoro")
        for thing in ("train", "bus", "boat")
    ]
    words = sorted({families(w)[0] for t in texts for w in t.replace(".", " .").split()})
    table = TypeTable({"word": words})
    batch = Batch.of([read(Article(t)) for t in texts], table)
    y = np.zeros(batch.n_tokens, dtype=int)
    y[batch.chain_bounds[:-1]] = 1
    model = TableCRF(labels=("O", "B-x", "I-x"), epochs=6, seed=1).fit(batch, y)
    codes = place_codes(batch)
    best, p = model.tagger_.decode(batch, codes)
    assert (best == y).all()
    assert p.sum(axis=1) == pytest.approx(np.ones(len(p)), abs=1e-5)

    features = type_matrix(table).toarray()
    T = features @ model.tagger_.families
    slow = np.zeros((batch.n_tokens, 3))
    for k, offset in enumerate(model.tagger_.offsets):
        slow += T[batch.types_at(offset), 3 * k : 3 * k + 3]
    for name, weights in model.tagger_.places.items():
        slow += weights[codes[name][0]]
    assert model.tagger_.emissions(batch, codes) == pytest.approx(slow, abs=1e-4)


def test_fitting_goes_on_from_where_it_starts():
    from classifier.article import Article
    from classifier.batch import Batch, place_codes
    from classifier.document import read
    from classifier.vocabulary import TypeTable
    from training.crf import TableCRF

    batch = Batch.of(
        [read(Article(t)) for t in ("Bell said so.", "The bus was late.") * 5], TypeTable({"word": ("said",)})
    )
    y = np.zeros(batch.n_tokens, dtype=int)
    y[[i for i, w in enumerate(w for d in batch.documents for w in d.words) if w == "said"]] = 1
    first = TableCRF(epochs=6, begin_bias=0.5, seed=1).fit(batch, y).tagger_
    again = TableCRF(epochs=2, begin_bias=0.5, rate=1e-7, l2=0.0).fit(batch, y, start=first).tagger_
    for part in ("families", "transitions", "start"):
        np.testing.assert_allclose(getattr(again, part), getattr(first, part), atol=1e-4)
    shares = np.eye(3, dtype=np.float32)[1 - np.minimum(y, 1)]  # a teacher who thinks the opposite
    turned = TableCRF(epochs=20, seed=1).fit(batch, y, start=first, shares=shares).tagger_
    best, _ = turned.decode(batch, place_codes(batch))
    assert ((best == 1) == (y == 0)).mean() > 0.9


def test_outlets_keep_the_fold_that_is_known_of_them(own_corpus):
    from classifier.vocabulary import TypeTable
    from training.pipeline import folds_of
    from training.texts import label_articles

    articles = label_articles(own_corpus.articles, TypeTable({}))
    known = {g: i % 5 for i, g in enumerate(articles.groups[4:])}
    fold = folds_of(articles, 5, known)
    assert [known[g] for g in articles.groups[4:]] == fold[4:].tolist()
    assert set(fold[:4]) <= set(range(5))
    np.testing.assert_array_equal(folds_of(articles, 3, known), folds_of(articles, 3))


def test_taggers_start_from_students_whose_teachers_have_not_seen_what_is_left_out(own_corpus):
    from training.pipeline import prepare, tagging_data

    data = tagging_data(prepare({"own": own_corpus}, 0, lambda line: None))
    student = data.student
    teacher_of = [next(k for k, f in enumerate(student.left_out) if student.folds[g] in f) for g in data.groups]
    whole = data.start("attribution", set())
    np.testing.assert_allclose(
        whole.families, student.start("attribution", [0, 1, 2], data.batch.table).families, atol=1e-6
    )
    for k in range(3):
        left_out = {d for d, teacher in enumerate(teacher_of) if teacher == k}
        mine = data.start("attribution", left_out)
        np.testing.assert_array_equal(mine.families, student.start("attribution", [k], data.batch.table).families)
    assert data.start("attribution", {teacher_of.index(0), teacher_of.index(1)}) is None


def test_words_are_shown_as_cues_from_the_probability_that_finds_them_best():
    from types import SimpleNamespace

    from classifier.article import Article
    from classifier.batch import Batch
    from classifier.document import read
    from classifier.vocabulary import TypeTable
    from training.measures import best_cue_threshold

    batch = Batch.of([read(Article("It may perhaps rain today, she said."))], TypeTable({}))
    words = list(batch.documents[0].words)
    p = np.zeros(len(words))
    y = np.zeros(len(words), dtype=int)
    for word, probability, marked in (("may", 0.9, 1), ("perhaps", 0.26, 1), ("rain", 0.24, 0), ("today", 0.12, 0)):
        p[words.index(word)], y[words.index(word)] = probability, marked
    analysis = SimpleNamespace(batch=batch, tags=SimpleNamespace(hedge_probability=p))
    crossfit = SimpleNamespace(analysis=analysis, tagging=SimpleNamespace(labels={"hedge": y}), drift=np.zeros(1, bool))
    assert best_cue_threshold(crossfit, "hedge", np.array([True])) == 0.25
    crossfit.drift = np.ones(1, bool)
    assert best_cue_threshold(crossfit, "hedge", np.array([True])) == 0.2  # these words choose nothing
    crossfit.drift = np.zeros(1, bool)
    crossfit.tagging.labels["hedge"] = np.full(len(words), -1)
    assert best_cue_threshold(crossfit, "hedge", np.array([True])) == 0.2


def test_readings_teach_and_choose_no_threshold(own_corpus):
    from dataclasses import replace

    from training.pipeline import cross_fit, prepare
    from training.records import Corpus

    def as_corpus(name, articles):
        return Corpus(
            name,
            tuple(
                replace(a, corpus=name, sentences=tuple(replace(s, corpus=name) for s in a.sentences)) for a in articles
            ),
        )

    articles = own_corpus.articles
    found = {
        "annotations": as_corpus("annotations", articles[:8]),
        "own": own_corpus,
        "readings": as_corpus("readings", articles[8:14]),
    }
    found["own"] = Corpus("own", articles[14:20])

    def fitted(readings):
        return cross_fit(prepare({**found, "readings": readings}, 0, lambda line: None), 2, 1, lambda line: None)

    crossfit = fitted(found["readings"])
    drift = crossfit.drift
    of = np.array(
        [r is not None and r.corpus == "readings" for r in prepare(found, 0, lambda line: None).articles.records]
    )
    assert drift[of].all()
    assert 0 < drift.sum() < len(drift)
    assert all((y[drift] == -1).all() for y in crossfit.labels.values())
    assert (crossfit.labels["hedged"][~drift] >= 0).any()
    # told that all is hedged, they say so of themselves and shift little for others
    freer = [
        replace(
            a,
            sentences=tuple(
                replace(s, labels={**s.labels, "hedged": 1} if s.labels.get("boilerplate") != 1 else s.labels)
                for s in a.sentences
            ),
        )
        for a in found["readings"].articles
    ]
    shifted = fitted(Corpus("readings", tuple(freer)))
    a, b = (c.analysis.probabilities["hedged"][~drift].mean() for c in (crossfit, shifted))
    assert abs(a - b) < 0.1


def test_polnear_teaches_its_own_definitions_and_others_only_where_the_codebook_has_few(own_corpus):
    from dataclasses import replace

    from training.attribution import POLNEAR
    from training.pipeline import prepare, tagging_data
    from training.records import Corpus

    articles = own_corpus.articles

    def as_corpus(name, some):
        return Corpus(name, tuple(replace(a, corpus=name, sentences=()) for a in some))

    found = {"own": Corpus("own", articles[:2]), "polnear": as_corpus("polnear", articles[2:4])}
    alone = tagging_data(prepare(found, 0, lambda line: None))
    with_readings = {**found, "readings": as_corpus("readings", articles[4:8])}
    prepared = prepare(with_readings, 0, lambda line: None)
    beside = tagging_data(prepared)

    def taught(data, name):
        """Corpora of the articles that teach a tagger."""
        bounds = data.batch.document_bounds
        return [
            r.corpus for d, r in enumerate(data.records) if (data.labels[name][bounds[d] : bounds[d + 1]] >= 0).any()
        ]

    assert taught(alone, "attribution") == ["own", "own", "polnear", "polnear"]
    assert taught(beside, "attribution") == ["own", "own", *["readings"] * 4]
    assert sorted(set(taught(beside, POLNEAR))) == ["own", "polnear", "readings"]
    some = tagging_data(prepared, readings=1)
    assert taught(some, "attribution") == ["own", "own", "readings", "polnear", "polnear"]
    assert POLNEAR not in some.labels
    one, other = (beside.start(name, set()) for name in ("attribution", POLNEAR))
    assert one.families.shape == other.families.shape
    assert np.abs(one.families - other.families).max() > 0.1


def test_lines_of_a_fold_are_judged_by_the_labels_of_the_others(own_corpus):
    from classifier.vocabulary import TypeTable
    from training.pipeline import _in_lines
    from training.texts import label_articles

    articles = label_articles(own_corpus.articles[:10], TypeTable({}))
    n = articles.batch.n_sentences
    draw = np.random.default_rng(0)
    fold = articles.document_of % 2
    labels = draw.integers(0, 2, size=n)
    odds = (draw.normal(size=n) + 3 * labels - 1.5).astype(np.float32)
    repeated = np.zeros(n)
    first, weights = _in_lines(articles, odds, repeated, labels, fold, 2)
    assert weights[0] > 0
    turned = np.where(fold == 0, 1 - labels, labels)
    second, _ = _in_lines(articles, odds, repeated, turned, fold, 2)
    np.testing.assert_array_equal(first[fold == 0], second[fold == 0])
    assert not np.allclose(first[fold == 1], second[fold == 1])
