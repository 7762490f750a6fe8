"""Many articles at once: in order, once each, within bounded memory, wherever they are scored."""

import gc
import os
import subprocess
import sys
import threading
import time
import warnings
from pathlib import Path

import pytest

import classifier
from classifier.parallel import ordered, workers
from classifier.predictor import worker_predictor
from classifier.report import SCORES

ROOT = Path(classifier.__file__).parents[1]
STORY = "The ferry to Brennick will not sail before May, harbour master Tobias Rehn said. " * 6


def double(x):
    if x == "slow":
        time.sleep(0.3)
        return x
    return 2 * x


def test_without_jobs_or_configuration_it_stays_in_this_process():
    from joblib import parallel_config

    assert workers(None) == workers(1) == 1
    with parallel_config("loky", n_jobs=2):
        assert workers(None) == 2
        assert workers(1) == 1
    with pytest.raises(ValueError, match="n_jobs"):
        ordered(double, [1], n_jobs=0)


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_the_order_is_kept_and_nothing_is_lost(n_jobs):
    items = ["slow", *range(100), "slow", *range(50)]
    assert list(ordered(double, items, n_jobs)) == [double(i) if i != "slow" else i for i in items]
    assert list(ordered(double, [], n_jobs)) == []


def test_the_configured_backend_counts_when_it_is_called():
    from joblib import parallel_config

    with parallel_config("threading", n_jobs=3):
        results = ordered(lambda x: threading.get_ident(), range(30))
    assert threading.get_ident() not in set(results)


def test_the_input_is_read_in_the_caller_s_thread_and_not_far_ahead():
    read, threads = [], set()

    def items():
        for i in range(100_000):
            read.append(i)
            threads.add(threading.get_ident())
            yield i

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        results = ordered(double, items(), 2)
        assert [next(results) for _ in range(3)] == [0, 2, 4]
        # a reader that does not come back leaves the workers idle, not the memory full
        time.sleep(0.5)
        results.close()
    assert len(read) < 20
    assert threads == {threading.get_ident()}


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_an_error_of_the_input_comes_after_what_it_gave_before(n_jobs):
    def items():
        yield from range(20)
        raise OSError("the disk is gone")

    results = ordered(double, items(), n_jobs)
    assert [next(results) for _ in range(20)] == [2 * i for i in range(20)]
    with pytest.raises(OSError, match="disk is gone"):
        next(results)


def same(reports, others):
    """But for the last bits, in which matrix products of other numbers of threads differ."""
    for one, other in zip(reports, others, strict=True):
        assert (one.id, one.warnings, one.sources) == (other.id, other.warnings, other.sources)
        assert [s.attributions for s in one.sentences] == [s.attributions for s in other.sentences]
        for name in SCORES:
            assert getattr(one, name).value == pytest.approx(getattr(other, name).value, abs=1e-3, nan_ok=True)


def test_articles_keep_their_order_and_bad_ones_their_place(predictor):
    articles = [{"id": f"a{i}", "text": STORY} for i in range(40)]
    articles[7] = 7
    articles[21] = {"id": "no text"}
    alone = list(predictor.score_many(articles))
    shared = list(predictor.score_many(iter(articles), n_jobs=2))
    assert [r.id for r in alone] == [
        None if i == 7 else "no text" if i == 21 else a["id"] for i, a in enumerate(articles)
    ]
    same(shared, alone)
    assert alone[7].warnings == ("not scored: an article is a str, an Article or a mapping with 'text', not int",)


def test_what_the_input_gave_before_it_broke_is_scored(predictor):
    def articles():
        for _ in range(20):
            yield STORY
        raise KeyError("next page")

    reports = predictor.score_many(articles())
    assert all(next(reports).sentences for _ in range(20))
    with pytest.raises(KeyError, match="next page"):
        next(reports)


def test_threads_do_not_share_a_predictor(predictor):
    from joblib import parallel_config

    texts = [f"{STORY} Word{i} and word{i + 1} again." for i in range(60)]
    with parallel_config("threading", n_jobs=3):
        shared = predictor.score_many(texts)
    same(shared, predictor.score_many(texts))


def test_a_worker_loads_once_and_refuses_another_artifact(predictor):
    digest = predictor.manifest["digest"]
    assert worker_predictor(None, digest) is worker_predictor(None, digest)
    with pytest.raises(ValueError, match="not the same in this worker"):
        worker_predictor(None, "0" * 64)


def test_long_articles_are_scored_few_at_a_time():
    from classifier.predictor import _chunks

    sizes = [len(chunk) for chunk in _chunks(["x" * 180_000] * 5 + ["x"] * 80)]
    assert sizes == [2, 2, 48, 33]


@pytest.mark.parametrize("on", [True, False])
def test_the_collector_is_left_as_it_was(predictor, on):
    was_on = gc.isenabled()
    (gc.enable if on else gc.disable)()
    try:
        for _ in predictor.score_many(["The mayor said no.", None]):
            assert gc.isenabled() is on
        assert gc.isenabled() is on
    finally:
        (gc.enable if was_on else gc.disable)()


def test_an_artifact_s_arrays_are_mapped_not_copied():
    import numpy as np

    array = classifier.load().models.taggers["attribution"].families
    while array is not None and not isinstance(array, np.memmap):
        array = array.base
    assert isinstance(array, np.memmap)


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="takes SIGKILL")
def test_workers_end_when_their_caller_is_killed():
    code = (
        "from classifier.parallel import ordered; task = '__import__(\\'time\\').sleep(.01) or __import__(\\'os\\').getpid()'\n"
        "for pid in ordered(eval, [task] * 10**6, 2): print(pid, flush=True)"
    )
    pids = set()
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        while len(pids) < 2:
            pids.add(int(process.stdout.readline()))
        process.kill()
        process.stdout.close()
    assert process.pid not in pids
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and any(map(running, pids)):
        time.sleep(0.1)
    assert not any(map(running, pids))


def running(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    try:
        # one that nobody has buried yet has ended, too
        return " Z " not in Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return True
