"""Peers measured side by side, on the own articles; a peer that is not installed is skipped."""

import json
import sys

import numpy as np
import pytest

from classifier import artifact
from classifier.article import Article
from classifier.attribution import SpanSet, link
from classifier.batch import Batch
from classifier.document import read
from training import evaluate_peers
from training.peers import PeerMissingError
from training.peers import sentences as peers
from training.peers.attribution import chains, nearest_cue, quotes_and_said, token_features
from training.peers.measured_attribution import content_matches
from training.peers.measured_sentences import out_of_fold
from training.records import ArticleRecord, AttributionRecord
from training.spans import ATTRIBUTION_LABELS


def batch_of(*texts):
    models, _ = artifact.load()
    return Batch.of([read(Article(t)) for t in texts], models.new_table())


def spans_of(batch, labels):
    words = [w for d in batch.documents for w in d.words]
    found = SpanSet.tagged(batch, labels, ATTRIBUTION_LABELS)
    names = ("source", "cue", "content")
    return [(names[k], " ".join(words[a:b])) for k, a, b in zip(found.kind, found.first, found.last, strict=True)]


def installed(name, run):
    try:
        return run()
    except PeerMissingError as error:
        pytest.skip(f"{name} is not installed: {error}")


def test_the_rule_takes_sentences_with_marks_or_a_verb_of_saying():
    batch = batch_of('Rain fell all day. The harbour is closed, Dora Quill said. "Nobody sails," the notice read.')
    labels, attributed = quotes_and_said(batch)
    assert attributed.tolist() == [False, True, True]
    assert spans_of(batch, labels)[:3] == [
        ("content", "The harbour is closed ,"),
        ("source", "Dora Quill"),
        ("cue", "said"),
    ]


def test_the_rule_does_not_take_a_cue_from_inside_the_marks():
    labels, attributed = quotes_and_said(batch_of('"I never said that," Mr Okello told us.'))
    assert attributed.all()
    assert [w for k, w in spans_of(batch_of('"I never said that," Mr Okello told us.'), labels) if k == "cue"] == [
        "told"
    ]


def test_the_plain_linker_takes_the_nearest_source_and_cue():
    batch = batch_of("Ana Reyes said the road is shut. Tomas Lind warned that ice is coming.")
    words = [w for d in batch.documents for w in d.words]
    labels = np.zeros(batch.n_tokens, dtype=int)
    for kind, first, last in (
        ("source", "Ana", "Reyes"), ("cue", "said", "said"), ("content", "the", "shut"),
        ("source", "Tomas", "Lind"), ("cue", "warned", "warned"), ("content", "ice", "coming"),
    ):  # fmt: skip
        a, b = words.index(first), words.index(last) + 1
        labels[a:b] = ATTRIBUTION_LABELS.index(f"I-{kind}")
        labels[a] = ATTRIBUTION_LABELS.index(f"B-{kind}")
    found = SpanSet.tagged(batch, labels, ATTRIBUTION_LABELS)
    linker = nearest_cue()
    links = [
        [words[found.first[i]] for i in (one.source, one.cue, *one.contents)]
        for one in link(batch, found, linker["source"], linker["content"])
    ]
    assert links == [["Ana", "said", "the"], ["Tomas", "warned", "ice"]]


def test_features_see_neighbours_of_the_paragraph_only():
    first, second = chains(batch_of("Snow fell.\n\nBridges shut."))
    assert "lower+1=>" in token_features(first)[-1]
    assert "lower-1=<" in token_features(second)[0]
    assert not any("bridges" in f for row in token_features(first) for f in row)


@pytest.mark.parametrize(
    ("found", "hits"),
    [([{0, 1, 2, 3}], 1), ([{0, 1}], 1), ([{0}], 0), ([set(range(9))], 0), ([{0, 1, 2}, {0, 1, 2, 3}], 1), ([], 0)],
)
def test_contents_match_where_half_of_their_words_are_shared(found, hits):
    text = "Quotas will fall soon, the ministry said on a cold Monday."
    batch = batch_of(text)
    gold = AttributionRecord((), (), ((0, len("Quotas will fall soon")),), index=1)
    record = ArticleRecord("own", "x", text, attributions=(gold,))
    assert content_matches(batch, [record], [found]) == (hits, len(found), 1)


def test_no_row_teaches_its_own_judge():
    # one feature a row: a model that saw the row would know its class
    y = np.array([0, 1] * 10)
    p = out_of_fold(np.eye(20), y, np.arange(20) // 2, 2)
    assert np.allclose(p[:, 1], 0.5, atol=0.05)


def test_rows_without_a_label_are_judged_but_teach_nothing():
    X = np.array([[0.0], [1.0], [0.0], [1.0], [1.0]])
    y = np.array([0, 1, 0, 1, -1])
    p = out_of_fold(X, y, np.array([0, 0, 1, 1, 1]), 2, C=100.0)
    assert (p.argmax(axis=1) == [0, 1, 0, 1, 1]).all()


def test_vader_and_textblob_tell_praise_from_blame():
    texts = ["A wonderful, brilliant success.", "A terrible, disgusting failure."]
    good, bad = installed("vaderSentiment", lambda: peers.vader(texts))
    assert good > 0 > bad
    polarity, subjectivity = installed("textblob", lambda: peers.textblob([*texts, "The bus has four doors."]))
    assert polarity[0] > 0 > polarity[1]
    assert subjectivity[0] > subjectivity[2]


WEASELS = ["The tower is very tall.", "The tower has nine floors.", ""]


def test_proselint_finds_weasel_words():
    assert installed("proselint", lambda: peers.proselint(WEASELS)).tolist() == [True, False, False]


def test_write_good_finds_weasel_words():
    found, version = installed("write-good", lambda: peers.write_good(WEASELS))
    assert found.tolist() == [True, False, False]
    assert version[0].isdigit()


def test_a_missing_write_good_names_the_command(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PeerMissingError, match="npm install write-good"):
        peers.write_good(WEASELS)


def test_missing_peers_are_skipped_and_the_others_measured(monkeypatch):
    monkeypatch.setitem(sys.modules, "vaderSentiment.vaderSentiment", None)
    lines = []
    result = evaluate_peers.evaluate_peers(only=["vader", "rule"], progress=lines.append)
    assert result["missing"] == {"vader": "pip install vaderSentiment"}
    assert any("skipped vader" in line for line in lines)
    assert {r["peer"] for r in result["rows"]} == {"quotes and said"}
    assert "pip install vaderSentiment" in evaluate_peers.table(result)


def test_ours_stands_beside_peers_where_both_have_the_figure():
    row = {"corpus": "own", "low": None, "high": None, "n": 1, "how": ""}
    ours = {
        "rows": [
            {**row, "signal": "content", "measure": "token F1", "value": 0.75},
            {**row, "signal": "hedge cues", "measure": "word F1", "value": 0.5},
        ]
    }
    result = evaluate_peers.evaluate_peers(only=["rule"], ours=ours)
    mine = [r for r in result["rows"] if r["peer"] == "accordingto"]
    assert [(r["signal"], r["value"]) for r in mine] == [("content", 0.75)]
    line = next(x for x in evaluate_peers.table(result).splitlines() if "| content | token F1 |" in x)
    assert line.startswith("| own | content | token F1 | 0.750 | 0.")


def test_crfsuite_is_taught_and_judged_in_folds_of_the_own_articles():
    result = evaluate_peers.evaluate_peers(only=["crfsuite-folds"], folds=2, iterations=10)
    if result["missing"]:
        pytest.skip(f"python-crfsuite is not installed: {result['missing']}")
    figures = {(r["signal"], r["measure"]): r["value"] for r in result["rows"] if r["corpus"] == "own"}
    assert figures["content", "token F1"] > 0.4
    assert 0 < figures["attributions", "F1"] < 1


def test_an_unknown_peer_is_named():
    with pytest.raises(ValueError, match=r"no peer 'spacy'; there are crfsuite"):
        evaluate_peers.evaluate_peers(only=["spacy"])


def test_the_command_writes_figures_without_texts(tmp_path, own_corpus, capsys):
    out = tmp_path / "peers.json"
    assert evaluate_peers.main(["--only", "rule", "--out", str(out)]) == 0
    assert "quotes and said" in capsys.readouterr().out
    written = json.loads(out.read_text())
    assert set(written["rows"][0]) == {"peer", "corpus", "signal", "measure", "value", "low", "high", "n", "how"}
    assert not any(s.text in out.read_text() for a in own_corpus.articles for s in a.sentences if len(s.text) > 20)


def test_a_folder_without_corpora_is_an_error(tmp_path, capsys):
    assert evaluate_peers.main(["--data", str(tmp_path), "--only", "rule"]) == 2
    assert "holds none of the corpora" in capsys.readouterr().err


def test_help_teaches(capsys):
    with pytest.raises(SystemExit):
        evaluate_peers.main(["--help"])
    text = capsys.readouterr().out
    assert "npm install write-good" in text
    assert "--ours RESULTS" in text
