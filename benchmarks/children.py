"""What is measured in a process of its own, where nothing else fills memory or is imported already.

Each function prints one JSON object; `benchmarks.measures` calls them.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator


def peak() -> float:
    """The most memory that this process has had so far, MB."""
    try:
        with open("/proc/self/status") as status:
            line = next(line for line in status if line.startswith("VmHWM"))
            return int(line.split()[1]) / 1024
    except (OSError, StopIteration):
        import resource

        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most / (1024 * 1024 if sys.platform == "darwin" else 1024)


def stream(n_articles: int, n_words: int, new_words: bool) -> None:
    """Peak memory while articles pass through, the same ones again and again, or each with a word of its own."""
    import classifier
    from benchmarks.texts import articles

    some = articles(n_words, 200)

    def endless() -> Iterator[str]:
        for i in range(n_articles):
            yield some[i % len(some)] + (f" Mr Name{i} agreed." if new_words else "")

    predictor = classifier.load()
    before = peak()
    marks = {max(1, n_articles * share // 100): share for share in (5, 10, 25, 50, 75, 100)}
    at: dict[str, float] = {}
    began = time.perf_counter()
    for number, report in enumerate(predictor.score_many(endless()), 1):
        del report
        if number in marks:
            at[f"{marks[number]} %"] = round(peak(), 1)
    seconds = time.perf_counter() - began
    print(json.dumps({"before": round(before, 1), "after": at, "seconds": round(seconds, 1)}))


def single(n_words: int) -> None:
    """Peak memory and time of one article."""
    import classifier
    from benchmarks.texts import articles

    (text,) = articles(n_words, 1)
    predictor = classifier.load()
    predictor.score(articles(300, 1)[0])
    before = peak()
    began = time.perf_counter()
    report = predictor.score(text)
    seconds = time.perf_counter() - began
    print(
        json.dumps(
            {
                "words": len(text.split()),
                "sentences": len(report.sentences),
                "seconds": round(seconds, 3),
                "peak_mb": round(peak(), 1),
                "kb_per_word": round((peak() - before) * 1024 / n_words, 2),
            }
        )
    )


def scaling(n_articles: int, n_words: int, rounds: int) -> None:
    """Articles a second with one process and with two, taken in turns; the best of each."""
    import classifier
    from benchmarks.texts import articles

    some = articles(n_words, min(n_articles, 200))
    many = [some[i % len(some)] for i in range(n_articles)]
    predictor = classifier.load()
    best = {1: 0.0, 2: 0.0}
    for _ in predictor.score_many(some[:64], n_jobs=2):
        pass  # starts the workers, which stay
    for _ in range(rounds):
        for jobs in best:
            began = time.perf_counter()
            for report in predictor.score_many(many, n_jobs=jobs):
                del report
            best[jobs] = max(best[jobs], n_articles / (time.perf_counter() - began))
    print(
        json.dumps(
            {
                "one process": round(best[1], 1),
                "two processes": round(best[2], 1),
                "times": round(best[2] / best[1], 2),
            }
        )
    )
