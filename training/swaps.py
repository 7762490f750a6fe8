"""Names that carry no weight, and how to exchange them: what the even-handedness of the scores is measured with.

Takes an article's text and gives it with the parties, politicians, outlets or countries exchanged two by two, case and
possessives kept. The table is ours, from general knowledge; scoring (`classifier`) knows nothing of it.
"""

from __future__ import annotations

import re
from functools import cache

# Both members of a pair take the same grammar. One name stands in one pair of its kind.
PAIRS: dict[str, tuple[tuple[str, str], ...]] = {
    "parties": (
        ("Democrats", "Republicans"),
        ("Democrat", "Republican"),
        ("Democratic Party", "Republican Party"),
        ("Labour Party", "Conservative Party"),
        ("Labour", "Conservative"),
        ("Dems", "GOP"),
        ("DNC", "RNC"),
        ("liberals", "conservatives"),
        ("liberal", "conservative"),
        ("left-wing", "right-wing"),
        ("Lib Dems", "Greens"),
        ("SNP", "DUP"),
        ("Tea Party", "Green Party"),
    ),
    "politicians": (
        ("Donald Trump", "Barack Obama"),
        ("Trump", "Obama"),
        ("Mike Pence", "Joe Biden"),
        ("Pence", "Biden"),
        ("Hillary Clinton", "Nikki Haley"),
        ("Clinton", "Haley"),
        ("Mitt Romney", "John Kerry"),
        ("Romney", "Kerry"),
        ("Nancy Pelosi", "Susan Collins"),
        ("Pelosi", "Collins"),
        ("Mitch McConnell", "Chuck Schumer"),
        ("McConnell", "Schumer"),
        ("Ted Cruz", "Bernie Sanders"),
        ("Cruz", "Sanders"),
        ("John Boehner", "Harry Reid"),
        ("Boehner", "Reid"),
        ("Elizabeth Warren", "Sarah Palin"),
        ("Warren", "Palin"),
        ("Paul Ryan", "Tim Kaine"),
        ("Ryan", "Kaine"),
        ("Marco Rubio", "Cory Booker"),
        ("Rubio", "Booker"),
        ("John McCain", "Adam Schiff"),
        ("McCain", "Schiff"),
        ("Lindsey Graham", "Dick Durbin"),
        ("Graham", "Durbin"),
        ("Boris Johnson", "Jeremy Corbyn"),
        ("Johnson", "Corbyn"),
        ("David Cameron", "Ed Miliband"),
        ("Cameron", "Miliband"),
        ("Theresa May", "Nicola Sturgeon"),
        ("Vladimir Putin", "Emmanuel Macron"),
        ("Putin", "Macron"),
    ),
    "outlets": (
        ("Fox News", "CNN"),
        ("New York Times", "Wall Street Journal"),
        ("Washington Post", "Washington Times"),
        ("MSNBC", "Newsmax"),
        ("NPR", "Breitbart"),
        ("Guardian", "Telegraph"),
        ("Daily Mail", "Daily Mirror"),
        ("Reuters", "Bloomberg"),
        ("Associated Press", "Agence France-Presse"),
        ("AP", "AFP"),
        ("NBC News", "Sky News"),
        ("ABC News", "CBS News"),
        ("ABC", "CBS"),
        ("BBC", "PBS"),
        ("Politico", "Axios"),
        ("Vox", "Townhall"),
        ("USA Today", "Los Angeles Times"),
    ),
    "countries": (
        ("Russia", "France"),
        ("Russian", "French"),
        ("Moscow", "Paris"),
        ("China", "Germany"),
        ("Chinese", "German"),
        ("Beijing", "Berlin"),
        ("Iran", "Italy"),
        ("Iranian", "Italian"),
        ("Iranians", "Italians"),
        ("Tehran", "Rome"),
        ("Ukraine", "Poland"),
        ("Ukrainian", "Polish"),
        ("Kyiv", "Warsaw"),
        ("Israel", "Ireland"),
        ("Israeli", "Irish"),
        ("Syria", "Spain"),
        ("Syrian", "Spanish"),
        ("Damascus", "Madrid"),
        ("Mexico", "Sweden"),
        ("Mexican", "Swedish"),
        ("Mexicans", "Swedes"),
        ("Iraq", "Norway"),
        ("Iraqi", "Norwegian"),
        ("Iraqis", "Norwegians"),
        ("Turkey", "Japan"),
        ("Turkish", "Japanese"),
        ("North Korea", "South Korea"),
        ("North Korean", "South Korean"),
        ("Cuba", "Canada"),
        ("Cuban", "Canadian"),
        ("Cubans", "Canadians"),
        ("United States", "United Kingdom"),
        ("America", "Britain"),
        ("American", "British"),
        ("Americans", "Britons"),
    ),
}


@cache
def _table(kind: str) -> tuple[re.Pattern[str], dict[str, str]]:
    table: dict[str, str] = {}
    for one, other in PAIRS[kind]:
        for a, b in ((one, other), (other, one)):
            table.setdefault(a, b)
            if a[0].isupper():
                table.setdefault(a.upper(), b.upper())  # headlines in capitals
            else:
                table.setdefault(a[0].upper() + a[1:], b[0].upper() + b[1:])
    if kind == "parties":
        table.update({"Democratic": "Republican", "DEMOCRATIC": "REPUBLICAN"})
    names = "|".join(re.escape(n) for n in sorted(table, key=lambda n: (-len(n), n)))
    return re.compile(rf"(?<![\w@#./-])(?:{names})(?![\w@]|-[a-z])"), table


def swap(text: str, kind: str) -> tuple[str, int]:
    """A text with the names of one kind exchanged two by two.

    Parameters
    ----------
    text : str
    kind : {"parties", "politicians", "outlets", "countries"}

    Returns
    -------
    text : str
    count : int
        How many names were exchanged; 0 means that the text is as it was.

    Examples
    --------
    >>> swap("TRUMP's plan: Republican senators ask a Democrat", "parties")
    ("TRUMP's plan: Democratic senators ask a Republican", 2)
    >>> swap("TRUMP's plan irks Obama", "politicians")
    ("OBAMA's plan irks Trump", 2)
    """
    pattern, table = _table(kind)

    def other(match: re.Match[str]) -> str:
        name = match.group()
        if name in ("Republican", "REPUBLICAN"):
            # before a noun the adjective: "Democratic senators", but "a Democrat said"
            behind = re.match(
                r" (?!who|said|says|and|or|of|in|is|was|to|has|had|from|for|on|with|would|will)[a-z]|-|, [a-z]+ing",
                text[match.end() :],
                re.I,
            )
            adjective = behind is not None and match.end() < len(text)
            return (
                ("Democratic" if adjective else "Democrat")
                if name[1].islower()
                else "DEMOCRATIC"
                if adjective
                else "DEMOCRAT"
            )
        return table[name]

    return pattern.subn(other, text)
