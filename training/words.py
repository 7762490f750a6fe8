"""What the models know of words before any label: one table, made once from unlabelled news.

For each word of the vocabulary: a vector distilled from a sentence encoder (`training.distil`), its
clusters by the company it keeps (`training.vectors`), and whether it is a proper name, which no model
of tone, frames or hedging may weigh. The table ships with the package (``training/data/words.npz``),
so that training needs neither the news nor the encoder; ``python -m training.words`` makes it anew.
"""

from __future__ import annotations

import argparse
import zipfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from training.records import CorpusError

FILE = Path(__file__).resolve().parent / "data" / "words.npz"
MAX_WORDS = 18_000


@dataclass(frozen=True)
class WordTable:
    """Words and what is known of them.

    Attributes
    ----------
    words : tuple of str
        Normal forms (`classifier.vocabulary.normal`), commonest first.
    vectors : ndarray of int8, shape (len(words) + 1, dimensions)
        In units of ``steps``; row 0 (unknown words) is zero.
    steps : ndarray of float32, shape (dimensions,)
    clusters : ndarray of int16, shape (len(words) + 1, n_granularities)
        0 for unknown words.
    names : ndarray of bool, shape (len(words) + 1,)
        Proper names.
    """

    words: tuple[str, ...]
    vectors: np.ndarray
    steps: np.ndarray
    clusters: np.ndarray
    names: np.ndarray


def quantize(vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Vectors as whole numbers of -127..127 and the step of each dimension."""
    steps = np.maximum(np.abs(vectors).max(axis=0), 1e-9).astype(np.float32) / np.float32(127)
    return np.round(vectors / steps).astype(np.int8), steps


def save(table: WordTable, path: Path = FILE) -> None:
    """Write a table as an .npz file without pickles."""
    with Path(path).open("wb") as file:
        np.savez_compressed(
            file,
            words=np.frombuffer("\n".join(table.words).encode(), dtype=np.uint8),
            vectors=table.vectors,
            steps=table.steps,
            clusters=table.clusters,
            names=table.names,
        )


def load(path: Path = FILE) -> WordTable:
    """Read a table.

    Raises
    ------
    CorpusError
        Where the file is missing or damaged.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            words = tuple(file["words"].tobytes().decode().split("\n"))
            table = WordTable(words, file["vectors"], file["steps"], file["clusters"], file["names"])
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise CorpusError(f"{path} is no word table ({error}); make one with 'python -m training.words'") from None
    if not len(words) + 1 == len(table.vectors) == len(table.clusters) == len(table.names):
        raise CorpusError(f"{path} is damaged: {len(words)} words, {len(table.vectors)} vectors")
    return table


def build(
    texts: Sequence[str],
    labelled: Sequence[str],
    distilled: tuple[Sequence[str], np.ndarray],
    seed: int = 0,
    progress: Callable[[str], Any] = lambda line: None,
) -> WordTable:
    """Make a table.

    Parameters
    ----------
    texts : sequence of str
        Unlabelled news.
    labelled : sequence of str
        Texts of the labelled corpora: their words are wanted most.
    distilled : (vocabulary, vectors)
        As `training.distil.load` gives them.
    """
    from training import distil
    from training.vectors import count_words, word_clusters, word_vectors

    counts, first = count_words(labelled)
    known = Counter(counts.words)
    counts, forms = count_words(texts, counts)
    progress(f"counted {sum(counts.words.values()):,} words")
    scale = max(sum(counts.words.values()) / max(sum(known.values()), 1), 1.0)
    ranked = sorted(
        (w for w, n in counts.words.items() if known[w] >= 3 or n >= 20),
        key=lambda w: (-counts.words[w] - scale * known[w], w),
    )
    words = ranked[:MAX_WORDS]
    company = word_vectors([*forms, *first], words, dimensions=64, seed=seed)
    clusters = word_clusters(company, seed=seed, progress=progress)
    names = counts.proper_names()
    proper = np.array([False, *(w in names for w in words)])
    vectors = distil.select(*distilled, words)
    vectors[proper] = 0.0
    whole, steps = quantize(vectors)
    return WordTable(tuple(words), whole, steps, clusters.astype(np.int16), proper)


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the word table anew: ``python -m training.words --data CORPORA --annotations DIR --vectors FILE``."""
    from training import corpora, distil
    from training.corpora import own
    from training.pipeline import TEACHING
    from training.progress import progress

    parser = argparse.ArgumentParser(prog="python -m training.words", description=main.__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of corpora, with news in it")
    parser.add_argument(
        "--annotations", type=Path, help="folder of the annotated articles; they are left out of the news"
    )
    parser.add_argument("--vectors", type=Path, required=True, help="table that 'python -m training.distil' wrote")
    parser.add_argument("--output", type=Path, default=FILE)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args(arguments)

    try:
        articles = list(own.load().articles)
        if given.annotations is not None:
            articles += corpora.load("annotations", annotations=given.annotations).articles
        annotated = {a.id for a in articles}
        labelled = [f"{a.title}\n{a.text}" for a in articles]
        for name in TEACHING:
            if corpora.find(name, given.data).is_dir():
                corpus = corpora.load(name, given.data)
                labelled += [a.text for a in corpus.articles] + [s.text for s in corpus.sentences]
        news = [f"{a.title}\n{a.text}" for a in corpora.load("news", given.data).articles if a.id not in annotated]
        table = build(news, labelled, distil.load(given.vectors), given.seed, progress)
    except CorpusError as error:
        progress(f"error: {error}")
        return 2
    save(table, given.output)
    progress(f"wrote {len(table.words):,} words to {given.output}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
