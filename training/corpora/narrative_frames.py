"""Narrative media framing: climate articles with five article frames, to measure frames on.

Takes ``articles_metadata.tsv`` and gives whole articles with ``frame_*`` 0/1. The frames are Semetko and
Valkenburg's generic ones, not those of the Policy Frames Codebook, so they map onto ours only in part.

Frermann et al. (2023), Conflicts, villains, resolutions: towards models of narrative media framing, ACL.
"""

from __future__ import annotations

from pathlib import Path

from training.corpora._common import CorpusFiles
from training.records import ArticleRecord, Corpus

FILES = CorpusFiles("narrative_frames", ("articles_metadata.tsv",))

_FRAMES = {
    "RE": "frame_resolution",
    "HI": "frame_human_interest",
    "CO": "frame_conflict",
    "MO": "frame_morality",
    "EC": "frame_economic",
}
# One cell of the distribution reads "False)".
_LABELS = {"True": 1, "False": 0, "False)": 0, "1": 1, "0": 0}


def load(folder: Path) -> Corpus:
    """Load the articles; one that the corpus left without labels has none here.

    A text begins with its headline and has no paragraphs; the corpus does not say where the headline ends. Outlets
    are written as one lower-case word, since the corpus writes the same outlet in two ways.

    Raises
    ------
    CorpusError
        Where the file is missing or damaged, or has no texts.
    """
    path = Path(folder) / "articles_metadata.tsv"
    FILES.paths(path.parent)
    articles = []
    for row in FILES.rows(path, ("ID", "source", "date", "text"), may_lack=_FRAMES, delimiter="\t"):
        where = f"article {row['ID']}"
        if not row["text"].strip():
            raise FILES.error(path, f"{where}: no text; the distribution with full texts is needed")
        articles.append(
            ArticleRecord(
                corpus="narrative_frames",
                id=row["ID"],
                text=row["text"],
                outlet="".join(row["source"].lower().split()),
                date=row["date"],
                topic="climate",
                labels={
                    name: FILES.one_of(row[column].strip(), _LABELS, path, where)
                    for column, name in _FRAMES.items()
                    if row.get(column, "").strip()
                },
            )
        )
    return Corpus("narrative_frames", articles=tuple(articles))
