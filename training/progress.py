"""Where the commands of this package tell how far they are."""

import sys


def progress(line: str) -> None:
    """Print a line on standard error at once: standard output is for results."""
    print(line, file=sys.stderr, flush=True)
