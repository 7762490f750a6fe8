from __future__ import annotations

import re
import unicodedata
from dataclasses import replace

import pytest

from classifier.report import Signal, Span
from classifier.terminal import report_text, reports_table


def cells(line):
    line = re.sub(r"\x1b\[[0-9;]*m", "", line)
    return sum(
        0 if unicodedata.category(c) in ("Mn", "Me") else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in line
    )


def joined(text):
    return " ".join(text.split())


def test_text_shows_each_score_with_interval_grade_and_sum(rich_report):
    text = joined(report_text(rich_report))
    assert "Sourcing 61.4 (44 to 78) mixed" in text
    assert (
        "= 50.1 baseline + 11.8 named persons + 6.3 documents - 4.9 anonymous sources - 3.3 unsourced claims "
        "+ 2.5 number of sources - 1.1 vague sources" in text
    )
    assert "Valence: -0.42 (unfavourable" in text
    assert "economic 27%" in text


def test_the_shown_sum_adds_up(rich_report):
    text = report_text(rich_report, width=500)
    scores = re.findall(r"^\w[\w ]+?\s+(-?[\d.]+) \(.*\n\s+= (.*)$", text, flags=re.M)
    assert len(scores) == 5
    for value, equation in scores:
        terms = re.findall(r"(?:^|([+-]) )(\d+\.\d) ", equation)
        assert round(sum(float(number) * (-1 if sign == "-" else 1) for sign, number in terms), 1) == float(value)


def test_small_points_are_summed(rich_report):
    small = {"baseline": 40.0, "large": 9.5, "a": 0.2, "b": 0.3, "c": -0.1}
    report = replace(rich_report, sourcing=replace(rich_report.sourcing, value=49.9, contributions=small))
    assert "= 40.0 baseline + 9.5 large + 0.4 smaller ones (3)" in report_text(report)


def test_text_shows_the_ledger(rich_report):
    text = report_text(rich_report)
    line = next(line for line in text.splitlines() if "critics" in line)
    assert re.search(r"5\. critics\s+vague\s+1\s+7\s+Brennick Ledger", line)
    assert "2. Mara Ellison" in text
    assert "chairs the finance" in text


def test_text_shows_the_telling_sentences_with_cues_marked(rich_report):
    text = joined(report_text(rich_report))
    assert "96% 9. The whole *squalid* affair shows a council *drunk on its own secrecy*." in text
    assert "66% headline: Brennick council hid *ruinous* ferry losses" in text
    assert "72% 8. *It is said* that the shipyard was paid twice." in text
    assert "91% 5. The shortfall *may* reach" in text
    assert "*shabby" not in text.split("Opinion in")[0].split("Loaded words")[1]


def test_most_certain_sentences_come_first_and_few(rich_report):
    base = rich_report.sentences[8]
    many = tuple(replace(base, loaded=replace(base.loaded, probability=0.6 + i / 100)) for i in range(12))
    text = report_text(replace(rich_report, sentences=many, headline=None))
    section = text.split("Loaded words")[1].split("\n\n")[0]
    assert re.findall(r"(\d+)%", section) == ["71", "70", "69", "68", "67"]
    assert "and 7 more" in section


def test_lines_that_are_no_part_of_the_story_are_left_out(rich_report):
    assert "Subscribe" not in report_text(rich_report)


@pytest.mark.parametrize("color", [False, True])
@pytest.mark.parametrize("width", [1, 24, 31, 40, 60, 75, 76, 88, 109, 110, 200])
def test_no_line_is_wider_than_asked_for(rich_report, unscorable_report, width, color):
    wide = replace(
        rich_report,
        title="東京の新聞が報じた長い見出し " * 6,
        id="x" * 300,
        warnings=("w" * 130,),
        sources=(
            replace(rich_report.sources[0], name="新聞" * 40, title="t" * 90, via="通信社の名前はとても長い"),
            replace(rich_report.sources[1], name="A", title="", via="BBC"),
        ),
        signature="s" * 150,
    )
    for report in (rich_report, unscorable_report, wide):
        for text in (report_text(report, width, color), reports_table([report, wide, rich_report], width)):
            assert max(map(cells, text.splitlines())) <= max(width, 24)


def test_words_survive_narrow_lines(rich_report):
    narrow, broad = report_text(rich_report, width=40), report_text(rich_report, width=500)
    for words in ("two people familiar with the accounts", "Harbour master", "drunk on its own secrecy", "hearsay"):
        assert words in joined(narrow)
        assert words in joined(broad)


def test_long_word_is_broken_without_loss(rich_report):
    word = "x" * 70
    text = report_text(replace(rich_report, title=word), width=40)
    assert "".join(text.splitlines()[:2]) == word


def test_color_sets_ansi_codes_that_end_with_their_line(rich_report):
    text = report_text(rich_report, width=30, color=True)
    assert "\x1b[1;4msqualid\x1b[0m" in text
    for line in text.splitlines():
        codes = re.findall(r"\x1b\[([0-9;]*)m", line)
        assert codes[1::2] == ["0"] * (len(codes) // 2)
        assert len(codes) % 2 == 0
    assert "\x1b" not in report_text(rich_report)


def test_color_changes_no_word(rich_report):
    colored = re.sub(r"\x1b\[[0-9;]*m", "", report_text(rich_report, color=True))
    assert joined(colored) == joined(report_text(rich_report).replace("*", ""))


def test_article_cannot_drive_the_terminal(rich_report, one_sentence_report):
    bad = "ring \x07 red \x1b[31m title \x1b]0;owned\x07 back \x08\x9b2J flip \u202e over \ue000 end"
    report = one_sentence_report(bad, title=bad, opinion=Signal(0.9))
    report = replace(
        report,
        id=bad,
        warnings=(bad,),
        signature=bad,
        sources=(replace(rich_report.sources[0], name=bad, title=bad, via=bad),),
    )
    for text in (report_text(report), report_text(report, 50), reports_table([report]), reports_table([report], 40)):
        assert all(unicodedata.category(c)[0] != "C" for c in text.replace("\n", ""))


def test_unscored_article(unscorable_report):
    text = report_text(unscorable_report)
    assert "Untitled article" in text
    assert "Warning: too short to score" in text
    assert text.count("not scored") == 6
    assert "nan" not in text.lower()


def test_very_long_sentence_is_cut_around_its_cue(one_sentence_report):
    long = "word " * 400 + "sham " + "word " * 400
    at = long.index("sham")
    report = one_sentence_report(long.strip(), loaded=Signal(0.9, (Span(at, at + 4, "sham"),), "author"))
    text = report_text(report)
    assert "*sham*" in text
    assert len(text) < 2000


def test_table_has_a_row_for_each_article(rich_report, unscorable_report):
    lines = reports_table([rich_report, unscorable_report]).splitlines()
    assert re.search(r"^Brennick .*61 +68 +48 +33 +40 +-0\.42 +5 +shorter", lines[1])
    assert re.search(r"^untitled +- +- +- +- +- +- +0 +not English", lines[2])
    assert "sour sourcing" in joined(" ".join(lines[3:]))


def test_wide_table_spells_the_scores_out(rich_report):
    lines = reports_table([rich_report], width=120).splitlines()
    assert "transparency" in lines[0]
    assert len(lines) == 2


def test_article_without_title_goes_by_its_id(rich_report):
    assert reports_table([replace(rich_report, title=" ")]).splitlines()[1].startswith("ferry-17")


def test_table_takes_any_iterable_and_none_at_all(rich_report):
    assert reports_table(r for r in [rich_report]) == reports_table([rich_report])
    assert reports_table([]) == "no articles"


def test_columns_line_up_under_wide_characters(rich_report):
    lines = reports_table([rich_report, replace(rich_report, title="東京の新聞")]).splitlines()
    assert cells(lines[1].split("61")[0]) == cells(lines[2].split("61")[0])
