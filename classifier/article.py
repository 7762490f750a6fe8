"""What a user hands in: one article."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
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
