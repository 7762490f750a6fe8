"""Ratings and hedges by readers who look at nothing else: forms, problems, and how they come to teach."""

import gzip
import json
from dataclasses import replace

import pytest

from training import reread, sheets
from training.corpora import readings
from training.records import ArticleRecord, RatingRecord, SentenceRecord

TITLE = "Mayor weighs new bridge"
TEXT = "The bridge would sink,  she said. It might\nnot. She would not say.\n\nShare this story"
ARTICLE = ArticleRecord("news", "n1", TEXT, TITLE, "herald.example", "2020-01-01", "bridges")
VALUES = {
    "sourcing": 4,
    "transparency": 6,
    "speculation": 2,
    "loaded": 2,
    "opinion": 1,
    "valence": -1,
    "genre": "report",
}
RATING = "R | sourcing=4 | transparency=6 | speculation=2 | loaded=2 | opinion=1 | valence=-1 | genre=report"


@pytest.fixture
def line():
    found, problems = sheets.take(ARTICLE, f"{RATING}\n1 | h=said | L1=sink\n3 | O\n4 | b", "n1.txt", "R")
    assert not problems
    return found


def cues(line):
    return {
        index: [TEXT[start:end][a:b] for a, b in labels.get("hedge_cues", ())]
        for index, (start, end, labels) in enumerate(line["sentences"])
        if labels.get("hedged")
    }


def test_hedges_are_marked_anew_and_all_else_stays(line):
    assert cues(line) == {1: ["said"]}
    written = "n1 1 | would\nn1 2 | might not; Might\nn1 done\nn2 1 | may\n"
    found, problems = reread.read_hedges(written, "hedges.txt")
    assert list(found) == ["n1"]  # n2 is not done
    new, more = reread.hedge(line, ARTICLE, found["n1"])
    assert cues(new) == {1: ["would"], 2: ["might\nnot"]}
    assert [*problems, *more] == ["n1: no 'Might' in sentence 2"]
    for (_, _, before), (_, _, after) in zip(line["sentences"], new["sentences"], strict=True):
        rest = ("hedged", "hedge_cues")
        assert {k: v for k, v in before.items() if k not in rest} == {k: v for k, v in after.items() if k not in rest}


def test_sentences_that_are_not_there_are_problems(line):
    _, problems = reread.hedge(line, ARTICLE, {9: ["may"]})
    assert problems == ["n1: there is no sentence 9"]
    new, _ = reread.hedge(line, ARTICLE, {4: ["Share"]})
    assert not cues(new)  # boilerplate is none


@pytest.mark.parametrize(
    ("text", "cue", "span"),
    [
        ("Different if dry.", "if", (10, 12)),
        ("Different.", "if", (1, 3)),
        ("It could   have been.", "could have", (3, 15)),
        ("Nothing.", "may", None),
    ],
)
def test_a_cue_is_found_as_a_word_first(text, cue, span):
    assert reread.find(text, cue) == span


@pytest.mark.parametrize("line", ["n1 1 |", "n1 1 | ;", "n1 1 | would\nn1 1 | might", "n1, 1: would"])
def test_a_mark_that_says_nothing_is_a_problem(line):
    _, problems = reread.read_hedges(line + "\nn1 done\n", "hedges.txt")
    assert len(problems) == 1


def test_a_cue_that_stands_twice_is_found_twice():
    first = reread.find("if and if", "if")
    assert reread.find("if and if", "if", [first]) == (7, 9)


def test_ratings_are_read_or_named():
    written = "n1 4.5 6 2 2 1 -1 report\n\nn1 4 6 2 2 1 -1 report\nn2 8 6 2 2 1 0 report\nn3 4 6 2 2 1 0 song\nn4 4 6\n"
    found, problems = reread.read_ratings(written, "ratings.txt")
    assert found == {"n1": {**VALUES, "sourcing": 4.5}}
    assert [p.split(":")[0] for p in problems] == [f"ratings.txt, line {n}" for n in (3, 4, 5, 6)]
    assert "n1 is rated twice" in problems[0]
    assert "sourcing 8 is not between 1 and 7" in problems[1]


def test_two_readers_of_an_article_are_two_ratings(line, tmp_path):
    found, _ = reread.read_ratings("n1 4.5 6 2 2 1 -1 analysis", "ratings.txt")
    path = tmp_path / "readings.jsonl.gz"
    readings.write([{**line, "again": {**found["n1"], "reader": "S"}}], path)
    (article,) = readings.load([ARTICLE], path).articles
    assert [(r.rater, r.sourcing, r.genre) for r in article.ratings] == [("R", 4, "report"), ("S", 4.5, "analysis")]


@pytest.mark.parametrize("again", [{"sourcing": 4, "genre": "report"}, None, [4]])
def test_a_second_rating_that_lacks_a_scale_is_damage(line, tmp_path, again):
    path = tmp_path / "readings.jsonl.gz"
    readings.write([{**line, "again": again}], path)
    with pytest.raises(readings.CorpusError, match="n1"):
        readings.load([ARTICLE], path)


def annotated():
    def sentence(index, start, end, hedged):
        return SentenceRecord(
            corpus="annotations",
            id=f"a:{index}",
            text=TEXT[start:end],
            article="a",
            outlet="",
            index=index,
            start=start,
            end=end,
            labels={"boilerplate": 0, "hedged": hedged},
            cues={"hedge": ()},
        )

    values = {"transparency": 6.0, "speculation": 2.0, "loaded": 2.0, "opinion": 1.0, "valence": -1.0}
    ratings = [
        RatingRecord(rater=r, sourcing=s, frames=(), genre="report", **values) for r, s in (("A", 4.0), ("B", 5.0))
    ]
    sentences = (sentence(1, 0, 33, 1), sentence(2, 34, 47, 1), sentence(3, 48, 66, 0))
    return replace(ARTICLE, corpus="annotations", id="a", sentences=sentences, ratings=tuple(ratings))


def test_agreement_counts_sentences_and_compares_means():
    article = annotated()
    others = [
        replace(article, id=f"a{i}", ratings=(replace(article.ratings[0], sourcing=float(i)),)) for i in (1, 2, 7)
    ]
    known = {a.id: a for a in (article, *others)}
    again = {k: getattr(article.ratings[0], k) for k in reread.RATED}
    control = [{"id": a.id, "again": {**again, "sourcing": n}} for n, a in enumerate(others)]
    control.append({"id": "a", "again": {**again, "sourcing": 2.5}, "hedged": [0, 48]})
    out = reread.agreement(control, known)
    assert out[0] == "4 articles rated"
    assert "rating sourcing: mean 3.62 and 1.38, Spearman 0.800" in out[1]
    assert out[-1] == "hedged: 1 articles, 3 sentences, F1 0.500 (precision 0.500, recall 0.500)"


def test_what_is_asked_and_taken_goes_into_the_readings(line, tmp_path, capsys):
    folder = tmp_path / "corpora" / "news"
    folder.mkdir(parents=True)
    about = {"id": "n1", "outlet": "herald.example", "date": "", "topic": "", "title": TITLE, "text": TEXT}
    with gzip.open(folder / "articles.jsonl.gz", "wt", encoding="utf-8") as file:
        file.write(json.dumps(about) + "\n")
    notes = tmp_path / "annotations"
    notes.mkdir()
    article = annotated()
    (notes / "articles.jsonl").write_text(json.dumps({**about, "id": "a"}) + "\n", encoding="utf-8")
    rows = [
        {
            "article": "a",
            "batch": "b",
            "index": s.index,
            "start": s.start,
            "end": s.end,
            "text": s.text,
            "hedged": s.labels["hedged"],
        }
        for s in article.sentences
    ]
    (notes / "sentences.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows), encoding="utf-8")
    (notes / "attributions.jsonl").write_text("", encoding="utf-8")
    values = {**VALUES, "frames": []}
    rated = "".join(json.dumps({"article": "a", "rater": r, **values}) + "\n" for r in "AB")
    (notes / "ratings.jsonl").write_text(rated, encoding="utf-8")
    path, control, out = tmp_path / "readings.jsonl.gz", tmp_path / "control.jsonl.gz", tmp_path / "out"
    readings.write([line], path)
    common = ["--readings", str(path), "--control-file", str(control)]
    where = ["--data", str(folder.parent), "--annotations", str(notes)]

    def run(*arguments):
        return reread.main([*common, *map(str, arguments)])

    assert run("ask", "hedges", *where, "--examples", 0, "--control", 1, "--out", out) == 0
    asked = (out / "000" / "articles.txt").read_text(encoding="utf-8")
    assert "=== n1" in asked
    assert "=== control000" in asked
    assert "1: The bridge would sink, she said." in asked
    assert "Share this story" not in asked.split("=== n1")[1].split("===")[0]
    (out / "000" / "hedges.txt").write_text(
        "n1 1 | would\nn1 done\ncontrol000 1 | would\ncontrol000 done\n", encoding="utf-8"
    )
    assert run("take", "hedges", out, *where) == 0
    (taken,) = readings.lines(path)
    assert cues(taken) == {1: ["would"]}
    # a cue that is not there: nothing of the article is taken; another text than the one that was read: neither
    (out / "000" / "hedges.txt").write_text("n1 1 | perhaps\nn1 done\n", encoding="utf-8")
    assert run("take", "hedges", out, *where) == 1
    readings.write([{**line, "text": "another"}], path)
    (out / "000" / "hedges.txt").write_text("n1 1 | would\nn1 done\n", encoding="utf-8")
    assert run("take", "hedges", out, *where) == 1
    assert "another text was read" in capsys.readouterr().err
    assert cues(next(readings.lines(path))) == {1: ["said"]}
    readings.write([line], path)
    (out / "000" / "ratings.txt").write_text("n1 3 3 3 3 3 0 report\nnobody 3 3 3 3 3 0 report\n", encoding="utf-8")
    assert run("take", "ratings", out, *where, "--reader", "S") == 1
    (taken,) = readings.lines(path)
    assert (taken["again"]["sourcing"], taken["again"]["reader"], taken["rating"]["sourcing"]) == (3, "S", 4)
    assert "no article 'nobody' was read" in capsys.readouterr().err
    assert run("agree", "--annotations", notes) == 0
    assert "hedged: 1 articles, 3 sentences" in capsys.readouterr().out
