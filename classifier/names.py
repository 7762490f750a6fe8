"""The names in an article: people with their titles, institutions, acronyms.

Takes a document, gives `Names`: every person named in it under the fullest name, found by any part of
it, and the institutions, all in one pass over the tokens. Everything known of a word by itself (a
role, an outlet, a given name, a place) is a bit field, worked out once a word. `classifier.sources`
resolves the sources of attributions with it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from classifier import lexicons
from classifier.document import Document
from classifier.vocabulary import CLASSES, KEPT_WORDS, classes, normal

DETERMINERS = frozenset("the a an this that these those his her its their our my".split())
NAME_JOINERS = frozenset(
    "de da del di van von der den bin bint ibn al el la le du dos das ter ten st. ] zu af av y".split()
)
ORG_JOINERS = frozenset("of for on and & the".split())
HONORIFICS = frozenset(
    "adm adm. amb. cmdr. cpl. fr. supt. mr mrs ms miss dr prof sir lord lady dame mr. mrs. ms. dr. prof. sen. sens. rep. reps. gov. gen. lt. col. maj. capt. "
    "sgt. rev. hon. justice judge president pope baroness baron ayatollah sheikh imam rabbi".split()
)
_SUFFIXES = frozenset("jr jr. sr sr. ii iii iv".split())
MALE_TITLES = frozenset(
    "mr mr. sir lord king prince father spokesman chairman congressman businessman husband son brother pope".split()
)
FEMALE_TITLES = frozenset(
    "mrs mrs. ms ms. miss dame lady queen princess spokeswoman chairwoman congresswoman businesswoman mother wife "
    "daughter sister baroness".split()
)
# one role under several words, for "the lawmaker" and "the minister"
SYNONYMS = {
    "lawmaker": ("senator", "sen.", "congressman", "congresswoman", "representative", "rep.", "mp"),
    "legislator": ("senator", "sen.", "congressman", "congresswoman", "representative", "rep.", "mp"),
    "politician": ("senator", "sen.", "congressman", "congresswoman", "representative", "rep.", "mp", "mayor"),
    "congressman": ("rep.", "representative"),
    "congresswoman": ("rep.", "representative"),
    "senator": ("sen.",),
    "governor": ("gov.",),
    "general": ("gen.",),
    "professor": ("prof.",),
    "commander-in-chief": ("president",),
    "commander": ("president",),
    "head": ("chief", "leader", "director", "boss"),
    "chief": ("head", "leader", "director", "boss"),
    "leader": ("head", "chief", "boss"),
    "boss": ("head", "chief", "leader"),
    "spokesperson": ("spokesman", "spokeswoman"),
    "premier": ("minister",),
    "pm": ("minister",),
    "chair": ("chairman", "chairwoman"),
    "lawyer": ("attorney",),
    "attorney": ("lawyer",),
}
# roles that tell who somebody is but say little about speech, so the word classes leave them out
_ROLES = frozenset(
    "c.e.o. speaker customer campaigner member opponent uncle aunt cousin nephew niece widow widower son-in-law daughter-in-law "
    "registrar secretary-general boss billionaire entrepreneur tycoon presenter negotiator negotiators dictator insurer "
    "composer singer actor actress director-general vice-president ex-president president-elect whip chaplain imam rabbi "
    "mufti architect bandleader musician designer developer lobbyist contractor fellow scholar lecturer novelist blogger "
    "comedian operative publisher cardinal archbishop emir crown baron marshal admiral brigadier major lieutenant staffer "
    "subordinate associate colleague partner spokesperson treasurer forecaster surgeon".split()
)
_CREDITS = frozenset("photograph photo photos image images getty file pic".split())
_PLACE_NOUNS = frozenset(
    "county city state river valley street avenue island islands lake park square road bridge airport university college "
    "hospital school church palace house hall tower center centre station prison act".split()
)
_STATE_WORDS = frozenset(
    "state defense defence treasury interior energy labor labour health homeland security foreign affairs justice "
    "commerce education transportation veterans human services housing agriculture staff war army navy".split()
)
LEADING = frozenset(
    "the a an but and or as if when while although though because since after before for from in on at by with of to "
    "that this these those it he she they we i you his her its their our my what who why how where there then so yet "
    "even just only not no now still also once until unless whether both many most some all one two three instead "
    "meanwhile however according like per via is was are were do does did has have had will would can could may might "
    "should must here more less under over during despite among about against between than nor let every each "
    "another other such earlier later last next first".split()
)
ROLE, ORG, MEDIA, DOCUMENT, ANON, VAGUE, SAY, HONOR, CAPITAL, FIRST_M, FIRST_F, PLACE, OUTLET, PLATFORM, COMPANY, CALENDAR, LEAD, ACRONYM, MEANS = (
    1 << i for i in range(19)
)  # fmt: skip
FIRST = FIRST_M | FIRST_F
_MORE_ROLE = ROLE  # role words beyond the lexicon's, see _ROLES
_ROLE_CLASS = CLASSES.index("role")
_ARABIC = re.compile(r"(?:al|el|as|ad|ar|an|at|ul|d|l|ash)[-’'][A-Z]")
KNOWN = PLACE | OUTLET | PLATFORM | COMPANY | CALENDAR
_CLASS_BITS = {
    "role": ROLE, "org": ORG, "media": MEDIA, "document": DOCUMENT, "anonymous": ANON, "vague": VAGUE,
    "say": SAY, "claim": SAY, "believe": SAY, "spokes": ROLE,
}  # fmt: skip
_LISTS = {
    "place": PLACE, "demonym": PLACE, "outlet": OUTLET, "platform": PLATFORM, "company": COMPANY,
    "calendar": CALENDAR,
}  # fmt: skip


def _lexicon_bits() -> dict[str, int]:
    out: dict[str, int] = {}
    first = lexicons.read("first_names")
    for names, bit in ((first["male"], FIRST_M), (first["female"], FIRST_F)):
        for name in names:
            out[name] = out.get(name, 0) | bit
    known = lexicons.read("known_names")
    for key, bit in _LISTS.items():
        for name in known[key]:
            out[name] = out.get(name, 0) | bit
    for name in HONORIFICS:
        out[name] = out.get(name, 0) | HONOR
    for name in _ROLES:
        out[name] = out.get(name, 0) | ROLE
    for name in LEADING:
        out[name] = out.get(name, 0) | LEAD
    return out


_BITS = _lexicon_bits()
# single capitalised words that are nobody's name, whatever stands behind them
_NO_LONE_NAME = KNOWN | ORG | ROLE | MEDIA | ACRONYM | LEAD | SAY
# single capitalised words that name nobody
_IDLE = LEAD | CALENDAR | HONOR


class _Table(dict[str, int]):
    """What is known of words, as bit fields, worked out when first asked for; bounded."""

    def __missing__(self, word: str) -> int:
        if len(self) > 2 * KEPT_WORDS:
            self.clear()
        bits = self[word] = _work_out(word)
        return bits


def _work_out(word: str) -> int:
    if not word:
        return 0
    low = normal(word)
    bits = _BITS.get(low, 0)
    for c in classes(low):
        bits |= _CLASS_BITS.get(CLASSES[c], 0)
    if low.endswith("s") and len(low) > 4 and not bits & (ROLE | ORG | DOCUMENT):
        # plural roles and institutions: "ministers", "agencies"
        for stem in (low[:-1], low[:-3] + "y" if low.endswith("ies") else low[:-2]):
            for c in classes(stem):
                bits |= _CLASS_BITS.get(CLASSES[c], 0) & (ROLE | ORG | DOCUMENT)
    if (
        "-" in low
        and not bits & ROLE
        and any(_BITS.get(p, 0) & _MORE_ROLE or _ROLE_CLASS in classes(p) for p in low.split("-"))
    ):
        bits |= ROLE  # "Speaker-designate", "secretary-general"
    if low.endswith(("icans", "ians", "eans", "ois")) and word[0].isupper():
        bits |= PLACE
    if word in ("I", "OK") or "/" in word or low in _CREDITS:
        return bits & ~(FIRST | ORG)
    if low in TOLD or low in VIA_PREPOSITIONS or low in REPORTS or low.startswith("tweet") or low.startswith("@"):
        bits |= MEANS
    if low in ("un", "eu") and word != word.upper():
        bits &= ~ORG
    if word[0].isupper() or _ARABIC.match(word):
        bits |= CAPITAL
        if len(word) > 1 and word.isupper() and word.isalpha():
            bits |= ACRONYM
    return bits


_TABLE = _Table()
known_of = _TABLE.__getitem__


class Utterance(NamedTuple):
    """The spans of one attribution as token ranges of a document, half open; None where missing."""

    source: tuple[int, int] | None
    cue: tuple[int, int] | None
    contents: tuple[tuple[int, int], ...] = ()

    @property
    def first(self) -> int:
        """First token of any of its spans."""
        return min(a for a, _ in (*filter(None, (self.source, self.cue)), *self.contents))


def joined(document: Document, first: int, last: int) -> str:
    if last <= first:
        return ""
    starts, ends = document.offsets
    text = document.text_of(first)[starts[first] : ends[last - 1]]
    if "[" in text or "]" in text:
        text = text.replace("[", "").replace("]", "")
    if text.count("“") != text.count("”"):
        text = text.replace("“", "").replace("”", "")
    return " ".join(text.split())


@lru_cache(maxsize=KEPT_WORDS)
def part_of_name(word: str) -> str:
    """A word of a name as it is looked up: "al-Masri" and "Masri" are one."""
    low = normal(word)
    return low[3:] if low.startswith(("al-", "el-")) and len(low) > 5 else low


_BEFORE_TITLE = frozenset(("the", "its", "their", "his", "her", "our", "my"))


@dataclass(slots=True)
class _Person:
    """Somebody named in the article."""

    parts: tuple[str, ...]  # words of the fullest name, normal
    name: str
    rank: int  # how sure and how full the name is
    gender: str = ""
    places: list[tuple[int, int]] = field(default_factory=list)  # token ranges of full names
    title: str | None = None  # read when first asked for
    titles: list[str] = field(default_factory=list)


def _initials(parts: Sequence[str]) -> str:
    return "".join([w[0] for w in parts])


class Names:
    """The people and institutions named anywhere in an article, found in one pass.

    A person is known by the full name, and by every ending and the first word of it.
    """

    def __init__(self, document: Document) -> None:
        self.document = document
        words = document.words
        self.words = words
        self.bits = list(map(known_of, words))
        self.inside: list[bool] = document.inside.tolist()
        self.distinct = set(words)
        self.sentence_starts: list[int] = document.sentence_starts.tolist()
        self.paragraph_starts: list[int] = document.paragraph_starts.tolist()
        self.people: list[_Person] = []
        self.by_part: dict[str, list[int]] = {}
        self._by_initials: dict[str, list[int]] = {}  # of names that people had at first, too
        self.by_first_last: dict[tuple[str, str], int] = {}
        self.mentions: list[tuple[int, int]] = []  # (token, person), in text order, short names too
        self.institutions: dict[str, list[tuple[int, int]]] = {}  # by last word: token ranges
        self._acronyms: dict[str, tuple[int, int]] | None = None
        self._runs: list[tuple[int, int]] = []
        self.others: list[tuple[int, int]] = []  # capitalised names of anything but people and places
        self.starts = set(self.sentence_starts)
        self._shown: set[str] | None = None
        self._longer: dict[str, list[tuple[int, int]]] | None = None
        self._titles: dict[str, list[int]] | None = None
        self._scan()

    def shown(self, word: str) -> bool:
        """Whether a word has its capital within a sentence too."""
        found = self._shown
        if found is None:
            starts, n = self.starts, self.document.n_title
            found = self._shown = {w for i, w in enumerate(self.words) if i >= n and i not in starts and w[0].isupper()}
        return word in found

    def fuller(self, word: str, definite: bool) -> tuple[int, int] | None:
        """A longer name of an institution that one word is short for: "NBC" (News), "the (Daily) Post"."""
        if self._longer is None:
            self._longer = {}
            for a, b in self.others:
                if b - a > 1:
                    self._longer.setdefault(normal(self.words[b - 1]), []).append((a, b))
                    self._longer.setdefault(normal(self.words[a]), []).append((a, b))
        for a, b in self._longer.get(word, ()):
            last = self.bits[b - 1]
            if normal(self.words[a]) == word and last & (MEDIA | ORG) and not self.bits[a] & PLACE:
                if self.bits[a] & OUTLET and b - a > 2:
                    continue
                return a, b
            if definite and normal(self.words[b - 1]) == word and not last & (PLACE | CALENDAR):
                return a, b
        return None

    def sentence_of(self, token: int) -> int:
        return bisect_right(self.sentence_starts, token) - 1

    def bounds_of(self, sentence: int) -> tuple[int, int]:
        """First token of a sentence, and the token after its last."""
        starts = self.sentence_starts
        return starts[sentence], starts[sentence + 1] if sentence + 1 < len(starts) else len(self.words)

    def paragraph_of(self, token: int) -> int:
        return bisect_right(self.paragraph_starts, token) - 1

    def of_another(self, token: int) -> bool:
        """Whether a token stands in a line that leads to another story: "See also", "READ MORE:"."""
        start = self.paragraph_starts[self.paragraph_of(token)]
        return " ".join(self.words[start : start + 2]).lower() in _LEADS_AWAY

    def runs(self, first: int, last: int) -> list[tuple[int, int]]:
        """Runs of capitalised words, joined by particles inside, within tokens `first`..`last`."""
        words, bits = self.words, self.bits
        out = []
        i = first
        while i < last:
            if not bits[i] & CAPITAL:
                i += 1
                continue
            j = i + 1
            while j < last:
                if bits[j] & CAPITAL:
                    j += 1
                elif words[j] in NAME_JOINERS and j + 1 < last and bits[j + 1] & CAPITAL:
                    j += 2
                else:
                    break
            out.append((i, j))
            i = j
        return out

    def _all_runs(self) -> list[tuple[int, int]]:
        """`runs` of the whole article."""
        words, bits = self.words, self.bits
        capitals = [i for i, b in enumerate(bits) if b & CAPITAL]
        out: list[tuple[int, int]] = []
        start = end = -1
        for i in capitals:
            if i == end or (i == end + 1 and words[end] in NAME_JOINERS and end > 0):
                end = i + 1
                continue
            if end > 0:
                out.append((start, end))
            start, end = i, i + 1
        if end > 0:
            out.append((start, end))
        return out

    def _scan(self) -> None:
        document, words, bits = self.document, self.words, self.bits
        starts = self.starts
        singles: list[tuple[int, int]] = []
        full: list[tuple[int, int, int]] = []
        title_cased = sum(1 for b in bits[: document.n_title] if b & CAPITAL) > 0.6 * document.n_title
        pieces: list[tuple[int, int]] = []
        for a, b in self._all_runs():
            if b - a == 1:
                if not bits[a] & _IDLE:
                    pieces.append((a, b))
                continue
            x = a
            for i in range(a + 1, b):
                if i in starts:
                    pieces.append((x, i))
                    x = i
            pieces.append((x, b))
        for a, b in pieces:
            if title_cased and a < document.n_title:
                # in a headline in title case only a given name shows where a name begins
                for i in range(a, b - 1):
                    if bits[i] & FIRST and not bits[i + 1] & (ORG | MEDIA | SAY | LEAD | DOCUMENT):
                        full.append((i, i + 2, 0))
                        break
                else:
                    if b - a == 1:
                        singles.append((a, b))
                continue
            title = False
            if b - a > 1:
                a, b, title = self.shear(a, b)
            if b - a == 1:
                if bits[a] & _IDLE:
                    continue
                singles.append((a, b))
            elif a >= b:
                continue
            elif self.looks_like_person(a, b, titled=title):
                full.append((a, b, 1))
            elif b - a > 4 and bits[a] & FIRST and not bits[a + 1] & (ORG | MEDIA | FIRST):
                full.append((a, a + 2, 0))
            else:
                self.others.append((a, b))
            if bits[b - 1] & (ORG | MEDIA | OUTLET) or (b < len(words) and bits[b] & ORG and b not in starts):
                end = b if bits[b - 1] & (ORG | MEDIA | OUTLET) else b + 1
                self.institutions.setdefault(normal(words[end - 1]), []).append((a, end))
            if b - a > 1 or (a and words[a - 1] in ORG_JOINERS):
                self._runs.append((a, b))
        full.sort(key=lambda f: f[0] - f[1])
        for a, b, rank in full:
            self._add(a, b, rank)
        by_part = self.by_part
        for a, b in singles:
            person = None
            if part_of_name(words[a]) in by_part or bits[a] & ACRONYM:
                person = self.person(a, b)
            if person is not None and not bits[a] & (OUTLET | PLATFORM | COMPANY | CALENDAR):
                self.mentions.append((a, person))
            elif (a and bits[a - 1] & HONOR and not bits[a] & (KNOWN | ORG | ROLE)) or (
                not bits[a] & _NO_LONE_NAME and b + 1 < len(words) and words[b] == "," and self._apposed_role(b + 1)
            ):
                self._add(a, b, rank=1)
            elif not bits[a] & (PLACE | CALENDAR | ROLE | SAY):
                self.others.append((a, b))
        self.mentions.sort()
        self.others.sort()
        for person_ in self.people:
            person_.places.sort()

    def _apposed_role(self, at: int) -> bool:
        """Whether a role begins behind a name and a comma: "a drone pilot" of "Rasim, a drone pilot"."""
        if self.words[at] not in ("a", "an", "the"):
            return False
        end = min(at + 4, len(self.words))
        return any(self.bits[i] & ROLE and self.words[i].islower() for i in range(at + 1, end))

    def acronym(self, word: str) -> tuple[int, int] | None:
        """The name that an acronym stands for: "Joint Tax Committee (JTC)", or a name with these initials."""
        if self._acronyms is None:
            self._acronyms = {}
            for a, b in self._runs:
                self._keep_acronym(self._acronyms, a, b)
        return self._acronyms.get(word)

    def _keep_acronym(self, known: dict[str, tuple[int, int]], a: int, b: int) -> None:
        words, bits = self.words, self.bits
        start = a
        while start >= 2 and words[start - 1] in ORG_JOINERS and bits[start - 2] & CAPITAL:
            start -= 2
            while start and bits[start - 1] & CAPITAL and not bits[start - 1] & LEAD:
                start -= 1
        if bits[start] & LEAD and b - start > 1:
            start += 1
        if b + 2 < len(words) and words[b] in ("(", "[") and words[b + 2] in (")", "]") and bits[b + 1] & ACRONYM:
            known[words[b + 1].lower()] = (start, b)
        elif b - start > 1 and not (b - start == 2 and bits[start] & FIRST):
            initials = "".join(words[i][0] for i in range(start, b) if bits[i] & CAPITAL)
            if len(initials) > 2:
                known.setdefault(initials.lower(), (start, b))

    def shear(self, a: int, b: int) -> tuple[int, int, bool]:
        """A run without what is no part of a name: leading function words and titles.

        Returns the bounds and whether a title stood before.
        """
        words, bits = self.words, self.bits
        if a in self.starts and b - a > 1 and not bits[a] & (FIRST | HONOR):
            low = words[a].lower()
            if bits[a] & (LEAD | SAY) or (low in self.distinct and not bits[a] & (ROLE | KNOWN)):
                a += 1
        while b - a > 1 and bits[a] & LEAD and not bits[a] & FIRST:
            a += 1
        titled = a > 0 and bool(bits[a - 1] & (ROLE | HONOR)) and a not in self.starts
        for i in range(b - 2, a - 1, -1):
            if bits[i] & (ROLE | HONOR) and not bits[i] & FIRST:
                a, titled = i + 1, True
                break
        if a >= 2 and words[a - 1] in ("of", "to", "for", "at") and bits[a - 2] & ROLE:
            # "Secretary of State Ann Bell", "Ambassador to Israel Ann Bell"
            for i in range(b - 2, a, -1):
                if bits[i] & FIRST:
                    return i, b, True
            i = a
            while i < b - 2 and (words[i].lower() in _STATE_WORDS or bits[i] & PLACE):
                i += 1
            if i > a:
                return i, b, True
        if b - a > 2 and bits[a] & ACRONYM and bits[a + 1] & FIRST and not bits[a] & FIRST:
            a += 1  # "WATCH Ann Bell"
        i = a
        while i < b - 2 and (bits[i] & PLACE or words[i].lower() in _STATE_WORDS) and not bits[i] & FIRST:
            i += 1
        if i > a and bits[i] & FIRST:
            a = i
        if bits[b - 1] & (ROLE | HONOR) and b - a == 1:
            return b, b, True
        return a, b, titled

    def looks_like_person(self, a: int, b: int, titled: bool) -> bool:
        """Whether a run of several words looks like a person's name."""
        words, bits = self.words, self.bits
        if b - a > 5:
            return False
        if any(bits[i] & (ORG | MEDIA | DOCUMENT | CALENDAR) and not bits[i] & FIRST for i in range(a, b)):
            return False
        if words[b - 1].lower() in _PLACE_NOUNS:
            return False
        if bits[a] & FIRST or words[a] in ("Jr.",):
            return b - a <= 4 or any(words[i] in NAME_JOINERS for i in range(a, b))
        if bits[a] & KNOWN or bits[b - 1] & (OUTLET | PLATFORM | COMPANY) or (bits[b - 1] & PLACE and not titled):
            return False
        if all(bits[i] & ACRONYM for i in range(a, b)):
            return False
        if titled or (len(words[a]) == 2 and words[a][1] == "."):
            return True
        if a and words[a - 1].lower() in ("the", "a", "an", "its"):
            return False
        return not any(words[i].lower() in self.distinct for i in range(a, b))

    def _add(self, a: int, b: int, rank: int) -> None:
        words, bits = self.words, self.bits
        end = b
        while end - a > 1 and words[end - 1].lower() in _SUFFIXES:
            end -= 1
        parts = tuple(part_of_name(words[i]) for i in range(a, end) if words[i] not in "][")
        signature = b + 1 < len(words) and words[b] == "(" and words[b + 1].startswith("@")
        rank = 4 * rank + 2 * (not signature)
        index = self.by_first_last.get((parts[0], parts[-1])) if len(parts) > 1 else None
        if index is None:
            known = self.by_part.get(" ".join(parts))  # "Abu Masri" where "Hani Abu Masri" is known
            index = known[-1] if known else None
        gender = "m" if bits[a] & FIRST_M else "f" if bits[a] & FIRST_F else ""
        if bits[a] & FIRST == FIRST or len(parts) == 1:
            gender = ""
        if a:
            low = words[a - 1].lower()
            gender = "m" if low in MALE_TITLES else "f" if low in FEMALE_TITLES else gender
        if index is None:
            index = len(self.people)
            self.people.append(_Person(parts, joined(self.document, a, b), rank, gender))
            self._by_initials.setdefault(_initials(parts), []).append(index)
        person = self.people[index]
        person.gender = person.gender or gender
        if (rank, len(parts)) > (person.rank, len(person.parts)) and len(parts) >= len(person.parts) - (
            rank > person.rank
        ):
            person.name, person.rank, person.parts = joined(self.document, a, b), rank, parts
            self._by_initials.setdefault(_initials(parts), []).append(index)
        if len(parts) > 1:
            self.by_first_last[parts[0], parts[-1]] = index
        for key in {parts[0], *(" ".join(parts[i:]) for i in range(len(parts)))}:
            known = self.by_part.setdefault(key, [])
            if index not in known:
                known.append(index)
        person.places.append((a, b))
        self.mentions.append((a, index))

    def person(self, a: int, b: int, gender: str = "") -> int | None:
        """The person that tokens `a`..`b` name: by full name, an ending of it, or the first name."""
        end = b
        while end - a > 1 and self.words[end - 1].lower() in _SUFFIXES:
            end -= 1
        parts = [part_of_name(self.words[i]) for i in range(a, end) if self.words[i] not in "[]"]
        if len(parts) == 1 and self.bits[a] & ACRONYM and len(parts[0]) in (2, 3) and not self.bits[a] & KNOWN:
            of_these = [i for i in self._by_initials.get(parts[0], ()) if _initials(self.people[i].parts) == parts[0]]
            if of_these:
                return min(of_these)
        return self._lookup(parts, a, gender)

    def _lookup(self, parts: Sequence[str], at: int, gender: str = "") -> int | None:
        if len(parts) > 1:
            index = self.by_first_last.get((parts[0], parts[-1]))
            if index is not None:
                return index
        known = self.by_part.get(" ".join(parts))
        if not known:
            return None
        if len(known) == 1:
            return known[0]
        # several people of one name: a title's gender decides, then whose surname it is, whose full name
        # stands most often, and whose stood last
        fit = [i for i in known if not gender or self.people[i].gender in ("", gender)] or known
        last = [i for i in fit if self.people[i].parts[-1] == parts[-1]] or fit
        return max(last, key=lambda i: (len(self.people[i].places), self._last_place(i, at)))

    def _last_place(self, person: int, at: int) -> int:
        places = self.people[person].places
        k = bisect_right(places, (at, len(self.words)))
        return places[k - 1][0] if k else -1

    def title_of(self, index: int) -> str:
        """The title the article gives a person, from before or behind the name; the first that says more than "Mr."."""
        person = self.people[index]
        if person.title is None:
            best = ""
            for title in self._titles_at(person.places[:8]):
                if not best or (is_honorific(best) and len(title) > len(best)):
                    best = title
                if not is_honorific(best):
                    break
            person.title = best
        return person.title

    def _titles_at(self, places: Sequence[tuple[int, int]]) -> Iterator[str]:
        for a, b in places:
            for title in (self.title_before(a), self.title_behind(b)):
                if title:
                    yield title

    def title_before(self, at: int, low: int | None = None) -> str:
        """The title before a name; `low` is where its noun phrase begins, if that is known."""
        words, bits = self.words, self.bits
        start = self.sentence_starts[self.sentence_of(at)]
        i = at
        comma = False
        apposed = i - 1 >= start and words[i - 1] == "," and i - 2 >= start
        if apposed and (
            bits[i - 2] & (ROLE | PLACE) or (low is not None and any(bits[k] & ROLE for k in range(low, i - 2)))
        ):
            i -= 1
            comma = True
        end = i
        known = low is not None
        if apposed and not comma and not known:
            i = self._role_of(i - 1, start)
            comma = i < end - 1 and self._closed(at)
            i = i if comma else end
        bound = max(start, low if low is not None else at - 9)
        if not known and (i <= start or not bits[i - 1] & (ROLE | HONOR | CAPITAL)):
            return ""
        while i > bound:
            w = words[i - 1]
            if not known:
                of = w in ("of", "to", "for") and i - 2 >= bound and bits[i - 2] & ROLE
                adjective = w.islower() and w in _TITLE_WORDS
                if (
                    w.islower()
                    and not adjective
                    and i - 2 >= start
                    and bits[i - 2] & CAPITAL
                    and not bits[i - 2] & LEAD
                ):
                    # "Calder mercenary chief": one plain word between a name and the role
                    adjective = (
                        i < end and w.isalpha() and not bits[i - 1] & (SAY | LEAD) and not w.endswith(("ed", "s"))
                    )
                if not (
                    bits[i - 1] & (ROLE | HONOR) or (bits[i - 1] & CAPITAL) or of or adjective or w in ("’s", "'s")
                ):
                    break
                if w.lower() in LEADING and not of:
                    break
            elif w in (",", "(", ")", "“", "”", '"', "—", "–") and not comma:
                break
            i -= 1
        out = self.title_text(i, end)
        low_words = out.lower().split()
        if is_honorific(out) and i - 1 > bound and words[i - 1] == ",":
            role = self.title_before(i, low)  # "the mayor, Dr Ann Bell"
            if role:
                return role
        if known and not comma and not any(known_of(w) & CAPITAL or w[0].islower() for w in out.split()):
            return ""
        if known:
            return out
        has_role = any(known_of(w) & (ROLE | HONOR) for w in low_words)
        # "the mayor, Ann Bell": one word is a title before a comma only behind an article or a possessive
        whole = not comma or len(low_words) > 1 or (i > start and words[i - 1].lower() in _BEFORE_TITLE)
        return out if has_role and whole else ""

    def _role_of(self, comma: int, start: int) -> int:
        """Token after the role in "head of operations," with the comma; the comma where there is none."""
        words, bits = self.words, self.bits
        for k in range(comma - 3, max(start, comma - 6), -1):
            if words[k + 1] in ("of", "for", "at") and bits[k] & ROLE:
                return k + 1
        return comma

    def _closed(self, at: int) -> bool:
        """Whether a comma closes the name that begins at a token."""
        end = at
        while end < len(self.words) and self.bits[end] & CAPITAL:
            end += 1
        return end < len(self.words) and self.words[end] == ","

    def title_behind(self, at: int, limit: int | None = None) -> str:
        """The apposition behind a name: ", the head of the port, "."""
        words, bits = self.words, self.bits
        n = len(words) if limit is None else limit
        if at >= n or words[at] not in (",", "(", "—", "–"):
            return ""
        at += 1
        if at + 1 < n and words[at + 1] == "," and words[at].isdigit():
            at += 2  # ", 46, "
        elif at < n and _PARTY.match(words[at]):
            comma = next((i for i in range(at, min(at + 4, n)) if words[i] == ","), None)
            if comma is None:
                return ""
            at = comma + 1  # ", D-N.Y., "
        starts = self.starts
        if at + 2 < n and words[at] == "who" and words[at + 1] in _HOLDS:
            end = at + 2
            while end < len(words) and end - at < 14 and words[end] not in _TITLE_ENDS and end not in starts:
                end += 1
            return joined(self.document, at + 1, end) if end - at > 2 else ""
        end = at
        while end < n and end - at < 22 and words[end] not in _TITLE_ENDS and end not in starts:
            end += 1
        if end == at or (limit is None and end < n and words[end] not in (",", ".", ")", "—", "–", "who", ";")):
            return ""
        if words[at].lower() in ("who", "which", "and", "but", "said", "the") and words[at].lower() != "the":
            return ""
        first = words[at].lower()
        role = any(bits[i] & (ROLE | ANON) for i in range(at, end))
        noun_phrase = first in ("a", "an", "the", "one", "his", "her", "their", "another")
        if any(
            bits[i] & SAY and not bits[i] & (ROLE | DOCUMENT) and words[i].islower()
            for i in range(at, min(end, at + 3))
        ):
            return ""
        if not role and not (noun_phrase and limit is not None):
            return ""
        if not noun_phrase and not any(bits[i] & (ROLE | ANON) for i in range(at, min(end, at + 7))):
            return ""
        return self.title_text(at, end)

    def title_text(self, first: int, last: int) -> str:
        words = self.words
        while first < last and (words[first].lower() in LEADING or not words[first][0].isalnum()):
            first += 1
        while last > first and (not words[last - 1][0].isalnum() or words[last - 1].lower() in ("and", "or")):
            last -= 1
        return joined(self.document, first, last)

    def titled(self, head: str) -> list[int]:
        """People whose title holds a role word."""
        if self._titles is None:
            self._titles = {}
            for i in range(len(self.people)):
                self.people[i].titles = list(self._titles_at(self.people[i].places[:5]))
                for word in {normal(w) for title in self.people[i].titles for w in title.split()}:
                    if known_of(word) & (ROLE | HONOR):
                        self._titles.setdefault(word, []).append(i)
        out = list(self._titles.get(head, ()))
        for word in SYNONYMS.get(head, ()):
            out += [i for i in self._titles.get(word, ()) if i not in out]
        return out


_LEADS_AWAY = frozenset(("see also", "read more", "also read", "read also", "read next"))
_HOLDS = frozenset(
    "leads heads runs chairs directs teaches studies represents commands advises owns oversees edits".split()
)
_PARTY = re.compile(r"[DRI]-[A-Z]")
_TITLE_ENDS = frozenset(', . ; : ( ) — – who which whose where whom “ ” " ! ? said says told'.split())
_TITLE_WORDS = frozenset(
    "former ex- acting deputy vice prime chief senior foreign defence defense interior finance health energy press special "
    "general executive managing presidential top longtime then- independent associate assistant legal political campaign "
    "national security state house white school police company group party communications research policy attorney fellow "
    "army navy military opposition environment education trade justice home treasury ambassador and gop republican "
    "democratic co- media affairs first".split()
)


def is_honorific(title: str) -> bool:
    return normal(title) in HONORIFICS


TOLD = frozenset("told tells telling tell".split())
VIA_PREPOSITIONS = frozenset("on to in by with from via per".split())
REPORTS = frozenset("reported reports".split())
