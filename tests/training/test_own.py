"""The embedded articles keep the codebook: labels, offsets, cue words, and enough of everything."""

from collections import Counter

import pytest

from training.corpora import own
from training.records import FRAMES, SOURCE_TYPES, CorpusError


@pytest.fixture(scope="module")
def corpus():
    return own.load()


def test_every_article_is_valid_and_offsets_are_true(corpus):
    for article in corpus.articles:
        for sentence in article.sentences:
            if sentence.start is not None:
                assert article.text[sentence.start : sentence.end] == sentence.text


def test_there_is_enough_of_everything(corpus):
    sentences = corpus.all_sentences()
    assert len(corpus.articles) >= 30
    assert len(sentences) >= 600
    labels = [s.labels for s in sentences]
    assert set(SOURCE_TYPES) <= {x.get("source_type") for x in labels}
    frames = Counter(f for x in labels for f in x.get("frames", ()))
    assert all(frames[f] >= 5 for f in FRAMES), frames
    for field in ("boilerplate", "hedged", "loaded", "opinion"):
        assert sum(bool(x.get(field)) for x in labels) >= 40, field


def test_attributed_sentences_have_their_spans(corpus):
    for article in corpus.articles:
        marked = {a.index for a in article.attributions}
        for sentence in article.sentences:
            if sentence.labels.get("attribution") in ("direct", "indirect", "mixed"):
                assert sentence.index in marked, sentence.id


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"attribution": "spoken"}, "attribution is 'spoken'"),
        ({"hedged": 1, "hedge_cues": ["might"]}, "'might' do not stand"),
        ({"hedged": 1}, "hedge_cues and hedged"),
        ({"loaded": 1, "loaded_cues": ["a"], "loaded_voice": "author"}, "more than once"),
        ({"frames": ["sport"]}, "frames is 'sport'"),
        ({"mood": 1}, "unknown field 'mood'"),
    ],
)
def test_a_wrong_label_is_named(tmp_path, change, message):
    import json

    article = {
        "id": "x", "outlet": "o", "date": "", "topic": "", "style": "agency",
        "sentences": [{"text": "Headline"}, {"text": "A cat sat on a mat.", **change}],
        "rating": {"sourcing": 1, "transparency": 1, "speculation": 1, "loaded": 1, "opinion": 1, "valence": 0,
                   "genre": "report"},
    }  # fmt: skip
    (tmp_path / "x.json").write_text(json.dumps(article))
    with pytest.raises(CorpusError, match=message):
        own.load(tmp_path)
