"""The steps of learning, shared by `training.train` and `training.evaluate`.

`prepare` builds the vocabulary on the word table and reads every text. `cross_fit` then learns
everything in folds by outlet, so that each sentence and article is judged by models that have not seen
its outlet: these judgements choose the thresholds, teach the article scores and are the figures that
`accordingto evaluate` reports.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp
from joblib import Parallel
from sklearn.model_selection import GroupKFold

from classifier import in_context
from classifier import lines as in_lines
from classifier.analysis import Analysis, Attributions, attribute, tag, with_auxiliary
from classifier.batch import Batch
from classifier.features import Rows, Tags, TermIndex, dense, in_story
from classifier.phrases import PhraseModel
from classifier.second_look import look_again
from classifier.sift import keep, parts_with_content
from classifier.signals import AUXILIARY, LinearModels, probabilities
from classifier.source_types import SourceTypeModel
from classifier.tagger import Tagger
from classifier.vocabulary import FAMILIES, TypeTable, families, names_by_vectors
from training import corpora, words
from training.attribution import (
    POLNEAR,
    best_cut,
    fit_linker,
    fit_sift,
    fit_source_types,
    fit_tagger,
    sift_data,
    type_examples,
)
from training.cache import FitCache
from training.corpora import own, readings
from training.in_context import LEAST, fit_in_context
from training.linear import fit_logistic
from training.records import ArticleRecord, Corpus, CorpusError, SentenceRecord
from training.second_look import fit_second_look
from training.sentences import (
    AUXILIARY_GROUPS,
    MAIN_GROUPS,
    by_output,
    calibrate,
    fit_calibration,
    fit_signals,
    fit_terms,
    gold,
    guide,
    sparse,
)
from training.spans import ATTRIBUTION_LABELS, attribution_labels, bounded_alike, cue_labels
from training.student import Student
from training.student import load as load_student
from training.tag_student import POLNEAR_TAGS, TagStudent
from training.tag_student import load as load_tag_student
from training.texts import Labelled, label_articles, label_sentences, without_texts
from training.tones import with_tones
from training.words import WordTable

Progress = Callable[[str], Any]
# corpora of whole articles labelled by the codebook; labels of users come last: with none, everything is numbered as it was
ARTICLES = ("annotations", "own", "readings", "labels")
LINES_PENALTY = 0.004  # of each line's share in the fit of `classifier.lines`, chosen on folds
READINGS_TAGGED = 800  # about as many articles as PolNeAR has, see docs/experiments.md
# labelled corpora that teach the shipped artifact beside the annotations and the own articles
TEACHING = tuple(
    n for n, c in corpora.CORPORA.items() if c.teaches and c.commercial and n not in ("annotations", "news")
)


def load_corpora(data: Path | None, annotations: Path | None, progress: Progress) -> dict[str, Corpus]:
    """The own articles and whatever else is given.

    Raises
    ------
    CorpusError
        Where a folder is given and holds none of the corpora, or a corpus is damaged.
    """
    found = {"own": own.load()}
    if annotations is None and data is not None and corpora.find("annotations", data).is_dir():
        annotations = corpora.find("annotations", data)
    if annotations is not None:
        found["annotations"] = corpora.load("annotations", annotations=annotations)
    if data is not None:
        there = [n for n in corpora.names() if n != "annotations" and corpora.find(n, data).is_dir()]
        if not there:
            raise CorpusError(
                f"{data} holds none of the corpora ({', '.join(corpora.names())}): see 'accordingto fetch --list'"
            )
        for name in there:
            found[name] = corpora.load(name, data)
    if "news" in found:
        annotated = {a.id for a in found["annotations"].articles} if "annotations" in found else set()
        read = readings.load((a for a in found["news"].articles if a.id not in annotated), progress=progress)
        if read.articles:
            found["readings"] = read
    for name, corpus in found.items():
        progress(f"read {name}: {len(corpus.articles)} articles, {len(corpus.all_sentences())} labelled sentences")
    return found


def public_sentences(found: Mapping[str, Corpus]) -> list[SentenceRecord]:
    """The labelled sentences of the public corpora that teach sentence by sentence."""
    return [
        s
        for name in TEACHING
        if name != "polnear" and name in found
        for s in found[name].all_sentences()
        if s.text.strip()
    ]


@dataclass
class Prepared:
    """Corpora as arrays, before anything is fitted."""

    corpora: dict[str, Corpus]
    table: TypeTable
    words: WordTable
    terms: TermIndex
    articles: Labelled  # annotated, own and read articles, labels of users
    alone: Labelled  # half of their sentences again, each as a text of its own (not of the many readings, for time)
    alone_article: np.ndarray  # document index in `articles` by document of `alone`
    polnear: Labelled | None
    lone: Labelled | None  # sentences of the public corpora
    seed: int
    fits: FitCache = field(default_factory=FitCache)
    student: Student | None = None  # what a fine-tuned encoder taught, see `training.student`
    tag_student: TagStudent | None = None  # and of attributions, see `training.tag_student`
    polnear_student: TagStudent | None = None  # of those that PolNeAR would mark

    def phrases(self, teacher: int | None) -> PhraseModel:
        """The filters that learned from one teacher, or from the mean of all for None; without outputs where none did."""
        if self.student is None:
            return PhraseModel.none(self.words.vectors.shape[1])
        return self.student.model(teacher)

    def said(self, labelled: Labelled, groups: Sequence[str]) -> np.ndarray:
        """Log-odds of sentences by filters whose teacher has not seen the outlet of their document.

        Parameters
        ----------
        labelled : Labelled
        groups : sequence of str
            Of each document, as `training.texts.Labelled.groups` has them.

        Returns
        -------
        ndarray of float32, shape (n_sentences, n_outputs)
        """
        unseen = self.student.unseen if self.student else {}
        teacher = np.array([unseen.get(g, -1) for g in groups], dtype=int)[labelled.document_of]
        out = np.zeros((len(teacher), len(self.phrases(None).outputs)), dtype=np.float32)
        for k in np.unique(teacher).tolist():
            model = self.phrases(None if k < 0 else k)
            out[teacher == k] = model.scores(labelled.batch, self.words.vectors, self.words.steps)[teacher == k]
        return out


def prepare(
    found: dict[str, Corpus],
    seed: int,
    progress: Progress,
    fits: FitCache | None = None,
    with_tag_student: bool = True,
) -> Prepared:
    """Build the vocabulary and the batches; fits go through the cache where one is given.

    What `training.tag_teacher` taught is left out where asked for: when it is to be taught anew.
    """
    records = [a for name in ARTICLES if name in found for a in found[name].articles]
    polnear = list(found["polnear"].articles) if "polnear" in found else []
    lone_records = public_sentences(found)
    known = words.load()
    student = load_student(known.words)
    tag_student = load_tag_student(known.words) if with_tag_student else None
    polnear_student = load_tag_student(known.words, POLNEAR_TAGS) if with_tag_student and polnear else None
    texts = [*(f"{r.title}\n{r.text}" for r in (*records, *polnear)), *(r.text for r in lone_records)]
    vocabulary = vocabularies(texts, known, tag_student.vocabularies if tag_student else {})
    table = TypeTable(vocabulary, known.clusters.astype(np.int32), limit=10**9, names=names_by_vectors(known.vectors))
    articles = label_articles(records, table)
    rng = np.random.default_rng(seed)
    alone_records, alone_article = [], []
    document_of = articles.document_of
    for s, record in enumerate(articles.records):
        if record is not None and record.corpus != "readings" and rng.random() < 0.5:
            alone_records.append(record)
            alone_article.append(int(document_of[s]))
    lone = label_sentences(lone_records, table) if lone_records else None
    if student is not None:
        student = with_tones(
            student.placing(
                [
                    g
                    for g, r in zip(articles.groups, articles.articles, strict=True)
                    if r is not None and r.corpus != "labels"
                ]
            ),
            articles,
            known,
        )
    prepared = Prepared(
        corpora=found,
        table=table,
        words=known,
        terms=student.terms if student else fit_terms([articles.batch, *([lone.batch] if lone else [])], known.names),
        articles=articles,
        alone=label_sentences(alone_records, table),
        alone_article=np.array(alone_article),
        polnear=label_articles(polnear, table) if polnear else None,
        lone=lone,
        seed=seed,
        fits=fits or FitCache(),
        student=student,
        tag_student=tag_student,
        polnear_student=polnear_student,
    )
    progress(f"{len(prepared.terms.words):,} words and {len(prepared.terms.pairs):,} word pairs as terms")
    return prepared


def vocabularies(
    texts: Sequence[str], known: WordTable, more: Mapping[str, Sequence[str]], least: int = 5
) -> dict[str, Sequence[str]]:
    """For each family of a `TypeTable`: the known words, and what stands often enough in texts or is in `more`."""
    from classifier.tokens import tokenize

    counts: list[Counter[str]] = [Counter() for _ in FAMILIES]
    types: Counter[str] = Counter()
    for text in texts:
        types.update(tokenize(text)[0])
    for word, n in types.items():
        for k, value in enumerate(families(word)):
            if value:
                counts[k][value] += n
    found: dict[str, Sequence[str]] = {
        f: tuple(sorted({v for v, n in counts[k].items() if n >= least} | set(more.get(f, ()))))
        for k, f in enumerate(FAMILIES)
    }
    return found | {"word": known.words}


@dataclass
class TaggingData:
    """Documents and token labels that teach the taggers."""

    batch: Batch
    labels: dict[str, np.ndarray]  # by tagger, -1 where not learned from
    records: list[ArticleRecord | None]
    groups: list[str]  # of the first documents, which are those of Prepared.articles
    student: TagStudent | None = None
    polnear_student: TagStudent | None = None

    def start(self, name: str, left_out: set[int]) -> Tagger | None:
        """A tagger taught by encoders that have not seen these documents' outlets; None where each has seen one."""
        student, name = (self.polnear_student, "attribution") if name == POLNEAR else (self.student, name)
        if student is None:
            return None
        groups = [self.groups[d] for d in left_out if d < len(self.groups)]
        return student.start(name, student.unseen(groups), self.batch.table)


def tagging_data(prepared: Prepared, readings: int | None = None) -> TaggingData:
    """Articles and PolNeAR as one batch with token labels.

    The tagger of attributions learns from the articles labelled by the codebook, from PolNeAR where there are but the
    own ones; that of PolNeAR's definitions (`training.attribution.POLNEAR`) from PolNeAR and some of the others.

    Parameters
    ----------
    prepared : Prepared
    readings : int, optional
        The number of articles read that have labels, for a teacher who is told who marked them and learns from PolNeAR, too.
    """
    records = [bounded_alike(r) for r in prepared.articles.articles if r is not None]
    documents = list(prepared.articles.batch.documents)
    labels: dict[str, list[np.ndarray]] = {"attribution": [], "hedge": [], "loaded": []}
    for document, record in zip(documents, records, strict=True):
        nothing = np.full(len(document.words), -1)
        labels["attribution"].append(attribution_labels(document, record) if record.attributions else nothing)
        for kind in ("hedge", "loaded"):
            # a sentence without the kind's key in its cues was not marked for them, and says nothing of its words
            marked = all(kind in s.cues or s.labels.get("boilerplate") for s in record.sentences)
            labels[kind].append(cue_labels(document, record, kind) if record.sentences and marked else nothing)
    everything: list[ArticleRecord | None] = list(records)
    if prepared.polnear is not None:
        for document, article in zip(prepared.polnear.batch.documents, prepared.polnear.articles, strict=True):
            assert article is not None
            documents.append(document)
            everything.append(article)
            labels["attribution"].append(attribution_labels(document, article))
            for kind in ("hedge", "loaded"):
                labels[kind].append(np.full(len(document.words), -1))
    batch = Batch.of(documents, prepared.table)
    together = {k: np.concatenate(v) for k, v in labels.items()}
    corpus_of = np.array([r.corpus if r is not None else "" for r in everything])
    mine = corpus_of == "readings"
    of = batch.document_of_sentence[batch.sentence_of]
    if readings is not None:
        for y in together.values():
            y[(mine & (np.cumsum(mine) > readings))[of]] = -1
    else:
        together[POLNEAR] = together["attribution"].copy()
        _spare(together[POLNEAR], batch, mine)
        if np.isin(corpus_of, ("annotations", "readings")).any():
            together["attribution"][(corpus_of == "polnear")[of]] = -1
    return TaggingData(
        batch, together, everything, prepared.articles.groups, prepared.tag_student, prepared.polnear_student
    )


def _spare(y: np.ndarray, batch: Batch, mine: np.ndarray) -> None:
    """Leave out what would teach the tagger of PolNeAR's attributions to find few of them.

    Those who read news for the project mark fewer attributions than PolNeAR's annotators. Of their articles some
    (`READINGS_TAGGED`) teach it, and of these the paragraphs in which they marked one.
    """
    taught = mine & (np.cumsum(mine) <= READINGS_TAGGED)
    of = batch.document_of_sentence[batch.sentence_of]
    y[(mine & ~taught)[of]] = -1
    for first, last in zip(batch.chain_bounds[:-1].tolist(), batch.chain_bounds[1:].tolist(), strict=True):
        if last > first and taught[of[first]] and not y[first:last].any():
            y[first:last] = -1


def labels_without(data: TaggingData, name: str, left_out: set[int]) -> np.ndarray:
    """Token labels for a tagger, -1 within documents that are left out."""
    y = data.labels[name].copy()
    for d in left_out:
        y[data.batch.document_bounds[d] : data.batch.document_bounds[d + 1]] = -1
    return y


def fit_taggers(
    data: TaggingData,
    folds: Sequence[set[int]],
    seed: int,
    jobs: int,
    progress: Progress,
    fits: FitCache | None = None,
    names: Sequence[str] = ("attribution", "hedge", "loaded"),
) -> list[dict[str, Tagger]]:
    """For each set of left-out documents, the taggers of these names fitted on the others."""
    fits = fits or FitCache()
    tasks = [(name, f) for name in names for f in range(len(folds))]
    fitted: list[dict[str, Tagger]] = [{} for _ in folds]
    batch = without_texts(data.batch)
    table, n = batch.table, len(batch.table)
    types = (list(table.ids_of), table.sizes, table.codes[:n], table.flags[:n], table.coarse[:n])
    bounds = (batch.sentence_bounds, batch.chain_bounds, batch.document_bounds)
    key = fits.key(types, batch.types, batch.inside, bounds, batch.boundary, seed)
    kept: list[bool] = []

    def calls() -> Iterator[Any]:
        for name, f in tasks:
            y = labels_without(data, name, folds[f])
            start = data.start(name, folds[f])
            own_key = fits.key(key, name, y, start and (*vars(start).values(),))
            kept.append(fits.holds(own_key))
            yield fits.task(own_key, fit_tagger, name, batch, y, seed, start)

    for number, tagger in enumerate(Parallel(n_jobs=jobs, return_as="generator")(calls())):
        name, f = tasks[number]
        fitted[f][name] = tagger
        progress(f"{'found' if kept[number] else 'fitted'} the {name} tagger, fold {f + 1} of {len(folds)}")
    return fitted


def tags_by_fold(batch: Batch, fold_of: np.ndarray, taggers: Sequence[dict[str, Tagger]]) -> Tags:
    """Tags of each document by the taggers of its fold."""
    n = batch.n_tokens
    parts: dict[str, np.ndarray] = {}
    for f, trained in enumerate(taggers):
        chosen = np.flatnonzero(fold_of == f)
        for start in range(0, len(chosen), 64):
            which = chosen[start : start + 64]
            sub = Batch.of([batch.documents[d] for d in which], batch.table)
            tokens = np.concatenate([np.arange(batch.document_bounds[d], batch.document_bounds[d + 1]) for d in which])
            values = vars(tag(sub, trained, best=True))
            for key, value in values.items():
                if key not in parts:
                    parts[key] = np.zeros((n, *value.shape[1:]), dtype=value.dtype)
                parts[key][tokens] = value
    return Tags(**parts)


@dataclass
class Crossfit:
    """Everything judged out of fold.

    ``analysis`` covers `Prepared.articles`; ``fold_of`` gives the fold of each document.
    """

    fold_of: np.ndarray
    tagging: TaggingData
    taggers: list[dict[str, Tagger]]
    linker: dict[str, np.ndarray]
    analysis: Analysis
    type_rows: list[list[str]]
    type_labels: list[str]
    type_sentences: list[int]
    sift: np.ndarray
    lines: np.ndarray
    in_context: np.ndarray
    second_look: np.ndarray | None
    auxiliary: LinearModels
    blocks: dict[str, tuple[Rows, np.ndarray]]  # features of articles (all lines; story alone), alone, lone
    names: list[str]
    calibration: dict[str, tuple[float, float]]  # slope and shift of the log-odds by group
    labels: dict[str, np.ndarray]  # class numbers by group, -1: chooses no threshold
    drift: np.ndarray  # sentences that choose none (`training.texts.Labelled.drifting`)


def folds_by_outlet(groups: Sequence[str], n_folds: int) -> np.ndarray:
    """Fold of each document; no outlet stands in two folds."""
    fold = np.zeros(len(groups), dtype=int)
    n_folds = min(n_folds, len(set(groups)))
    if n_folds > 1:
        for f, (_, test) in enumerate(GroupKFold(n_folds).split(np.zeros(len(groups)), groups=np.array(groups))):
            fold[test] = f
    return fold


def folds_of(articles: Labelled, n_folds: int, known: Mapping[str, int] | None = None) -> np.ndarray:
    """Fold of each document: by outlet, and of users' labels by their own groups, so that these spread over all folds.

    An outlet in `known` is in the fold that stands there, if there are as many folds: what was learned without the
    outlets of a fold can then be asked about it.
    """
    known = known or {}
    if len(set(known.values())) != n_folds:
        known = {}
    theirs = np.array([r is not None and r.corpus == "labels" for r in articles.articles], dtype=bool)
    fold = np.array([-1 if mine else known.get(g, -1) for g, mine in zip(articles.groups, theirs, strict=True)])
    for part in (np.flatnonzero(~theirs & (fold < 0)), np.flatnonzero(theirs)):
        if len(part):
            fold[part] = folds_by_outlet([articles.groups[d] for d in part], n_folds)
    return np.unique(fold, return_inverse=True)[1]


def cross_fit(prepared: Prepared, n_folds: int, jobs: int, progress: Progress, hold_out_dev: bool = False) -> Crossfit:
    """Fit in folds by outlet.

    Parameters
    ----------
    hold_out_dev : bool
        Leave PolNeAR's development part out of every fit, so that it can be measured on.
    """
    data = tagging_data(prepared)
    articles = prepared.articles
    fold_of = folds_of(articles, n_folds, prepared.tag_student.folds if prepared.tag_student else None)
    n_folds = int(fold_of.max()) + 1
    dev = {d for d, r in enumerate(data.records) if r is not None and r.split == "dev"} if hold_out_dev else set()
    left_out = [set(np.flatnonzero(fold_of == f).tolist()) | dev for f in range(n_folds)]
    taggers = fit_taggers(data, left_out, prepared.seed, jobs, progress, prepared.fits)
    y = data.labels["attribution"].copy()
    for d in dev:
        y[data.batch.document_bounds[d] : data.batch.document_bounds[d + 1]] = -1
    linker = fit_linker(data.batch, y, [r if d not in dev else None for d, r in enumerate(data.records)])

    tags = tags_by_fold(articles.batch, fold_of, taggers)
    tags, second_look = _look_again(articles, tags, data.labels["hedge"], fold_of, taggers)
    attributions = attribute(articles.batch, tags.generous, ATTRIBUTION_LABELS, linker, None)
    rows, types, sentences = type_examples(attributions, articles.records)
    fold_of_sentence = fold_of[articles.document_of]
    attributions.types = _types_by_fold(attributions, rows, types, fold_of_sentence[sentences], fold_of, n_folds)

    alone_tags = tags_by_fold(prepared.alone.batch, fold_of[prepared.alone_article], taggers)
    blocks: dict[str, tuple[Rows, np.ndarray]] = {}
    names: list[str] = []
    pieces: list[tuple[str, Labelled, Tags, Sequence[str]]] = [
        ("articles", articles, tags, articles.groups),
        ("alone", prepared.alone, alone_tags, [articles.groups[d] for d in prepared.alone_article.tolist()]),
    ]
    if prepared.lone is not None:
        n = len(prepared.lone.batch.documents)
        lone_tags = tags_by_fold(prepared.lone.batch, np.zeros(n, dtype=int), taggers[:1])
        pieces.append(("lone", prepared.lone, lone_tags, prepared.lone.groups))
    for key, labelled, its_tags, groups in pieces:
        values, names = dense(labelled.batch, its_tags, prepared.words.vectors, prepared.words.steps)
        values = np.concatenate([values, prepared.said(labelled, groups)], axis=1)
        names = [*names, *prepared.phrases(None).names]
        blocks[key] = (prepared.terms.rows(labelled.batch), values)
    auxiliary = fit_auxiliary(prepared, blocks, names, jobs, progress)
    with_names = names
    for key in ("articles", "alone"):
        values, with_names = with_auxiliary(blocks[key][0], blocks[key][1], names, auxiliary)
        blocks[key] = (blocks[key][0], values)
    labels = main_labels(prepared)
    drift = articles.drifting[articles.document_of]
    judged_by = {g: np.where(drift, -1, v[: len(drift)]) for g, v in labels.items()}  # what chooses thresholds
    odds = np.zeros(articles.batch.n_sentences, dtype=np.float32)
    for f in range(n_folds):
        first = fit_boilerplate(prepared, blocks, with_names, labels, fold_of, f if n_folds > 1 else -1, jobs)
        here = np.flatnonzero(fold_of_sentence == f)
        odds[here] = guide(first, with_names).scores(*blocks["articles"])[here, 0]
    scale = fit_calibration(odds[:, None], ("boilerplate",), judged_by)["boilerplate"]
    odds = scale[0] * odds + scale[1]
    repeated = blocks["articles"][1][:, with_names.index("repeated line")]
    odds, lines = _in_lines(articles, odds, repeated, labels["boilerplate"], fold_of_sentence, n_folds)
    blocks["story"] = (blocks["articles"][0], in_story(articles.batch, blocks["articles"][1], with_names, odds < 0))
    scores = np.zeros((articles.batch.n_sentences, sum(len(m) for m in MAIN_GROUPS.values())), dtype=np.float32)
    models = None
    for f in range(n_folds):
        models = fit_gold(prepared, blocks, with_names, labels, fold_of, f if n_folds > 1 else -1, jobs)
        here = np.flatnonzero(fold_of_sentence == f)
        scores[here] = guide(models, with_names).scores(*blocks["story"])[here]
        progress(f"fitted the sentence signals, fold {f + 1} of {n_folds}")
    assert models is not None
    calibration = {**fit_calibration(scores, models.outputs, judged_by), "boilerplate": scale}
    slopes, shifts = by_output(calibration, models.outputs)
    scores = scores * slopes + shifts
    scores[:, models.outputs.index("boilerplate")] = odds
    judged = probabilities(models, scores)
    sure, sift = _sift(articles, tags, attributions, judged, fold_of, n_folds)
    columns = [models.outputs.index(o) for o in in_context.OUTPUTS]
    own = scores[:, columns]
    around = in_context.features(articles.batch, own, judged, attributions, sure)
    scores[:, columns], context = _in_context(articles, own, judged, around, labels, fold_of_sentence, n_folds)
    judged = probabilities(models, scores)
    keep(attributions, judged, sure > 0.0)
    progress("fitted the sentences in context")
    analysis = Analysis(
        articles.batch,
        tags,
        attributions,
        blocks["articles"][0],
        blocks["story"][1],
        blocks["articles"][1],
        with_names,
        scores,
        judged,
        own,
        around,
    )
    return Crossfit(
        fold_of,
        data, taggers, linker, analysis, rows, types, sentences, sift, lines, context, second_look, auxiliary, blocks,
        with_names, calibration, judged_by, drift,
    )  # fmt: skip


def _out_of_fold(
    values: np.ndarray,
    folds: np.ndarray,
    n_folds: int,
    fit: Callable[[np.ndarray], Any],
    judge: Callable[[Any], np.ndarray],
) -> tuple[np.ndarray, list[Any], Any]:
    """What small models say, each fold's by a model of the others.

    Parameters
    ----------
    values : ndarray, shape (n, ...)
        What is judged again.
    folds : ndarray of int, shape (n,)
    fit : callable
        From a mask of those that teach to weights.
    judge : callable
        From weights to new values of all.

    Returns
    -------
    values, weights by fold, weights by all
    """
    whole = fit(np.ones(len(values), dtype=bool))
    out, by_fold = values.copy(), []
    for f in range(n_folds):
        here = folds == f
        by_fold.append(fit(~here) if n_folds > 1 else whole)
        out[here] = judge(by_fold[f])[here]
    return out, by_fold, whole


def _look_again(
    articles: Labelled, tags: Tags, labels: np.ndarray, fold_of: np.ndarray, taggers: Sequence[dict[str, Tagger]]
) -> tuple[Tags, np.ndarray | None]:
    """Give each fold's tagger of hedges the weights of a second look by the labels of the others.

    Returns
    -------
    tags : Tags
        With what these say of hedges.
    weights : ndarray or None
        Of a second look by all labels.
    """
    batch = articles.batch
    document = articles.document_of[batch.sentence_of]
    y, drift = labels[: batch.n_tokens], articles.drifting[document]
    first, content = tags.hedge_probability, tags.probabilities[:, 5:].sum(axis=1)

    def fit(use: np.ndarray) -> np.ndarray | None:
        return fit_second_look(batch, first, content, np.where(use, y, -1), drift)

    def judge(weights: np.ndarray | None) -> np.ndarray:
        return first if weights is None else look_again(batch, first, content, weights)

    hedge, by_fold, whole = _out_of_fold(first, fold_of[document], len(taggers), fit, judge)
    for mine, weights in zip(taggers, by_fold, strict=True):
        mine["hedge"].second_look = weights
    return replace(tags, hedge_probability=hedge), whole


def _in_lines(
    articles: Labelled,
    odds: np.ndarray,
    repeated: np.ndarray,
    labels: np.ndarray,
    fold_of_sentence: np.ndarray,
    n_folds: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Log-odds of boilerplate in context, each fold's by the labels of the others, and the weights by all."""
    X = in_lines.with_products(in_lines.features(articles.batch, odds, repeated))
    y = labels[: len(odds)]
    drift = articles.drifting[articles.document_of]

    def fit(use: np.ndarray) -> np.ndarray:
        ok = use & (y >= 0)
        weights = fit_logistic(
            X[ok], y[ok], drift[ok], C=1 / (LINES_PENALTY * max(int(ok.sum()), LEAST)), tolerance=1e-3
        )
        return in_lines.alone() if weights is None else weights

    def judge(weights: np.ndarray) -> np.ndarray:
        return in_lines.in_place(articles.batch, odds, repeated, weights)

    out, _, whole = _out_of_fold(odds, fold_of_sentence, n_folds, fit, judge)
    return out, whole


def _sift(
    articles: Labelled,
    tags: Tags,
    attributions: Attributions,
    judged: Mapping[str, np.ndarray],
    fold_of: np.ndarray,
    n_folds: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Log-odds that attributions are ones, each fold's by a model of the others, kept from 0 on; and the weights by all."""
    found = sift_data(articles.batch, tags, attributions, judged, articles.articles)
    by_fold = [fit_sift(found, (fold_of != f) | (n_folds == 1), articles.drifting) for f in range(n_folds)]
    weights = np.stack(by_fold)[fold_of[found.document]]
    odds = (found.X * weights[:, :-1]).sum(axis=1) + weights[:, -1]
    where = np.array([s for s, _ in parts_with_content(attributions)], dtype=int)
    story = np.where(judged["boilerplate"][where] < 0.5, odds, -np.inf)  # nothing is kept in the rest
    cut = best_cut(found, story, ~articles.drifting)
    whole = fit_sift(found, np.ones(len(fold_of), dtype=bool), articles.drifting)
    whole[-1] -= cut
    return odds - cut, whole


def _in_context(
    articles: Labelled,
    scores: np.ndarray,
    judged: Mapping[str, np.ndarray],
    around: np.ndarray,
    labels: Mapping[str, np.ndarray],
    fold_of_sentence: np.ndarray,
    n_folds: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Scores of sentences in context, each fold's by the labels of the others, and the weights by all."""
    batch, drift = articles.batch, articles.drifting[articles.document_of]
    use = in_context.judged(batch, judged)

    def fit(mask: np.ndarray) -> np.ndarray:
        return fit_in_context(around, labels, use & mask, drift)

    def judge(weights: np.ndarray) -> np.ndarray:
        return in_context.scores(batch, scores, judged, around, weights)

    out, _, whole = _out_of_fold(scores, fold_of_sentence, n_folds, fit, judge)
    return out, whole


def _types_by_fold(
    attributions: Attributions,
    rows: list[list[str]],
    types: list[str],
    folds: np.ndarray,
    fold_of: np.ndarray,
    n_folds: int,
) -> np.ndarray:
    p = np.zeros_like(attributions.types)
    documents = np.array([r.document for r in attributions.resolved], dtype=int)
    for f in range(n_folds):
        chosen = [i for i in range(len(rows)) if folds[i] != f or n_folds == 1]
        if len({types[i] for i in chosen}) < 2:
            continue
        model = fit_source_types([rows[i] for i in chosen], [types[i] for i in chosen])
        here = np.flatnonzero(fold_of[documents] == f) if len(documents) else documents
        if len(here):
            p[here] = model.probabilities([attributions.rows[i] for i in here])
    return p


def fit_auxiliary(
    prepared: Prepared, blocks: dict[str, tuple[Rows, np.ndarray]], names: list[str], jobs: int, progress: Progress
) -> LinearModels:
    """Models of the public corpora's labels; empty where there are none of these corpora."""
    n_terms = len(prepared.terms)
    if "lone" not in blocks or prepared.lone is None:
        n_dense = blocks["articles"][1].shape[1]
        return LinearModels((), np.zeros((n_terms, 0)), np.zeros((n_dense, 0)), np.zeros(0))
    labels = {g: gold(prepared.lone.records, g) for g in AUXILIARY}
    groups = {g: AUXILIARY_GROUPS[g] for g in AUXILIARY if len(np.unique(labels[g][labels[g] >= 0])) > 1}
    rows, values = blocks["lone"]
    n = len(values)
    X = sparse(rows, n_terms)
    models = fit_signals(groups, X, values, names, labels, np.ones(n, bool), np.ones(n), jobs, fits=prepared.fits)
    progress(f"fitted the models of the public corpora: {', '.join(groups)}")
    return models


def main_labels(prepared: Prepared) -> dict[str, np.ndarray]:
    """Class numbers by group for `fit_main`: of the articles' sentences, then of those that stand alone."""
    return {
        g: np.concatenate([gold(prepared.articles.records, g), gold(prepared.alone.records, g)]) for g in MAIN_GROUPS
    }


def fit_main(
    prepared: Prepared,
    blocks: dict[str, tuple[Rows, np.ndarray]],
    names: list[str],
    labels: dict[str, np.ndarray],
    fold_of: np.ndarray,
    fold: int,
    jobs: int,
    calibration: Mapping[str, tuple[float, float]],
) -> LinearModels:
    """The sentence signals: fitted on the labels outside a fold (-1: all), guided by the student, calibrated."""
    models = fit_gold(prepared, blocks, names, labels, fold_of, fold, jobs)
    return calibrate(guide(models, names), calibration)


def fit_gold(
    prepared: Prepared,
    blocks: dict[str, tuple[Rows, np.ndarray]],
    names: list[str],
    labels: dict[str, np.ndarray],
    fold_of: np.ndarray,
    fold: int,
    jobs: int,
) -> LinearModels:
    """The sentence signals, fitted on the articles (whole and their sentences alone) outside a fold (-1: all).

    Boilerplate is told from all lines, everything else within the story (`classifier.features.in_story`).
    """
    first = fit_boilerplate(prepared, blocks, names, labels, fold_of, fold, jobs)
    others = {g: m for g, m in MAIN_GROUPS.items() if g != "boilerplate"}
    rest = _fit_groups(others, "story", prepared, blocks, names, labels, fold_of, fold, jobs)
    return LinearModels(
        first.outputs + rest.outputs,
        np.concatenate([first.terms, rest.terms], axis=1),
        np.concatenate([first.dense, rest.dense], axis=1),
        np.concatenate([first.intercepts, rest.intercepts]),
    )


def fit_boilerplate(
    prepared: Prepared,
    blocks: dict[str, tuple[Rows, np.ndarray]],
    names: list[str],
    labels: dict[str, np.ndarray],
    fold_of: np.ndarray,
    fold: int,
    jobs: int,
) -> LinearModels:
    """The model of boilerplate alone, as `fit_gold` fits it."""
    groups = {"boilerplate": MAIN_GROUPS["boilerplate"]}
    return _fit_groups(groups, "articles", prepared, blocks, names, labels, fold_of, fold, jobs)


def _fit_groups(
    groups: Mapping[str, Sequence[str]],
    block: str,
    prepared: Prepared,
    blocks: dict[str, tuple[Rows, np.ndarray]],
    names: list[str],
    labels: dict[str, np.ndarray],
    fold_of: np.ndarray,
    fold: int,
    jobs: int,
) -> LinearModels:
    X = sp.vstack([sparse(blocks[k][0], len(prepared.terms)) for k in (block, "alone")], format="csr")
    values = np.concatenate([blocks[block][1], blocks["alone"][1]])
    document = np.concatenate([prepared.articles.document_of, prepared.alone_article[prepared.alone.document_of]])
    weight = np.concatenate([np.ones(len(blocks[block][1])), np.full(len(blocks["alone"][1]), 0.5)])
    use = fold_of[document] != fold
    drift = prepared.articles.drifting[document]
    return fit_signals(groups, X, values, names, labels, use, weight, jobs, fits=prepared.fits, drift=drift)


def fit_types(crossfit: Crossfit) -> SourceTypeModel:
    """The source type model on everything."""
    return fit_source_types(crossfit.type_rows, crossfit.type_labels)
