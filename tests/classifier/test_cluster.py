"""Tables are scored by partitions, and every block of docs/cluster.md runs."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import classifier
from classifier.cluster import score_dask, score_partition
from classifier.frames import reports_frame

ROOT = Path(classifier.__file__).parents[1]
BLOCKS = re.findall(r"^```python\n(.*?)^```$", (ROOT / "docs" / "cluster.md").read_text(), re.MULTILINE | re.DOTALL)
STORY = "The ferry to Brennick will not sail before May, harbour master Tobias Rehn said. " * 6


@pytest.mark.slow
@pytest.mark.parametrize("number", range(len(BLOCKS)))
def test_the_code_of_the_document_runs(number, tmp_path):
    block = BLOCKS[number]
    if "dask" in block:
        pytest.importorskip("distributed", reason="Dask is not installed: pip install 'accordingto[dask]'")
        pytest.importorskip("dask.dataframe", reason="Dask's DataFrames are not installed")
    if "pyspark" in block:
        pytest.importorskip("pyspark", reason="PySpark is not installed")
        if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
            pytest.skip("Spark takes Java, which is not here")
    # Workers import the script that started them, as they would the user's.
    lines = "".join(f"    {line}\n" if line else "\n" for line in block.splitlines())
    script = tmp_path / "script.py"
    script.write_text(f'if __name__ == "__main__":\n{lines}', encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
    environment["PYSPARK_PYTHON"] = sys.executable
    done = subprocess.run(
        [sys.executable, script], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr


def test_the_document_has_a_block_for_every_kind_of_cluster():
    for word in ("n_jobs=2", 'parallel_config("dask")', "score_dask(", "score_spark(", "score_partition("):
        assert sum(word in block for block in BLOCKS) == 1


def test_a_partition_keeps_its_index_and_its_bad_rows(predictor):
    frame = pd.DataFrame(
        {"url": [1, 2, None], "body": [STORY, None, "Short."], "title": ["Ferry", "B", None]}, index=["x", "y", "z"]
    )
    scores = score_partition(frame, "body", "url", report=True)
    assert scores.index.tolist() == ["x", "y", "z"]
    assert list(scores.columns) == [*reports_frame([]).columns, "report"]
    assert scores["warnings"]["y"].startswith("not scored: an article needs a 'text'")
    assert scores["sourcing"].isna().tolist() == [False, True, True]
    whole = predictor.score({"text": STORY, "title": "Ferry", "id": "1.0"})
    assert scores["sourcing"]["x"] == pytest.approx(whole.sourcing.value, abs=1e-3)
    assert (scores["id"]["x"], scores["title"]["x"]) == ("1.0", "Ferry")
    with pytest.raises(ValueError, match="no column 'text'; there are url, body, title"):
        score_partition(frame)


def test_dask_partitions_without_a_cluster(predictor):
    dd = pytest.importorskip("dask.dataframe", reason="Dask is not installed: pip install 'accordingto[dask]'")
    frame = pd.DataFrame({"text": [STORY] * 5 + [None], "id": list("abcdef")}, index=range(10, 16))
    lazy = score_dask(dd.from_pandas(frame, npartitions=3), report=True)
    got = lazy.compute(scheduler="synchronous")
    assert got.index.tolist() == list(range(10, 16))
    assert got["id"].tolist() == list("abcdef")
    assert list(lazy.columns) == list(got.columns)
    assert got["n_sources"].dtype == lazy.dtypes["n_sources"]


@pytest.mark.slow
def test_score_many_on_dask_gives_what_it_gives_here(predictor):
    distributed = pytest.importorskip("distributed", reason="Dask is not installed: pip install 'accordingto[dask]'")
    from joblib import parallel_config

    articles = [{"id": f"a{i}", "text": STORY} for i in range(100)]
    articles[50] = 50
    here = [(r.id, r.warnings, len(r.sentences)) for r in predictor.score_many(articles)]
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        distributed.Client(cluster) as client,
    ):
        with parallel_config("dask"):
            reports = predictor.score_many(iter(articles))
        there = [(r.id, r.warnings, len(r.sentences)) for r in reports]
        loaded = client.run(lambda: "classifier.predictor" in sys.modules)
    assert there == here
    assert list(loaded.values()) == [True, True]
