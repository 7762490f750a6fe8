"""How the commands of this package tell how far they are, and end."""

import argparse
import sys
from collections.abc import Sequence

from training.records import CorpusError


def progress(line: str) -> None:
    """Print a line on standard error at once: standard output is for results."""
    print(line, file=sys.stderr, flush=True)


def run(parser: argparse.ArgumentParser, arguments: Sequence[str] | None) -> int:
    """Do what the subcommand's ``do`` says; its exit status, 2 where a corpus is missing or damaged."""
    given = parser.parse_args(arguments)
    try:
        return int(given.do(given))
    except CorpusError as error:
        progress(f"error: {error}")
        return 2
