"""Word lists as commented text files, and their reader.

Format: ``#`` starts a comment, ``[name]`` starts a list, every other line is one entry; a last ``*``
stands for any ending. Adding a word touches one file.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path


@cache
def read(name: str) -> dict[str, tuple[str, ...]]:
    """The lists of ``classifier/lexicons/<name>.txt``: {list name: entries in order}."""
    lists: dict[str, list[str]] = {}
    current = lists.setdefault("", [])
    for line in (Path(__file__).parent / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        line = line.split("#")[0].strip()
        if line.startswith("[") and line.endswith("]"):
            current = lists.setdefault(line[1:-1], [])
        elif line:
            current.append(line)
    return {key: tuple(values) for key, values in lists.items() if values}
