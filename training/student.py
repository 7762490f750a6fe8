"""What a fine-tuned sentence encoder taught: filters over phrases, and the terms of the models beside them.

Training fits the sentence signals on gold labels and mixes in a share of what a student says. The file
(``training/data/student.npz``) ships with the package: training needs neither the news nor the encoder, and
`training.teacher`, which wrote it, is only needed to make it anew.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from classifier.features import TermIndex
from classifier.phrases import PARTS, PhraseModel, filter_rows

# what reading an .npz file of another kind, or a damaged one, may end with
DAMAGES = (
    OSError, ValueError, KeyError, IndexError, TypeError, AttributeError, EOFError, zipfile.BadZipFile,
)  # fmt: skip
STUDENT = Path(__file__).resolve().parent / "data" / "student.npz"


@dataclass(frozen=True)
class Student:
    """Filters that learned from several teachers.

    Attributes
    ----------
    terms : TermIndex
        Words and word pairs that stand often enough in the sentences taught and in labelled ones.
    models : tuple of PhraseModel
        One for each teacher, in order, then one that learned from the mean of all.
    unseen : dict
        For each outlet (or article, as `training.texts.Labelled.groups` has it) the teacher, 0..n_teachers - 1, that has
        not seen it.
    provenance : mapping
        Seed, counts, encoder and versions it was made with.
    """

    terms: TermIndex
    models: tuple[PhraseModel, ...]
    unseen: dict[str, int]
    provenance: Mapping[str, Any] = field(default_factory=dict)

    def model(self, teacher: int | None) -> PhraseModel:
        """What learned from one teacher, or from the mean of all for None."""
        return self.models[-1 if teacher is None else teacher]

    def placing(self, groups: Sequence[str]) -> Student:
        """The same, with a teacher for each further outlet: none has seen it, and they take turns."""
        new = sorted(set(groups) - self.unseen.keys())
        return replace(self, unseen={**self.unseen, **{g: i % (len(self.models) - 1) for i, g in enumerate(new)}})


def digest(words: Sequence[str]) -> str:
    """SHA-256 of a word list: terms are numbers of words, and mean others in another list."""
    return hashlib.sha256("\n".join(words).encode()).hexdigest()


def save(student: Student, words: Sequence[str], path: Path = STUDENT) -> None:
    """Write a student as an .npz file without pickles; the same student gives the same bytes.

    Parameters
    ----------
    student : Student
    words : sequence of str
        The word list that its terms are numbers of (`training.words.WordTable.words`).
    path : Path
    """
    about = {
        "outputs": list(student.models[-1].outputs),
        "unseen": student.unseen,
        "words": digest(words),
        "provenance": dict(student.provenance),
    }
    arrays: dict[str, np.ndarray] = {
        "words": student.terms.words.astype(np.int32),
        "pairs": student.terms.pairs.astype(np.int64),
        "idf": student.terms.idf.astype(np.float32),
    }
    for part in PARTS:
        arrays[part] = np.stack([getattr(m, part) for m in student.models]).astype(np.float16)
    save_parts(path, about, arrays)


def save_parts(path: Path, about: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> None:
    """Write arrays, and as JSON what is to be said of them, as an .npz file; the same parts give the same bytes."""
    text = json.dumps(about, sort_keys=True, ensure_ascii=False)
    parts: dict[str, Any] = {"about": np.frombuffer(text.encode(), dtype=np.uint8), **arrays}
    with Path(path).open("wb") as file:
        np.savez_compressed(file, **parts)  # it gives each array the same date


def load(words: Sequence[str], path: Path = STUDENT) -> Student | None:
    """Read a student; None where there is no such file.

    Parameters
    ----------
    words : sequence of str
        The words of the table in use (`training.words.WordTable.words`).
    path : Path

    Raises
    ------
    ValueError
        Where the file is damaged, or was made for another word list.
    """
    anew = "make one with 'python -m training.teacher'"
    try:
        with np.load(path, allow_pickle=False) as file:
            about = json.loads(file["about"].tobytes().decode())
            made_for = about["words"]
            terms = TermIndex(file["words"].astype(np.int64), file["pairs"], file["idf"], len(words))
            parts = [file[part].astype(np.float32) for part in PARTS]
            outputs = tuple(str(o) for o in about["outputs"])
            models = tuple(PhraseModel(outputs, *own) for own in zip(*parts, strict=True))
            student = Student(terms, models, {str(g): int(k) for g, k in about["unseen"].items()}, about["provenance"])
    except FileNotFoundError:
        return None
    except DAMAGES as error:
        # a word number beyond the list is an IndexError: most likely the list is another one
        raise ValueError(f"{path} is no student, or one of another word table ({error}); {anew}") from None
    if made_for != digest(words):
        raise ValueError(f"{path} was made for another word table (training/data/words.npz); {anew}")
    projection, filters, weights = parts
    if (
        len(terms) != len(terms.words) + len(terms.pairs)
        or any(part.ndim != 3 or len(part) < 2 for part in parts)
        or filters.shape[1] != filter_rows(projection.shape[2])
        or weights.shape[1:] != (filters.shape[2] + 1, len(outputs))
        or not all(0 <= k < len(models) - 1 for k in student.unseen.values())
    ):
        raise ValueError(f"{path} is damaged: its parts do not fit each other; {anew}")
    return student
