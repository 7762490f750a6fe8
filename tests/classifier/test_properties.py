"""Whatever the text: no exception, true offsets, probabilities in range, contributions that add up, safe HTML.

With ACCORDINGTO_FUZZ=N in the environment every property is tried on N texts, not on 60: `.ci/fuzz` does that.
"""

import json
import math
import os
import time
from html.parser import HTMLParser

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from classifier import Article
from classifier.reading import ReadingError, read_articles
from classifier.report import SCORES
from classifier.signals import GROUPS

_PIECES = st.sampled_from(
    [
        "The mayor", "Ann Bell", "Bell", "said", "she", "he", "they", "told reporters", "according to", "officials", "the ministry",
        "“", "”", '"', "'", "‘", "’", "''", "``", "«", "»", ",", ".", "!", "?", "...", "…", ":", ";", "—", "-", "(", ")", "\n", "\n\n",
        " ", "  ", "\u00a0", "\u200b", "\ufeff", "\x00", "\ud800", "é", "e\u0301", "🙂", "عربي", "中文", "1,000", "U.S.", "Mr.",
        "@handle", "#tag", "https://a.example/b?c=d", "may", "reportedly", "it was claimed", "a report", "who", "on condition of anonymity",
        "because", "<script>", "&amp;", "Photo: A. Nother", "See also", "We", "It", "The Daily Herald", "a spokesman for", "chairman of the",
        "\r\n", "\r", "\u2028", "\x85", "\u200f", "\u202e", "\u2069", "\u0301\u0327\u0489", "👩\u200d👩\u200d👧", "ﬁ", "\U000e0041", "\ufffd",
        "</mark>", "<img src=x onerror=alert(1)>", "' onclick='x", "]]>", "{{ 7*7 }}", "&lt;b&gt;", "javascript:x", "<!--",
    ]
)  # fmt: skip
_TEXTS = st.one_of(
    st.text(max_size=300), st.lists(_PIECES, max_size=120).map(" ".join), st.lists(_PIECES, max_size=80).map("".join)
)
_FUZZ = int(os.environ.get("ACCORDINGTO_FUZZ", "0"))
_SETTINGS = settings(
    max_examples=_FUZZ or 60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def check(report, text, title):
    ends = [0, *(s.end for s in report.sentences)]
    assert all(s.start >= end for s, end in zip(report.sentences, ends, strict=False))
    for sentence in (*report.sentences, *([report.headline] if report.headline else [])):
        string = title if sentence is report.headline else text
        assert string[sentence.start : sentence.end] == sentence.text
        spans = [*sentence.hedge.cues, *sentence.loaded.cues, *sentence.opinion.cues]
        for a in sentence.attributions:
            spans += [x for x in (a.source, a.cue, *a.content) if x is not None]
            assert a.source_index is None or 0 <= a.source_index < len(report.sources)
        for span in spans:
            assert string[span.start : span.end] == span.text
            assert sentence.start <= span.start < span.end <= sentence.end
        values = [sentence.boilerplate, sentence.attributed, sentence.hedge.probability, sentence.loaded.probability]
        assert all(0 <= v <= 1 for v in [*values, sentence.opinion.probability, *sentence.frames.values()])
    for name in SCORES:
        score = getattr(report, name)
        if not math.isnan(score.value):
            assert sum(score.contributions.values()) == pytest.approx(score.value, abs=1e-6)
            assert 0 <= score.low <= score.value <= score.high <= 100
        else:
            assert report.warnings
    for source in report.sources:
        assert source.name
        assert 0 <= source.quoted_words <= source.words
        assert source.mentions >= 1
        assert source.attributions >= 1
    json.loads(report.to_json().encode("utf-8", "surrogatepass"))


@_SETTINGS
@given(text=_TEXTS, title=st.one_of(st.just(""), _TEXTS))
def test_any_text_gives_a_sound_report(predictor, text, title):
    check(predictor.score(Article(text, title=title)), text, title)


@_SETTINGS
@given(texts=st.lists(_TEXTS, max_size=6))
def test_any_sentences_are_judged_one_by_one(predictor, texts):
    sentences = predictor.score_sentences(texts)
    assert len(sentences) == len(texts)
    for text, sentence in zip(texts, sentences, strict=True):
        assert text[sentence.start : sentence.end] == sentence.text


class _Page(HTMLParser):
    """Raises where tags do not nest; keeps tags, attributes and text."""

    VOID = frozenset(("meta", "input", "br", "hr", "img", "link", "col"))

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.open, self.names, self.attributes, self.text = [], set(), [], []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.names.add(tag)
        self.attributes += attrs
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.names.add(tag)
        self.attributes += attrs

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


@_SETTINGS
@given(text=_TEXTS, title=st.one_of(st.just(""), _TEXTS))
def test_the_page_nests_and_runs_nothing_of_the_text(predictor, text, title):
    report = predictor.score(Article(text, title=title, id=title or None))
    for html in (report.to_html(), report._repr_html_()):
        page = _Page(html)
        assert not page.names & {"script", "img", "iframe", "object", "embed", "base", "form"}
        for name, value in page.attributes:
            assert not name.startswith("on")
            assert not (value or "").strip().lower().startswith("javascript:")
        html.encode("utf-8")


@_SETTINGS
@given(
    text=_TEXTS,
    title=st.one_of(st.just(""), _TEXTS),
    output=st.sampled_from(["hedged", "loaded", "opinion", "boilerplate", "frame security"]),
    data=st.data(),
)
def test_an_explanation_adds_up_to_the_probability(predictor, text, title, output, data):
    article = Article(text, title=title)
    report = predictor.score(article)
    if not report.sentences:
        return
    i = data.draw(st.integers(0, len(report.sentences) - 1))
    sentence = report.sentences[i]
    told = {
        "hedged": sentence.hedge.probability,
        "loaded": sentence.loaded.probability,
        "opinion": sentence.opinion.probability,
        "boilerplate": sentence.boilerplate,
        "frame security": sentence.frames["security"],
    }[output]
    log_odds = sum(predictor.explain(article, i, output).values())
    assert 1 / (1 + math.exp(-min(max(log_odds, -50), 50))) == pytest.approx(told, abs=2e-3)


@_SETTINGS
@given(text=_TEXTS, title=st.one_of(st.just(""), _TEXTS), data=st.data())
def test_explanations_of_attribution_types_add_up_to_the_probability(predictor, text, title, data):
    article = Article(text, title=title)
    report = predictor.score(article)
    if not report.sentences:
        return
    i = data.draw(st.integers(0, len(report.sentences) - 1))
    scores = np.array([sum(predictor.explain(article, i, o).values()) for o in GROUPS["attribution"]])
    p = np.exp(scores - scores.max())
    assert 1 - p[0] / p.sum() == pytest.approx(report.sentences[i].attributed, abs=2e-3)


@_SETTINGS
@given(texts=st.lists(_TEXTS, min_size=2, max_size=5))
def test_company_in_a_batch_changes_no_score(predictor, texts):
    for text, report in zip(texts, predictor.score_many(texts), strict=True):
        alone = predictor.score(text)
        assert [s.text for s in alone.sentences] == [s.text for s in report.sentences]
        assert alone.warnings == report.warnings
        values = [[getattr(r, name).value for name in SCORES] for r in (alone, report)]
        np.testing.assert_allclose(*values, atol=0.01)


_TAGS = st.sampled_from(
    ["<p>", "</p>", "<div>", "</div>", "<article>", "<br>", "<script>", "<!--", "-->", "<a href='", "<title>", "<table><tr><td>", "&#0;",
     "&#xD800;", "&nbsp;", "<html>", "<body>", "<![CDATA[", "<meta charset=utf-16>", "<h1>", "<style>", "<noscript>", "<svg>", "\x00"]
)  # fmt: skip
_HTML = st.lists(st.one_of(_TAGS, _PIECES), max_size=120).map("".join)


@_SETTINGS
@given(html=st.one_of(_HTML, _HTML.map(lambda h: h.encode("utf-8", "surrogatepass")), st.binary(max_size=400)))
def test_any_page_is_an_article_or_a_value_error(html):
    pytest.importorskip("trafilatura")
    try:
        article = Article.from_html(html, url="https://a.example/b")
    except ValueError:
        return
    assert article.text.strip()
    article.text.encode()


@_SETTINGS
@given(
    content=st.one_of(st.binary(max_size=300), _TEXTS.map(lambda t: t.encode("utf-8", "surrogatepass"))),
    ending=st.sampled_from(["txt", "json", "jsonl", "txt.gz", "html"]),
)
def test_any_file_gives_articles_or_errors_that_name_it(tmp_path, content, ending):
    path = tmp_path / f"a.{ending}"
    path.write_bytes(content)
    errors: list[ReadingError] = []
    articles = list(read_articles(path, on_error=errors.append))
    assert articles or errors
    assert all(f"a.{ending}" in str(e) for e in errors)
    for article in articles:
        article.text.encode()


def _seconds(function, argument):
    begin = time.process_time()
    function(argument)
    return time.process_time() - begin


_GROWING = {
    "opening marks": "“",
    "closing marks": "”",
    "straight marks": '"',
    "single marks": "‘I said ",
    "one word": "word ",
    "letters without a blank": "a",
    "sentences": "He said. ",
    "paragraphs": "“We know,” he said.\n\n",
    "line breaks": "\n",
    "names": "Ann Bell, ",
    "new names": None,
    "blanks": " ",
    "dots": ".",
    "commas": ",",
    "brackets": "(",
    "dashes": "— ",
    "addresses": "https://a.example/b?c=d&",
    "handles": "@a",
    "apostrophes": "a'",
    "combining marks": "\u0301",
    "numbers": "1,",
    "capitals": "A.",
    "entities": "&amp;",
    "sources": "said officials, who ",
    "attributions in one sentence": "Ann Bell said it is bad, ",
    "right to left": "\u202eعربي ",
}


@pytest.mark.parametrize("name", _GROWING)
def test_time_grows_with_the_length(predictor, name):
    piece = _GROWING[name]

    def text(size):
        if piece is None:
            return "".join(f"Ann B{chr(97 + i % 26)}l{chr(97 + i // 26 % 26)}{i} said so. " for i in range(size // 18))
        return piece * (size // len(piece))

    size = 4_000
    predictor.score(text(size))
    # a length at which it takes long enough to be timed
    while (short := _seconds(predictor.score, text(size))) < 0.04 and size < 250_000:
        size *= 2
    # the best of three: a busy machine only ever adds time
    assert min(_seconds(predictor.score, text(size * 4)) for _ in range(3)) < 10 * max(short, 0.04)


@pytest.mark.parametrize(
    "text",
    [
        "“" * 5000,
        "word " * 20_000,
        "a" * 200_000,
        "‘I said ’" * 3000,
        "He said. " * 5000,
        "\n" * 50_000,
        "Ann Bell, " * 5000,
    ],
)
def test_hostile_lengths_take_seconds_at_most(predictor, text):
    begin = time.process_time()
    check(predictor.score(text), text, "")
    assert time.process_time() - begin < 20
