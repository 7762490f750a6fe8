"""BABE: news sentences that experts judged biased by word choice or not, with the words that made them so.

Takes ``final_labels_SG2.csv`` and gives lone sentences with ``biased`` 0/1 and loaded-word spans, for the
signal of loaded wording.

Spinde et al. (2021), Neural media bias detection using distant supervision with BABE, Findings of EMNLP.
"""

from __future__ import annotations

import ast
from pathlib import Path

from training.corpora._common import CorpusFiles, locate
from training.records import Corpus, SentenceRecord

FILES = CorpusFiles("babe", ("final_labels_SG2.csv",))

_BIASED = {"Biased": 1, "Non-biased": 0}


def load(folder: Path) -> Corpus:
    """Load the sentences that the experts agreed on.

    ``labels`` hold ``biased`` 0/1 and ``opinion_label`` as given; ``cues["loaded"]`` the biased words that stand
    in the sentence (the list names some that do not). The article is the link, or outlet and topic where the
    corpus gives no link.

    Raises
    ------
    CorpusError
        Where the file is missing or damaged.
    """
    path = Path(folder) / "final_labels_SG2.csv"
    FILES.paths(path.parent)
    columns = ("text", "news_link", "outlet", "topic", "label_bias", "label_opinion", "biased_words")
    sentences = []
    for number, row in enumerate(FILES.rows(path, columns, delimiter=";")):
        if row["label_bias"] == "No agreement":
            continue
        where = f"sentence {number}"
        sentences.append(
            SentenceRecord(
                corpus="babe",
                id=str(number),
                text=row["text"],
                article=row["news_link"].strip() or f"{row['outlet']}/{row['topic']}",
                outlet=row["outlet"],
                labels={
                    "biased": FILES.one_of(row["label_bias"], _BIASED, path, where),
                    "opinion_label": row["label_opinion"],
                },
                cues={"loaded": locate(_words(row["biased_words"], path, where), row["text"], ignore_case=True)},
            )
        )
    return Corpus("babe", sentences=tuple(sentences))


def _words(cell: str, path: Path, where: str) -> list[str]:
    """The words of a cell, which the corpus writes as a Python list."""
    try:
        words = ast.literal_eval(cell)
    except (ValueError, SyntaxError):
        words = None
    if not isinstance(words, list):
        raise FILES.error(path, f"{where}: biased_words is {cell!r}, not a list")
    return [str(word) for word in words]
