"""The table of what a fine-tuned encoder taught: parts, file, damage."""

from dataclasses import replace

import numpy as np
import pytest

from classifier.features import TermIndex
from training import student as students
from training import words
from training.sentences import MAIN_GROUPS
from training.student import Student

WORDS = ("ferry", "pier", "said", "tide")


@pytest.fixture
def student():
    draw = np.random.default_rng(3)
    terms = TermIndex(np.array([1, 2, 4]), np.array([1 * 5 + 2, 3 * 5 + 4]), np.linspace(1, 3, 5, dtype=np.float32), 4)
    return Student(
        terms,
        ("hedged", "opinion"),
        draw.normal(size=(3, 5, 2)).astype(np.float32),
        draw.normal(size=(3, 4, 2)).astype(np.float32),
        draw.normal(size=(3, 2)).astype(np.float32),
        {"The Quay": 0, "Harbour Post": 2},
        {"seed": 0},
    )


def test_a_part_is_one_teacher_or_the_mean_of_all(student):
    for given, whole in zip(student.part(1), (student.weights, student.vectors, student.intercepts), strict=True):
        np.testing.assert_array_equal(given, whole[1])
    for given, whole in zip(student.part(None), (student.weights, student.vectors, student.intercepts), strict=True):
        np.testing.assert_allclose(given, (whole[0] + whole[1] + whole[2]) / 3, rtol=1e-5)


def test_a_student_is_read_as_it_was_written(student, tmp_path):
    students.save(student, WORDS, tmp_path / "student.npz")
    again = students.load(WORDS, tmp_path / "student.npz")
    assert (again.outputs, again.unseen, again.provenance) == (student.outputs, student.unseen, student.provenance)
    for name in ("words", "pairs", "idf", "column"):
        np.testing.assert_array_equal(getattr(again.terms, name), getattr(student.terms, name))
    assert again.terms.base == student.terms.base
    np.testing.assert_array_equal(again.vectors, student.vectors)
    np.testing.assert_array_equal(again.intercepts, student.intercepts)
    assert again.weights.dtype == np.float32
    # half a step of the largest weight of each teacher and output, and not less: whole numbers are what is kept
    bound = np.abs(student.weights).max(axis=1, keepdims=True) / 254 * 1.001
    assert (np.abs(again.weights - student.weights) <= bound).all()


def test_small_weights_vanish_and_outputs_without_weights_stay_zero():
    weights = np.zeros((1, 3, 2), dtype=np.float32)
    weights[0, :, 0] = (10.0, 0.03, -10.0)
    whole, scales = students.quantize(weights)
    np.testing.assert_array_equal(whole[0], [[127, 0], [0, 0], [-127, 0]])
    np.testing.assert_allclose(scales[0], [10 / 127, 0], rtol=1e-6)


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


@pytest.mark.parametrize("kind", ["text", "other arrays", "cut off", "vectors", "terms", "unseen"])
def test_a_damaged_file_is_refused(kind, student, tmp_path):
    path = tmp_path / "student.npz"
    if kind == "text":
        path.write_text("hedged 0.1 0.2")
    elif kind == "other arrays":
        np.savez(path, values=student.vectors)
    else:
        damaged = {
            "vectors": replace(student, vectors=student.vectors[:2]),
            "terms": replace(student, weights=student.weights[:, :4]),
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
    assert student.outputs == tuple(o for members in MAIN_GROUPS.values() for o in members)
    assert student.vectors.shape[1] == known.vectors.shape[1]
    assert set(student.unseen.values()) == {0, 1, 2}
    assert not known.names[student.terms.words].any(), "names of people and parties are no terms"
