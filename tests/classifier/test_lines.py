"""A line's boilerplate is judged with the lines around it, and every part of that can be told."""

import numpy as np
import pytest

from classifier.article import Article
from classifier.batch import Batch
from classifier.document import read
from classifier.lines import FEATURES, SINGLE, alone, explain, features, in_place
from classifier.vocabulary import TypeTable

TEXT = "The ferry sails again.\n\nHarbour archive\n\nIt was late. Rain fell.\n\nMore news"


@pytest.fixture
def batch():
    table = TypeTable({"word": (".",)})
    return Batch.of([read(Article(TEXT)), read(Article("One line.")), read(Article("One.\n\nTwo.\n\nThree."))], table)


ODDS = np.array([-3.0, 1.0, -4.0, -2.0, 3.0, 0.5, -1.0, -20.0, 9.0], dtype=np.float32)
REPEATED = np.array([0, 1, 0, 0, 0, 0, 0, 0, 0])


def column(batch, name, odds=ODDS):
    return features(batch, odds, REPEATED)[:, SINGLE.index(name)].tolist()


def test_a_line_sees_its_neighbours_within_its_text(batch):
    assert batch.n_sentences == len(ODDS)
    assert column(batch, "line before") == [0, -3, 1, -4, -2, 0, 0, -1, -5]
    assert column(batch, "line behind") == [1, -4, -2, 3, 0, 0, -5, 5, 0]
    assert column(batch, "two lines behind") == [-4, -2, 3, 0, 0, 0, 5, 0, 0]
    assert column(batch, "own words")[-2:] == [-12, 9]


def test_neighbours_of_one_paragraph_count_for_themselves(batch):
    assert column(batch, "paragraph goes on behind") == [0, 0, 1, 0, 0, 0, 0, 0, 0]
    assert column(batch, "same paragraph behind") == [0, 0, -2, 0, 0, 0, 0, 0, 0]
    assert column(batch, "same paragraph before") == [0, 0, 0, -4, 0, 0, 0, 0, 0]


def test_where_and_how_a_line_stands(batch):
    assert column(batch, "first line") == [1, 0, 0, 0, 0, 1, 1, 0, 0]
    assert column(batch, "last line") == [0, 0, 0, 0, 1, 1, 0, 0, 1]
    assert column(batch, "short, without an end") == [0, 1, 0, 0, 1, 0, 0, 0, 0]
    assert column(batch, "repeated line") == REPEATED.tolist()
    assert column(batch, "lines") == pytest.approx([np.log(6)] * 5 + [np.log(2)] + [np.log(4)] * 3)
    assert column(batch, "last 3 lines") == [0, 0, 1, 1, 1, 1, 1, 1, 1]
    before = column(batch, "share before")
    assert before[0] == 0
    assert before[2] == pytest.approx((1 / (1 + np.exp(3)) + 1 / (1 + np.exp(-1))) / 2, abs=1e-5)
    assert column(batch, "share behind")[4] == 0


def test_texts_of_a_few_lines_stay_as_they_are(batch):
    weights = np.ones(len(FEATURES) + 1, dtype=np.float32)
    new = in_place(batch, ODDS, REPEATED, weights)
    assert new[5] == ODDS[5]
    assert (new != ODDS)[[0, 1, 2, 3, 4, 6, 7, 8]].all()


def test_alone_every_line_keeps_its_log_odds(batch):
    np.testing.assert_allclose(in_place(batch, ODDS, REPEATED, alone()), np.clip(ODDS, -12, 12))


@pytest.mark.parametrize("line", range(len(ODDS)))
def test_what_is_explained_adds_up(batch, line):
    weights = np.random.default_rng(1).normal(size=len(FEATURES) + 1).astype(np.float32)
    share, parts = explain(batch, ODDS, REPEATED, weights, line)
    told = share * ODDS[line] + sum(parts.values())
    assert told == pytest.approx(in_place(batch, ODDS, REPEATED, weights)[line], rel=1e-3, abs=1e-2)
