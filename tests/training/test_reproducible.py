"""The same data and seed give the same artifact however many processes and threads work, and a stopped training goes on.

Trained on a few of the own articles, in processes of their own: threads and hash seeds are set when Python starts.
"""

import json
import os
import signal
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
CODE = """
import json, sys
from dataclasses import replace
from training.corpora import own
from training.train import train
few = replace(own.load(), articles=own.load().articles[:10])
own.load = lambda: few
out, jobs, cache = sys.argv[1], int(sys.argv[2]), sys.argv[3] or None
result = train(out, jobs=jobs, cache=cache, progress=lambda line: print(line, flush=True))
print(json.dumps({n: f["sha256"] for n, f in result["manifest"]["files"].items()}))
"""
ONE = {"PYTHONHASHSEED": "0", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
TWO = {"PYTHONHASHSEED": "1", "OMP_NUM_THREADS": "2", "OPENBLAS_NUM_THREADS": "2", "MKL_NUM_THREADS": "2"}


def start(out, jobs, environment, cache=""):
    return subprocess.Popen(
        [sys.executable, "-c", CODE, str(out), str(jobs), str(cache)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        stdout=subprocess.PIPE,
        text=True,
    )


def finish(process):
    lines = process.communicate(timeout=1200)[0].splitlines()
    assert process.returncode == 0
    return json.loads(lines[-1]), lines[:-1]


@pytest.fixture(scope="module")
def hashes(tmp_path_factory):
    """Hashes of an artifact's files, made by one process on one thread."""
    return finish(start(tmp_path_factory.mktemp("one") / "artifact", 1, ONE))[0]


@pytest.mark.slow
def test_processes_threads_and_hash_seeds_change_no_byte(hashes, tmp_path):
    other, _ = finish(start(tmp_path / "artifact", 2, TWO))
    assert other == hashes


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL here")
def test_a_killed_training_goes_on_where_it_was(hashes, tmp_path):
    out, cache = tmp_path / "artifact", tmp_path / "fits"
    first = start(out, 1, ONE, cache)
    done = []
    for line in first.stdout:
        if "tagger" in line:
            done.append(line.strip())
        if "hedge tagger, fold 2" in line:
            break
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    first.stdout.close()
    assert not out.exists()
    assert done
    assert all(line.startswith("fitted") for line in done)
    again, lines = finish(start(out, 2, TWO, cache))
    assert again == hashes
    for line in done:
        assert line.replace("fitted", "found") in lines
    assert any(line.startswith("fitted the loaded tagger") for line in lines)


def sum_of(values, calls):
    calls.append(1)
    return values.sum()


def run(fits, values, calls, *more):
    function, arguments, _ = fits.task(fits.key("sum", values, *more), sum_of, values, calls)
    return function(*arguments)


def test_a_fit_is_kept_until_its_data_changes(tmp_path):
    from training.cache import FitCache

    calls = []
    values = np.arange(4.0)
    assert [run(FitCache(tmp_path), values, calls) for _ in range(3)] == [6.0] * 3
    assert len(calls) == 1
    values[0] = 1
    assert run(FitCache(tmp_path), values, calls) == 7.0
    assert len(calls) == 2


def test_a_fit_is_not_taken_from_another_version_of_the_code_or_of_a_library(tmp_path, monkeypatch):
    from training import cache

    calls = []
    values = np.arange(4.0)
    run(cache.FitCache(tmp_path), values, calls)
    monkeypatch.setattr(cache, "code_version", lambda: "another")
    run(cache.FitCache(tmp_path), values, calls)
    assert len(calls) == 2


def test_the_version_covers_code_and_libraries(tmp_path, monkeypatch):
    from training import cache

    before = cache.code_version.__wrapped__()
    assert before == cache.code_version.__wrapped__()
    monkeypatch.setattr(np, "__version__", "9.9")
    assert cache.code_version.__wrapped__() != before
    monkeypatch.undo()
    for package in ("classifier", "training"):
        (tmp_path / package).mkdir()
    (tmp_path / "training" / "fit.py").write_text("a = 1")
    monkeypatch.setattr(cache, "_PACKAGES", tmp_path)
    first = cache.code_version.__wrapped__()
    (tmp_path / "training" / "fit.py").write_text("a = 2")
    assert cache.code_version.__wrapped__() != first


def test_without_a_folder_nothing_is_kept(tmp_path, monkeypatch):
    from training.cache import FitCache

    monkeypatch.chdir(tmp_path)
    calls = []
    fits = FitCache()
    for _ in range(2):
        run(fits, np.arange(3.0), calls)
    assert len(calls) == 2
    assert not fits.holds(fits.key("sum"))
    assert not list(tmp_path.iterdir())


def test_a_damaged_result_is_fitted_anew(tmp_path):
    from training.cache import FitCache

    calls = []
    values = np.arange(4.0)
    run(FitCache(tmp_path), values, calls)
    for file in tmp_path.rglob("output.pkl"):
        file.write_bytes(b"cut off")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # older versions of joblib warn, newer ones log
        assert run(FitCache(tmp_path), values, calls) == 6.0
    assert len(calls) == 2
