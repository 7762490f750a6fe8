"""What a sentence is in its context: what is seen around it, what stays by its words, and that all of it can be told."""

import numpy as np
import pytest

from classifier.analysis import attribute
from classifier.article import Article
from classifier.attribution import PAIR_FEATURES
from classifier.batch import Batch
from classifier.document import read
from classifier.in_context import (
    FEATURES,
    OUTPUTS,
    SINGLE,
    alone,
    explain,
    features,
    judged,
    scores,
    with_products,
)
from classifier.sift import parts_with_content
from classifier.signals import GROUPS
from classifier.vocabulary import TypeTable

LABELS = ("O", "B-source", "I-source", "B-cue", "I-cue", "B-content", "I-content")
TEXT = """\
The board met. Ann Bell said the ferry may sail. “It may sail,” we heard.

Share this story

It begins:

ANN BELL: It may sail in June. We hope so.

Will it rain?

In 2019, it rained."""
SENTENCES = 10  # with the headline


@pytest.fixture
def batch():
    table = TypeTable({"word": ("said", ":", "?")})
    return Batch.of([read(Article(TEXT, "A ferry")), read(Article("One. Two."))], table)


def tagged(batch, words="the ferry may sail"):
    """Labels that make an attribution of these words."""
    y = np.zeros(batch.n_tokens, dtype=np.int64)
    tokens = list(batch.documents[0].words)
    for kind, span in (("source", "Ann Bell"), ("cue", "said"), ("content", words)):
        span = span.split()
        at = next(i for i in range(len(tokens)) if tokens[i : i + len(span)] == span)
        y[at : at + len(span)] = LABELS.index(f"I-{kind}")
        y[at] = LABELS.index(f"B-{kind}")
    return y


@pytest.fixture
def found(batch):
    near = np.zeros(len(PAIR_FEATURES) + 1, dtype=np.float32)
    near[PAIR_FEATURES.index("same sentence")] = 5.0
    near[-1] = -1.0
    return attribute(batch, tagged(batch), LABELS, {"source": near, "content": near}, None)


@pytest.fixture
def p(batch):
    n = batch.n_sentences
    out = {group: np.full(n, 0.25) for group in ("hedged", "loaded", "opinion", "boilerplate")}
    out["boilerplate"][line(batch, "Share")] = 0.9
    out["attribution"] = np.tile([0.6, 0.1, 0.1, 0.1, 0.1], (n, 1))
    out["opinion"][0] = 0.75
    out["attribution"][2] = [0.1, 0.6, 0.1, 0.1, 0.1]
    out["valence"] = np.tile([0.2, 0.7, 0.1], (n, 1))
    return out


def line(batch, first):
    """The sentence that begins with this word."""
    words = list(batch.documents[0].words)
    return int(batch.sentence_of[words.index(first)])


OWN = np.random.default_rng(3).normal(size=(SENTENCES + 2, len(OUTPUTS))).astype(np.float32)


@pytest.fixture
def X(batch, found, p):  # noqa: N802
    assert batch.n_sentences == SENTENCES + 2
    odds = np.full(len(parts_with_content(found)), 2.0)
    return features(batch, OWN, p, found, odds)


def column(X, name):
    return X[:, SINGLE.index(name)]


def test_an_attribution_counts_in_its_sentence_and_beside_it(batch, X):
    told = line(batch, "Ann")
    assert column(X, "likely")[told] == 2.0
    assert column(X, "likely")[told - 1] == -4.0
    assert column(X, "behind: likely")[told - 1] == 2.0
    assert column(X, "with source")[told] == pytest.approx(1 / (1 + np.exp(-2)), abs=1e-5)
    assert 0 < column(X, "share")[told] < 1
    assert column(X, "quoted")[told] == 0


def test_quotation_and_paragraphs(batch, X):
    told = line(batch, "Ann")
    quoted = told + 1
    assert 0 < column(X, "quoted")[quoted] < 1
    assert column(X, "quoted").nonzero()[0].tolist() == [quoted]
    assert (
        column(X, "behind: quoted")[told]
        == column(X, "behind: quoted, same paragraph")[told]
        == column(X, "quoted")[quoted]
    )
    assert column(X, "before: same paragraph")[told] == column(X, "behind: same paragraph")[told] == 1
    assert column(X, "behind: same paragraph")[quoted] == 0
    assert column(X, "behind: attributed")[quoted] != 0
    assert column(X, "behind: attributed, same paragraph")[quoted] == 0


def test_the_headline_and_the_whole_article(batch, X, p):
    story = [s for s in range(SENTENCES) if s != line(batch, "Share")]
    for name, values in (
        ("attributed", 1 - p["attribution"][:, 0]),
        ("opinion", p["opinion"]),
        ("bad light", p["valence"][:, 0]),
    ):
        np.testing.assert_allclose(column(X, f"article: {name}")[story], values[story].mean(), rtol=1e-5)
    assert set(column(X, "headline: opinion")[story].tolist()) == {np.float32(p["opinion"][0])}
    assert column(X, "headline: good light")[story] == pytest.approx(p["valence"][0, 2])
    assert not column(X, "headline: opinion")[SENTENCES:].any()  # the other text has none


def test_boilerplate_is_passed_over(batch, X):
    share, told, lead = (line(batch, word) for word in ("Share", "Ann", "begins"))
    assert not X[share].any()
    assert column(X, "two before: likely")[lead] == 2.0
    assert column(X, "two before: attributed")[lead] == pytest.approx(column(X, "behind: attributed")[told - 1])
    assert column(X, "attributed so far")[lead] > column(X, "attributed so far")[told]


def test_neighbours_are_of_the_same_text(batch, X):
    assert column(X, "behind: likely")[SENTENCES - 1] == -4.0
    assert column(X, "behind: attributed")[SENTENCES - 1] == 0
    assert column(X, "before: attributed")[SENTENCES] == 0
    assert column(X, "before: attributed")[SENTENCES + 1] != 0


def test_layout_tells_who_speaks(batch, X):
    lead, label, question = (line(batch, word) for word in ("begins", "ANN", "Will"))
    assert column(X, "ends with a colon").nonzero()[0].tolist() == [lead]
    assert column(X, "after a lead-in")[label] == pytest.approx(1.0)
    assert column(X, "after a lead-in")[label + 1] == pytest.approx(np.exp(-0.25), abs=1e-5)
    assert column(X, "speaker's label").nonzero()[0].tolist() == [label]
    assert column(X, "label in capitals").nonzero()[0].tolist() == [label]
    assert column(X, "after a label")[label] == 0
    assert column(X, "after a label")[label + 1] == pytest.approx(1.0)
    assert column(X, "is a question").nonzero()[0].tolist() == [question]
    assert column(X, "after a question")[question + 1] == pytest.approx(1.0)
    assert column(X, "figure").nonzero()[0].tolist() == [line(batch, "In")]


def test_of_a_group_only_differences_count(batch, found, p, X):
    columns = [OUTPUTS.index(o) for o in GROUPS["attribution"]]
    moved = OWN.copy()
    moved[:, columns] += 3.0
    odds = np.full(len(parts_with_content(found)), 2.0)
    np.testing.assert_allclose(features(batch, moved, p, found, odds), X, atol=1e-5)


def test_scores_are_those_of_all_features(batch, p, X):
    weights = np.random.default_rng(1).normal(size=(len(FEATURES) + 1, len(OUTPUTS))).astype(np.float32)
    new = scores(batch, OWN, p, X, weights)
    use = judged(batch, p)
    assert use.tolist() == [s < SENTENCES and s != line(batch, "Share") for s in range(SENTENCES + 2)]
    np.testing.assert_allclose(new[use], (with_products(X) @ weights[:-1] + weights[-1])[use], rtol=1e-3, atol=1e-3)
    np.testing.assert_array_equal(new[~use], OWN[~use])


def test_alone_every_sentence_keeps_its_probabilities(batch, p, X):
    new = scores(batch, OWN, p, X, alone())
    for group in ("attribution", "valence"):
        columns = [OUTPUTS.index(o) for o in GROUPS[group]]
        shift = (new - OWN)[:, columns]
        np.testing.assert_allclose(shift, shift[:, :1].repeat(len(columns), axis=1), atol=1e-5)
    np.testing.assert_allclose(new[:, OUTPUTS.index("opinion")], OWN[:, OUTPUTS.index("opinion")], atol=1e-5)


@pytest.mark.parametrize("output", OUTPUTS)
def test_what_is_explained_adds_up(batch, p, X, output):
    weights = np.random.default_rng(2).normal(size=(len(FEATURES) + 1, len(OUTPUTS))).astype(np.float32)
    new = scores(batch, OWN, p, X, weights)
    for s in np.flatnonzero(judged(batch, p)).tolist():
        shares, parts = explain(OWN[s], X[s], weights, output)
        told = shares @ OWN[s] + sum(parts.values())
        assert told == pytest.approx(new[s, OUTPUTS.index(output)], rel=1e-3, abs=2e-3)


def test_scores_far_out_are_held_back(batch, found, p):
    own = OWN.copy()
    own[2, 0] = 60.0
    odds = np.full(len(parts_with_content(found)), 2.0)
    X = features(batch, own, p, found, odds)
    assert column(X, "words: none")[2] == 12.0
    weights = alone()
    shares, parts = explain(own[2], X[2], weights, "attribution none")
    assert parts["by its words, held back"] == pytest.approx(12.0 - (own[2, :5] - own[2, :5].mean())[0], rel=1e-5)
    assert shares @ own[2] + sum(parts.values()) == pytest.approx(12.0, rel=1e-5)


def test_a_text_of_boilerplate_alone_is_left_as_it_is(batch, found, p):
    p["boilerplate"][:] = 0.9
    X = features(batch, OWN, p, found, np.full(len(parts_with_content(found)), 2.0))
    assert not X.any()
    weights = np.ones((len(FEATURES) + 1, len(OUTPUTS)), dtype=np.float32)
    np.testing.assert_array_equal(scores(batch, OWN, p, X, weights), OWN)
