"""What is known of a found attribution when it is judged, and what is dropped."""

import numpy as np
import pytest

from classifier.analysis import attribute
from classifier.article import Article
from classifier.attribution import PAIR_FEATURES
from classifier.batch import Batch
from classifier.document import read
from classifier.features import Tags
from classifier.sift import FEATURES, by_thresholds, features, keep, odds, parts_with_content
from classifier.vocabulary import TypeTable

LABELS = ("O", "B-source", "I-source", "B-cue", "I-cue", "B-content", "I-content")
TEXT = (
    "Ann Bell said, however, “it may rain”.\n\nThe ferry had left at noon, with nobody aboard.\n\n“Nobody knew of it.”"
)


@pytest.fixture
def batch():
    return Batch.of([read(Article(TEXT, "Rain is near"))], TypeTable({"word": ("said", ",")}))


def sift(batch, tags, attributions, probabilities, weights):
    keep(attributions, probabilities, odds(batch, tags, attributions, probabilities, weights) > 0.0)


def tagged(batch, *spans):
    """Tags of a tagger that is sure of spans, each (kind, words)."""
    y = np.zeros(batch.n_tokens, dtype=np.int64)
    words = list(batch.documents[0].words)
    for kind, text in spans:
        span = text.split()
        at = next(i for i in range(len(words)) if words[i : i + len(span)] == span)
        y[at : at + len(span)] = LABELS.index(f"I-{kind}")
        y[at] = LABELS.index(f"B-{kind}")
    p = np.full((batch.n_tokens, len(LABELS)), 0.01, dtype=np.float32)
    p[np.arange(batch.n_tokens), y] = 0.94
    nothing = np.zeros(batch.n_tokens, dtype=np.float32)
    return Tags(y, y, p, nothing, nothing)


def found(batch, tags):
    near = np.zeros(len(PAIR_FEATURES) + 1, dtype=np.float32)
    near[PAIR_FEATURES.index("same sentence")] = 5.0
    near[-1] = -1.0
    return attribute(batch, tags.generous, LABELS, {"source": near, "content": near}, None)


def probabilities(batch, attributed, boilerplate=0.01):
    """Of sentences that are all as likely to be attributed."""
    n = batch.n_sentences
    types = np.tile([1 - attributed, attributed, 0.0, 0.0, 0.0], (n, 1))
    same = {name: np.full(n, 0.1) for name in ("hedged", "opinion")}
    return {"attribution": types, "boilerplate": np.full(n, boilerplate), **same}


def row(batch, tags, which=0, attributed=0.9):
    X = features(batch, tags, found(batch, tags), probabilities(batch, attributed))
    return dict(zip(FEATURES, X[which].tolist(), strict=True))


SAID = (("source", "Ann Bell"), ("cue", "said"), ("content", "“ it may rain ”"))


def test_features_tell_how_an_attribution_is_built(batch):
    x = row(batch, tagged(batch, *SAID))
    assert x["content: all quoted"] == x["cue: before"] == x["source: before its cue"] == 1
    assert x["cue: 3 tokens off or more"] == 1  # ", however ,"
    assert x["cue: 5 tokens off or more"] == 0
    assert x["content: 4 tokens or more"] == 1
    assert x["content: 6 tokens or more"] == 0
    assert x["cue: say"] == 1
    assert x["source: given as person"] == 1
    assert x["content alone"] == x["headline"] == x["cue: missing"] == x["source: missing"] == 0
    assert x["content: sure"] == pytest.approx(0.95, abs=0.02)
    assert x["content: share of the sentence's"] > 0.9
    assert x["sentence: attributed"] == pytest.approx(np.log(9), abs=1e-3)


def test_a_content_alone_is_told_from_one_with_a_cue(batch):
    tags = tagged(batch, *SAID, ("content", "“ Nobody knew of it . ”"))
    first, last = row(batch, tags, 0), row(batch, tags, 1)
    assert (first["content alone"], last["content alone"]) == (0, 1)
    assert last["cue: missing"] == last["source: missing"] == last["content: begins the sentence"] == 1
    assert last["content: share of the words"] == 1
    assert last["cue: sure"] == last["source: sure"] == 0


def test_the_headline_is_known(batch):
    assert row(batch, tagged(batch, ("content", "Rain is near")))["headline"] == 1


def test_words_are_seen_by_their_class_alone():
    table = TypeTable({"word": ("said", "told", "rain", "snow", "vowed", "may", ",")})

    def of(cue, noun):
        one = Batch.of([read(Article(f"Ann Bell {cue} it may {noun}."))], table)
        return row(one, tagged(one, ("source", "Ann Bell"), ("cue", cue), ("content", f"it may {noun}")))

    assert of("replied", "rain") == of("added", "snow")
    assert of("replied", "rain") != of("vowed", "rain")


def test_parts_are_kept_above_even_odds(batch):
    tags = tagged(batch, *SAID, ("content", "The ferry had left at noon"))
    weights = np.zeros(len(FEATURES) + 1, dtype=np.float32)
    weights[FEATURES.index("cue: say")] = 2.0
    weights[-1] = -1.0
    attributions = found(batch, tags)
    assert len(parts_with_content(attributions)) == 2
    sift(batch, tags, attributions, probabilities(batch, 0.5), weights)
    assert [batch.documents[0].words[part.contents[0][0]] for _, part in parts_with_content(attributions)] == ["“"]


def test_nothing_is_kept_in_boilerplate(batch):
    tags = tagged(batch, *SAID)
    weights = np.ones(len(FEATURES) + 1, dtype=np.float32) * 0
    weights[-1] = 1.0
    attributions = found(batch, tags)
    sift(batch, tags, attributions, probabilities(batch, 0.9, boilerplate=0.8), weights)
    assert not any(attributions.by_sentence)


@pytest.mark.parametrize(("attributed", "kept"), [(0.25, 0), (0.4, 1), (0.6, 2)])
def test_by_thresholds_a_content_alone_needs_a_likelier_sentence(batch, attributed, kept):
    tags = tagged(batch, *SAID, ("content", "“ Nobody knew of it . ”"))
    attributions = found(batch, tags)
    sift(batch, tags, attributions, probabilities(batch, attributed), by_thresholds())
    assert len(parts_with_content(attributions)) == kept


@pytest.mark.parametrize(("attributed", "kept"), [(0.2, 0), (0.4, 1)])
def test_a_source_without_content_stands_where_its_sentence_is_attributed(batch, attributed, kept):
    tags = tagged(batch, ("source", "Ann Bell"), ("cue", "said"))
    attributions = found(batch, tags)
    # the linker's rule takes the rest of the sentence for its content: take that away again
    for parts in attributions.by_sentence:
        for part in parts:
            part.contents = []
    sift(batch, tags, attributions, probabilities(batch, attributed), by_thresholds())
    assert sum(map(len, attributions.by_sentence)) == kept


def test_a_batch_without_attributions_has_no_rows(batch):
    tags = tagged(batch)
    assert features(batch, tags, found(batch, tags), probabilities(batch, 0.5)).shape == (0, len(FEATURES))


def test_every_feature_has_a_name_of_its_own():
    assert len(set(FEATURES)) == len(FEATURES)
