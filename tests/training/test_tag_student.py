"""What an encoder taught the taggers, as a file, and as the weights that fitting starts from."""

from dataclasses import replace

import numpy as np
import pytest

from classifier.second_pass import SecondPass
from classifier.tagger import Tagger
from classifier.vocabulary import CLASSES, FAMILIES, SHAPE_ID, TypeTable
from training import tag_student as students
from training import words
from training.tag_student import TagStudent

WORDS = ("ferry", "pier", "said", "tide")
KNOWN = {"word": WORDS, "suffix2": ("id", "ry"), "suffix3": ("aid",), "prefix3": (), "cased": ("rehn",)}
LABELS = ("O", "B-cue", "I-cue")
CLUSTERS = np.array([[0], [1], [1], [2], [2]])


@pytest.fixture
def student():
    draw = np.random.default_rng(3)
    rows = sum(len(KNOWN[f]) + 1 for f in FAMILIES) + 3 + len(SHAPE_ID) + len(CLASSES)

    def tagger(looks_again=False):
        def weights(*shape):
            return draw.integers(-100, 100, size=shape).astype(np.float32) * np.float32(students.STEP)

        places = {"quote": weights(32, 3), "place": weights(36, 3)}
        second = SecondPass({"counts": weights(256, 3)}, weights(3, 3), weights(3)) if looks_again else None
        return Tagger(LABELS, (-1, 0), weights(rows, 6), places, weights(3, 3), weights(3), second)

    taggers = tuple({"hedge": tagger(looks_again=True), "loaded": tagger()} for _ in range(2))
    return TagStudent(KNOWN, taggers, {"The Quay": 0, "Harbour Post": 1, "Tide": 2}, ((0,), (1, 2)), {"seed": 0})


def table(**families):
    return TypeTable({**KNOWN, **families}, CLUSTERS)


def equal(a, b):
    assert (a.labels, a.offsets, list(a.places)) == (b.labels, b.offsets, list(b.places))
    for part in ("families", "transitions", "start"):
        np.testing.assert_allclose(getattr(a, part), getattr(b, part), atol=1e-6)
    for name in a.places:
        np.testing.assert_allclose(a.places[name], b.places[name], atol=1e-6)
    assert (a.second is None) == (b.second is None)
    if a.second is not None:
        assert list(a.second.places) == list(b.second.places)
        np.testing.assert_allclose(a.second.places["counts"], b.second.places["counts"], atol=1e-6)
        np.testing.assert_allclose(a.second.transitions, b.second.transitions, atol=1e-6)
        np.testing.assert_allclose(a.second.start, b.second.start, atol=1e-6)


def test_a_student_is_read_as_it_was_written(student, tmp_path):
    students.save(student, tmp_path / "tags.npz")
    again = students.load(WORDS, tmp_path / "tags.npz")
    assert replace(again, taggers=()) == replace(student, taggers=())
    for mine, read in zip(student.taggers, again.taggers, strict=True):
        for name in ("hedge", "loaded"):
            equal(read[name], mine[name])


def test_the_same_student_gives_the_same_bytes(student, tmp_path):
    turned = replace(student, folds=dict(reversed(student.folds.items())))
    students.save(student, tmp_path / "a.npz")
    students.save(turned, tmp_path / "b.npz")
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


def test_no_file_is_no_student(tmp_path):
    assert students.load(WORDS, tmp_path / "nowhere.npz") is None


@pytest.mark.parametrize("other", [("pier", "ferry", "said", "tide"), (*WORDS, "anchor"), WORDS[:2]])
def test_another_word_table_is_refused(student, other, tmp_path):
    path = tmp_path / "tags.npz"
    students.save(student, path)
    with pytest.raises(ValueError, match=r"tags\.npz.*another word table.*training\.tag_teacher"):
        students.load(other, path)


@pytest.mark.parametrize("kind", ["text", "other arrays", "cut off", "families", "places", "left out"])
def test_a_damaged_file_is_refused(kind, student, tmp_path):
    path = tmp_path / "tags.npz"
    one = student.taggers[0]["hedge"]
    few = Tagger(LABELS, (-1, 0), one.families[:10], one.places, one.transitions, one.start)
    narrow = Tagger(LABELS, (-1, 0), one.families, {"quote": one.places["quote"][:, :2]}, one.transitions, one.start)
    damaged = {
        "families": replace(student, taggers=({"hedge": few},) * 2),
        "places": replace(student, taggers=({"hedge": narrow},) * 2),
        "left out": replace(student, left_out=((0,),)),
    }
    if kind == "text":
        path.write_text("said 0.1 0.2")
    elif kind == "other arrays":
        np.savez(path, values=one.families)
    else:
        students.save(damaged.get(kind, student), path)
        if kind == "cut off":
            path.write_bytes(path.read_bytes()[:-60])
    with pytest.raises(ValueError, match=r"tags\.npz.*training\.tag_teacher"):
        students.load(WORDS, path)


def test_who_has_not_seen_an_outlet_is_asked(student):
    assert student.unseen(["The Quay"]) == [0]
    assert student.unseen(["Tide", "Harbour Post", "a paper that no teacher knows"]) == [1]
    assert student.unseen(["The Quay", "Tide"]) == []
    assert student.unseen(["a paper that no teacher knows"]) == [0, 1]


def test_a_start_is_the_mean_of_the_students(student):
    first, second = (taggers["hedge"] for taggers in student.taggers)
    equal(student.start("hedge", [1], table()), second)
    both = student.start("hedge", [0, 1], table())
    np.testing.assert_allclose(both.families, (first.families + second.families) / 2, atol=1e-6)
    np.testing.assert_allclose(both.places["place"], (first.places["place"] + second.places["place"]) / 2, atol=1e-6)
    looks = [t.second.places["counts"] for t in (first, second)]
    np.testing.assert_allclose(both.second.places["counts"], (looks[0] + looks[1]) / 2, atol=1e-6)
    assert student.start("loaded", [0, 1], table()).second is None
    assert student.start("hedge", [], table()) is None


def test_a_start_is_for_the_types_of_the_table(student):
    mine = student.taggers[0]["hedge"]
    other = table(suffix2=("id", "to"), cased=("bell", "rehn"))
    start = student.start("hedge", [0], other)
    assert len(start.families) == sum(other.sizes) + len(CLASSES)
    of_mine, of_other = (
        dict(zip(FAMILIES, np.cumsum([0, *(len(v[f]) + 1 for f in FAMILIES)]), strict=False))
        for v in (KNOWN, other.vocabularies)
    )
    for family, value, known in (
        ("suffix2", "id", 1),
        ("suffix2", "to", 0),
        ("cased", "bell", 0),
        ("cased", "rehn", 1),
    ):
        row = of_other[family] + other.index[FAMILIES.index(family)][value]
        np.testing.assert_array_equal(start.families[row], mine.families[of_mine[family] + known])
    np.testing.assert_array_equal(start.families[-len(CLASSES) :], mine.families[-len(CLASSES) :])


def test_a_table_of_other_clusters_is_refused(student):
    with pytest.raises(ValueError, match="clusters"):
        student.start("hedge", [0], TypeTable(KNOWN, np.array([[0], [1], [1], [2], [3]])))


def test_the_shipped_student_fits_the_word_table():
    known = words.load()
    student = students.load(known.words)
    assert student is not None
    assert [set(taggers) for taggers in student.taggers] == [{"attribution", "hedge", "loaded"}] * 3
    assert all(taggers["attribution"].second is not None for taggers in student.taggers)
    assert set(student.folds.values()) == {fold for left_out in student.left_out for fold in left_out}
