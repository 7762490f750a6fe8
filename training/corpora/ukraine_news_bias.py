"""Ukraine crisis news bias: crisis articles with crowd judgements, to read as unlabelled crisis news.

Takes ``article_*.json`` and gives articles. The judges agree hardly better than chance (alpha .02 to .12), so
their votes are kept as votes and are no gold labels.

Faerber et al. (2020), A multidimensional dataset based on crowdsourcing for analyzing and detecting news bias, CIKM.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from training.corpora._common import CorpusFiles
from training.records import ArticleRecord, Corpus, SentenceRecord

FILES = CorpusFiles("ukraine_news_bias", ("article_*.json",))


def load(folder: Path) -> Corpus:
    """Load the articles; the first sentence is the headline, the others joined by spaces are the text.

    A sentence's ``labels`` hold the votes, one a judge, as tuples: ``subjectivity`` and ``hidden_assumptions``
    (0 none to 3 much), ``pro_russia`` and ``pro_west`` (0/1). The corpus keeps neither outlet nor paragraphs.

    Raises
    ------
    CorpusError
        Where the folder is missing or a file is damaged.
    """
    return Corpus("ukraine_news_bias", articles=tuple(_article(path) for path in FILES.paths(Path(folder))))


def _article(path: Path) -> ArticleRecord:
    raw = FILES.json(path)
    text = ""
    sentences: list[SentenceRecord] = []
    try:
        for index, sentence in enumerate(sorted(raw["sentences"], key=lambda s: s["position_in_article"])):
            words = sentence["content"].strip()
            start = None
            if index:
                text += " " if text else ""
                start = len(text)
                text += words
            sentences.append(
                SentenceRecord(
                    corpus="ukraine_news_bias",
                    id=f"{raw['id']}:{index}",
                    text=words,
                    article=raw["id"],
                    index=index,
                    start=start,
                    end=None if start is None else len(text),
                    labels=_votes(sentence),
                )
            )
        title = sentences[0].text
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        raise FILES.error(path, f"not as expected: {error!r}") from None
    return ArticleRecord(
        corpus="ukraine_news_bias", id=raw["id"], text=text, title=title, topic="ukraine", sentences=tuple(sentences)
    )


def _votes(sentence: dict[str, Any]) -> dict[str, tuple[float, ...]]:
    bias = sentence["bias"]["judgements"]
    return {
        "subjectivity": tuple(sentence["subjectivity"]["judgements"]),
        "hidden_assumptions": tuple(sentence["hidden_assumptions"]["judgements"]),
        "pro_russia": tuple(bias["pro-russia"]),
        "pro_west": tuple(bias["pro-west"]),
    }
