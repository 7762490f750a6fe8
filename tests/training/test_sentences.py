"""Models of sentence signals: labels that are told, and labels that are rated."""

import numpy as np
import pytest
import scipy.sparse as sp

from classifier.signals import sigmoid
from training.records import SentenceRecord
from training.sentences import STEEPNESS, SignalModel, fit_signals, gold


def rated(valence):
    return SentenceRecord("nyt_valence", str(valence), "They won.", labels={"valence": valence})


def test_a_rated_sentence_has_a_share_of_yes():
    told = SentenceRecord("annotations", "1", "They won.", labels={"valence": 1.0, "hedged": 0})
    shares = gold([rated(-2.0), rated(0.0), rated(1.5), told, None], "positive")
    np.testing.assert_allclose(shares[:3], sigmoid(STEEPNESS * np.array([-2.0, 0.0, 1.5])))
    assert shares[3] == shares[4] == -1
    assert gold([told], "hedged").tolist() == [0]


@pytest.fixture
def problem():
    draw = np.random.default_rng(0)
    X = sp.csr_matrix(draw.random((400, 6)) * (draw.random((400, 6)) < 0.3))
    dense = draw.normal(size=(400, 3))
    odds = X @ np.array([2.0, -2.0, 1.0, 0, 0, 0]) + dense @ np.array([0.5, 0, -0.5]) + 0.3
    return X, dense, odds


def test_shares_give_their_log_odds_back(problem):
    X, dense, odds = problem
    model = SignalModel(C=1e4, shares=True, dense_scale=1.0).fit(X, dense, sigmoid(odds))
    terms, own, bias = model.weights(2)
    np.testing.assert_allclose((X @ terms + dense @ own + bias)[:, 0], odds, atol=0.02)


def test_class_numbers_are_told_apart(problem):
    X, dense, odds = problem
    terms, own, bias = SignalModel(dense_scale=1.0).fit(X, dense, (odds > 0).astype(int)).weights(2)
    assert (((X @ terms + dense @ own + bias)[:, 0] > 0) == (odds > 0)).mean() > 0.9


@pytest.mark.parametrize(("label", "shares", "bias"), [(1, False, 12.0), (0, False, -12.0), (0.9, True, 12.0)])
def test_one_label_alone_is_all_that_is_said(problem, label, shares, bias):
    X, dense, _ = problem
    terms, own, found = SignalModel(shares=shares).fit(X, dense, np.full(400, label)).weights(2)
    assert not terms.any()
    assert not own.any()
    assert found.tolist() == [bias]


def test_readers_who_label_more_freely_shift_nothing(problem):
    X, dense, odds = problem
    drift = np.arange(400) % 2 == 0
    y = (odds + np.where(drift, 4.0, 0.0) > 1).astype(int)
    plain = SignalModel(dense_scale=1.0).fit(X, dense, y).weights(2)
    apart = SignalModel(dense_scale=1.0).fit(X, dense, y, drift=drift).weights(2)
    assert [w.shape for w in apart] == [w.shape for w in plain]

    def share(weights):
        terms, own, bias = weights
        return ((X @ terms + dense @ own + bias)[~drift, 0] > 0).mean()

    wanted = (odds > 1)[~drift].mean()
    assert abs(share(apart) - wanted) < 0.08 < share(plain) - wanted


def test_fitting_tells_the_rows_that_drift():
    draw = np.random.default_rng(1)
    dense = draw.normal(size=(300, 2)).astype(np.float32)
    drift = np.arange(300) < 150
    labels = {"hedged": (dense[:, 0] + 3 * drift > 1).astype(int)}
    rows, use = sp.csr_matrix((300, 1), dtype=np.float32), np.ones(300, dtype=bool)
    whole = fit_signals({"hedged": ("hedged",)}, rows, dense, ["a", "b"], labels, use, np.ones(300))
    apart = fit_signals({"hedged": ("hedged",)}, rows, dense, ["a", "b"], labels, use, np.ones(300), drift=drift)
    assert apart.intercepts[0] < whole.intercepts[0] - 0.5
