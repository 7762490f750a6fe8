"""Makes ``artifact-N.zip``, a small artifact of the format N that the program writes: ``python tests/data/make_artifact.py``.

It is trained on a few of the own articles, with a small word table, so that it takes little room; its judgement is poor.
Once a format has been released, its file stays as it is: it stands for the artifacts that users have.
"""

import sys
import tempfile
import zipfile
from dataclasses import replace
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent))

ARTICLES, WORDS, DIMENSIONS = 8, 300, 8


def small_training() -> None:
    """Make `training` learn from few articles and words."""
    from training import pipeline, words
    from training.corpora import own

    corpus, table = own.load(), words.load()
    few = replace(corpus, articles=corpus.articles[:ARTICLES])
    small = words.WordTable(
        table.words[:WORDS],
        table.vectors[: WORDS + 1, :DIMENSIONS],
        table.steps[:DIMENSIONS],
        table.clusters[: WORDS + 1, :1],
        table.names[: WORDS + 1],
    )
    own.load = lambda: few
    words.load = lambda: small
    # the shipped ones are of the whole word table
    pipeline.load_student = pipeline.load_tag_student = lambda *given: None


def main() -> None:
    from classifier.artifact import FORMAT_VERSION
    from training.train import train

    small_training()
    path = HERE / f"artifact-{FORMAT_VERSION}.zip"
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "artifact"
        train(out)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
            for file in sorted(out.iterdir()):
                # a time of its own would make every zip another file
                packed.writestr(zipfile.ZipInfo(file.name), file.read_bytes(), zipfile.ZIP_DEFLATED, 9)
    print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
