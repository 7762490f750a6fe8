"""Where the time of scoring goes, step by step.

Stopwatches are put around the functions of each step; a step's time is its own, without that of steps it calls. A
profiler would charge small Python functions several times what they cost.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any


class Stopwatches:
    """Own time by step, while the functions given to `watch` run."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._running: list[str] = []
        self._since = 0.0
        self._undo: list[tuple[Any, str, Any]] = []

    def watch(self, owner: Any, name: str, step: str) -> None:
        """Count calls of ``owner.name`` as `step`."""
        raw = vars(owner)[name]
        function = raw.__func__ if isinstance(raw, classmethod) else raw
        timed = self._timed(function, step)
        setattr(owner, name, classmethod(timed) if isinstance(raw, classmethod) else timed)
        self._undo.append((owner, name, raw))

    def restore(self) -> None:
        """Put the functions back as they were."""
        for owner, name, raw in reversed(self._undo):
            setattr(owner, name, raw)
        self._undo.clear()

    def _timed(self, function: Callable[..., Any], step: str) -> Callable[..., Any]:
        @wraps(function)
        def timed(*args: Any, **more: Any) -> Any:
            self._switch()
            self._running.append(step)
            try:
                return function(*args, **more)
            finally:
                self._switch()
                self._running.pop()

        return timed

    def _switch(self) -> None:
        now = time.perf_counter()
        if self._running:
            self.seconds[self._running[-1]] += now - self._since
        self._since = now


def profile(predictor: Any, texts: Sequence[str]) -> dict[str, float]:
    """Seconds by step, JSON included, and "other"; they sum to the whole."""
    from classifier import analysis
    from classifier import predictor as scoring
    from classifier.report import ArticleReport

    watches = Stopwatches()
    steps: list[tuple[Any, str, str]] = [
        (scoring, "read", "tokens, sentences, quotation marks"),
        (scoring.Batch, "of", "word types"),
        (analysis, "tag", "tagging"),
        (analysis, "look_again", "second look at hedges"),
        (analysis.SpanSet, "tagged", "linking"),
        (analysis, "link", "linking"),
        (analysis, "_by_sentence", "linking"),
        (analysis, "resolve", "sources"),
        (analysis, "features", "sources"),
        (analysis.SourceTypeModel, "probabilities", "sources"),
        (analysis.TermIndex, "rows", "features of sentences"),
        (analysis, "dense", "features of sentences"),
        (analysis, "with_auxiliary", "features of sentences"),
        (analysis.PhraseModel, "scores", "filters over phrases"),
        (analysis.LinearModels, "scores", "signals"),
        (analysis, "probabilities", "signals"),
        (analysis, "settle", "sentences in context, sift"),
        (scoring, "article_features", "scores of the article"),
        (scoring, "score", "scores of the article"),
        (scoring.Predictor, "_report", "report"),
        (ArticleReport, "to_json", "JSON"),
    ]
    for _ in predictor.score_many(texts):
        pass
    try:
        for step in steps:
            watches.watch(*step)
        began = time.perf_counter()
        for report in predictor.score_many(texts):
            report.to_json()
        whole = time.perf_counter() - began
    finally:
        watches.restore()
    seconds = dict(watches.seconds)
    seconds["other"] = whole - sum(seconds.values())
    return dict(sorted(seconds.items(), key=lambda item: -item[1]))
