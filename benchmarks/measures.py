"""The measurements: each gives plain dicts of figures, ready for JSON."""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from benchmarks.texts import ROOT, articles, words_of

ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
"""So that a core is one core: libraries would take all of them for matrix products."""
LENGTHS = (100, 300, 600, 1200, 3000, 10_000, 30_000, 100_000)


def machine() -> dict[str, Any]:
    """What was measured on, without a name or a path."""
    import numpy

    import classifier

    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    busy = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    return {
        "machine": f"{cores} virtual cores, Python {'.'.join(platform.python_version_tuple()[:2])}",
        "system": platform.system(),
        "numpy": numpy.__version__,
        "accordingto": classifier.__version__,
        "signature": classifier.load().signature,
        "load_at_start": None if busy is None else round(busy, 2),
    }


def cold_start(rounds: int) -> dict[str, Any]:
    """A fresh Python: from the first import to the printed score, and from the start of the process to its end."""
    code = (
        "import time; began = time.perf_counter(); import classifier, sys;"
        "print(classifier.load().score(open(sys.argv[1], encoding='utf-8').read()).sourcing.value, flush=True);"
        "print(time.perf_counter() - began)"
    )
    inside, outside = [], []
    for _ in range(rounds):
        began = time.perf_counter()
        printed = _python(["-c", code, str(ROOT / "examples" / "1-agency.txt")])
        outside.append(time.perf_counter() - began)
        inside.append(float(printed.split()[1]))
    return {
        "import to printed score, s": {
            "median": round(statistics.median(inside), 3),
            "least": round(min(inside), 3),
        },
        "whole process, s": {"median": round(statistics.median(outside), 3), "least": round(min(outside), 3)},
        "rounds": rounds,
    }


def throughput(predictor: Any, lengths: Sequence[int], words: int, rounds: int) -> list[dict[str, Any]]:
    """Text to complete report on one core, by the length of the articles; the best of some rounds."""
    out = []
    for n_words in lengths:
        texts = articles(n_words, max(1, words // n_words))
        seconds = _best(partial(_score_all, predictor, texts), rounds)
        out.append(
            {
                "words": n_words,
                "articles": len(texts),
                "articles_per_second": round(len(texts) / seconds, 2),
                "microseconds_per_word": round(seconds / words_of(texts) * 1e6, 2),
            }
        )
    return out


def peers(predictor: Any, n_articles: int, rounds: int) -> dict[str, Any]:
    """Every program on the same articles of 600 words, in turns; the best of some rounds of each."""
    from benchmarks.peers import PEERS

    texts = articles(600, n_articles)
    programs: dict[str, tuple[Callable[[Sequence[str]], None], list[str]]] = {
        "accordingto, complete report": (partial(_score_all, predictor), texts)
    }
    missing = {}
    for name, (make, share) in PEERS.items():
        try:
            programs[name] = (make(), texts[: max(1, round(share * n_articles))])
        except ImportError as error:
            missing[name] = f"{error.name or error} is not installed"
    best = dict.fromkeys(programs, float("inf"))
    for _ in range(rounds):
        for name, (run, some) in programs.items():
            began = time.perf_counter()
            run(some)
            best[name] = min(best[name], (time.perf_counter() - began) / len(some))
    ours = best["accordingto, complete report"]
    return {
        "articles": n_articles,
        "milliseconds_per_article": {name: round(s * 1000, 3) for name, s in best.items()},
        "articles_per_second": {name: round(1 / s, 1) for name, s in best.items()},
        "accordingto_takes_times_as_long": {name: round(ours / s, 2) for name, s in best.items() if s != ours},
        "missing": missing,
    }


def parts(predictor: Any, n_articles: int, rounds: int) -> dict[str, float]:
    """Parts of the way that have a bound of their own, on one core, in batches; the best of some rounds.

    From text to attributions (tokens, tagging, linking, sources with their types), by article of 600 words; and from
    tokens to the probability of every signal (tagging, features, models), by sentence.
    """
    from classifier import Article, analysis
    from classifier.batch import Batch
    from classifier.document import read
    from classifier.predictor import BATCH, collector_at_rest

    models = predictor.models
    texts = articles(600, n_articles)
    table = models.new_table()
    labels = models.taggers["attribution"].labels

    def batches() -> Iterator[Batch]:
        for i in range(0, len(texts), BATCH):
            yield Batch.of([read(Article(text)) for text in texts[i : i + BATCH]], table)

    def attributions() -> None:
        for batch in batches():
            tags = analysis.tag(batch, models.taggers)
            analysis.attribute(batch, tags.generous, labels, models.linker, models.source_types)

    made = []
    for batch in batches():
        labels_of = analysis.tag(batch, models.taggers).generous
        found = analysis.attribute(batch, labels_of, labels, models.linker, models.source_types)
        made.append((batch, found, found.by_sentence))
    sentences = sum(batch.n_sentences for batch, _, _ in made)

    def signals() -> None:
        for batch, found, whole in made:
            again = replace(batch)  # nothing of it worked out yet
            found.by_sentence = list(whole)  # and nothing dropped
            tags = analysis.tag(again, models.taggers)
            scores = analysis.judge(again, tags, models)[-1]
            analysis.settle(again, tags, found, models.signals, scores, models.sift, models.in_context)

    signals()
    with collector_at_rest():  # as in scoring
        return {
            "text to attributions, articles a second": round(n_articles / _best(attributions, rounds), 1),
            "all signals, ms a sentence": round(_best(signals, rounds) / sentences * 1000, 4),
        }


def steps(predictor: Any, n_articles: int) -> dict[str, float]:
    """Milliseconds an article of 600 words by step."""
    from benchmarks.profile import profile

    texts = articles(600, n_articles)
    return {step: round(s / n_articles * 1000, 3) for step, s in profile(predictor, texts).items()}


def memory(n_articles: int, n_words: int) -> dict[str, Any]:
    """Peak memory, MB, over long streams, as their parts go by."""
    out: dict[str, Any] = {"articles": n_articles, "words": n_words}
    for name, new_words in (("the same 200 again and again", False), ("each with a new name", True)):
        found = _child(f"stream({n_articles}, {n_words}, {new_words})")
        at = found["after"]
        out[name] = {
            "peak_mb_after_loading": found["before"],
            "peak_mb_after": at,
            "growth_from_10_to_100_percent": round(at["100 %"] / at["10 %"] - 1, 4),
            "seconds": found["seconds"],
        }
    return out


def long_articles(lengths: Sequence[int]) -> list[dict[str, Any]]:
    """Memory and time of one article, each in a process of its own."""
    return [_child(f"single({n})") for n in lengths]


def scaling(n_articles: int, rounds: int) -> dict[str, Any]:
    """Two processes against one."""
    return {"articles": n_articles, **_child(f"scaling({n_articles}, 600, {rounds})")}


def _child(call: str) -> Any:
    return json.loads(_python(["-c", f"from benchmarks import children; children.{call}"]))


def _python(arguments: Sequence[str]) -> str:
    # Fewer threads than the machine has, as for the rest; and the package is found from wherever this was started.
    environment = {**os.environ, **ONE_THREAD, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=True, env=environment)
    return done.stdout


def _best(run: Callable[[], None], rounds: int) -> float:
    seconds = []
    for _ in range(rounds):
        began = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - began)
    return min(seconds)


def _score_all(predictor: Any, texts: Sequence[str]) -> None:
    for report in predictor.score_many(texts):
        del report
