"""Changes to an article that should not change what a reader thinks of it: length, boilerplate, typography.

Each takes an article and gives it changed, or None where there is nothing to change. Only the text and the headline
are touched. `training.evaluate_robustness` scores both and compares.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from classifier.article import Article

Change = Callable[[Article, random.Random], Article | None]

_PARAGRAPH = re.compile(r"\n\s*\n|\n")
_WORD = re.compile(r"[^\W\d_]+")
_MIN_PARAGRAPHS = 6  # fewer cannot be cut to two thirds and still be an article

# invented lines, as pages carry them
_FIRST = (
    "By Staff Reporter",
    "Published 4:12 p.m., updated 6:40 p.m.",
    "Share this article: Facebook | Twitter | Email",
    "We use cookies to improve this site. Read our cookie policy or change your settings.",
    "5 min read",
)
_MIDDLE = (
    "Advertisement",
    "Photo: Ada Quillon/Harbour Pictures",
    "READ MORE: Ten gardens to visit this spring",
    "Story continues below",
    "Sign up for our morning newsletter to get the day's stories in your inbox.",
    "(Image: H. Orvell/Getty Images)",
    "Watch: how the bridge was built",
)
_LAST = (
    "Sign up here for our weekly newsletter.",
    "Follow us on Twitter and Facebook.",
    "Related articles",
    "Five things to know about the ferry timetable",
    "What your council tax pays for",
    "Copyright 2019 Harbour Media. All rights reserved. No part of this page may be copied or sold.",
    "Subscribe today for full access to our site and app.",
    "Got a tip? Email the newsroom at tips@harbourmedia.example.",
)


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a text, as blank lines or line breaks part them."""
    return [p.strip() for p in _PARAGRAPH.split(text) if p.strip()]


def _with(article: Article, parts: Sequence[str]) -> Article:
    return replace(article, text="\n\n".join(parts))


def repeated(article: Article, rng: random.Random) -> Article | None:
    """The whole text twice over."""
    parts = paragraphs(article.text)
    return _with(article, [*parts, *parts])


def doubled(article: Article, rng: random.Random) -> Article | None:
    """Each paragraph twice."""
    return _with(article, [p for p in paragraphs(article.text) for _ in range(2)])


def first_two_thirds(article: Article, rng: random.Random) -> Article | None:
    """The paragraphs that hold the first two thirds of the words."""
    parts = paragraphs(article.text)
    if len(parts) < _MIN_PARAGRAPHS:
        return None
    sizes = [len(p.split()) for p in parts]
    kept, words = 0, 0
    while words < 2 / 3 * sum(sizes):
        words += sizes[kept]
        kept += 1
    return _with(article, parts[:kept]) if kept < len(parts) else None


def any_two_thirds(article: Article, rng: random.Random) -> Article | None:
    """Two thirds of the paragraphs, the first one and others drawn by chance, in their order."""
    parts = paragraphs(article.text)
    if len(parts) < _MIN_PARAGRAPHS:
        return None
    kept = sorted(rng.sample(range(1, len(parts)), round(2 / 3 * len(parts)) - 1))
    return _with(article, [parts[0], *(parts[i] for i in kept)])


def boilerplate_added(article: Article, rng: random.Random) -> Article | None:
    """With invented lines around and in it: byline, cookies, credits, newsletter, related links, copyright."""
    parts = paragraphs(article.text)
    middle = rng.sample(_MIDDLE, 3)
    for line in middle:
        parts.insert(rng.randint(1, max(1, len(parts) - 1)), line)
    return _with(article, [*rng.sample(_FIRST, 2), *parts, *sorted(rng.sample(_LAST, 5), key=_LAST.index)])


def newsletter_added(article: Article, rng: random.Random) -> Article | None:
    """With one invented line in the middle and one at the end."""
    parts = paragraphs(article.text)
    parts.insert(len(parts) // 2, rng.choice(_MIDDLE))
    return _with(article, [*parts, rng.choice(_LAST)])


def without(spans: Sequence[tuple[int, int]], article: Article) -> Article | None:
    """Without some character spans of the text, and without the lines that this leaves empty."""
    if not spans:
        return None
    text, at = "", 0
    for start, end in sorted(spans):
        text += article.text[at:start]
        at = max(at, end)
    text += article.text[at:]
    lines = [line for line in text.split("\n") if any(c.isalnum() for c in line)]
    return replace(article, text="\n\n".join(lines)) if lines else None


_DOUBLE = re.compile(r"“|”|\"|''|``|«\s?|\s?»|„")
_BEFORE_OPENING = re.compile(r"[\s(\[—–-]|^$")


def _restyle(text: str, opening: str, closing: str) -> str:
    """Double marks in one style; a straight one opens where it stands at the beginning of a word."""
    out, at = [], 0
    for match in _DOUBLE.finditer(text):
        mark = match.group().strip()
        before, behind = text[max(0, match.start() - 1) : match.start()], text[match.end() : match.end() + 1]
        if mark in "“«„":
            opens = True
        elif mark in "”»":
            opens = False
        else:
            opens = bool(_BEFORE_OPENING.fullmatch(before)) and bool(behind.strip())
        out += [text[at : match.start()], opening if opens else closing]
        at = match.end()
    return "".join([*out, text[at:]])


def _quotes(opening: str, closing: str, apostrophe: str) -> Change:
    def change(article: Article, rng: random.Random) -> Article | None:
        if not _DOUBLE.search(article.text):
            return None

        def new(text: str) -> str:
            text = re.sub(r"(?<=\w)['’](?=\w)", apostrophe, text)
            return _restyle(text, opening, closing)

        return replace(article, text=new(article.text), title=new(article.title))

    change.__doc__ = f"Double quotation marks as {opening}so{closing}, apostrophes as it{apostrophe}s."
    return change


straight_quotes = _quotes('"', '"', "'")
curly_quotes = _quotes("“", "”", "’")
latex_quotes = _quotes("``", "''", "'")
guillemets = _quotes("«", "»", "’")


def single_breaks(article: Article, rng: random.Random) -> Article | None:
    """One line break between paragraphs."""
    return replace(article, text="\n".join(paragraphs(article.text)))


def blank_lines(article: Article, rng: random.Random) -> Article | None:
    """Two blank lines between paragraphs, indented."""
    return replace(article, text="\n\n\n".join("    " + p for p in paragraphs(article.text)))


def windows_breaks(article: Article, rng: random.Random) -> Article | None:
    """Carriage returns, tabs at the end of lines, and white space around the text."""
    return replace(article, text=" \r\n" + "\t\r\n\r\n".join(paragraphs(article.text)) + "  \r\n\r\n")


def wide_spaces(article: Article, rng: random.Random) -> Article | None:
    """Two spaces after sentences, and every tenth space one that does not break."""
    text = re.sub(r"(?<=[.!?]) (?=\S)", "  ", article.text)
    count = iter(range(len(text)))
    return replace(article, text=re.sub(r"(?<=\w) (?=\w)", lambda m: "\u00a0" if next(count) % 10 == 9 else " ", text))


def _headline(new: Callable[[str, str], str]) -> Change:
    def change(article: Article, rng: random.Random) -> Article | None:
        title = new(article.title, article.text)
        return replace(article, title=title) if title != article.title else None

    return change


_SMALL = frozenset("a an and as at but by for from in is of on or the to with".split())


def _title_case(title: str, text: str) -> str:
    words = title.split(" ")
    return " ".join(w if i and w.lower() in _SMALL else w[:1].upper() + w[1:] for i, w in enumerate(words))


def _sentence_case(title: str, text: str) -> str:
    """Capitals only at the beginning, in acronyms and in names: words that the text writes with a capital alone."""
    if title.isupper():
        return title.capitalize()
    known = set(_WORD.findall(text))

    def small(match: re.Match[str]) -> str:
        word = match.group()
        name = word in known and word.lower() not in known
        return word if not match.start() or name or (word.isupper() and len(word) > 1) else word.lower()

    return _WORD.sub(small, title)


def _upper_case(title: str, text: str) -> str:
    return title.upper()


title_case = _headline(_title_case)
sentence_case = _headline(_sentence_case)
upper_case = _headline(_upper_case)

LENGTH: dict[str, Change] = {
    "text repeated": repeated,
    "each paragraph twice": doubled,
    "first two thirds": first_two_thirds,
    "two thirds by chance": any_two_thirds,
}
BOILERPLATE: dict[str, Change] = {
    "ten lines of boilerplate added": boilerplate_added,
    "two lines of boilerplate added": newsletter_added,
}
TYPOGRAPHY: dict[str, Change] = {
    "straight quotation marks": straight_quotes,
    "curly quotation marks": curly_quotes,
    "`` '' as quotation marks": latex_quotes,
    "« » as quotation marks": guillemets,
    "one line break a paragraph": single_breaks,
    "blank lines and indents": blank_lines,
    "carriage returns and tabs": windows_breaks,
    "wide spaces": wide_spaces,
    "headline in Title Case": title_case,
    "headline in sentence case": sentence_case,
    "headline in CAPITALS": upper_case,
}
