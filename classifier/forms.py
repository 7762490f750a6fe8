"""The words of a document as the models see them: one style of quotation marks, one way of writing headlines.

Which marks a page sets and how it capitalises its headlines is a house's habit and no property of an article. The
tokens themselves, their offsets and every span stay as the user gave them.
"""

from __future__ import annotations

from collections import Counter

from classifier import lexicons
from classifier.document import Document
from classifier.tokens import CLOSE_QUOTES, OPEN_QUOTES, STRAIGHT_QUOTES

_DOUBLE = OPEN_QUOTES | CLOSE_QUOTES | STRAIGHT_QUOTES
_SINGLE = frozenset("‘’‚‛`")
_MARKS = _DOUBLE | _SINGLE
_NAMES = frozenset(
    word
    for kind in (lexicons.read("known_names"), lexicons.read("first_names"))
    for words in kind.values()
    for word in words
)


def seen(document: Document) -> list[str]:
    """The words of a document in the forms by which the models look them up.

    Double quotation marks become “ where they open and ” where they close, single ones straight. The words of a headline
    are written as the text under it writes them, else in lower case unless they are known as names, so that the same
    headline in capitals, in title case and in sentence case is the same words.

    Parameters
    ----------
    document : Document

    Returns
    -------
    list of str
        One for each token.
    """
    words = document.words
    out = words
    if not _MARKS.isdisjoint(words) or '"' in words:
        out = words.copy()
        inside = document.inside
        opened = False
        for i in [i for i, word in enumerate(words) if word in _MARKS]:
            if words[i] in _SINGLE:
                out[i] = "'"
            else:
                # a mark opens where a quotation begins; one that ends it, or stands in none, closes
                opened = bool(inside[i]) and not (i > 0 and inside[i - 1] and opened)
                out[i] = "“" if opened else "”"
    if document.has_headline:
        out = [*_headline(out[: document.n_title], out[document.n_title :]), *out[document.n_title :]]
    return out


def _headline(title: list[str], body: list[str]) -> list[str]:
    wanted = {w.lower() for w in title}
    written: dict[str, Counter[str]] = {}
    for word in body:
        low = word.lower()
        if low in wanted:
            written.setdefault(low, Counter())[word] += 1
    out = []
    first = True
    for word in title:
        low = word.lower()
        forms = written.get(low)
        if not low[0].isalpha():
            new = low
        elif forms is None:
            new = low.capitalize() if low in _NAMES else low
        else:
            # the first word of a sentence has a capital for no reason of its own
            new = low if low in forms else max(forms, key=lambda f: (forms[f], f))
        if first and new[0].isalpha():
            new = new[0].upper() + new[1:]
            first = False
        out.append(new)
    return out
