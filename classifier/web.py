"""Web pages to articles: takes HTML, gives an `Article` without menus, comments and advertisements.

The extraction is trafilatura's (Barbaresi 2021), which the extra ``web`` brings; it is imported when a page comes and
fetches nothing. What is added here: the title is not repeated in the text, and dates are only taken where the page
states them.
"""

from __future__ import annotations

import logging
import re
from typing import Any

from classifier.article import Article

MAX_PAGE = 20_000_000
"""Characters or bytes of one page."""

_UNTAKEABLE = re.compile("[\ud800-\udfff]")
_TITLE_WORDS = re.compile(r"\w+")
_MOST_OUTLET = 80
_TITLE_LINES = 3
# what stands before or over a story and is never part of it; trafilatura keeps it on short pages
_PRUNED = ["//noscript", "//*[@role='dialog']", "//*[@aria-modal='true']"]


def article_of_page(html: str | bytes, url: str | None = None, id: str | None = None) -> Article:
    """See `Article.from_html`."""
    if not isinstance(html, (str, bytes)):
        raise TypeError(f"from_html takes a page as str or bytes, not {type(html).__name__}")
    if url is not None and not isinstance(url, str):
        raise TypeError(f"from_html takes url as a str or None, not {type(url).__name__}")
    if len(html) > MAX_PAGE:
        raise ValueError(f"more than {MAX_PAGE:,} characters, too long for one page")
    try:
        from trafilatura import bare_extraction
    except ImportError:
        raise ImportError("web pages take trafilatura; install it with: pip install 'accordingto[web]'") from None
    # its notes on pages that it cannot parse come as our errors
    logging.getLogger("trafilatura").addHandler(logging.NullHandler())
    if isinstance(html, str):
        # NUL and half surrogate pairs are characters that no page holds and lxml cannot take
        html = _UNTAKEABLE.sub("\ufffd", html).replace("\0", "\ufffd")
    found: Any = None
    if html.strip():
        try:
            found = bare_extraction(
                html,
                url=url,
                include_comments=False,
                include_tables=False,
                prune_xpath=_PRUNED,
                with_metadata=True,
                date_extraction_params={"extensive_search": False, "original_date": True},
            )
        except Exception as error:
            # damaged markup trips the parsers in ways of their own, such as assertions in lxml
            raise ValueError(f"the page cannot be parsed ({type(error).__name__})") from error
    lines = [line.strip() for line in (found.text or "").splitlines()] if found is not None else []
    title = " ".join((found.title or "").split()) if found is not None else ""
    text = "\n".join(line for line in _without_title(lines, title) if line)
    if not text:
        raise ValueError("no article text found in the page")
    return Article(text=text, title=title, id=id or url, outlet=_outlet(found), date=found.date or None)


def _outlet(found: Any) -> str | None:
    name = " ".join((found.sitename or "").split())
    # an attribute whose quotation mark never closes swallows half of the page
    if name and len(name) <= _MOST_OUTLET and "<" not in name:
        return name
    return found.hostname or None


def _without_title(lines: list[str], title: str) -> list[str]:
    """The lines behind the title, where it is among the first and only a word or two ("Opinion") stand before it."""
    wanted = _TITLE_WORDS.findall(title.lower())
    for i, line in enumerate(lines[:_TITLE_LINES]):
        words = _TITLE_WORDS.findall(line.lower())
        if wanted and words == wanted:
            return lines[i + 1 :]
        if len(words) > 3:
            break
    return lines
