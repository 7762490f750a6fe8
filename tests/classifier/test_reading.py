"""Files become articles: every kind, every encoding, and what is said of those that cannot be read."""

import datetime
import gzip
import io
import json
import os

import pytest

from classifier import reading
from classifier.article import Article
from classifier.reading import ReadingError, read_articles, split_headline

BODY = "The weir at Ossel was opened on Monday, the water board said."


def write(path, content):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def stdin(monkeypatch, content):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content.encode())))


def lines(*records):
    return "".join((r if isinstance(r, str) else json.dumps(r)) + "\n" for r in records)


@pytest.mark.parametrize(
    ("text", "headline", "body"),
    [
        (f"Weir opens\n\n{BODY}", "Weir opens", BODY),
        (f"\n  Weir opens \r\n \r\n\r\n{BODY}\r\n", "Weir opens", f"{BODY}\r\n"),
        (f"Weir opens.\n\n{BODY}", "", None),
        (f"Board: ‘Weir must open.’\n\n{BODY}", "", None),
        (f"Weir opens\n{BODY}", "", None),
        (f"Weir opens\r\n{BODY}", "", None),
        (f"{'Weir ' * 50}\n\n{BODY}", "", None),
        ("Weir opens\n\n", "", None),
        (BODY, "", None),
        ("", "", None),
    ],
)
def test_a_short_first_line_before_an_empty_one_is_the_headline(text, headline, body):
    assert split_headline(text) == (headline, text if body is None else body)


def test_a_text_file_is_one_article_named_by_its_path(tmp_path):
    path = write(tmp_path / "weir.txt", f"Weir opens\n\n{BODY}\n")
    assert list(read_articles(path)) == [Article(f"{BODY}\n", title="Weir opens", id=str(path))]


def test_line_ends_stay_as_they_are(tmp_path):
    text = f"{BODY}\r\n\r\n{BODY}\rEnd.\n"
    assert next(read_articles(write(tmp_path / "a.txt", text))).text == text


@pytest.mark.parametrize(
    "encoded",
    [
        "“Ça suffit,” she said.".encode(),
        "“Ça suffit,” she said.".encode("utf-8-sig"),
        "“Ça suffit,” she said.".encode("utf-16"),
        "\ufeff“Ça suffit,” she said.".encode("utf-16-be"),
    ],
)
def test_byte_order_marks_tell_the_encoding_and_leave_the_text(tmp_path, encoded):
    assert next(read_articles(write(tmp_path / "a.txt", encoded))).text == "“Ça suffit,” she said."


def test_what_is_not_utf_8_becomes_one_character_each(tmp_path):
    assert next(read_articles(write(tmp_path / "a.txt", b"\x93Enough,\x94 she said."))).text == "�Enough,� she said."


def test_json_takes_one_object_or_a_list(tmp_path):
    one = write(tmp_path / "one.json", json.dumps({"text": BODY, "title": "Weir", "outlet": "Ossel Post"}))
    many = write(tmp_path / "many.json", json.dumps([{"text": BODY, "id": 7}, {"text": "Short.", "date": 2021}]))
    assert list(read_articles(one)) == [Article(BODY, title="Weir", id=str(one), outlet="Ossel Post")]
    assert list(read_articles(many)) == [
        Article(BODY, id="7"),
        Article("Short.", id=f"{many}[1]", date="2021"),
    ]


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz", "a.NDJSON"])
def test_json_lines_give_their_line_where_they_have_no_id(tmp_path, name):
    content = lines({"text": BODY, "id": "x"}, "", {"text": "Line separator\u2028 inside."}).encode()
    path = write(tmp_path / name, gzip.compress(content) if name.endswith("gz") else content)
    assert [(a.id, a.text) for a in read_articles(path)] == [
        ("x", BODY),
        (f"{path}:3", "Line separator\u2028 inside."),
    ]


def test_other_fields_can_hold_text_and_id(tmp_path):
    path = write(tmp_path / "a.jsonl", lines({"body": BODY, "url": "weir/1", "text": 5, "id": 3}))
    assert list(read_articles(path, text_field="body", id_field="url")) == [Article(BODY, id="weir/1")]


def test_half_a_surrogate_pair_becomes_one_replacement_character(tmp_path):
    path = write(tmp_path / "a.jsonl", '{"text": "a\\ud83db \\ud83d\\ude00"}')
    assert next(read_articles(path)).text == "a�b 😀"


def test_a_folder_gives_its_articles_in_the_order_of_names(tmp_path):
    write(tmp_path / "b.txt", BODY)
    write(tmp_path / "a.jsonl", lines({"text": "One.", "id": "1"}, {"text": "Two.", "id": "2"}))
    (tmp_path / "c").mkdir()
    write(tmp_path / "c" / "d.json", '{"text": "Three.", "id": "3"}')
    write(tmp_path / "notes.md", "No article.")
    write(tmp_path / ".hidden.txt", "No article.")
    (tmp_path / ".git").mkdir()
    write(tmp_path / ".git" / "a.txt", "No article.")
    assert [a.id for a in read_articles(tmp_path)] == ["1", "2", str(tmp_path / "b.txt"), "3"]


def test_standard_input_is_a_text_or_json_lines(monkeypatch):
    stdin(monkeypatch, f"\n\nWeir opens\n\n{BODY}")
    assert list(read_articles("-")) == [Article(BODY, title="Weir opens", id="stdin")]
    stdin(monkeypatch, "\n" + lines({"text": "One."}, {"text": "Two.", "id": "b"}))
    assert [(a.id, a.text) for a in read_articles("-")] == [("stdin:2", "One."), ("b", "Two.")]


def test_standard_input_stays_open(monkeypatch):
    stdin(monkeypatch, BODY)
    list(read_articles("-"))
    import sys

    assert not sys.stdin.buffer.closed


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.txt", "  \n", "a.txt: no text in it"),
        ("a.txt", b"\x89PNG\0\0", "a.txt: not a text file"),
        ("a.pdf", "%PDF-1.7 x", "a.pdf: not a text file"),
        ("a.html", "<!DOCTYPE html><p></p>", "a.html: no article text found in the page"),
        ("a.txt.gz", b"no gzip", "a.txt.gz: damaged gzip file"),
        ("a.jsonl.gz", gzip.compress(b'{"text": "x"}' * 50)[:-9], "a.jsonl.gz: damaged gzip file"),
        ("a.json", '{\n"text": }', "a.json:2: not valid JSON"),
        ("a.json", "[" * 100_000, "a.json: not valid JSON"),
        ("a.json", "[]", "a.json: no articles in it"),
        ("a.json", '["x"]', "a.json[0]: not a JSON object"),
        ("a.jsonl", "", "a.jsonl: no articles in it"),
        ("a.jsonl", '{"text": "x"\n', "a.jsonl:1: not valid JSON"),
        ("a.jsonl", '{\n  "text": "x"\n}\n', "a.jsonl:1: JSON over several lines"),
        ("a.jsonl", '{"body": "x"}', "a.jsonl:1: no field 'text'; there are body"),
        ("a.jsonl", '{"text": null}', "a.jsonl:1: no field 'text'"),
        ("a.jsonl", '{"text": ["x"]}', "a.jsonl:1: the field 'text' takes text, not list"),
        ("a.jsonl", '{"text": "x", "outlet": {}}', "a.jsonl:1: the field 'outlet' takes text, not dict"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_place(tmp_path, name, content, message):
    path = write(tmp_path / name, content)
    with pytest.raises(ReadingError) as error:
        list(read_articles(path))
    assert str(error.value).startswith(f"{tmp_path}{os.sep}{message}")
    assert "\n" not in str(error.value)


def test_a_missing_file_and_a_folder_without_articles_are_errors(tmp_path):
    with pytest.raises(ReadingError, match=r"gone.txt: no such file or folder"):
        list(read_articles(tmp_path / "gone.txt"))
    with pytest.raises(ReadingError, match=r"no .txt, .html, .json, .jsonl or .parquet files"):
        list(read_articles(tmp_path))


def test_a_field_that_was_asked_for_must_be_there(tmp_path):
    path = write(tmp_path / "a.jsonl", lines({"text": BODY}))
    with pytest.raises(ReadingError, match=r"a.jsonl:1: no field 'url'"):
        list(read_articles(path, id_field="url"))


def test_what_is_too_large_is_an_error_and_the_rest_goes_on(tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "MAX_ARTICLE", 100)
    monkeypatch.setattr(reading, "MAX_LINE", 400)
    monkeypatch.setattr(reading, "MAX_JSON", 500)
    write(tmp_path / "a.txt", "x" * 101)
    write(tmp_path / "b.json", json.dumps([{"text": "x" * 600}]))
    write(tmp_path / "c.jsonl", lines({"text": "x" * 900}, {"text": "y" * 101}, {"text": "Fine."}))
    errors = []
    assert [a.text for a in read_articles(tmp_path, on_error=errors.append)] == ["Fine."]
    assert [str(e).removeprefix(f"{tmp_path}{os.sep}") for e in errors] == [
        "a.txt: more than 100 characters, too long for one article",
        "b.json: more than 500 characters; write large collections as .jsonl",
        "c.jsonl:1: more than 400 characters in one line",
        "c.jsonl:2: more than 100 characters, too long for one article",
    ]


def test_with_on_error_a_bad_line_or_file_is_told_and_the_rest_read(tmp_path):
    write(tmp_path / "a.jsonl", lines({"text": "One."}, "{broken", {"text": "Two."}))
    write(tmp_path / "b.json", "{")
    write(tmp_path / "c.txt", "Three.")
    errors = []
    assert [a.text for a in read_articles(tmp_path, on_error=errors.append)] == ["One.", "Two.", "Three."]
    assert [str(e).split(": ")[0] for e in errors] == [str(tmp_path / "a.jsonl:2"), str(tmp_path / "b.json:1")]


def test_without_on_error_what_stands_before_the_bad_line_is_given(tmp_path):
    articles = read_articles(write(tmp_path / "a.jsonl", lines({"text": "One."}, "{broken")))
    assert next(articles).text == "One."
    with pytest.raises(ReadingError):
        next(articles)


def test_a_parquet_file_is_one_article_a_row(tmp_path):
    pyarrow = pytest.importorskip("pyarrow", reason="Parquet files take pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    rows = {
        "body": [BODY, None, "Two."],
        "id": [7, 8, None],
        "date": [datetime.date(2024, 5, 1), None, None],
        "pages": [1, 2, 3],
    }
    path = tmp_path / "news.parquet"
    parquet.write_table(pyarrow.table(rows), path)
    errors = []
    read = list(read_articles(tmp_path, text_field="body", on_error=errors.append))
    assert read == [Article(BODY, id="7", date="2024-05-01"), Article("Two.", id=f"{path}[2]")]
    assert [(e.id, str(e)) for e in errors] == [("8", f"{path}[1]: no field 'body'; there are body, date, id")]
    with pytest.raises(ReadingError, match="no column 'text'; there are body, id, date, pages"):
        list(read_articles(path))
    write(path, "not a table")
    with pytest.raises(ReadingError, match="not a Parquet file"):
        list(read_articles(path))


def test_an_error_knows_the_article_s_own_id(tmp_path):
    errors = []
    path = write(tmp_path / "a.jsonl", '{"id": "a7"}\n{"text": 5}\n{broken\n')
    list(read_articles(path, on_error=errors.append))
    assert [e.id for e in errors] == ["a7", f"{path}:2", f"{path}:3"]
