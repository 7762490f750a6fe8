"""Fits kept on disk, so that training that was interrupted goes on where it was.

A fit is kept under a key of everything that decides its result: the data, the parameters, the seed, the versions of
the libraries and of this program's own code. So a changed label, library or line of code is a new fit, never an old
result. What is kept are pickles written by `joblib.Memory`, for the trainer's own use: they are no part of an artifact.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import joblib
import numpy as np
from threadpoolctl import threadpool_limits

_PACKAGES = Path(__file__).resolve().parent.parent


@cache
def code_version() -> str:
    """SHA-256 over the source of `classifier` and `training` and the versions of the numerical libraries."""
    import scipy
    import sklearn

    total = hashlib.sha256(f"{np.__version__} {scipy.__version__} {sklearn.__version__}\n".encode())
    for package in ("classifier", "training"):
        for path in sorted((_PACKAGES / package).rglob("*.py")):
            total.update(f"{path.relative_to(_PACKAGES).as_posix()}\n".encode() + path.read_bytes())
    return total.hexdigest()


def _fit(key: str, function: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
    # several threads would add numbers in another order, and give other last digits on another machine
    with threadpool_limits(limits=1):
        return function(*arguments)


class FitCache:
    """Runs fits, each on one thread, and keeps their results where a folder is given.

    Parameters
    ----------
    folder : Path, optional
        Where results are kept; without it nothing is.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder
        self._run = joblib.Memory(folder, verbose=0).cache(_fit, ignore=["function", "arguments"])

    def key(self, *parts: Any) -> str:
        """The key of a fit that these parts decide; empty where nothing is kept, since hashing takes time."""
        return joblib.hash((code_version(), *parts)) if self.folder is not None else ""

    def holds(self, key: str) -> bool:
        """Whether the result of a fit is there."""
        return self.folder is not None and self._run.check_call_in_cache(key, None, ())

    def task(self, key: str, function: Callable[..., Any], *arguments: Any) -> Any:
        """A fit for `joblib.Parallel`; its result is that of ``function(*arguments)``."""
        return joblib.delayed(self._run)(key, function, arguments)
