"""The page that lays accounts side by side, in a browser."""

from __future__ import annotations

import pytest

import classifier
from classifier.report import SCORES


@pytest.fixture(scope="module")
def comparison(example_reports):
    return classifier.compare(example_reports.values())


def test_matrix_says_who_quotes_whom(show, comparison):
    page = show(comparison.to_html())
    rows = page.locator("[aria-label='Sources by account'] tbody tr")
    common = [s for s in comparison.matched_sources if s.accounts > 1]
    assert rows.count() == len(common) > 1
    for source, row in zip(common, rows.all(), strict=True):
        assert source.name in row.inner_text()
        cells = [cell.strip().strip("·") for cell in row.locator(".cell").all_inner_texts()]
        assert [int(cell or 0) for cell in cells] == list(source.attributions)


def test_sources_of_one_account_stand_with_it(show, comparison):
    listed = show(comparison.to_html()).locator(".by-account dd").all_inner_texts()
    for source in comparison.matched_sources:
        if source.accounts == 1:
            (account,) = [a for a, n in enumerate(source.attributions) if n]
            assert source.name in listed[account]


def test_scores_tone_and_frames_stand_side_by_side(show, comparison):
    page = show(comparison.to_html())
    rows = page.locator("[aria-label='Scores by account'] tbody tr").all()
    for report, row in zip(comparison.reports, rows, strict=True):
        figures = row.locator("b").all_inner_texts()
        assert figures[:5] == [f"{getattr(report, name).value:.0f}" for name in SCORES]
        assert float(figures[5].replace("−", "-")) == pytest.approx(report.valence, abs=0.006)
    assert page.locator("[aria-label='Frames by account'] thead .cell").count() == 5


def test_shared_quotation_unfolds_to_the_wordings_by_keyboard(show, comparison):
    page = show(comparison.to_html())
    quotation = comparison.matched_quotations[0]
    item = page.locator(".quotations > li").first
    assert quotation.text in item.locator("blockquote").inner_text()
    assert not item.locator("dd").first.is_visible()
    item.locator("summary").focus()
    page.keyboard.press("Enter")
    item.locator("dd").first.wait_for(timeout=5000)
    assert len(item.locator("dd").all_inner_texts()) == quotation.accounts


def test_tab_goes_in_reading_order(show, comparison):
    page = show(comparison.to_html())
    # what lies in a closed fold is not reached
    expected = page.evaluate(
        "[...document.querySelectorAll('[tabindex], summary')].filter(e => e.checkVisibility()).map(e => e.ariaLabel || e.textContent)"
    )
    visited = []
    for _ in expected:
        page.keyboard.press("Tab")
        visited.append(page.evaluate("document.activeElement.ariaLabel || document.activeElement.textContent"))
    assert visited == expected


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_texts_have_the_contrast_that_wcag_asks(scheme, show, too_pale, comparison):
    page = show(comparison.to_html(), scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert too_pale(page) == []


@pytest.mark.parametrize("width", [320, 375])
def test_phone_needs_no_scrolling_sideways(width, show, clipped, comparison):
    page = show(comparison.to_html(), width=width, is_mobile=True, has_touch=True)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    scores = page.locator("[aria-label='Scores by account']")
    assert scores.evaluate("e => e.scrollWidth <= e.clientWidth")
    assert "Loaded wording" in scores.locator("td").nth(2).evaluate("e => getComputedStyle(e, '::before').content")
    assert scores.get_by_role("row").count() == 6


def test_paper_holds_everything(show, clipped, too_pale, comparison):
    page = show(comparison.to_html(), width=700, media="print")
    assert clipped(page) == []
    assert too_pale(page, drops_backgrounds=True) == []
    shown = page.locator("main").inner_text()
    for quotation in comparison.matched_quotations:
        for wording in (w for wordings in quotation.wordings for w in wordings):
            assert wording.split()[0] in shown
    assert page.locator(".quotations dd").evaluate_all(
        "all => all.every(e => e.checkVisibility({contentVisibilityAuto: true}))"
    )
    assert len(page.pdf(format="A4")) > 10_000


def test_accounts_of_html_show_as_text_and_run_nothing(show, hostile_report):
    page = show(classifier.compare([hostile_report, hostile_report]).to_html())
    page.wait_for_timeout(100)
    assert page.evaluate("window.hacked") is None
    assert page.locator("script, iframe, img, textarea, svg:not(.gauge, .bar)").count() == 0
    assert "<script>window.hacked = 1; alert(1)</script>" in page.locator(".accounts").inner_text()
    assert page.locator("h1").is_visible()
