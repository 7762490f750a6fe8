"""Sheets of articles for readers, and what readers write as labels."""

import gzip
import json
from dataclasses import replace

import numpy as np
import pytest

from classifier.report import ATTRIBUTION_TYPES, FRAMES, SOURCE_TYPES
from classifier.vocabulary import TypeTable
from training import sheets
from training.corpora import readings
from training.corpora.annotations import DEFAULTS
from training.pipeline import load_corpora
from training.records import GENRES, SCALES, ArticleRecord, AttributionRecord, Corpus, CorpusError
from training.spans import attribution_labels
from training.texts import label_articles

TITLE = "Mayor weighs new bridge"
TEXT = (
    "The mayor, Ann Bell, told reporters the bridge “is dead by Friday” and would be costly. It would, he said, be a dire loss.\n\n"
    "Share this story"
)
ARTICLE = ArticleRecord("news", "n1", TEXT, TITLE, "herald.example", "2020-01-01", "bridges")
RATING = "R | sourcing=4 | transparency=6 | speculation=2 | loaded=2 | opinion=1 | valence=-1 | frames=political | genre=report | main=Ann"
WRITTEN = f"""@ n1
{RATING}
1 | a=m/person | s=The mayor, Ann Bell, | c=told reporters | x=the bridge “is ... by Friday” + would be costly | h=would | f=political,economic
2 | a=i/person | s=he | c=said | x=It would ... a dire loss | h=would | L1=dire | O | v=-1 | a=u | x=a dire loss
3 | b
"""


def words(record, spans):
    source = TITLE if record.index == 0 else TEXT
    return [source[a:b] for a, b in spans]


@pytest.fixture
def data(tmp_path):
    folder = tmp_path / "corpora" / "news"
    folder.mkdir(parents=True)
    with gzip.open(folder / "articles.jsonl.gz", "wt", encoding="utf-8") as file:
        for i, outlet in ((1, "herald.example"), (2, "herald.example"), (3, "post.example")):
            text = TEXT if i == 1 else " ".join(["Plain words stand here."] * 60)
            title = TITLE if i == 1 else f"Headline {i}"
            about = {"id": f"n{i}", "outlet": outlet, "date": "", "topic": "", "title": title, "text": text}
            file.write(json.dumps(about) + "\n")
    return folder.parent


def test_a_sheet_numbers_sentences_and_parts_paragraphs():
    lines = str(sheets.Sheet.of(ARTICLE)).splitlines()
    assert lines[:2] == ["@ n1", "0: Mayor weighs new bridge"]
    assert [x.split(":")[0] for x in lines[2:]] == ["1", "2", "", "3"]


def test_what_a_reader_wrote_comes_back_as_records(tmp_path):
    line, problems = sheets.take(ARTICLE, WRITTEN, "n1.txt", "R")
    assert not problems
    path = tmp_path / "readings.jsonl"
    readings.write([line], path)
    assert b"bridge" not in gzip.decompress(path.read_bytes())  # no word of the article
    (article,) = readings.load([ARTICLE], path).articles
    headline, first, second, last = article.sentences
    assert (article.corpus, article.outlet, len(article.ratings)) == ("readings", "herald.example", 1)
    assert (article.ratings[0].valence, article.ratings[0].genre, article.ratings[0].rater) == (-1, "report", "R")
    assert (headline.text, headline.start, headline.labels["attribution"]) == (TITLE, None, "none")
    assert first.labels["attribution"] == "mixed"
    assert first.labels["source_type"] == "person"
    assert first.labels["frames"] == ("political", "economic")
    assert [first.text[a:b] for a, b in first.cues["hedge"]] == ["would"]
    assert (second.labels["loaded"], second.labels["loaded_voice"], second.labels["opinion"]) == (1, "author", 1)
    assert last.labels["boilerplate"] == 1
    one, two, three = article.attributions
    assert words(one, one.source) == ["The mayor, Ann Bell,"]
    assert words(one, one.cue) == ["told reporters"]
    assert words(one, one.content) == ["the bridge “is dead by Friday”", "would be costly"]
    assert words(two, two.content) == ["It would, he said, be a dire loss"]
    assert two.index == 2
    assert (three.source_type, words(three, three.content)) == ("none", ["a dire loss"])


def test_a_headline_behind_white_space_keeps_its_offsets(tmp_path):
    article = ArticleRecord("news", "n1", TEXT, "  Mayor may weigh bridge")
    line, problems = sheets.take(article, f"{RATING}\n0 | h=may | a=u | c=may", "n1.txt", "")
    readings.write([line], tmp_path / "r.jsonl")
    (read,) = readings.load([article], tmp_path / "r.jsonl").articles
    assert not problems
    assert [read.sentences[0].text[a:b] for a, b in read.sentences[0].cues["hedge"]] == ["may"]
    assert [article.title[a:b] for a, b in read.attributions[0].cue] == ["may"]


@pytest.mark.parametrize(
    ("phrase", "found"),
    [
        ("would", "would"),
        ("would#2", "would"),
        ("would#3", None),
        ("may", "may"),
        ("WOULD", "would"),
        ("it ... would", "it would, it would"),
        ("would ... absent", None),
        ("absent", None),
    ],
)
def test_find(phrase, found):
    text = "Dismay: it would, it would; she may go."
    span = sheets.find(phrase, text)
    assert (span and text[slice(*span)]) == found
    if phrase == "would#2":
        assert span == (21, 26)
    if phrase == "may":
        assert span == (32, 35)  # not in "Dismay"


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("1 | a=x/person", "a=x/person"),
        ("1 | a=d", "a=d"),
        ("1 | a=u/person", "a=u/person"),
        ("1 | s=Bell", "before any a="),
        ("1 | h=perhaps", "do not stand in the sentence: 'perhaps'"),
        ("1 | h=", "no words"),
        ("1 | L3=dead", "unknown 'L3=dead'"),
        ("1 | f=sport", "frames 'sport'"),
        (f"1 | f={','.join(FRAMES[:3])}", "at most 2"),
        ("1 | v=2", "unknown 'v=2'"),
        ("1 | b | O", "boilerplate"),
        ("1-2 | O", "run of sentences"),
        ("9 | O", "no sentence 9"),
        ("1 | O\n1 | O", "stands twice"),
        ("bridge | O", "no number"),
        ("1 | h=would | h=costly", "'h' stands twice"),
        ("1 | L1=dead | L2q=costly", "'L' stands twice"),
        ("1 | a=d/person | s=Ann | s=Bell", "'s' stands twice"),
        ("@ n2", "another article"),
    ],
)
def test_each_mistake_is_named(line, problem):
    _, problems = sheets.take(ARTICLE, f"{RATING}\n{line}", "n1.txt", "")
    assert len(problems) >= 1
    assert any(problem in p and p.startswith("n1.txt, line") for p in problems), problems


@pytest.mark.parametrize(
    ("rating", "problem"),
    [
        ("", "no rating 'sourcing'"),
        ("R | sourcing=8", "sourcing=8"),
        ("R | genre=poem", "genre=poem"),
        ("R | mood=1", "mood=1"),
        ("R | sourcing=1\nR | sourcing=2", "twice"),
    ],
)
def test_ratings_are_checked(rating, problem):
    assert any(problem in p for p in sheets.take(ARTICLE, rating, "n1.txt", "")[1])


def test_ask_take_agree(data, tmp_path, capsys):
    out, labels, control = tmp_path / "sheets", tmp_path / "r.jsonl", tmp_path / "c.jsonl"
    files = ["--readings", str(labels), "--control", str(control)]
    assert sheets.main([*files, "ask", "--data", str(data), "--articles", "9", "--out", str(out)]) == 0
    asked = "".join(p.read_text() for p in out.iterdir())
    assert "@ n2" in asked
    assert "@ n3" in asked
    assert "@ n1" not in asked
    labelled = tmp_path / "labelled"
    labelled.mkdir()
    (labelled / "n1.txt").write_text(WRITTEN)
    (labelled / "n2.txt").write_text(f"{RATING}\n1 | h=absent")
    (labelled / "n9.txt").write_text(RATING)
    assert sheets.main([*files, "take", str(labelled), "--data", str(data), "--reader", "ann"]) == 1
    said = capsys.readouterr().err
    assert "'absent'" in said
    assert "no article 'n9'" in said
    assert [(x["id"], x["reader"]) for x in readings.lines(labels)] == [("n1", "ann")]
    (labelled / "n2.txt").write_text(RATING)
    (labelled / "n9.txt").unlink()
    assert sheets.main([*files, "take", str(labelled), "--data", str(data)]) == 0
    again = tmp_path / "again"
    assert sheets.main([*files, "ask", "--data", str(data), "--out", str(again)]) == 0
    assert "@ n2" not in (again / "001.txt").read_text()


def test_annotated_articles_are_mixed_in_once(data, tmp_path, monkeypatch, capsys):
    text = " ".join(["Other words stand here."] * 60)
    annotated = Corpus("annotations", tuple(ArticleRecord("annotations", i, text, outlet=i) for i in ("a1", "a2")))
    monkeypatch.setattr(sheets.corpora, "load", lambda name, **folders: annotated)
    files = ["--readings", str(tmp_path / "r"), "--control", str(tmp_path / "c")]
    readings.write([sheets.take(annotated.articles[0], RATING, "a1.txt", "")[0]], tmp_path / "c")
    asking = ["ask", "--data", str(data), "--annotations", "there", "--again", "5", "--out", str(tmp_path / "out")]
    assert sheets.main([*files, *asking]) == 0
    asked = (tmp_path / "out" / "001.txt").read_text()
    assert "@ a2" in asked
    assert "@ n2" in asked
    assert "@ a1" not in asked
    assert "3 articles" in capsys.readouterr().err
    assert sheets.main([*files, "agree", "--annotations", "there"]) == 0
    assert capsys.readouterr().out.startswith("no article was read twice")  # the one that was has no labelled sentence


def test_agreement_is_one_with_oneself_and_less_with_others():
    line, _ = sheets.take(ARTICLE, WRITTEN, "n1.txt", "")
    sentences = tuple(readings._article(line, ARTICLE, readings.READINGS).sentences)
    article = ArticleRecord(
        "annotations",
        "n1",
        TEXT,
        TITLE,
        sentences=sentences,
        ratings=readings._article(line, ARTICLE, readings.READINGS).ratings,
    )
    said = sheets.agreement([line], {"n1": article})
    assert said[0] == "1 articles, 4 sentences"
    assert "hedged: kappa 1.000, F1 1.000, share 0.667 and 0.667" in said
    line["sentences"][1][2].pop("hedged")
    assert any(x.startswith("hedged: kappa 0.4") for x in sheets.agreement([line], {"n1": article}))
    assert sheets.agreement([], {}) == ["no article was read twice"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda line: line | {"sentences": [[0, 5, {"loaded": 3}]]}, "loaded is 3"),
        (lambda line: line | {"sentences": [[0, 5, {"hedge_cues": [[3, 9]]}]]}, "outside its sentence"),
        (lambda line: line | {"sentences": [[0, 5, {"frames": ["sport"]}]]}, "no frame 'sport'"),
        (lambda line: line | {"rating": line["rating"] | {"sourcing": 9}}, "sourcing is 9"),
        (
            lambda line: line | {"sentences": [[0, 5, {"attributions": [{"source_type": "none", "cue": [[3, 9]]}]}]]},
            "outside",
        ),
        (lambda line: line | {"sentences": [[0, 5, {"attributions": [{"source_type": "friend"}]}]]}, "is 'friend'"),
        (lambda line: line | {"rating": {}}, "damaged"),
        (lambda line: {"id": "n1"}, "line 1: not an article read"),
    ],
)
def test_damaged_labels_are_named(tmp_path, change, message):
    line, _ = sheets.take(ARTICLE, WRITTEN, "n1.txt", "")
    path = tmp_path / "r.jsonl"
    path.write_bytes(gzip.compress(json.dumps(change(line)).encode()))
    with pytest.raises(CorpusError, match=message):
        readings.load([ARTICLE], path)


@pytest.mark.parametrize("content", [b"", b"no gzip", gzip.compress(b"x" * 99)[:20], gzip.compress(b"\xff")])
def test_damaged_files_are_named(tmp_path, content):
    (tmp_path / "r.jsonl.gz").write_bytes(content)
    if content:
        with pytest.raises(CorpusError, match=r"r\.jsonl\.gz"):
            list(readings.lines(tmp_path / "r.jsonl.gz"))
    else:
        assert list(readings.lines(tmp_path / "r.jsonl.gz")) == []


def test_an_article_with_another_text_is_left_out_and_counted(tmp_path):
    line, _ = sheets.take(ARTICLE, WRITTEN, "n1.txt", "")
    readings.write([line], tmp_path / "r.jsonl.gz")
    said = []
    other = replace(ARTICLE, text=TEXT + " More.")
    assert readings.load([other], tmp_path / "r.jsonl.gz", said.append).articles == ()
    assert said == ["1 articles read for the project have another text here: their labels are left out"]


def test_an_article_twice_is_an_error_and_one_that_is_not_there_is_left_out(tmp_path):
    line, _ = sheets.take(ARTICLE, WRITTEN, "n1.txt", "")
    path = tmp_path / "r.jsonl"
    readings.write([line], path)
    assert readings.load([], path).articles == ()
    assert readings.load([ARTICLE], tmp_path / "none.jsonl").articles == ()
    path.write_bytes(gzip.compress(2 * (json.dumps(line) + "\n").encode()))
    with pytest.raises(CorpusError, match="stands twice"):
        readings.load([ARTICLE], path)


def test_the_readings_teach_where_the_news_is_there(data, tmp_path, monkeypatch):
    line, _ = sheets.take(ARTICLE, WRITTEN, "n1.txt", "")
    path = tmp_path / "r.jsonl"
    readings.write([line], path)
    monkeypatch.setattr(readings.load, "__defaults__", (path, print))
    found = load_corpora(data, None, lambda x: None)
    assert [a.id for a in found["readings"].articles] == ["n1"]
    assert "readings" not in load_corpora(None, None, lambda x: None)


@pytest.mark.parametrize(
    ("corpora", "drifting"), [(("annotations", "readings"), [False, True]), (("own", "readings"), 2 * [False])]
)
def test_readings_choose_no_thresholds_where_there_are_annotations(corpora, drifting):
    table = TypeTable({"word": ("mayor",)}, limit=10**6)
    articles = label_articles([ArticleRecord(c, c, "The mayor spoke.") for c in corpora], table)
    assert articles.drifting.tolist() == drifting


def test_shipped_readings_hold_no_words():
    """Labels are offsets; of strings there are only ids, checksums, readers and names of the codebook."""
    allowed = {
        *FRAMES,
        *ATTRIBUTION_TYPES,
        *SOURCE_TYPES,
        *GENRES,
        *SCALES,
        *DEFAULTS,
        "author",
        "quoted",
    }
    allowed |= {"hedge_cues", "loaded_cues", "attributions", "source", "cue", "content", "genre"}

    def strings(value):
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            yield from (s for pair in value.items() for part in pair for s in strings(part))
        elif isinstance(value, list):
            yield from (s for v in value for s in strings(v))

    for path in (readings.READINGS, readings.CONTROL):
        found = list(readings.lines(path))
        assert len(found) > 20
        for line in found:
            assert line.keys() - {"again"} == {"id", "text", "reader", "headline", "rating", "sentences"}
            assert line.get("again", {}).keys() <= {*SCALES, "genre", "reader"}
            assert len(line["text"]) == 12
            assert len(line["reader"]) <= 12
            again = {k: v for k, v in line.get("again", {}).items() if k != "reader"}
            assert not set(strings([line["sentences"], line["rating"], again])) - allowed


def test_a_few_readings_teach_the_tagger_of_attributions_and_of_these_the_paragraphs_that_have_one(monkeypatch):
    from training import pipeline

    text = "It rained.\n\nThe mayor spoke, he said."
    said = AttributionRecord((), ((len(text) - 5, len(text) - 1),), (), index=2)
    articles = [
        ArticleRecord(c, str(i), text, attributions=(said,))
        for i, c in enumerate(("annotations", "readings", "readings"))
    ]
    labelled = label_articles(articles, TypeTable({"word": ("mayor",)}, limit=10**6))
    y = np.concatenate([attribution_labels(d, r) for d, r in zip(labelled.batch.documents, articles, strict=True)])
    monkeypatch.setattr(pipeline, "READINGS_TAGGED", 1)
    whole = y.copy()
    pipeline._spare(y, labelled.batch, np.array([r.corpus == "readings" for r in articles]))
    first, second, third = (
        y[a:b].tolist()
        for a, b in zip(labelled.batch.document_bounds[:-1], labelled.batch.document_bounds[1:], strict=True)
    )
    assert first == whole[: len(first)].tolist()
    assert second == [-1, -1, -1, *first[3:]]
    assert set(third) == {-1}
