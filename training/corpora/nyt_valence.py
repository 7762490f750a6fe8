"""VADER's snippets of New York Times editorials with a mean human valence, for the signal of valence.

Takes ``nytEditorialSnippets_GroundTruth.txt`` (id, mean valence -4..4, text, tab-separated) and gives lone
sentences with a valence of -1..1.

Hutto and Gilbert (2014), VADER: a parsimonious rule-based model for sentiment analysis of social media text, ICWSM.
"""

from __future__ import annotations

from pathlib import Path

from training.corpora._common import CorpusFiles
from training.records import Corpus, SentenceRecord

FILES = CorpusFiles("nyt_valence", ("nytEditorialSnippets_GroundTruth.txt",))


def load(folder: Path) -> Corpus:
    """Load the snippets; ``labels["valence"]`` is the mean of the raters divided by 4, a float of -1..1.

    The article is the number before the id's underscore, which counts the editorials.

    Raises
    ------
    CorpusError
        Where the file is missing or damaged.
    """
    path = Path(folder) / "nytEditorialSnippets_GroundTruth.txt"
    FILES.paths(path.parent)
    sentences = []
    for number, line in enumerate(FILES.text(path).split("\n"), 1):
        if not line.strip():
            continue
        fields = line.rstrip("\r").split("\t")
        if len(fields) != 3:
            raise FILES.error(path, f"line {number}: {len(fields)} fields, not 3")
        key, mean, text = fields
        article, _, _ = key.partition("_")
        try:
            valence = float(mean) / 4
        except ValueError:
            raise FILES.error(path, f"line {number}: the valence {mean!r} is no number") from None
        if not -1 <= valence <= 1:
            raise FILES.error(path, f"line {number}: the valence {mean!r} is not within -4..4")
        sentences.append(
            SentenceRecord(
                "nyt_valence", key, text, article=article, outlet="New York Times", labels={"valence": valence}
            )
        )
    return Corpus("nyt_valence", sentences=tuple(sentences))
