"""Inference over chains equals counting every label sequence."""

from itertools import product

import numpy as np
import pytest

from classifier.chains import forward_backward, marginals, viterbi

LENGTHS = [3, 1, 0, 5, 2, 5]


@pytest.fixture(scope="module")
def problem():
    rng = np.random.default_rng(0)
    bounds = np.concatenate([[0], np.cumsum(LENGTHS)])
    return rng.normal(size=(bounds[-1], 3)), bounds, rng.normal(size=(3, 3)), rng.normal(size=3)


def sequences(scores, transitions, start):
    for y in product(range(3), repeat=len(scores)):
        total = start[y[0]] + sum(scores[t, k] for t, k in enumerate(y))
        yield y, total + sum(transitions[a, b] for a, b in zip(y, y[1:], strict=False))


def test_viterbi_finds_the_best_sequence(problem):
    scores, bounds, transitions, start = problem
    best = viterbi(scores, bounds, transitions, start)
    for a, b in zip(bounds, bounds[1:], strict=False):
        if b > a:
            wanted = max(sequences(scores[a:b], transitions, start), key=lambda p: p[1])[0]
            assert tuple(best[a:b]) == wanted


def test_marginals_and_partition_function_are_exact(problem):
    scores, bounds, transitions, start = problem
    marginals, expected, log_z = forward_backward(scores, bounds, transitions, start)
    wanted = np.zeros_like(marginals)
    pairs = np.zeros((3, 3))
    total_z = 0.0
    for a, b in zip(bounds, bounds[1:], strict=False):
        if b == a:
            continue
        ys, totals = zip(*sequences(scores[a:b], transitions, start), strict=True)
        weights = np.exp(totals)
        total_z += np.log(weights.sum())
        weights /= weights.sum()
        for y, w in zip(ys, weights, strict=True):
            for t, k in enumerate(y):
                wanted[a + t, k] += w
            for i, j in zip(y, y[1:], strict=False):
                pairs[i, j] += w
    assert marginals == pytest.approx(wanted)
    assert expected == pytest.approx(pairs)
    assert log_z == pytest.approx(total_z)


def test_several_models_in_one_pass_give_what_each_gives_alone(problem):
    scores, bounds, transitions, start = problem
    rng = np.random.default_rng(1)
    other = rng.normal(size=(len(scores), 2)), rng.normal(size=(2, 2)), rng.normal(size=2)
    found = marginals([scores, other[0]], bounds, [transitions, other[1]], [start, other[2]])
    assert found[0] == pytest.approx(forward_backward(scores, bounds, transitions, start)[0])
    assert found[1] == pytest.approx(forward_backward(other[0], bounds, *other[1:])[0])


def test_nothing_gives_nothing():
    empty = np.zeros((0, 3))
    assert len(viterbi(empty, np.array([0]), np.zeros((3, 3)), np.zeros(3))) == 0
    assert len(forward_backward(empty, np.array([0]), np.zeros((3, 3)), np.zeros(3))[0]) == 0
    assert [len(m) for m in marginals([empty], np.array([0]), [np.zeros((3, 3))], [np.zeros(3)])] == [0]
