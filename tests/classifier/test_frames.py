from __future__ import annotations

from dataclasses import replace

import pandas
import pytest

from classifier.frames import report_frame, reports_frame
from classifier.report import FRAMES, SCORES

WHATS = ("sentences", "sources", "contributions")


def test_sentences_one_row_each(rich_report):
    frame = report_frame(rich_report, "sentences")
    assert len(frame) == len(rich_report.sentences)
    assert frame["text"].tolist() == [s.text for s in rich_report.sentences]
    assert frame["id"].unique().tolist() == ["ferry-17"]
    row = frame.iloc[8]
    assert row["loaded_cues"] == "squalid; drunk on its own secrecy"
    assert row["loaded_voice"] == "author"
    assert row["opinion"] == pytest.approx(0.88)
    assert row["frame_morality"] == pytest.approx(0.66)


def test_sentences_name_their_sources(rich_report):
    frame = report_frame(rich_report, "sentences").set_index("sentence")
    assert frame.loc[6, "sources"] == "Mara Ellison; Tobias Rehn"
    assert frame.loc[5, "sources"] == "Tobias Rehn"
    assert frame.loc[5, "n_attributions"] == 2
    assert frame.loc[7, "sources"] == ""
    assert frame.loc[7, "source_types"] == "none"


def test_offsets_cut_the_sentences_out_of_the_text(rich_report):
    for row in report_frame(rich_report, "sentences").itertuples():
        assert rich_report.text[row.start : row.end] == row.text


def test_sources_are_the_ledger(rich_report):
    frame = report_frame(rich_report, "sources")
    assert frame["name"].tolist() == [s.name for s in rich_report.sources]
    assert frame.loc[frame["type"] == "person", "quoted_words"].sum() == 19
    assert frame["source"].tolist() == [0, 1, 2, 3, 4]


def test_contributions_sum_to_the_scores(rich_report):
    sums = report_frame(rich_report, "contributions").groupby("score", observed=True)["points"].sum()
    assert sums.to_dict() == pytest.approx({name: getattr(rich_report, name).value for name in SCORES})


@pytest.mark.parametrize("what", WHATS)
def test_columns_and_dtypes_do_not_depend_on_the_article(what, rich_report, unscorable_report):
    full, empty = report_frame(rich_report, what), report_frame(unscorable_report, what)
    assert empty.empty
    assert full.dtypes.to_dict() == empty.dtypes.to_dict()
    assert pandas.concat([full, empty]).dtypes.to_dict() == full.dtypes.to_dict()
    assert "object" not in set(map(str, full.dtypes))


def test_unknown_table_is_refused(rich_report):
    with pytest.raises(ValueError, match=r"'sentences', 'sources', 'contributions', not 'quotes'"):
        rich_report.to_frame("quotes")


def test_reports_one_row_each(rich_report, unscorable_report):
    frame = reports_frame([rich_report, unscorable_report])
    assert frame["sourcing"].tolist() == pytest.approx([61.37, float("nan")], nan_ok=True)
    assert frame.loc[0, "sourcing_low"] == pytest.approx(44.2)
    assert frame.loc[0, "sourcing_high"] == pytest.approx(78.5)
    assert frame["loaded_grade"].tolist() == ["coloured", "not scored"]
    assert frame.loc[0, "frame_economic"] == pytest.approx(3 / 11)
    assert frame["n_sources"].tolist() == [5, 0]
    assert frame["n_sentences"].tolist() == [13, 0]
    assert frame["warnings"].tolist()[1] == "not English; too short to score"
    assert frame["id"].isna().tolist() == [False, True]


def test_reports_of_nothing_keep_their_columns(rich_report):
    empty = reports_frame([])
    assert empty.empty
    assert empty.dtypes.to_dict() == reports_frame(r for r in [rich_report]).dtypes.to_dict()
    assert {f"frame_{name}" for name in FRAMES} < set(empty.columns)


def test_broken_unicode_is_carried(one_sentence_report):
    report = replace(one_sentence_report("half \ud83d of a pair"), id="\udc00")
    assert report_frame(report, "sentences").loc[0, "text"] == "half \ud83d of a pair"
    assert len(reports_frame([report])) == 1
