"""Web pages in the styles of real sites become articles: title, date, outlet and text, without what surrounds them."""

import json
import sys
from pathlib import Path

import pytest

from classifier import Article, cli
from classifier.reading import ReadingError, read_articles

PAGES = Path(__file__).resolve().parent.parent / "data" / "pages"
EXPECTED = json.loads((PAGES / "expected.json").read_text(encoding="utf-8"))

STORY = "<p>The weir at Ossel was opened on Monday, the water board said, after a winter of repairs.</p>" * 4


@pytest.fixture(autouse=True)
def _needs_trafilatura():
    pytest.importorskip("trafilatura", reason="web pages take the extra 'web'")


def test_every_page_is_expected_or_has_no_text():
    assert {p.stem for p in PAGES.glob("*.html")} == {*EXPECTED, "script_shell"}
    assert len(EXPECTED) == 19


@pytest.mark.parametrize("name", EXPECTED)
def test_a_page_gives_its_story_and_nothing_around_it(name):
    expected = EXPECTED[name]
    article = Article.from_html((PAGES / f"{name}.html").read_bytes())
    assert (article.title, article.date, article.outlet) == (expected["title"], expected["date"], expected["outlet"])
    assert article.text.startswith(expected["first"])
    assert article.text.endswith(expected["last"])
    for words in expected["present"]:
        assert words in article.text
    for words in expected["absent"]:
        assert words not in article.text


def test_a_page_that_only_runs_scripts_has_no_article():
    with pytest.raises(ValueError, match="no article text"):
        Article.from_html((PAGES / "script_shell.html").read_bytes())


def test_the_address_stands_in_for_outlet_and_id():
    article = Article.from_html(f"<html><body>{STORY}</body></html>", url="https://www.ossel-post.example/weir")
    assert article.id == "https://www.ossel-post.example/weir"
    assert "ossel-post" in article.outlet


@pytest.mark.parametrize(
    "html",
    ["", " ", "x", b"\x00\xff", "<div>" * 50_000, "<!DOCTYPE html>", "<p>\ud800</p>", b"\xff\xfe<\x00", "&#xD800;&#0;"],
)
def test_a_page_without_a_story_is_an_error_of_one_kind(html):
    with pytest.raises(ValueError, match="no article text"):
        Article.from_html(html)


def test_markup_that_trips_the_parser_is_a_value_error():
    with pytest.raises(ValueError, match=r"cannot be parsed|no article text"):
        Article.from_html("<svg><p><p>")


def test_characters_that_no_page_holds_do_no_harm():
    article = Article.from_html(
        f"<html><body>{STORY}<p>The lock\0keeper said \ud83d that it was open to all.</p></body></html>"
    )
    assert "\0" not in article.text
    article.text.encode()


@pytest.mark.parametrize("html", [None, 5, Path("page.html")])
def test_what_is_no_page_is_named(html):
    with pytest.raises(TypeError, match=type(html).__name__):
        Article.from_html(html)


def test_a_missing_trafilatura_is_told_with_the_extra_that_brings_it(monkeypatch, tmp_path, capsys):
    monkeypatch.setitem(sys.modules, "trafilatura", None)
    with pytest.raises(ImportError, match=r"accordingto\[web\]"):
        Article.from_html("<html><body><p>x</p></body></html>")
    page = tmp_path / "page.html"
    page.write_text("<html><body><p>x</p></body></html>")
    assert cli.main(["score", str(page)]) == 2
    error = capsys.readouterr().err
    assert "page.html" in error
    assert "accordingto[web]" in error


def test_the_command_line_scores_a_page(capsys):
    assert cli.main(["score", str(PAGES / "plain_article.html"), "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["title"] == EXPECTED["plain_article"]["title"]
    assert "Marcus Tidy" in [s["name"] for s in told["sources"]]


def test_pages_are_read_from_folders_and_under_any_name(tmp_path):
    (tmp_path / "a.htm").write_bytes((PAGES / "table_layout_cp1252.html").read_bytes())
    (tmp_path / "b.txt").write_bytes((PAGES / "amp.html").read_bytes())
    (tmp_path / "c.html").write_text((PAGES / "gallery.html").read_text(encoding="utf-8"), encoding="utf-16")
    articles = list(read_articles(tmp_path))
    assert [a.title for a in articles] == [EXPECTED[n]["title"] for n in ("table_layout_cp1252", "amp", "gallery")]
    assert "said Élodie Marchant" in articles[0].text
    assert [Path(a.id).name for a in articles] == ["a.htm", "b.txt", "c.html"]


def test_from_file_reads_each_kind(tmp_path):
    text = "The weir at Ossel was opened on Monday, the water board said."
    (tmp_path / "a.txt").write_text(f"Weir opens\n\n{text}")
    (tmp_path / "a.json").write_text(json.dumps({"title": "Weir opens", "text": text}))
    (tmp_path / "a.jsonl").write_text(json.dumps({"title": "Weir opens", "text": text}) + "\n")
    for ending in ("txt", "json", "jsonl"):
        path = tmp_path / f"a.{ending}"
        article = Article.from_file(path)
        assert (article.title, article.text) == ("Weir opens", text)
        assert Path(article.id.split(":1")[0]).name == path.name
    assert Article.from_file(PAGES / "amp.html").title == EXPECTED["amp"]["title"]


def test_from_file_takes_exactly_one_article(tmp_path):
    many = tmp_path / "many.json"
    many.write_text(json.dumps([{"text": "One."}, {"text": "Two."}]))
    for path, message in (
        (many, r"many\.json: more than one"),
        (tmp_path, "a folder"),
        (tmp_path / "no", "no such file"),
    ):
        with pytest.raises(ReadingError, match=message):
            Article.from_file(path)


def test_a_scraper_s_plain_text_is_scored_as_it_comes(predictor):
    text = (
        "Advertisement\n\nImage: The weir in spring. Credit: B. Orme\n\n"
        + "The weir at Ossel will be closed until May, said Ann Bell, who leads the water board.\r\n\r\n" * 6
        + "Read more: Ten walks for a windy day\n\nShare this article\n\nFacebook Twitter Email\n"
    )
    report = predictor.score(text)
    assert "Ann Bell" in [s.name for s in report.sources]
    assert all(text[s.start : s.end] == s.text for s in report.sentences)
