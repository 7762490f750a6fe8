"""Filters over phrases: the same numbers as slow sums, whatever the batch; explained to the last point."""

from pathlib import Path

import numpy as np
import pytest

import classifier
from classifier import phrases
from classifier.article import Article
from classifier.batch import Batch
from classifier.document import read
from classifier.phrases import PhraseModel
from classifier.tokens import tokenize
from classifier.vocabulary import TypeTable

ROOT = Path(classifier.__file__).parents[1]
WORDS = ("the", "ferry", "may", "be", "late", "“", "”", ".", "said")
TEXTS = (
    "The ferry may be late. Late? “It may be,” Ann Bell said. Qwx.",
    "Late.",
    "The ferry said “no”. May it be.",
    "said the ferry " * 30,
)
N_DIMENSIONS, N_NUMBERS, N_FILTERS = 5, 3, 7


@pytest.fixture
def vectors():
    draw = np.random.default_rng(0)
    values = draw.integers(-127, 128, size=(len(WORDS) + 1, N_DIMENSIONS)).astype(np.int8)
    return values, np.full(N_DIMENSIONS, 0.02, dtype=np.float32)


@pytest.fixture
def model():
    draw = np.random.default_rng(1)
    return PhraseModel(
        ("hedged", "opinion"),
        draw.normal(size=(phrases.type_features(N_DIMENSIONS), N_NUMBERS)).astype(np.float16),
        draw.normal(size=(phrases.WIDTH * (N_NUMBERS + 1) + 1, N_FILTERS)).astype(np.float16),
        draw.normal(size=(N_FILTERS + 1, 2)).astype(np.float16),
    )


def batch_of(texts):
    return Batch.of([read(Article(text)) for text in texts], TypeTable({"word": WORDS}))


def slow(model, batch, vectors):
    """Token by token, filter by filter."""
    values = phrases.type_values(batch, batch.types, *vectors).astype(np.float64)
    out = []
    for a, b in zip(batch.sentence_bounds[:-1], batch.sentence_bounds[1:], strict=True):
        numbers = [np.append(values[t] @ model.projection.astype(float), batch.inside[t]) for t in range(a, b)]
        nothing = np.zeros(N_NUMBERS + 1)
        padded = [nothing, *numbers, nothing]
        best = np.zeros(N_FILTERS)
        for t in range(len(numbers)):
            window = np.concatenate(padded[t : t + 3])
            best = np.maximum(best, window @ model.filters[:-1].astype(float) + model.filters[-1].astype(float))
        out.append(best @ model.weights[:-1].astype(float) + model.weights[-1].astype(float))
    return np.array(out)


def test_scores_are_those_of_slow_sums(model, vectors):
    batch = batch_of(TEXTS)
    assert batch.n_sentences >= 6
    np.testing.assert_allclose(model.scores(batch, *vectors), slow(model, batch, vectors), atol=1e-4)


def test_a_sentence_scores_the_same_in_any_batch(model, vectors):
    together = model.scores(batch_of(TEXTS), *vectors)
    alone = np.concatenate([model.scores(batch_of([text]), *vectors) for text in TEXTS])
    np.testing.assert_allclose(together, alone, atol=1e-5)


def test_quotation_counts(model, vectors):
    plain, quoted = model.scores(batch_of(["The ferry may be late.", "“The ferry may be late.”"]), *vectors)
    assert np.abs(plain - quoted).max() > 0.01


@pytest.mark.parametrize("output", ["hedged", "opinion"])
def test_every_log_odds_belongs_to_a_phrase(model, vectors, output):
    batch = batch_of(TEXTS)
    scores = model.scores(batch, *vectors)[:, model.outputs.index(output)]
    for s, wanted in enumerate(scores.tolist()):
        intercept, effects = model.explain(batch, *vectors, s, output)
        assert len(effects) == batch.sentence_bounds[s + 1] - batch.sentence_bounds[s]
        assert intercept + effects.sum() == pytest.approx(wanted, abs=1e-4)


def test_a_model_without_outputs_says_nothing(vectors):
    none = PhraseModel.none(N_DIMENSIONS)
    batch = batch_of(TEXTS)
    assert none.scores(batch, *vectors).shape == (batch.n_sentences, 0)
    assert none.names == []


def test_the_shipped_explanation_adds_up_and_names_phrases(predictor):
    text = "The minister may have known about it, officials suggested. The bus was late on Monday."
    for output in ("hedged", "opinion", "frame security"):
        parts = predictor.explain(text, 0, output)
        assert any(name.startswith("phrase “") for name in parts)
        assert not any(name.startswith(phrases.PREFIX) for name in parts)
    (sentence,) = predictor.score_sentences([text.split(". ")[0] + "."])
    parts = predictor.explain(sentence.text, 0, "hedged")
    assert 1 / (1 + np.exp(-sum(parts.values()))) == pytest.approx(sentence.hedge.probability, abs=1e-3)


@pytest.mark.parametrize("score", list(phrases.TONES))
def test_phrases_of_an_article_are_told_sentence_by_sentence(predictor, score):
    text = (ROOT / "examples" / "5-blog.txt").read_text(encoding="utf-8")
    model = predictor.models.scores[score]
    feature = f"phrases of {score}"
    weight, mean = (dict(zip(model["features"], model[k], strict=True))[feature] for k in ("weights", "means"))
    assert weight > 0
    report = predictor.score(text)
    limit = predictor.models.thresholds["boilerplate"]
    story = [i for i, sentence in enumerate(report.sentences) if sentence.boilerplate < limit]
    sizes = [len(tokenize(report.sentences[i].text)[0]) for i in story]
    said = [sum(predictor.explain(text, i, phrases.TONES[score]).values()) for i in story]
    value = np.average(said, weights=sizes)
    if score == "valence":
        assert -1 <= value <= 1
    else:
        assert weight * (value - mean) == pytest.approx(getattr(report, score).contributions[feature], abs=0.05)


def test_a_tone_is_explained_by_phrases_alone(predictor):
    parts = predictor.explain("Surely nobody can doubt that this is a shame.", 0, "tone opinion")
    assert parts.keys() - {"intercept"}
    assert all(name == "intercept" or name.startswith("phrase “") for name in parts)
