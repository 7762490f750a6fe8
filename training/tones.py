"""What the phrases of whole articles say of their ratings, beside what the signals of their sentences say.

The filters over phrases (`classifier.phrases`) learned what an encoder hears in single sentences. Their answers, averaged
over an article's story, also tell how readers rate the whole of it: ridge regression on these averages gives each filter
a weight, and so each phrase. The weights become outputs of the phrase model (`classifier.phrases.TONES`), and the
mean over an article is one of its features (`classifier.scores.FEATURES`).

Each student learns from articles of outlets for which another student answers (`training.student.Student.unseen`), so that an
article's feature comes from weights that do not know its rating.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from sklearn.linear_model import Ridge

from classifier.phrases import TONES, PhraseModel
from training.article_scores import ratings
from training.sentences import gold
from training.student import Student
from training.texts import Labelled
from training.words import WordTable

ALPHA = 100.0  # chosen on folds by outlet, see docs/experiments.md
LEAST = 100  # rated articles: fewer say nothing of a hundred filters


def with_tones(student: Student, articles: Labelled, known: WordTable) -> Student:
    """A student whose models also say what an article's rating is by its phrases.

    Parameters
    ----------
    student : Student
    articles : Labelled
        Articles with ratings; the labels of their sentences say what is no part of the story.
    known : WordTable

    Returns
    -------
    Student
        The same where there are fewer than `LEAST` rated articles for one of its models.
    """
    teacher = np.array([student.unseen.get(g, -1) for g in articles.groups])
    rated = {name: ratings(articles.articles, name) for name in TONES}
    models = []
    for k, model in enumerate(student.models):
        mine = np.ones(len(teacher), dtype=bool) if k == len(student.models) - 1 else (teacher >= 0) & (teacher != k)
        means = _means(model, articles, known)
        weights = []
        for y in rated.values():
            use = mine & ~np.isnan(y)
            if use.sum() < LEAST:
                return student
            weights.append(_fit(means[use], y[use]))
        models.append(model.saying(tuple(TONES.values()), np.stack(weights, axis=1)))
    return replace(student, models=tuple(models))


def _means(model: PhraseModel, articles: Labelled, known: WordTable) -> np.ndarray:
    """The filters' answers averaged over the words of each article's story: shape (n_articles, n_filters)."""
    batch, records = articles.batch, articles.records
    answers = model.answers(batch, known.vectors, known.steps)
    story = (gold(records, "boilerplate") != 1) & ~batch.is_headline
    weight = np.where(story, np.diff(batch.sentence_bounds), 0).astype(np.float64)
    document, n = articles.document_of, len(batch.documents)
    total = np.zeros((n, answers.shape[1]))
    np.add.at(total, document, answers * weight[:, None])
    return total / np.maximum(np.bincount(document, weight, minlength=n), 1)[:, None]


def _fit(means: np.ndarray, y: Sequence[float] | np.ndarray) -> np.ndarray:
    """Weights of the filters, then the intercept."""
    centre, scale = means.mean(axis=0), means.std(axis=0) + 1e-9
    model = Ridge(alpha=ALPHA).fit((means - centre) / scale, y)
    weights = model.coef_ / scale
    return np.append(weights, model.intercept_ - centre @ weights)
