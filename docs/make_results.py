"""Writes the tables of docs/results.md and README.md from the figures beside it.

    accordingto evaluate --data CORPORA --annotations ANNOTATIONS --jobs 2 --out docs/results.json
    python -m training.evaluate_peers --data CORPORA --annotations ANNOTATIONS --ours docs/results.json --out docs/peers.json
    python -m training.evaluate_robustness --data CORPORA --annotations ANNOTATIONS --articles 100 --out docs/robustness.json
    python docs/make_results.py

What stands between ``<!-- table: NAME -->`` and ``<!-- end -->`` is made anew; the words around it are written by hand.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from training.evaluate_robustness import change_table, outlet_table

DOCS = Path(__file__).resolve().parent
Row = dict[str, Any]


def read(name: str) -> Row:
    """The figures of one file, nothing where it is not there."""
    path = DOCS / name
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


RESULTS, PEERS, ROBUSTNESS = read("results.json"), read("peers.json"), read("robustness.json")
OURS = {(r["corpus"], r["signal"], r["measure"]): r for r in RESULTS["rows"]}


def cell(corpus: str, signal: str, measure: str, interval: bool = False, digits: int = 3) -> str:
    """A figure of ours, with its interval where there is one; empty where it was not measured."""
    row = OURS.get((corpus, signal, measure))
    if row is None:
        return ""
    text = f"{row['value']:.{digits}f}"
    if interval and row["low"] is not None:
        text += f" ({row['low']:.{digits}f}-{row['high']:.{digits}f})"
    return text


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    return "\n".join("| " + " | ".join(r) + " |" for r in (head, ["---"] * len(head), *rows))


SIGNALS = (
    ("attributed", "F1", ".92"), ("attribution type", "kappa", ".80"), ("source type", "accuracy where found", ".80"),
    ("source type", "accuracy end to end", ".72"), ("hedged", "F1", ".78"), ("hedge cues", "word F1", ".72"),
    ("loaded", "F1", ".62"), ("loaded cues", "word F1", ""), ("opinion", "F1", ".68"), ("boilerplate", "F1", ".87"),
    ("frames", "micro F1", ".70"), ("frames", "macro F1", ".52"), ("valence", "macro F1", ".60"),
)  # fmt: skip
SPANS = (
    ("source", "token F1", ".79", ".801"), ("cue", "token F1", ".67", ".693"), ("content", "token F1", ".88", ".916"),
    ("source", "exact F1", ".76", ".782"), ("cue", "exact F1", ".70", ".706"), ("content", "exact F1", ".63", ".711"),
    ("sentence with content", "F1", ".91", ".931"), ("relation", "F1", ".74", ".785"),
)  # fmt: skip
WHOLE = (
    ("F1", ".82"), ("source type where found", ".78"), ("resolved name where found", ".78"),
    ("title recall where found", ".60"), ("same source, pairs F1", ".78"),
)  # fmt: skip
SCORES = (
    ("sourcing", ".80", ".89"), ("transparency", ".75", ".83"), ("loaded", ".85", ".91"), ("opinion", ".88", ".94"),
    ("speculation", ".75", ".83"), ("valence", ".50", ".88"),
)  # fmt: skip


def signals() -> str:
    rows = ([s, m, cell("annotations", s, m, True), cell("own", s, m, True), aim] for s, m, aim in SIGNALS)
    return table(["signal", "measure", "annotated articles", "own articles", "aim"], rows)


def calibration() -> str:
    names = ("precision", "recall", "expected calibration error")
    yes_or_no = ("attributed", "hedged", "loaded", "opinion", "boilerplate")
    return table(["signal", *names], ([s, *(cell("annotations", s, m) for m in names)] for s in yes_or_no))


def frames() -> str:
    found = [r for r in RESULTS["rows"] if r["corpus"] == "annotations" and r["signal"].startswith("frame ")]
    return ", ".join(f"{r['signal'][6:].replace('_', ' ')} {r['value']:.2f} ({r['n']})" for r in found) + "."


def spans() -> str:
    rows = (
        [f"{s}, {m}", *(cell(c, s, m) for c in ("polnear dev", "polnear dev, shipped", "annotations", "own")), *aims]
        for s, m, *aims in SPANS
    )
    head = [
        "measure",
        "PolNeAR dev",
        "PolNeAR dev, shipped taggers",
        "annotated articles",
        "own articles",
        "aim (PolNeAR dev)",
        "people (PolNeAR)",
    ]
    return table(head, rows)


def attributions() -> str:
    rows = ([m, cell("annotations", "attributions", m), cell("own", "attributions", m), aim] for m, aim in WHOLE)
    return table(["measure", "annotated articles", "own articles", "aim"], rows)


def scores() -> str:
    rows = [
        [
            name,
            cell("annotations", f"score: {name}", "Spearman", True),
            cell("annotations", f"score: {name}", "mean absolute error", digits=2),
            cell("annotations", f"score: {name}", "covered by 80% interval"),
            cell("own", f"score: {name}", "Spearman", True),
            aim,
            people,
        ]
        for name, aim, people in SCORES
    ]
    head = ["score", "Spearman, annotated", "mean error in points", "80% interval covers", "Spearman, own", "aim"]
    return table([*head, "reader against reader"], rows)


def public() -> str:
    left_out = ("annotations", "own", "polnear dev", "polnear dev, shipped")
    rows = [
        [f"{r['corpus']} ({r['n']:,})", r["signal"].replace("_", " "), r["measure"],
         cell(r["corpus"], r["signal"], r["measure"], True), r["how"]]
        for r in RESULTS["rows"] if r["corpus"] not in left_out and r["measure"] not in ("precision", "recall")
    ]  # fmt: skip
    return table(["corpus", "what", "measure", "value", "how"], rows)


def _peers(names: Sequence[str], wanted: Sequence[tuple[str, str, str]]) -> str:
    figures = {(r["peer"], r["corpus"], r["signal"], r["measure"]): r["value"] for r in PEERS["rows"]}

    def of(peer: str, key: tuple[str, str, str]) -> str:
        if peer == "accordingto":
            ours = [cell(*key), cell(key[0], key[1], f"{key[2]} at 0.5")]
            again = figures.get(("accordingto, refitted", *key))
            return ours[0] or ours[1] or ("" if again is None else f"{again:.3f}")
        value = figures.get((peer, *key), figures.get((peer, key[0], key[1], f"{key[2]} at 0.5")))
        return "" if value is None else f"{value:.3f}"

    rows = [[*key, *(of(n, key) for n in names)] for key in wanted]
    return table(["corpus", "signal", "measure", *names], [r for r in rows if any(r[3:])])


def peers_attribution() -> str:
    there = {r["peer"] for r in PEERS["rows"]}
    crf = [n for n in ("CRFsuite", "CRFsuite, taught as ours") if n in there]
    wanted = [(c, s, m) for c in ("polnear dev", "annotations", "own") for s, m, *_ in SPANS]
    wanted += [(c, "attributions", "F1") for c in ("annotations", "own")]
    return _peers(["accordingto", *crf, "quotes and said"], wanted)


def peers_signals() -> str:
    wanted = [(c, s, m) for c in ("annotations", "own") for s, m, _ in SIGNALS if s not in ("source type",)]
    wanted += [
        ("wikiweasel", "uncertain", "F1"), ("babe", "biased", "F1"), ("babe", "biased", "macro F1"),
        ("babe", "biased, unseen outlets", "macro F1"),
        ("babe", "biased, unseen outlets", "macro F1 at 0.5, mean of folds"),
        ("checkthat dev", "opinion or loaded", "macro F1"), ("nyt_valence", "valence", "Pearson"),
        ("newsmtsc", "valence toward a target", "macro F1"),
    ]  # fmt: skip
    names = ["accordingto", "MiniLM + logistic regression", "VADER", "TextBlob", "write-good", "proselint"]
    return _peers(names, wanted)


def changes(check: str) -> str:
    return "\n".join(change_table([r for r in ROBUSTNESS["rows"] if r["check"] == check]))


def readme() -> str:
    chosen = (
        ("sentence is attributed", "F1", ("attributed", "F1")),
        ("attribution type", "kappa", ("attribution type", "kappa")),
        ("type of source", "accuracy end to end", ("source type", "accuracy end to end")),
        ("hedged", "F1", ("hedged", "F1")),
        ("loaded wording", "F1", ("loaded", "F1")),
        ("opinion", "F1", ("opinion", "F1")),
        ("boilerplate", "F1", ("boilerplate", "F1")),
        ("frames", "micro F1", ("frames", "micro F1")),
        ("valence", "macro F1", ("valence", "macro F1")),
        *((f"{s} score against readers' ratings", "Spearman", (f"score: {s}", "Spearman")) for s, _, _ in SCORES[:5]),
    )
    rows = []
    for what, measure, key in chosen:
        r = OURS[("annotations", *key)]
        between = "" if r["low"] is None else f"{r['low']:.2f}-{r['high']:.2f}"
        rows.append([what, measure, f"{r['value']:.2f}", between])
    for corpus, what in (
        ("polnear dev", "PolNeAR dev, taggers of PolNeAR's definitions, not shipped"),
        ("polnear dev, shipped", "PolNeAR dev, shipped taggers"),
    ):
        tokens = ", ".join(cell(corpus, s, "token F1", digits=2) for s in ("source", "cue", "content"))
        rows.insert(3, [f"attribution spans ({what}): source, cue, content", "token F1", tokens, ""])
    return table(["what", "measure", "value", "95% interval"], rows)


TABLES: dict[str, Callable[[], str]] = {
    "signals": signals,
    "calibration": calibration,
    "frames": frames,
    "spans": spans,
    "attributions": attributions,
    "scores": scores,
    "public": public,
    "peers, attribution": peers_attribution,
    "peers, signals": peers_signals,
    **{check: lambda check=check: changes(check) for check in ("length", "boilerplate", "typography", "names")},
    **{k: lambda k=k: "\n".join(outlet_table(ROBUSTNESS[k])) for k in ("outlets", "leanings", "reporting")},
    "readme": readme,
}


def main() -> None:
    for path in (DOCS / "results.md", DOCS.parent / "README.md"):
        text = path.read_text(encoding="utf-8")
        made = re.sub(
            r"(<!-- table: (.+?) -->\n).*?(<!-- end -->)",
            lambda m: f"{m[1]}\n{TABLES[m[2]]()}\n\n{m[3]}",
            text,
            flags=re.DOTALL,
        )
        path.write_text(made, encoding="utf-8")
        print(f"wrote {len(re.findall('<!-- table: ', made))} tables of {path.name}")


if __name__ == "__main__":
    main()
