"""The small models that take what other models say: sentences in context, the second look at hedges."""

from types import SimpleNamespace

import numpy as np
import pytest

from classifier import in_context
from classifier.article import Article
from classifier.batch import Batch
from classifier.document import read
from classifier.features import Tags
from classifier.second_look import SIZE, look_again
from classifier.signals import softmax
from classifier.vocabulary import TypeTable
from training import pipeline
from training.in_context import fit_in_context
from training.linear import fit_logistic, fit_multinomial
from training.second_look import fit_second_look


def test_several_classes_are_told_apart_and_drift_is_not_kept():
    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, 600)
    drift = np.arange(600) % 2 == 0
    X = np.eye(3)[y] * 2 + rng.normal(scale=0.3, size=(600, 3))
    labels = np.where(drift & (rng.random(600) < 0.3), 2, y)  # these readers give the last class more often
    weights = fit_multinomial(X, labels, drift, 1.0, 1e-4)
    assert weights.shape == (4, 3)
    p = softmax(X @ weights[:-1] + weights[-1])
    assert (p.argmax(axis=1) == y).mean() > 0.95
    without = fit_multinomial(X, labels, np.zeros(600, dtype=bool), 1.0, 1e-4)
    assert p[:, 2].mean() < softmax(X @ without[:-1] + without[-1])[:, 2].mean()


def test_two_classes_are_fitted_as_one_column():
    X = np.array([[0.0], [1.0]] * 20)
    weights = fit_logistic(X, np.array([0, 1] * 20), np.zeros(40, dtype=bool))
    assert weights.shape == (2,)
    assert weights[0] > 0
    assert fit_logistic(X, np.zeros(40), np.zeros(40, dtype=bool)) is None


def test_what_has_no_example_of_a_class_stays_by_its_words():
    rng = np.random.default_rng(1)
    n = 200
    X = rng.normal(size=(n, len(in_context.SINGLE))).astype(np.float32)
    opinion = (X[:, in_context.SINGLE.index("words: opinion")] > 0).astype(int)
    labels = {"attribution": np.zeros(n, dtype=int), "valence": np.full(n, -1), "opinion": opinion}
    use = np.ones(n, dtype=bool)
    weights = fit_in_context(X, labels, use, np.zeros(n, dtype=bool))
    column = in_context.OUTPUTS.index("opinion")
    same = np.delete(np.arange(len(in_context.OUTPUTS)), column)
    np.testing.assert_array_equal(weights[:, same], in_context.alone()[:, same])
    told = in_context.with_products(X) @ weights[:-1, column] + weights[-1, column]
    assert ((told > 0) == opinion).mean() > 0.9


def test_the_labels_of_sentences_that_are_left_out_do_not_count():
    rng = np.random.default_rng(2)
    X = rng.normal(size=(100, len(in_context.SINGLE))).astype(np.float32)
    use = np.arange(100) < 60
    y = rng.integers(0, 2, 100)
    other = np.where(use, y, 1 - y)
    nothing = {"attribution": np.full(100, -1), "valence": np.full(100, -1)}
    fits = [fit_in_context(X, {**nothing, "opinion": labels}, use, np.zeros(100, dtype=bool)) for labels in (y, other)]
    np.testing.assert_array_equal(*fits)


@pytest.fixture(scope="module")
def batch():
    text = " ".join(["If it rains, he would go.", "He said he would go."] * 80)
    words = ("if", "it", "rains", "he", "would", "go", "said", ",", ".")
    return Batch.of([read(Article(text))], TypeTable({"word": words}))


def test_a_second_look_learns_which_would_is_conditional(batch):
    words = np.array(batch.documents[0].words)
    first = np.where(words == "would", 0.5, 0.001).astype(np.float32)
    conditional = (words == "would") & (np.arange(len(words)) % 14 < 8)
    assert conditional.sum() == 80
    nothing, nobody = np.zeros(len(words)), np.zeros(len(words), dtype=bool)
    weights = fit_second_look(batch, first, nothing, conditional.astype(int), nobody)
    assert weights.shape == (SIZE,)
    again = look_again(batch, first, nothing, weights)
    assert again[conditional].min() > 0.7
    assert again[(words == "would") & ~conditional].max() < 0.3
    assert (again[words != "would"] == first[words != "would"]).all()


def two_texts(text):
    """Two articles of one text, in two folds, as `training.pipeline` has them."""
    words = ("if", "it", "rains", "he", "would", "go", "said", ",", ".")
    batch = Batch.of([read(Article(text)), read(Article(text))], TypeTable({"word": words}))
    articles = SimpleNamespace(batch=batch, document_of=batch.document_of_sentence, drifting=np.zeros(2, dtype=bool))
    return articles, np.array([0, 1])


def test_no_fold_learns_from_its_own_hedges():
    articles, fold_of = two_texts(" ".join(["If it rains, he would go.", "He said he would go."] * 80))
    batch = articles.batch
    would = np.array([w == "would" for d in batch.documents for w in d.words])
    tags = Tags(
        *np.zeros((2, batch.n_tokens), dtype=int), np.zeros((batch.n_tokens, 7)), np.where(would, 0.5, 0.001), None
    )
    first = np.arange(batch.n_tokens) < batch.document_bounds[1]
    conditional = would & (np.arange(batch.n_tokens) % 14 < 8)

    def judged(labels):
        taggers = [{"hedge": SimpleNamespace()}, {"hedge": SimpleNamespace()}]
        found, _ = pipeline._look_again(articles, tags, labels.astype(int), fold_of, taggers)
        return found.hedge_probability

    one = judged(conditional)
    other = judged(np.where(first, would & ~conditional, conditional))  # fold 0 is labelled the other way round
    np.testing.assert_array_equal(one[first], other[first])
    assert np.abs(one - other)[~first].max() > 0.3


def test_no_fold_learns_from_its_own_sentences():
    articles, fold_of = two_texts("He would go. " * 60)
    n = articles.batch.n_sentences
    rng = np.random.default_rng(4)
    X = rng.normal(size=(n, len(in_context.SINGLE))).astype(np.float32)
    own = rng.normal(size=(n, len(in_context.OUTPUTS))).astype(np.float32)
    first = np.arange(n) < n // 2
    y = rng.integers(0, 2, n)
    nothing = np.full(n, -1)

    def judged(opinion):
        labels = {"attribution": nothing, "valence": nothing, "opinion": opinion}
        story = {"boilerplate": np.zeros(n)}
        scores, _ = pipeline._in_context(articles, own, story, X, labels, fold_of[articles.document_of], 2)
        return scores[:, in_context.OUTPUTS.index("opinion")]

    one, other = judged(y), judged(np.where(first, 1 - y, y))
    np.testing.assert_array_equal(one[first], other[first])
    assert np.abs(one - other)[~first].min() > 0


def test_few_cues_teach_no_second_look(batch):
    n = batch.n_tokens
    y = np.zeros(n, dtype=int)
    y[:10] = 1
    half = np.full(n, 0.5, dtype=np.float32)
    assert fit_second_look(batch, half, half, y, np.zeros(n, dtype=bool)) is None
    assert fit_second_look(batch, half, half, np.full(n, -1), np.zeros(n, dtype=bool)) is None
