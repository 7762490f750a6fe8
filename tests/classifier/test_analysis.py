"""From tags to attributions by sentence, on invented sentences whose tags are set by hand."""

import numpy as np
import pytest

from classifier.analysis import attribute
from classifier.article import Article
from classifier.attribution import PAIR_FEATURES
from classifier.batch import Batch
from classifier.document import read
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


def test_a_content_runs_on_to_the_end_of_its_sentence(contents):
    text = "The mayor said the bridge is safe for lorries."
    found = contents(text, source=["The mayor"], cue=["said"], content=["the bridge is safe"])
    assert found == {"said": ["the bridge is safe for lorries."]}


@pytest.mark.parametrize(
    ("text", "more"),
    [
        ("The mayor said the bridge is safe, pouring himself more tea.", {}),
        ("The mayor said the bridge is safe while Moss said nothing.", {"source": ["The mayor", "Moss"]}),
    ],
)
def test_but_not_over_a_comma_or_another_tag(contents, text, more):
    passages = {"source": ["The mayor"], "cue": ["said"], "content": ["the bridge is safe"], **more}
    assert contents(text, **passages)["said"] == ["the bridge is safe"]


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
