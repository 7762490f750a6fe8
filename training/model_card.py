"""The model card: an artifact's manifest in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def model_card(manifest: Mapping[str, Any]) -> str:
    """Markdown made from a manifest: what taught it, how good it is, what it is not for."""
    lines = [
        f"# Model card: {manifest['name']} {manifest['version']} ({manifest['language']})",
        "",
        f"Digest `{manifest['digest']}`, format {manifest['format']}, seed {manifest['seed']}.",
        "Written by `accordingto train`; every figure below was measured in that run.",
        "",
        "## What it is for",
        "",
        "Scoring how English news articles are sourced and told, with the words that show why. It does not judge whether a",
        "claim is true, it knows no outlet, and it should not rank people or outlets without a reader looking at the reports.",
        "",
        "## What taught it",
        "",
        "| corpus | licence as stated | articles | labelled sentences | signals |",
        "|---|---|---|---|---|",
    ]
    for name, entry in sorted(manifest["teaches"].items()):
        signals = ", ".join(entry["signals"])
        lines.append(f"| {name} | {entry['licence']} | {entry['articles']} | {entry['sentences']} | {signals} |")
    lines += ["", f"## Quality out of fold ({manifest['quality']['folds']})", "", "| signal | measures |", "|---|---|"]
    for name, measures in manifest["quality"]["signals"].items():
        lines.append(f"| {name} | {', '.join(f'{k} {v}' for k, v in measures.items())} |")
    for name, measures in manifest["quality"]["scores"].items():
        lines.append(f"| score: {name} | {', '.join(f'{k} {v}' for k, v in measures.items())} |")
    lines += [
        "",
        "The labels and ratings of the annotated articles come from language-model readers; such readers agree with one",
        "another more than people would, so agreement with them is not agreement with people.",
        "",
        "## Libraries",
        "",
        ", ".join(f"{k} {v}" for k, v in manifest["libraries"].items()) + ".",
        "",
    ]
    return "\n".join(lines)
