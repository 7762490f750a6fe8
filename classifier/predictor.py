"""Scoring: articles in, reports out."""

from __future__ import annotations

import gc
import math
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np

from classifier import artifact, in_context, language, lines
from classifier.analysis import Analysis, Models, SentenceAttribution, analyse
from classifier.article import Article
from classifier.batch import Batch
from classifier.document import Document, read
from classifier.parallel import ordered, workers
from classifier.phrases import PREFIX, TONES
from classifier.report import (
    ATTRIBUTION_TYPES,
    FRAMES,
    SCORES,
    ArticleReport,
    Attribution,
    Score,
    Sentence,
    Signal,
    Source,
)
from classifier.scores import MIN_SENTENCES, MIN_WORDS, article_features, score
from classifier.source_types import TYPES
from classifier.transport import pack, unpack
from classifier.vocabulary import as_written, normal

NOT_SCORED = "not scored: "
"""How the warning of an article begins that broke scoring, or was none."""
BATCH = 48  # articles scored in one pass
BATCH_CHARACTERS = 300_000  # no more than that, so that long articles do not multiply memory
_MOST_CUES = 4  # words shown for an opinion
_MIN_CUE = 2.0  # log-odds (before the sentence's length) that make a word worth showing

Input = Article | str | Mapping[str, Any]


def load(path: str | Path | None = None) -> Predictor:
    """Load an artifact; the shipped one without a path. Same as `Predictor.load`."""
    return Predictor.load(path)


class Predictor:
    """Scores articles with one artifact.

    Made by `load`; holds no state that scoring changes but a cache of word types.
    """

    def __init__(self, models: Models, manifest: Mapping[str, Any], path: str | None = None) -> None:
        self.models = models
        self.manifest = manifest
        self.path = path
        self._table = models.new_table()

    @classmethod
    def load(cls, path: str | Path | None = None) -> Predictor:
        """Load an artifact.

        Parameters
        ----------
        path : str or Path, optional
            Folder of an artifact; the shipped one by default.

        Raises
        ------
        ValueError
            Where the artifact is damaged or not one; the message names the file.
        FileNotFoundError
            Where there is no shipped artifact.
        """
        models, manifest = artifact.load(path)
        return cls(models, manifest, None if path is None else str(path))

    @property
    def signature(self) -> str:
        """Version of the program and digest of the artifact, which is what it takes to get a number again."""
        from classifier import __version__

        return f"accordingto {__version__}|artifact {self.manifest['digest'][:16]}|format {self.manifest['format']}"

    def score(self, article: Input) -> ArticleReport:
        """Score one article.

        Parameters
        ----------
        article : str, Article or mapping with "text"
            A str is the article's text, headline included or not.

        Returns
        -------
        ArticleReport
            A text that cannot be judged gets NaN scores and warnings that say why.

        Raises
        ------
        TypeError, ValueError
            Where `article` is none of these.
        """
        return self._reports([Article.of(article)])[0]

    def score_many(
        self, articles: Iterable[Input], n_jobs: int | None = None, progress: bool = False
    ) -> Iterator[ArticleReport]:
        """Score articles one after another, in order, holding only a few at a time.

        Parameters
        ----------
        articles : iterable
            What `score` takes; read as needed, in the caller's thread.
        n_jobs : int, optional
            Processes, by joblib (-1: one a core). None: this process, or what an enclosing
            ``joblib.parallel_config`` says. Each process loads the artifact once; its arrays are
            mapped, so that all on one machine share them.
        progress : bool
            Show a progress bar on standard error.

        Yields
        ------
        ArticleReport
            One for each article. An item that is no article, or breaks scoring, gives a report with NaN
            scores and a warning that begins with "not scored: " and says why. The sentences of one that comes
            from another process are made when they are first asked for (0.3 ms an article of 600 words).

        Raises
        ------
        TypeError
            Where `articles` is one article.
        ValueError
            Where `n_jobs` is 0; while iterating, where a worker's artifact is another one.
        """
        if isinstance(articles, (str, Mapping, Article)):
            raise TypeError(f"score_many takes an iterable of articles, not one {type(articles).__name__}; use score")
        if workers(n_jobs) == 1:
            reports = self._stream(articles, n_jobs)
        else:
            reports = map(unpack, self._stream(articles, n_jobs, pack))
        if progress:
            from tqdm import tqdm

            total = len(articles) if isinstance(articles, Sequence) else None
            reports = iter(tqdm(reports, total=total, unit="article"))
        return reports

    def _stream(
        self, articles: Iterable[Any], n_jobs: int | None, finish: Callable[[ArticleReport], Any] | None = None
    ) -> Iterator[Any]:
        """`score_many`; `finish` makes something smaller of each report where it is scored."""
        if workers(n_jobs) == 1:
            load = partial(_same, self)
        else:
            path = None if self.path is None else str(Path(self.path).resolve())
            load = partial(worker_predictor, path, self.manifest["digest"])
        return _flat(ordered(partial(_score_chunk, load, finish), _chunks(articles), n_jobs))

    def score_sentences(self, texts: Sequence[str]) -> list[Sentence]:
        """Judge sentences, each by itself, without an article around it.

        Parameters
        ----------
        texts : sequence of str
            A text of several sentences is judged as one.

        Returns
        -------
        list of Sentence
            In order; offsets count in each text; ``source_index`` is None.

        Raises
        ------
        TypeError
            Where `texts` is a str, or an item of it is not one.
        """
        if isinstance(texts, str):
            raise TypeError("score_sentences takes a list of str, not one str")
        texts = list(texts)
        for i, text in enumerate(texts):
            if not isinstance(text, str):
                raise TypeError(f"score_sentences takes str, but item {i} is a {type(text).__name__}")
        out: list[Sentence] = []
        for start in range(0, len(texts), 256):
            part = texts[start : start + 256]
            documents = [read(Article(t), [(0, len(t))]) for t in part]
            documents = [_one_sentence(d) for d in documents]
            filled = [d for d in documents if d.words]
            analysis = analyse(Batch.of(filled, self._table), self.models) if filled else None
            at = 0
            for document in documents:
                if document.words and analysis is not None:
                    out.append(self._sentence(analysis, at, document, analysis.batch.first_tokens[at], {}))
                    at += 1
                else:
                    out.append(_empty_sentence(document.article.text))
        return out

    def explain(self, article: Input, sentence: int, output: str) -> dict[str, float]:
        """Why a sentence has its probability: log-odds by feature.

        Parameters
        ----------
        article
            What `score` takes.
        sentence : int
            Index into ``report.sentences``.
        output : str
            A name of ``models.signals.outputs``: "hedged", "loaded", "opinion", "boilerplate",
            "frame security", "attribution direct", "valence -1" and so on. Or one of `classifier.phrases.TONES`,
            "tone sourcing", "tone opinion" and so on: what the sentence has in the article's feature "phrases of
            opinion" and so on, the mean of it over the words of the story.

        Returns
        -------
        dict
            {feature: log-odds}, largest effect first, "intercept" included; they sum to the model's
            log-odds (of a multinomial model: its score before normalising; of a tone: points of the score).
        """
        document = read(Article.of(article))
        if not document.words:
            raise ValueError("there are no words to explain")
        analysis = analyse(Batch.of([document], self._table), self.models)
        outputs = self.models.signals.outputs
        tones = [tone for tone in TONES.values() if tone in self.models.phrases.outputs]
        if output not in (*outputs, *tones):
            raise ValueError(f"no output {output!r}; there are {', '.join((*outputs, *tones))}")
        first = int(analysis.batch.documents[0].has_headline)
        if not 0 <= sentence < analysis.batch.n_sentences - first:
            raise ValueError(f"sentence {sentence} of {analysis.batch.n_sentences - first}")
        s = sentence + first
        if output in tones:
            parts = self._phrases(analysis, s, output)
        elif output == "boilerplate":
            parts = self._boilerplate_in_place(analysis, s)
        elif output in in_context.OUTPUTS:
            parts = self._in_context(analysis, s, output)
        else:
            parts = self._by_words(analysis, s, output)
        return dict(sorted(parts.items(), key=lambda p: -abs(p[1])))

    def _by_words(self, analysis: Analysis, s: int, output: str) -> dict[str, float]:
        """The parts of a sentence's log-odds by its words and features."""
        signals = self.models.signals
        values = analysis.lines if output == "boilerplate" else analysis.dense
        parts = signals.explain(analysis.rows, values, s, output, self._terms, analysis.names)
        name = PREFIX + output
        if parts.pop(name, None) is not None:
            share = float(signals.dense[analysis.column[name], signals.outputs.index(output)])
            parts = _sum((1.0, parts), (share, self._phrases(analysis, s, output)))
        return parts

    @cached_property
    def _terms(self) -> list[str]:
        """The words and word pairs that the sentence models count."""
        words, terms = self.models.vocabularies["word"], self.models.terms
        pairs = [f"{words[k // terms.base - 1]} {words[k % terms.base - 1]}" for k in terms.pairs.tolist()]
        return [words[w - 1] for w in terms.words.tolist()] + pairs

    def _boilerplate_in_place(self, analysis: Analysis, s: int) -> dict[str, float]:
        """The parts of a line's log-odds of boilerplate by its words, and what the lines around it add."""
        signals = self.models.signals
        odds = signals.scores(analysis.rows, analysis.lines)[:, signals.outputs.index("boilerplate")]
        repeated = analysis.lines[:, analysis.column["repeated line"]]
        share, around = lines.explain(analysis.batch, odds, repeated, self.models.lines, s)
        return _sum((share, self._by_words(analysis, s, "boilerplate")), (1.0, around))

    def _in_context(self, analysis: Analysis, s: int, output: str) -> dict[str, float]:
        """The parts of a score by the words, which also speak for other outputs, and what the sentence's context adds."""
        if not in_context.judged(analysis.batch, analysis.probabilities)[s]:
            return self._by_words(analysis, s, output)
        shares, around = in_context.explain(analysis.own[s], analysis.around[s], self.models.in_context, output)
        outputs = zip(in_context.OUTPUTS, shares.tolist(), strict=True)
        own = [(share, self._by_words(analysis, s, o)) for o, share in outputs if share]
        return _sum(*own, (1.0, around))

    def _phrases(self, analysis: Analysis, s: int, output: str) -> dict[str, float]:
        """What a sentence's filters say of an output, by the phrases that they answered to, and their "intercept"."""
        models, batch = self.models, analysis.batch  # of one article
        intercept, effects = models.phrases.explain(batch, models.vectors, models.vector_steps, s, output)
        parts = {"intercept": intercept}
        words = batch.documents[0].words[batch.sentences[s] : batch.sentences[s + 1]]
        for i in np.flatnonzero(effects).tolist():
            phrase = f"phrase “{' '.join(words[max(i - 1, 0) : i + 2])}”"
            parts[phrase] = parts.get(phrase, 0.0) + float(effects[i])
        return parts

    def _safe(self, chunk: Sequence[Any]) -> list[ArticleReport]:
        """Reports of a chunk; what cannot be scored gets a report that says why."""
        articles: list[Article | ArticleReport] = []
        for item in chunk:
            try:
                articles.append(Article.of(item))
            except (TypeError, ValueError) as error:
                own = item.get("id") if isinstance(item, Mapping) else None
                nothing = Article("", id=own if isinstance(own, str) else None)
                articles.append(self._unscored(nothing, (f"{NOT_SCORED}{error}",)))
        good = [a for a in articles if isinstance(a, Article)]
        try:
            reports = iter(self._reports(good))
        except Exception:
            reports = iter([self._alone(a) for a in good])
        return [next(reports) if isinstance(a, Article) else a for a in articles]

    def _alone(self, article: Article) -> ArticleReport:
        try:
            return self._reports([article])[0]
        except Exception as error:
            return self._unscored(article, (f"{NOT_SCORED}{type(error).__name__}: {error}",))

    def _unscored(self, article: Article, warnings: tuple[str, ...]) -> ArticleReport:
        return ArticleReport(
            id=article.id,
            title=article.title,
            warnings=warnings,
            sourcing=Score.missing(),
            transparency=Score.missing(),
            loaded=Score.missing(),
            opinion=Score.missing(),
            speculation=Score.missing(),
            valence=math.nan,
            frames=dict.fromkeys(FRAMES, math.nan),
            sources=(),
            sentences=(),
            signature=self.signature,
            text=article.text,
        )

    def _reports(self, articles: Sequence[Article]) -> list[ArticleReport]:
        documents = [read(a) for a in articles]
        filled = [d for d in documents if _has_words(d)]
        analysis = analyse(Batch.of(filled, self._table), self.models) if filled else None
        reports = []
        at = 0
        for document in documents:
            if _has_words(document) and analysis is not None:
                reports.append(self._report(analysis, at, document))
                at += 1
            else:
                reports.append(self._unscored(document.article, ("empty: there are no words in the text",)))
        return reports

    def _report(self, analysis: Analysis, d: int, document: Document) -> ArticleReport:
        batch = analysis.batch
        first, last = batch.sentences_of_document[d : d + 2]
        features, n_words, n_sentences = article_features(analysis, d, self.models.thresholds)
        warnings = _warnings(document, n_words, n_sentences, last - first)
        ledger, index = self._ledger(analysis, d, document, first, last)
        base = batch.first_tokens[d]
        sentences = [self._sentence(analysis, s, document, base, index) for s in range(first, last)]
        headline = sentences.pop(0) if document.has_headline else None
        if any(not w.startswith("note:") for w in warnings):
            scores = {name: Score.missing() for name in SCORES}
            valence = math.nan
        else:
            scores = {name: score(self.models.scores[name], name, features) for name in SCORES}
            valence = score(self.models.scores["valence"], "valence", features).value
        return ArticleReport(
            id=document.article.id,
            title=document.article.title,
            warnings=tuple(warnings),
            sourcing=scores["sourcing"],
            transparency=scores["transparency"],
            loaded=scores["loaded"],
            opinion=scores["opinion"],
            speculation=scores["speculation"],
            valence=valence,
            frames=self._frames(analysis, first + document.has_headline, last),
            sources=tuple(ledger),
            sentences=tuple(sentences),
            signature=self.signature,
            headline=headline,
            text=document.article.text,
        )

    def _frames(self, analysis: Analysis, first: int, last: int) -> dict[str, float]:
        thresholds = self.models.thresholds
        story = analysis.probabilities["boilerplate"][first:last] < thresholds["boilerplate"]
        if not story.any():
            return dict.fromkeys(FRAMES, math.nan)
        shown = analysis.frames[first:last][story] >= np.array([thresholds[f"frame {f}"] for f in FRAMES])
        return dict(zip(FRAMES, shown.mean(axis=0).tolist(), strict=True))

    def _ledger(
        self, analysis: Analysis, d: int, document: Document, first: int, last: int
    ) -> tuple[list[Source], dict[int, int]]:
        """The sources of one article and the ledger index of its entities."""
        links = analysis.attributions
        words, quoted = analysis.batch.words_before
        threshold = self.models.thresholds["boilerplate"]
        boilerplate = analysis.lists["boilerplate"]
        known: dict[int, _Entry] = {}
        for s in range(first, last):
            if not links.by_sentence[s] or boilerplate[s] >= threshold:
                continue
            for part in links.by_sentence[s]:
                entity = links.resolved[part.resolved].entity
                if entity is None or links.kinds[part.resolved] == "none":
                    continue
                entry = known.setdefault(entity, _Entry())
                entry.links[part.resolved] = None
                for a, b in part.contents:
                    entry.words += words[b] - words[a]
                    entry.quoted += quoted[b] - quoted[a]
        entities = links.entities[d]
        mentions = _mentions(document.words, [(entities[e].name, entities[e].kind) for e in known])
        sources: list[Source] = []
        for (entity, entry), mentioned in zip(known.items(), mentions, strict=True):
            about = entities[entity]
            distinct = list(entry.links)
            p = links.types[distinct][:, :-1].sum(axis=0)
            via = reason = ""
            for k in distinct:
                via = via or links.resolved[k].via
                reason = reason or links.resolved[k].anonymity_reason
            sources.append(
                Source(
                    name=about.name,
                    title=about.title,
                    type=TYPES[int(p.argmax())],
                    via=via,
                    anonymity_reason=reason,
                    mentions=max(mentioned, len(distinct) if about.kind != "person" else 1),
                    attributions=len(distinct),
                    words=entry.words,
                    quoted_words=entry.quoted,
                )
            )
        return sources, {entity: i for i, entity in enumerate(known)}

    def _sentence(
        self, analysis: Analysis, s: int, document: Document, base: int, index: Mapping[int, int]
    ) -> Sentence:
        """Sentence `s` of the batch; `base` is the first token of its document."""
        p = analysis.lists
        thresholds = self.models.thresholds
        bounds = analysis.batch.sentences
        whole = document.span(bounds[s] - base, bounds[s + 1] - base)
        boilerplate = p["boilerplate"][s]
        story = boilerplate < thresholds["boilerplate"]
        kinds = p["attribution"][s]
        attributed = max(1.0 - kinds[0], 0.0)
        kind = "none"
        if story and attributed >= thresholds["attributed"]:
            kind = ATTRIBUTION_TYPES[kinds.index(max(kinds[1:]), 1)]
        parts = analysis.attributions.by_sentence[s] if story else ()
        negative, _, positive = p["valence"][s]
        return Sentence(
            whole.start,
            whole.end,
            whole.text,
            boilerplate,
            kind,
            attributed,
            tuple([self._attribution(analysis, part, document, base, index) for part in parts]),
            self._signal(analysis, s, "hedged", story, document, base),
            self._signal(analysis, s, "loaded", story, document, base),
            self._opinion(analysis, s, story, document, base),
            positive - negative,
            dict(zip(FRAMES, p["frames"][s], strict=True)),
        )

    def _attribution(
        self, analysis: Analysis, part: SentenceAttribution, document: Document, base: int, index: Mapping[int, int]
    ) -> Attribution:
        links = analysis.attributions
        entity = links.resolved[part.resolved].entity
        kind = links.kinds[part.resolved]
        source, cue, span = part.source, part.cue, document.span
        return Attribution(
            None if source is None else span(source[0] - base, source[1] - base),
            None if cue is None else span(cue[0] - base, cue[1] - base),
            tuple([span(a - base, b - base) for a, b in part.contents]),
            kind,
            None if entity is None or kind == "none" else index.get(entity),
        )

    def _signal(self, analysis: Analysis, s: int, group: str, story: bool, document: Document, base: int) -> Signal:
        """Probability of a signal, with its cue words where it holds."""
        probability: float = analysis.lists[group][s]
        if not story or probability < self.models.thresholds[group]:
            return Signal(probability)
        found = analysis.cues["hedge" if group == "hedged" else "loaded"][s]
        if not found:
            return Signal(probability)
        inside = analysis.batch.inside_bytes
        quoted = all(0 not in inside[a:b] for a, b in found)
        cues = tuple([document.span(a - base, b - base) for a, b in found])
        return Signal(probability, cues, "quoted" if quoted else "author")

    def _opinion(self, analysis: Analysis, s: int, story: bool, document: Document, base: int) -> Signal:
        """Opinion, with the unquoted words that speak for it most; the whole sentence where none stands out."""
        probability: float = analysis.lists["opinion"][s]
        if not story or probability < self.models.thresholds["opinion"]:
            return Signal(probability)
        a, b = analysis.batch.sentences[s : s + 2]
        weights = analysis.opinion_words[a:b]
        best = sorted([(-w, i) for i, w in enumerate(weights) if w > _MIN_CUE])[:_MOST_CUES]
        if not best:
            return Signal(probability, (document.span(a - base, b - base),), "author")
        at = sorted([a - base + i for _, i in best])
        return Signal(probability, tuple([document.span(i, i + 1) for i in at]), "author")


def _sum(*weighted: tuple[float, Mapping[str, float]]) -> dict[str, float]:
    """Effects by feature, each mapping's times its weight."""
    out: dict[str, float] = {}
    for weight, parts in weighted:
        for name, effect in parts.items():
            out[name] = out.get(name, 0.0) + weight * effect
    return out


@dataclass(slots=True)
class _Entry:
    """What the ledger counts of one source."""

    links: dict[int, None] = field(default_factory=dict)
    words: int = 0
    quoted: int = 0


def _mentions(words: Sequence[str], names: Sequence[tuple[str, str]]) -> list[int]:
    """How often each name, or a person's surname, stands in the text; `names` are names and their kinds."""
    parts = [[normal(w) for w in name.split()] for name, _ in names]
    places: dict[str, list[int]] = {word: [] for p in parts for word in p}
    forms = {form: low for low in places for form in as_written((low,))}
    forms |= {word: normal(word) for name, _ in names for word in name.split()}  # "McBride" is none of these
    at = {i: forms[word] for i, word in enumerate(words) if word in forms}
    for i, low in at.items():
        places[low].append(i)
    out = []
    for p, (_, kind) in zip(parts, names, strict=True):
        if not p:
            out.append(0)
        elif kind == "person":
            out.append(len(places[p[-1]]))
        else:
            rarest = min(range(len(p)), key=lambda k: len(places[p[k]]))  # not "the", which stands everywhere
            begins = [i - rarest for i in places[p[rarest]] if i >= rarest]
            out.append(sum([all(at.get(i + k) == word for k, word in enumerate(p)) for i in begins]))
    return out


def _warnings(document: Document, n_words: int, n_sentences: int, n_lines: int) -> list[str]:
    """Why a text cannot be judged; a warning that begins with "note:" does not forbid judging."""
    out = language.warnings(document)
    if n_sentences == 0:
        out.append("nothing to judge: every line looks like boilerplate")
    elif n_words < MIN_WORDS or n_sentences < MIN_SENTENCES:
        out.append(
            f"too short to score: {n_words} words in {n_sentences} sentences of story; "
            f"it takes {MIN_WORDS} words and {MIN_SENTENCES} sentences"
        )
    if n_lines > 8 and n_sentences < 0.4 * n_lines:
        out.append(f"note: most lines ({n_lines - n_sentences} of {n_lines}) look like boilerplate and are left out")
    return out


def _has_words(document: Document) -> bool:
    return any(w[0].isalpha() or w[-1].isalpha() for w in document.words[document.n_title :])


def _one_sentence(document: Document) -> Document:
    """A document whose whole text counts as one sentence, line breaks and all."""
    if len(document.sentence_starts) <= 1:
        return document
    zero = np.zeros(1, dtype=np.int64)
    return replace(document, sentence_starts=zero, paragraph_starts=zero)


def _empty_sentence(text: str) -> Sentence:
    nan = math.nan
    missing = Signal(nan)
    return Sentence(
        0, len(text), text, nan, "none", nan, (), missing, missing, missing, nan, dict.fromkeys(FRAMES, nan)
    )


def _chunks(items: Iterable[Any]) -> Iterator[list[Any]]:
    """Items in lists of a bounded number and, but for its last item, a bounded number of characters."""
    chunk: list[Any] = []
    size = 0
    try:
        for item in items:
            chunk.append(item)
            size += _characters(item)
            if len(chunk) == BATCH or size >= BATCH_CHARACTERS:
                yield chunk
                chunk, size = [], 0
    except Exception:
        # the input broke; what it gave before is scored
        if chunk:
            yield chunk
        raise
    if chunk:
        yield chunk


def _flat(chunks: Iterator[list[Any]]) -> Iterator[Any]:
    for chunk in chunks:
        yield from chunk


def _characters(item: Any) -> int:
    text = item.text if isinstance(item, Article) else item.get("text") if isinstance(item, Mapping) else item
    return len(text) if isinstance(text, str) else 0


# by thread: the table of word types that scoring fills is not made for two threads at once
_WORKER = threading.local()


def worker_predictor(path: str | Path | None, digest: str | None = None) -> Predictor:
    """The predictor of this thread for an artifact, loaded when it is first asked for.

    Raises
    ------
    ValueError
        Where the artifact's digest is not `digest`: the machines of a cluster have two artifacts.
    """
    key = (None if path is None else str(path), digest)
    if getattr(_WORKER, "key", None) != key:
        predictor = Predictor.load(path)
        if digest not in (None, predictor.manifest["digest"]):
            raise ValueError(
                f"{path or 'the shipped artifact'} is not the same in this worker as where scoring began: "
                f"digest {predictor.manifest['digest'][:16]}, not {str(digest)[:16]}"
            )
        _WORKER.key, _WORKER.predictor = key, predictor
    return _WORKER.predictor


def _same(predictor: Predictor) -> Predictor:
    return predictor


def _score_chunk(
    load: Callable[[], Predictor], finish: Callable[[ArticleReport], Any] | None, chunk: list[Any]
) -> list[Any]:
    with collector_at_rest():
        reports = load()._safe(chunk)
        return reports if finish is None else [finish(r) for r in reports]


@contextmanager
def collector_at_rest() -> Iterator[None]:
    """No search for reference cycles meanwhile: a batch makes thousands of objects that stay, and none in a cycle."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
