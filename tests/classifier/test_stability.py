"""What a reader would not notice does not move a score: length, boilerplate, typography.

Measured on the own articles by `training.evaluate_robustness`; the changes are those of `training.perturb`.
"""

from __future__ import annotations

import random

import numpy as np
import pytest

from classifier import Article
from classifier.batch import Batch
from classifier.document import read
from classifier.features import in_story
from classifier.forms import seen
from classifier.scores import TARGETS
from training.evaluate_robustness import changes, stability
from training.perturb import (
    BOILERPLATE,
    LENGTH,
    TYPOGRAPHY,
    boilerplate_added,
    curly_quotes,
    first_two_thirds,
    guillemets,
    latex_quotes,
    paragraphs,
    sentence_case,
    straight_quotes,
    title_case,
    upper_case,
    wide_spaces,
    without,
)

RNG = random.Random(0)
TEXT = "“It’s open,” said Ann Bell. “We know.”\n\nThe \"Ossel\" ferry, ''he said'', runs."


@pytest.fixture(scope="module")
def rows(predictor, own_corpus):
    """Rows by change and score, on the own articles."""
    records = {r.id: r for r in own_corpus.articles}
    articles = [Article(r.text, title=r.title, id=r.id) for r in records.values()]
    chosen = [c for c in changes(records) if c[0] != "names"]
    found = stability(predictor, "own", articles, chosen)
    return {(r.change, r.score): r for r in found}


@pytest.mark.parametrize("change", LENGTH)
def test_length_alone_keeps_a_score_in_its_interval(rows, change):
    within = {s: rows[change, s].within for s in TARGETS}
    # a third of a short article's paragraphs, drawn by chance, holds some of the few people who are named in it
    least = 0.85 if change == "two thirds by chance" else 0.9
    assert min(within.values()) >= least, within
    assert np.mean(list(within.values())) >= 0.95


@pytest.mark.parametrize("change", [*BOILERPLATE, "boilerplate taken away"])
def test_boilerplate_moves_a_score_by_less_than_three_points(rows, change):
    within = {s: rows[change, s].within for s in TARGETS}
    assert all(rows[change, s].limit == 3.0 for s in TARGETS)
    # "No part of this page may be copied or sold." is not always told from the story, and sounds like an opinion
    if change == "ten lines of boilerplate added":
        assert within.pop("opinion") >= 0.6
    assert min(within.values()) >= 0.85, within


@pytest.mark.parametrize("change", TYPOGRAPHY)
def test_typography_moves_a_score_by_less_than_two_points(rows, change):
    within = {s: rows[change, s].within for s in TARGETS}
    assert all(rows[change, s].limit == 2.0 for s in TARGETS)
    assert min(within.values()) >= 0.9, within


@pytest.mark.parametrize(
    "change", ["one line break a paragraph", "blank lines and indents", "carriage returns and tabs"]
)
def test_white_space_between_paragraphs_moves_nothing(rows, change):
    assert max(rows[change, s].p95 for s in TARGETS) < 0.01


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (straight_quotes, '"It\'s open," said Ann Bell. "We know."\n\nThe "Ossel" ferry, "he said", runs.'),
        (curly_quotes, "“It’s open,” said Ann Bell. “We know.”\n\nThe “Ossel” ferry, “he said”, runs."),
        (latex_quotes, "``It's open,'' said Ann Bell. ``We know.''\n\nThe ``Ossel'' ferry, ``he said'', runs."),
        (guillemets, "«It’s open,» said Ann Bell. «We know.»\n\nThe «Ossel» ferry, «he said», runs."),
    ],
    ids=["straight", "curly", "latex", "guillemets"],
)
def test_quotation_marks_are_restyled(change, text):
    assert change(Article(TEXT), RNG).text == text


@pytest.mark.parametrize("style", ['"{}"', "“{}”", "``{}''", "«{}»", "„{}”"])
def test_the_models_see_one_style_of_quotation_marks(style):
    text = f"{style.format('We go,')} said Bell. {style.format('Now.')}"
    assert seen(read(Article(text))) == ["“", "We", "go", ",", "”", "said", "Bell", ".", "“", "Now", ".", "”"]


@pytest.mark.parametrize(
    "title", ["NATO MEETS IN OSSEL OVER FERRY", "Nato Meets In Ossel Over Ferry", "NATO meets in Ossel over ferry"]
)
def test_the_models_see_one_case_of_headlines(title):
    document = read(Article("The NATO ferry came. They meet in Ossel to talk over the ferry.", title=title))
    assert seen(document)[: document.n_title] == ["NATO", "meets", "in", "Ossel", "over", "ferry"]
    assert document.words[: document.n_title] == title.split()  # offsets and spans stay those of the user


@pytest.mark.parametrize(
    ("change", "title"),
    [(title_case, "Ossel Ferry Stops as Engine Fails"), (upper_case, "OSSEL FERRY STOPS AS ENGINE FAILS")],
)
def test_headlines_change_their_case(change, title):
    article = Article("The ferry to Ossel stops.", title="Ossel ferry stops as engine fails")
    assert change(article, RNG).title == title
    assert change(change(article, RNG), RNG) is None
    back = sentence_case(Article(article.text, title="Ferry to Ossel Stops As Engine Fails"), RNG)
    assert back.title == "Ferry to Ossel stops as engine fails"


def test_two_thirds_are_two_thirds():
    parts = [f"Paragraph {i} has seven words in it." for i in range(12)]
    assert paragraphs(first_two_thirds(Article("\n".join(parts)), RNG).text) == parts[:8]
    assert first_two_thirds(Article("\n".join(parts[:5])), RNG) is None


def test_boilerplate_is_added_between_whole_paragraphs():
    parts = [f"Paragraph {i} has seven words in it." for i in range(6)]
    new = paragraphs(boilerplate_added(Article("\n\n".join(parts)), random.Random(3)).text)
    assert [p for p in new if p in parts] == parts
    assert len(new) == 16


def test_taking_spans_away_leaves_no_empty_lines():
    article = Article("Advertisement\n\nThe ferry runs. Follow us.\n\nBell agrees.")
    assert without([(0, 13), (31, 41)], article).text == "The ferry runs. \n\nBell agrees."
    assert without([], article) is None


def test_wide_spaces_change_white_space_alone():
    article = Article("One two three four five six seven eight nine ten eleven. Twelve thirteen.")
    new = wide_spaces(article, RNG).text
    assert new != article.text
    assert new.split() == article.text.split()


def test_lines_that_are_no_story_are_no_context(predictor):
    from classifier.analysis import analyse

    story = "Ann Bell closed the ferry.\n\nShe said it was old! Nobody was hurt, the board said."
    plain = analyse(Batch.of([read(Article(story))], predictor.models.new_table()), predictor.models)
    lines = story.replace("She", "Advertisement\n\nShe") + "\n\nFollow us on Twitter!"
    batch = Batch.of([read(Article(lines))], predictor.models.new_table())
    more = analyse(batch, predictor.models)
    kept = np.array([True, False, True, True, False])
    names = more.names
    values = in_story(batch, more.lines, names, kept)[kept]
    context = [
        i for i, n in enumerate(names) if n == "place" or n.startswith(("article, ", "previous", "next", "last"))
    ]
    assert len(context) > 50
    np.testing.assert_allclose(values[:, context], plain.lines[:, context], atol=1e-5)
    assert np.abs(more.lines[kept][:, context] - plain.lines[:, context]).max() > 0.1
