"""A headless Chromium that opens the pages; without one the tests here are skipped.

Every page is opened from a file, and any error in the console, any exception, any dialog and any
request but the one for the page itself fails the test that caused it.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import classifier
from classifier.report import FRAMES, ArticleReport, Attribution, Score, Sentence, Signal, Source, Span

ROOT = Path(__file__).resolve().parent.parent.parent
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def no_browser(reason: str) -> None:
    """Skip, unless CI says that there has to be a browser."""
    if os.environ.get("ACCORDINGTO_BROWSER") == "required":
        pytest.fail(reason)
    pytest.skip(reason)


# Not for the whole run: while it is open, Playwright's event loop keeps others from running.
@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        no_browser("Playwright is not installed: pip install -e '.[browser]'")
    found = next((path for path in map(shutil.which, NAMES) if path), None)
    if found is None:
        no_browser(f"no Chromium on the PATH ({', '.join(NAMES)}): on Debian apt-get install chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found)
        yield chromium
        chromium.close()


@pytest.fixture
def show(browser: Any, tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """``show(html, width=1280, scheme="light", media="screen")`` opens a page."""
    contexts, complaints = [], []

    def show(html: str, width: int = 1280, scheme: str = "light", media: str = "screen", **options: Any) -> Any:
        path = tmp_path / f"{len(contexts)}.html"
        path.write_text(html, encoding="utf-8")
        context = browser.new_context(
            viewport={"width": width, "height": 800}, color_scheme=scheme, reduced_motion="reduce", **options
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(f"console: {message.type}: {message.text}"))
        page.on("pageerror", lambda error: complaints.append(f"exception: {error}"))
        page.on("dialog", lambda dialog: (complaints.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.on(
            "request",
            lambda request: None if request.url.split("#")[0] == path.as_uri() else complaints.append(request.url),
        )
        page.emulate_media(media=media)
        page.goto(path.as_uri())
        return page

    yield show
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture(scope="session")
def example_reports(predictor: classifier.Predictor) -> dict[str, ArticleReport]:
    """The project's example articles, scored."""
    files = sorted((ROOT / "examples").glob("*.txt"))
    return {
        file.stem: predictor.score(classifier.Article(file.read_text(encoding="utf-8"), id=file.stem)) for file in files
    }


HOSTILE = (
    "<script>window.hacked = 1; alert(1)</script>",
    '<svg onload="window.hacked = 1"><script>window.hacked = 1</script></svg>',
    "</textarea></style></title><style>body { display: none }</style>",
    '<img src="https://example.org/x.png" onerror="window.hacked = 1">',
    '"><iframe srcdoc="<script>parent.hacked = 1</script>"></iframe>',
)


@pytest.fixture(scope="session")
def hostile_report(predictor: classifier.Predictor) -> ArticleReport:
    """A scored article that says what it says between pieces of HTML."""
    lines = [
        f"“The quay {piece} will be closed from Monday,” the harbour master Ada {piece} Lindqvist told reporters {piece}."
        f" A ferry crew of nine may have to wait, officials {piece} said."
        for piece in HOSTILE
    ]
    text = "\n\n".join(lines)
    return predictor.score(classifier.Article(text, title=f"Quay closed {HOSTILE[0]}", id=f"quay {HOSTILE[3]}"))


@pytest.fixture(scope="session")
def every_mark() -> ArticleReport:
    """A report made by hand that holds every kind of mark, label, source and warning."""
    text = (
        "“The lock gates are shut,” said Ines Varga. Traders reckon that tolls may rise. "
        "Varga called the plan “a daft folly” that would cost millions. It is rumoured that the keeper has left. "
        "This wretched scheme deserves to sink. A grim tale. Perhaps so. They said as much.\n\nShare this page."
    )

    def span(words: str) -> Span:
        return Span(text.index(words), text.index(words) + len(words), words)

    def said(source: str | None, cue: str, content: str, kind: str, index: int | None) -> tuple[Attribution, ...]:
        return (Attribution(span(source) if source else None, span(cue), (span(content),), kind, index),)

    def sentence(words: str, **fields: Any) -> Sentence:
        at = span(words)
        plain = {
            "boilerplate": 0.0,
            "attribution": "none",
            "attributed": 0.9,
            "attributions": (),
            "hedge": Signal(0.1),
            "loaded": Signal(0.1),
            "opinion": Signal(0.1),
            "valence": 0.0,
            "frames": dict.fromkeys(FRAMES, 0.0) | {"economic": 0.8},
        }
        return Sentence(at.start, at.end, at.text, **(plain | fields))

    sentences = (
        sentence(
            "“The lock gates are shut,” said Ines Varga.",
            attribution="direct",
            attributions=said("Ines Varga", "said", "“The lock gates are shut,”", "person", 0),
        ),
        sentence(
            "Traders reckon that tolls may rise.",
            attribution="indirect",
            attributions=said("Traders", "reckon", "that tolls may rise", "vague", 1),
            hedge=Signal(0.9, (span("may"),), "author"),
        ),
        sentence(
            "Varga called the plan “a daft folly” that would cost millions.",
            attribution="mixed",
            attributions=said("Varga", "called", "“a daft folly” that would cost millions", "person", 0),
            loaded=Signal(0.8, (span("daft folly"),), "quoted"),
        ),
        sentence(
            "It is rumoured that the keeper has left.",
            attribution="unsourced",
            attributions=said(None, "It is rumoured", "that the keeper has left", "none", None),
            hedge=Signal(0.8, (span("rumoured"),), "author"),
        ),
        sentence(
            "This wretched scheme deserves to sink.",
            loaded=Signal(0.9, (span("wretched"),), "author"),
            opinion=Signal(0.9, (span("deserves"),), "author"),
            valence=-0.8,
        ),
        sentence("A grim tale.", loaded=Signal(0.7)),
        sentence("Perhaps so.", hedge=Signal(0.7)),
        sentence("They said as much.", attribution="indirect"),
        sentence("Share this page.", boilerplate=0.99),
    )
    features = {"attributed to person": 9.0, "attributed to vague": -6.5, "unsourced claims": -4.0, "hedged": 3.0}
    features |= {"loaded wording": 2.5, "opinion": -2.0, "questions": 0.4, "first person": -0.3, "few sources": 0.2}
    score = Score(50.0, 35.0, 66.0, "mixed", {"baseline": 50.0 - sum(features.values()), **features})
    return ArticleReport(
        id="lock-3",
        title="Lock gates shut",
        warnings=("too short for narrow intervals", "note: a line was left out"),
        sourcing=score,
        transparency=score,
        loaded=score,
        opinion=score,
        speculation=score,
        valence=-0.3,
        frames=dict.fromkeys(FRAMES, 0.0) | {"economic": 0.5, "morality": 0.1},
        sources=(
            Source("Ines Varga", "lock keeper", "person", "", "", 2, 2, 12, 7),
            Source("traders", "", "vague", "Canal Post", "as they fear for their berths", 1, 1, 4, 0),
        ),
        sentences=sentences,
        signature="accordingto 0.1.0 | en-1 | sha256:0f3a9c21",
        text=text,
    )


# Text and lines that are seen, with their colours over what lies behind them. A canvas turns any CSS
# colour into numbers. With drops_backgrounds as paper has it: printers leave backgrounds out.
CONTRASTS = """
dropsBackgrounds => {
  const pixel = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const rgba = colour => {
    pixel.clearRect(0, 0, 1, 1); pixel.fillStyle = colour; pixel.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = pixel.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = (top, below, opacity) => [0, 1, 2].map(i => top[i] * top[3] * opacity + below[i] * (1 - top[3] * opacity));
  const chain = element => element ? [...chain(element.parentElement), element] : [];
  const canvas = matchMedia("(prefers-color-scheme: dark)").matches && !dropsBackgrounds ? [0, 0, 0] : [255, 255, 255];
  const behind = element => dropsBackgrounds ? canvas : chain(element).reduce(
    (below, e) => over(rgba(getComputedStyle(e).backgroundColor), below, 1), canvas);
  const luminance = c => c.map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ratio = (colour, element) => {
    const back = behind(element);
    const opacity = chain(element).reduce((o, e) => o * getComputedStyle(e).opacity, 1);
    const [a, b] = [luminance(over(rgba(colour), back, opacity)), luminance(back)];
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const words = walker.currentNode.data.trim(), e = walker.currentNode.parentElement;
    if (!words || e.closest("style") || !e.checkVisibility()) continue;
    const style = getComputedStyle(e), name = e.tagName.toLowerCase() + "." + e.className;
    found.push({ what: "text", name, words: words.slice(0, 30), ratio: ratio(style.color, e) });
    const line = (what, shown, colour, at) => shown && found.push({ what, name, words: words.slice(0, 30), ratio: ratio(colour, at) });
    line("underline", style.textDecorationLine !== "none", style.textDecorationColor, e);
    line("border", style.borderBottomStyle !== "none" && /content|tag/.test(name), style.borderBottomColor, e.parentElement);
    line("outline", style.outlineStyle !== "none" && e.tagName === "MARK", style.outlineColor, e.parentElement);
  }
  return found;
}
"""


@pytest.fixture
def too_pale() -> Callable[..., list[str]]:
    """``too_pale(page)``: what stands out less than WCAG AA asks, 4.5 to 1 for text, 3 to 1 for lines."""

    def too_pale(page: Any, drops_backgrounds: bool = False) -> list[str]:
        seen = page.evaluate(CONTRASTS, drops_backgrounds)
        assert len(seen) > 20
        return [
            f"{one['what']} of {one['name']} ({one['words']}): {one['ratio']:.2f}"
            for one in seen
            if one["ratio"] < (4.5 if one["what"] == "text" else 3)
        ]

    return too_pale


# Elements that stick out of the window, or hold more than they show.
CLIPPED = """
() => [...document.body.querySelectorAll("*")].filter(e => {
  if (!e.checkVisibility() || e.closest("svg, .why") || getComputedStyle(e).clipPath !== "none" || e.closest("thead[role]")) return false;
  const box = e.getBoundingClientRect(), style = getComputedStyle(e);
  const cut = style.overflowX !== "visible" && (e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1);
  return box.width && (cut || box.right > document.documentElement.clientWidth + 1 || box.left < -1);
}).map(e => e.tagName + "." + e.className + ": " + e.textContent.trim().slice(0, 40))
"""


@pytest.fixture
def clipped() -> Callable[[Any], list[str]]:
    """``clipped(page)``: what cannot be seen whole without scrolling sideways."""
    return lambda page: page.evaluate(CLIPPED)
