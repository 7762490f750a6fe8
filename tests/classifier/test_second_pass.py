"""What the second pass sees of the first one's labels, and that it says another thing where its weights do."""

from itertools import pairwise

import numpy as np
import pytest

from classifier.article import Article
from classifier.batch import Batch, place_codes
from classifier.document import read
from classifier.second_pass import SecondPass, label_codes
from classifier.tagger import Tagger, Taggers
from classifier.vocabulary import CLASSES, TypeTable

LABELS = ("O", "B-source", "I-source", "B-cue", "I-cue", "B-content", "I-content")
TEXTS = ("Ann Bell said it may rain. Nobody knew.", "The ferry left.\n\nRehn told them so.")


@pytest.fixture
def batch():
    return Batch.of([read(Article(t)) for t in TEXTS], TypeTable({"word": ("said",)}))


def labelled(batch, **kinds):
    """Labels of tokens by their words: source="Ann Bell"."""
    y = np.zeros(batch.n_tokens, dtype=np.int64)
    words = [w for d in batch.documents for w in d.words]
    for kind, text in kinds.items():
        span = text.split()
        at = next(i for i in range(len(words)) if words[i : i + len(span)] == span)
        y[at : at + len(span)] = LABELS.index(f"I-{kind}")
        y[at] = LABELS.index(f"B-{kind}")
    return y


def test_codes_are_within_their_sizes(batch):
    draw = np.random.default_rng(0)
    for _ in range(20):
        for name, (code, size) in label_codes(batch, draw.integers(0, 7, size=batch.n_tokens)).items():
            assert code.dtype == np.int32, name
            assert 0 <= code.min() <= code.max() < size, name


def test_a_label_is_seen_from_two_places_away_within_its_paragraph(batch):
    nothing = label_codes(batch, labelled(batch))["labels -2 to 2"][0]
    changed = label_codes(batch, labelled(batch, cue="left"))["labels -2 to 2"][0] != nothing
    words = [w for d in batch.documents for w in d.words]
    assert [w for w, c in zip(words, changed, strict=True) if c] == ["The", "ferry", "left", "."]


def test_spans_are_near_or_far_within_their_sentence(batch):
    y = labelled(batch, source="Ann Bell", cue="said", content="it may rain")
    codes = label_codes(batch, y)
    nothing = label_codes(batch, np.zeros_like(y))
    n = batch.sentences[1]  # the first sentence ends here
    for name, (code, _) in codes.items():
        assert (code[n + 2 :] == nothing[name][0][n + 2 :]).all(), name
    sources = codes["sources"][0] // 4 // 9  # how far back the nearest source is
    assert sources[:n].tolist() == [8, 1, 1, 2, 3, 4, 4]
    counts = codes["counts"][0] // 4
    assert set(counts[:n]) == {(1 * 4 + 1) * 4 + 1}
    assert set(counts[n:]) == {0}


def test_a_text_is_seen_alike_alone_and_among_others(batch):
    draw = np.random.default_rng(1)
    y = draw.integers(0, 7, size=batch.n_tokens)
    together = label_codes(batch, y)
    for d, (a, b) in enumerate(pairwise(batch.document_bounds)):
        alone = label_codes(Batch.of([batch.documents[d]], batch.table), y[a:b])
        for name, (code, _) in alone.items():
            np.testing.assert_array_equal(code, together[name][0][a:b], err_msg=name)


def tagger(batch, second=None):
    """Takes "said" for a cue."""
    table = batch.table
    families = np.zeros((sum(table.sizes) + len(CLASSES), 7), dtype=np.float32)
    families[1, LABELS.index("B-cue")] = 5
    return Tagger(LABELS, (0,), families, {}, np.zeros((7, 7)), np.zeros(7), second)


def test_the_second_pass_finds_what_the_first_makes_likely(batch):
    codes = label_codes(batch, labelled(batch, cue="said"))["labels -2 to 2"]
    before = int(codes[0][1])  # of a token before a cue
    weights = np.zeros((codes[1], 7), dtype=np.float32)
    weights[before, LABELS.index("B-source")] = 3
    second = SecondPass({"labels -2 to 2": weights}, np.zeros((7, 7)), np.zeros(7))
    y, p = tagger(batch).decode(batch, place_codes(batch))
    assert LABELS[y[1]] == "O"
    y, p = tagger(batch, second).decode(batch, place_codes(batch))
    assert [LABELS[k] for k in y[:4]] == ["O", "B-source", "B-cue", "O"]
    assert p[1].argmax() == LABELS.index("B-source")
    np.testing.assert_allclose(p.sum(axis=1), 1, atol=1e-5)


def test_other_taggers_beside_it_stay_as_they_are(batch):
    codes = place_codes(batch)
    draw = np.random.default_rng(2)
    sizes = {name: size for name, (_, size) in label_codes(batch, np.zeros(batch.n_tokens, dtype=int)).items()}
    second = SecondPass({n: draw.normal(size=(k, 7)) for n, k in sizes.items()}, np.zeros((7, 7)), np.zeros(7))
    other = Tagger(LABELS[:3], (0,), draw.normal(size=(len(tagger(batch).families), 3)), {}, np.eye(3), np.zeros(3))
    both = Taggers({"attribution": tagger(batch, second), "hedge": other})
    labels, p = both.probabilities(batch, codes, best="attribution")
    np.testing.assert_allclose(p["hedge"], other.decode(batch, codes)[1], atol=1e-6)
    alone = tagger(batch, second).decode(batch, codes)
    np.testing.assert_array_equal(labels, alone[0])
    np.testing.assert_allclose(p["attribution"], alone[1], atol=1e-6)


def test_the_shipped_tagger_looks_twice(predictor):
    second = predictor.models.taggers["attribution"].second
    assert {n: len(w) for n, w in second.places.items()} == {
        "labels -2 to 2": 1792, "sources": 324, "cue before, content behind": 324, "content before, cue behind": 324,
        "counts": 256,
    }  # fmt: skip
