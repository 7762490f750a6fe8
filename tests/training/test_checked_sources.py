"""The list of sources made by hand, and how ledgers are measured against it."""

import json

import pytest

from classifier.report import Source
from training import checked_sources, evaluate_sources
from training.checked_sources import CheckedSource, Found, check, figures
from training.records import CorpusError


def listed(name, *places, type="person", **more):
    return CheckedSource(name, type, frozenset(places), len(places), **more)


def found(name, *places, type="person", title="", via="", reason=""):
    return Found(Source(name, title, type, via, reason, 1, len(places), 9, 0), frozenset(places))


def test_names_match_in_full_and_descriptions_where_they_speak():
    one = check(
        "a",
        [listed("Ann Bell", 1), listed("ministry spokeswoman", 2, type="official"), listed("Rita Moss", 3)],
        [found("Sen. Ann Bell", 1), found("spokeswoman", 2, type="official"), found("Moss", 3)],
    )
    assert {g: full for g, (_, full) in one.pairs.items()} == {0: True, 1: True, 2: False}
    out = figures([one])
    assert (out["precision"], out["F1 short names"]) == (pytest.approx(2 / 3), 1.0)


def test_a_description_elsewhere_is_another_source():
    one = check("a", [listed("ministry spokeswoman", 2, type="official")], [found("spokeswoman", 5, type="official")])
    assert (one.missed, one.wrong, one.split) == ([0], [0], ())


def test_one_source_under_two_entries_is_split_and_two_under_one_are_merged():
    split = check("a", [listed("Ann Bell", 1, 2)], [found("Ann Bell", 1), found("the mayor", 2)])
    assert split.split == ((0, 1),)
    merged = check("a", [listed("Ann Bell", 1), listed("Rita Moss", 2)], [found("Ann Bell", 1, 2)])
    assert merged.merged == ((1, 0),)
    assert figures([split, merged])["split"] == figures([split, merged])["merged"] == 1


def test_two_people_of_one_surname_are_two():
    one = check("a", [listed("John Castell", 1), listed("Mary Castell", 2)], [found("John Castell", 1, 2)])
    assert one.missed == [1]
    assert figures([one])["recall"] == 0.5


def test_an_optional_source_counts_neither_way():
    sources = [listed("Ann Bell", 1), listed("Rita Moss", 2, optional=True)]
    with_it = figures([check("a", sources, [found("Ann Bell", 1), found("Rita Moss", 2)])])
    without = figures([check("a", sources, [found("Ann Bell", 1)])])
    for name in ("listed", "found", "precision", "recall", "F1", "place precision"):
        assert with_it[name] == without[name] == 1.0


def test_types_titles_and_ways_are_compared_for_what_was_found():
    sources = [
        listed("Ann Bell", 1, title="mayor of Brenn", via="Brenn Post", types_too=("media",)),
        listed("Rita Moss", 2, title="harbour master"),
    ]
    out = figures(
        [
            check(
                "a", sources, [found("Ann Bell", 1, type="media", title="the mayor"), found("Rita Moss", 2, type="org")]
            )
        ]
    )
    assert (out["type accuracy"], out["title recall"], out["via recall"]) == (0.5, 0.5, 0.0)


def test_an_empty_ledger_finds_nothing():
    out = figures([check("a", [listed("Ann Bell", 1)], [])])
    assert (out["precision"], out["recall"], out["F1"]) == (0.0, 0.0, 0.0)


def test_the_list_agrees_with_the_own_articles(own_corpus):
    articles = {a.id: a for a in own_corpus.articles}
    lists = checked_sources.load()
    own = [name for name in lists if not name.endswith(".txt")]
    assert len(own) == 20
    assert len(lists) == 25
    for name in own:
        sentences = [s.text for s in articles[name].sentences]
        for source in lists[name]:
            assert max(source.places) < len(sentences)
            assert source.sentences <= len(source.places)
            if source.type == "person":
                words = {w for w in source.name.split() if w[0].isupper()}
                assert all(any(w in s for s in sentences) for w in words), source.name


def test_an_entry_with_a_mistake_is_named(tmp_path):
    for entry, message in [
        ({"name": "Ann Bell", "type": "mayor", "places": [1], "sentences": 1}, "a, Ann Bell: 'mayor'"),
        ({"name": "Ann Bell", "type": "person", "places": [], "sentences": 0}, "a, Ann Bell: no places"),
        ({"name": "Ann Bell", "type": "person", "places": [1], "sentences": 1, "age": 4}, "a, Ann Bell: .*age"),
    ]:
        path = tmp_path / "list.json"
        path.write_text(json.dumps({"a": [entry]}))
        with pytest.raises(CorpusError, match=message):
            checked_sources.load(path)


@pytest.fixture(scope="module")
def own_checked(predictor, own_corpus):
    return list(checked_sources.check_own(predictor, own_corpus.articles))


def test_the_ledgers_of_own_articles_hold_the_listed_sources(own_checked):
    out = figures(own_checked)
    assert len(own_checked) == 20
    assert out["listed"] > 180
    assert out["F1"] > 0.85
    assert out["title recall"] > 0.75
    assert out["type accuracy"] > 0.85
    assert out["merged"] <= 6


def test_the_ledgers_of_scraped_texts_hold_most_of_the_listed_sources(predictor, seed_texts, tmp_path):
    for name, text in seed_texts.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    checked = list(checked_sources.check_texts(predictor, tmp_path))
    assert len(checked) == 5
    out = figures(checked)
    assert out["recall"] > 0.7
    assert out["merged"] <= 3


def test_the_command_prints_figures_and_writes_json(capsys, tmp_path):
    out = tmp_path / "out.json"
    assert evaluate_sources.main(["--checked", "--json", str(out)]) == 0
    printed = capsys.readouterr().out
    assert "title recall" in printed
    assert "own-01-velmar-election" in printed
    written = json.loads(out.read_text())
    (title,) = written
    assert "saw them in training" in title
    assert len(written[title]["articles"]) == 20
    assert 0 < written[title]["total"]["F1"] <= 1
