"""Ratings of whole articles told by phrases, by weights that do not know the rating of the article they are asked of."""

from dataclasses import replace

import numpy as np
import pytest

from classifier.features import TermIndex
from classifier.phrases import TONES, PhraseModel, filter_rows, type_features
from training import tones
from training.records import ArticleRecord, RatingRecord, SentenceRecord
from training.student import Student
from training.teacher import type_table
from training.texts import label_articles
from training.tones import with_tones
from training.words import WordTable, quantize

VOCABULARY = ("the", "ferry", "left", "may", "be", "late", "perhaps", "it", "did", "not")
FIRM, UNSURE, COOKIES = "The ferry left.", "It may be late perhaps.", "May perhaps be late."
N_FILTERS = 6


def article(number, unsure):
    lines = [UNSURE] * unsure + [FIRM] * (6 - unsure) + [COOKIES]
    text, sentences = "\n".join(lines), []
    for i, line in enumerate(lines):
        start = len("\n".join(lines[:i])) + (i > 0)
        labels = {"boilerplate": int(line == COOKIES)}
        sentences.append(
            SentenceRecord("own", f"{number}-{i}", line, start=start, end=start + len(line), labels=labels)
        )
    rating = RatingRecord("a", 4, 4, 1 + unsure, 4, 1 + unsure, 0)
    outlet = f"outlet {number % 9}"
    return ArticleRecord("own", str(number), text, outlet=outlet, sentences=tuple(sentences), ratings=(rating,))


@pytest.fixture(scope="module")
def known():
    whole, steps = quantize(np.random.default_rng(5).normal(size=(len(VOCABULARY) + 1, 4)))
    n = len(VOCABULARY) + 1
    return WordTable(VOCABULARY, whole, steps, np.zeros((n, 0), dtype=np.int16), np.zeros(n, dtype=bool))


@pytest.fixture(scope="module")
def student():
    draw = np.random.default_rng(3)
    models = [
        PhraseModel(
            ("hedged",),
            draw.normal(size=(type_features(4), 3)).astype(np.float32),
            draw.normal(size=(filter_rows(3), N_FILTERS)).astype(np.float32),
            draw.normal(size=(N_FILTERS + 1, 1)).astype(np.float32),
        )
        for _ in range(3)
    ]
    terms = TermIndex(np.array([1]), np.zeros(0, np.int64), np.ones(1, np.float32), len(VOCABULARY))
    return Student(terms, tuple(models), {f"outlet {n}": int(n > 4) for n in range(9)})


@pytest.fixture(scope="module")
def records():
    draw = np.random.default_rng(0)
    return [article(number, int(draw.integers(0, 7))) for number in range(260)]


def test_the_mean_over_the_story_is_the_rating(student, records, known):
    articles = label_articles(records, type_table(known))
    model = with_tones(student, articles, known).model(None)
    assert model.outputs == ("hedged", *TONES.values())
    said = model.scores(articles.batch, known.vectors, known.steps)[:, 1:]
    story = np.array([r.text != COOKIES for r in articles.records])
    size = np.diff(articles.batch.sentence_bounds) * story
    sums = np.stack([np.bincount(articles.document_of, size * column) for column in said.T], axis=1)
    means = sums / np.bincount(articles.document_of, size)[:, None]
    wanted = np.array([r.ratings[0].opinion - 1 for r in records]) / 6 * 100
    opinion, valence = (means[:, list(TONES).index(score)] for score in ("opinion", "valence"))
    assert np.corrcoef(opinion, wanted)[0, 1] > 0.99
    assert opinion.mean() == pytest.approx(wanted.mean(), abs=0.5)
    np.testing.assert_allclose(valence, 0, atol=1e-4)  # nobody rated it as anything else


def test_no_model_learns_from_what_its_teacher_has_not_seen(student, records, known):
    table = type_table(known)
    before = with_tones(student, label_articles(records, table), known)
    other = RatingRecord("a", 4, 4, 7, 4, 7, 3)
    changed = [replace(r, ratings=(other,)) if student.unseen[r.outlet] == 0 else r for r in records]
    after = with_tones(student, label_articles(changed, table), known)
    same = [np.array_equal(a.weights, b.weights) for a, b in zip(before.models, after.models, strict=True)]
    assert same == [True, False, False]


def test_few_rated_articles_say_nothing(student, records, known):
    articles = label_articles(records[: tones.LEAST], type_table(known))
    assert with_tones(student, articles, known) is student
