"""CheckThat! 2025 task 1: English news sentences judged subjective or objective, to measure opinion on.

Takes ``train_en.tsv`` and ``dev_en.tsv`` and gives lone sentences with ``subjective`` 0/1. The licence
(CC BY-NC-SA 4.0) keeps it out of the shipped artifact: it evaluates only.

CLEF CheckThat! Lab (2025), task 1: subjectivity in news articles.
"""

from __future__ import annotations

from pathlib import Path

from training.corpora._common import CorpusFiles
from training.records import Corpus, SentenceRecord

FILES = CorpusFiles("checkthat", ("train_en.tsv", "dev_en.tsv"))


def load(folder: Path) -> Corpus:
    """Load the train and dev sentences. The corpus does not say which sentences share an article.

    Raises
    ------
    CorpusError
        Where a file is missing or damaged.
    """
    folder = Path(folder)
    FILES.paths(folder)
    sentences = []
    for split in ("train", "dev"):
        path = folder / f"{split}_en.tsv"
        # Half the dev rows lack the last column (solved_conflict), which nothing here needs.
        for number, row in enumerate(FILES.rows(path, ("sentence_id", "sentence", "label"), delimiter="\t")):
            subjective = FILES.one_of(row["label"], {"OBJ": 0, "SUBJ": 1}, path, f"sentence {number}")
            sentences.append(
                SentenceRecord(
                    "checkthat", row["sentence_id"], row["sentence"], split=split, labels={"subjective": subjective}
                )
            )
    return Corpus("checkthat", sentences=tuple(sentences))
