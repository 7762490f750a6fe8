"""Sources by name: who speaks in invented articles, under which name, with which title, through whom."""

import pytest

from classifier.article import Article
from classifier.document import read
from classifier.sources import Utterance, anonymity_reason, asks_anonymity, parse, read_sources


def utterances(text, marked, title=""):
    """Utterances from (source, cue, content) phrases, found one after another; None where there is none."""
    document = read(Article(text, title))
    at = 0

    def place(phrase):
        """Where a phrase stands; "phrase#2" asks for the second time it does."""
        words, _, nth = phrase.partition("#")
        start = at - 1
        for _ in range(int(nth or 1)):
            start = text.index(words, start + 1)
        return start

    def tokens(phrase):
        if phrase is None:
            return None
        start = place(phrase)
        inside = [
            i
            for i in range(document.n_title, len(document.words))
            if document.starts[i] < start + len(phrase.partition("#")[0]) and document.ends[i] > start
        ]
        return inside[0], inside[-1] + 1

    out = []
    for source, cue, content in marked:
        first = min(place(p) for p in (source, cue, content) if p is not None)
        spoken = tokens(content)
        out.append(Utterance(tokens(source), tokens(cue), (spoken,) if spoken else ()))
        at = first + 1
    return document, out


def ledger(text, marked, title=""):
    document, found = utterances(text, marked, title)
    return read_sources(document, found)


def speakers(text, marked, title=""):
    found = ledger(text, marked, title)
    return [None if r.entity is None else found.entities[r.entity].name for r in found.readings]


def mention(text):
    document = read(Article(text))
    return parse(document, 0, len(document.words))


@pytest.mark.parametrize(
    ("words", "name", "title"),
    [
        (
            "Marta Hollin, chairman of the harbour select committee,",
            "Marta Hollin",
            "chairman of the harbour select committee",
        ),
        ("US Secretary of State Daniel Oakes", "Daniel Oakes", "US Secretary of State"),
        ("Brazil's ambassador to Norway Paulo Ferraz", "Paulo Ferraz", "Brazil's ambassador to Norway"),
        (
            "Peter Quill, the agency’s former Lisbon station chief,",
            "Peter Quill",
            "agency’s former Lisbon station chief",
        ),
        ("A harbour board spokesman, Erik Tolland,", "Erik Tolland", "harbour board spokesman"),
        ("Speaker-designate Laura Penn", "Laura Penn", "Speaker-designate"),
        ("Gov. Ruth Calloway", "Ruth Calloway", "Gov."),
        ("Mayor Bill de Vries", "Bill de Vries", "Mayor"),
        ("Crown Prince Hamid bin Rashid", "Hamid bin Rashid", "Crown Prince"),
        ("Thomas R. Winslow Jr.", "Thomas R. Winslow Jr.", ""),
        ("[Helen] Marsh", "Helen Marsh", ""),
        ("Laura Penn herself", "Laura Penn", ""),
        ("The Courier’s Nancy Ogden", "Nancy Ogden", "Courier"),
        ("The health minister, Dr Sela Orkut,", "Sela Orkut", "health minister"),
        (
            "The foreign minister of neighbouring Tolmar, Celia Hakon,",
            "Celia Hakon",
            "foreign minister of neighbouring Tolmar",
        ),
        ("Erik Tolland, who leads the dockers' union in Haldis,", "Erik Tolland", "leads the dockers' union in Haldis"),
        ("A resident of Fen, who gave her name only as Anahil,", "Anahil", "resident of Fen"),
        ("Its lead author, Professor Ingrid Salo of the University of Leiden,", "Ingrid Salo", "Professor"),
        ("Tolland angrily", "Tolland", ""),
    ],
)
def test_a_person_is_read_with_the_title_before_or_behind_the_name(words, name, title):
    found = mention(words)
    assert (found.kind, found.name, found.title) == ("person", name, title)


@pytest.mark.parametrize(
    ("words", "kind", "name"),
    [
        ("the Ministry of Fisheries", "org", "Ministry of Fisheries"),
        ("the Calder administration", "org", "Calder administration"),
        ("two American officials", "role", "two American officials"),
        ("a spokesman for President Hamid Rashid", "role", "spokesman for President Hamid Rashid"),
        ("the Holloway report", "role", "Holloway report"),
        ("Sources close to the minister, who spoke on Friday,", "role", "Sources close to the minister"),
        ("Minutes of a meeting in October", "role", "Minutes of a meeting"),
        ("the regional bloc, the League of Ports,", "org", "League of Ports"),
        ("the campaign group Clear Water Now", "org", "Clear Water Now"),
        ("Many Norwegians", "org", "Many Norwegians"),
        ("she", "pronoun", "she"),
        ("—", "none", ""),
    ],
)
def test_what_is_not_a_person_keeps_its_own_words(words, kind, name):
    found = mention(words)
    assert (found.kind, found.name) == (kind, name)


@pytest.mark.parametrize(
    ("text", "marked", "expected"),
    [
        (
            "Hollin said it was late. The mayor, Marta Hollin, took over in May.",
            [("Hollin", "said", "it was late")],
            ["Marta Hollin"],
        ),
        (
            "Photo: Marta Hollin at the port. Nobody came. Marta said it was late.",
            [("Marta#2", "said", "it was late")],
            ["Marta Hollin"],
        ),
        (
            "John Castell met Mary Castell. Mr. Castell said no. Mrs. Castell said yes.",
            [("Mr. Castell", "said", "no"), ("Mrs. Castell", "said", "yes")],
            ["John Castell", "Mary Castell"],
        ),
        (
            "Sens. Paul Arden (D-N.Y.), Rita Moss (R-Ohio) and Sam Field wrote a letter. They said it was late.",
            [
                ("Sens. Paul Arden (D-N.Y.), Rita Moss (R-Ohio) and Sam Field", "wrote", None),
                ("They", "said", "it was late"),
            ],
            ["Paul Arden, Rita Moss and Sam Field"] * 2,
        ),
        (
            "The rebels follow Bashir al-Tamra. Tamra said the war was over.",
            [("Tamra#2", "said", "the war was over")],
            ["Bashir al-Tamra"],
        ),
        (
            "The European Fisheries Council (EFC) met. The EFC said stocks were low.",
            [("The EFC", "said", "stocks were low")],
            ["European Fisheries Council"],
        ),
        (
            "President Tomas Vell spoke in Orva. The president said the talks had failed.",
            [("The president", "said", "the talks had failed")],
            ["Tomas Vell"],
        ),
        (
            "French President Paul Morin met German Chancellor Anna Weiss. The German chancellor said no.",
            [("The German chancellor", "said", "no")],
            ["Anna Weiss"],
        ),
        (
            "A study by two universities said fish were fewer. The study found no cause.",
            [("A study by two universities", "said", None), ("The study", "found", "no cause")],
            ["study by two universities"] * 2,
        ),
        (
            "The Harbour Ministry said it was late. The ministry said it would act.",
            [("The Harbour Ministry", "said", None), ("The ministry", "said", None)],
            ["Harbour Ministry"] * 2,
        ),
        (
            "Hanna Vell is on trial. Her lawyer said she was innocent.",
            [("Her lawyer", "said", None)],
            ["Hanna Vell’s lawyer"],
        ),
        (
            "A banker, whom Erik Tolland knew, paid. The clerk who said so has left.",
            [("who#2", "said", None)],
            ["clerk"],
        ),
    ],
)
def test_short_forms_lead_to_the_fullest_name_in_the_article(text, marked, expected):
    assert speakers(text, marked) == expected


@pytest.mark.parametrize(
    ("text", "marked", "expected"),
    [
        # a description behind a possessive, and the name it stands beside
        (
            "It fits the remarks of Peter Quill, the agency’s director, who said the port was adrift.",
            [("who", "said", "the port was adrift")],
            ["Peter Quill"],
        ),
        # a new paragraph takes up the last speaker
        (
            "Marta Hollin, chairman of the harbour committee, warned of a strike.\n\nThe veteran Labour MP said it was near.",
            [
                ("Marta Hollin, chairman of the harbour committee,", "warned", "a strike"),
                ("The veteran Labour MP", "said", "it was near"),
            ],
            ["Marta Hollin"] * 2,
        ),
        (
            "Marta Hollin warned of a strike. The harbour minister said nothing of it.",
            [("Marta Hollin", "warned", "a strike"), ("The harbour minister", "said", "nothing of it")],
            ["Marta Hollin", "harbour minister"],
        ),
        # one role under other words
        (
            "Calder’s boss Oren Pell turned back. The head of Calder said it was over.",
            [("The head of Calder", "said", "it was over")],
            ["Oren Pell"],
        ),
        # a part of a group that spoke
        (
            "Six people close to the cabinet spoke of a rift. Two of the people said it would fall.",
            [("Six people close to the cabinet", "spoke", "a rift"), ("Two of the people", "said", "it would fall")],
            ["Six people close to the cabinet"] * 2,
        ),
        (
            "European officials saw it coming. Peter Quill denied it. The security officials said he knew.",
            [
                ("European officials", "saw", "it coming"),
                ("Peter Quill", "denied", "it"),
                ("The security officials", "said", "he knew"),
            ],
            ["European officials", "Peter Quill", "European officials"],
        ),
        # a name in the middle of a longer one
        (
            "The envoy met the Workers' Front of Kuvara. The Front said it was ready.",
            [("The Front", "said", "it was ready")],
            ["Workers' Front of Kuvara"],
        ),
        # an outlet by what stands before its name
        (
            "It was published by the exile portal “Fenlisk”. The exile portal says that he fled.",
            [("The exile portal", "says", "he fled")],
            ["Fenlisk"],
        ),
        (
            "A survey was out on Monday. The survey found doubts. The same survey found hope.",
            [("A survey", "was out", None), ("The survey", "found", "doubts"), ("The same survey", "found", "hope")],
            ["survey"] * 3,
        ),
        # nobody is no source
        (
            "Erik Tolland said: “Nobody believes it. No one thinks so.”",
            [("Erik Tolland", "said", "Nobody believes it."), ("Nobody", "believes", "it")],
            ["Erik Tolland", None],
        ),
    ],
)
def test_descriptions_lead_to_the_source_they_stand_for(text, marked, expected):
    assert speakers(text, marked) == expected


def test_a_headline_in_short_names_the_institution_that_the_text_names_in_full():
    document = read(
        Article("The Central Harbour Commission counted the boats.", "Boats are fewer, harbour commission says")
    )
    at = document.words.index("harbour")
    found = read_sources(document, [Utterance((at, at + 2), (at + 2, at + 3))])
    assert found.entities[found.readings[0].entity].name == "Central Harbour Commission"


@pytest.mark.parametrize(
    ("text", "marked", "expected"),
    [
        (
            "Tolmar's Fisheries Ministry gave no figure. It accused the fleet of lying.",
            [("It", "accused", "lying")],
            ["Tolmar's Fisheries Ministry"],
        ),
        (
            "Ilan, a drone pilot, peels an orange. Tolmar's army moved. They have no batteries, he says.",
            [("he#2", "says", "They have no batteries")],
            ["Ilan"],
        ),
        (
            "Ms Hollin said it was late.\n\nSee also Omar Redd tells all\n\n“We knew,” she said.",
            [("Ms Hollin", "said", "it was late"), ("she", "said", "We knew")],
            ["Hollin"] * 2,
        ),
        (
            "Anna Weiss met Paul Morin on Friday. She said the talks had failed.",
            [("She", "said", None)],
            ["Anna Weiss"],
        ),
        (
            "Anna Weiss met Paul Morin on Friday. He said the talks had failed.",
            [("He", "said", None)],
            ["Paul Morin"],
        ),
        (
            "“It is late,” said Erik Tolland. “Very late,” he added.",
            [("Erik Tolland", "said", None), ("he", "added", None)],
            ["Erik Tolland"] * 2,
        ),
        (
            "Spokeswoman Kim Ostrow denied it. She said Erik Tolland was wrong.",
            [("Spokeswoman Kim Ostrow", "denied", None), ("She", "said", None)],
            ["Kim Ostrow"] * 2,
        ),
        (
            "Fishermen blame the port. They say the water is warm.",
            [("Fishermen", "blame", "the port"), ("They", "say", "the water is warm")],
            ["Fishermen"] * 2,
        ),
    ],
)
def test_pronouns_take_the_likeliest_antecedent_that_agrees(text, marked, expected):
    assert speakers(text, marked) == expected


@pytest.mark.parametrize(
    ("text", "marked", "expected"),
    [
        (
            "Erik Tolland said: “It is late. Nobody came.”",
            [("Erik Tolland", "said", "It is late."), (None, None, "Nobody came.")],
            ["Erik Tolland"] * 2,
        ),
        (
            "Rita Moss left. “It is late. Nobody came,” said Erik Tolland.",
            [(None, None, "It is late."), ("Erik Tolland", "said", "Nobody came")],
            ["Erik Tolland"] * 2,
        ),
        (
            "Erik Tolland said: “The ministry says it is safe. It is not.”",
            [
                ("Erik Tolland", "said", "The ministry says it is safe."),
                ("The ministry", "says", "it is safe"),
                (None, None, "It is not."),
            ],
            ["Erik Tolland", "ministry", "Erik Tolland"],
        ),
        (
            "The port closed.\n\nWhat a shame for us all. — Rita Moss (@ritamoss) May 4, 2019",
            [(None, None, "What a shame for us all.")],
            ["Rita Moss"],
        ),
        (
            "Erik Tolland said it was late, adding that nobody came.",
            [("Erik Tolland", "said", "it was late"), (None, "adding", "that nobody came")],
            ["Erik Tolland"] * 2,
        ),
        (
            "Erik Tolland said it was late. He was reportedly ill.",
            [("Erik Tolland", "said", "it was late"), (None, "reportedly", "ill")],
            ["Erik Tolland", None],
        ),
    ],
)
def test_words_without_a_source_go_to_who_is_speaking(text, marked, expected):
    assert speakers(text, marked) == expected


@pytest.mark.parametrize(
    ("text", "marked", "via"),
    [
        ("Erik Tolland told The Washington Post that it was late.", ("Erik Tolland", "told", None), "Washington Post"),
        ("Erik Tolland told CNN's Ann Bell that it was late.", ("Erik Tolland", "told", None), "CNN"),
        ("Erik Tolland told the gossip site Corridor that it was late.", ("Erik Tolland", "told", None), "Corridor"),
        ("Erik Tolland told Rita Moss that it was late.", ("Erik Tolland", "told", None), ""),
        ("Erik Tolland told parliament that it was late.", ("Erik Tolland", "told", None), ""),
        ("In an interview with Fox News, Erik Tolland said it was late.", ("Erik Tolland", "said", None), "Fox News"),
        ("Erik Tolland tweeted that it was late.", ("Erik Tolland", "tweeted", None), "Twitter"),
        ("The ministry wrote on Telegram that it was late.", ("The ministry", "wrote", None), "Telegram"),
        ("Erik Tolland said in a statement that it was late.", ("Erik Tolland", "said", None), "statement"),
        ("According to Reuters, it was late.", ("Reuters", "According to", None), ""),
        ("Erik Tolland said it was late.", ("Erik Tolland", "said", None), ""),
    ],
)
def test_the_outlet_or_document_in_between_is_named(text, marked, via):
    assert ledger(text, [marked]).readings[0].via == via


def test_a_quotation_goes_on_through_the_same_outlet():
    found = ledger(
        "Erik Tolland told CNN that it was late. “Nobody came.” Rita Moss said it was early.",
        [("Erik Tolland", "told", "it was late"), (None, None, "Nobody came."), ("Rita Moss", "said", "it was early")],
    )
    assert [r.via for r in found.readings] == ["CNN", "CNN", ""]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (
            "A diplomat, speaking on condition of anonymity because the talks are secret, said no.",
            "the talks are secret",
        ),
        ("One neighbour, who asked not to be identified for fear of revenge, said no.", "for fear of revenge"),
        ("A guard, who was not authorised to speak to the press, said no.", "was not authorised to speak to the press"),
        ("The clerk does not want his name printed because he fears for his job.", "he fears for his job"),
        ("The clerk spoke on condition of anonymity.", ""),
        ("The clerk said no because it rained.", ""),
    ],
)
def test_the_stated_reason_for_anonymity(text, reason):
    assert anonymity_reason(text) == reason


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("She spoke on condition of anonymity.", True),
        ("He asked not to be named.", True),
        ("He gave only his first name in line with army rules.", True),
        ("The ship was named after her.", False),
    ],
)
def test_asking_not_to_be_named(text, asked):
    assert asks_anonymity(text) is asked


def test_the_title_may_stand_far_from_where_the_person_speaks():
    found = ledger(
        "Tolland said it was late. Nobody came. The port belongs to Erik Tolland, head of the harbour board, and his heirs.",
        [("Tolland", "said", "it was late")],
    )
    assert found.entities[0].title == "head of the harbour board"


def test_the_title_at_the_full_name_stands_before_what_goes_with_a_surname():
    text = "On Friday, harbour chief Oren Pell marched. His former confidant Pell said it was over."
    found = ledger(text, [("His former confidant Pell", "said", "it was over")])
    assert [(e.name, e.title) for e in found.entities] == [("Oren Pell", "chief")]


def test_a_headline_in_capital_letters_founds_nobody():
    text = "Prime Minister Anna Weiss said it was late. Weiss added that nobody came."
    marked = [("Prime Minister Anna Weiss", "said", "it was late"), ("Weiss", "added", None)]
    assert speakers(text, marked, title="WEISS WARNS PORT BOARD OVER LATE SHIPS") == ["Anna Weiss"] * 2


def test_no_utterances_no_sources():
    found = ledger("Nobody said anything.", [])
    assert (found.readings, found.entities) == ([], [])


def test_a_name_is_counted_as_it_stands():
    from classifier.predictor import _mentions

    words = "37 percent said so , and 41 percent did not ; MCBRIDE left , Ms McBride came back".split()
    names = [("37 percent", "vague"), ("Ann McBride", "person"), ("Percent", "org")]
    assert _mentions(words, names) == [1, 2, 2]
