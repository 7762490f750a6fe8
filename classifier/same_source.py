"""Which entries of several ledgers of sources are one and the same source.

Takes named sources, each with the account (article) it comes from, and gives groups. People match by
full name, by surname or other unambiguous part of it, and by initial; organisations, roles and
documents by the words of their names, whatever their order. Nobody is matched on a guess: a name
that fits two sources stays apart, and unnamed people of two accounts are two.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache

from classifier import lexicons
from classifier.report import Source

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_ROMANISED = (
    # spellings of one sound in names carried over from other alphabets: Sergei, Sergey; Dmitry, Dmitri, Dmitriy
    ("iy", "i"),
    ("yi", "i"),
    ("ij", "i"),
    ("yy", "i"),
    ("ii", "i"),
    ("ey", "ei"),
    ("y", "i"),
    ("kh", "h"),
    ("ks", "x"),
    ("ph", "f"),
    ("w", "v"),
    ("tz", "ts"),
)
_SPELLINGS = {"defense": "defence", "center": "centre", "labor": "labour", "program": "programme"}
_UNNAMED = frozenset(("anonymous", "vague"))


@cache
def _list(name: str) -> frozenset[str]:
    return frozenset(lexicons.read("comparison")[name])


def plain(text: str) -> str:
    """Lower case without accents, typographic apostrophes made straight."""
    text = unicodedata.normalize("NFKD", text.replace("’", "'").replace("‘", "'").replace("`", "'"))
    return "".join(c for c in text if not unicodedata.combining(c)).casefold()


def person_name(name: str) -> tuple[str, ...]:
    """The words of a person's name: titles, particles, suffixes and what follows a comma stripped.

    >>> person_name("Colonel Idris el-Tamanga, the commander")
    ('idris', 'tamanga')
    >>> person_name("foreign minister Ann Bell's")
    ('ann', 'bell')
    >>> person_name("Bell angrily")
    ('bell',)
    """
    head = name.split(",")[0]
    words = [w.removesuffix("'s").replace("'", "") for w in _WORD.findall(plain(head))]
    # "the ministry's spokesman Ivan Petrov": what stands in lower case before the name is a role
    cased = [w[0].isupper() for w in _WORD.findall(head)]
    if len(cased) == len(words) and any(cased):
        while words and not cased[0] and words[0] not in _list("particle"):
            words, cased = words[1:], cased[1:]
        while words and not cased[-1]:
            words, cased = words[:-1], cased[:-1]
    while len(words) > 1 and words[0] in _list("title"):
        words = words[1:]
    while len(words) > 1 and words[-1] in _list("name_suffix"):
        words = words[:-1]
    return tuple([w for w in words if w not in _list("particle")] or words)


def other_name(name: str) -> tuple[str, ...]:
    """The words that matter in the name of an organisation, role, document or outlet, in their order.

    >>> other_name("the Kremlin")
    ('kremlin',)
    >>> other_name("Ministry of Defense")
    ('ministry', 'defence')
    """
    words = [w.removesuffix("'s").replace("'", "") for w in _WORD.findall(plain(name))]
    words = [_SPELLINGS.get(w, w) for w in words]
    words = [w for w in words if w not in _list("filler")] or words
    while len(words) > 1 and words[-1] in _list("company"):
        words = words[:-1]
    return tuple(words)


_OF_SOMEBODY = re.compile(r"[a-z][\w' -]* (?:for|of|to|from|behind|with) (?:the )?[A-Z][\w'.-]*(?: [A-Z][\w'.-]*)*$")
_FULL_NAME = re.compile(r"[A-Z][\w'.-]*(?: (?:de|del|la|van|von|der|bin|al|el|[A-Z][\w'.-]*)){1,3}$")


def is_somebody_elses(name: str) -> bool:
    """Whether a person is named by whom they stand by, so that the name in it is not theirs.

    >>> is_somebody_elses("spokesman for Bell"), is_somebody_elses("the ministry's spokesman Ann Bell")
    (True, False)
    """
    return bool(_OF_SOMEBODY.match(name.removeprefix("a ").removeprefix("the ").removeprefix("The ")))


@lru_cache(maxsize=65536)
def _sound(word: str) -> str:
    for old, new in _ROMANISED:
        word = word.replace(old, new)
    return word


def _first_names_agree(a: str, b: str) -> bool:
    short, long = sorted((a, b), key=len)
    if _sound(a) == _sound(b) or (len(short) == 1 and long.startswith(short)):
        return True
    # Dan and Daniel; but not Paul and Paula
    return len(short) > 2 and long.startswith(short) and len(long) > len(short) + 1


def _person_rank(short: tuple[str, ...], full: tuple[str, ...]) -> int:
    """How a name fits a fuller one: 0 not, 1 a part, 2 the first name, 3 the last, 4 a variant, 5 the same."""
    a, b = [_sound(w) for w in short], [_sound(w) for w in full]
    if a == b:
        return 5
    if len(a) > 1:
        # "Ana Ruiz" in "Ana Ruiz Calvo"
        variant = (a[-1] == b[-1] and _first_names_agree(short[0], full[0])) or (a[0] == b[0] and set(a) <= set(b))
        return 4 if variant else 0
    if len(b) == 1:
        return 0
    return 3 if a[0] == b[-1] else 2 if a[0] == b[0] else 1 if a[0] in b else 0


def _other_rank(short: _Entry, full: _Entry) -> int:
    """The same for names of anything but people: 0 not, 2 a part, 3 an acronym, 5 the same words."""
    a, b = set(short.other), set(full.other)
    if a == b:
        return 5
    if short.acronym:
        return 3 if short.acronym == _initials(full.other) else 0
    types = {short.source.type, full.source.type}
    if "document" in types:
        # "a 2019 inspection report" and "inspection report of March 2019", never reports of two years
        numbers = {w for w in a ^ b if w.isdigit()}
        alike = len(a & b) >= 0.6 * len(a | b) and len(a & b) > 1
        return 2 if alike and not (numbers & a and numbers & b) else 0
    return 2 if a < b and types <= {"org", "media"} and _keeps_head(short.other, full.other) else 0


def _keeps_head(short: tuple[str, ...], full: tuple[str, ...]) -> bool:
    """Whether the shorter name still says what it is: "police" for "Calder police", "ministry" for "ministry of X"."""
    return short[-1] == full[-1] or short[0] == full[0] in _list("head_first")


def _initials(words: tuple[str, ...]) -> str:
    return "".join(w[0] for w in words)


class _Entry:
    """A ledger entry with what matching looks at."""

    def __init__(self, account: int, source: Source) -> None:
        self.account = account
        self.source = source
        through = source.type == "media" and bool(source.via)
        self.unnamed = source.type in _UNNAMED or (through and source.name == source.name.lower())
        # whom an outlet quotes is typed "media" and may be a person or not
        person_like = source.type == "media" and bool(_FULL_NAME.match(source.name.replace("’", "'")))
        if is_somebody_elses(source.name):
            self.kind = "other"
        else:
            self.kind = "person" if source.type == "person" else "either" if through or person_like else "other"
        self.person = person_name(source.name)
        self.other = other_name(source.name)
        letters = source.name.removeprefix("the ").removeprefix("The ").replace(".", "").strip()
        self.acronym = letters.casefold() if letters.isalpha() and letters.isupper() and len(letters) > 1 else ""

    def keys(self) -> set[str]:
        """Under which words the entry is looked up."""
        keys = {_sound(w) for w in self.person} if self.kind != "other" else set()
        if self.kind != "person":
            keys.update(self.other, (self.acronym or _initials(self.other),))
        return keys

    def unnamed_key(self) -> tuple[str, ...]:
        """Unnamed speakers are one only where both accounts have them, in the same words, from the same outlet."""
        via = " ".join(other_name(self.source.via)) if self.source.via else f"account {self.account}"
        return (via, *sorted(self.other))


def _rank(entry: _Entry, group: Sequence[_Entry]) -> int:
    """How an entry fits a group, 0 where it does not."""
    kinds = {entry.kind, *(e.kind for e in group)}
    if kinds >= {"person", "other"}:
        return 0
    if "other" in kinds:
        return max(_other_rank(*sorted((entry, e), key=lambda x: len(x.other))) for e in group)
    if len(entry.person) > 1 and any(
        e.account == entry.account and len(e.person) > 1 and e.person != entry.person for e in group
    ):
        return 0  # two full names that one account keeps apart are two people
    # a name must fit every full name of the group, not only another short one
    others = {e.person for e in group if len(e.person) > 1} or {group[0].person}
    return min(_person_rank(*sorted((entry.person, other), key=len)) for other in others)


def group(entries: Iterable[tuple[int, Source]]) -> list[list[int]]:
    """Group ledger entries that are one source.

    Parameters
    ----------
    entries : iterable of (account, Source)
        The account is the number of the article the entry comes from.

    Returns
    -------
    list of list of int
        Positions in `entries`, each in exactly one group, in order of first appearance.
    """
    known = [_Entry(account, source) for account, source in entries]
    groups: list[list[int]] = []
    index: dict[str, list[int]] = {}
    unnamed: dict[tuple[str, ...], list[int]] = {}

    def fullness(position: int) -> tuple[int, int]:
        name = known[position].other if known[position].kind == "other" else known[position].person
        return (-len(name), -min(map(len, name), default=0))

    # the fullest names first, so that a surname or an initial meets every name that it could stand for
    for position in sorted(range(len(known)), key=fullness):
        entry = known[position]
        if entry.unnamed:
            place = unnamed.get(entry.unnamed_key())
            if place is None or any(known[p].account == entry.account for p in place):
                place = unnamed[entry.unnamed_key()] = []
                groups.append(place)
            place.append(position)
            continue
        keys = entry.keys()
        candidates = sorted({g for key in keys for g in index.get(key, ())})
        ranks = {g: _rank(entry, [known[p] for p in groups[g]]) for g in candidates}
        best = max(ranks.values(), default=0)
        fits = [g for g in candidates if best and ranks[g] == best]
        if len(fits) > 1:
            fits = [g for g in fits if any(known[p].account == entry.account for p in groups[g])]
        if len(fits) != 1:
            groups.append([])
            fits = [len(groups) - 1]
        groups[fits[0]].append(position)
        for key in keys:
            places = index.setdefault(key, [])
            if fits[0] not in places:
                places.append(fits[0])
    return sorted((sorted(members) for members in groups), key=lambda members: members[0])


def fullest(names: Iterable[str]) -> str:
    """The name to show for a group: the one with the most words, then the commonest, then the first.

    Of a person the words of the name count: "Ann Bell" before "Bell angrily".
    """
    seen = list(names)
    return max(
        dict.fromkeys(seen),
        key=lambda n: (len(n.split()) if n.islower() else len(person_name(n)), len(n.split()), seen.count(n)),
    )
