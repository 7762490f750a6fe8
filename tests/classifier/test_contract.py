"""The public contract of docs: every field there, filled, and true to the text."""

import json
import math

import numpy as np
import pytest

import classifier
from classifier import Article, ArticleScores, Predictor
from classifier.report import ATTRIBUTION_TYPES, FRAMES, SCORES, SOURCE_TYPES

STORY = (
    "The harbour bridge may have to close for a year, the mayor, Ann Bell, said on Monday.\n\n"
    "“We found cracks in four of the nine piers,” Bell told reporters at the town hall. “Nobody should drive a lorry "
    "over it until we know more.”\n\n"
    "An engineering report published last week put the cost of repairs at 14 million crowns. Officials who asked not to be "
    "named because they were not allowed to speak said the money had not been found.\n\n"
    "The bridge opened in 1961 and carries 20,000 vehicles a day. It was reportedly inspected for the last time in 2009.\n\n"
    "Shopkeepers fear a disastrous winter. “It is a scandal,” said Omar Haddad, who sells fish on the north side.\n"
)


@pytest.fixture(scope="module")
def report(predictor):
    return predictor.score(Article(STORY, title="Harbour bridge may close for a year", id="a1"))


def spans_of(sentence):
    for signal in (sentence.hedge, sentence.loaded, sentence.opinion):
        yield from signal.cues
    for a in sentence.attributions:
        yield from (x for x in (a.source, a.cue, *a.content) if x is not None)


def test_every_field_is_filled(report):
    assert report.id == "a1"
    assert report.title == "Harbour bridge may close for a year"
    assert report.warnings == ()
    assert set(report.frames) == set(FRAMES)
    assert all(0 <= v <= 1 for v in report.frames.values())
    assert -1 <= report.valence <= 1
    assert report.headline.text == report.title
    assert len(report.sentences) == 9
    assert report.signature.startswith("accordingto ")


def test_offsets_are_true(report):
    for sentence in report.sentences:
        assert STORY[sentence.start : sentence.end] == sentence.text
        for span in spans_of(sentence):
            assert STORY[span.start : span.end] == span.text
            assert span.text


def test_contributions_add_up(report):
    for name in SCORES:
        score = getattr(report, name)
        assert "baseline" in score.contributions
        assert sum(score.contributions.values()) == pytest.approx(score.value, abs=1e-9)
        assert 0 <= score.low <= score.value <= score.high <= 100
        assert score.grade


def test_probabilities_are_probabilities(report):
    for sentence in report.sentences:
        values = [sentence.boilerplate, sentence.attributed, *sentence.frames.values()]
        values += [sentence.hedge.probability, sentence.loaded.probability, sentence.opinion.probability]
        assert all(0 <= v <= 1 for v in values)
        assert -1 <= sentence.valence <= 1
        assert sentence.attribution in ATTRIBUTION_TYPES
        assert sentence.loaded.voice in (None, "author", "quoted")


def test_the_mayor_is_found_and_is_one_source(report):
    bell = [s for s in report.sources if "Bell" in s.name]
    assert len(bell) == 1
    assert bell[0].name == "Ann Bell"
    assert bell[0].type == "person"
    assert "mayor" in bell[0].title
    assert bell[0].attributions >= 2
    assert bell[0].quoted_words > 10
    assert all(s.type in SOURCE_TYPES for s in report.sources)


def test_attributions_point_into_the_ledger(report):
    first = report.sentences[0]
    assert first.attribution == "indirect"
    (attribution,) = first.attributions
    assert attribution.cue.text.startswith("said")
    assert report.sources[attribution.source_index].name == "Ann Bell"


def test_json_is_stable_and_complete(report, predictor):
    text = report.to_json()
    assert json.loads(text)["sourcing"]["value"] == round(report.sourcing.value, 4)
    again = predictor.score(Article(STORY, title="Harbour bridge may close for a year", id="a1"))
    assert again.to_json() == text


def test_frames_and_html(report):
    assert len(report.to_frame()) == len(report.sentences)
    assert len(report.to_frame("sources")) == len(report.sources)
    assert "Harbour bridge" in report.to_html()
    assert "<" in report._repr_html_()


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        ("", "empty"),
        ("   \n\n ", "empty"),
        ("The mayor said so.", "too short"),
        ("Der Minister sagte am Montag, dass die Brücke gesperrt werden muss. " * 12, "not English"),
        ("!!! ??? ... --- 12 " * 50, "no words"),
    ],
)
def test_what_cannot_be_judged_gets_nan_and_a_warning(predictor, text, warning):
    report = predictor.score(text)
    assert math.isnan(report.sourcing.value)
    assert math.isnan(report.valence)
    assert any(warning in w for w in report.warnings), report.warnings
    assert json.loads(report.to_json())["sourcing"]["value"] is None


@pytest.mark.parametrize(
    ("value", "error", "message"),
    [
        (5, TypeError, "int"),
        (None, TypeError, "NoneType"),
        ({"title": "x"}, ValueError, "'text'"),
        ({"text": 7}, TypeError, "Article.text"),
    ],
)
def test_bad_input_is_named(predictor, value, error, message):
    with pytest.raises(error, match=message):
        predictor.score(value)


def test_score_many_keeps_order_and_loses_nothing(predictor):
    articles = [Article(STORY, id="0"), 5, "", {"text": STORY, "id": "3"}]
    reports = list(predictor.score_many(articles))
    assert [r.id for r in reports] == ["0", None, None, "3"]
    assert "not scored" in reports[1].warnings[0]
    assert reports[0].sourcing.value == pytest.approx(reports[3].sourcing.value, abs=1e-4)


def test_score_many_in_two_processes_gives_the_same(predictor):
    articles = [Article(STORY[: 900 + 5 * i], id=str(i)) for i in range(40)]
    one = [r.to_dict() for r in predictor.score_many(articles)]
    two = [r.to_dict() for r in predictor.score_many(articles, n_jobs=2)]
    assert_same(one, two)


def assert_same(one, two):
    """Equal but for the last digit shown: processes cut batches and use threads in their own ways."""
    assert type(one) is type(two)
    if isinstance(one, dict):
        assert list(one) == list(two)
        one, two = list(one.values()), list(two.values())
    if isinstance(one, list):
        assert len(one) == len(two)
        for a, b in zip(one, two, strict=True):
            assert_same(a, b)
    elif isinstance(one, float):
        assert one == pytest.approx(two, abs=2e-3, nan_ok=True)
    else:
        assert one == two


def test_score_many_reads_lazily(predictor):
    taken = []

    def endless():
        while True:
            taken.append(1)
            yield STORY

    reports = predictor.score_many(endless())
    next(reports)
    assert len(taken) <= 64


def test_score_sentences_judges_each_by_itself(predictor):
    texts = ["The minister may resign, officials said.", "", "He lied. He always lies."]
    sentences = predictor.score_sentences(texts)
    assert [s.text for s in sentences] == texts
    assert sentences[0].hedge.probability > 0.3
    assert [c.text for c in sentences[0].hedge.cues] == ["may"]
    assert math.isnan(sentences[1].attributed)
    alone = predictor.score_sentences(texts[:1])[0]
    assert alone.hedge.probability == pytest.approx(sentences[0].hedge.probability, abs=1e-5)
    with pytest.raises(TypeError, match="one str"):
        predictor.score_sentences("The minister may resign.")
    with pytest.raises(TypeError, match="item 1 is a int"):
        predictor.score_sentences(["a", 1])


def test_boilerplate_is_explained_with_the_lines_around(predictor):
    story = f"Subscribe to our newsletter\n\n{STORY}\n\nSign up for more stories like this\n\nAll rights reserved."
    report = predictor.score(story)
    for line in (0, 1, len(report.sentences) - 2):
        parts = predictor.explain(story, line, "boilerplate")
        assert 1 / (1 + math.exp(-sum(parts.values()))) == pytest.approx(report.sentences[line].boilerplate, abs=2e-3)
        assert any(name.startswith("lines around: ") for name in parts)


def test_a_probability_is_explained_to_the_last_term(predictor):
    parts = predictor.explain(STORY, 0, "hedged")
    report = predictor.score(STORY)
    p = report.sentences[0].hedge.probability
    assert sum(parts.values()) == pytest.approx(math.log(p / (1 - p)), abs=1e-3)
    with pytest.raises(ValueError, match="no output 'mood'"):
        predictor.explain(STORY, 0, "mood")


def test_article_scores_is_a_transformer(predictor):
    from sklearn.base import clone

    scores = clone(ArticleScores()).fit()
    X = scores.transform([STORY, "short"])
    names = list(scores.get_feature_names_out())
    assert X.shape == (2, len(names))
    assert X[0, names.index("sourcing")] == pytest.approx(predictor.score(STORY).sourcing.value, abs=1e-3)
    assert np.isnan(X[1, :5]).all()


def test_names_are_importable():
    for name in classifier.__all__:
        assert getattr(classifier, name) is not None
    assert Predictor.load().signature == classifier.load().signature
