"""The page of a report, as readers meet it: in a browser, with mouse, keyboard, phone and printer."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

import pytest

from classifier.render import TYPE_LABELS, is_boilerplate

# The words of every sentence as they stand on the page: pieces of text with the classes around them.
SENTENCES = """
() => Object.fromEntries([...document.querySelectorAll(".s[id]")].map(sentence => {
  const pieces = [], walker = document.createTreeWalker(sentence, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const e = walker.currentNode.parentElement;
    if (e.closest(".ref, .tag")) continue;
    const marks = [];
    for (let up = e; up !== sentence; up = up.parentElement)
      marks.push(...up.classList, ...(up.tagName === "MARK" ? ["loaded"] : []));
    pieces.push([walker.currentNode.data, marks]);
  }
  return [sentence.id, pieces];
}))
"""
OPEN = ".note:popover-open"
KNOWS_INTEREST = "CSS.supports('selector(:interest-source)')"


def words_of(page, selector):
    """A point on the first words of a sentence: its box may hold others, too."""
    page.locator(selector).scroll_into_view_if_needed()
    box = page.locator(selector).evaluate("e => e.getClientRects()[0].toJSON()")
    return box["x"] + 5, box["y"] + box["height"] / 2


def press(page, selector):
    page.mouse.click(*words_of(page, selector))


def expected_marks(sentences):
    """By number of the sentence, by role: for each character whether it is marked."""
    spans = defaultdict(list)
    for s in sentences:
        if is_boilerplate(s):
            continue
        for a in s.attributions:
            spans["source"] += [a.source] if a.source else []
            spans["cue"] += [a.cue] if a.cue else []
            spans["content"] += a.content
        spans["hedge"] += s.hedge.cues
        spans["loaded"] += s.loaded.cues
        if s.loaded.voice == "quoted":
            spans["quoted"] += s.loaded.cues
    return [
        {
            role: [any(span.start <= at < span.end for span in spans[role]) for at in range(s.start, s.end)]
            for role in ("source", "cue", "content", "hedge", "loaded", "quoted")
        }
        for s in sentences
    ]


def test_marks_stand_on_the_words_of_the_report(show, example_reports, every_mark):
    seen = set()
    for report in (*example_reports.values(), every_mark):
        shown = show(report.to_html()).evaluate(SENTENCES)
        numbered = [(report.headline, 0, expected_marks([report.headline])[0])] if report.headline else []
        numbered += [
            (s, n, m)
            for n, (s, m) in enumerate(zip(report.sentences, expected_marks(report.sentences), strict=True), 1)
        ]
        for sentence, number, marks in numbered:
            pieces = shown[f"sentence-{number}"]
            assert "".join(text for text, _ in pieces) == sentence.text
            for role, mask in marks.items():
                on_page = [role in classes for text, classes in pieces for _ in text.encode("utf-32-le")[::4]]
                assert on_page == mask, (report.id, number, role)
                seen |= {role} if any(mask) else set()
    assert seen == {"source", "cue", "content", "hedge", "loaded", "quoted"}


def test_click_on_a_sentence_shows_who_says_it_what_type_and_why_it_counts(show, every_mark):
    page = show(every_mark.to_html())
    press(page, "#sentence-2")
    note = page.locator("#note-2")
    note.wait_for(timeout=5000)
    for words in ("traders", TYPE_LABELS["vague"], "indirect", "via Canal Post", "fear for their berths", "90% likely"):
        assert words in note.inner_text()
    assert "attributed to vague: Sourcing −6.5" in note.inner_text()
    assert "hedged: Sourcing +3.0" in note.inner_text()

    press(page, "#sentence-5")
    note.wait_for(state="hidden", timeout=5000)
    assert "Opinion 90% likely, in the writer’s voice" in page.locator("#note-5").inner_text().replace(
        ": “deserves”", ""
    )
    page.keyboard.press("Escape")
    page.wait_for_selector(OPEN, state="detached", timeout=5000)


def test_click_beside_the_note_closes_it(show, every_mark):
    page = show(every_mark.to_html())
    press(page, "#sentence-1")
    page.wait_for_selector(OPEN, timeout=5000)
    page.locator("footer").click()
    page.wait_for_selector(OPEN, state="detached", timeout=5000)


def test_open_note_leaves_its_sentence_to_be_seen(show, every_mark):
    for width in (1280, 375):
        page = show(every_mark.to_html(), width=width)
        for number in (1, 3, 9):
            press(page, f"#sentence-{number}")
            note, sentence = (page.locator(f"#{name}-{number}").bounding_box() for name in ("note", "sentence"))
            assert note["y"] >= sentence["y"] + sentence["height"] or note["y"] + note["height"] <= sentence["y"]
            assert note["x"] >= 0
            assert note["x"] + note["width"] <= width
            page.keyboard.press("Escape")


def test_tab_goes_through_the_page_in_reading_order_and_opens_notes(show, example_reports):
    page = show(example_reports["3-broadcaster"].to_html())
    expected = page.evaluate(
        "[...document.querySelectorAll('input, a[href], button, summary')].map(e => e.id || e.textContent || e.href)"
    )
    knows_interest = page.evaluate(KNOWS_INTEREST)
    visited = []
    for _ in expected:
        page.keyboard.press("Tab")
        visited.append(
            page.evaluate("(e => e.id || e.textContent || e.href)(document.activeElement)"),
        )
        if visited[-1].startswith("why-") and knows_interest:
            page.wait_for_selector(f"#{visited[-1].replace('why', 'note')}:popover-open", timeout=5000)
    assert visited == expected
    assert sum(name.startswith("why-") for name in visited) > 10


def test_escape_and_enter_work_the_note_of_the_sentence_in_focus(show, every_mark):
    page = show(every_mark.to_html())
    page.locator("#why-4").focus()
    if page.evaluate(KNOWS_INTEREST):  # the focus opens it, a moment later
        page.wait_for_selector("#note-4:popover-open", timeout=5000)
    page.keyboard.press("Escape")
    page.wait_for_selector(OPEN, state="detached", timeout=5000)
    assert page.evaluate("document.activeElement.id") == "why-4"
    page.keyboard.press("Enter")
    page.locator("#note-4").wait_for(timeout=5000)
    assert "nobody named (hearsay, unsourced)" in page.locator("#note-4").inner_text().replace(" — It is rumoured", "")
    page.keyboard.press("Escape")
    page.wait_for_selector(OPEN, state="detached", timeout=5000)


def test_focus_shows_on_the_sentence(show, every_mark):
    page = show(every_mark.to_html())
    outline = "getComputedStyle(document.querySelector('#sentence-1')).outlineStyle"
    assert page.evaluate(outline) == "none"
    page.locator("#why-1").focus()
    assert page.evaluate(outline) == "solid"


def test_buttons_have_names_and_the_note_as_description(show, every_mark):
    page = show(every_mark.to_html())
    assert page.get_by_role("button", name="Sentence 2: why it counts").count() == 1
    assert page.get_by_role("button").count() == page.locator(".why").count() == 9


def test_numbers_lead_to_the_ledger_and_back(show, every_mark):
    page = show(every_mark.to_html())
    page.locator("#sentence-2 a.ref").click()
    assert page.url.endswith("#source-2")
    page.wait_for_selector(OPEN, state="detached", timeout=5000)
    page.locator("#source-2 a").click()
    assert page.evaluate("document.querySelector(':target').id") == "sentence-2"


@pytest.mark.parametrize(
    ("box", "mark", "style"),
    [
        ("show-said", ".article p .content", "borderBottomStyle"),
        ("show-hedge", ".article p .hedge", "textDecorationLine"),
        ("show-loaded", ".article p mark", "outlineStyle"),
        ("show-opinion", ".article p .tag.opinion", "display"),
    ],
)
def test_each_kind_of_mark_can_be_switched_off_by_keyboard(box, mark, style, show, every_mark):
    page = show(every_mark.to_html())
    look = f"getComputedStyle(document.querySelector('{mark}')).{style}"
    assert page.evaluate(look) != "none"
    page.locator(f"#{box}").focus()
    page.keyboard.press("Space")
    assert page.evaluate(look) == "none"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_marks_and_texts_have_the_contrast_that_wcag_asks(scheme, show, too_pale, every_mark):
    page = show(every_mark.to_html(), scheme=scheme)
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == (
        "rgb(251, 251, 249)" if scheme == "light" else "rgb(20, 22, 25)"
    )
    for number in (0, 2, 5):
        if number:
            press(page, f"#sentence-{number}")
        assert too_pale(page) == []


def test_kinds_differ_by_more_than_colour(show, every_mark):
    page = show(every_mark.to_html())
    looks = [
        page.evaluate(
            "q => { const s = getComputedStyle(document.querySelector('.article p ' + q));"
            " return [s.borderBottomStyle, s.textDecorationStyle, s.outlineStyle, s.fontWeight, s.fontStyle].join() }",
            query,
        )
        for query in [
            *(".direct", ".indirect", ".mixed", ".unsourced", ".hedge"),
            *("mark:not(.quoted)", "mark.quoted", ".source", ".cue"),
        ]
    ]
    assert len(set(looks)) == len(looks)


@pytest.mark.parametrize("width", [320, 375])
def test_phone_needs_no_scrolling_sideways(width, show, clipped, example_reports, hostile_report):
    for report in (*example_reports.values(), hostile_report):
        page = show(report.to_html(), width=width, is_mobile=True, has_touch=True)
        assert page.evaluate("document.documentElement.scrollWidth") == width, report.id
        assert clipped(page) == []
        page.locator(".why + .note").first.evaluate("note => note.showPopover()")
        assert page.evaluate("document.documentElement.scrollWidth") == width


def test_tap_opens_the_note(show, every_mark):
    page = show(every_mark.to_html(), width=375, is_mobile=True, has_touch=True)
    page.touchscreen.tap(*words_of(page, "#sentence-2"))
    page.locator("#note-2").wait_for(timeout=5000)


def test_paper_holds_everything(show, clipped, too_pale, every_mark):
    html = every_mark.to_html()
    page = show(html, width=700, media="print")
    assert clipped(page) == []
    assert too_pale(page, drops_backgrounds=True) == []
    assert page.evaluate("document.querySelectorAll('details:not([open])').length") > 0
    shown = page.locator("main, body").first.inner_text()
    for words in ("few sources", "first person", "−0.3", "Lock gates shut", "Ledger of sources", "as they fear"):
        assert words in shown
    assert page.locator("input, .note, .why").evaluate_all("all => all.filter(e => e.checkVisibility()).length") == 0
    assert len(page.pdf(format="A4")) > 10_000


def test_details_unfold_by_keyboard(show, every_mark):
    page = show(every_mark.to_html())
    last = page.locator(".rest").first.locator("th").last
    assert not last.is_visible()
    page.locator(".rest summary").first.focus()
    page.keyboard.press("Enter")
    last.wait_for(timeout=5000)


def test_gauges_stand_at_the_score(show, every_mark):
    page = show(every_mark.to_html())
    gauge, low, value = (
        page.locator(f".scores li:first-child .gauge{part}").bounding_box() for part in ("", " .interval", " .value")
    )
    assert (low["x"] - gauge["x"]) / gauge["width"] == pytest.approx(0.35, abs=0.01)
    assert (value["x"] + value["width"] / 2 - gauge["x"]) / gauge["width"] == pytest.approx(0.5, abs=0.01)
    assert page.get_by_role("img", name="Sourcing: 50 of 100, 80% interval 35 to 66").count() == 1


def test_an_article_of_html_shows_as_text_and_runs_nothing(show, hostile_report):
    page = show(hostile_report.to_html())
    shown = page.evaluate(SENTENCES)
    for number, sentence in enumerate(hostile_report.sentences, 1):
        assert "".join(text for text, _ in shown[f"sentence-{number}"]) == sentence.text
    assert "<script>window.hacked = 1; alert(1)</script>" in page.locator("h1").inner_text()
    page.wait_for_timeout(100)
    assert page.evaluate("window.hacked") is None
    assert page.locator("script, iframe, img, textarea, svg:not(.gauge, .bar)").count() == 0
    assert page.locator("#the-article").is_visible()


def test_a_page_without_scores_stands(show, clipped, too_pale, every_mark):
    from classifier.report import Score

    missing = Score.missing()
    report = replace(
        every_mark,
        **dict.fromkeys(("sourcing", "transparency", "loaded", "opinion", "speculation"), missing),
        valence=float("nan"),
        sources=(),
        sentences=(),
    )
    page = show(report.to_html(), width=375)
    assert page.get_by_text("not scored").count() == 6
    assert clipped(page) == []
    assert too_pale(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_card_takes_the_colours_of_the_notebook(scheme, show, clipped, too_pale, example_reports):
    back, front = ("#fff", "#222") if scheme == "light" else ("#111", "#ddd")
    card = example_reports["2-tabloid"]._repr_html_()
    page = show(
        f"<!DOCTYPE html><title>notebook</title><body style='background: {back}; color: {front}'>{card}", width=700
    )
    assert clipped(page) == []
    assert too_pale(page) == []
