"""Sums and maxima by group are those of NumPy's reduceat, however long the groups are."""

import numpy as np
import pytest

from classifier.groups import Groups

LENGTHS = {
    "short and long": [3, 1, 32, 33, 64, 65, 200, 1, 31],
    "one": [7],
    "one row each": [1, 1, 1],
    "long": [1000],
}


@pytest.fixture(params=LENGTHS, ids=list(LENGTHS))
def bounds(request):
    return np.concatenate([[0], np.cumsum(LENGTHS[request.param])])


@pytest.mark.parametrize("kind", ["bool", "int8"])
def test_counts_are_exact(bounds, kind):
    n = int(bounds[-1])
    values = {
        "bool": np.random.default_rng(0).random((n, 5)) < 0.9,
        "int8": np.full((n, 5), -127, dtype=np.int8),  # as far from 0 as they get: nothing may overflow
    }[kind]
    found = Groups(bounds).counts(values)
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, np.add.reduceat(values, bounds[:-1], axis=0, dtype=np.int64))


def test_sums(bounds):
    values = np.random.default_rng(0).normal(size=(int(bounds[-1]), 5)).astype(np.float32)
    found = Groups(bounds).sums(lambda rows: values[rows], 5)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, np.add.reduceat(values, bounds[:-1], axis=0, dtype=np.float64), atol=1e-4)


def test_tops(bounds):
    values = np.random.default_rng(1).normal(size=(int(bounds[-1]), 4)).astype(np.float32)
    found = Groups(bounds).tops(lambda rows: values[rows], 4)
    np.testing.assert_array_equal(found, np.maximum.reduceat(values, bounds[:-1], axis=0))


def test_no_group():
    nothing = Groups(np.zeros(1, dtype=np.int64))
    assert nothing.counts(np.zeros((0, 3), dtype=bool)).shape == (0, 3)
    assert nothing.tops(lambda rows: np.zeros((len(rows), 2), dtype=np.float32), 2).shape == (0, 2)
