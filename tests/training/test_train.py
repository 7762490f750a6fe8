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
    assert set(manifest["teaches"]) == {"own", "word table", "student"}
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
    from training.sentences import STUDENT_SHARES

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
    share = STUDENT_SHARES["hedged"]
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
