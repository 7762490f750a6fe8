"""Sentences broken behind a title are one again, and so are the halves of what is attributed in them."""

from training.corpora.annotations import DEFAULTS
from training.corpora.joined import whole
from training.records import AttributionRecord, SentenceRecord
from training.spans import bounded_alike


def sentences(text, *parts, **labels):
    """Records of the parts of a text in order; `labels` gives by field a value for each part."""
    out, start = [], 0
    for i, part in enumerate(parts):
        start = text.index(part, start)
        mine = DEFAULTS | {name: values[i] for name, values in labels.items()}
        out.append(
            SentenceRecord("annotations", f"a:{i + 1}", part, "a", "o", "", i + 1, start, start + len(part), mine)
        )
        start += len(part)
    return out


def attribution(text, index, source="", cue="", content="", name="Ann Bell"):
    def spans(words):
        return ((text.index(words), text.index(words) + len(words)),) if words else ()

    return AttributionRecord(spans(source), spans(cue), spans(content), index=index, name=name)


def words(text, spans):
    return [text[a:b] for a, b in spans]


QUOTED = "“The pier is unsafe and it may have to close,” said Rep. Ann Bell, a member of the harbour committee, on Monday after a long meeting in town. Rain fell."


def halves():
    first = "“The pier is unsafe and it may have to close,” said Rep."
    second = "Ann Bell, a member of the harbour committee, on Monday after a long meeting in town."
    return sentences(
        QUOTED,
        first,
        second,
        "Rain fell.",
        attribution=("direct", "indirect", "none"),
        source_type=("person", "person", ""),
        hedged=(1, 0, 0),
        frames=(("policy",), ("political", "policy"), ()),
    )


def test_a_sentence_broken_behind_a_title_is_one_and_shows_what_either_half_shows():
    marked = [
        attribution(QUOTED, 1, "Rep.", "said", "“The pier is unsafe and it may have to close,”"),
        attribution(QUOTED, 2, "Ann Bell, a member of the harbour committee"),
    ]
    found, attributions = whole(halves(), marked, QUOTED)
    assert [s.index for s in found] == [1, 3]
    assert found[0].text == QUOTED[: QUOTED.index(" Rain")]
    assert (found[0].start, found[0].end) == (0, len(found[0].text))
    assert found[0].labels["hedged"] == 1
    assert found[0].labels["frames"] == ("policy", "political")
    assert found[0].labels["attribution"] == "direct"  # the second half tells nothing, it names the speaker
    (one,) = attributions
    assert one.index == 1
    assert words(QUOTED, one.source) == ["Rep. Ann Bell, a member of the harbour committee"]
    assert words(QUOTED, one.cue) == ["said"]
    assert words(QUOTED, one.content) == ["“The pier is unsafe and it may have to close,”"]


def test_quoted_and_reported_halves_are_mixed_where_both_tell_something():
    assert whole(halves(), (), QUOTED)[0][0].labels["attribution"] == "mixed"  # many words, no attribution is marked
    marked = [
        attribution(QUOTED, 1, content="“The pier is unsafe and it may have to close,”"),
        attribution(QUOTED, 2, "Ann Bell", content="after a long meeting in town"),
    ]
    found, attributions = whole(halves(), marked, QUOTED)
    assert found[0].labels["attribution"] == "mixed"
    assert len(attributions) == 2


def test_what_any_of_three_parts_tells_counts():
    text = "He asked Sen. Bell and Gov. Moss, “is it safe”?"
    broken = sentences(
        text, "He asked Sen.", "Bell and Gov.", "Moss, “is it safe”?", attribution=("indirect", "indirect", "direct")
    )
    marked = [attribution(text, 2, content="Bell and"), attribution(text, 3, content="“is it safe”", name="he")]
    (one,), _ = whole(broken, marked, text)
    assert one.text == text
    assert one.labels["attribution"] == "mixed"
    (one,), _ = whole(broken, marked[1:], text)
    assert one.labels["attribution"] == "direct"


def test_spans_in_any_order_are_kept():
    text = "She said of Mr. Okafor that he would go, he told her."
    broken = sentences(text, "She said of Mr.", "Okafor that he would go, he told her.")
    marked = [
        attribution(text, 2, content="he told her"),
        attribution(text, 1, "She", "said", "of Mr."),
        attribution(text, 2, content="that he would go"),
    ]
    _, attributions = whole(broken, marked, text)
    assert sorted(w for a in attributions for w in words(text, a.content)) == [
        "he told her",
        "of Mr.",
        "that he would go",
    ]


def test_a_content_over_the_seam_is_one_and_sources_keep_their_own_words():
    text = "She said that it was a matter for Mr. Okafor to decide. Mr. Okafor disagrees."
    broken = sentences(
        text,
        "She said that it was a matter for Mr.",
        "Okafor to decide.",
        "Mr.",
        "Okafor disagrees.",
        attribution=("indirect", "indirect", "none", "indirect"),
        loaded=(0, 1, 0, 0),
        loaded_voice=("", "author", "", ""),
    )
    marked = [
        attribution(text, 1, "She", "said", "that it was a matter for Mr."),
        attribution(text, 2, content="Okafor to decide"),
        AttributionRecord(((text.rindex("Okafor"), text.rindex(" dis")),), (), (), index=4, name="Okafor"),
    ]
    found, attributions = whole(broken, marked, text)
    assert [s.text for s in found] == [text[: text.index(" Mr. Okafor dis")], "Mr. Okafor disagrees."]
    assert (found[0].labels["loaded"], found[0].labels["loaded_voice"]) == (1, "author")
    assert words(text, attributions[0].content) == ["that it was a matter for Mr. Okafor to decide"]
    assert words(text, attributions[1].source) == ["Mr. Okafor"]
    assert attributions[1].index == 3


def test_cues_of_a_second_half_stand_where_they_did():
    text = "It was up to Gov. Bell, who may resign."
    first, second = sentences(text, "It was up to Gov.", "Bell, who may resign.")
    second = SentenceRecord(**{**vars(second), "cues": {"hedge": ((10, 13),)}})
    assert second.text[10:13] == "may"
    (found,), _ = whole([first, second], (), text)
    assert words(found.text, found.cues["hedge"]) == ["may"]


def test_other_sentences_stay_as_they_are():
    text = "She saw the rep. It was late.\nHe is no Dr.\nBell rang."
    apart = sentences(text, "She saw the rep.", "It was late.", "He is no Dr.", "Bell rang.")
    assert whole(apart, (), text) == (tuple(apart), ())  # no title, and a new line


def test_two_sources_of_one_joined_sentence_stay_two():
    text = "The mayor said so to Sen. Ann Bell, who denied it."
    broken = sentences(text, "The mayor said so to Sen.", "Ann Bell, who denied it.")
    marked = [
        attribution(text, 1, "The mayor", "said", "so", name="mayor"),
        attribution(text, 2, "Ann Bell", "denied", "it"),
    ]
    _, attributions = whole(broken, marked, text)
    assert [a.name for a in attributions] == ["mayor", "Ann Bell"]
    assert words(text, attributions[1].source) == ["Sen. Ann Bell"]


def test_contents_are_bounded_as_polnear_does():
    from training.records import ArticleRecord

    text = "Rehn said that the soup is cold. Bell said “it is not,” he wrote of the U.S. Yes. Nothing else; and so he left..."
    contents = ("the soup is cold.", "“it is not,”", "of the U.S.", "Nothing else;", "so he left...")
    marked = tuple(attribution(text, 1, content=c) for c in contents)
    article = bounded_alike(ArticleRecord("own", "a", text, "Bell: that is all.", attributions=marked))
    assert [words(text, a.content)[0] for a in article.attributions] == [
        "that the soup is cold",
        "“it is not,”",
        "of the U.S",  # the word is met all the same
        "Nothing else",
        "so he left...",
    ]
    quoted = "“It is cold. It is late.”"
    sentences_of_one = tuple(attribution(quoted, 1, content=c) for c in ("“It is cold.", "It is late.”"))
    kept = bounded_alike(ArticleRecord("own", "b", quoted, attributions=sentences_of_one))
    assert [a.content for a in kept.attributions] == [a.content for a in sentences_of_one]
    fears = "He voiced fears that it would rain, and said “it may”."
    of_cue = attribution(fears, 1, cue="fears that", content="it would rain,")
    inner = attribution(fears, 1, cue="said", content="it may")
    kept = bounded_alike(ArticleRecord("own", "c", fears, attributions=(of_cue, inner)))
    assert words(fears, kept.attributions[0].content) == ["it would rain"]  # "that" is the cue's
    again = bounded_alike(article)
    assert again.attributions[0].content == article.attributions[0].content
    headline = AttributionRecord((), (), ((6, 18),), index=0)
    assert bounded_alike(ArticleRecord("own", "a", text, "Bell: that is all.", attributions=(headline,))).attributions[
        0
    ].content == ((6, 17),)
