"""Estimators keep scikit-learn's conventions; where one of its checks does not apply, the reason is given here."""

import pickle
import shutil

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import check_estimator

import classifier
from classifier import Article, ArticleScores
from training.crf import TableCRF
from training.sentences import SignalModel

_SOURCED = "The weir at {0} will close in May, said Ann Bell, who leads the water board, on Monday. " * 8
_TOLD = "This shameful mess at {0} is a disgrace, and everybody with eyes in their head can see it. " * 8
ARTICLES = [t.format(place) for place in ("Ossel", "Kelsey", "Harwick", "Lydd") for t in (_SOURCED, _TOLD)]
LABELS = [1, 0] * 4


class _AsIfOfNumbers(ArticleScores):
    """Without the tag that says text: scikit-learn then runs its checks for matrices, too, and most pass."""

    def __sklearn_tags__(self):
        return super(ArticleScores, self).__sklearn_tags__()


# estimator: checks that do not apply, and why
_EXCEPTIONS = {
    ArticleScores: ("", ""),
    _AsIfOfNumbers: (
        "articles are no matrix: nothing is counted, converted or refused by its numbers, and fit learns nothing",
        """
        check_complex_data check_dtype_object check_estimator_sparse_tag check_estimators_empty_data_messages
        check_estimators_nan_inf check_fit1d check_fit2d_predict1d check_n_features_in
        check_n_features_in_after_fitting check_transformer_data_not_an_array check_transformer_general
        """,
    ),
    TableCRF: (
        "takes a classifier.batch.Batch of documents, not a matrix: every check that fits on one",
        _FITTING := """
        check_complex_data check_dict_unchanged check_dont_overwrite_parameters check_dtype_object
        check_estimator_sparse_array check_estimator_sparse_matrix check_estimator_sparse_tag check_estimators_dtypes
        check_estimators_empty_data_messages check_estimators_fit_returns_self check_estimators_nan_inf
        check_estimators_overwrite_params check_estimators_pickle check_f_contiguous_array_estimator check_fit1d
        check_fit2d_1feature check_fit2d_1sample check_fit2d_predict1d check_fit_check_is_fitted check_fit_idempotent
        check_fit_score_takes_y check_methods_sample_order_invariance check_methods_subset_invariance
        check_n_features_in check_n_features_in_after_fitting check_pipeline_consistency
        check_positive_only_tag_during_fit check_readonly_memmap_input
        """,
    ),
    SignalModel: ("takes two blocks of features, sparse and dense: every check that fits on one matrix", _FITTING),
}


@pytest.fixture(scope="module")
def scores():
    return ArticleScores().fit()


@pytest.mark.parametrize("estimator", [e() for e in _EXCEPTIONS], ids=lambda e: type(e).__name__)
@pytest.mark.filterwarnings("ignore")
def test_estimator_checks_pass_where_they_apply(estimator):
    reason, checks = _EXCEPTIONS[type(estimator)]
    excepted = dict.fromkeys(checks.split(), reason)
    results = check_estimator(estimator, expected_failed_checks=excepted, on_fail=None, on_skip=None)
    assert [(r["check_name"], repr(r["exception"])) for r in results if r["status"] == "failed"] == []


@pytest.mark.parametrize(
    "estimator",
    [
        ArticleScores(path="somewhere", n_jobs=2),
        TableCRF(labels=("O", "B-cue", "I-cue"), epochs=3, without=("place",)),
        SignalModel(C=0.5, block=np.array([0, 1, -1])),
    ],
    ids=lambda e: type(e).__name__,
)
def test_clones_and_pickles_keep_every_parameter(estimator):
    for twin in (clone(estimator), pickle.loads(pickle.dumps(estimator))):
        assert twin is not estimator
        assert repr(twin.get_params()) == repr(estimator.get_params())
    name, value = next(iter(estimator.get_params().items()))
    assert estimator.set_params(**{name: value}) is estimator


def test_the_signal_model_survives_a_pickle():
    import scipy.sparse as sp

    rng = np.random.default_rng(0)
    X, dense, y = sp.csr_matrix(rng.random((60, 5)) > 0.5).astype(float), rng.random((60, 3)), np.arange(60) % 2
    model = SignalModel().fit(X, dense, y)
    for mine, other in zip(model.weights(2), pickle.loads(pickle.dumps(model)).weights(2), strict=True):
        assert np.array_equal(mine, other)


def test_columns_are_named_and_in_the_order_of_the_scores(scores):
    names = scores.get_feature_names_out()
    rows = scores.transform(ARTICLES[:2])
    assert rows.shape == (2, len(names))
    report = classifier.load().score(ARTICLES[0])
    assert rows[0, list(names).index("sourcing")] == pytest.approx(report.sourcing.value, abs=1e-3)
    assert rows[0, list(names).index("n_sources")] == len(report.sources)


def test_no_articles_give_no_rows(scores):
    assert scores.transform([]).shape == (0, len(scores.get_feature_names_out()))


def test_every_kind_of_iterable_is_taken(scores):
    import pandas as pd

    rows = scores.transform(ARTICLES[:2])
    kinds = [pd.Series(ARTICLES[:2]), np.array(ARTICLES[:2], dtype=object), (a for a in ARTICLES[:2])]
    kinds += [np.array(ARTICLES[:2]), [Article(a) for a in ARTICLES[:2]], [{"text": a} for a in ARTICLES[:2]]]
    for kind in kinds:
        np.testing.assert_allclose(scores.transform(kind), rows, atol=1e-3)


def test_pandas_output_names_the_columns():
    frame = ArticleScores().set_output(transform="pandas").fit_transform(ARTICLES[:2])
    assert list(frame.columns) == list(ArticleScores().get_feature_names_out())
    assert len(frame) == 2


def test_scores_are_features_in_a_pipeline_and_a_grid_search():
    pipeline = Pipeline(
        [
            ("scores", ArticleScores()),
            ("fill", SimpleImputer(keep_empty_features=True)),
            ("scale", StandardScaler()),
            ("model", LogisticRegression()),
        ]
    )
    search = GridSearchCV(pipeline, {"model__C": [0.1, 1.0]}, cv=2).fit(ARTICLES, LABELS)
    assert search.best_score_ == 1.0
    names = search.best_estimator_[:-1].get_feature_names_out()
    assert len(names) == search.best_estimator_[-1].coef_.shape[1]
    again = pickle.loads(pickle.dumps(search.best_estimator_))
    assert again.predict(ARTICLES).tolist() == LABELS


def test_what_was_not_fitted_does_not_score():
    with pytest.raises(NotFittedError):
        ArticleScores().transform(ARTICLES)


def test_a_pickle_is_small_and_scores_the_same(scores):
    data = pickle.dumps(scores)
    assert len(data) < 2000
    np.testing.assert_allclose(pickle.loads(data).transform(ARTICLES[:1]), scores.transform(ARTICLES[:1]), atol=1e-6)


def test_a_pickle_refuses_another_artifact_than_it_was_fitted_with(tmp_path):
    import json

    from classifier import artifact

    shutil.copytree(artifact.default_path(), tmp_path / "mine")
    data = pickle.dumps(ArticleScores(tmp_path / "mine").fit())
    file = tmp_path / "mine" / "settings.json"
    settings = json.loads(file.read_text())
    settings["scores"]["sourcing"]["baseline"] += 1
    file.write_text(json.dumps(settings))
    models = artifact._put_together(*_parts(tmp_path / "mine"))
    artifact.save(models, tmp_path / "mine", {})
    with pytest.raises(ValueError, match="fit again"):
        pickle.loads(data).transform(ARTICLES[:1])


def _parts(folder):
    import json

    arrays = {p.stem: np.load(p) for p in folder.glob("*.npy")}
    return arrays, {p.stem: json.loads(p.read_text()) for p in folder.glob("*.json")}
