"""WikiWeasel: Wikipedia sentences judged certain or uncertain, for hedging.

Takes ``train.csv`` (text, label) and gives lone sentences with ``hedged`` 0/1. The largest free set of hedged
sentences; it comes from an encyclopaedia, so a news hedge ("allegedly") is rarer in it than a weasel ("many").

Farkas et al. (2010), The CoNLL-2010 shared task: learning to detect hedges and their scope.
"""

from __future__ import annotations

from pathlib import Path

from training.corpora._common import CorpusFiles
from training.records import Corpus, SentenceRecord

FILES = CorpusFiles("wikiweasel", ("train.csv",))


def load(folder: Path) -> Corpus:
    """Load the sentences as they stand (tokens such as ``-LRB-`` included), without their line ends.

    The corpus does not say which sentences share an article. Empty sentences are left out.

    Raises
    ------
    CorpusError
        Where the file is missing or damaged.
    """
    path = Path(folder) / "train.csv"
    FILES.paths(path.parent)
    sentences = []
    for number, row in enumerate(FILES.rows(path, ("text", "label"))):
        text = row["text"].rstrip("\r\n")
        hedged = FILES.one_of(row["label"], {"0": 0, "1": 1}, path, f"sentence {number}")
        if text.strip():
            sentences.append(SentenceRecord("wikiweasel", str(number), text, labels={"hedged": hedged}))
    return Corpus("wikiweasel", sentences=tuple(sentences))
