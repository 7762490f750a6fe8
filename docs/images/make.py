"""The pictures of a report, of a comparison and of the plots that README.md and the docs show.

`.venv/bin/python docs/images/make.py` scores the example articles and writes the PNG files beside this
file. It takes the extras ``browser`` and ``plots``, and a Chromium.
"""

from __future__ import annotations

import io
import shutil
import tempfile
from pathlib import Path

import matplotlib
from PIL import Image
from playwright.sync_api import Page, sync_playwright

import classifier

matplotlib.use("agg")
HERE = Path(__file__).resolve().parent
EXAMPLES = HERE.parent.parent / "examples"
# the sentence whose note is open in the picture
SHOWN = "spoke on condition of anonymity"


def save(picture: bytes, name: str) -> None:
    """Write a picture with 256 colours, chosen so that those of small marks are kept, too."""
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    image.quantize(256, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(HERE / name, optimize=True)
    print(f"{name}: {(HERE / name).stat().st_size // 1000} kB")


def open_page(page: Page, html: str, folder: str) -> None:
    path = Path(folder) / "page.html"
    path.write_text(html, encoding="utf-8")
    page.goto(path.as_uri())


def main() -> None:
    predictor = classifier.load()
    reports = []
    for file in sorted(EXAMPLES.glob("*.txt")):
        title, _, text = file.read_text(encoding="utf-8").partition("\n")
        reports.append(predictor.score(classifier.Article(text.lstrip("\n"), title=title, id=file.stem)))
    broadcaster = next(report for report in reports if SHOWN in report.text)
    comparison = classifier.compare(reports)

    found = next(path for path in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if path)
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=found)
        page = browser.new_page(viewport={"width": 1240, "height": 1080}, device_scale_factor=1.35)
        open_page(page, broadcaster.to_html(), folder)
        sentence = page.locator(".s", has_text=SHOWN)
        box = sentence.evaluate("e => e.getClientRects()[0].toJSON()")
        page.mouse.click(box["x"] + 5, box["y"] + 5)
        save(page.screenshot(), "report.png")
        open_page(page, comparison.to_html(), folder)
        save(page.screenshot(), "comparison.png")
        browser.close()

    for name, ax in (("contributions.png", broadcaster.plot("sourcing")), ("accounts.png", comparison.plot())):
        drawn = io.BytesIO()
        ax.figure.savefig(drawn, dpi=120)
        save(drawn.getvalue(), name)


if __name__ == "__main__":
    main()
