"""From tags to attributions by sentence, on invented sentences whose tags are set by hand."""

import numpy as np
import pytest

from classifier.analysis import analyse, attribute, generous
from classifier.article import Article
from classifier.attribution import PAIR_FEATURES
from classifier.batch import Batch
from classifier.document import read
from classifier.scores import FEATURES, article_features
from classifier.vocabulary import TypeTable

LABELS = ("O", "B-source", "I-source", "B-cue", "I-cue", "B-content", "I-content")
# a cue's own source and content are the spans next to it
NEXT = np.array([1.0 if name in ("order -1", "order +1") else 0.0 for name in PAIR_FEATURES] + [-0.5])


@pytest.fixture
def contents():
    """Contents of a text's attributions by their cue, given the passages tagged as source, cue and content."""

    def run(text, **passages):
        document = read(Article(text))
        batch = Batch.of([document], TypeTable({}))
        labels = np.zeros(len(document.words), dtype=int)
        for kind, words in ((k, w) for k, these in passages.items() for w in these):
            start = text.index(words)
            here = np.flatnonzero((document.starts >= start) & (document.ends <= start + len(words)))
            labels[here] = LABELS.index(f"I-{kind}")
            labels[here[0]] = LABELS.index(f"B-{kind}")
        found = attribute(batch, labels, LABELS, {"source": NEXT, "content": NEXT}, None)
        return {
            "" if part.cue is None else document.span(*part.cue).text: [
                document.span(a, b).text for a, b in part.contents
            ]
            for parts in found.by_sentence
            for part in parts
        }

    return run


def test_a_content_is_what_is_tagged(contents):
    text = "The mayor said the bridge is safe for lorries."
    found = contents(text, source=["The mayor"], cue=["said"], content=["the bridge is safe"])
    assert found == {"said": ["the bridge is safe"]}


def test_generous_labels_are_those_that_a_sure_tagger_gives_and_some_that_it_nearly_does():
    words = read(Article("The mayor said the bridge is safe.")).words
    batch = Batch.of([read(Article("The mayor said the bridge is safe."))], TypeTable({}))
    p = np.full((len(words), 7), 0.01)
    for i, (label, likely) in enumerate(
        [(1, 0.9), (2, 0.9), (3, 0.35), (5, 0.9), (6, 0.9), (6, 0.3), (6, 0.1), (0, 0.9)]
    ):
        p[i, label] = likely
        p[i, 0] = max(p[i, 0], 0.94 - likely) if label else likely
    assert generous(batch, p, LABELS).tolist() == [1, 2, 3, 5, 6, 6, 0, 0]
    p[3, 5], p[3, 6], p[2, 0] = 0.01, 0.9, 0.99
    found = generous(batch, p, LABELS).tolist()
    assert found[found.index(6) - 1] == 5  # a content begins where one is


@pytest.mark.parametrize(
    ("text", "source", "cue", "content"),
    [
        (
            "The ferry will not sail before Easter, the line said.",
            "the line",
            "said",
            "The ferry will not sail before Easter",
        ),
        ("According to the line, the ferry will not sail.", "the line", "According to", "the ferry will not sail."),
    ],
)
def test_a_saying_without_content_takes_the_longer_side_of_its_sentence(contents, text, source, cue, content):
    assert contents(text, source=[source], cue=[cue]) == {cue: [content]}


def test_words_that_report_nothing_take_no_content(contents):
    text = "The ferry will not sail before Easter, the line hopes."
    assert contents(text, source=["the line"], cue=["hopes"]) == {"hopes": []}


def test_a_plan_within_what_somebody_said_is_no_attribution_of_its_own(contents):
    text = "The owners plan to sell the ferry, the mayor said."
    passages = {"source": ["The owners", "the mayor"], "content": ["to sell the ferry"]}
    assert contents(text, cue=["plan", "said"], **passages) == {"said": ["The owners plan to sell the ferry"]}


def test_a_claim_within_what_somebody_said_is(contents):
    text = "The owners claimed that the ferry leaks, the mayor said."
    passages = {"source": ["The owners", "the mayor"], "content": ["that the ferry leaks"]}
    found = contents(text, cue=["claimed", "said"], **passages)
    assert found == {"claimed": ["that the ferry leaks"], "said": ["The owners claimed that the ferry leaks"]}


PLAIN = """\
The harbour board bought a ferry on Monday. It paid 4 million crowns for it.

“The ferry is safe,” said Ann Bell, who chairs the board. “It sails on Friday.”

The board meets again in June. The mayor, Tomas Haddad, told reporters that the harbour was full.
"""


def article_figures(predictor, text, title="Board buys a ferry"):
    """An article's features by name."""
    analysis = analyse(Batch.of([read(Article(text, title))], predictor.models.new_table()), predictor.models)
    values, *_ = article_features(analysis, 0, predictor.models.thresholds)
    return dict(zip(FEATURES, values.tolist(), strict=True))


@pytest.mark.parametrize(
    ("feature", "sentence"),
    [
        ("hearsay words", "The old ferry was reportedly sold."),
        ("hearsay words", "Rumours had said so."),
        ("methods told", "The board surveyed 900 respondents."),
        ("qualifying words", "Some often use it, and many sometimes do."),
    ],
)
def test_words_of_evidence_count_in_the_article_features(predictor, feature, sentence):
    before = article_figures(predictor, PLAIN)
    after = article_figures(predictor, f"{PLAIN}\n{sentence} The end is near, and all of the harbour knows it.\n")
    assert after[feature] > before[feature]
    if feature != "qualifying words":
        assert before[feature] == 0


def test_quotation_marks_and_headlines_count_in_the_article_features(predictor):
    plain = article_figures(predictor, PLAIN)
    assert 0.1 < plain["in quotation marks"] < 0.5
    assert article_figures(predictor, PLAIN.replace("“", "").replace("”", ""))["in quotation marks"] == 0
    assert (
        article_figures(predictor, PLAIN, "Ferry may sink, board fears")["hedged headline"]
        > plain["hedged headline"] + 0.3
    )
    worse = article_figures(predictor, PLAIN, "Corrupt board wrecks ferry in shameful scandal")
    assert worse["negative headline"] > plain["negative headline"] + 0.3


def test_speakers_that_another_outlet_carries_count_in_the_article_features(predictor):
    carried = PLAIN.replace("told reporters that", "told the Washington Post that")
    before, after = (article_figures(predictor, text)["speakers through media"] for text in (PLAIN, carried))
    assert after > before + 0.02
