"""``python -m benchmarks``: measures everything, prints tables, writes JSON.

    python -m benchmarks                                   some five minutes
    python -m benchmarks --quick                           to see that it works; the figures are rough
    python -m benchmarks --only peers steps
    python -m benchmarks --json figures.json --write docs/performance.md

Close other programs before you believe a figure: "load at start" tells whether the machine had other work.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.measures import LENGTHS, ONE_THREAD

BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"
PARTS = ("cold start", "throughput", "peers", "parts", "steps", "long articles", "memory", "scaling")


def main(argv: Sequence[str] | None = None) -> int:
    """Measure; the exit code is 0."""
    assert __doc__ is not None
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="little of everything")
    parser.add_argument("--only", nargs="+", choices=[p.replace(" ", "-") for p in PARTS], metavar="PART")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures here")
    parser.add_argument("--write", type=Path, metavar="FILE.md", help="put the tables between the marks of this file")
    parser.add_argument("--stream", type=int, metavar="N", help="articles of the long stream (default: 20,000)")
    args = parser.parse_args(argv)
    # before NumPy is imported, which happens with the first score
    os.environ.update(ONE_THREAD)
    only = [p.replace("-", " ") for p in args.only] if args.only else None
    figures = measure(args.quick, only, args.stream)
    text = tables(figures)
    print(text)
    if args.json is not None:
        args.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    if args.write is not None:
        page = args.write.read_text(encoding="utf-8")
        head, _, rest = page.partition(BEGIN)
        tail = rest.partition(END)[2]
        args.write.write_text(f"{head}{BEGIN}\n\n{text}\n\n{END}{tail}", encoding="utf-8")
    return 0


def measure(quick: bool = False, only: Sequence[str] | None = None, stream: int | None = None) -> dict[str, Any]:
    """Run the measurements; `only` names some of `PARTS`."""
    import classifier
    from benchmarks import measures

    predictor = classifier.load()
    parts: dict[str, Callable[[], Any]] = {
        "cold start": lambda: measures.cold_start(2 if quick else 9),
        "throughput": lambda: measures.throughput(
            predictor, LENGTHS[:3] if quick else LENGTHS, 3000 if quick else 100_000, 1 if quick else 3
        ),
        "peers": lambda: measures.peers(predictor, 5 if quick else 100, 1 if quick else 5),
        "parts": lambda: measures.parts(predictor, 16 if quick else 96, 1 if quick else 5),
        "steps": lambda: measures.steps(predictor, 10 if quick else 200),
        "long articles": lambda: measures.long_articles((600, 3000) if quick else (600, 10_000, 100_000)),
        "memory": lambda: measures.memory(stream or (200 if quick else 20_000), 100),
        "scaling": lambda: measures.scaling(100 if quick else 1200, 1 if quick else 3),
    }
    figures: dict[str, Any] = {"machine": measures.machine()}
    for name, run in parts.items():
        if only is None or name in only:
            print(f"measuring: {name}", file=sys.stderr, flush=True)
            figures[name] = run()
    return figures


def tables(figures: dict[str, Any]) -> str:
    """The figures as Markdown."""
    machine = figures["machine"]
    out = [
        f"Measured on {machine['machine']}, {machine['system']}, NumPy {machine['numpy']}; load at start "
        f"{machine['load_at_start']}. Signature: `{machine['signature']}`."
    ]
    if found := figures.get("cold start"):
        rows = [[name, f["median"], f["least"]] for name, f in found.items() if isinstance(f, dict)]
        out.append(_table(f"Cold start, {found['rounds']} times", ["", "median", "least"], rows))
    if found := figures.get("throughput"):
        rows = [[f"{r['words']:,}", r["articles_per_second"], r["microseconds_per_word"]] for r in found]
        out.append(_table("Throughput on one core", ["words an article", "articles a second", "µs a word"], rows))
    if found := figures.get("peers"):
        ratio = found["accordingto_takes_times_as_long"]
        rows = [
            [name, ms, found["articles_per_second"][name], ratio.get(name, "")]
            for name, ms in found["milliseconds_per_article"].items()
        ]
        rows += [[name, reason, "", ""] for name, reason in found["missing"].items()]
        columns = ["program", "ms an article", "articles a second", "accordingto takes times as long"]
        out.append(_table(f"Side by side, {found['articles']} articles of 600 words, one core", columns, rows))
    if found := figures.get("parts"):
        rows = [[name, value] for name, value in found.items()]
        out.append(_table("Parts, articles of 600 words in batches, one core", ["", "figure"], rows))
    if found := figures.get("steps"):
        whole = sum(found.values())
        rows = [[step, ms, f"{100 * ms / whole:.0f} %"] for step, ms in found.items()]
        out.append(_table("Where the time goes, an article of 600 words", ["step", "ms", "share"], rows))
    if found := figures.get("long articles"):
        rows = [[f"{r['words']:,}", r["sentences"], r["seconds"], r["peak_mb"], r["kb_per_word"]] for r in found]
        columns = ["words", "sentences", "seconds", "peak memory, MB", "of it for the article, KB a word"]
        out.append(_table("One long article", columns, rows))
    if found := figures.get("memory"):
        streams = {name: f for name, f in found.items() if isinstance(f, dict)}
        rows = [
            [
                name,
                f["peak_mb_after_loading"],
                *f["peak_mb_after"].values(),
                f"{f['growth_from_10_to_100_percent']:+.1%}",
            ]
            for name, f in streams.items()
        ]
        shares = [f"after {share}" for share in next(iter(streams.values()))["peak_mb_after"]]
        title = f"Peak memory in MB over {found['articles']:,} articles of {found['words']} words"
        out.append(_table(title, ["articles", "loaded", *shares, "from 10 % on"], rows))
    if found := figures.get("scaling"):
        rows = [[found["one process"], found["two processes"], found["times"]]]
        title = f"Two processes, {found['articles']:,} articles of 600 words"
        out.append(_table(title, ["articles a second, one process", "two processes", "times"], rows))
    return "\n\n".join(out)


def _table(title: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    lines = [columns, ["---", *["---:"] * (len(columns) - 1)], *rows]
    return f"**{title}**\n\n" + "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


if __name__ == "__main__":
    sys.exit(main())
