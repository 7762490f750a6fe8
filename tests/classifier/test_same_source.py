"""Which ledger entries of several accounts are one source: what the names in them say."""

import pytest

from classifier.report import Source
from classifier.same_source import fullest, group, is_somebody_elses, person_name


def source(name, kind="person", via=""):
    return Source(name, "", kind, via, "", 1, 1, 5, 0)


def groups(*entries):
    return [[entries[i][1].name for i in members] for members in group(entries)]


def test_who_speaks_for_somebody_is_not_that_person():
    found = groups(
        (0, source("Ilan Brenko")),
        (1, source("spokesman for Brenko")),
        (2, source("lawyer of Ilan Brenko")),
        (3, source("Brenko")),
    )
    assert found == [["Ilan Brenko", "Brenko"], ["spokesman for Brenko"], ["lawyer of Ilan Brenko"]]


def test_the_spokesman_for_somebody_is_one_in_all_accounts():
    assert len(groups((0, source("a spokesman for Brenko")), (1, source("spokesman for Brenko")))) == 1


def test_words_behind_a_name_are_not_part_of_it():
    assert groups((0, source("Brenko angrily")), (1, source("Ilan Brenko"))) == [["Brenko angrily", "Ilan Brenko"]]
    assert fullest(["Brenko angrily", "Ilan Brenko", "Brenko"]) == "Ilan Brenko"


def test_a_person_whom_one_account_has_through_an_outlet_is_the_person():
    found = groups(
        (0, source("Dara Quill", "media")), (1, source("Dara Quill")), (1, source("Harbour Ledger", "media"))
    )
    assert found == [["Dara Quill", "Dara Quill"], ["Harbour Ledger"]]


def test_outlets_are_matched_with_and_without_the_article():
    assert len(groups((0, source("The Beacon", "media")), (1, source("Beacon", "media")))) == 1


@pytest.mark.parametrize(
    ("name", "theirs"),
    [
        ("spokeswoman for Ann Bell", True),
        ("head of Varnholt", True),
        ("a source close to Bell", True),
        ("Ann Bell", False),
        ("the ministry's spokesman Ann Bell", False),
        ("Bell of Ossel", False),
        ("Idris el-Tamanga", False),
    ],
)
def test_whose_the_name_is(name, theirs):
    assert is_somebody_elses(name) is theirs


def test_a_role_before_a_name_is_left_out_of_it():
    assert person_name("harbour spokesman Ann Bell") == ("ann", "bell")
