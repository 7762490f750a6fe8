"""Whether the parts of an artifact fit each other and this program.

Takes the arrays and JSON of an artifact whose hashes fit, and refuses what would fail, or silently give wrong numbers,
when an article is scored: wrong types, shapes and lengths, indices out of range, numbers that are none. Every refusal
names the file. Sizes that follow from the program (features of a sentence, codes of a token's place) are
taken from the program itself, run on one word.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from classifier.analysis import CUES
from classifier.article import Article
from classifier.attribution import PAIR_FEATURES
from classifier.batch import OFFSETS, Batch, place_codes
from classifier.document import read
from classifier.features import Tags, dense
from classifier.in_context import FEATURES as CONTEXT_FEATURES
from classifier.in_context import OUTPUTS as CONTEXT_OUTPUTS
from classifier.lines import FEATURES as LINE_FEATURES
from classifier.phrases import PARTS as PHRASE_PARTS
from classifier.phrases import TONES, filter_rows, type_features
from classifier.report import FRAMES, SCORES
from classifier.scores import FEATURES
from classifier.second_look import SIZE
from classifier.second_pass import label_codes
from classifier.sift import FEATURES as SIFT_FEATURES
from classifier.signals import AUXILIARY, GROUPS
from classifier.source_types import TYPES
from classifier.vocabulary import CLASSES, FAMILIES, TypeTable

TAGGERS = ("attribution", "hedge", "loaded")
LINEAR = ("auxiliary", "signals")
MAX_WORDS = 2_000_000
"""Words of a vocabulary."""
MAX_COLUMNS = 4096
"""Dimensions of word vectors, labels times offsets of a tagger, outputs of a model."""

_TYPES: dict[str, str] = {
    "clusters": "int16",
    "vectors": "int8",
    "vector_steps": "float32",
    "linker": "float32",
    "source_types": "float32",
    "sift": "float32",
    "lines": "float32",
    "in_context": "float32",
    "term_words": "int32",
    "term_pairs": "int64",
    "term_idf": "float32",
    **{f"tagger_{name}{part}": "float16" for name in TAGGERS for part in ("", "_places")},
    **{f"tagger_{name}_transitions": "float32" for name in TAGGERS},
    "second_look": "float16",
    "second_pass": "float16",
    "second_pass_transitions": "float32",
    **{f"phrases_{part}": "float16" for part in PHRASE_PARTS},
    **{f"{name}_terms": "float16" for name in LINEAR},
    **{f"{name}_{part}": "float32" for name in LINEAR for part in ("dense", "intercepts")},
}
_TEXTS = (
    "vocabularies", "source_types", "settings", "phrases", "second_pass", *LINEAR, *(f"tagger_{name}" for name in TAGGERS)
)  # fmt: skip
_THRESHOLDS = (
    "attributed", "boilerplate", "hedged", "loaded", "opinion", *(f"frame {f}" for f in FRAMES), *(f"{c} cues" for c in CUES)
)  # fmt: skip


def check(arrays: Mapping[str, np.ndarray], texts: Mapping[str, Any], folder: Path) -> None:
    """Refuse parts that do not fit.

    Parameters
    ----------
    arrays, texts : mapping
        What the files hold, by name without ending.
    folder : Path
        For the messages.

    Raises
    ------
    ValueError
        Naming the file and what is wrong with it.
    """
    _Audit(arrays, texts, folder).run()


class _Audit:
    def __init__(self, arrays: Mapping[str, np.ndarray], texts: Mapping[str, Any], folder: Path) -> None:
        self.arrays, self.texts, self.folder = arrays, texts, folder

    def refuse(self, name: str, problem: str) -> NoReturn:
        raise ValueError(f"{self.folder / f'{name}.npy'}: {problem}")

    def shape(self, name: str, *wanted: int, why: str) -> None:
        found = self.arrays[name].shape
        if found != wanted:
            self.refuse(name, f"shape {found}, but {why} ask for {wanted}")

    def run(self) -> None:
        for name, dtype in _TYPES.items():
            if name not in self.arrays:
                raise ValueError(f"{self.folder / f'{name}.npy'}: not in the manifest, but needed")
            array = self.arrays[name]
            if str(array.dtype) != dtype:
                self.refuse(name, f"type {array.dtype}, where {dtype} is taken")
            if array.ndim == 2 and array.shape[1] > MAX_COLUMNS:
                self.refuse(name, f"{array.shape[1]:,} columns, more than {MAX_COLUMNS:,}")
            if array.dtype.kind == "f" and not np.isfinite(array.sum(dtype=np.float64)):
                self.refuse(name, "holds numbers that are infinite or none")
        for name in _TEXTS:
            if name not in self.texts:
                raise ValueError(f"{self.folder / f'{name}.json'}: not in the manifest, but needed")
        n_words = self.words()
        self.terms(n_words)
        table = TypeTable(self.texts["vocabularies"], self.arrays["clusters"])
        batch = Batch.of([read(Article("word"))], table)
        for name in TAGGERS:
            self.tagger(name, batch)
        self.second_pass(batch)
        if len(self.arrays["second_look"]):  # else nothing taught one
            self.shape("second_look", SIZE, why="the weights of a second look at hedges")
        self.shape("linker", 2, len(PAIR_FEATURES) + 1, why="two roles and the features of a pair")
        self.shape("lines", len(LINE_FEATURES) + 1, why="the features of a line's place")
        why = "the features of a sentence's context, and what is judged by it,"
        self.shape("in_context", len(CONTEXT_FEATURES) + 1, len(CONTEXT_OUTPUTS), why=why)
        self.shape("sift", len(SIFT_FEATURES) + 1, why="the features of an attribution")
        self.strings("source_types")
        self.shape(
            "source_types", len(self.texts["source_types"]) + 1, len(TYPES), why="source_types.json and the types"
        )
        self.linear(batch)
        self.settings()

    def strings(self, name: str, value: Any = None) -> None:
        value = self.texts[name] if value is None else value
        if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
            raise ValueError(f"{self.folder / f'{name}.json'}: takes lists of strings")
        if len(set(value)) != len(value):
            raise ValueError(f"{self.folder / f'{name}.json'}: names something twice")

    def words(self) -> int:
        vocabularies = self.texts["vocabularies"]
        file = self.folder / "vocabularies.json"
        if not isinstance(vocabularies, dict) or set(vocabularies) != set(FAMILIES):
            raise ValueError(f"{file}: takes an object of the families {', '.join(FAMILIES)}")
        for family in FAMILIES:
            self.strings("vocabularies", vocabularies[family])
            if len(vocabularies[family]) > MAX_WORDS:
                raise ValueError(f"{file}: more than {MAX_WORDS:,} of the family {family!r}")
        n_words = len(vocabularies["word"])
        why = "the words of vocabularies.json, and one row for others,"
        for name in ("vectors", "clusters"):
            if self.arrays[name].ndim != 2:
                self.refuse(name, f"{self.arrays[name].ndim} dimensions, where 2 are taken")
            self.shape(name, n_words + 1, self.arrays[name].shape[1], why=why)
        self.shape("vector_steps", self.arrays["vectors"].shape[1], why="the columns of vectors.npy")
        clusters = self.arrays["clusters"]
        if clusters.size and clusters.min() < 0:
            self.refuse("clusters", "holds negative numbers")
        return n_words

    def terms(self, n_words: int) -> None:
        words, pairs = self.arrays["term_words"], self.arrays["term_pairs"]
        for name, most in (("term_words", n_words), ("term_pairs", (n_words + 1) ** 2 - 1)):
            values = self.arrays[name]
            if values.ndim != 1:
                self.refuse(name, f"{values.ndim} dimensions, where 1 is taken")
            if len(values) and (values[0] < 1 or values[-1] > most or not (np.diff(values) > 0).all()):
                self.refuse(name, f"not ascending numbers from 1 to {most}, as the vocabulary asks for")
        self.shape("term_idf", len(words) + len(pairs), why="term_words.npy and term_pairs.npy")

    def tagger(self, name: str, batch: Batch) -> None:
        about, file = self.texts[f"tagger_{name}"], self.folder / f"tagger_{name}.json"
        kinds = ("source", "cue", "content") if name == "attribution" else ("cue",)
        labels = ["O", *(f"{b}-{kind}" for kind in kinds for b in "BI")]
        if not isinstance(about, dict) or not {"labels", "offsets", "places"} <= set(about):
            raise ValueError(f"{file}: takes an object with labels, offsets and places")
        if about["labels"] != labels:
            raise ValueError(f"{file}: labels {about['labels']!r}, where {labels} are taken")
        offsets, places = about["offsets"], about["places"]
        if not isinstance(offsets, list) or not set(map(str, offsets)) <= set(map(str, OFFSETS)):
            raise ValueError(f"{file}: offsets {offsets!r} are not whole numbers from -4 to 4")
        if offsets != sorted(set(offsets)):
            raise ValueError(f"{file}: offsets {offsets!r} are not ascending")
        n_codes = self.templates(file, places, place_codes(batch))
        n = len(labels)
        rows = sum(batch.table.sizes) + len(CLASSES)
        self.shape(f"tagger_{name}", rows, len(offsets) * n, why="the vocabulary, labels and offsets")
        self.shape(f"tagger_{name}_places", n_codes, n, why=f"the places of tagger_{name}.json")
        self.shape(f"tagger_{name}_transitions", n + 1, n, why="the labels")

    def templates(self, file: Path, places: Any, codes: Mapping[str, tuple[np.ndarray, int]]) -> int:
        """The number of all codes of the templates that a file names."""
        sizes = {template: size for template, (_, size) in codes.items()}
        if not isinstance(places, list) or len({str(place) for place in places}) != len(places):
            raise ValueError(f"{file}: places takes a list, each template once")
        for place in places:
            if not isinstance(place, list) or len(place) != 2 or not isinstance(place[0], str):
                raise ValueError(f"{file}: places takes pairs of a template and its size")
            if sizes.get(place[0]) != place[1]:
                raise ValueError(f"{file}: template {place[0]!r} of {place[1]!r} codes; it has {sizes.get(place[0])}")
        return sum(size for _, size in places)

    def second_pass(self, batch: Batch) -> None:
        n = len(self.texts["tagger_attribution"]["labels"])
        codes = label_codes(batch, np.zeros(batch.n_tokens, dtype=np.int64))
        n_codes = self.templates(self.folder / "second_pass.json", self.texts["second_pass"], codes)
        self.shape("second_pass", n_codes, n, why="second_pass.json and the labels")
        self.shape("second_pass_transitions", n + 1, n, why="the labels")

    def linear(self, batch: Batch) -> None:
        # as if the taggers had found nothing: only the number of features matters here
        none: dict[str, Any] = {field.name: np.zeros(batch.n_tokens) for field in dataclasses.fields(Tags)}
        tags = Tags(**{**none, "probabilities": np.zeros((batch.n_tokens, 7))})
        n_dense = len(dense(batch, tags, self.arrays["vectors"], self.arrays["vector_steps"])[1])
        n_dense += self.phrases()
        n_terms = len(self.arrays["term_idf"])
        for name in LINEAR:
            self.strings(name)
            outputs = len(self.texts[name])
            self.shape(f"{name}_terms", n_terms, outputs, why=f"the terms and {name}.json")
            self.shape(f"{name}_dense", n_dense, outputs, why=f"the features and {name}.json")
            self.shape(f"{name}_intercepts", outputs, why=f"{name}.json")
            # the outputs of the first models are features of the second
            n_dense += outputs
        missing = {output for members in GROUPS.values() for output in members} - set(self.texts["signals"])
        if missing:
            raise ValueError(f"{self.folder / 'signals.json'}: lacks the outputs {', '.join(sorted(missing))}")

    def phrases(self) -> int:
        """How many features the filters over phrases give."""
        self.strings("phrases")
        outputs = self.texts["phrases"]
        unknown = (
            set(outputs) - {output for members in GROUPS.values() for output in members} - {*AUXILIARY, *TONES.values()}
        )
        if unknown:
            raise ValueError(f"{self.folder / 'phrases.json'}: names {', '.join(sorted(unknown))}, which is no output")
        projection, filters = self.arrays["phrases_projection"], self.arrays["phrases_filters"]
        for name in (f"phrases_{part}" for part in PHRASE_PARTS):
            if self.arrays[name].ndim != 2:
                self.refuse(name, f"{self.arrays[name].ndim} dimensions, where 2 are taken")
        n_types = type_features(self.arrays["vectors"].shape[1])
        self.shape("phrases_projection", n_types, projection.shape[1], why="what is known of a word's type")
        self.shape("phrases_filters", filter_rows(projection.shape[1]), filters.shape[1], why="phrases_projection.npy")
        self.shape("phrases_weights", filters.shape[1] + 1, len(outputs), why="phrases_filters.npy and phrases.json")
        return len(outputs)

    def settings(self) -> None:
        settings, file = self.texts["settings"], self.folder / "settings.json"
        if not isinstance(settings, dict) or not all(
            isinstance(settings.get(k), dict) for k in ("thresholds", "scores")
        ):
            raise ValueError(f"{file}: takes objects of thresholds and scores")
        thresholds = settings["thresholds"]
        for name in (*_THRESHOLDS, *thresholds):
            if not (_number(thresholds.get(name)) and 0 <= thresholds[name] <= 1):
                raise ValueError(f"{file}: threshold {name!r} is {thresholds.get(name)!r}, where 0 to 1 is taken")
        for name in (*SCORES, "valence"):
            entry = settings["scores"].get(name)
            if not isinstance(entry, dict):
                raise ValueError(f"{file}: no score {name!r}")
            features = entry.get("features")
            if not isinstance(features, list) or not all(isinstance(f, str) and f in FEATURES for f in features):
                raise ValueError(f"{file}: the score {name!r} names features that this program does not have")
            for field in ("means", "weights"):
                values = entry.get(field)
                if not isinstance(values, list) or len(values) != len(features) or not all(map(_number, values)):
                    raise ValueError(f"{file}: the {field} of {name!r} are not one number a feature")
            for field in ("baseline", "error"):
                if not _number(entry.get(field)):
                    raise ValueError(f"{file}: the {field} of {name!r} is {entry.get(field)!r}, no number")


def _number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e9
