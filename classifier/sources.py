"""Who the sources are: mentions resolved to people and institutions, and the ledger of sources.

Takes an article and the spans of its attributions, gives for each the source it is resolved to, under
its fullest name and with the title the article gives it, and the outlet or document through which the
article has it. A mention is the words that a source stands in, or nothing at all (a continuing
quotation). It is resolved by its full name, by a surname or first name whose full form stands
anywhere in the article, by the title somebody else's name goes with, by a pronoun's likeliest
antecedent, or it founds a new source. All of it is rules over tokens, linear in the article's length.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from classifier.document import Document
from classifier.names import (
    ACRONYM,
    ANON,
    CALENDAR,
    CAPITAL,
    COMPANY,
    DETERMINERS,
    DOCUMENT,
    FEMALE_TITLES,
    FIRST,
    HONOR,
    KNOWN,
    LEAD,
    LEADING,
    MALE_TITLES,
    MEDIA,
    ORG,
    ORG_JOINERS,
    OUTLET,
    PLACE,
    PLATFORM,
    ROLE,
    SAY,
    SYNONYMS,
    VAGUE,
    Names,
    Utterance,
    is_honorific,
    joined,
    known_of,
    normal,
    part_of_name,
)
from classifier.second_hand import anonymity, anonymity_reason, asks_anonymity, second_hand, signature_for, signatures
from classifier.tokens import QUOTES

__all__ = [
    "Entity",
    "Ledger",
    "Mention",
    "Names",
    "Reading",
    "Resolver",
    "Utterance",
    "anonymity_reason",
    "asks_anonymity",
    "parse",
    "read_sources",
]

_MALE = frozenset("he him his himself".split())
_FEMALE = frozenset("she her hers herself".split())
_PLURAL = frozenset("they them their theirs we us our ours themselves ourselves".split())
_NEUTER = frozenset("it its itself which that this what".split())
_RELATIVE = frozenset("who whom whose".split())
_FIRST_PERSON = frozenset("i me my mine myself".split())
_PRONOUNS = _MALE | _FEMALE | _PLURAL | _NEUTER | _RELATIVE | _FIRST_PERSON | {"you", "one"}
# what a capitalised word before a role may be without telling two holders apart
_LOOSE_MODIFIERS = frozenset("republican democratic democrat gop conservative liberal labour tory former then".split())
_PREPOSITIONS = frozenset(
    "of in at for from with on to by about against between among under over near inside within across into behind "
    "including like during since who whom whose which that – — - : ( ; familiar close present told speaking whose".split()
)
_VERBAL = frozenset(
    "made led known held seen run given taken sent who where when because after before while including such is was are "
    "were has have had not".split()
)


@dataclass(slots=True)
class Entity:
    """A source while the article is read; becomes an entry of the ledger."""

    name: str
    kind: str  # "person", "org" (a named institution), "role" (unnamed)
    title: str = ""
    gender: str = ""  # "m", "f" or unknown
    plural: bool = False
    head: str = ""
    last_sentence: int = -1
    last_token: int = -1


class Mention(NamedTuple):
    """The words of a source as parsed: its name, title and head."""

    kind: str  # "person", "org", "pronoun", "role", "none"
    name: str
    title: str
    head: str  # last word of the noun phrase, lower case
    first: int
    last: int
    plural: bool = False
    definite: bool = False
    owner: str = ""  # the possessive that it begins with
    people: tuple[tuple[int, int], ...] = ()  # token ranges of the people named, where there are several


class Reading(NamedTuple):
    """An utterance with its source read: ``entity`` indexes the ledger's entities, None where there is no source.

    ``via`` is the outlet, platform or document through which the article has it, ``anonymity_reason``
    the stated reason for withholding the name; both may be "". ``asks_anonymity`` says whether its sentence
    has somebody ask not to be named.
    """

    mention: Mention
    entity: int | None
    via: str = ""
    anonymity_reason: str = ""
    asks_anonymity: bool = False


@dataclass(frozen=True)
class Ledger:
    """Readings of an article's utterances, in their order, and the entities they point to."""

    readings: list[Reading]
    entities: list[Entity]


def parse(document: Document, first: int, last: int, names: Names | None = None) -> Mention:
    """Read the noun phrase of tokens `first`..`last`.

    Parameters
    ----------
    names : Names, optional
        The names of the article, where they have been found already.
    """
    return _parse(names or Names(document), first, last)


def _parse(names: Names, first: int, last: int) -> Mention:
    words, bits, document = names.words, names.bits, names.document
    while first < last and not words[first][0].isalnum() and words[first] != "@":
        first += 1
    while last > first and (
        (not words[last - 1][-1].isalnum() and not words[last - 1].endswith("."))
        or words[last - 1] in ("’s", "'s", ".")
    ):
        last -= 1
    if first >= last:
        return Mention("none", "", "", "", first, last)
    if bits[last - 1] & HONOR and words[last - 1].endswith("."):
        # a sentence wrongly split behind "Dr.": the name stands in the next one
        end = last
        while end < len(words) and end - last < 4 and bits[end] & CAPITAL:
            end += 1
        last = end
    if last - first > 1 and words[last - 1] in ("himself", "herself", "itself", "themselves"):
        last -= 1
    low = normal(words[first])
    size = last - first
    if low in _PRONOUNS and (
        size == 1
        or (
            size == 2
            and words[first + 1].lower() in ("himself", "herself", "themselves", "all", "both", "alone", "too", "own")
        )
    ):
        return Mention("pronoun", words[first], "", low, first, last, plural=low in _PLURAL)
    start = first
    if (low in DETERMINERS and size > 1) or (
        low in ("even", "both", "only", "now", "not") and size > 1 and bits[first + 1] & CAPITAL
    ):
        start += 1
        if words[start] == "same" and last - start > 1:
            start += 1  # "the same survey"
    core = _core_end(names, start, last)
    people = _people(names, start, last, core)
    if people:
        return _person_mention(names, people, first, last)
    given = _only_name(names, core, last)
    if given is not None:
        a, b = given
        title = names.title_text(start, _phrase_end(names, core, last))
        return Mention(
            "person", joined(names.document, a, b), title, normal(words[b - 1]), first, last, people=((a, b),)
        )
    head_at = core - 1
    while head_at > start and (words[head_at] in ("’s", "'s") or not words[head_at][0].isalnum()):
        head_at -= 1
    head = normal(words[head_at])
    end = _phrase_end(names, core, last)
    owner = low if low in _POSSESSIVE and size > 1 else ""
    apposed = _apposed_name(names, head_at, core, last)
    if apposed is not None:
        a, b = apposed
        title = names.title_text(start, core)
        return Mention("org", joined(document, a, b), title, normal(words[b - 1]), first, last)
    capital = bool(bits[head_at] & CAPITAL)
    if capital and head_at == start and start in names.starts and last - start > 1 and not bits[head_at] & KNOWN:
        # "Minutes of a meeting": the capital is the sentence's
        capital = not head.endswith("s") or names.shown(words[head_at])
    if head in _COUNTS:
        capital = False  # "Two of the people"
    if capital and bits[head_at] & (ROLE | ANON | VAGUE | DOCUMENT) and not bits[head_at] & (ORG | KNOWN):
        capital = any(bits[i] & CAPITAL for i in range(start, head_at)) and not bits[head_at] & (ROLE | ANON)
    institution = (
        bool(bits[head_at] & ORG)
        and any(bits[i] & CAPITAL for i in range(start, head_at))
        and not bits[head_at] & DOCUMENT
    )
    kind = "org" if capital or institution else "role"
    if capital:
        # "the campaign group Clear Water": the name is what stands last
        run = head_at
        while run > start and (
            bits[run - 1] & CAPITAL or words[run - 1] in ORG_JOINERS or words[run - 1] in ("’s", "'s")
        ):
            run -= 1
        while run < head_at and not bits[run] & CAPITAL:
            run += 1
        if run > start and words[run - 1].islower() and words[run - 1] not in LEADING and not bits[head_at] & PLACE:
            start = run
    plural = head.endswith("s") and not head.endswith("ss") and not capital
    plural = plural or head in ("people", "police") or (capital and bool(bits[head_at] & PLACE) and head.endswith("s"))
    definite = low in ("the", "this", "that", "these", "those")
    return Mention(
        kind, joined(document, start, end), "", head, first, last, plural=plural, definite=definite, owner=owner
    )  # fmt: skip


_POSSESSIVE = frozenset("his her their its my our".split())


def _only_name(names: Names, core: int, last: int) -> tuple[int, int] | None:
    """The name that an unnamed source goes by: "a resident, who gave her name only as Ann"."""
    words = names.words
    for i in range(core, last - 1):
        if words[i] == "as" and names.bits[i + 1] & CAPITAL and not _GIVES_NAME.isdisjoint(words[core:i]):
            return names.runs(i + 1, last)[0]
    return None


_GIVES_NAME = frozenset("name names identified named".split())


def _apposed_name(names: Names, head_at: int, core: int, last: int) -> tuple[int, int] | None:
    """The name of an institution in apposition behind an unnamed one: "the regional bloc, the League of Ports"."""
    words, bits = names.words, names.bits
    if bits[head_at] & CAPITAL or bits[head_at] & (VAGUE | ANON):
        return None
    comma = next((i for i in range(core, min(core + 4, last)) if words[i] in (",", "—", "–")), None)
    if comma is None or comma + 1 >= last:
        return None
    a = comma + 1
    if words[a].lower() == "the":
        a += 1
    if a >= last or not bits[a] & CAPITAL or bits[a] & CALENDAR:
        return None
    b = a
    while b < last and (bits[b] & CAPITAL or (words[b] in ORG_JOINERS and b + 1 < last)):
        b += 1
    if b < last and words[b] not in (",", "—", "–", "(", "who", "which"):
        return None
    return (a, b) if bits[b - 1] & CAPITAL else None


_VAGUE_HEADS = frozenset("officials sources experts critics people others some many".split())
_NOUNS_IN_LY = frozenset("family assembly daily weekly monthly quarterly ally supply".split())


def _core_end(names: Names, start: int, last: int) -> int:
    """Where the noun phrase proper ends and what modifies it from behind begins."""
    words, bits = names.words, names.bits
    for i in range(start + 1, last):
        w = words[i]
        low = w if w.islower() else w.lower()
        if low in _PREPOSITIONS or w in (",", ")") or low in _VERBAL:
            return i
        if (
            bits[i] & SAY
            and w.islower()
            and not bits[i] & (ROLE | DOCUMENT | ORG | ANON | VAGUE)
            and w.endswith(("ed", "s"))
        ):
            return i
        if i == last - 1 and bits[i - 1] & CAPITAL and w.islower() and w.endswith("ly") and w not in _NOUNS_IN_LY:
            return i  # "Bell angrily"
        names_joined = bits[i - 1] & CAPITAL and i + 1 < last and bits[i + 1] & CAPITAL
        heads_joined = low != "as" and i + 1 < last and bits[last - 1] & (ANON | ROLE | VAGUE | ORG)
        if low in ("and", "or", "&", "as") and not names_joined and not heads_joined:
            return i
        if (
            len(low) > 4
            and low.endswith(("ed", "ing"))
            and w.islower()
            and words[i - 1].islower()
            and (
                i + 1 >= last
                or bits[i + 1] & CALENDAR
                or words[i + 1] in _PREPOSITIONS
                or bits[i - 1] & (ROLE | DOCUMENT | ORG | VAGUE | ANON | MEDIA)
                or words[i - 1].endswith("s")
            )
            and not bits[i] & (ROLE | DOCUMENT | ORG)
        ):
            return i
    return last


def _phrase_end(names: Names, core: int, last: int) -> int:
    """Where the words that describe an unnamed source end: at a comma, bracket, dash or relative clause."""
    words, bits = names.words, names.bits
    for i in range(core, last):
        if i > core and bits[i] & CALENDAR and words[i - 1] in ("on", "in", "last"):
            return i - 1
        if i == core and words[i].islower() and words[i].endswith("ed") and bits[i - 1] & DOCUMENT:
            return i
        if i > core and bits[i] & SAY and words[i].endswith("ed") and words[i].islower():
            return i
        if words[i] in (
            ",",
            "(",
            "who",
            "which",
            "that",
            "—",
            "–",
            ";",
            "whose",
            "whom",
            "where",
            "when",
            "including",
            ":",
        ):
            return i
    return last


def _people(names: Names, start: int, last: int, core: int) -> list[tuple[int, int]]:
    """Token ranges of the people that a source's noun phrase names."""
    words = names.words
    stop = next((i for i in range(start, last) if words[i] in ("who", "which", "whose", "whom", "including")), last)
    one = _first_person(names, start, stop, core)
    found = [one] if one else []
    while found:
        more = _next_person(names, found[-1][1], stop, listed=len(found) > 1)
        if more is None:
            break
        found.append(more)
    if len(found) > 1 and not any(words[i] in ("and", "&") for i in range(found[-2][1], found[-1][0])):
        return found[:1]  # a comma alone leads to an apposition
    return found


def _first_person(names: Names, start: int, stop: int, core: int) -> tuple[int, int] | None:
    words, bits = names.words, names.bits
    role = bool(bits[core - 1] & (ROLE | HONOR | ANON | VAGUE)) or words[core - 1].islower() or words[core - 1] == "One"
    for a, b in names.runs(start, stop):
        x, y, titled = names.shear(a, b)
        if x >= y or (y < stop and words[y] in ("’s", "'s")):
            continue
        before = words[a - 1].lower() if a > start else ""
        if a < core:
            # a name that something follows modifies it: "Trump administration officials"
            ends = (
                b >= core
                or (not words[b][0].isalnum() and words[b] not in ("’s", "'s"))
                or (words[b] in ("and", "&") and b + 1 < stop)
            )
            if not ends:
                continue
            lone = (
                y - x == 1 and not titled and b < stop and words[b] in _PREPOSITIONS and words[b] not in ("—", "–", "(")
            )
            if lone and names.person(x, y) is None:
                continue  # "Minutes of a meeting": the capital is the sentence's
            if a > start and words[a - 1].islower() and bits[a - 1] & (ORG | MEDIA) and not bits[a] & FIRST:
                return None  # "the campaign group Clear Water"
            if words[b : b + 1] in (["and"], ["&"]) and _next_person(names, b, stop, listed=False) is None and b < core:
                continue
        elif before in (",", "—", "–") or (before in ("the", "a", "an") and words[a - 2] == ","):
            # ", Ann Bell," behind a role
            held = x > a and any(bits[i] & (ROLE | HONOR) for i in range(a, x)) and words[b : b + 1] in (["of"], ["at"])
            if not role or (b < stop and words[b] not in (",", "—", "–", "and", "&", "(") and not held):
                continue
            titled = titled or (b - a > 1 and not bits[core - 1] & (ORG | MEDIA | DOCUMENT))
        elif x > a and not any(bits[i] & (ROLE | HONOR) for i in range(a, x)):
            pass  # "Secretary of State Ann Bell"
        elif before in (
            "of",
            "to",
            "for",
            "at",
            "in",
            "from",
            "the",
            "with",
            "by",
            "on",
            "about",
            "between",
            "among",
            "against",
        ):
            inner = (
                _tail_person(names, x, y)
                if bits[core - 1] & ROLE and before in ("of", "to", "for", "at", "the")
                else None
            )
            if inner is None or inner == x or any(bits[i] & (ROLE | HONOR) for i in range(a, inner)):
                continue
            x = inner
        elif not role or (b < stop and words[b] not in (",", "—", "–", "and", "&", "(")):
            continue  # behind lower-case words: "retired diplomat Ann Bell", but not "made public by"
        elif a and not (bits[a - 1] & (ROLE | HONOR | ORG | MEDIA | ANON) or x > a):
            continue
        if names_person(names, x, y, titled):
            return x, y
        inner = _tail_person(names, x, y)
        if inner is not None:
            return inner, y
    return None


def _next_person(names: Names, at: int, stop: int, listed: bool) -> tuple[int, int] | None:
    """The person that a list of people goes on with behind token `at`."""
    words, bits = names.words, names.bits
    if at < stop and words[at] == "(":
        while at < stop and words[at] != ")":
            at += 1
        at += 1
    comma = at < stop and words[at] == ","
    if comma:
        at += 1
    joined = at < stop and words[at] in ("and", "&")
    if joined:
        at += 1
    if not (comma or joined):
        return None
    for i in range(at, min(at + 6, stop)):
        if words[i].lower() in DETERMINERS or words[i] in (",", "(", "other", "others", "of", "for"):
            return None
        if bits[i] & CAPITAL:
            a, b = names.runs(i, stop)[0]
            x, y, titled = names.shear(a, b)
            if (
                x < y
                and (b >= stop or words[b] in (",", "(", "and", "&", "—", "–"))
                and names_person(names, x, y, titled)
            ):
                if bits[x] & KNOWN and y - x == 1:
                    return None
                return x, y
    return None


def _tail_person(names: Names, a: int, b: int) -> int | None:
    """Where within a run a person's full name begins that ends it."""
    for i in range(a + 1, b - 1):
        parts = tuple(part_of_name(w) for w in names.words[i:b])
        if (parts[0], parts[-1]) in names.by_first_last or names.bits[i] & FIRST:
            return i
    return None


def names_person(names: Names, a: int, b: int, titled: bool) -> bool:
    """Whether a run is somebody's name, going by the article and by the words themselves."""
    words, bits = names.words, names.bits
    if b - a > 5:
        return False
    if a and words[a - 1].lower() == "the" and not titled:
        return False
    if names.person(a, b) is not None and not (b - a == 1 and bits[a] & (OUTLET | PLATFORM | COMPANY | CALENDAR)):
        return True
    if b - a == 1:
        if bits[a] & (KNOWN | ORG | MEDIA | DOCUMENT | VAGUE | ANON | ROLE | ACRONYM | LEAD):
            return titled and not bits[a] & (KNOWN | ORG | VAGUE | ANON | LEAD)
        return words[a].isalpha() or "-" in words[a] or "’" in words[a] or "'" in words[a]
    return names.looks_like_person(a, b, titled)


def _person_mention(names: Names, people: list[tuple[int, int]], first: int, last: int) -> Mention:
    words, document = names.words, names.document
    a, b = people[0]
    if len(people) > 1:
        return Mention(
            "person", " and ".join(joined(document, x, y) for x, y in people), "", normal(words[people[-1][1] - 1]),
            first, last, plural=True, people=tuple(people),
        )  # fmt: skip
    low = first
    while low < a and not words[low][0].isalnum():
        low += 1
    title = names.title_before(a, low) if low < a else ""
    behind = names.title_behind(b, last) if b < last else names.title_behind(b)
    if behind and (not title or is_honorific(title)):
        title = behind
    return Mention("person", joined(document, a, b), title, normal(words[b - 1]), first, last, people=((a, b),))


_COUNTS = frozenset("two three four five six seven some several many most all both".split())
_OUTLETS = frozenset("newspaper paper network broadcaster outlet magazine channel station website site".split())
_COMPANIES = _OUTLETS | frozenset(
    "company firm group organization organisation agency insurer bank retailer carmaker".split()
)
_DESCRIBED = _OUTLETS | frozenset("media portal agency daily tabloid weekly blog".split())
# what makes somebody the likelier antecedent of "he" and "she"; tuned on half of the annotated articles
_SALIENCE = {
    "sentence": -0.5, "gender": 0.4, "subject": 0.4, "other voice": -1.0, "possessive": -0.4, "source": 0.2,
    "last source": 0.6,
}  # fmt: skip


class Resolver:
    """The entities of one article, met in reading order."""

    def __init__(self, document: Document, names: Names | None = None) -> None:
        self.document = document
        self.entities: list[Entity] = []
        self.names = names or Names(document)
        self.by_key: dict[str, int] = {}
        self.by_person: dict[int, int] = {}
        self.person_of: dict[int, int] = {}
        self.last: int | None = None
        self.speaker: int | None = None  # of the last utterance that is not told by somebody else

    def parse(self, first: int, last: int) -> Mention:
        """Read the noun phrase of tokens `first`..`last` of the article."""
        return _parse(self.names, first, last)

    def resolve(self, mention: Mention, sentence: int, speaks: bool = True) -> int | None:
        """Index of the entity that a mention refers to; None where there is none.

        ``speaks`` is False where somebody else tells what it says (a source within a quotation).
        """
        index = self._find(mention, sentence)
        if index is not None:
            entity = self.entities[index]
            entity.last_sentence = sentence
            entity.last_token = mention.first
            if entity.kind == "person" and mention.kind == "person" and mention.title:
                if not entity.title or (is_honorific(entity.title) and not is_honorific(mention.title)):
                    entity.title = mention.title
                self._mark_gender(entity, mention.title)
            self.last = index
            if speaks:
                self.speaker = index
        return index

    def _find(self, mention: Mention, sentence: int) -> int | None:
        if mention.kind == "none":
            return self.speaker
        if mention.kind == "pronoun":
            return self._antecedent(mention, sentence)
        if mention.kind == "person":
            return self._person(mention)
        if mention.kind == "org":
            return self._org(mention)
        return self._role(mention, sentence)

    def _org(self, mention: Mention) -> int:
        key = _key(mention.name)
        if key in self.by_key:
            return self.by_key[key]
        names = self.names
        name = mention.name
        words = key.split()
        where = None
        if len(words) == 1:
            where = names.acronym(words[0]) if name.isupper() else None
            if where is None:
                where = names.fuller(words[0], mention.definite)
        if where is not None:
            full = joined(self.document, *where)
            full_key = _key(full)
            index = self.by_key.get(full_key)
            if index is None:
                index = self._new(full, "org", full_key, mention)
            self.by_key[key] = index
            return index
        if len(words) == 1 and mention.definite and mention.last - mention.first == 2:  # "the Front"
            full = self._name_around(mention.last - 1)
            if full and _key(full) != key:
                self.by_key[key] = index = self._org(
                    Mention("org", full, "", mention.head, mention.first, mention.last)
                )
                return index
        for i, entity in enumerate(self.entities):
            if entity.kind == "org" and len(words) > 1 and set(words) <= set(_key(entity.name).split()):
                self.by_key[key] = i
                return i
        return self._new(name, "org", key, mention)

    def _name_around(self, at: int) -> str:
        """The longer name that "the Front" is short for: "the People's Front of Kuvar"."""
        words, bits = self.names.words, self.names.bits
        word, i = words[at], -1
        for _ in range(words.count(word) - 1):
            i = words.index(word, i + 1)
            if i + 2 < len(words) and words[i + 1] == "of" and bits[i + 2] & CAPITAL and i:
                a = i
                while a > 1 and (
                    (bits[a - 1] & CAPITAL and not bits[a - 1] & LEAD) or words[a - 1] in ("’s", "'s", "’", "'")
                ):
                    a -= 1
                if a < i:
                    return joined(self.document, a, i + 3)
        return ""

    def _role(self, mention: Mention, sentence: int) -> int:
        names = self.names
        if mention.owner and mention.owner not in ("my", "our"):
            owner = None
            if not (known_of(mention.head) & ORG and mention.head in names.institutions):
                owner = self._owner(mention, sentence)
            if owner is not None:
                owned = f"{self.entities[owner].name}’s {mention.name}"
                index = self.by_key.get(_key(owned))
                return self._new(owned, "role", _key(owned), mention) if index is None else index
        of = mention.first + 1
        if mention.head in _COUNTS and of + 1 < mention.last and names.words[of] == "of":
            group = self._group_of(_parse(names, of + 1, mention.last))
            if group is not None:
                return group
        key = _key(mention.name)
        known = self.by_key.get(key)
        head = mention.head
        size = len(key.split())
        bits = known_of(head)
        singular_role = bool(bits & (ROLE | HONOR)) and not mention.plural
        definite = mention.definite or (singular_role and mention.first < self.document.n_title)
        if definite and (singular_role or head in SYNONYMS):
            person = self._titled(mention)
            if person is not None:
                return self._entity_of(person, mention)
        if known is not None:
            return known
        if bits & ORG and size > 1 and mention.last <= self.document.n_title:
            # "election commission" in a headline
            for a, b in names.institutions.get(head, ()):
                name = joined(self.document, a, b)
                if set(key.split()) <= set(_key(name).split()):
                    return self._org(Mention("org", name, "", head, a, b))
        if mention.owner:
            definite = True
        if size == 1 and definite and head in _COMPANIES and head not in names.institutions:
            index = self._institution_before(mention, head in _OUTLETS)
            if index is not None:
                return index
        if definite and size > 1 and head in _DESCRIBED:
            index = self._described(mention)
            if index is not None:
                return index
        if singular_role and mention.definite and size > 1:
            speaker = self._taken_up(mention, sentence)
            if speaker is not None:
                return speaker
        if definite or (size == 1 and bits & ANON):
            last = None
            for i, entity in enumerate(self.entities):
                same = entity.kind != "person" and entity.head == head
                # "the security officials" are the "European officials"; other roles take one more word alike
                alike = size == 1 or (mention.plural and bits & ANON) or _overlap(key, entity.name)
                if same and alike and (last is None or entity.last_token > self.entities[last].last_token):
                    last = i
            if last is not None:
                return last
            if bits & ORG and not bits & DOCUMENT and size == 1:
                where = names.institutions.get(head, ())
                before = [w for w in where if w[0] < mention.first] or list(where)
                if before:
                    name = joined(self.document, *before[-1])
                    index = self.by_key.get(_key(name))
                    return self._new(name, "org", _key(name), mention) if index is None else index
        return self._new(mention.name, "role", key, mention)

    def _group_of(self, whole: Mention) -> int | None:
        """The plural source met before that "the people" in "three of the people" stands for."""
        if whole.kind != "role" or not whole.plural:
            return None
        for i in range(len(self.entities) - 1, -1, -1):
            if self.entities[i].plural and self.entities[i].head == whole.head:
                return i
        return None

    def _described(self, mention: Mention) -> int | None:
        """The outlet whose name stands behind the same description: "the exile portal" of "the exile portal “Fen”"."""
        names = self.names
        for a, b in names.others:
            end = a - (a > 0 and names.words[a - 1] in QUOTES)
            if end and normal(names.words[end - 1]) == mention.head:
                name = joined(self.document, a, b)
                return self._org(Mention("org", name, "", normal(names.words[b - 1]), a, b))
        return None

    def _taken_up(self, mention: Mention, sentence: int) -> int | None:
        """The last speaker, where a new paragraph goes on with a description: "The senior backbencher said"."""
        if self.last is None or mention.first not in self.names.starts:
            return None
        begins = self.names.paragraph_starts[self.names.paragraph_of(mention.first)] == mention.first
        last = self.entities[self.last]
        lately = sentence - last.last_sentence <= 2
        return self.last if begins and lately and last.kind == "person" and not last.plural else None

    def _institution_before(self, mention: Mention, outlet: bool) -> int | None:
        """The institution that "the company" or "the paper" stands for: the one named last before it."""
        names = self.names
        k = bisect_left(names.others, (mention.first, 0))
        for a, b in reversed(names.others[max(0, k - 12) : k]):
            bits = names.bits[b - 1] | names.bits[a]
            if a < self.document.n_title and b - a > 1:
                continue
            if bool(bits & (OUTLET | MEDIA)) != outlet or bits & PLATFORM:
                continue
            name = joined(self.document, a, b)
            return self._org(Mention("org", name, "", normal(names.words[b - 1]), a, b, definite=outlet))
        return None

    def _owner(self, mention: Mention, sentence: int) -> int | None:
        """Whose lawyer "her lawyer" is."""
        pronoun = Mention("pronoun", mention.owner, "", mention.owner, mention.first, mention.first + 1)
        before = [(e.last_sentence, e.last_token) for e in self.entities]
        if mention.owner in ("his", "her"):
            return self._antecedent(pronoun, sentence)
        return self._group("they" if mention.owner == "their" else "it", sentence) if before else None

    def _titled(self, mention: Mention) -> int | None:
        """The person whose title a definite role goes by: the likeliest of those the article names."""
        names = self.names
        wanted = {w for w in _key(mention.name).split() if w not in _EMPTY} - {mention.head}
        proper = {
            normal(w)
            for w in mention.name.split()
            if w[0].isupper() and normal(w) != mention.head and normal(w) not in _LOOSE_MODIFIERS
        }
        best, best_score = None, 0.0
        for index in names.titled(mention.head):
            person = names.people[index]
            places = person.places
            cased = [w.removesuffix("’s").removesuffix("'s") for t in person.titles for w in t.split()]
            title = {normal(w) for w in cased}
            theirs = {
                normal(w) for w in cased if w[0].isupper() and not known_of(w) & (ROLE | HONOR)
            } - _LOOSE_MODIFIERS
            if proper and not proper & title and (theirs or (len(proper) == 1 and mention.definite)):
                continue
            if "former" in title and "former" not in wanted:
                continue
            entity = self.by_person.get(index)
            score = 1.0 + len(wanted & title) + (mention.head in title)
            if places[0][0] < mention.first:
                score += 1.0
            if entity is not None:
                score += 0.5 + (entity == self.last) * 0.5
            score += 0.3 * min(len(places), 3)
            if best is None or score > best_score:
                best, best_score = index, score
        return best

    def _person(self, mention: Mention) -> int:
        if len(mention.people) > 1:
            members = [self.names.person(a, b) for a, b in mention.people]
            full = [
                joined(self.document, a, b) if m is None else self.names.people[m].name
                for m, (a, b) in zip(members, mention.people, strict=True)
            ]
            name = ", ".join(full[:-1]) + " and " + full[-1]
            key = _key(name)
            index = self.by_key.get(key)
            return self._new(name, "person", key, mention) if index is None else index
        title_words = {normal(w) for w in mention.title.split()}
        gender = "m" if title_words & MALE_TITLES else "f" if title_words & FEMALE_TITLES else ""
        where = mention.people[0] if mention.people else (mention.first, mention.last)
        person = self.names.person(*where, gender)
        if person is not None:
            return self._entity_of(person, mention)
        key = _key(mention.name)
        index = self.by_key.get(key)
        return self._new(mention.name, "person", key, mention) if index is None else index

    def _entity_of(self, person: int, mention: Mention) -> int:
        index = self.by_person.get(person)
        if index is None:
            about = self.names.people[person]
            index = self._new(about.name, "person", _key(about.name), mention)
            entity = self.entities[index]
            title = self.names.title_of(person)
            # the title at the full name says more than what stands at a surname ("his former ally Bell")
            if (
                not entity.title
                or is_honorific(entity.title)
                or (mention.name != about.name and not is_honorific(title))
            ):
                entity.title = title or entity.title
            entity.gender = about.gender or entity.gender
            self._mark_gender(entity, title)
            self.by_person[person] = index
            self.person_of[index] = person
        return index

    def _new(self, name: str, kind: str, key: str, mention: Mention) -> int:
        title = mention.title if kind == "person" and mention.kind == "person" else ""
        entity = Entity(name, kind, title, plural=mention.plural, head=mention.head)
        self._mark_gender(entity, title or (name if kind == "role" else ""))
        self.entities.append(entity)
        self.by_key[key] = len(self.entities) - 1
        return len(self.entities) - 1

    @staticmethod
    def _mark_gender(entity: Entity, title: str) -> None:
        if not entity.gender and title:
            marks = {normal(w) for w in title.split()}
            entity.gender = "m" if marks & MALE_TITLES else "f" if marks & FEMALE_TITLES else ""

    def _antecedent(self, mention: Mention, sentence: int) -> int | None:
        """The likeliest entity behind a pronoun."""
        word = mention.head
        if word in _RELATIVE:
            found = self._before_relative(mention)
            if found is not None:
                return found
        if word in _FIRST_PERSON:
            return self.last
        if word in _PLURAL or word in _NEUTER or word == "one":
            return self._group(word, sentence)
        gender = "m" if word in _MALE else "f" if word in _FEMALE else ""
        best = self._salient(mention, sentence, gender)
        if best is None:
            return self.last
        kind, index = best
        if kind == "person":
            index = self._entity_of(index, Mention("pronoun", "", "", "", mention.first, mention.last))
        entity = self.entities[index]
        if gender and not entity.gender:
            entity.gender = gender
            if index in self.person_of:
                self.names.people[self.person_of[index]].gender = gender
        return index

    def _salient(self, mention: Mention, sentence: int, gender: str) -> tuple[str, int] | None:
        names = self.names
        at = mention.first
        inside = names.inside[at]
        w = _SALIENCE
        best: tuple[str, int] | None = None
        best_score = -9.0
        subject_of: dict[int, int] = {}
        place = bisect_left(names.mentions, (at, -1))
        for k in range(place - 1, max(-1, place - 25), -1):
            token, person = names.mentions[k]
            there = names.sentence_of(token)
            distance = sentence - there
            if distance > 6:
                break
            if names.of_another(token):
                continue
            known = names.people[person].gender
            index = self.by_person.get(person)
            if index is not None:
                known = self.entities[index].gender or known
            if gender and known and known != gender:
                continue
            score = w["sentence"] * distance + w["gender"] * (known == gender != "")
            first = subject_of.get(there)
            if first is None:
                # the first person of a sentence stands for its subject
                j = bisect_left(names.mentions, (names.sentence_starts[there], -1))
                first = subject_of[there] = names.mentions[j][0]
            score += w["subject"] * (first == token)
            score += w["other voice"] * (names.inside[token] != inside)
            end = token + 1
            while end < len(names.words) and names.bits[end] & CAPITAL:
                end += 1
            score += w["possessive"] * (end < len(names.words) and names.words[end] in ("’s", "'s"))
            if index is not None:
                score += w["source"] + w["last source"] * (index == self.last)
            if score > best_score:
                best, best_score = ("person", person), score
        for i, entity in enumerate(self.entities):
            if i in self.person_of or entity.plural or entity.kind == "org":
                continue
            if entity.kind == "role" and not known_of(entity.head) & (ROLE | ANON | HONOR):
                continue
            if gender and entity.gender and entity.gender != gender:
                continue
            distance = sentence - entity.last_sentence
            if entity.last_sentence < 0 or distance > 6:
                continue
            score = w["sentence"] * distance + w["gender"] * (entity.gender == gender != "")
            score += w["source"] + w["last source"] * (i == self.last)
            if score > best_score:
                best, best_score = ("entity", i), score
        return best

    def _group(self, word: str, sentence: int) -> int | None:
        """The entity behind "they", "it", "one"."""
        best, best_score = None, -9.0
        for i, entity in enumerate(self.entities):
            if entity.last_sentence < 0 or sentence - entity.last_sentence > 8:
                continue
            score = -0.4 * (sentence - entity.last_sentence) + 0.2 * (i == self.last)
            if word in _PLURAL:
                score += (
                    1.5 * entity.plural
                    + 0.8 * (entity.kind == "org")
                    - 1.5 * (entity.kind == "person" and not entity.plural)
                )
            elif word == "one":
                score += 1.0 * entity.plural
            else:
                document = bool(known_of(entity.head) & DOCUMENT)
                score += (
                    1.5 * (entity.kind == "org")
                    + 1.2 * document
                    - 2.0 * (entity.kind == "person")
                    - 0.5 * entity.plural
                )
            if score > best_score:
                best, best_score = i, score
        if word in ("it", "its") and (best is None or self.entities[best].last_sentence < sentence - 1):
            subject = self._subject_institution(sentence - 1)
            if subject is not None:
                return subject
        return self.last if best is None else best

    def _subject_institution(self, sentence: int) -> int | None:
        """The institution that begins a sentence, whether it was a source before or not."""
        names = self.names
        if sentence < 0:
            return None
        start = names.sentence_starts[sentence]
        first = start + (names.words[start] == "The")
        k = bisect_left(names.others, (first, 0))
        if k == len(names.others) or names.others[k][0] != first:
            return None
        end = names.others[k][1]
        if k + 1 < len(names.others) and names.words[end] in ("’s", "'s") and names.others[k + 1][0] == end + 1:
            end = names.others[k + 1][1]
        if not names.bits[end - 1] & ORG:
            return None
        return self._find(_parse(names, start, end), sentence)

    def _before_relative(self, mention: Mention) -> int | None:
        """The noun phrase that a relative pronoun hangs on."""
        names = self.names
        words, bits = names.words, names.bits
        start = names.sentence_starts[names.sentence_of(mention.first)]
        end = mention.first
        while end > start and not words[end - 1][0].isalnum():
            end -= 1
        if end <= start:
            return None
        first = end
        while first > start and end - first < 10:
            w = words[first - 1]
            low = w.lower()
            if low in DETERMINERS or low in ("one", "two", "three", "some", "many", "several", "another", "other"):
                first -= 1
                break
            if (
                (not w[0].isalnum() and w not in ("’s", "'s"))
                or (low in LEADING and low not in ("of", "for", "in", "at", "to"))
                or (bits[first - 1] & SAY and w.islower() and not bits[first - 1] & (ROLE | DOCUMENT))
            ):
                break
            first -= 1
        if first == end:
            return None
        found = _parse(names, first, end)
        if found.kind in ("pronoun", "none"):
            return None
        if found.kind != "person":
            # "X, a lawyer in Y, who": the apposition's name
            place = bisect_left(names.mentions, (first, -1))
            if place and words[first - 1] == ",":
                token, person = names.mentions[place - 1]
                gap = words[token:first]
                if first - token <= 4 and gap:
                    return self._entity_of(person, found)
        return self._find(found, names.sentence_of(mention.first))


_EMPTY = frozenset("a an the of for in on at to and with by from s ’s 's".split())


def _overlap(key: str, name: str) -> bool:
    return len({*key.split()} & {*_key(name).split()}) > 1


def _key(name: str) -> str:
    words = normal(name).split()
    while len(words) > 1 and words[0] in DETERMINERS:
        words = words[1:]
    return " ".join(words).removesuffix("'s").strip(" .,")


def read_sources(document: Document, utterances: Sequence[Utterance], names: Names | None = None) -> Ledger:
    """Resolve the sources of an article's attributions.

    Parameters
    ----------
    document : Document
    utterances : sequence of Utterance
        In reading order (of their first tokens).

    Returns
    -------
    Ledger
        One reading for each utterance.
    """
    if not utterances:
        return Ledger([], [])
    resolver = Resolver(document, names)
    names = resolver.names
    nested = _nested(utterances)
    signed_blocks = signatures(names)
    mentions: list[Mention] = []
    entities: list[int | None] = []
    sentences: list[int] = []
    signed_via: dict[int, str] = {}
    waiting: list[int] = []  # quotations whose speaker may stand behind them
    for k, one in enumerate(utterances):
        anchor = one.source or one.cue or one.contents[0]
        sentence = names.sentence_of(anchor[0])
        entity: int | None = None
        if one.source is not None:
            mention = resolver.parse(*one.source)
            inner = nested[k] or _quoted_between(names, one.source)
            quoted = inner or (one.source[0] > 0 and names.words[one.source[0] - 1] in QUOTES)
            if not quoted or _key(mention.name) not in _NOBODY:
                entity = resolver.resolve(mention, sentence, speaks=not inner)
            if one.cue is None and not one.contents:
                # a line with a name under a quotation
                for i in waiting:
                    if names.paragraph_of(utterances[i].first) >= names.paragraph_of(one.first) - 1:
                        entities[i] = entity
                waiting = []
            elif not inner:
                for i in waiting:
                    if _runs_on(names, utterances[i], one):
                        entities[i] = entity
                waiting = []
        else:
            mention = Mention("none", "", "", "", anchor[0], anchor[0])
            if one.cue is None:
                signed = signature_for(names, signed_blocks, one)
                if signed is not None:
                    entity = resolver.resolve(resolver.parse(*signed[:2]), sentence)
                    signed_via[k] = signed[2]
                else:
                    entity = resolver.speaker
                    waiting.append(k)
            elif _goes_on(names, one.cue):
                entity = resolver.last
        mentions.append(mention)
        entities.append(entity)
        sentences.append(sentence)
    readings = []
    asked: dict[int, tuple[bool, str]] = {}  # by sentence, which may hold many attributions
    previous: tuple[int | None, str] = (None, "")
    for k, (one, mention, entity) in enumerate(zip(utterances, mentions, entities, strict=True)):
        via = signed_via.get(k) or second_hand(names, one)
        if entity is not None:
            if not via and entity == previous[0] and mention.kind in _CARRIES:
                via = previous[1]
            previous = (entity, via)
            if via and via in resolver.entities[entity].name:
                via = ""  # the outlet itself is the source
        sentence = sentences[k]
        if sentence not in asked:
            asked[sentence] = anonymity(names, sentence)
        asks, reason = asked[sentence]
        readings.append(Reading(mention, entity, via, reason if one.source is not None else "", asks))
    return Ledger(readings, resolver.entities)


_NOBODY = frozenset(("no one", "noone", "nobody", "none"))
_CARRIES = ("none", "pronoun", "person")


def _nested(utterances: Sequence[Utterance]) -> list[bool]:
    """Whether an utterance's source stands in what another one says."""
    out = []
    for k, one in enumerate(utterances):
        inner = False
        at = one.source[0] if one.source else -1
        for other in utterances[max(0, k - 4) : k + 4] if one.source else ():
            if other is not one:
                for a, b in other.contents:
                    inner = inner or a <= at < b
        out.append(inner)
    return out


def _quoted_between(names: Names, source: tuple[int, int]) -> bool:
    """Whether a source stands in quotation marks itself: somebody else tells what it says."""
    return all(names.inside[source[0] : source[1]])


def _runs_on(names: Names, first: Utterance, second: Utterance) -> bool:
    """Whether a quotation goes on, without a mark that closes it, to what another utterance says."""
    if not second.contents or not first.contents:
        return False
    a, b = first.contents[0][0], second.contents[0][0]
    if not a < b or names.paragraph_of(a) != names.paragraph_of(b):
        return False
    return all(names.inside[a + 1 : b]) and _QUOTATION_MARKS.isdisjoint(names.words[a + 1 : b])


_QUOTATION_MARKS = frozenset("“”«»„") | {'"', "''", "``"}


def _goes_on(names: Names, cue: tuple[int, int]) -> bool:
    """Whether a cue without a source goes on with the last one ("..., adding that") and is not hearsay."""
    words = [normal(w) for w in names.words[cue[0] : cue[1]]]
    if words[0].endswith("ly") or words[0] in ("it", "there", "one", "is", "are", "was", "were", "has", "have", "been"):
        return False
    bits = names.bits[cue[0]]
    return bool(bits & SAY) and (words[0].endswith(("ing", "ed")) or words[0] in ("said", "told", "says", "wrote"))
