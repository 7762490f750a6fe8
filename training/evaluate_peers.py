"""Peers measured beside this program: ``python -m training.evaluate_peers``.

What other programs reach on the rows on which ``accordingto evaluate`` measures ours, by the same measures:

    crfsuite        attribution by a CRF of python-crfsuite with ordinary features, taught by PolNeAR's train part
    crfsuite-folds  the same taught by what teaches ours: the articles of other folds, too (slow: only if named)
    rule            attribution by quotation marks and verbs of saying, whole sentences as content
    vader           VADER: compound for valence, its size for loaded and opinion
    textblob        TextBlob: polarity for valence, subjectivity for loaded and opinion
    proselint       proselint's checks of weasel words and hedging, for hedging
    write-good      write-good's weasel check, for hedging
    minilm          a frozen all-MiniLM-L6-v2 with logistic regression, for all signals of a sentence
    refit           ours: the model of BABE's own label, fitted anew in folds by article and by outlet

A peer that is not installed is skipped, and the command that installs it is named. Without --data and --annotations
the own articles are judged. Everything takes some ten minutes of one processor, most of it for crfsuite and for the
encoder, whose embeddings --cache keeps.

    pip install -e '.[peers]' && npm install write-good
    accordingto evaluate --data CORPORA --annotations ANNOTATIONS --jobs 2 --out results.json
    python -m training.evaluate_peers --data CORPORA --annotations ANNOTATIONS --ours results.json --out peers.json
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from training.evaluate import _Table
from training.peers import PeerMissingError
from training.peers.measured_attribution import measure_crfsuite, measure_crfsuite_folds, measure_rule
from training.peers.measured_sentences import (
    measure_minilm,
    measure_proselint,
    measure_refit,
    measure_textblob,
    measure_vader,
    measure_write_good,
)
from training.peers.setting import Progress, Setting, load
from training.records import CorpusError

OURS = "accordingto"
PEERS: dict[str, Callable[[Setting], dict[str, _Table]]] = {
    "crfsuite": measure_crfsuite,
    "crfsuite-folds": measure_crfsuite_folds,
    "rule": measure_rule,
    "vader": measure_vader,
    "textblob": measure_textblob,
    "proselint": measure_proselint,
    "write-good": measure_write_good,
    "minilm": measure_minilm,
    "refit": measure_refit,
}
# public corpora that a peer is judged on or taught by, beside the annotated and own articles
JUDGED_ON: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("crfsuite", "crfsuite-folds", "rule"), ("polnear",)),
    **dict.fromkeys(("vader", "textblob"), ("babe", "checkthat", "nyt_valence", "newsmtsc")),
    **dict.fromkeys(("proselint", "write-good"), ("wikiweasel",)),
    "minilm": ("babe", "wikiweasel", "checkthat", "nyt_valence", "newsmtsc"),
    "refit": ("babe",),
}
DEFAULT = tuple(name for name in PEERS if name != "crfsuite-folds")
_HIDDEN = ("precision", "recall", "accuracy")


def evaluate_peers(
    data: Path | None = None,
    annotations: Path | None = None,
    only: Sequence[str] | None = None,
    ours: Mapping[str, Any] | None = None,
    cache: Path | None = None,
    jobs: int = 1,
    folds: int = 5,
    iterations: int = 150,
    progress: Progress = lambda line: None,
) -> dict[str, Any]:
    """Measure every peer that is installed.

    Parameters
    ----------
    data, annotations : Path, optional
        As for `training.evaluate.evaluate`; without them the own articles are judged.
    only : sequence of str, optional
        Some of `PEERS`; `DEFAULT` by default.
    ours : mapping, optional
        What `training.evaluate.evaluate` gave: its figures join those of the peers, where a peer has the same.
    cache : Path, optional
        Folder that keeps the encoder's embeddings.
    folds : int
        Folds by outlet.
    iterations : int
        Of CRFsuite's training, at most.

    Returns
    -------
    dict
        ``rows``: one a figure, as in `training.evaluate.Row`, with the ``peer`` that it is of; ``missing``: the
        command that installs each peer that was skipped; ``versions`` of the peers.

    Raises
    ------
    ValueError
        Where ``only`` names no peer.
    CorpusError
        Where a folder holds none of the corpora, or a corpus is damaged.
    """
    unknown = sorted(set(only or ()) - set(PEERS))
    if unknown:
        raise ValueError(f"no peer {unknown[0]!r}; there are {', '.join(PEERS)}")
    chosen = [name for name in PEERS if name in (only or DEFAULT)]
    wanted = {corpus for name in chosen for corpus in JUDGED_ON[name]}
    setting = Setting(load(data, annotations, progress, wanted), folds, jobs, cache, iterations, progress, {})
    rows: list[dict[str, Any]] = []
    missing: dict[str, str] = {}
    for name in chosen:
        start = time.perf_counter()
        try:
            tables = PEERS[name](setting)
        except PeerMissingError as error:
            missing[name] = str(error)
            progress(f"skipped {name}, which is not installed: {error}")
            continue
        rows += [{"peer": peer, **asdict(row)} for peer, table in tables.items() for row in table.rows]
        progress(f"measured {name} in {time.perf_counter() - start:.0f} s")
    if ours is not None:
        rows += _same_figures(ours, rows)
    return {"rows": rows, "missing": missing, "versions": setting.versions}


def _same_figures(ours: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Our figures of which a peer has the same one."""
    wanted = {_figure(r) for r in rows}
    return [{"peer": OURS, **r} for r in ours["rows"] if _figure(r) in wanted]


def _figure(row: Mapping[str, Any]) -> tuple[str, str, str]:
    return row["corpus"], row["signal"], row["measure"].replace("macro F1 at 0.5", "macro F1")


def table(result: Mapping[str, Any]) -> str:
    """The figures of `evaluate_peers` as two Markdown tables: attribution, and signals of a sentence."""
    rows = [r for r in result["rows"] if not any(h in r["measure"] for h in _HIDDEN)]
    attribution = {"source", "cue", "content", "sentence with content", "relation", "attributions"}
    out = []
    for title, part in (
        ("Attribution", [r for r in rows if r["signal"] in attribution]),
        ("Sentence signals", [r for r in rows if r["signal"] not in attribution]),
    ):
        if not part:
            continue
        names = list(dict.fromkeys(r["peer"] for r in part))
        names = [*(n for n in names if n.startswith(OURS)), *(n for n in names if not n.startswith(OURS))]
        cells: dict[tuple[str, str, str], dict[str, float]] = {}
        for r in part:
            cells.setdefault(_figure(r), {})[r["peer"]] = r["value"]
        lines = [["corpus", "signal", "measure", *names], ["---"] * (3 + len(names))]
        for key in sorted(cells, key=lambda k: k[0]):
            lines.append([*key, *(f"{cells[key][n]:.3f}" if n in cells[key] else "" for n in names)])
        out.append(f"{title}\n\n" + "\n".join("| " + " | ".join(line) + " |" for line in lines))
    out += [f"{name} is not installed: {command}" for name, command in result["missing"].items()]
    return "\n\n".join(out)


def main(argv: Sequence[str] | None = None) -> int:
    """Measure peers; the exit code is 0, or 2 where an argument or a corpus is wrong."""
    from training.progress import progress

    assert __doc__ is not None
    parser = argparse.ArgumentParser(
        prog="python -m training.evaluate_peers",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--data", type=Path, metavar="CORPORA", help="folder that holds one folder a corpus")
    parser.add_argument("--annotations", type=Path, metavar="ANNOTATIONS", help="folder of the annotated articles")
    parser.add_argument("--only", nargs="+", metavar="NAME", choices=list(PEERS), help=f"some of: {', '.join(PEERS)}")
    parser.add_argument("--ours", type=Path, metavar="RESULTS", help="results.json of 'accordingto evaluate --out'")
    parser.add_argument("--cache", type=Path, metavar="FOLDER", help="keep the encoder's embeddings here")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="processes (default: 1)")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the figures here, as JSON")
    args = parser.parse_args(argv)

    try:
        ours = None if args.ours is None else json.loads(args.ours.read_text(encoding="utf-8"))
        result = evaluate_peers(args.data, args.annotations, args.only, ours, args.cache, args.jobs, progress=progress)
    except (CorpusError, OSError, json.JSONDecodeError) as error:
        print(f"{parser.prog}: {error}", file=sys.stderr)
        return 2
    print(table(result))
    if args.out is not None:
        args.out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
