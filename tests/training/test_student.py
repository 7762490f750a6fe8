"""What a fine-tuned encoder taught, as a file: parts, damage."""

from dataclasses import replace

import numpy as np
import pytest

from classifier.features import TermIndex
from classifier.phrases import WIDTH, PhraseModel, type_features
from training import student as students
from training import words
from training.student import Student
from training.teacher import outputs

WORDS = ("ferry", "pier", "said", "tide")


OUTPUTS = ("hedged", "opinion")


@pytest.fixture
def student():
    draw = np.random.default_rng(3)
    terms = TermIndex(np.array([1, 2, 4]), np.array([1 * 5 + 2, 3 * 5 + 4]), np.linspace(1, 3, 5, dtype=np.float32), 4)

    def model():
        shapes = (type_features(4), 3), (WIDTH * 4 + 1, 6), (7, 2)
        return PhraseModel(OUTPUTS, *(draw.normal(size=s).astype(np.float16).astype(np.float32) for s in shapes))

    return Student(terms, tuple(model() for _ in range(4)), {"The Quay": 0, "Harbour Post": 2}, {"seed": 0})


def test_a_model_is_of_one_teacher_or_of_the_mean_of_all(student):
    assert student.model(1) is student.models[1]
    assert student.model(None) is student.models[3]


def test_outlets_that_no_teacher_has_seen_take_turns(student):
    placed = student.placing(["Z Post", "The Quay", "A Post", "Z Post", "M Post"])
    assert placed.unseen == {"The Quay": 0, "Harbour Post": 2, "A Post": 0, "M Post": 1, "Z Post": 2}
    assert student.unseen == {"The Quay": 0, "Harbour Post": 2}


def test_a_student_is_read_as_it_was_written(student, tmp_path):
    students.save(student, WORDS, tmp_path / "student.npz")
    again = students.load(WORDS, tmp_path / "student.npz")
    assert (again.unseen, again.provenance) == (student.unseen, student.provenance)
    for name in ("words", "pairs", "idf", "column"):
        np.testing.assert_array_equal(getattr(again.terms, name), getattr(student.terms, name))
    assert again.terms.base == student.terms.base
    for mine, read in zip(student.models, again.models, strict=True):
        assert read.outputs == OUTPUTS
        for part in ("projection", "filters", "weights"):
            np.testing.assert_array_equal(getattr(read, part), getattr(mine, part))
            assert getattr(read, part).dtype == np.float32


def test_the_same_student_gives_the_same_bytes(student, tmp_path):
    turned = replace(student, unseen=dict(reversed(student.unseen.items())))
    students.save(student, WORDS, tmp_path / "a.npz")
    students.save(turned, WORDS, tmp_path / "b.npz")
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


def test_no_file_is_no_student(tmp_path):
    assert students.load(WORDS, tmp_path / "nowhere.npz") is None


@pytest.mark.parametrize("other", [("pier", "ferry", "said", "tide"), (*WORDS, "anchor"), WORDS[:2]])
def test_another_word_table_is_refused(student, other, tmp_path):
    path = tmp_path / "student.npz"
    students.save(student, WORDS, path)
    with pytest.raises(ValueError, match=r"student\.npz.*another word table.*training\.teacher"):
        students.load(other, path)


@pytest.mark.parametrize("kind", ["text", "other arrays", "cut off", "filters", "weights", "unseen"])
def test_a_damaged_file_is_refused(kind, student, tmp_path):
    path = tmp_path / "student.npz"
    if kind == "text":
        path.write_text("hedged 0.1 0.2")
    elif kind == "other arrays":
        np.savez(path, values=student.models[0].filters)
    else:
        shorter = {
            p: tuple(replace(m, **{p: getattr(m, p)[:-1]}) for m in student.models) for p in ("filters", "weights")
        }
        damaged = {
            **{part: replace(student, models=models) for part, models in shorter.items()},
            "unseen": replace(student, unseen={"The Quay": 3}),
        }
        students.save(damaged.get(kind, student), WORDS, path)
        if kind == "cut off":
            path.write_bytes(path.read_bytes()[:-60])
    with pytest.raises(ValueError, match=r"student\.npz.*training\.teacher"):
        students.load(WORDS, path)


def test_the_shipped_student_fits_the_word_table():
    known = words.load()
    student = students.load(known.words)
    assert student is not None
    assert len(student.models) == 4
    for model in student.models:
        assert model.outputs == outputs()
        assert len(model.projection) == type_features(known.vectors.shape[1])
    assert set(student.unseen.values()) == {0, 1, 2}
    assert not known.names[student.terms.words].any(), "names of people and parties are no terms"
