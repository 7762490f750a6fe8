"""Types: what the models know of a word apart from its context.

Every feature of a token that the models use depends on its type (its spelling) alone, or is a small
integer code of its place. So what a word contributes is computed once, kept in growing arrays and
looked up by index from then on: scoring is array arithmetic, and unseen words take the same path as
known ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

import numpy as np

from classifier import lexicons
from classifier.tokens import QUOTES

_SHAPES = (
    "lower", "Capital", "UPPER", "Mixed", "digit", "alnum", "hyphen", "initials", "abbrev",
    ".", ",", ";:", "?!", "open quote", "close quote", "quote", "dash", "(", ")", "link", "handle", "clitic", "$%", "other",
)  # fmt: skip
SHAPE_ID = {name: i for i, name in enumerate(_SHAPES)}
_LISTS = {k: v for name in ("words", "good", "bad") for k, v in lexicons.read(name).items() if k}
CLASSES: tuple[str, ...] = tuple(_LISTS)
CLASS_ID = {name: i for i, name in enumerate(CLASSES)}

# One class that stands for the type in conjunctions of neighbours; the first that applies.
_COARSE = (
    "say", "claim", "believe", "person_pronoun", "that", "other_pronoun", "spokes", "role", "anonymous",
    "vague", "document", "media", "org", "hedge_modal", "negation", "connective", "time", "to_be", "function",
)  # fmt: skip
N_COARSE = 1 + len(_COARSE) + len(_SHAPES)


def _class_table() -> tuple[dict[str, list[int]], list[tuple[str, int]]]:
    exact: dict[str, list[int]] = {}
    stems: list[tuple[str, int]] = []
    for name, entries in _LISTS.items():
        for entry in entries:
            if entry.endswith("*"):
                stems.append((entry[:-1], CLASS_ID[name]))
            else:
                exact.setdefault(entry, []).append(CLASS_ID[name])
    return exact, stems


_EXACT, _STEMS = _class_table()
_STEM = re.compile("|".join(sorted({re.escape(s) for s, _ in _STEMS}, key=len, reverse=True)))
_STEM_CLASSES: dict[str, list[int]] = {}
for _s, _c in _STEMS:
    _STEM_CLASSES.setdefault(_s, []).append(_c)


def shape(word: str) -> str:
    """Coarse orthographic class of a token, one of the names in ``SHAPE_ID``."""
    first = word[0]
    if word.isalpha():
        if word.islower():
            return "lower"
        if first.isupper() and word[1:].islower():
            return "Capital"
        return "UPPER" if word.isupper() else "Mixed"
    if word.isdigit() or (first.isdigit() and not any(c.isalpha() for c in word)):
        return "digit"
    if word in QUOTES:
        return "open quote" if word in "“«„‘‚" else "close quote" if word in "”»’" else "quote"
    if len(word) > 1:
        if first in "'’":
            return "clitic"
        if first in "@#":
            return "handle"
        if "://" in word or word.startswith("www.") or "@" in word:
            return "link"
        if word[-1] == "." and any(c.isalpha() for c in word):
            return "initials" if word.count(".") > 1 or len(word) == 2 else "abbrev"
        if first.isdigit():
            return "alnum"
        if word[0] in "-–—_":
            return "dash"
        if word[0] == ".":
            return "."
        if "-" in word:
            return "hyphen"
        return "Mixed" if first.isalpha() and first.isupper() else "alnum"
    for mark in (".…", ",", ";:", "?!", "-–—", "([{", ")]}", "$%€£"):
        if first in mark:
            return {".…": ".", "-–—": "dash", "([{": "(", ")]}": ")", "$%€£": "$%"}.get(mark, mark)
    return "other"


KEPT_WORDS = 1 << 14
"""Words of which functions keep what they worked out: those of a language that stand in most articles."""


def as_written(words: Iterable[str]) -> frozenset[str]:
    """Lower-case words as texts write them: in small letters, with a capital, in capitals."""
    return frozenset(form for word in words for form in (word, word.capitalize(), word.upper()))


# a word's spelling decides these
@lru_cache(maxsize=KEPT_WORDS)
def classes(lower: str) -> tuple[int, ...]:
    """Indices into `CLASSES` of the lexicon classes of a lower-case word."""
    found = _EXACT.get(lower)
    match = _STEM.match(lower)
    if match:
        return tuple(sorted({*(found or ()), *_STEM_CLASSES[match.group()]}))
    return tuple(found or ())


# what a capitalised word of these classes says is no name: a role, a day, "I"
_SAYS_MORE = frozenset(range(len(CLASSES))) - {
    CLASS_ID[c] for c in ("vague", "org", "media", "web", "document", "good", "bad")
}


def coarse(shape_id: int, class_ids: Sequence[int]) -> int:
    """The one class, 1..N_COARSE-1, that stands for a type in conjunctions."""
    names = {CLASSES[c] for c in class_ids}
    for i, name in enumerate(_COARSE):
        if name in names:
            return 1 + i
    return 1 + len(_COARSE) + shape_id


@lru_cache(maxsize=KEPT_WORDS)
def normal(word: str) -> str:
    """Lower case, digits as 0, curly apostrophes straight: the form that vocabularies hold."""
    lower = word.lower()
    if lower.isalpha():
        return lower
    lower = lower.replace("’", "'")
    return re.sub(r"\d", "0", lower) if any(c.isdigit() for c in lower) else lower


def families(word: str) -> tuple[str, ...]:
    """The spelling features of a type, one value a family, in the order of `FAMILIES`."""
    low = normal(word)
    if not low[0].isalpha():
        return (low, "", "", "", word[0])
    return (low, low[-2:], low[-3:], low[:3], (word[0].isupper() and low) or "")


FAMILIES = ("word", "suffix2", "suffix3", "prefix3", "cased")


def names_by_vectors(vectors: np.ndarray) -> np.ndarray:
    """Which words are proper names: those without a vector, for the table of word vectors has none for names.

    Parameters
    ----------
    vectors : ndarray, shape (n_words + 1, dimensions)

    Returns
    -------
    ndarray of bool, shape (n_words + 1,)
        Row 0, that of unknown words, is true: an unknown word with a capital is taken for a name.
    """
    return np.asarray(np.count_nonzero(vectors, axis=1) == 0)


class TypeTable:
    """Growing arrays over the types met so far.

    Parameters
    ----------
    vocabularies : mapping
        For each family of `FAMILIES` the known values, in order; unknown values get index 0, the
        value at position i gets index i + 1.
    clusters : ndarray of int, shape (n_words + 1, n_granularities)
        Word clusters by index in the "word" vocabulary (row 0: unknown words); may have 0 columns.
    limit : int
        Types kept at most; beyond it the table starts anew (bounded memory over endless text).
    names : ndarray of bool, shape (n_words + 1,), optional
        Which words are proper names (row 0: unknown words). With a capital, and without a lexicon class of
        `_SAYS_MORE`, such a word is a name and no more: no model learns or weighs whose. The table of word vectors
        tells: it has none for names.

    Attributes
    ----------
    codes : ndarray of int32, shape (n_types, len(FAMILIES) + n_granularities + 1)
        Family indices, clusters, shape.
    flags : ndarray of bool, shape (n_types, len(CLASSES))
    coarse : ndarray of int32, shape (n_types,)
    """

    def __init__(
        self,
        vocabularies: Mapping[str, Sequence[str]],
        clusters: np.ndarray | None = None,
        limit: int = 1 << 15,
        names: np.ndarray | None = None,
    ) -> None:
        self.vocabularies = {f: tuple(vocabularies.get(f, ())) for f in FAMILIES}
        self.index = [{v: i + 1 for i, v in enumerate(self.vocabularies[f])} for f in FAMILIES]
        n_words = len(self.vocabularies["word"]) + 1
        self.clusters = np.zeros((n_words, 0), dtype=np.int32) if clusters is None else clusters
        self.limit = limit
        self.names = np.zeros(n_words, dtype=bool) if names is None else names
        self.width = len(FAMILIES) + self.clusters.shape[1] + 1
        self.sizes = [len(i) + 1 for i in self.index]
        self.sizes += [int(self.clusters[:, k].max()) + 1 for k in range(self.clusters.shape[1])]
        self.sizes.append(len(_SHAPES))
        self.generation = 0
        self.clear()

    def clear(self) -> None:
        """Forget all types (the arrays that others keep beside this table must follow; see ``generation``)."""
        self.ids_of: dict[str, int] = {}
        self.size = 0
        self.codes = np.zeros((1024, self.width), dtype=np.int32)
        self.flags = np.zeros((1024, len(CLASSES)), dtype=bool)
        self.coarse = np.zeros(1024, dtype=np.int32)
        self.generation += 1

    def __len__(self) -> int:
        return self.size

    def ids(self, words: Sequence[str]) -> np.ndarray:
        """Type ids of tokens, adding the types not met before.

        Returns
        -------
        ndarray of int32, shape (len(words),)
        """
        known = self.ids_of
        try:
            return np.fromiter(map(known.__getitem__, words), dtype=np.int32, count=len(words))
        except KeyError:
            pass
        self._add(dict.fromkeys(w for w in words if w not in known))
        return np.fromiter(map(known.__getitem__, words), dtype=np.int32, count=len(words))

    def _add(self, words: Iterable[str]) -> None:
        for word in words:
            i = self.size
            if i == len(self.coarse):
                self.codes = np.concatenate([self.codes, np.zeros_like(self.codes)])
                self.flags = np.concatenate([self.flags, np.zeros_like(self.flags)])
                self.coarse = np.concatenate([self.coarse, np.zeros_like(self.coarse)])
            values = families(word)
            shape_id = SHAPE_ID[shape(word)]
            class_ids = classes(values[0])
            row = [index.get(v, 0) for index, v in zip(self.index, values, strict=True)]
            if word[0].isupper() and self.names[row[0]] and _SAYS_MORE.isdisjoint(class_ids):
                row = [0] * len(row)
            row += self.clusters[row[0]].tolist()
            row.append(shape_id)
            self.codes[i] = row
            self.flags[i, list(class_ids)] = True
            self.coarse[i] = coarse(shape_id, class_ids)
            self.ids_of[word] = i
            self.size += 1
