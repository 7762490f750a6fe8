"""Labels of one's own: what is read from tables and JSON lines, and every mistake named by file, row and column."""

import csv
import json
import re
from pathlib import Path

import pytest

from classifier.cli import main
from training import own_labels
from training.own_labels import LabelError

PLAIN = [
    {"text": f"The {thing} {verb} on {day}.", "hedged": "0"}
    for thing in ("ferry", "tram", "night train", "cable car")
    for verb in ("ran", "stopped", "was late")
    for day in ("Monday", "Sunday")
]


def write(path, rows):
    """Rows as the file's ending wants them."""
    columns = list(dict.fromkeys(k for r in rows for k in r))
    with open(path, "w", encoding="utf-8", newline="") as file:
        if path.suffix == ".jsonl":
            file.writelines(json.dumps(r) + "\n" for r in rows)
        else:
            table = csv.DictWriter(file, columns, restval="")
            table.writeheader()
            table.writerows(rows)
    return path


@pytest.fixture
def read(tmp_path):
    def read(*rows, name="mine.csv"):
        return own_labels.read([write(tmp_path / name, rows)])

    return read


@pytest.fixture
def problems(read):
    """The mistakes as (row, column, message)."""

    def problems(*rows, **options):
        with pytest.raises(LabelError) as error:
            read(*rows, **options)
        return [(p.row, p.column, p.message) for p in error.value.problems]

    return problems


def sentence(labels, number=0):
    return labels.train.all_sentences()[number]


def words(record, kind):
    return [record.text[a:b] for a, b in record.cues[kind]]


# what is read


@pytest.mark.parametrize("name", ["mine.csv", "mine.jsonl"])
def test_a_sentence_with_every_label(read, name):
    row = {
        "id": "a1",
        "text": "The shabby deal may fail, Ann Bell said.",
        "outlet": "Harbour Post",
        "attribution": "indirect",
        "source_type": "person",
        "hedged": "1",
        "hedge_cues": "may",
        "loaded": "2",
        "loaded_cues": "4-10",
        "loaded_voice": "author",
        "opinion": "no",
        "valence": "negative",
        "boilerplate": "0",
        "frames": "economic | quality of life",
        "source": "Ann Bell",
        "cue": "said",
        "content": "The shabby deal may fail",
    }
    labels = read(row, name=name)
    record = sentence(labels)
    assert record.id == "a1"
    assert dict(record.labels) == {
        "attribution": "indirect",
        "source_type": "person",
        "hedged": 1,
        "loaded": 2,
        "loaded_voice": "author",
        "opinion": 0,
        "valence": -1,
        "boilerplate": 0,
        "frames": ("economic", "quality_of_life"),
    }
    assert words(record, "hedge") == ["may"]
    assert words(record, "loaded") == ["shabby"]
    (attribution,) = labels.train.articles[0].attributions
    assert [record.text[a:b] for a, b in attribution.source] == ["Ann Bell"]
    assert [record.text[a:b] for a, b in attribution.content] == ["The shabby deal may fail"]


def test_an_empty_cell_is_not_judged(read):
    labels = read({"text": "It rained.", "hedged": "0", "opinion": "", "frames": ""})
    assert dict(sentence(labels).labels) == {"hedged": 0}
    assert labels.signals == ("hedged",)


def test_no_frames_is_a_judgement(read):
    assert sentence(read({"text": "It rained.", "frames": "none"})).labels["frames"] == ()
    assert sentence(read({"text": "It rained.", "frames": []}, name="a.jsonl")).labels["frames"] == ()


@pytest.mark.parametrize("value", ["1", "yes", "TRUE", "1.0"])
def test_yes_has_many_spellings(read, value):
    assert sentence(read({"text": "It may rain.", "hedged": value})).labels["hedged"] == 1


def test_json_has_numbers_booleans_and_lists(read):
    row = {"text": "It may, may rain.", "hedged": True, "hedge_cues": [[3, 6], "may#2"], "valence": 0, "position": None}
    record = sentence(read(row, name="a.jsonl"))
    assert record.cues["hedge"] == ((3, 6), (8, 11))
    assert record.labels["valence"] == 0


@pytest.mark.parametrize(
    ("cues", "found"),
    [
        ("may", [(7, 10)]),
        ("may#2", [(15, 18)]),
        ("may | may", [(7, 10), (15, 18)]),
        ("7-10|15-18", [(7, 10), (15, 18)]),
    ],
)
def test_words_take_their_first_place_that_is_no_part_of_a_word(read, cues, found):
    record = sentence(read({"text": "Mayors may, or may not.", "hedge_cues": cues}))
    assert list(record.cues["hedge"]) == found
    assert record.labels["hedged"] == 1


def test_cues_that_were_not_marked_teach_no_words(read):
    labels = read({"text": "It may rain.", "hedged": "1"}, {"text": "It rained.", "hedged": "0"})
    assert "hedge" not in sentence(labels, 0).cues
    assert sentence(labels, 1).cues["hedge"] == ()


def test_rows_with_positions_are_an_article_in_context(read):
    (article,) = read(
        {"article": "a", "position": "2", "text": "It rained.", "hedged": "0"},
        {"article": "a", "position": "0", "text": "Rain", "hedged": "0"},
        {"article": "a", "position": "1", "text": "It may\nrain, Bell said.", "hedged": "1", "hedge_cues": "may"},
    ).train.articles
    assert article.title == "Rain"
    assert article.text == "It may rain, Bell said. It rained."
    assert [s.index for s in article.sentences] == [0, 1, 2]
    assert all(article.text[s.start : s.end] == s.text for s in article.sentences[1:])


def test_sentences_of_an_article_without_positions_stand_alone_and_stay_together(read):
    labels = read(*({"article": "a", "text": f"It rained {n} times.", "hedged": "0"} for n in range(3)))
    assert len(labels.train.articles) == 3
    assert labels.groups == 1


def test_the_same_sentence_twice_is_one_group(read):
    labels = read({"text": "It rained.", "hedged": "0"}, {"text": "IT  rained.", "hedged": "1"})
    assert labels.groups == 1
    assert any("more than once" in w for w in labels.warnings)
    assert any("other labels the second time" in w for w in labels.warnings)


def test_semicolons_tabs_and_marks_of_spreadsheets_are_read(tmp_path):
    (tmp_path / "a.csv").write_bytes("\ufefftext;hedged\r\nIt rained;0\r\n".encode())
    (tmp_path / "b.tsv").write_text("Text\tHedged\nIt may rain, she said\t1\n")
    labels = own_labels.read([tmp_path / "a.csv", tmp_path / "b.tsv"])
    assert [s.text for s in labels.train.all_sentences()] == ["It rained", "It may rain, she said"]
    assert labels.rows == {"a.csv": 1, "b.tsv": 1}


def test_the_test_part_is_kept_apart(read):
    labels = read(*PLAIN, {"text": "It may rain.", "hedged": "1", "split": "test"})
    assert [s.text for s in labels.test.all_sentences()] == ["It may rain."]
    assert len(labels.train.all_sentences()) == len(PLAIN)


# mistakes


@pytest.mark.parametrize(
    ("row", "column", "message"),
    [
        ({"hedged": "maybe"}, "hedged", "'maybe' is none of"),
        ({"loaded": "3"}, "loaded", "'3' is none of 0, 1, 2"),
        ({"valence": "2"}, "valence", "'2' is none of"),
        ({"attribution": "indirct"}, "attribution", "is 'indirect' meant"),
        ({"frames": "economy"}, "frames", "is 'economic' meant"),
        ({"split": "dev"}, "split", "none of train, test"),
        ({"hedge_cues": "3-99"}, "hedge_cues", "3-99 is out of range: the text has 23 characters"),
        ({"hedge_cues": "9-9"}, "hedge_cues", "out of range"),
        ({"hedge_cues": "2-3"}, "hedge_cues", "only white space"),
        ({"hedge_cues": "might"}, "hedge_cues", "'might' do not stand in the text"),
        ({"hedge_cues": "MAY"}, "hedge_cues", "copy the words exactly"),
        ({"hedge_cues": "may#2"}, "hedge_cues", "do not stand in the text 2 times"),
        ({"hedge_cues": "may", "hedged": "0"}, "hedge_cues", "hedged is 0"),
        ({"loaded_voice": "author"}, "loaded_voice", "loaded 1 or 2 only"),
        ({"source_type": "person", "attribution": "none"}, "source_type", "attribution is 'none'"),
        ({"cue": "said", "attribution": "none"}, "attribution", "is 'none', but"),
        ({"boilerplate": "1", "hedged": "1"}, "hedged", "boilerplate"),
        ({"position": "first", "article": "a"}, "position", "no whole number"),
        ({"position": "3"}, "position", "with an article only"),
        ({"text": "  "}, "text", "no text"),
    ],
)
def test_a_mistake_is_named_by_row_and_column(problems, row, column, message):
    found = problems(PLAIN[0], {"text": "It may rain, Bell said.", "hedged": "", "opinion": "0"} | row)
    assert [(r, c) for r, c, _ in found] == [(3, column)]
    assert message in found[0][2]


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ({"hedge_cues": [[3, 99]]}, "hedge_cues"),
        ({"hedge_cues": [3.5]}, "hedge_cues"),
        ({"hedge_cues": [[-1, 2]]}, "hedge_cues"),
        ({"loaded": True}, "loaded"),
        ({"hedged": [1]}, "hedged"),
        ({"frames": ["war"]}, "frames"),
        ({"id": ["a"]}, "id"),
        ({"text": 7}, "text"),
        ({"attributions": "Bell"}, "attributions"),
        ({"attributions": [{"cue": "said"}, {"cue": "told"}]}, "attributions[1].cue"),
    ],
)
def test_a_mistake_in_json_is_named_by_line_and_field(problems, row, column):
    found = problems(PLAIN[0], {"text": "It may rain, Bell said."} | row, name="a.jsonl")
    assert [(r, c) for r, c, _ in found] == [(2, column)]


def test_all_mistakes_are_told_at_once(problems):
    found = problems(
        {"id": "a", "text": "It may rain.", "hedged": "2", "frames": "war", "loaded": "x"},
        {"id": "a", "text": "", "hedged": "1"},
        {"id": "b", "text": "It rained.", "hedged": "y"},
    )
    assert [(r, c) for r, c, _ in found] == [
        (2, "hedged"), (2, "loaded"), (2, "frames"), (3, "text"), (3, "id"), (4, "hedged"),
    ]  # fmt: skip


def test_an_id_twice_names_both_places(tmp_path):
    one = write(tmp_path / "one.csv", [{"id": "x", "text": "It rained.", "hedged": "0"}])
    two = write(tmp_path / "two.jsonl", [{"id": "x", "text": "It may rain.", "hedged": 1}])
    with pytest.raises(LabelError, match=r"two\.jsonl, row 1, column 'id': 'x' is the id of one\.csv, row 2 already"):
        own_labels.read([one, two])


@pytest.mark.parametrize(
    ("train", "test", "column"),
    [
        ({}, {"text": "the FERRY ran  on Monday."}, "text"),
        ({"article": "a"}, {"article": "a"}, "article"),
        ({"group": "g"}, {"group": "g"}, "group"),
    ],
)
def test_leakage_is_refused(problems, train, test, column):
    found = problems(
        {"text": "The ferry ran on Monday.", "hedged": "0"} | train,
        {"text": "It may rain.", "hedged": "1", "split": "test"} | test,
    )
    assert [(r, c) for r, c, _ in found] == [(3, column)]
    assert "mine.csv, row 2" in found[0][2]


def test_positions_of_an_article_go_together(problems):
    rows = [{"article": "a", "text": f"It rained {n} times.", "hedged": "0", "position": p} for n, p in enumerate("11")]
    rows.append(rows[0] | {"text": "It stopped.", "position": ""})
    assert [(r, c) for r, c, _ in problems(*rows)] == [(3, "position"), (4, "position")]


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.csv", b"", "the file is empty"),
        ("a.csv", b"sentence,hedged\nIt rained,0\n", "row 1, column 'text': there is no such column"),
        ("a.csv", b"text,hedged,hedged\nIt rained,0,1\n", "row 1, column 'hedged': the header has it twice"),
        ("a.csv", b"text,hedged\nIt rained, and how,0\n", "row 2: 3 cells where the header has 2"),
        ("a.csv", b'text,hedged\n"It rained,0\n', "not a table"),
        ("a.csv", b"text,hedged\nIt rained\xff,0\n", "row 2: not UTF-8"),
        ("a.csv", b"text,hedged\n", "no labelled sentence"),
        ("a.csv", b"text,hedged\nIt rained,\n", "no row to train on has a label"),
        ("a.jsonl", b'{"text": "It rained", "hedged": 0}\n{"text": \n', "row 2: not valid JSON"),
        ("a.jsonl", b"[1]\n", "row 1: a JSON object is taken, not list"),
        ("a.xlsx", b"PK", "save a spreadsheet as CSV"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path, name, data, message):
    (tmp_path / name).write_bytes(data)
    with pytest.raises(LabelError, match=f"{name}") as error:
        own_labels.read([tmp_path / name])
    assert message in str(error.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(LabelError, match=r"nowhere\.csv: No such file"):
        own_labels.read([tmp_path / "nowhere.csv"])


# warnings


def test_too_few_examples_of_a_class_are_a_warning(read):
    labels = read(*PLAIN, *({"text": f"It may rain {n} times.", "hedged": "1"} for n in range(7)))
    assert any(w == "hedged: fewer than 20 examples of 1 (7): hardly enough to learn from" for w in labels.warnings)


def test_one_answer_only_is_a_warning(read):
    labels = read({"text": "It may rain.", "hedged": "1"}, {"text": "It rained."})
    assert any("every label is 1" in w and "write down the other answers" in w for w in labels.warnings)


def test_a_misspelt_column_is_a_warning_that_names_the_one_meant(read):
    labels = read({"text": "It rained.", "hedged": "0", "opinoin": "1", "remarks": "wet"})
    assert any("'opinoin' is none that is learned from; is 'opinion' meant?" in w for w in labels.warnings)
    assert any("'remarks' is none that is learned from" in w for w in labels.warnings)


def test_texts_of_several_sentences_and_few_groups_are_warnings(read):
    labels = read({"text": "It rained. It may rain again.", "hedged": "1"})
    assert any("more than one sentence (first: mine.csv, row 2)" in w for w in labels.warnings)
    assert any("in folds takes 5" in w for w in labels.warnings)


def test_test_sentences_of_the_projects_own_articles_are_a_warning(read, own_corpus):
    known = own_corpus.articles[0].sentences[3].text
    labels = read(*PLAIN, {"id": "k", "text": known.upper(), "hedged": "0", "split": "test"})
    assert ["first: k" in w and "'own'" in w for w in own_labels.known_elsewhere(labels, [own_corpus])] == [True]


# the command


def test_check_tells_what_the_labels_hold(tmp_path, capsys):
    path = write(tmp_path / "mine.csv", PLAIN)
    assert main(["train", "--labels", str(path), "--check"]) == 0
    out, err = capsys.readouterr()
    assert "mine.csv: 24 rows; 24 sentences in 24 groups to train on, 0 to test on" in out
    assert "every label is 0" in err


def test_mistakes_come_one_a_line_and_nothing_is_trained(tmp_path, capsys):
    path = write(tmp_path / "mine.csv", [{"text": "It rained.", "hedged": "x", "opinion": "y"}])
    assert main(["train", "--only-own", "--labels", str(path), "--out", str(tmp_path / "artifact")]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert [x.split(": ")[2] for x in lines[:2]] == [
        "mine.csv, row 2, column 'hedged'",
        "mine.csv, row 2, column 'opinion'",
    ]
    assert lines[2] == "accordingto: 2 mistakes in the labels"
    assert not (tmp_path / "artifact").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--check"], "--check goes with --labels"),
        ([], "required: --out"),
        (["--out", "x", "--report", "r.html"], "a report is about labels"),
        (["--out", "x", "--labels", "{mine}", "--report", "r.pdf"], "r.pdf ends in none of"),
        (["--out", "x", "--labels", "{mine}", "--report", "nowhere/r.html"], "there is no folder nowhere"),
    ],
)
def test_options_that_do_not_go_together_are_named(tmp_path, capsys, monkeypatch, arguments, message):
    path = write(tmp_path / "mine.csv", PLAIN)
    monkeypatch.chdir(tmp_path)
    assert main(["train", "--only-own", *(a.format(mine=path) for a in arguments)]) == 2
    assert message in capsys.readouterr().err


# docs/own_labels.md


def blocks(kind):
    text = (Path(__file__).resolve().parents[2] / "docs" / "own_labels.md").read_text(encoding="utf-8")
    return text, re.findall(rf"^```{kind}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def test_the_documented_table_is_read_as_documented(tmp_path):
    _, (table,) = blocks("csv")
    _, (summary,) = blocks("text")
    (tmp_path / "table.csv").write_text(table, encoding="utf-8")
    labels = own_labels.read([tmp_path / "table.csv"])
    assert "\n".join(labels.summary()) == summary.rstrip("\n")
    records = labels.train.all_sentences()
    assert words(records[1], "hedge") == ["are understood to", "may"]
    assert words(records[3], "loaded") == ["a pair of safe hands"]


def test_the_document_names_every_column():
    text, _ = blocks("csv")
    assert [c for c in own_labels.COLUMNS if f"`{c}`" not in text] == []
    assert [f for f in own_labels.SIGNALS if f"`{f}`" not in text] == []
