"""Words that may hedge are looked at again with their sentence around them."""

import numpy as np
import pytest

from classifier.article import Article
from classifier.batch import Batch
from classifier.document import read
from classifier.second_look import LEAST, SIZE, features, look_again
from classifier.vocabulary import TypeTable

WORDS = ("he", "said", "it", "would", "rain", "if", "sail", "the", "ferry", "sank", ".")
TEXT = "He said it would rain. If it would sail, the ferry sank. It would rain."


@pytest.fixture
def batch():
    return Batch.of([read(Article(TEXT))], TypeTable({"word": WORDS}))


@pytest.fixture
def p(batch):
    return np.array([0.4 if w in ("would", "If") else 0.001 for w in batch.documents[0].words], dtype=np.float32)


def at(batch, word):
    return [i for i, w in enumerate(batch.documents[0].words) if w == word]


def places(batch, p, word):
    nothing = np.zeros(batch.n_tokens)
    return features(batch, p, nothing, np.array(at(batch, word)))


def test_only_likely_words_are_judged_again(batch, p):
    weights = np.zeros(SIZE, dtype=np.float32)
    weights[0] = 1.0
    again = look_again(batch, p, np.zeros(batch.n_tokens), weights)
    changed = np.flatnonzero(again != p).tolist()
    assert changed == sorted(at(batch, "would") + at(batch, "If"))
    assert again[changed] == pytest.approx(1 / (1 + np.exp(-1.0)))


def test_nothing_is_likely_nothing_changes(batch):
    p = np.full(batch.n_tokens, LEAST / 2, dtype=np.float32)
    assert look_again(batch, p, p, np.ones(SIZE, dtype=np.float32)) is p


def test_a_word_is_judged_by_its_sentence(batch, p):
    reported, condition, alone = places(batch, p, "would")
    assert reported.shape == condition.shape
    # the word itself is the same everywhere; who reports it, and the "if" before it, are not
    assert reported[0] == condition[0] == alone[0]
    assert (reported != alone).any()
    assert (condition != alone).any()
    weights = np.zeros(SIZE, dtype=np.float32)
    weights[list(set(condition.tolist()) - set(reported.tolist()) - set(alone.tolist()) - {0})] = 1.0
    again = look_again(batch, p, np.zeros(batch.n_tokens), weights)[at(batch, "would")]
    assert again[1] > again[0] == again[2] == 0.5


def test_the_intercept_counts_once_and_what_is_not_there_not_at_all(batch, p):
    (reported, *_) = places(batch, p, "would")
    assert (reported == 0).any()
    weights = np.zeros(SIZE, dtype=np.float32)
    weights[0] = -2.0
    again = look_again(batch, p, np.zeros(batch.n_tokens), weights)
    assert again[at(batch, "would")[0]] == pytest.approx(1 / (1 + np.exp(2.0)))


def test_places_are_the_same_everywhere(batch, p):
    """An artifact's weights stand where training put them, on whatever machine."""
    (reported, *_) = places(batch, p, "would")
    assert reported.min() >= 0
    assert reported.max() < SIZE
    assert reported[:6].tolist() == [41623, 57026, 93580, 30505, 71714, 116061]


def test_the_sentence_before_is_of_the_same_text():
    table = TypeTable({"word": WORDS})
    one = Batch.of([read(Article("It would rain."))], table)
    two = Batch.of([read(Article("If it would sail.")), read(Article("It would rain."))], table)

    def of(batch, document):
        words = [w for d in batch.documents for w in d.words]
        p = np.array([0.4 if w in ("would", "If") else 0.001 for w in words])
        first = batch.document_bounds[document]
        where = np.array([i for i, w in enumerate(words) if w == "would" and i >= first])
        return features(batch, p, np.zeros(len(words)), where)[0].tolist()

    assert of(one, 0) == of(two, 1)
