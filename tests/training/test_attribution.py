"""The model that sifts found attributions, fitted on made-up ones."""

from types import SimpleNamespace

import numpy as np
import pytest

from classifier.article import Article
from classifier.batch import Batch
from classifier.document import read
from classifier.sift import FEATURES, by_thresholds
from classifier.vocabulary import TypeTable
from training import attribution
from training.attribution import SiftData, best_cut, fit_sift
from training.records import ArticleRecord, AttributionRecord

N_DOCUMENTS = 60


def data(seed=0, freer=0.0):
    """Parts that are right where the sentence is attributed; in the second half of the documents more often by `freer`."""
    draw = np.random.default_rng(seed)
    document = np.sort(draw.integers(0, N_DOCUMENTS, size=3000))
    X = np.zeros((len(document), len(FEATURES)), dtype=np.float32)
    X[:, 0] = draw.normal(size=len(document))
    X[:, 1] = draw.normal(size=len(document)) * 100  # says nothing, in other units
    odds = 2 * X[:, 0] - 1 + freer * (document >= N_DOCUMENTS // 2)
    y = (draw.random(len(document)) < 1 / (1 + np.exp(-odds))).astype(int)
    return SiftData(X, y, document, np.bincount(document[y == 1], minlength=N_DOCUMENTS))


ALL, NONE = np.ones(N_DOCUMENTS, bool), np.zeros(N_DOCUMENTS, bool)


def test_weights_are_those_that_made_the_labels():
    weights = fit_sift(data(), ALL, NONE)
    assert weights[0] == pytest.approx(2, abs=0.25)
    assert weights[1] == pytest.approx(0, abs=0.005)
    assert weights[-1] == pytest.approx(-1, abs=0.2)


def test_those_who_mark_more_freely_do_not_move_the_intercept():
    drift = np.arange(N_DOCUMENTS) >= N_DOCUMENTS // 2
    assert fit_sift(data(freer=3.0), ALL, drift)[-1] == pytest.approx(-1, abs=0.25)
    assert fit_sift(data(freer=3.0), ALL, NONE)[-1] > 0


def test_only_the_documents_in_use_teach():
    made = data(freer=3.0)
    half = np.arange(N_DOCUMENTS) < N_DOCUMENTS // 2
    assert fit_sift(made, half, NONE)[-1] == pytest.approx(-1, abs=0.25)


def test_without_labels_the_thresholds_stand():
    made = data()
    nothing = SiftData(made.X, np.full_like(made.y, -1), made.document, np.zeros_like(made.marked))
    np.testing.assert_array_equal(fit_sift(nothing, ALL, NONE), by_thresholds())
    assert best_cut(nothing, made.X[:, 0], ALL) == 0


def test_the_cut_is_where_f1_is_best():
    made = data()
    odds = 2 * made.X[:, 0] - 1
    cut = best_cut(made, odds, ALL)

    def f1(kept):
        return 2 * (kept & (made.y == 1)).sum() / (kept.sum() + made.marked.sum())

    assert f1(odds > cut) >= max(f1(odds > other) for other in (-1.5, -1, -0.5, 0, 0.5))
    assert -1.2 < cut < 0  # below even odds, for F1


def test_a_found_attribution_is_right_where_it_shares_half_of_its_words(monkeypatch):
    texts = ("Ann Bell said it may rain today.", "Rehn said it may snow. Nobody heard.", "Nobody spoke.")
    batch = Batch.of([read(Article(t)) for t in texts], TypeTable({}))
    found = [
        (0, SimpleNamespace(contents=[(4, 7)])),  # "may rain today" of "it may rain today"
        (1, SimpleNamespace(contents=[(9, 10)])),  # "said" alone
        (2, SimpleNamespace(contents=[(14, 16)])),
        (3, SimpleNamespace(contents=[(17, 18)])),
    ]
    monkeypatch.setattr(attribution, "parts_with_content", lambda attributions: found)
    monkeypatch.setattr(attribution, "features", lambda *given: np.zeros((len(found), len(FEATURES)), np.float32))
    said = AttributionRecord((), (), ((texts[0].index("it may"), len(texts[0]) - 1),), index=1)
    also = AttributionRecord((), (), ((texts[1].index("it may"), texts[1].index(". Nobody")),), index=1)
    records = [
        ArticleRecord("own", "a", texts[0], attributions=(said,)),
        ArticleRecord("own", "b", texts[1], attributions=(also,)),
        ArticleRecord("own", "c", texts[2]),
    ]
    made = attribution.sift_data(batch, None, None, {}, records)
    assert made.y.tolist() == [1, 0, 0, -1]
    assert made.document.tolist() == [0, 1, 1, 2]
    assert made.marked.tolist() == [1, 1, 0]
