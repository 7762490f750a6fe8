"""Articles to measure with: the project's own, put together to any length, so that anyone can repeat a figure."""

from __future__ import annotations

import json
import re
from functools import cache
from itertools import cycle
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@cache
def paragraphs() -> tuple[str, ...]:
    """Paragraphs of the example articles and of the labelled articles that ship with the project."""
    texts = [f.read_text(encoding="utf-8") for f in sorted((ROOT / "examples").glob("*.txt"))]
    for file in sorted((ROOT / "training" / "data" / "own").glob("*.json")):
        sentences = json.loads(file.read_text(encoding="utf-8"))["sentences"]
        texts.append("".join(s.get("before", " ") + s["text"] for s in sentences))
    found = (p.strip() for text in texts for p in re.split(r"\n\s*\n", text))
    return tuple(p for p in found if len(p.split()) > 5)


def articles(n_words: int, number: int) -> list[str]:
    """`number` articles of about `n_words` words, no two alike as long as the paragraphs last.

    Each is cut at the word, so that it is never longer.
    """
    source = cycle(paragraphs())
    out = []
    for _ in range(number):
        parts: list[str] = []
        left = n_words
        while left > 0:
            words = next(source).split(" ")
            parts.append(" ".join(words[:left]))
            left -= len(words)
        out.append("\n\n".join(parts))
    return out


def words_of(texts: list[str]) -> int:
    """Words, as white space parts them."""
    return sum(len(t.split()) for t in texts)
