"""Every loader gives true offsets and the labels it promises, says clearly what is wrong with bad files, and the
fetched files are checked. The small files are invented here in each corpus's format; the last part reads the real
data where it lies beside the repository."""

import dataclasses
import functools
import gzip
import hashlib
import http.server
import json
import sys
import threading
import zipfile
from collections import Counter
from pathlib import Path

import pytest

from training import corpora
from training.corpora import _common, news, table
from training.corpora.fetch import fetch
from training.records import CorpusError

SHARED = Path(__file__).resolve().parents[2].parent / "shared"
NAMES = corpora.names()


def write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(content)


def write_lines(path, records):
    write(path, "".join(json.dumps(record) + "\n" for record in records))


def brat(key, kind, text, *words):
    """A brat T line that marks words of a text, several of them as one discontinuous span."""
    spans = [(text.index(w), text.index(w) + len(w)) for w in words]
    return f"{key}\t{kind} {';'.join(f'{s} {e}' for s, e in spans)}\t{' '.join(words)}\n"


POLNEAR_TEXT = (
    "Ferry plan stalls\r\n\r\nThe port, Ada Brill said, is “not ready”.\r\nIt is thought that ferries leak. More here."
)
POLNEAR = "data/train/attributions/gazette_2017-03-04_ferry-plan-stalls_"


def write_polnear(folder):
    t = POLNEAR_TEXT
    write(folder / "data/train/text/gazette_2017-03-04_ferry-plan-stalls.txt", t)
    write(
        folder / f"{POLNEAR}aa11.ann",
        brat("T1", "Source", t, "Ada Brill")
        + brat("T2", "Cue", t, "said")
        + brat("T3", "Content", t, "The port", "is “not ready”")
        + brat("T4", "Attribution", t, "said")
        + "E1\tAttribution:T4 Content:T3 Cue:T2 Source:T1\n"
        + "#1\tAnnotatorNotes T1\tIs she\nnamed before?\n"
        + brat("T5", "Cue", t, "thought")
        + brat("T6", "Content", t, "that ferries")
        + brat("T7", "Content", t, "leak")
        + "E2\tAttribution-no-source:T5 Content:T6 Cue:T5 Content2:T7\n"
        + "E3\tAttribution-no-source:T5 \n"
        + brat("T8", "Discard", t, "More here."),
    )
    write(
        folder / f"{POLNEAR}bb22.ann",
        brat("T1", "Source", t, "Ada Brill") + "E1\tAttribution:T1 Source:T1\n",
    )
    write(folder / "data/dev/text/courier_2017-05-06_short.txt", "Nobody spoke.\n")
    write(folder / "data/dev/attributions/courier_2017-05-06_short_aa11.ann", "")


def write_wikiweasel(folder):
    write(
        folder / "train.csv",
        'text,label\n"Some say the lake -LRB- a small one -RRB- may be older.\n",1\n"The lake is wide.\n",0\n"\n",0\n',
    )


def write_babe(folder):
    write(
        folder / "final_labels_SG2.csv",
        "text;news_link;outlet;topic;"  # the sentence and where it stood
        "type;label_bias;label_opinion;biased_words\n"
        '"The mayor\'s ""shady"" Scheme; a farce";http://a.example/1;Gazette;ports;left;Biased;'
        "Expresses writer’s opinion;\"['shady', 'scheme', 'absent']\"\n"
        "The council met on Monday.;;Courier;ports;center;Non-biased;Entirely factual;[]\n"
        "Ferries are late.;http://a.example/2;Courier;ports;;No agreement;No agreement;[]\n",
    )


def write_checkthat(folder):
    header = "sentence_id\tsentence\tlabel\tsolved_conflict\n"
    write(folder / "train_en.tsv", header + 'a1\t"""What a port,"" she said."\tSUBJ\tFalse\n')
    write(folder / "dev_en.tsv", header + "b1\tThe port opened in May.\tOBJ\nb2\tIt is a jewel.\tSUBJ\tTrue\n")


def write_nyt_valence(folder):
    write(folder / "nytEditorialSnippets_GroundTruth.txt", "3_1\t1\tA fine port.\r\n12_1\t-2\tA leak, again.\r\n")


def write_newsmtsc(folder):
    text = "Brill praised Osk."
    write_lines(
        folder / "train.jsonl",
        [
            {
                "primary_gid": "allsides_12_5_3_Brill_0_5",
                "sentence_normalized": text,
                "targets": [
                    {"Input.gid": "allsides_12_5_3_Brill_0_5", "from": 0, "to": 5, "mention": "Brill", "polarity": 4.0},
                    {"Input.gid": "allsides_12_5_3_Osk_14_17", "from": 14, "to": 17, "mention": "Osk", "polarity": 6.0},
                ],
            },
            {
                "primary_gid": "polusa_v1_777_-1_2_the_port_0_3",
                "sentence_normalized": "Osk failed.",
                "targets": [
                    {"Input.gid": "polusa_v1_777_-1_2_O_k_0_3", "from": 0, "to": 3, "mention": "Osk", "polarity": 2.0}
                ],
            },
        ],
    )


def write_narrative_frames(folder):
    write(
        folder / "articles_metadata.tsv",
        "ID\tsource\tmbfc\tdate\ttext\tRE\tHI\tCO\tMO\tEC\r\n"
        '7\tThe Port Gazette\tleft_bias\t2018-01-02\t"Dikes rise ""The sea"" rises too."'
        "\tTrue\tFalse\tTrue\tFalse\tFalse)\r\n"
        '8\ttheportgazette\tleft_bias\t2018-01-03\t"No labels here."\r\n',
    )


BASIL_EVENT = "0a0b0c0d-1111-2222-3333-444455556666"


def write_basil(folder):
    article = {
        "title": "Port vote ",
        "date": "2012-03-04",
        "uuid": "u1",
        "source": "NYT",
        "main-event": "Port vote",
        "body-paragraphs": [[" The vote was a fiasco.", "Osk lost."], [""], ["He has lost before, a friend noted."]],
    }
    marks = [
        {"id": "p0", "start": 16, "end": 22, "txt": "fiasco", "bias": "lex"},
        {"id": "p3", "start": 0, "end": 18, "txt": "He has lost before", "bias": "inf"},
        {"id": "title", "start": 0, "end": 4, "txt": "Port", "bias": "lex"},
    ]
    write(folder / f"articles/2012/{BASIL_EVENT}_1.json", json.dumps(article))
    write(
        folder / f"annotations/2012/{BASIL_EVENT}_1_ann.json",
        json.dumps({"uuid": "u1", "phrase-level-annotations": marks}),
    )


def write_news(folder):
    folder.mkdir(parents=True, exist_ok=True)
    with gzip.open(folder / "articles.jsonl.gz", "wt", encoding="utf-8") as file:
        for number in (1, 2):
            record = {"id": f"n{number}", "outlet": "a.example", "date": "", "topic": "ports"}
            file.write(json.dumps({**record, "title": "Port news", "text": "The port opened.\n\nIt rained."}) + "\n")


def write_ukraine_news_bias(folder):
    def sentence(position, content):
        votes = {"judgements": [0.0, 3.0], "score": {}}
        bias = {"judgements": {"pro-russia": [1.0, 0.0], "pro-west": [0.0, 0.0]}}
        return {
            "article": "article_3",
            "id": f"sent_{position}",
            "position_in_article": position,
            "content": content,
            "subjectivity": votes,
            "hidden_assumptions": votes,
            "bias": bias,
        }

    sentences = [sentence(2, "Both denied it. "), sentence(0, "Talks fail"), sentence(1, "Envoys left at dawn.")]
    write(folder / "article_3.json", json.dumps({"id": "article_3", "sentences": sentences}))


def write_annotations(folder):
    text = "Osk may resign, aides say, and may not.\n\nPhoto: A. Brill"
    write_lines(
        folder / "articles.jsonl",
        [
            {"id": "x1", "outlet": "a.example", "date": "", "topic": "ports", "title": "Osk wobbles", "text": text},
            {"id": "x2", "outlet": "b.example", "date": "", "topic": "ports", "title": "Rated only", "text": "Text."},
        ],
    )
    base = {"article": "x1", "batch": "b1"}
    body = "Osk may resign, aides say, and may not."
    write_lines(
        folder / "sentences.jsonl",
        [
            {**base, "index": 2, "start": 41, "end": 56, "text": "Photo: A. Brill", "boilerplate": 1},
            {
                **base,
                "index": 0,
                "start": None,
                "end": None,
                "text": "Osk wobbles",
                "loaded": 1,
                "loaded_cues": ["wobbles", "staggers"],
                "loaded_voice": "author",
            },
            {
                **base,
                "index": 1,
                "start": 0,
                "end": 39,
                "text": body,
                "attribution": "indirect",
                "source": "aides",
                "source_type": "anonymous",
                "hedged": 1,
                "hedge_cues": ["may", "may"],
                "frames": ["political"],
            },
        ],
    )
    attribution = {"article": "x1", "index": 1, "source": [16, 21], "cue": [22, 25], "content": [[0, 14], [27, 38]]}
    write_lines(
        folder / "attributions.jsonl",
        [
            {**attribution, "name": "aides", "source_type": "anonymous", "anonymity_reason": "fear"},
            {"article": "x1", "index": 0, "source": None, "cue": None, "content": [[0, 11]], "source_type": "none"},
        ],
    )
    scales = {"sourcing": 2, "transparency": 1, "speculation": 6, "loaded": 3, "opinion": 2, "valence": -1}
    write_lines(
        folder / "ratings.jsonl",
        [
            {"article": x, "rater": "A", **scales, "frames": ["political"], "genre": "report", "main": "Osk"}
            for x in ("x1", "x2")
        ],
    )


WRITE = {name: globals()[f"write_{name}"] for name in NAMES}


@pytest.fixture
def data(tmp_path):
    """A data folder with a small copy of every corpus."""
    for name, write_corpus in WRITE.items():
        write_corpus(tmp_path / "data" / name)
    return tmp_path / "data"


@pytest.fixture(autouse=True)
def no_real_cache(monkeypatch, tmp_path):
    monkeypatch.setenv("ACCORDINGTO_DATA", str(tmp_path / "cache"))


def check_offsets(corpus):
    """Every offset of a corpus is true."""
    for article in corpus.articles:
        for sentence in article.sentences:
            there = article.title if sentence.start is None else article.text[sentence.start : sentence.end]
            assert there == sentence.text, sentence.id
            assert sentence.article == article.id
        for attribution in article.attributions:
            text = article.title if attribution.index == 0 else article.text
            spans = (*attribution.source, *attribution.cue, *attribution.content)
            assert spans or attribution.name or attribution.source_type, article.id
            assert all(0 <= start < end <= len(text) for start, end in spans), article.id
    for sentence in corpus.all_sentences():
        for spans in sentence.cues.values():
            assert all(0 <= start < end <= len(sentence.text) for start, end in spans), sentence.id
    for records in (corpus.articles, corpus.all_sentences()):
        assert len({record.id for record in records}) == len(records)


@pytest.mark.parametrize("name", NAMES)
def test_offsets_are_true_and_ids_unique(name, data):
    corpus = corpora.load(name, data)
    assert corpus.name == name
    assert corpus.articles or corpus.sentences
    assert {r.corpus for r in (*corpus.articles, *corpus.all_sentences())} == {name}
    check_offsets(corpus)


LABELS = [
    ("wikiweasel", [{"hedged": 1}, {"hedged": 0}]),
    (
        "babe",
        [
            {"biased": 1, "opinion_label": "Expresses writer’s opinion"},
            {"biased": 0, "opinion_label": "Entirely factual"},
        ],
    ),
    ("checkthat", [{"subjective": 1}, {"subjective": 0}, {"subjective": 1}]),
    ("newsmtsc", [{"target_valence": 0}, {"target_valence": 1}, {"target_valence": -1}]),
    ("nyt_valence", [{"valence": 0.25}, {"valence": -0.5}]),
    (
        "basil",
        [
            {"lexical_bias": 1, "informational_bias": 0},
            {"lexical_bias": 0, "informational_bias": 0},
            {"lexical_bias": 0, "informational_bias": 1},
        ],
    ),
]


@pytest.mark.parametrize(("name", "labels"), LABELS, ids=[name for name, _ in LABELS])
def test_labels(name, labels, data):
    assert [s.labels for s in corpora.load(name, data).all_sentences()] == labels


TEXTS = [
    ("wikiweasel", ["Some say the lake -LRB- a small one -RRB- may be older.", "The lake is wide."]),
    ("checkthat", ['"What a port," she said.', "The port opened in May.", "It is a jewel."]),
    ("nyt_valence", ["A fine port.", "A leak, again."]),
    ("ukraine_news_bias", ["Talks fail", "Envoys left at dawn.", "Both denied it."]),
]


@pytest.mark.parametrize(("name", "texts"), TEXTS, ids=[name for name, _ in TEXTS])
def test_texts(name, texts, data):
    assert [s.text for s in corpora.load(name, data).all_sentences()] == texts


ARTICLES = [
    ("babe", ["http://a.example/1", "Courier/ports"]),
    ("newsmtsc", ["allsides_12_5", "allsides_12_5", "polusa_v1_777"]),
    ("nyt_valence", ["3", "12"]),
    ("basil", [f"{BASIL_EVENT}_1"] * 3),
]


@pytest.mark.parametrize(("name", "articles"), ARTICLES, ids=[name for name, _ in ARTICLES])
def test_sentences_know_their_article(name, articles, data):
    assert [s.article for s in corpora.load(name, data).all_sentences()] == articles


def words(text, spans):
    return [text[start:end] for start, end in spans]


def test_babe_finds_its_words_in_any_case_and_drops_what_is_not_there(data):
    sentence = corpora.load("babe", data).sentences[0]
    assert words(sentence.text, sentence.cues["loaded"]) == ["shady", "Scheme"]


def test_newsmtsc_gives_a_record_for_each_target(data):
    first, second, _ = corpora.load("newsmtsc", data).sentences
    assert first.text == second.text
    assert words(second.text, second.cues["target"]) == ["Osk"]


def test_checkthat_splits(data):
    assert [s.split for s in corpora.load("checkthat", data).sentences] == ["train", "dev", "dev"]


def test_polnear_spans_with_windows_line_ends(data):
    article = corpora.load("polnear", data).articles[0]
    assert (article.outlet, article.date, article.split, article.title) == ("gazette", "2017-03-04", "train", "")
    first, hearsay = article.attributions
    assert words(article.text, first.source) == ["Ada Brill"]
    assert words(article.text, first.cue) == ["said"]
    assert words(article.text, first.content) == ["The port", "is “not ready”"]
    assert words(article.text, hearsay.content) == ["that ferries", "leak"]
    assert (first.source_type, hearsay.source_type) == ("", "none")
    assert words(article.text, article.labels["discarded"]) == ["More here."]


def test_polnear_keeps_the_other_annotators(data):
    first, other = corpora.load("polnear", data).articles
    assert [len(a) for a in first.labels["other_annotators"]] == [1]
    assert words(first.text, first.labels["other_annotators"][0][0].source) == ["Ada Brill"]
    assert other.labels["other_annotators"] == ()
    assert other.split == "dev"


def test_narrative_frames_labels_and_the_row_without_them(data):
    first, second = corpora.load("narrative_frames", data).articles
    assert first.text == 'Dikes rise "The sea" rises too.'
    assert first.outlet == second.outlet == "theportgazette"
    assert first.labels == {
        "frame_resolution": 1,
        "frame_human_interest": 0,
        "frame_conflict": 1,
        "frame_morality": 0,
        "frame_economic": 0,
    }
    assert second.labels == {}


def test_basil_joins_sentences_and_moves_spans(data):
    (article,) = corpora.load("basil", data).articles
    assert article.text == "The vote was a fiasco. Osk lost.\n\nHe has lost before, a friend noted."
    assert article.labels == {"event": BASIL_EVENT}
    assert (article.title, article.outlet) == ("Port vote", "nyt")
    assert words(article.sentences[0].text, article.sentences[0].cues["loaded"]) == ["fiasco"]
    assert [s.index for s in article.sentences] == [1, 2, 4]


def test_ukraine_votes_stay_votes(data):
    (article,) = corpora.load("ukraine_news_bias", data).articles
    assert article.text == "Envoys left at dawn. Both denied it."
    assert article.sentences[0].labels["subjectivity"] == (0.0, 3.0)
    assert article.sentences[0].labels["pro_russia"] == (1.0, 0.0)


def test_news_streams(data):
    first = next(news.iterate(data / "news"))
    assert first == corpora.load("news", data).articles[0]


def test_annotations_sentences_have_every_label(data):
    article = corpora.load("annotations", data).articles[0]
    headline, body, photo = article.sentences
    names = "boilerplate attribution source_type source hedged loaded loaded_voice opinion valence frames batch"
    assert all(set(s.labels) == set(names.split()) for s in article.sentences)
    assert photo.labels["boilerplate"] == 1
    assert photo.labels["attribution"] == "none"
    assert body.labels["frames"] == ("political",)
    assert body.labels["source"] == "aides"
    assert headline.labels["loaded_voice"] == "author"
    assert words(headline.text, headline.cues["loaded"]) == ["wobbles"]
    assert body.cues["hedge"] == ((4, 7), (31, 34))


def test_annotations_attributions_and_ratings(data):
    labelled, rated = corpora.load("annotations", data).articles
    first, in_headline = labelled.attributions
    assert words(labelled.text, (*first.source, *first.cue, *first.content)) == [
        "aides",
        "say",
        "Osk may resign",
        "and may not",
    ]
    assert (first.source_type, first.anonymity_reason) == ("anonymous", "fear")
    assert words(labelled.title, in_headline.content) == ["Osk wobbles"]
    assert rated.sentences == ()
    assert rated.ratings[0].speculation == 6


LOCATE = [
    (["may"], "Dismay may grow", [(7, 10)]),
    (["if"], "A specific case", [(6, 8)]),
    (["may", "may", "may"], "may and may", [(0, 3), (8, 11)]),
    (["gone", ""], "nothing", []),
    ([" so-called "], "a so-called plan", [(2, 11)]),
]


@pytest.mark.parametrize(("phrases", "text", "spans"), LOCATE)
def test_locate(phrases, text, spans):
    assert list(_common.locate(phrases, text)) == spans


@pytest.mark.parametrize("name", NAMES)
def test_a_missing_folder_is_named_with_the_remedy(name, tmp_path):
    with pytest.raises(CorpusError) as error:
        corpora.load(name, tmp_path)
    assert str(tmp_path / name) in str(error.value)
    remedy = "--annotations" if name == "annotations" else f"accordingto fetch {name}"
    assert remedy in str(error.value)


@pytest.mark.parametrize("name", NAMES)
def test_a_missing_file_is_named(name, data):
    path = corpora.info(name).files.paths(data / name)[0]
    path.unlink()
    with pytest.raises(CorpusError, match=r"no such file") as error:
        corpora.load(name, data)
    assert path.suffix in str(error.value)


DAMAGE = [
    ("wikiweasel", "train.csv", "text,label\nA.,2\n", "label '2' is none of '0', '1'"),
    ("wikiweasel", "train.csv", "text\nA.\n", "no column 'label'"),
    ("wikiweasel", "train.csv", "text,label\nA.\n", "line 2: no field 'label'"),
    ("wikiweasel", "train.csv", "text,label\nA.,1,1\n", "line 2: more fields"),
    ("wikiweasel", "train.csv", 'text,label\n"A.,1\n', "unexpected end of data"),
    (
        "babe",
        "final_labels_SG2.csv",
        "text;news_link;outlet;topic;"  # without the type
        "label_bias;label_opinion;biased_words\nA.;;o;t;Biased;x;shady\n",
        "biased_words is 'shady', not a list",
    ),
    ("checkthat", "dev_en.tsv", "sentence_id\tsentence\tlabel\na\tB.\tMAYBE\n", "the label 'MAYBE'"),
    ("nyt_valence", "nytEditorialSnippets_GroundTruth.txt", "1_1\tgood\tA.\n", "'good' is no number"),
    ("nyt_valence", "nytEditorialSnippets_GroundTruth.txt", "1_1\t9\tA.\n", "not within -4..4"),
    ("nyt_valence", "nytEditorialSnippets_GroundTruth.txt", "1_1\tA.\n", "line 1: 2 fields, not 3"),
    ("newsmtsc", "train.jsonl", "{", "damaged after line 0|damaged after line 1"),
    ("newsmtsc", "train.jsonl", '{"targets": []}\n', "line 1: no field 'sentence_normalized'"),
    (
        "newsmtsc",
        "train.jsonl",
        '{"sentence_normalized": "Osk.", "targets": [{"Input.gid": "allsides_1_1_1_", "from": 1, "to": 3, '
        '"mention": "Osk", "polarity": 4.0}]}\n',
        "stands 'sk', not 'Osk'",
    ),
    ("narrative_frames", "articles_metadata.tsv", "ID\tsource\tdate\n1\ta\tb\n", "no column 'text'"),
    ("basil", f"articles/2012/{BASIL_EVENT}_1.json", "[", "not valid JSON"),
    ("basil", f"articles/2012/{BASIL_EVENT}_1.json", "{}", "not as expected"),
    (
        "basil",
        f"annotations/2012/{BASIL_EVENT}_1_ann.json",
        '{"phrase-level-annotations": [{"id": "p9", "start": 0, "end": 1, "txt": "T", "bias": "lex"}]}',
        "marks sentence 9 of an article with 4",
    ),
    (
        "basil",
        f"annotations/2012/{BASIL_EVENT}_1_ann.json",
        '{"phrase-level-annotations": [{"id": "p0", "start": 0, "end": 1, "txt": "T", "bias": "lex"}]}',
        "marks 'T', which is not at its offsets",
    ),
    ("ukraine_news_bias", "article_3.json", '{"id": "article_3", "sentences": []}', "not as expected"),
    ("news", "articles.jsonl.gz", "plain text", "damaged after line 0"),
    ("polnear", f"{POLNEAR}aa11.ann", "T1\tSource 0 5\tFurry\n", "marks 'Furry', but at its offsets stands 'Ferry'"),
    ("polnear", f"{POLNEAR}aa11.ann", "T1\tSource 0 999\tFerry\n", "in a text of"),
    ("polnear", f"{POLNEAR}aa11.ann", "T1\tSource zero\tFerry\n", "has the offsets 'zero'"),
    ("polnear", f"{POLNEAR}aa11.ann", "E1\tAttribution:T9\n", "refers to 'T9'"),
    ("annotations", "sentences.jsonl", '{"article": "x9", "index": 0, "start": null, "end": null, "text": ""}', "'x9'"),
    (
        "annotations",
        "sentences.jsonl",
        '{"article": "x1", "index": 1, "start": 0, "end": 3, "text": "Ask"}',
        "stands 'Osk', not 'Ask'",
    ),
    (
        "annotations",
        "sentences.jsonl",
        '{"article": "x1", "index": 1, "start": 0, "end": 3, "text": "Osk", "hedged": 3}',
        "hedged is 3",
    ),
    (
        "annotations",
        "sentences.jsonl",
        '{"article": "x1", "index": 1, "start": 0, "end": 3, "text": "Osk", "frames": ["weather"]}',
        "unknown frame 'weather'",
    ),
    (
        "annotations",
        "attributions.jsonl",
        '{"article": "x1", "index": 1, "source": [0, 999], "cue": null, "content": []}',
        "span 0-999 is outside",
    ),
]


@pytest.mark.parametrize(("name", "file", "content", "message"), DAMAGE)
def test_damage_is_named(name, file, content, message, data):
    write(data / name / file, content)
    with pytest.raises(CorpusError, match=message) as error:
        corpora.load(name, data)
    assert Path(file).name.split(".")[0].removesuffix("_ann") in str(error.value)


def test_bytes_that_are_no_text_are_damage(data):
    (data / "checkthat" / "dev_en.tsv").write_bytes(b"sentence_id\tsentence\tlabel\na\t\xff\tOBJ\n")
    with pytest.raises(CorpusError, match=r"dev_en.tsv: not utf-8"):
        corpora.load("checkthat", data)


def test_a_polnear_text_without_annotations_is_damage(data):
    write(data / "polnear/data/dev/text/courier_2017-05-07_lone.txt", "Lone.")
    with pytest.raises(CorpusError, match=r"lone_\*.ann: no such file"):
        corpora.load("polnear", data)


def test_an_unknown_corpus_lists_the_known(tmp_path):
    with pytest.raises(CorpusError, match=r"no corpus 'babel'; there are polnear, .*annotations"):
        corpora.load("babel", tmp_path)


def test_the_folder_is_that_of_data_else_of_the_environment_else_the_cache(monkeypatch, tmp_path):
    assert corpora.find("babe", tmp_path) == tmp_path / "babe"
    assert corpora.find("annotations", tmp_path, tmp_path / "own") == tmp_path / "own"
    assert corpora.find("babe") == tmp_path / "cache" / "babe"
    monkeypatch.delenv("ACCORDINGTO_DATA")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    monkeypatch.setattr(sys, "platform", "linux")
    assert corpora.find("babe") == tmp_path / "xdg" / "accordingto" / "babe"


def test_available_says_what_is_there(data, tmp_path):
    assert corpora.available(data) == NAMES
    assert corpora.available() == ()
    (data / "checkthat" / "dev_en.tsv").unlink()
    assert "checkthat" not in corpora.available(data)
    assert corpora.available(tmp_path, data / "annotations") == ("annotations",)


def test_the_digest_follows_contents_and_names_of_the_loaders_files_only(data):
    before = corpora.digest("checkthat", data / "checkthat")
    write(data / "checkthat" / "README.md", "not read")
    assert corpora.digest("checkthat", data / "checkthat") == before
    write(data / "checkthat" / "dev_en.tsv", "changed")
    assert corpora.digest("checkthat", data / "checkthat") != before


def test_verify_reports_and_loading_does_not_mind(data):
    checked = corpora.verify("checkthat", data / "checkthat")
    assert not checked.matches
    assert "not " + corpora.info("checkthat").checksum in str(checked)
    assert corpora.load("checkthat", data).sentences


def test_the_table_is_complete():
    for name, entry in table.CORPORA.items():
        assert entry.name == name == entry.files.name
        assert entry.title
        assert entry.licence
        assert entry.citation
        assert entry.description
        assert len(entry.checksum) == 64
        assert bool(entry.downloads) == bool(entry.home) == entry.files.fetchable
    assert not corpora.info("checkthat").commercial
    assert corpora.info("checkthat").teaches == ()


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture
def mirror(tmp_path):
    """A folder and the URL under which it is served."""
    folder = tmp_path / "mirror"
    folder.mkdir()
    handler = functools.partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield folder, f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def publish(mirror_folder, name, corpus_folder, monkeypatch, whole=True, extra=()):
    """Serve a small corpus as its home does, with a table that expects just that copy."""
    entry = corpora.info(name)
    downloads = []
    for download in entry.downloads:
        path = mirror_folder / download.url.removeprefix("https://")
        path.parent.mkdir(parents=True, exist_ok=True)
        sha256 = ""
        if download.archive:
            with zipfile.ZipFile(path, "w") as archive:
                for file in sorted(p for p in corpus_folder.rglob("*") if p.is_file()):
                    inner = Path("repository-head", download.path, file.relative_to(corpus_folder))
                    archive.write(file, inner.as_posix())
                for member, content in extra:
                    archive.writestr(member, content)
        else:
            content = (corpus_folder / download.path).read_bytes()
            path.write_bytes(content)
            sha256 = hashlib.sha256(content).hexdigest()
        downloads.append(dataclasses.replace(download, sha256=sha256))
    changed = dataclasses.replace(
        entry, downloads=tuple(downloads), checksum=entry.files.digest(corpus_folder), whole=whole
    )
    monkeypatch.setitem(table.CORPORA, name, changed)


@pytest.mark.parametrize("name", [n for n in NAMES if n not in ("annotations", "news")])
def test_fetch_gives_what_the_loader_reads(name, data, mirror, monkeypatch):
    pytest.importorskip("pooch")
    folder, url = mirror
    publish(folder, name, data / name, monkeypatch)
    fetched = fetch(name, progress=False, mirror=url)
    assert fetched == {name: corpora.find(name)}
    assert corpora.load(name) == corpora.load(name, data)
    assert [p.name for p in corpora.cache_folder().iterdir()] == [name]


def test_fetch_takes_of_an_archive_only_what_the_loader_reads(data, mirror, monkeypatch):
    pytest.importorskip("pooch")
    folder, url = mirror
    extra = [("repository-head/data/test/text/a.txt", "kept back"), ("repository-head/README.md", "x")]
    publish(folder, "polnear", data / "polnear", monkeypatch, extra=extra)
    fetch("polnear", progress=False, mirror=url)
    assert not (corpora.find("polnear") / "data/test").exists()
    assert not (corpora.find("polnear") / "README.md").exists()


@pytest.mark.parametrize("member", ["../evil.txt", "head/../../evil.txt", "/evil.txt", "head/data\\..\\evil.txt"])
def test_fetch_refuses_an_archive_with_unsafe_paths(member, data, mirror, monkeypatch):
    pytest.importorskip("pooch")
    folder, url = mirror
    publish(folder, "polnear", data / "polnear", monkeypatch, extra=[(member, "x")])
    with pytest.raises(CorpusError, match="unsafe path"):
        fetch("polnear", progress=False, mirror=url)
    assert not corpora.find("polnear").exists()


def test_fetch_refuses_what_is_no_archive(data, mirror, monkeypatch):
    pytest.importorskip("pooch")
    folder, url = mirror
    publish(folder, "polnear", data / "polnear", monkeypatch)
    (archive,) = folder.rglob("*.zip")
    archive.write_text("<html>moved</html>")
    with pytest.raises(CorpusError, match="not a zip archive"):
        fetch("polnear", progress=False, mirror=url)


@pytest.mark.parametrize("name", ["wikiweasel", "polnear"])
def test_fetch_refuses_changed_files_unless_allowed(name, data, mirror, monkeypatch):
    pytest.importorskip("pooch")
    folder, url = mirror
    good = corpora.info(name)
    publish(folder, name, data / name, monkeypatch)
    # The table of the good copy: its checksums are those of the real corpus, not of this one.
    monkeypatch.setitem(table.CORPORA, name, good)
    with pytest.raises(CorpusError, match="--allow-changed"):
        fetch(name, progress=False, mirror=url)
    assert not corpora.find(name).exists()
    fetch(name, progress=False, mirror=url, allow_changed=True)
    assert corpora.load(name) == corpora.load(name, data)


def test_a_failed_fetch_keeps_the_copy_that_is_there(data, mirror, monkeypatch):
    pytest.importorskip("pooch")
    folder, url = mirror
    publish(folder, "checkthat", data / "checkthat", monkeypatch)
    fetch("checkthat", progress=False, mirror=url)
    next(folder.rglob("dev_en.tsv")).write_text("changed")
    with pytest.raises(CorpusError):
        fetch("checkthat", progress=False, refresh=True, mirror=url)
    assert corpora.verify("checkthat", corpora.find("checkthat")).matches


def test_fetch_leaves_alone_what_is_there(data, mirror, monkeypatch):
    pytest.importorskip("pooch")
    folder, url = mirror
    publish(folder, "babe", data / "babe", monkeypatch, whole=False)
    fetch(["babe"], progress=False, mirror=url)
    next(folder.rglob("final_labels_SG2.csv")).unlink()
    assert fetch(["babe"], progress=False, mirror=url) == {"babe": corpora.find("babe")}


def test_fetch_does_not_replace_other_files_unless_told(data, mirror, monkeypatch):
    pytest.importorskip("pooch")
    folder, url = mirror
    publish(folder, "checkthat", data / "checkthat", monkeypatch)
    mine = corpora.find("checkthat") / "dev_en.tsv"
    write(mine, "mine")
    with pytest.raises(CorpusError, match="holds other files"):
        fetch("checkthat", progress=False, mirror=url)
    assert mine.read_text() == "mine"
    fetch("checkthat", progress=False, mirror=url, refresh=True)
    assert corpora.load("checkthat") == corpora.load("checkthat", data)


def test_fetch_names_the_address_that_fails(mirror):
    pytest.importorskip("pooch")
    _, url = mirror
    with pytest.raises(CorpusError, match=r"fetching 'babe' from http://127.0.0.1.*final_labels_SG2.csv failed"):
        fetch("babe", progress=False, mirror=url)


def test_fetch_converts_news(tmp_path, mirror):
    pytest.importorskip("pooch")
    folder, url = mirror
    raw = {
        "ID": "q1",
        "source_url": "www.a.example",
        "date": "2019-01-02",
        "topic": "ports",
        "title": "Port news",
        "content_original": "The port opened.\n\nIt rained.",
        "content": "The port opened .",
    }
    (download,) = corpora.info("news").downloads
    path = folder / download.url.removeprefix("https://")
    path.parent.mkdir(parents=True)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("head/data/jsons/q2.json", json.dumps({**raw, "ID": "q2"}))
        archive.writestr("head/data/jsons/q1.json", json.dumps(raw))
        archive.writestr("head/data/splits/random/train.tsv", "ID\tbias\n")
    fetch("news", progress=False, mirror=url)
    first, second = corpora.load("news").articles
    assert (first.id, second.id) == ("q1", "q2")
    assert (first.outlet, first.text) == ("a.example", "The port opened.\n\nIt rained.")
    before = corpora.digest("news", corpora.find("news"))
    fetch("news", progress=False, mirror=url, refresh=True)
    assert corpora.digest("news", corpora.find("news")) == before


def test_fetch_says_that_the_annotations_are_not_public():
    with pytest.raises(CorpusError, match=r"not public.*--annotations"):
        fetch("annotations")


def test_fetch_without_pooch_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "pooch", None)
    with pytest.raises(CorpusError, match=r'pip install "accordingto\[fetch\]"'):
        fetch("babe")


REAL = {
    # name: articles, sentences, attributions
    "polnear": (924, 0, 22026),
    "wikiweasel": (0, 7343, 0),
    "babe": (0, 2903, 0),
    "checkthat": (0, 1292, 0),
    "newsmtsc": (0, 8739, 0),
    "narrative_frames": (343, 0, 0),
    "nyt_valence": (0, 2595, 0),
    "basil": (231, 6114, 0),
    "news": (12000, 0, 0),
    "ukraine_news_bias": (70, 1640, 0),
    "annotations": (468, 13340, 2808),
}


@functools.cache
def real(name):
    places = (SHARED / "corpora", SHARED / "annotations")
    if name not in corpora.available(*places):
        pytest.skip(f"no real {name!r} in {SHARED}")
    return corpora.load(name, *places)


@pytest.mark.parametrize("name", NAMES)
def test_real_counts(name):
    corpus = real(name)
    attributions = sum(len(a.attributions) for a in corpus.articles)
    assert (len(corpus.articles), len(corpus.all_sentences()), attributions) == REAL[name]


@pytest.mark.parametrize("name", NAMES)
def test_real_offsets(name):
    check_offsets(real(name))


@pytest.mark.parametrize("name", NAMES)
def test_real_digest_is_that_of_the_table(name):
    real(name)
    assert corpora.verify(name, corpora.find(name, SHARED / "corpora", SHARED / "annotations")).matches


def test_real_annotations_find_nearly_every_cue():
    sentences = real("annotations").all_sentences()
    assert all(s.cues["loaded"] for s in sentences if s.labels["loaded"])
    hedged = Counter(bool(s.cues["hedge"]) for s in sentences if s.labels["hedged"])
    assert hedged == {True: 1793, False: 8}


def test_real_polnear_articles_of_several_annotators():
    others = Counter(len(a.labels["other_annotators"]) for a in real("polnear").articles)
    assert others == {0: 906, 5: 17, 4: 1}
