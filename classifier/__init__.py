"""How well is a news article sourced, and how is it told? Scores with the words that show why.

>>> import classifier
>>> predictor = classifier.load()
>>> report = predictor.score("The mayor, Ann Bell, said on Monday ...")
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from classifier.article import Article
from classifier.report import ArticleReport, Attribution, Score, Sentence, Signal, Source, Span

if TYPE_CHECKING:
    from classifier.comparison import Comparison, compare
    from classifier.predictor import Predictor, load
    from classifier.transformer import ArticleScores

__version__ = "0.1.0"
__all__ = [
    "Article",
    "ArticleReport",
    "ArticleScores",
    "Attribution",
    "Comparison",
    "Predictor",
    "Score",
    "Sentence",
    "Signal",
    "Source",
    "Span",
    "compare",
    "load",
]

# imported on first use: importing the package stays quick
_LAZY = {
    "Predictor": "classifier.predictor",
    "load": "classifier.predictor",
    "ArticleScores": "classifier.transformer",
    "Comparison": "classifier.comparison",
    "compare": "classifier.comparison",
}


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        from importlib import import_module

        value = getattr(import_module(_LAZY[name]), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module 'classifier' has no attribute {name!r}")
