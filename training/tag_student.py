"""What a fine-tuned encoder taught the taggers: the weights from which fitting starts.

The file (``training/data/tags.npz``) ships with the package: training needs neither the news nor the encoder, and
`training.tag_teacher`, which wrote it, is only needed to make it anew.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from classifier.second_pass import SecondPass
from classifier.tagger import Tagger, join_places, split_places
from classifier.vocabulary import FAMILIES, TypeTable
from training.student import DAMAGES, digest, save_parts

TAGS = Path(__file__).resolve().parent / "data" / "tags.npz"
POLNEAR_TAGS = TAGS.with_name("tags_polnear.npz")
"""Of attributions as PolNeAR defines them, for `training.attribution.POLNEAR`."""
STEP = 0.02  # of the weights in the file: smaller ones cost nothing, see ``docs/experiments.md``


@dataclass(frozen=True)
class TagStudent:
    """Taggers that learned from several teachers.

    Attributes
    ----------
    vocabularies : mapping of str to tuple of str
        For each family of `classifier.vocabulary.FAMILIES` the values that have weights, as `TypeTable` takes them.
    taggers : tuple of mapping of str to Tagger
        For each teacher, in order, the taggers by name.
    folds : mapping of str to int
        For each outlet (or article without one, as `training.texts.Labelled.groups` has it) its fold.
    left_out : tuple of tuple of int
        For each teacher the folds that it has not seen.
    provenance : mapping
        Seed, counts, encoder and versions it was made with.
    """

    vocabularies: Mapping[str, tuple[str, ...]]
    taggers: tuple[Mapping[str, Tagger], ...]
    folds: Mapping[str, int]
    left_out: tuple[tuple[int, ...], ...]
    provenance: Mapping[str, Any] = field(default_factory=dict)

    def unseen(self, groups: Iterable[str]) -> list[int]:
        """The teachers that have seen none of these outlets; of an outlet that is not in `folds` none has seen a thing."""
        folds = {self.folds[g] for g in groups if g in self.folds}
        return [k for k, left_out in enumerate(self.left_out) if folds <= set(left_out)]

    def start(self, name: str, teachers: Sequence[int], table: TypeTable) -> Tagger | None:
        """The mean of some teachers' taggers of a name, for the types of a table; None without teachers.

        A value of a family that the students do not know has the weights that they give to unknown ones.

        Raises
        ------
        ValueError
            Where the table has other clusters, shapes or classes.
        """
        if not teachers:
            return None
        chosen = [self.taggers[k][name] for k in teachers]
        first = chosen[0]

        def mean(parts: Sequence[np.ndarray]) -> np.ndarray:
            return np.asarray(np.mean(parts, axis=0, dtype=np.float32))

        families = mean([t.families for t in chosen])
        looks = [t.second for t in chosen if t.second is not None]
        rows: list[int] = []
        base = 0
        for f in FAMILIES:
            known = {v: i for i, v in enumerate(self.vocabularies[f], 1)}
            rows += [base, *(base + known.get(v, 0) for v in table.vocabularies[f])]
            base += len(known) + 1
        rest = len(families) - base
        if rest != sum(table.sizes[len(FAMILIES) :]) + table.flags.shape[1]:
            raise ValueError("the students' clusters, shapes or classes are not those of the table")
        rows += range(base, base + rest)
        return Tagger(
            first.labels,
            first.offsets,
            families[rows],
            {n: mean([t.places[n] for t in chosen]) for n in first.places},
            mean([t.transitions for t in chosen]),
            mean([t.start for t in chosen]),
            None
            if not looks
            else SecondPass(
                {n: mean([s.places[n] for s in looks]) for n in looks[0].places},
                mean([s.transitions for s in looks]),
                mean([s.start for s in looks]),
            ),
        )


def _whole(values: np.ndarray) -> np.ndarray:
    return np.clip(np.round(np.asarray(values) / STEP), -127, 127).astype(np.int8)


def _numbers(whole: np.ndarray) -> np.ndarray:
    return whole.astype(np.float32) * np.float32(STEP)


def _moves(chains: Sequence[Tagger | SecondPass]) -> np.ndarray:
    return np.stack([np.vstack([c.transitions, c.start]) for c in chains]).astype(np.float32)


def save(student: TagStudent, path: Path = TAGS) -> None:
    """Write a student as an .npz file without pickles, its weights as whole numbers of `STEP`; the same student gives the same bytes."""
    about = {
        "taggers": {
            name: {
                "labels": one.labels,
                "offsets": one.offsets,
                "places": join_places(one.places)[1],
                "second": join_places(one.second.places)[1] if one.second else [],
            }
            for name, one in student.taggers[0].items()
        },
        "vocabularies": {f: list(student.vocabularies[f]) for f in FAMILIES if f != "word"},
        "words": digest(student.vocabularies["word"]),
        "folds": dict(student.folds),
        "left out": student.left_out,
        "provenance": dict(student.provenance),
    }
    arrays: dict[str, Any] = {}
    for name in student.taggers[0]:
        mine = [taggers[name] for taggers in student.taggers]
        arrays[f"{name}_families"] = _whole(np.stack([t.families for t in mine]))
        arrays[f"{name}_places"] = _whole(np.stack([join_places(t.places)[0] for t in mine]))
        arrays[f"{name}_transitions"] = _moves(mine)
        looks = [t.second for t in mine if t.second is not None]
        if looks:
            arrays[f"{name}_second_places"] = _whole(np.stack([join_places(s.places)[0] for s in looks]))
            arrays[f"{name}_second_transitions"] = _moves(looks)
    save_parts(path, about, arrays)


def load(words: Sequence[str], path: Path = TAGS) -> TagStudent | None:
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
    anew = "make one with 'python -m training.tag_teacher'"
    try:
        with np.load(path, allow_pickle=False) as file:
            about = json.loads(file["about"].tobytes().decode())
            if about["words"] != digest(words):
                raise ValueError("it was made for another word table than training/data/words.npz")
            vocabularies = {f: tuple(map(str, about["vocabularies"].get(f, ()))) for f in FAMILIES}
            vocabularies["word"] = tuple(words)
            left_out = tuple(tuple(map(int, folds)) for folds in about["left out"])
            least = sum(len(v) + 1 for v in vocabularies.values())
            taggers: list[dict[str, Tagger]] = [{} for _ in left_out]
            for name, one in about["taggers"].items():
                parts = [file[f"{name}_{part}"] for part in ("families", "places", "transitions")]
                more = [file[f"{name}_second_{part}"] for part in ("places", "transitions")] if one["second"] else []
                for k, tagger in enumerate(_taggers(one, least, *parts, *more)):
                    taggers[k][name] = tagger
            student = TagStudent(
                vocabularies,
                tuple(taggers),
                {str(g): int(f) for g, f in about["folds"].items()},
                left_out,
                about["provenance"],
            )
    except FileNotFoundError:
        return None
    except DAMAGES as error:
        raise ValueError(f"{path} is no student of tags, or a damaged one ({error}); {anew}") from None
    return student


def _taggers(
    about: Mapping[str, Any],
    least: int,
    families: np.ndarray,
    places: np.ndarray,
    transitions: np.ndarray,
    second_places: np.ndarray | None = None,
    second_transitions: np.ndarray | None = None,
) -> list[Tagger]:
    """The taggers of one name, a teacher each, from what `save` wrote; their families have more rows than `least`."""
    labels, offsets = tuple(map(str, about["labels"])), tuple(map(int, about["offsets"]))
    n, n_labels = len(families), len(labels)
    if families.ndim != 3 or families.shape[1] <= least or families.shape[2] != n_labels * len(offsets):
        raise ValueError("its parts do not fit each other")

    def chains(
        sizes: Sequence[Any], weights: np.ndarray, moves: np.ndarray
    ) -> list[tuple[dict[str, np.ndarray], np.ndarray, np.ndarray]]:
        if weights.shape != (n, sum(size for _, size in sizes), n_labels) or moves.shape != (n, n_labels + 1, n_labels):
            raise ValueError("its parts do not fit each other")
        return [(split_places(_numbers(w), sizes), m[:-1], m[-1]) for w, m in zip(weights, moves, strict=True)]

    seconds: list[SecondPass | None] = [None] * n
    if second_places is not None and second_transitions is not None:
        seconds = [SecondPass(*parts) for parts in chains(about["second"], second_places, second_transitions)]
    firsts = chains(about["places"], places, transitions)
    return [
        Tagger(labels, offsets, _numbers(w), p, moves, start, second)
        for w, (p, moves, start), second in zip(families, firsts, seconds, strict=True)
    ]
