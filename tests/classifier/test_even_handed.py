"""Names of parties, politicians, outlets and countries carry no weight in tone and sourcing.

The texts are invented, and so is everything that they say of anybody: they only put names in a place where they could
make a difference.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

import classifier
from classifier import Article
from classifier.report import SCORES
from training.outlets import LEANINGS, leaning
from training.swaps import PAIRS, swap

PACKAGE = Path(classifier.__file__).parent
LIMIT = 2.0  # points

REPORT = """\
{A} and {B} differ over who pays for the Ossel ferry

The ferry to Ossel will stop on Friday unless somebody pays for its new engine, the harbour board said on Monday.

“We have asked everybody twice,” said Ann Bell, who chairs the board. “We have a letter from {A} and none from {B}.”

According to a report of the board, the engine costs 2.4 million crowns. {A} has offered half of it, the report said, and {B} \
may offer the rest by the end of the week.

Two people familiar with the talks, who asked not to be named because these are private, said that {B} had been surprised by the sum.

{A}’s plan was presented in March. Tomas Haddad, an economist at the University of Ossel, said it was likely to work.

Critics of {B} said it was too late. About 400 people take the ferry every day, and some of them work on the far side.
"""
COMMENT = """\
The shabby truth about {A} and the ferry

What a dreadful spectacle {A} has made of the Ossel ferry, and how little {B} has done to end it.

It is a disgrace that 400 people must beg for an engine. They deserve better than this cynical farce, and everybody in the harbour knows it.

{B} should be ashamed. Nobody believes the feeble excuses any more, and {A}’s arrogance has poisoned what was left of the debate.

Perhaps the board will find some courage at last. I would not bet on it.

We need a ferry, not a monument to vanity. {A} could pay for it tomorrow; so, frankly, could {B}.
"""


def article(text, one, other):
    title, body = text.format(A=one, B=other).split("\n\n", 1)
    return Article(body, title=title)


def points(report):
    return np.array([*(getattr(report, s).value for s in SCORES), 50 * report.valence])


def names(kind):
    """Pairs of names that can stand as A and B: no adjectives, no common words."""
    adjective = re.compile(r"(?:ian|ish|ese|[^i]an|li|qi|ch)$")
    return [(a, b) for a, b in PAIRS[kind] if a[0].isupper() and not (kind == "countries" and adjective.search(a))]


# The share of exchanges that move a score by less than LIMIT. Outlets' names differ in more than whose they are: one is
# "CNN" and another "Wall Street Journal", and some are words of the press by themselves ("Times", "Post").
# The comment names no source. Whether "nobody believes" is one is decided near even odds, and transparency and speculation,
# which know nothing else of it, hang on that.
HANGS_ON_ONE = ("transparency", "speculation")
LEAST = {"parties": 0.85, "politicians": 0.95, "countries": 0.9, "outlets": 0.75}


@pytest.mark.parametrize("text", [REPORT, COMMENT], ids=["report", "comment"])
@pytest.mark.parametrize("kind", PAIRS)
def test_exchanging_names_leaves_the_scores_where_they_are(predictor, kind, text):
    pairs = names(kind)
    assert len(pairs) > 5
    before = [article(text, *pair) for pair in pairs]
    after = [article(text, *reversed(pair)) for pair in pairs]
    moved = np.abs(
        np.array([points(r) for r in predictor.score_many(after)])
        - np.array([points(r) for r in predictor.score_many(before)])
    )
    assert not np.isnan(moved).any()
    within = (moved < LIMIT).mean(axis=0)
    least = np.full(len(within), LEAST[kind])
    if text == COMMENT:
        least[[SCORES.index(s) for s in HANGS_ON_ONE]] = 0.6
    assert (within >= least).all(), dict(zip([*SCORES, "valence"], within.round(2), strict=True))
    # outlets are 17 pairs: two may be read as words of the press, one of which stands beside what others say
    assert within[SCORES.index("loaded")] >= (0.85 if kind == "outlets" else 0.9)
    assert np.median(moved, axis=0).max() < LIMIT / 2


@pytest.mark.parametrize(
    ("one", "other"), [("Democrats", "Tories"), ("Trump", "Obama"), ("France", "Iran"), ("Vox", "Breitbart")]
)
def test_a_name_looks_to_the_models_like_another(predictor, one, other):
    table = predictor.models.new_table()
    a, b = table.ids([one, other])
    n_letters = len(table.index) + table.clusters.shape[1]  # words, letters and clusters; then the shape
    assert not table.codes[[a, b], :n_letters].any()


def test_roles_and_days_are_still_words(predictor):
    table = predictor.models.new_table()
    assert table.codes[table.ids(["President", "Monday", "I", "The"]), 0].all()


def test_the_outlet_of_an_article_does_not_touch_its_scores(predictor):
    one = article(REPORT, "The council", "the ministry")
    reports = [
        predictor.score(Article(one.text, title=one.title, outlet=outlet))
        for outlet in ("foxnews.com", "vox.com", None)
    ]
    assert len({tuple(points(r)) for r in reports}) == 1


def test_no_outlet_of_the_leaning_table_is_known_to_scoring():
    files = [p for p in PACKAGE.rglob("*") if p.suffix in (".py", ".txt", ".json", ".html")]
    assert len(files) > 30
    held = {
        outlet
        for path in files
        for text in [path.read_text(encoding="utf-8")]
        for outlets in LEANINGS.values()
        for outlet in outlets
        if outlet in text
    }
    assert not held
    assert not any("outlets" in path.stem or "training" in path.parts for path in files)


def test_names_are_no_words_of_the_signals(predictor):
    models = predictor.models
    words = models.vocabularies["word"]
    terms = {words[w - 1] for w in models.terms.words.tolist()}
    base = models.terms.base
    terms |= {words[i - 1] for k in models.terms.pairs.tolist() for i in divmod(k, base)}
    row = {w: i for i, w in enumerate(words, 1)}
    # single words that are names whatever the context
    known = {n.lower() for pairs in PAIRS.values() for pair in pairs for n in pair if n[0].isupper() and " " not in n}
    known -= {"conservative", "greens", "telegraph"}  # a conservative estimate, salad greens, to telegraph
    assert len(known) > 80
    assert not known & terms
    assert not [n for n in known if n in row and models.vectors[row[n]].any()]
    assert not [f for f in models.source_types.vocabulary if f.split(" ")[-1] in known - {"times"}]


@pytest.mark.parametrize(
    ("kind", "text", "swapped", "count"),
    [
        ("parties", "Democrats and Republicans met.", "Republicans and Democrats met.", 2),
        ("parties", "Republican senators asked a Democrat.", "Democratic senators asked a Republican.", 2),
        ("parties", "a Republican said", "a Democrat said", 1),
        ("parties", "LABOUR LOSES", "CONSERVATIVE LOSES", 1),
        ("politicians", "Trump’s plan, and Obama's", "Obama’s plan, and Trump's", 2),
        ("politicians", "Donald Trump met Mrs. Clinton", "Barack Obama met Mrs. Haley", 2),
        ("politicians", "TRUMP: NO DEAL", "OBAMA: NO DEAL", 1),
        ("outlets", "told Fox News and the New York Times", "told CNN and the Wall Street Journal", 2),
        ("countries", "Russia’s Russian guests in Moscow", "France’s French guests in Paris", 3),
        ("countries", "They may trumpet it, @Russia-first", "They may trumpet it, @Russia-first", 0),
        ("politicians", "It may rain", "It may rain", 0),
    ],
)
def test_swap_exchanges_whole_names_and_keeps_their_case(kind, text, swapped, count):
    assert swap(text, kind) == (swapped, count)


@pytest.mark.parametrize("kind", PAIRS)
def test_swapping_twice_gives_the_text_back(kind):
    pairs = names(kind)
    text = " and ".join(name for pair in pairs for name in pair)
    assert swap(swap(text, kind)[0], kind)[0] == text


def test_every_outlet_leans_one_way():
    outlets = [o for group in LEANINGS.values() for o in group]
    assert len(outlets) == len(set(outlets))
    assert leaning("WWW.Reuters.com") == "centre"
    assert leaning("ledger.example") == ""
