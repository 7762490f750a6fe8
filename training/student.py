"""What a fine-tuned sentence encoder taught about words: a linear student of it, a table beside that of the words.

Training fits the sentence signals on gold labels and mixes in a share of the student's weights. The student is as
linear as they are, so that scoring costs nothing. The file (``training/data/student.npz``) ships with the package:
training needs neither the news nor the encoder, and `training.teacher`, which wrote it, is only needed to make it anew.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from classifier.features import TermIndex

STUDENT = Path(__file__).resolve().parent / "data" / "student.npz"
LARGEST = 127  # of a weight in the file, which holds them as whole numbers


@dataclass(frozen=True)
class Student:
    """Linear models of what several teachers say, one for each teacher.

    Attributes
    ----------
    terms : TermIndex
        Words and word pairs.
    outputs : tuple of str
        Those of `classifier.signals.GROUPS`, in order.
    weights : ndarray of float32, shape (n_teachers, n_terms, n_outputs)
        For the rows that ``terms`` gives.
    vectors : ndarray of float32, shape (n_teachers, n_dimensions, n_outputs)
        For the features "vector 0", "vector 1", ... of `classifier.features.dense`.
    intercepts : ndarray of float32, shape (n_teachers, n_outputs)
    unseen : dict
        For each outlet (or article, as `training.texts.Labelled.groups` has it) the teacher, 0..n_teachers - 1, that has
        not seen it.
    provenance : mapping
        Seed, counts, encoder and versions it was made with.
    """

    terms: TermIndex
    outputs: tuple[str, ...]
    weights: np.ndarray
    vectors: np.ndarray
    intercepts: np.ndarray
    unseen: dict[str, int]
    provenance: Mapping[str, Any] = field(default_factory=dict)

    def part(self, k: int | None) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Weights of terms, of word vectors, and intercepts, learned from teacher k, or their mean over all for None.

        A sentence's log-odds are ``rows.times(weights) + dense[:, vector_columns] @ vectors + intercepts``.

        Returns
        -------
        weights : ndarray of float32, shape (n_terms, n_outputs)
        vectors : ndarray of float32, shape (n_dimensions, n_outputs)
        intercepts : ndarray of float32, shape (n_outputs,)
        """
        if k is None:
            return self.weights.mean(axis=0), self.vectors.mean(axis=0), self.intercepts.mean(axis=0)
        return self.weights[k], self.vectors[k], self.intercepts[k]


def digest(words: Sequence[str]) -> str:
    """SHA-256 of a word list: terms are numbers of words, and mean others in another list."""
    return hashlib.sha256("\n".join(words).encode()).hexdigest()


def quantize(weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Weights as whole numbers of -127..127 and their step, by teacher and output.

    Weights below half a step (0.4 % of the largest of their output) become zero.

    Parameters
    ----------
    weights : ndarray, shape (n_teachers, n_terms, n_outputs)

    Returns
    -------
    whole : ndarray of int8, of the same shape
    scales : ndarray of float32, shape (n_teachers, n_outputs)
    """
    scales = (np.abs(weights).max(axis=1, initial=0) / LARGEST).astype(np.float32)
    whole = np.round(weights / np.where(scales > 0, scales, 1)[:, None])
    return np.clip(whole, -LARGEST, LARGEST).astype(np.int8), scales


def save(student: Student, words: Sequence[str], path: Path = STUDENT) -> None:
    """Write a student as an .npz file without pickles; the same student gives the same bytes.

    Parameters
    ----------
    student : Student
    words : sequence of str
        The word list that its terms are numbers of (`training.words.WordTable.words`).
    path : Path
    """
    whole, scales = quantize(student.weights)
    about = {
        "outputs": list(student.outputs),
        "unseen": student.unseen,
        "words": digest(words),
        "provenance": dict(student.provenance),
    }
    text = json.dumps(about, sort_keys=True, ensure_ascii=False)
    with Path(path).open("wb") as file:
        np.savez_compressed(  # it gives each array the same date
            file,
            words=student.terms.words.astype(np.int32),
            pairs=student.terms.pairs.astype(np.int64),
            idf=student.terms.idf.astype(np.float32),
            # one output after the other, which packs better
            weights=np.ascontiguousarray(whole.transpose(0, 2, 1)),
            scales=scales,
            vectors=student.vectors.astype(np.float32),
            intercepts=student.intercepts.astype(np.float32),
            about=np.frombuffer(text.encode(), dtype=np.uint8),
        )


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
            weights = file["weights"].transpose(0, 2, 1) * file["scales"][:, None]
            student = Student(
                terms,
                tuple(about["outputs"]),
                np.ascontiguousarray(weights),
                file["vectors"],
                file["intercepts"],
                {str(g): int(k) for g, k in about["unseen"].items()},
                about["provenance"],
            )
    except FileNotFoundError:
        return None
    except (
        OSError,
        ValueError,
        KeyError,
        IndexError,
        TypeError,
        AttributeError,
        EOFError,
        zipfile.BadZipFile,
    ) as error:
        # a word number beyond the list is an IndexError: most likely the list is another one
        raise ValueError(f"{path} is no student, or one of another word table ({error}); {anew}") from None
    if made_for != digest(words):
        raise ValueError(f"{path} was made for another word table (training/data/words.npz); {anew}")
    n_teachers, n_terms, n_outputs = weights.shape
    dimensions = student.vectors.shape[1] if student.vectors.ndim == 3 else 0
    if (
        n_terms != len(terms)
        or n_terms != len(terms.words) + len(terms.pairs)
        or n_outputs != len(student.outputs)
        or student.vectors.shape != (n_teachers, dimensions, n_outputs)
        or student.intercepts.shape != (n_teachers, n_outputs)
        or not all(0 <= k < n_teachers for k in student.unseen.values())
    ):
        raise ValueError(f"{path} is damaged: its parts do not fit each other; {anew}")
    return student
