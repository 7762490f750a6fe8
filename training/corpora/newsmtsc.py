"""NewsMTSC: news sentences with the polarity that they have toward a marked target, for valence.

Takes ``train.jsonl`` and gives one record for each marked target, so a sentence with two targets comes twice,
each time with another target and polarity.

Hamborg and Donnay (2021), NewsMTSC: a dataset for (multi-)target-dependent sentiment classification, EACL.
"""

from __future__ import annotations

import re
from pathlib import Path

from training.corpora._common import CorpusFiles
from training.records import Corpus, SentenceRecord

FILES = CorpusFiles("newsmtsc", ("train.jsonl",))

_POLARITY = {"2": -1, "4": 0, "6": 1}
# "allsides_<article>_<event>_<sentence>_..." and "polusa_v1_<article>_-1_<sentence>_...".
_DOCUMENT = re.compile(r"(allsides_\d+_\d+|polusa_v\d+_\d+)_")


def load(folder: Path) -> Corpus:
    """Load the targets: ``labels["target_valence"]`` is -1, 0 or 1, ``cues["target"]`` the target's span.

    The article is the part of the id that names it.

    Raises
    ------
    CorpusError
        Where the file is missing or damaged, or a target does not stand at its offsets.
    """
    path = Path(folder) / "train.jsonl"
    FILES.paths(path.parent)
    sentences = []
    for number, raw in enumerate(FILES.json_lines(path, ("sentence_normalized", "targets")), 1):
        text = raw["sentence_normalized"]
        for target in raw["targets"]:
            missing = [key for key in ("Input.gid", "from", "to", "mention", "polarity") if key not in target]
            if missing:
                raise FILES.error(path, f"line {number}: a target has no field {missing[0]!r}")
            key, span = target["Input.gid"], (target["from"], target["to"])
            if text[slice(*span)] != target["mention"]:
                there = text[slice(*span)]
                raise FILES.error(path, f"line {number}: at its offsets stands {there!r}, not {target['mention']!r}")
            document = _DOCUMENT.match(key)
            if document is None:
                raise FILES.error(path, f"line {number}: the id {key!r} names no document")
            polarity = FILES.one_of(f"{target['polarity']:g}", _POLARITY, path, f"line {number}")
            sentences.append(
                SentenceRecord(
                    corpus="newsmtsc",
                    id=key,
                    text=text,
                    article=document[1],
                    split="train",
                    labels={"target_valence": polarity},
                    cues={"target": (span,)},
                )
            )
    return Corpus("newsmtsc", sentences=tuple(sentences))
