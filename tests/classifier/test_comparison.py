"""Accounts of one event side by side: what is matched, what stays apart, and how it is shown."""

from __future__ import annotations

import json
import math
import subprocess
import sys
import time
from html.parser import HTMLParser

import pandas as pd
import pytest

from classifier.comparison import compare
from classifier.report import ArticleReport, Attribution, Score, Sentence, Signal, Source, Span


def sentence_of(text: str, start: int, at: list[Attribution], kind: str) -> Sentence:
    quiet = Signal(0.0)
    return Sentence(start, start + len(text), text, 0.0, kind, 0.9, tuple(at), quiet, quiet, quiet, 0.0, {})


def account(
    *said: tuple, name: str | None = None, title: str = "", value: float = 50.0, headline: tuple | None = None
) -> ArticleReport:
    """A report whose sentences are (text, source name[, type[, via]]); what is quoted is the content."""
    sources: dict[str, Source] = {}
    text, sentences = "", []
    for one in said:
        sentences.append(_sentence(one, len(text), sources))
        text += sentences[-1].text + " "
    top = _sentence(headline, 0, sources) if headline else None
    score = Score(value, value - 10, min(value + 10, 100), "fair", {"baseline": value})
    if math.isnan(value):
        score = Score.missing()
    return ArticleReport(
        id=name,
        title=top.text if top else title,
        warnings=("too short to score",) if math.isnan(value) else (),
        **dict.fromkeys(("sourcing", "transparency", "loaded", "opinion", "speculation"), score),
        valence=math.nan if math.isnan(value) else -0.25,
        frames={} if math.isnan(value) else {"security": 0.5, "political": 0.25},
        sources=tuple(sources.values()),
        sentences=tuple(sentences),
        signature="test-1",
        headline=top,
        text=text,
    )


def _sentence(one: tuple, start: int, sources: dict[str, Source]) -> Sentence:
    padding: tuple = (None, "person", "")
    text, who, kind, via = [*one, *padding[len(one) - 1 :]]
    if who is None:
        return sentence_of(text, start, [], "none")
    if who not in sources:
        sources[who] = Source(who, "", kind, via, "", 1, 0, 0, 0)
    old = sources[who]
    sources[who] = Source(who, "", kind, via, "", 1, old.attributions + 1, old.words + 5, old.quoted_words)
    first, last = text.find("“"), text.rfind("”")
    if first < 0:
        content, way = Span(start, start + len(text), text), "indirect"
    else:
        content, way = Span(start + first, start + last + 1, text[first : last + 1]), "direct"
    at = Attribution(None, None, (content,), kind, list(sources).index(who))
    return sentence_of(text, start, [at], way)


def matched(*names: tuple) -> list[tuple[str, int]]:
    """One account for each tuple of (name[, type[, via]]); gives (name, accounts) of the matched sources."""
    reports = [account(*(("It was said.", *source) for source in sources)) for sources in names]
    return sorted((row["name"], row["accounts"]) for _, row in compare(reports).sources.iterrows())


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("Ann Bell",), ("Bell",)),
        (("Ann Bell",), ("Dr. Ann Bell",)),
        (("General Ann Bell",), ("Ms Bell",)),
        (("Ann Bell",), ("A. Bell",)),
        (("Daniel Bell",), ("Dan Bell",)),
        (("Dmitry Pavlov",), ("Dmitriy Pavlov",)),
        (("Ursula von der Lanken",), ("von der Lanken",)),
        (("Idris el-Tamanga",), ("Idris al-Tamanga",)),
        (("José Núñez",), ("Jose Nunez",)),
        (("the Kremlin", "org"), ("Kremlin", "org")),
        (("Ministry of Defence", "org"), ("the Defense Ministry", "org")),
        (("World Water Council", "org"), ("WWC", "org")),
        (("Brelin Hydro Ltd", "org"), ("Brelin Hydro", "org")),
        (("the Ministry of Health", "org"), ("the ministry", "org")),
        (("police", "official"), ("the police", "org")),
        (("a spokesman for the ministry", "official"), ("the ministry's spokesman", "official")),
        (("an inspection report of 2022", "document"), ("the 2022 inspection report", "document")),
        (("Ann Bell",), ("Ann Bell", "media", "The Ledger")),
        (("two officials", "anonymous", "The Ledger"), ("two officials", "anonymous", "the Ledger")),
    ],
)
def test_one_source_under_two_names_is_one(first, second):
    assert [n for _, n in matched((first,), (second,))] == [2]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("Ann Bell",), ("Tom Bell",)),
        (("Paul Bell",), ("Paula Bell",)),
        (("Ann Bell",), ("Ann Ball",)),
        (("Washington",), ("Washington", "org")),
        (("Interior Ministry", "org"), ("Health Ministry", "org")),
        (("Calder", "org"), ("Calder police", "org")),
        (("the 2021 inspection report", "document"), ("the 2022 inspection report", "document")),
        (("a senior official", "anonymous"), ("a senior official", "anonymous")),
        (("critics", "vague"), ("critics", "vague")),
    ],
)
def test_two_sources_stay_two(first, second):
    assert [n for _, n in matched((first,), (second,))] == [1, 1]


def test_a_surname_that_fits_two_people_is_given_to_neither():
    assert matched((("Ann Bell",), ("Tom Bell",)), (("Bell",),)) == [("Ann Bell", 1), ("Bell", 1), ("Tom Bell", 1)]


def test_a_surname_goes_to_the_person_named_in_the_same_account():
    found = matched((("Tom Bell",),), (("Ann Bell",), ("Bell",)))
    assert found == [("Ann Bell", 1), ("Tom Bell", 1)]


@pytest.mark.parametrize("name", ["", "—", "’", "Dr", "the", "J", "习近平", "\x00", "A" * 5000])
@pytest.mark.parametrize("kind", ["person", "org", "official", "document", "media", "anonymous"])
def test_an_odd_name_is_no_obstacle(name, kind):
    assert (
        sum(n for _, n in matched(((name, kind, "The Ledger"),), ((name, kind, "The Ledger"),), (("Ann Bell",),))) == 3
    )


def test_sources_says_who_is_quoted_by_whom():
    first = account(("“The gate will not hold,” she said.", "Ann Bell"), ("It is old.", "Ann Bell"), name="a")
    second = account(("It is old.", "Bell"), ("It is fine.", "Brelin Hydro", "org"), name="b")
    table = compare([first, second]).sources
    assert list(table.columns) == ["name", "type", "accounts", "a", "b"]
    assert table.to_dict("records") == [
        {"name": "Ann Bell", "type": "person", "accounts": 2, "a": 2, "b": 1},
        {"name": "Brelin Hydro", "type": "org", "accounts": 1, "a": 0, "b": 1},
    ]


def test_whom_one_account_has_through_another_outlet_keeps_kind_and_route():
    first = account(("It is old.", "Ann Bell", "media", "The Ledger"), name="a")
    second = account(("It is old.", "Ann Bell"), name="b")
    (source,) = compare([first, second]).to_dict()["sources"]
    assert source["type"] == "person"
    assert source["via"] == {"a": "The Ledger"}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("The third gate would not hold another flood.", "the third gate would not hold another flood"),
        ("The third gate would not hold another flood.", "The third gate will not hold one more flood"),
        ("I warned them in writing that the third gate would not hold another flood.", "would not hold another flood"),
        ("We can't leave, and no one told us why.", "We cannot leave and nobody told us why"),
        ("They gave us four buses for 11,000 people.", "They gave us four buses for eleven thousand people"),
        (
            "Nobody is in danger, and nobody will be in danger tomorrow.",
            "Nobody’s in danger and nobody’ll be in danger",
        ),
        ("safe and at work", "Safe and at work"),
    ],
)
def test_the_same_words_with_small_differences_are_one_quotation(first, second):
    accounts = [account((f"“{text}” she said.", "Ann Bell")) for text in (first, second)]
    assert list(compare(accounts).quotations["accounts"]) == [2]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("We warned the people of the town", "We have not warned the people of the town"),
        ("We will rebuild the dam", "We will rebuild the town"),
        (
            "The government will do everything in its power to help the people of the north",
            "The government will do everything in its power to find those responsible",
        ),
        ("The gate will not hold another flood", "Four buses came for all of the lower town"),
    ],
)
def test_other_words_are_another_quotation(first, second):
    accounts = [account((f"“{text},” she said.", "Ann Bell")) for text in (first, second)]
    assert list(compare(accounts).quotations["accounts"]) == [1, 1]


def test_a_stock_phrase_of_two_people_is_not_shared():
    accounts = [account(("“Not so good,” was the answer.", who)) for who in ("Ann Bell", "Tom Reed")]
    assert list(compare(accounts).quotations["accounts"]) == [1, 1]


def test_words_that_two_accounts_give_to_two_people_are_shared_and_name_both():
    accounts = [
        account(("“The third gate would not hold another flood,” was the answer.", who))
        for who in ("Ann Bell", "Tom Reed")
    ]
    (row,) = compare(accounts).to_dict()["quotations"]
    assert (row["accounts"], row["speaker"]) == (2, "Ann Bell / Tom Reed")


def test_quotations_give_each_account_its_own_wording():
    first = account(("“We were given two hours and four buses,” she said.", "Ann Bell"), name="a")
    second = account(("They had “two hours and four buses”.", "Bell"), name="b")
    third = account(("It rained.", None), name="c")
    table = compare([first, second, third]).quotations
    assert list(table.columns) == ["text", "speaker", "accounts", "a", "b", "c"]
    (row,) = table.to_dict("records")
    assert row["text"] == row["a"] == "We were given two hours and four buses"
    assert row["b"] == "two hours and four buses"
    assert pd.isna(row["c"])
    assert row["speaker"] == "Ann Bell"


def test_a_quotation_is_shown_in_the_words_that_most_accounts_print():
    wordings = ("The third gate will not hold one more flood", *["The third gate would not hold another flood"] * 2)
    comparison = compare([account((f"“{text},” she said.", "Ann Bell")) for text in wordings])
    assert list(comparison.quotations["text"]) == ["The third gate would not hold another flood"]


def test_a_quotation_repeated_in_the_headline_counts_once():
    said = ("“The third gate would not hold,” she said.", "Ann Bell")
    (row,) = compare([account(said, headline=said, name="a")]).to_dict()["quotations"]
    assert row["wordings"] == {"a": ["The third gate would not hold"]}


def test_a_quotation_over_several_sentences_is_found_in_each():
    text = "“The gate is old and rusty. Nobody has looked at it since the spring,” she said."
    cut = text.index("Nobody")
    at = [Attribution(None, None, (Span(a, b, text[a:b]),), "person", 0) for a, b in ((0, cut - 1), (cut, 69))]
    whole = account(("x", "Ann Bell"), name="a")
    sentences = tuple(
        sentence_of(text[a:b], a, [one], "direct") for a, b, one in ((0, cut - 1, at[0]), (cut, len(text), at[1]))
    )
    whole = ArticleReport(**{**vars(whole), "text": text, "sentences": sentences})
    part = account(("“Nobody has looked at it since spring,” she said.", "Ann Bell"), name="b")
    rows = {q["text"]: q["accounts"] for q in compare([whole, part]).to_dict()["quotations"]}
    assert rows == {"The gate is old and rusty.": 1, "Nobody has looked at it since the spring": 2}


def test_words_set_in_quotation_marks_are_no_quotation():
    assert compare([account(("It was a “stolen” vote.", "Ann Bell"))]).quotations.empty


def test_scores_stand_side_by_side():
    table = compare([account(name="a", value=70), account(name="b", value=30)]).scores
    assert list(table.index) == ["a", "b"]
    assert table.loc["a", "sourcing"] == 70
    assert table.loc["b", ["loaded_low", "loaded", "loaded_high"]].tolist() == [20, 30, 40]
    assert table.loc["a", "valence"] == -0.25


def test_frames_stand_side_by_side():
    table = compare([account(name="a")]).frames
    assert table.shape == (1, 14)
    assert table.loc["a", "security"] == 0.5
    assert math.isnan(table.loc["a", "health"])


@pytest.mark.parametrize(
    ("ids", "labels"),
    [
        (("a", "b"), ("a", "b")),
        ((None, None), ("account 1", "account 2")),
        (("a", "a"), ("a (account 1)", "a (account 2)")),
        (("a", "a (account 1)", "a"), ("a (account 1)", "a (account 1)'", "a (account 3)")),
        (("name", "text"), ("name (account 1)", "text (account 2)")),
        (("x" * 100, None), ("x" * 58 + " …", "account 2")),
    ],
)
def test_labels_tell_accounts_apart(ids, labels):
    assert compare([account(name=i) for i in ids]).labels == labels


def test_a_title_is_the_label_where_there_is_no_id():
    assert compare([account(title="Dam is safe"), account(title="Dam  is safe")]).labels == (
        "Dam is safe (account 1)",
        "Dam is safe (account 2)",
    )


def test_an_account_that_was_not_scored_is_carried_along():
    comparison = compare([account(name="a", value=math.nan), account(name="b")])
    assert comparison.scores.loc["a"].isna().all()
    assert comparison.to_dict()["accounts"][0]["sourcing"]["value"] is None
    assert comparison.warnings == ("a: too short to score",)
    assert "too short to score" in comparison.to_text()
    assert "not scored" in comparison.to_html()


def test_scores_of_different_artifacts_are_warned_about():
    other = ArticleReport(**{**vars(account(name="b")), "signature": "test-2"})
    assert any("different artifacts" in w for w in compare([account(name="a"), other]).warnings)


def test_json_is_strict_and_stable():
    reports = [
        account(("“The gate will not hold,” she said.", "Ann Bell"), name=n, value=v)
        for n, v in (("a", math.nan), ("b", 5))
    ]
    text = compare(reports).to_json(indent=1)
    assert text == compare(iter(reports)).to_json(indent=1)
    parsed = json.loads(text, parse_constant=lambda c: pytest.fail(f"{c} is not JSON"))
    assert list(parsed) == ["accounts", "sources", "quotations", "warnings"]
    assert parsed["sources"][0]["attributions"] == {"a": 1, "b": 1}


@pytest.mark.parametrize("what", ["scores", "sources", "quotations", "frames"])
def test_to_frame_gives_each_table(what):
    comparison = compare([account(name="a")])
    assert comparison.to_frame(what).equals(getattr(comparison, what))


def test_to_frame_names_its_tables_where_there_is_no_such_one():
    with pytest.raises(ValueError, match=r"scores, sources, quotations, frames.*'tone'"):
        compare([account()]).to_frame("tone")


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        ([], ValueError, "at least one"),
        (7, TypeError, "not int"),
        ("text", TypeError, "not str"),
        (None, TypeError, "not NoneType"),
        ({"a": 1}, TypeError, "not dict"),
        (account(), TypeError, "not ArticleReport: put it in a list"),
        ([account(), "text"], TypeError, "item 2 is of type str"),
        ([account().to_dict()], TypeError, "item 1 is of type dict"),
    ],
)
def test_bad_input_is_named(given, error, message):
    with pytest.raises(error, match=message):
        compare(given)


@pytest.mark.parametrize("width", [40, 72, 88, 120])
def test_the_text_keeps_to_its_width(width):
    said = ("“" + "The third gate would not hold another flood and we knew it. " * 3 + "” she said.", "Ann Bell")
    text = compare([account(said, title="A long headline about the dam " * 4), account(said)]).to_text(width)
    assert max(map(len, text.splitlines())) <= width
    assert "Ann Bell [person]: 1, 2" in text


class _Check(HTMLParser):
    VOID = frozenset(("meta", "br", "rect", "path"))

    def __init__(self):
        super().__init__()
        self.open, self.tags, self.text = [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


def checked(html: str) -> _Check:
    check = _Check()
    check.feed(html)
    check.close()
    assert check.open == []
    return check


def two_accounts():
    return compare(
        [
            account(
                ("“The third gate would not hold another flood,” she said.", "Ann Bell"), title="Gate <b>fails</b>"
            ),
            account(
                ("“The third gate will not hold one more flood,” she said.", "Bell"), name="<script>alert(1)</script>"
            ),
        ]
    )


def test_the_page_is_well_formed_and_needs_nothing_else():
    check = checked(two_accounts().to_html())
    assert check.tags[0][0] == "html"
    assert not {"script", "link", "img", "iframe"} & {tag for tag, _ in check.tags}
    assert not any(value and value.startswith("http") for _, attrs in check.tags for value in attrs.values())
    assert "Gate <b>fails</b>" in "".join(check.text)


def test_the_tables_of_the_page_have_headers_and_captions():
    tags = [tag for tag, _ in checked(two_accounts().to_html()).tags]
    assert tags.count("caption") == tags.count("table") == 3
    assert all(
        attrs.get("scope") in ("col", "row") for tag, attrs in checked(two_accounts().to_html()).tags if tag == "th"
    )


def test_the_page_marks_where_wordings_differ():
    html = two_accounts().to_html()
    assert "<mark>will</mark>" in html
    assert "<mark>one more</mark>" in html
    assert "<mark>gate" not in html


def test_the_notebook_view_is_a_fragment():
    html = two_accounts()._repr_html_()
    checked(html)
    assert "<html" not in html
    assert "<body" not in html


def test_one_account_alone_can_be_shown():
    comparison = compare([account(("“The third gate would not hold,” she said.", "Ann Bell"), name="a")])
    assert "1 account of one event" in comparison.to_text()
    assert "The third gate would not hold" in "".join(checked(comparison.to_html()).text)


def test_a_thousand_quotations_take_seconds_at_most():
    letters = "bcdfghjklmnprtvz"
    words = [a + "a" + b + "o" + c for a in letters for b in letters for c in letters]

    def seconds(n: int) -> float:
        picked = [[words[(i * step + step) % 4096] for step in (1, 7, 31, 77, 173)] for i in range(n)]
        said = [("“The {} was {} and {}, but {} or {} came,” she said.".format(*five), "Ann Bell") for five in picked]
        reports = [account(*said[k::5], name=str(k)) for k in range(5)]
        start = time.process_time()
        assert len(compare(reports).matched_quotations) > 0.9 * n
        return time.process_time() - start

    assert seconds(1600) < 10


def test_importing_it_does_not_load_heavy_libraries():
    code = "import sys, classifier.comparison; print(*({'pandas', 'jinja2', 'sklearn'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
