"""Who the sources are: mentions resolved to people and institutions, and the ledger of sources.

A mention is the words that a tagged source stands in, or nothing at all (a continuing quotation). It
is resolved to an entity of the article: by its full name, by a surname or first name whose full form
stands elsewhere, by a pronoun's or a definite role's likeliest antecedent, or it founds a new one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from classifier.document import Document
from classifier.vocabulary import CLASSES, classes, normal

_DETERMINERS = frozenset("the a an this that these those his her its their our my one some two three four".split())
_JOINERS = frozenset("de da del di van von der den bin bint ibn al el la le du dos das ter ten of and for &".split())
_NAME_JOINERS = frozenset("de da del di van von der den bin bint ibn al el la le du dos das ter ten st.".split())
_HONORIFICS = frozenset(
    "mr mrs ms miss dr prof sir lord lady dame mr. mrs. ms. dr. prof. sen. rep. gov. gen. lt. col. maj. capt. "
    "sgt. rev. hon. justice judge".split()
)
_MALE = frozenset(["he", "him", "his", "himself"])
_FEMALE = frozenset(["she", "her", "hers", "herself"])
_PLURAL = frozenset(["they", "them", "their", "we", "us", "our", "themselves"])
_NEUTER = frozenset(["it", "its", "itself", "which", "that", "this"])
_RELATIVE = frozenset(["who", "whom", "whose"])
_MALE_TITLES = frozenset(
    ["mr", "mr.", "sir", "lord", "king", "prince", "father", "spokesman", "chairman", "congressman", "businessman"]
)
_FEMALE_TITLES = frozenset(
    [
        "mrs",
        "mrs.",
        "ms",
        "ms.",
        "miss",
        "dame",
        "lady",
        "queen",
        "princess",
        "spokeswoman",
        "chairwoman",
        "congresswoman",
    ]
)
_ROLE, _ORG, _MEDIA, _DOCUMENT = (CLASSES.index(n) for n in ("role", "org", "media", "document"))
_VAGUE, _ANONYMOUS = CLASSES.index("vague"), CLASSES.index("anonymous")
_REASON = re.compile(
    r"(?:(?:on|under) (?:the )?condition of anonymity|(?:declined|asked|requested|refused|did not want) (?:not )?to be "
    r"(?:named|identified)|not authori[sz]ed to|anonymously|spoke anonymously)[^.;”\"]*?"
    r"\b(because|since|as|to|so as to|in order to|out of|for fear|fearing|due to|citing|given)\b\s+([^.;”\"\n]{6,200})",
    re.IGNORECASE,
)
_ANONYMITY = re.compile(r"anonymity|anonymous|not to be (?:named|identified)|not authori[sz]ed", re.IGNORECASE)


@dataclass
class Entity:
    """A source while the article is read; becomes an entry of the ledger."""

    name: str
    kind: str  # "person", "org" (a named institution), "role" (unnamed)
    title: str = ""
    gender: str = ""  # "m", "f" or unknown
    keys: set[str] = field(default_factory=set)
    mentions: int = 0
    last_sentence: int = -1


@dataclass(frozen=True)
class Mention:
    """The words of a source as parsed: its name, title and head."""

    kind: str  # "person", "org", "pronoun", "role", "none"
    name: str
    title: str
    head: str  # last word of the noun phrase, lower case
    first: int
    last: int
    plural: bool = False
    definite: bool = False


def _is_capital(word: str) -> bool:
    return word[0].isupper() and any(c.isalpha() for c in word)


def parse(document: Document, first: int, last: int) -> Mention:
    """Read the noun phrase of tokens `first`..`last`."""
    words = document.words[first:last]
    while words and not any(c.isalnum() for c in words[0]):
        words, first = words[1:], first + 1
    while words and not any(c.isalnum() for c in words[-1]):
        words, last = words[:-1], last - 1
    if not words:
        return Mention("none", "", "", "", first, last)
    lower = [normal(w) for w in words]
    pronouns = _MALE | _FEMALE | _PLURAL | _NEUTER | _RELATIVE | {"i", "one"}
    if lower[0] in pronouns and (
        len(words) == 1 or (len(words) == 2 and lower[1] in ("himself", "herself", "all", "both"))
    ):
        return Mention("pronoun", words[0], "", lower[0], first, last, plural=lower[0] in _PLURAL)
    # the noun phrase ends where an apposition, relative clause or prepositional phrase begins
    runs = _capital_runs(words)
    person = _person_in(words, lower, runs)
    if person:
        a, b = person
        before = [w for w in words[:a] if w not in ("“", "”", '"')]
        title = _clean_title(before)
        after = _apposition(words, lower, b)
        if not title or (after and title.lower() in _HONORIFICS):
            title = after or title
        name = _join(document, first + a, first + b)
        return Mention("person", name, title, lower[b - 1], first, last)
    end = next((i for i, w in enumerate(words) if i and w in (",", "(", "who", "which", "that", "—", "–")), len(words))
    core_end = next(
        (i for i in range(1, end) if lower[i] in ("of", "in", "at", "for", "from", "with", "close", "on", "to")), end
    )
    head = lower[core_end - 1]
    start = 1 if lower[0] in _DETERMINERS and end > 1 else 0
    name = _join(document, first + start, first + end)
    head_class = classes(head)
    named = any(_is_capital(w) for w in words[start:end]) and _is_capital(words[core_end - 1])
    kind = "org" if named else "role"
    plural = head.endswith("s") and not head.endswith("ss") and _ORG not in head_class
    return Mention(
        kind, name, "", head, first, last, plural=plural, definite=lower[0] in ("the", "this", "that", "these")
    )


def _join(document: Document, first: int, last: int) -> str:
    if last <= first:
        return ""
    text = document.text_of(first)[int(document.starts[first]) : int(document.ends[last - 1])]
    return re.sub(r"\s+", " ", text)


def _capital_runs(words: Sequence[str]) -> list[tuple[int, int]]:
    """Runs of capitalised words, joined by particles inside."""
    runs: list[tuple[int, int]] = []
    i, n = 0, len(words)
    while i < n:
        if not _is_capital(words[i]):
            i += 1
            continue
        j = i + 1
        while j < n:
            if _is_capital(words[j]):
                j += 1
            elif words[j].lower() in _NAME_JOINERS and j + 1 < n and _is_capital(words[j + 1]):
                j += 2
            else:
                break
        runs.append((i, j))
        i = j
    return runs


def _person_in(words: Sequence[str], lower: Sequence[str], runs: Sequence[tuple[int, int]]) -> tuple[int, int] | None:
    """The run, shorn of titles, that is most likely a person's name."""
    for a, b in runs:
        if a > 0 and lower[a - 1] in ("of", "in", "at", "from", "for") and a > 1:
            continue  # "the mayor of Springfield", "a lawyer at Smith Jones"
        start = a
        titled = a > 0 and _ROLE in classes(lower[a - 1])
        for i in range(a, b):
            role = lower[i] in _HONORIFICS or _ROLE in classes(lower[i])
            if role and i + 1 < b:
                start, titled = i + 1, True
            elif role and i + 1 >= b:
                start = b
        # "Secretary of State Antony Blinken": the title goes on in another run
        if start >= b:
            continue
        size = b - start
        if any(_ORG in classes(w) or _MEDIA in classes(w) or _DOCUMENT in classes(w) for w in lower[start:b]):
            continue
        if start == 0 and lower[0] in _DETERMINERS:
            start += 1
            size -= 1
            if size < 1 or not titled:
                continue
        upper = [w for w in words[start:b] if w.isupper() and len(w) > 1 and "." not in w]
        if size > 4 or (upper and len(upper) == size and size < 2):
            continue
        return _after_country(words, lower, start, b)
    return None


def _after_country(words: Sequence[str], lower: Sequence[str], start: int, end: int) -> tuple[int, int]:
    return start, end


def _clean_title(words: Sequence[str]) -> str:
    out = [w for w in words if w not in (",", "(", ")")]
    while out and out[0].lower() in _DETERMINERS:
        out = out[1:]
    title = " ".join(out).replace(" ’s", "’s").replace(" 's", "'s")
    return title.strip()


def _apposition(words: Sequence[str], lower: Sequence[str], at: int) -> str:
    """ "X, chairman of the committee," -> "chairman of the committee"."""
    if at >= len(words) or words[at] not in (",", "("):
        return ""
    rest = []
    for w in words[at + 1 :]:
        if w in (",", ")", "(", "who", "which", "–", "—"):
            break
        rest.append(w)
    if not rest or not any(_ROLE in classes(normal(w)) or _ANONYMOUS in classes(normal(w)) for w in rest):
        return ""
    return _clean_title(rest)


class Resolver:
    """The entities of one article, met in reading order."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.entities: list[Entity] = []
        self.by_key: dict[str, int] = {}
        self.names = _article_names(document)
        self.last: int | None = None

    def resolve(self, mention: Mention, sentence: int) -> int | None:
        """Index of the entity that a mention refers to; None where there is none."""
        index = self._find(mention, sentence)
        if index is not None:
            entity = self.entities[index]
            entity.last_sentence = sentence
            if mention.kind in ("person", "org", "role") and mention.title and len(mention.title) > len(entity.title):
                entity.title = mention.title
            self.last = index
        return index

    def _find(self, mention: Mention, sentence: int) -> int | None:
        if mention.kind == "none":
            return (
                self.last if self.last is not None and sentence - self.entities[self.last].last_sentence <= 3 else None
            )
        if mention.kind == "pronoun":
            return self._antecedent(mention, sentence)
        if mention.kind == "person":
            return self._person(mention)
        key = normal(mention.name)
        if key in self.by_key:
            return self.by_key[key]
        if mention.kind == "role" and mention.definite:
            for i in range(len(self.entities) - 1, -1, -1):
                entity = self.entities[i]
                if mention.head and mention.head in normal(entity.title or entity.name).split():
                    return i
        if mention.kind == "org":
            short = key.split()
            for i, entity in enumerate(self.entities):
                if entity.kind == "org" and (set(short) <= set(normal(entity.name).split())):
                    return i
        return self._new(mention.name, mention.kind, mention.title, key)

    def _person(self, mention: Mention) -> int:
        words = [w for w in mention.name.split() if normal(w) not in _HONORIFICS]
        key = " ".join(normal(w) for w in words)
        if key in self.by_key:
            return self.by_key[key]
        full = mention.name
        if len(words) == 1:
            full = self.names.get(key, mention.name)
            if normal(full) in self.by_key:
                self.by_key[key] = self.by_key[normal(full)]
                return self.by_key[key]
        else:
            for i, entity in enumerate(self.entities):
                parts = normal(entity.name).split()
                same_last = entity.kind == "person" and parts[-1] == normal(words[-1])
                if same_last and (len(parts) == 1 or parts[0] == normal(words[0])):
                    if len(words) > len(parts):
                        entity.name = mention.name
                    self.by_key[key] = i
                    return i
        index = self._new(full, "person", mention.title, normal(full))
        self.by_key[key] = index
        if len(full.split()) > 1:
            self.by_key.setdefault(normal(full.split()[-1]), index)
        return index

    def _new(self, name: str, kind: str, title: str, key: str) -> int:
        gender = ""
        marks = {normal(w) for w in title.split()}
        if marks & _MALE_TITLES:
            gender = "m"
        elif marks & _FEMALE_TITLES:
            gender = "f"
        self.entities.append(Entity(name, kind, title, gender))
        self.by_key[key] = len(self.entities) - 1
        return len(self.entities) - 1

    def _antecedent(self, mention: Mention, sentence: int) -> int | None:
        """The likeliest entity behind a pronoun: the nearest earlier source that agrees with it."""
        word = mention.head
        gender = "m" if word in _MALE else "f" if word in _FEMALE else ""
        if gender or word in ("who", "whom", "whose", "i"):
            named = self._person_before(mention, sentence)
            best = None
            for i, entity in enumerate(self.entities):
                if entity.kind != "person" or (gender and entity.gender and entity.gender != gender):
                    continue
                if best is None or entity.last_sentence > self.entities[best].last_sentence:
                    best = i
            recent = best is not None and sentence - self.entities[best].last_sentence <= 2
            if recent and not word.startswith("who"):
                chosen: int | None = best
            elif named:
                chosen = self._person(
                    Mention("person", named, "", normal(named.split()[-1]), mention.first, mention.last)
                )
            else:
                chosen = best
            if chosen is None:
                chosen = self.last
            if chosen is not None and gender and not self.entities[chosen].gender:
                self.entities[chosen].gender = gender
            return chosen
        wanted = ("role", "org") if word in _PLURAL else ("org", "role")
        for i in sorted(range(len(self.entities)), key=lambda i: -self.entities[i].last_sentence):
            if self.entities[i].kind in wanted and sentence - self.entities[i].last_sentence <= 4:
                return i
        return self.last

    def _person_before(self, mention: Mention, sentence: int) -> str:
        """Full name of the last person named before the mention, at most two sentences back."""
        document = self.document
        bounds = document.sentence_starts
        low = int(bounds[max(0, sentence - 2)]) if len(bounds) else 0
        words = document.words[low : mention.first]
        for a, b in reversed(_capital_runs(words)):
            for name in (" ".join(words[a:b]), words[b - 1]):
                if normal(name) in self.names:
                    return self.names[normal(name)]
        return ""


def _article_names(document: Document) -> dict[str, str]:
    """Surname, or whole name, to the fullest name of the people named in the article (first one wins)."""
    names: dict[str, str] = {}
    words = document.words
    lower = [w.lower() for w in words]
    firsts = set(document.sentence_starts.tolist())
    for a, b in _capital_runs(words):
        cut = [a, *(i for i in range(a + 1, b) if i in firsts), b]
        for x, y in zip(cut, cut[1:], strict=False):
            i = y
            # shear titles: the name begins behind the last role word
            for i in range(x, y):
                if not (lower[i] in _HONORIFICS or _ROLE in classes(lower[i])):
                    break
            for k in range(y - 1, i, -1):
                if _ROLE in classes(lower[k]) or lower[k] in _HONORIFICS:
                    i = k + 1
                    break
            size = y - i
            if not 2 <= size <= 4 or lower[i] in _DETERMINERS or any(w.isupper() and len(w) > 2 for w in words[i:y]):
                continue
            if any(_ORG in classes(w) or _MEDIA in classes(w) for w in lower[i:y]):
                continue
            name = " ".join(words[i:y])
            names.setdefault(normal(name), name)
            names.setdefault(lower[y - 1].replace("’", "'"), name)
    return names


def anonymity_reason(text: str) -> str:
    """The stated reason for withholding a name in a sentence, or ""."""
    match = _REASON.search(text)
    if not match:
        return ""
    word, reason = match.group(1), match.group(2)
    reason = reason.strip(" ,")
    return f"{word} {reason}" if word.lower() in ("to", "out of", "for fear", "fearing") else reason


def asks_anonymity(text: str) -> bool:
    """Whether a sentence says that a source asked not to be named."""
    return bool(_ANONYMITY.search(text))
