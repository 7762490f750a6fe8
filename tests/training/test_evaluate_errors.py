"""The kinds of error, on invented sentences."""

import json
from types import SimpleNamespace

import joblib
import numpy as np
import pytest

from classifier.analysis import SentenceAttribution
from classifier.article import Article
from classifier.document import read
from classifier.vocabulary import TypeTable
from training.evaluate_errors import Marked, count, errors_of, main, table
from training.records import ArticleRecord, AttributionRecord
from training.texts import label_articles

TEXT = (
    "The harbour will close in May, the mayor said. "
    "Ms. Brill warned that the dredger is late and that the barges leak. "
    "The union’s fear that wages fall is old. "
    "“We never got the letter.” "
    "Fishermen allegedly sank the buoy. "
    "Photo: the old pier."
)
DOCUMENT = read(Article(TEXT, "Port to shut, council hears"))
SENTENCES = {"headline": 0, "mayor": 1, "brill": 2, "union": 3, "quotation": 4, "hearsay": 5, "caption": 6}


def tokens(words):
    """Tokens of a passage of the title or the text."""
    if not words:
        return frozenset()
    title = words in DOCUMENT.article.title
    start = (DOCUMENT.article.title if title else TEXT).index(words)
    here = range(DOCUMENT.n_title) if title else range(DOCUMENT.n_title, len(DOCUMENT.words))
    return frozenset(t for t in here if DOCUMENT.starts[t] < start + len(words) and DOCUMENT.ends[t] > start)


def marked(content, cue="", source="", **more):
    return Marked(_sentence(content), tokens(content), tokens(cue), tokens(source), **more)


def _sentence(content):
    return int(np.searchsorted(DOCUMENT.sentence_starts, min(tokens(content)), side="right")) - 1


def kinds(gold, found, **more):
    return [(e.what, e.kind) for e in errors_of(DOCUMENT, gold, found, **more)]


MAYOR = marked("The harbour will close in May", "said", "the mayor", type="official", name="mayor")
BRILL = marked(
    "that the dredger is late and that the barges leak", "warned", "Ms. Brill", type="person", name="Ann Brill"
)


def test_what_is_found_right_is_no_error():
    assert kinds([MAYOR, BRILL], [BRILL, MAYOR]) == []


def test_an_error_says_where_it_stands():
    (error,) = errors_of(DOCUMENT, [BRILL], [], article="a")
    assert (error.article, error.sentence) == ("a", SENTENCES["brill"])


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ("that the dredger", "boundary: content too short"),
        ("in May, the mayor said. Ms. Brill warned that the dredger is late", "boundary: content too long"),
    ],
)
def test_half_the_words_are_not_shared(content, kind):
    gold = BRILL if "short" in kind else marked("that the dredger is late")
    assert kinds([gold], [marked(content)]) == [("missed", kind), ("extra", kind)]


def test_a_content_found_as_two():
    found = [marked("that the dredger is"), marked("that the barges leak")]
    split = "boundary: split in two"
    assert kinds([BRILL], found) == [("missed", split), ("extra", split), ("extra", split)]


def test_a_content_found_with_a_part_of_it_once_more():
    assert kinds([BRILL], [BRILL, marked("that the barges leak")]) == [("extra", "boundary: split in two")]


def test_two_contents_found_as_one():
    gold = [marked("that the dredger is late"), marked("and that the barges leak")]
    assert kinds(gold, [marked("that the dredger is late and that the barges leak")]) == [
        ("missed", "boundary: two joined")
    ]


def test_of_nested_attributions_one_is_found():
    inner = marked("that the barges leak")
    assert kinds([BRILL, inner], [BRILL]) == [("missed", "nested: inner one not told from the outer")]
    assert kinds([BRILL, inner], [inner]) == [("missed", "nested: outer one not told from the inner")]


@pytest.mark.parametrize(
    ("gold", "kind"),
    [
        (MAYOR, "missed: verb of saying"),
        (BRILL, "missed: verb of claiming"),
        (marked("that wages fall", "fear", "The union’s"), "missed: noun as cue"),
        (marked("the barges leak", "is old"), "missed: other words as cue"),
        (marked("“We never got the letter.”"), "missed: quotation without a cue"),
        (marked("the barges leak"), "missed: no cue, no quotation marks"),
        (marked("sank the buoy", "allegedly", type="none"), "missed: hearsay without a source"),
        (marked("Port to shut", "hears", "council"), "missed: headline"),
    ],
)
def test_missed_by_cue_or_what_there_is_instead(gold, kind):
    assert kinds([gold], []) == [("missed", kind)]


def test_missed_though_tagged():
    kind = "missed: tagged, but dropped"
    assert kinds([BRILL], [], tagged=BRILL.content) == [("missed", kind)]


@pytest.mark.parametrize(
    ("found", "kind"),
    [
        (MAYOR, "extra: verb of saying"),
        (marked("The harbour will close", "said"), "extra: verb of saying, no source"),
        (marked("“We never got the letter.”"), "extra: quotation marks, no cue"),
        (marked("the barges leak"), "extra: no cue, no quotation marks"),
        (marked("the old pier"), "extra: caption or boilerplate"),
        (marked("Port to shut"), "extra: headline"),
    ],
)
def test_extra_by_cue_or_what_there_is_instead(found, kind):
    assert kinds([], [found], boilerplate=frozenset({SENTENCES["caption"]})) == [("extra", kind)]


def found_like(gold, **other):
    values = {**vars(gold), "mention": "person", **other}
    return Marked(**values)


@pytest.mark.parametrize(
    ("gold", "found", "kind"),
    [
        (BRILL, found_like(BRILL, source=frozenset()), "source: not found"),
        (BRILL, found_like(BRILL, source=tokens("the mayor")), "source: another one linked"),
        (marked("the barges leak"), marked("the barges leak", source="the mayor"), "source: none is marked"),
        (BRILL, found_like(BRILL, name="Rita Moss"), "name: source given as a name"),
        (BRILL, found_like(BRILL, name="Rita Moss", mention="pronoun"), "name: source given as a pronoun"),
        (
            marked("the barges leak", name="Ann Brill"),
            marked("the barges leak", name="Rita Moss"),
            "name: no source here",
        ),
        (BRILL, found_like(BRILL, type="official"), "type: person taken for official"),
    ],
)
def test_found_but_with_a_wrong_source_name_or_type(gold, found, kind):
    assert kinds([gold], [found]) == [("wrong", kind)]


def test_the_table_puts_the_largest_kind_first_and_shows_no_text():
    errors = errors_of(
        DOCUMENT, [MAYOR, BRILL, marked("Port to shut", "said")], [found_like(BRILL, type="org")], article="a"
    )
    errors += errors_of(DOCUMENT, [MAYOR], [], article="b")
    rows = count(errors)
    assert rows[0] == {"kind": "missed: verb of saying", "missed": 2, "extra": 0, "wrong": 0, "total": 2}
    shown = table(errors, {"gold": 4, "found": 1, "right": 1}, examples=1)
    assert "precision 1.000, recall 0.250" in shown
    assert "| missed: verb of saying | 2 |  |  | a:1 |" in shown
    assert "harbour" not in shown


@pytest.fixture
def kept(tmp_path):
    """Judgements of one article, kept in a file: the mayor's words missed, Ms. Brill's found, one name too many."""
    record = ArticleRecord(
        "own",
        "a1",
        TEXT,
        "Port to shut, council hears",
        attributions=(
            AttributionRecord(spans("the mayor"), spans("said"), spans("The harbour will close in May")),
            AttributionRecord(spans("Ms. Brill"), spans("warned"), spans("that the dredger is late"), name="Ann Brill"),
        ),
    )
    articles = label_articles([record], TypeTable({}))
    parts = [[] for _ in articles.records]
    for k, (cue, content) in enumerate([("warned", "that the dredger is late"), ("", "We never got the letter")]):
        part = SentenceAttribution(k, None, bounds(cue), [bounds(content)])
        parts[_sentence(content)].append(part)
    mention = SimpleNamespace(kind="none")
    links = SimpleNamespace(
        by_sentence=parts,
        resolved=[SimpleNamespace(entity=0, mention=mention), SimpleNamespace(entity=None, mention=mention)],
        entities=[[SimpleNamespace(name="Rita Moss")]],
        kinds=["person", "none"],
    )
    tags = SimpleNamespace(generous=np.zeros(articles.batch.n_tokens, dtype=int))
    path = tmp_path / "judged.joblib"
    joblib.dump(
        (SimpleNamespace(articles=articles), SimpleNamespace(analysis=SimpleNamespace(attributions=links, tags=tags))),
        path,
    )
    return path


def spans(words):
    return ((TEXT.index(words), TEXT.index(words) + len(words)),)


def bounds(words):
    here = tokens(words)
    return (min(here), max(here) + 1) if here else None


def test_the_command_counts_the_errors_of_kept_judgements(kept, tmp_path, capsys):
    out = tmp_path / "errors.json"
    assert main(["--cache", str(kept), "--examples", "1", "--json", str(out)]) == 0
    shown = capsys.readouterr().out
    assert "2 attributions marked, 2 found, 1 of them right" in shown
    assert "| missed: verb of saying | 1 |  |  | a1:1 |" in shown
    result = json.loads(out.read_text(encoding="utf-8"))
    assert result["counts"] == {"gold": 2, "found": 2, "right": 1}
    assert {(e["what"], e["kind"]) for e in result["errors"]} == {
        ("missed", "missed: verb of saying"),
        ("extra", "extra: quotation marks, no cue"),
        ("wrong", "source: not found"),
        ("wrong", "name: no source here"),
    }


def test_the_command_says_where_a_corpus_is_missing(kept, capsys):
    assert main(["--cache", str(kept), "--corpus", "annotations"]) == 2
    assert "--annotations" in capsys.readouterr().err
