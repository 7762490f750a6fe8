"""A function over a long stream of items, in this process or in joblib's workers, results in order.

joblib reads its input in threads of its own and keeps every result until it is asked for. Here the input is read
only in the thread that asks for results, and never more than a few items ahead of it: an archive of any size
passes through bounded memory however slow its reader is, and an error of the input is the caller's to catch.
"""

from __future__ import annotations

import os
import sys
import threading
import time
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

_DISPATCHED = 2  # items a worker has at hand, so that none waits for the next one
_GLANCE = 2.0  # seconds between two looks at whether the caller is still there
_AHEAD = 6  # items a worker that are read before the first of their results is taken


def ordered(function: Callable[[Item], Result], items: Iterable[Item], n_jobs: int | None = None) -> Iterator[Result]:
    """`map`, spread over joblib's workers.

    Parameters
    ----------
    function : callable
        For workers in other processes it must be importable, or be a `functools.partial` of such a one.
    items : iterable
        Read as needed, in the caller's thread.
    n_jobs : int, optional
        Workers, as joblib counts them (-1: one a processor). None: this process, or whatever an enclosing
        ``joblib.parallel_config`` says.

    Yields
    ------
    object
        ``function(item)``, in the order of the items. The backend is the one that is configured when `ordered` is
        called, not when the first result is asked for.

    Raises
    ------
    ValueError
        Where `n_jobs` is 0.

    Examples
    --------
    >>> list(ordered(abs, [-1, 2, -3]))
    [1, 2, 3]
    """
    n_workers = workers(n_jobs)
    if n_workers == 1:
        return map(function, items)
    from joblib import Parallel, delayed

    parallel = Parallel(n_jobs=n_jobs, return_as="generator", batch_size=1, pre_dispatch=f"{_DISPATCHED} * n_jobs")
    return _run(parallel, delayed(partial(_work, os.getpid(), function)), iter(items), _AHEAD * n_workers)


def workers(n_jobs: int | None) -> int:
    """How many workers `ordered` would use; 1 is this process."""
    # Nobody has configured what is not even imported, and importing it takes longer than a score.
    if n_jobs == 1 or (n_jobs is None and "joblib" not in sys.modules):
        return 1
    from joblib import effective_n_jobs

    return effective_n_jobs(n_jobs)


_watching = False


def _work(caller: int, function: Callable[[Any], Any], item: Any) -> Any:
    """Call the function in a worker, which ends when its caller does: a caller that was killed cannot tell it to."""
    global _watching
    if not _watching and os.getppid() == caller:
        _watching = True
        threading.Thread(target=_watch, args=(caller,), daemon=True).start()
    return function(item)


def _watch(caller: int) -> None:
    while os.getppid() == caller:
        time.sleep(_GLANCE)
    os._exit(1)


def _run(parallel: Any, task: Callable[[Any], Any], items: Iterator[Any], ahead: int) -> Iterator[Any]:
    waiting: deque[Any] = deque()
    unread = 0
    failure: Exception | None = None

    def fill() -> None:
        nonlocal unread, failure
        while unread < ahead and failure is None:
            try:
                waiting.append(next(items))
            except StopIteration:
                return
            except Exception as error:
                # raised when all results before it have been taken
                failure = error
                return
            unread += 1

    def tasks() -> Iterator[Any]:
        # Runs in joblib's threads. Where nothing waits, the reader is behind: this run ends, and another one begins
        # when its results have been taken.
        while waiting:
            yield task(waiting.popleft())

    while True:
        fill()
        if not waiting:
            if failure is not None:
                raise failure
            return
        results = parallel(tasks())
        try:
            for result in results:
                unread -= 1
                fill()
                yield result
        finally:
            with warnings.catch_warnings():
                # Whoever stops early knows that there was work left over.
                warnings.filterwarnings("ignore", message=r"\d+ tasks ", category=UserWarning)
                results.close()
