"""Whether a text is what the models learned from, English news prose; and if not, what it is instead.

Takes a `Document`, gives warnings. Tests that cost next to nothing come first: the share of English function words, the
share of tokens in lines that read as sentences, and the share of paragraphs that begin with who speaks. Only where the first is suspicious is the language
identified (by py3langid, imported then), so that English articles pay nothing for it.
"""

from __future__ import annotations

import re
import unicodedata

from classifier.document import Document
from classifier.vocabulary import as_written

_FUNCTION_WORDS = as_written(
    "the a an of in on at by for with from to and or as that is are was were be been it he she they his her "
    "their this but not have has had who which said will would i you we".split()
)
SUSPICIOUS_SHARE = 0.25
"""Below this share of function words the language is identified: so are 0.1% of the articles of a news corpus."""
LEAST_SHARE = 0.2
"""No English prose has a smaller share of function words among its words."""
LEAST_WORDS = 20
LEAST_PROSE = 0.45
"""Below this share of tokens in sentences a text is no news article (docs/experiments.md has the figures)."""
LEAST_TURNS = 8
LEAST_SPOKEN = 0.8
"""From this share of words in paragraphs that begin with a speaker in capitals, a text is a transcript."""
_LEAST_SPOKEN_NAMES = 0.9  # where speakers are not in capitals, as in printed interviews, which are articles
_LEAST_SPOKEN_STAGED = 0.5  # where it says (APPLAUSE) and the like
_LEAST_STAGED = 2
_NAME = r"[A-Z][\w.'’-]*"
# "14:05 ANN BELL, MAYOR:", "Q.", "Ann Bell (chair):"
_TURN = re.compile(
    rf"[ \t]*(?:[\[(]?\d\d?:\d\d(?::\d\d)?[\])]?[ \t]*)?(?P<who>{_NAME}(?: {_NAME}){{0,4}}(?: \d+)?)(?:, [^:\n]{{1,40}}| ?\([^)\n]{{1,40}}\))?"
    r"(?::[ \t]|(?<=^[QA])\.[ \t])",
)
_STAGE = re.compile(
    r"[\[(](?:applause|laughter|cross ?talk|inaudible|unintelligible|begin video|end video|video clip|soundbite|"
    r"commercial break|cheering|music|off[- ]?mike)[^\])\n]{0,30}[\])]",
    re.IGNORECASE,
)
_SENTENCE_WORDS = 5
_MOST_OTHER = 0.4  # share of numbers and marks among a sentence's tokens
_LOOKED_AT = 3000  # characters: more do not change what language it is
_ENDS = ".!?…"
_CLOSERS = frozenset("\"'”’»)]") | {"''"}
_SURROGATE = re.compile("[\ud800-\udfff]")
_LATIN_ENDS = "\u02af"  # the last letter of the Latin blocks that come first in Unicode

_NAMES = dict(
    pair.split(":")
    for pair in (
        "af:Afrikaans am:Amharic ar:Arabic arz:Arabic ary:Arabic as:Assamese az:Azerbaijani ba:Bashkir be:Belarusian "
        "bg:Bulgarian bn:Bengali bo:Tibetan br:Breton bs:Bosnian ca:Catalan cs:Czech cy:Welsh da:Danish de:German "
        "el:Greek eo:Esperanto es:Spanish et:Estonian eu:Basque fa:Persian fi:Finnish fo:Faroese fr:French fy:Frisian "
        "ga:Irish gd:Gaelic gl:Galician gu:Gujarati ha:Hausa he:Hebrew hi:Hindi hr:Croatian ht:Haitian hu:Hungarian "
        "hy:Armenian id:Indonesian ig:Igbo is:Icelandic it:Italian ja:Japanese jv:Javanese ka:Georgian kk:Kazakh "
        "km:Khmer kn:Kannada ko:Korean ku:Kurdish ky:Kyrgyz la:Latin lb:Luxembourgish lo:Lao lt:Lithuanian lv:Latvian "
        "mg:Malagasy mk:Macedonian ml:Malayalam mn:Mongolian mr:Marathi ms:Malay mt:Maltese my:Burmese ne:Nepali "
        "nl:Dutch nb:Norwegian nn:Norwegian no:Norwegian oc:Occitan om:Oromo or:Odia pa:Punjabi pl:Polish ps:Pashto "
        "pt:Portuguese qu:Quechua ro:Romanian ru:Russian rw:Kinyarwanda sa:Sanskrit sd:Sindhi si:Sinhala sk:Slovak "
        "sl:Slovenian sn:Shona so:Somali sq:Albanian sr:Serbian sv:Swedish sw:Swahili ta:Tamil te:Telugu tg:Tajik "
        "th:Thai tk:Turkmen tl:Tagalog tr:Turkish tt:Tatar ug:Uyghur uk:Ukrainian ur:Urdu uz:Uzbek vi:Vietnamese "
        "xh:Xhosa yo:Yoruba yue:Cantonese zh:Chinese zu:Zulu"
    ).split()
)


def warnings(document: Document) -> list[str]:
    """Why the models should not be believed about a text.

    Parameters
    ----------
    document : Document

    Returns
    -------
    list of str
        "not English: it reads as NAME", "not a news article: ..." or "not a news article in English: ..."; empty for a
        news article in English. Each forbids judging.
    """
    words = [w for w in document.words if w[0].isalpha()]
    known = sum(map(_FUNCTION_WORDS.__contains__, words))
    if known < SUSPICIOUS_SHARE * len(words):
        foreign = _foreign(document, words, known / len(words))
        if foreign:
            return [foreign]
    if len(words) >= LEAST_WORDS:
        share = prose_share(document)
        if share < LEAST_PROSE:
            return [f"not a news article in English: only {share:.0%} of it stands in full sentences"]
    return [_TRANSCRIPT] if is_transcript(document.article.text) else []


_TRANSCRIPT = "not a news article: it reads as a transcript, with the words of speakers in turn"


def is_transcript(text: str) -> bool:
    """Whether a text is the words of speakers in turn, as of a broadcast, a hearing or a chat.

    An interview that a writer introduces and edits is an article: there the speakers' names are seldom in capitals, or
    some of the text is the writer's.

    Examples
    --------
    >>> is_transcript("BELL: Is it open?\\nHADDAD: It is not.\\n" * 5)
    True
    >>> is_transcript("Bell met the board on Monday. Haddad: “It is open.”")
    False
    """
    if text.count(":") < LEAST_TURNS and text.count("Q.") < LEAST_TURNS // 2:
        return False
    spoken = total = 0
    speakers: list[str] = []
    for line in text.splitlines():
        n = len(line.split())
        total += n
        turn = _TURN.match(line)
        if turn:
            spoken += n
            speakers.append(turn["who"])
    # who speaks once only is a label ("Weather: ..."), no speaker
    if len(speakers) < LEAST_TURNS or len(set(speakers)) > len(speakers) / 2:
        return False
    capitals = sum(s.isupper() for s in speakers) > len(speakers) / 2
    least = LEAST_SPOKEN if capitals else _LEAST_SPOKEN_NAMES
    if len(_STAGE.findall(text)) >= _LEAST_STAGED:
        least = _LEAST_SPOKEN_STAGED
    return spoken >= least * total


def identify(text: str) -> str | None:
    """The language of a text.

    Returns
    -------
    str or None
        ISO 639 code, "en" for English; None where py3langid is missing or the text has nothing to go by.
    """
    try:
        from py3langid import classify
    except ImportError:
        return None
    text = _SURROGATE.sub(" ", text[:_LOOKED_AT])
    if not any(c.isalpha() for c in text):
        return None
    return str(classify(text)[0])


def name_of(code: str) -> str:
    """English name of a language.

    Examples
    --------
    >>> name_of("sv"), name_of("xx")
    ('Swedish', "the language 'xx'")
    """
    return _NAMES.get(code, f"the language {code!r}")


def prose_share(document: Document) -> float:
    """Share of the text's tokens that stand in sentences.

    A line or part of one is a sentence where it begins with a capital letter or digit, ends with a mark that ends
    sentences, and has at least five words and more words than numbers and marks. Counting stops where
    `LEAST_PROSE` is reached.

    Returns
    -------
    float
        0 to 1; exact below `LEAST_PROSE`.
    """
    words = document.words
    n = len(words) - document.n_title
    if n <= 0:
        return 0.0
    bounds = [*document.sentence_starts[document.has_headline :].tolist(), len(words)]
    prose = 0
    for first, end in zip(bounds, bounds[1:], strict=False):
        last = end - 1
        while last > first and words[last] in _CLOSERS:
            last -= 1
        if words[last][-1] not in _ENDS:
            continue
        sentence = words[first:end]
        opener = next((w for w in sentence if w[0].isalnum()), "")
        n_words = sum([w[0].isalpha() for w in sentence])
        if (
            n_words >= _SENTENCE_WORDS
            and (opener[0].isupper() or opener[0].isdigit())
            and end - first - n_words < _MOST_OTHER * (end - first)
        ):
            prose += end - first
            if prose >= LEAST_PROSE * n:
                break
    return prose / n


def _foreign(document: Document, words: list[str], share: float) -> str:
    """What to say of a text with few English function words; empty where it may be English prose all the same."""
    letters = sum(map(len, words))
    other_script = sum(len(w) for w in words if w[0] > _LATIN_ENDS) > 0.5 * letters
    # scripts without spaces have few words, and without capitals their sentences are not known as such
    if len(words) < LEAST_WORDS and not (other_script and letters >= LEAST_WORDS):
        return ""
    prose = other_script or prose_share(document) >= LEAST_PROSE
    code = identify(document.article.text) if prose else None
    if code not in (None, "en"):
        return f"not English: it reads as {name_of(str(code))}"
    if other_script:
        script = unicodedata.name(max(words, key=len)[0], "another").split()[0].capitalize()
        return f"not English: its script is {script}"
    if share < LEAST_SHARE:
        return "not a news article in English: too few of its words are function words, as in lists, tables and code"
    return ""
