from __future__ import annotations

import json
import math
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from classifier.render import report_card, report_html, summary
from classifier.report import Attribution, Score, Signal, Span

VOID = {"meta", "input", "br", "hr", "link", "img"}


class Page(HTMLParser):
    """Reads a page, holds every element to being closed, and keeps the article's words and its elements."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.stack: list[tuple[str, dict[str, str | None]]] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.paragraphs: list[str] = []
        self.texts: dict[str, str] = {}
        self.feed(html)
        self.close()
        assert not self.stack

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.stack.append((tag, dict(attrs)))
        if tag == "p":
            self.paragraphs.append("")

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.stack.pop()[0] == tag

    def handle_data(self, data):
        for _, attrs in self.stack:
            if attrs.get("id"):
                self.texts[attrs["id"]] = self.texts.get(attrs["id"], "") + data
        classes = {c for _, attrs in self.stack for c in (attrs.get("class") or "").split()}
        if (
            self.paragraphs
            and any(tag == "p" for tag, _ in self.stack)
            and not classes & {"note", "ref", "tag", "muted"}
        ):
            self.paragraphs[-1] += data

    def words(self) -> list[str]:
        return " ".join(self.paragraphs).split()


def pieces(report, number=None):
    """(text, marks) of the pieces of one sentence, or of the whole text."""
    return [
        (piece["text"], piece["marks"])
        for paragraph in summary(report)["paragraphs"]
        for segment in paragraph
        if number is None or (segment["sentence"] or {}).get("number") == number
        for piece in segment["pieces"]
    ]


def marked(report, mark, number=None):
    return [text for text, marks in pieces(report, number) if mark in marks]


def sentence(report, number):
    found = [
        segment["sentence"]
        for paragraph in summary(report)["paragraphs"]
        for segment in paragraph
        if segment["sentence"] and segment["sentence"]["number"] == number
    ]
    assert len(found) == 1
    return found[0]


def test_page_holds_the_whole_article_and_is_well_formed(rich_report):
    page = Page(report_html(rich_report))
    assert page.words() == rich_report.text.split()
    assert len(re.findall("Brennick council hid", report_html(rich_report))) == 1 + 1  # headline, page title


def test_page_keeps_the_paragraphs(rich_report):
    assert len(summary(rich_report)["paragraphs"]) == 6


def test_page_needs_no_network_and_no_scripts(rich_report):
    html = report_html(rich_report)
    assert not re.search(r"(?i)https?:|<script|<link|<img|@import|url\(", html.replace("http-equiv", ""))
    assert "default-src 'none'" in html


def test_ids_are_unique_and_every_reference_has_its_goal(rich_report):
    elements = Page(report_html(rich_report)).elements
    ids = [attrs["id"] for _, attrs in elements if "id" in attrs]
    assert len(ids) == len(set(ids))
    goals = {attrs["href"].removeprefix("#") for tag, attrs in elements if tag == "a"}
    goals |= {attrs["aria-describedby"] for _, attrs in elements if "aria-describedby" in attrs}
    assert goals <= set(ids)
    assert {"source-1", "source-5", "sentence-0", "sentence-7"} <= goals


def test_source_cue_and_content_are_marked_where_they_stand(rich_report):
    assert marked(rich_report, "source", 2) == ["Mara Ellison"]
    assert marked(rich_report, "cue", 2) == ["said"]
    assert marked(rich_report, "content", 2) == ['"We were never shown a single ledger,"']
    assert marked(rich_report, "direct", 2) == ['"We were never shown a single ledger,"']


def test_quotation_over_two_sentences_is_marked_in_both(rich_report):
    assert marked(rich_report, "content", 3) == ['"Nobody asked twice.']
    assert marked(rich_report, "content", 4) == ['Nobody asked at all."']
    for number in (3, 4):
        assert [a["who"] for a in sentence(rich_report, number)["note"]["attributions"]] == ["Mara Ellison"]


def test_attribution_inside_another_keeps_both(rich_report):
    assert "".join(marked(rich_report, "content", 7)) == 'that Rehn had promised "full openness" in March'
    assert ("promised", ["content", "cue", "mixed"]) in pieces(rich_report, 7)
    assert [a["who"] for a in sentence(rich_report, 7)["note"]["attributions"]] == ["Mara Ellison", "Tobias Rehn"]


def test_overlapping_spans_of_every_kind_give_whole_text(one_sentence_report):
    text = "abcdefghij"

    def span(start, end):
        return Span(start, end, text[start:end])

    report = one_sentence_report(
        text,
        attribution="mixed",
        attributions=(
            Attribution(span(0, 4), span(2, 6), (span(3, 8), span(5, 10)), "person"),
            Attribution(span(1, 9), None, (span(0, 10),), "vague"),
        ),
        hedge=Signal(0.9, (span(1, 5), span(4, 7)), "author"),
        loaded=Signal(0.9, (span(6, 9),), "author"),
    )
    assert "".join(text for text, _ in pieces(report)) == text
    assert "".join(marked(report, "hedge")) == "bcdefg"
    assert Page(report_html(report)).words() == [text]


def test_spans_beyond_the_text_are_cut(one_sentence_report):
    report = one_sentence_report(
        "short", loaded=Signal(0.9, (Span(2, 99, "ort and so on"), Span(40, 50, "?")), "author")
    )
    assert marked(report, "loaded") == ["ort"]
    assert Page(report_html(report)).words() == ["short"]


def test_hedges_and_loaded_words_are_marked_by_voice(rich_report):
    assert marked(rich_report, "hedge", 5) == ["may"]
    assert marked(rich_report, "loaded", 9) == ["squalid", "drunk on its own secrecy"]
    assert marked(rich_report, "loaded quoted", 6) == ["shabby hatchet job"]
    html = report_html(rich_report)
    assert "<mark>squalid</mark>" in html
    assert '<mark class="quoted">shabby hatchet job</mark>' in html


def test_labels_tell_what_colour_tells(rich_report):
    assert sentence(rich_report, 9)["tags"] == ["opinion"]
    assert sentence(rich_report, 8)["tags"] == ["unsourced"]
    assert sentence(rich_report, 12)["tags"] == ["not story"]
    assert "boilerplate" in sentence(rich_report, 12)["classes"]


def test_signal_without_cues_gets_a_label(one_sentence_report):
    report = one_sentence_report("Quite a mess.", loaded=Signal(0.8), hedge=Signal(0.7), opinion=Signal(0.2))
    assert sentence(report, 1)["tags"] == ["loaded", "hedged"]


def test_marked_sentences_take_the_keyboard_and_name_who_speaks(rich_report):
    page = Page(report_html(rich_report))
    labels = {attrs["id"]: attrs["for"] for tag, attrs in page.elements if tag == "label" and "for" in attrs}
    buttons = {attrs["id"]: attrs["popovertarget"] for tag, attrs in page.elements if tag == "button"}
    for number in (0, 1, 9, 12):
        assert labels[f"sentence-{number}"] == f"why-{number}"
        assert buttons[f"why-{number}"] == f"note-{number}"
    note = page.texts["note-5"]
    assert "two people familiar with the accounts" in note
    assert "anonymous" in note
    assert "because the inquiry is not public" in note
    assert "91%" in note


def test_note_says_in_which_points_the_sentence_counts(rich_report):
    points = {
        "baseline": 50.0,
        "attributed to anonymous": -20.04,
        "hedged": 3.0,
        "opinion": 1.0,
        "loaded headline": 2.0,
        "direct quotation": -1.5,
    }
    scored = Score(34.46, 20.0, 50.0, "weak", points)
    report = replace(rich_report, sourcing=scored)

    def counts(number):
        found = sentence(report, number)["note"]["counts"]
        return {c["label"]: (c["points"][0]["score"], c["points"][0]["points"]) for c in found}

    assert counts(5) == {"attributed to anonymous": ("Sourcing", -20.0), "hedged": ("Sourcing", 3.0)}
    assert counts(2) == {"direct quotation": ("Sourcing", -1.5)}
    assert counts(9) == {"opinion": ("Sourcing", 1.0)}
    headline = next(s["sentence"] for s in summary(report)["headline"] if s["sentence"])
    assert [c["label"] for c in headline["note"]["counts"]] == ["loaded headline"]
    assert "attributed to anonymous: Sourcing −20.0" in Page(report_html(report)).texts["note-5"]


def test_small_contributions_are_folded_up_but_kept(rich_report):
    points = {"baseline": 40.0, **{f"large {i}": 5.0 for i in range(3)}, **{f"small {i}": 0.5 for i in range(4)}}
    report = replace(rich_report, sourcing=Score(57.0, 40.0, 70.0, "mixed", points))
    shown = summary(report)["scores"][0]
    assert (shown["main"], shown["rest"]) == (3, 2.0)
    html = report_html(report)
    assert "4 smaller ones, together" in html
    assert all(f"small {i}" in html for i in range(4))


def test_quiet_sentence_has_no_note(one_sentence_report):
    html = report_html(one_sentence_report("The ferry left at nine."))
    assert 'id="sentence-1"' in html
    assert "<button" not in html


def test_ledger_lists_sources_and_where_they_speak(rich_report):
    sources = summary(rich_report)["sources"]
    assert [s["number"] for s in sources] == [1, 2, 3, 4, 5]
    assert sources[0]["sentences"] == [0, 1]
    assert sources[1]["sentences"] == [2, 3, 4, 7]
    assert sources[3]["label"] == "named person"
    assert "Brennick Ledger" in Page(report_html(rich_report)).texts["source-5"]


def test_shown_points_add_up_to_the_shown_score(rich_report):
    for shown in summary(rich_report)["scores"]:
        points = [c["points"] for c in shown["contributions"]]
        assert round(shown["baseline"] + math.fsum(points), 1) == shown["total"]
        assert shown["total"] == pytest.approx(shown["value"], abs=0.051)
        assert [abs(p) for p in points] == sorted((abs(p) for p in points), reverse=True)


def test_rounding_keeps_the_sum_of_many_small_points(rich_report):
    thirds = Score(1.0, 0.0, 5.0, "low", {"baseline": 0.65, **{f"f{i}": 0.05 for i in range(7)}})
    shown = summary(replace(rich_report, opinion=thirds))["scores"][3]
    assert shown["total"] == 1.0
    assert round(shown["baseline"] + sum(c["points"] for c in shown["contributions"]), 1) == 1.0


def test_page_shows_scores_with_interval_grade_and_points(rich_report):
    html = report_html(rich_report)
    assert 'aria-label="Sourcing: 61 of 100, 80% interval 44 to 78"' in html
    for text in ("mixed", "+11.8", "−4.9", "named persons", "61.4", "−0.42", "27%", "sha256:0f3a9c21", "Warning:"):
        assert text in html


def test_summary_is_plain_data(rich_report, unscorable_report):
    for report in (rich_report, unscorable_report):
        json.dumps(summary(report), allow_nan=False)


def test_unscored_article_shows_text_and_reasons(unscorable_report):
    html = report_html(unscorable_report)
    page = Page(html)
    assert page.words() == unscorable_report.text.split()
    assert "Untitled article" in html
    assert html.count("not scored</span>") == 6
    assert "not English" in html
    assert "nan" not in html.lower()
    assert "not scored" in report_card(unscorable_report)


def test_note_is_no_warning(rich_report):
    html = report_html(replace(rich_report, warnings=("note: most lines are left out",)))
    assert "<b>Note:</b> most lines are left out" in html


ATTACKS = (
    "<script>alert(1)</script>",
    "<svg onload=alert(1)>",
    "</textarea></style></title><b>out</b>",
    '" onmouseover="alert(1)" x="',
    "' autofocus onfocus='alert(1)",
    "{{ 7 * 7 }}{% raw %}",
    "<!-- -->]]>&lt;&amp;",
)


@pytest.mark.parametrize("attack", ATTACKS)
def test_hostile_words_show_as_words(attack, rich_report, one_sentence_report):
    safe = {tag for tag, _ in Page(report_html(rich_report)).elements}
    attributes = {name for _, attrs in Page(report_html(rich_report)).elements for name in attrs}
    whole = Span(0, len(attack), attack)
    report = one_sentence_report(
        attack,
        title=attack,
        attribution="mixed",
        attributions=(Attribution(whole, whole, (whole,), "person", 0),),
        hedge=Signal(0.9, (whole,), "author"),
        loaded=Signal(0.9, (whole,), "author"),
    )
    source = replace(rich_report.sources[0], name=attack, title=attack, via=attack, anonymity_reason=attack)
    bad_score = Score(50.0, 40.0, 60.0, attack, {"baseline": 40.0, attack: 10.0})
    report = replace(report, id=attack, warnings=(attack,), sources=(source,), signature=attack, sourcing=bad_score)
    for html in (report_html(report), report_card(report)):
        page = Page(html)
        assert {tag for tag, _ in page.elements} <= safe | {"div", "table", "tbody", "style"}
        assert {name for _, attrs in page.elements for name in attrs} <= attributes | {"style", "colspan"}
    assert Page(report_html(report)).words() == attack.split()


def test_page_can_be_stored_whatever_the_article_holds(one_sentence_report):
    report = one_sentence_report("bell \x07, null \x00, half a pair \ud83d, whole \U0001f600.", title="\udc00")
    html = report_html(report)
    html.encode("utf-8")
    assert "\x00" not in html
    assert "\U0001f600" in html
    report_card(report).encode("utf-8")


def test_text_missing_from_the_report_is_put_together_from_its_sentences(rich_report):
    page = Page(report_html(replace(rich_report, text="")))
    assert page.words() == rich_report.text.split()


def test_card_holds_scores_points_sources_and_warnings(rich_report):
    card = report_card(rich_report)
    Page(card)
    for text in ("Brennick council", "Sourcing", "61", "44 to 78", "named persons +11.8", "5 sources", "Warning:"):
        assert text in card
    assert "<html" not in card
    assert rich_report._repr_html_() == card


def test_long_article_is_rendered_whole(rich_report):
    copies = 60
    size = len(rich_report.text)
    text = rich_report.text * copies

    def move(value, by):
        if isinstance(value, Span):
            return Span(value.start + by, value.end + by, value.text)
        if isinstance(value, tuple):
            return tuple(move(v, by) for v in value)
        if isinstance(value, Signal):
            return replace(value, cues=move(value.cues, by))
        if isinstance(value, Attribution):
            return replace(
                value, source=move(value.source, by), cue=move(value.cue, by), content=move(value.content, by)
            )
        return value

    sentences = tuple(
        replace(
            s,
            start=s.start + k * size,
            end=s.end + k * size,
            **{f: move(getattr(s, f), k * size) for f in ("attributions", "hedge", "loaded", "opinion")},
        )
        for k in range(copies)
        for s in rich_report.sentences
    )
    page = Page(report_html(replace(rich_report, text=text, sentences=sentences)))
    assert page.words() == text.split()
