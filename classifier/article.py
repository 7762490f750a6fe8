"""What a user hands in: one article."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_FIELDS = ("text", "title", "id", "outlet", "date")


@dataclass(frozen=True)
class Article:
    """One news article.

    Parameters
    ----------
    text : str
        The body, as it came: every offset in a report counts characters of this very string.
    title : str
        The headline, if it is known apart from the text.
    id, outlet, date : str or None
        Carried into the report; they never influence a score.

    Raises
    ------
    TypeError
        Where a field is not a string; the message names the field.
    """

    text: str
    title: str = ""
    id: str | None = None
    outlet: str | None = None
    date: str | None = None

    def __post_init__(self) -> None:
        for field in ("text", "title"):
            if not isinstance(getattr(self, field), str):
                raise TypeError(f"Article.{field} takes a str, not {type(getattr(self, field)).__name__}")
        for field in ("id", "outlet", "date"):
            if not isinstance(getattr(self, field), (str, type(None))):
                raise TypeError(f"Article.{field} takes a str or None, not {type(getattr(self, field)).__name__}")

    @classmethod
    def of(cls, value: Article | str | Mapping[str, Any]) -> Article:
        """Make an Article of a str (the text), a mapping with the fields' names, or an Article."""
        if isinstance(value, Article):
            return value
        if isinstance(value, str):
            return cls(value)
        if isinstance(value, Mapping):
            if "text" not in value:
                raise ValueError(f"an article needs a 'text'; this mapping has {sorted(map(str, value))[:10]}")
            return cls(**{k: value[k] for k in _FIELDS if value.get(k) is not None})
        raise TypeError(f"an article is a str, an Article or a mapping with 'text', not {type(value).__name__}")

    @classmethod
    def from_html(cls, html: str | bytes, url: str | None = None, id: str | None = None) -> Article:
        """Take the article out of a web page, without menus, comments and advertisements.

        Parameters
        ----------
        html : str or bytes
            The page; bytes are decoded by what the page itself says of its encoding.
        url : str, optional
            Where the page came from: stands in for an outlet that the page does not name.
        id : str, optional
            By default the url.

        Returns
        -------
        Article
            With the title, the date ("2024-05-07") and the outlet where the page tells them. Offsets in a
            report count characters of the extracted ``text``, one paragraph a line.

        Raises
        ------
        ImportError
            Where trafilatura, the extra ``web``, is not installed.
        ValueError
            Where no text is found in the page, or it cannot be parsed.
        TypeError
            Where `html` is neither str nor bytes.
        """
        from classifier.web import article_of_page

        return article_of_page(html, url, id)

    @classmethod
    def from_file(cls, path: str | Path, text_field: str = "text", id_field: str = "id") -> Article:
        """Read a file that holds one article: text, a web page, a JSON object or one line of JSON lines.

        Parameters
        ----------
        path : str or Path
            See `classifier.reading.read_articles`, which reads files of several articles, and folders.
        text_field, id_field : str
            The fields of a JSON object that hold the text and the id.

        Raises
        ------
        ValueError
            Where the file is missing, holds no article or more than one; the message names it.
        """
        from classifier.reading import ReadingError, read_articles

        if os.path.isdir(path):
            raise ReadingError(f"{path}: a folder; from_file takes a file, read_articles a folder")
        articles = read_articles(path, text_field, id_field)
        article = next(articles)
        if next(articles, None) is not None:
            raise ReadingError(f"{path}: more than one article; read_articles reads them all")
        return article
