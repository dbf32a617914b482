"""Run one function over many items on a few threads, results in the order of the items."""

import os
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event, Lock
from typing import TypeVar

from excerpt.errors import InputError
from excerpt.models.protocols import Check

__all__ = ["Workers", "available_cores"]

T = TypeVar("T")
R = TypeVar("R")


def available_cores() -> int:
    """Cores this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Workers:
    """A bounded set of threads, made on first use and made again after a fork.

    The calling thread works too, so a call always gets on, however many others are waiting, and
    ``threads=1`` starts no thread at all.

    Args:
        threads: How many items are worked on at once by one call; default: every core.
    """

    def __init__(self, threads: int | None = None) -> None:
        if threads is not None and threads < 1:
            message = f"threads is {threads}; give 1 or more, or None for every core"
            raise InputError(message)
        self.threads = threads or available_cores()
        self._lock = Lock()
        self._pool: ThreadPoolExecutor | None = None
        self._owner = 0

    def map(
        self, function: Callable[[T], R], items: Sequence[T], order: Sequence[int], check: Check
    ) -> list[R]:
        """``[function(item) for item in items]``, begun in the given order.

        Args:
            function: Called once for each item, from any of the threads.
            items: What it is called with.
            order: Indices of ``items``, the one to begin with first (the longest, for balance).
            check: Called on the calling thread before each of its items; what it raises stops the run.
        """
        waiting = deque(order)
        results: dict[int, R] = {}
        stop = Event()

        def work(check: Check) -> None:
            while not stop.is_set():
                if check is not None:
                    check()
                try:
                    index = waiting.popleft()
                except IndexError:
                    return
                results[index] = function(items[index])

        helpers = self._start(lambda: work(None), min(self.threads, len(items)) - 1)
        try:
            work(check)
            for helper in helpers:
                if not helper.cancel():
                    helper.result()
        finally:
            stop.set()
            for helper in helpers:
                if not helper.cancel():
                    helper.exception()
        return [results[index] for index in range(len(items))]

    def _start(self, work: Callable[[], None], count: int) -> list[Future[None]]:
        if count < 1:
            return []
        with self._lock:
            if self._pool is None or self._owner != os.getpid():
                self._pool = ThreadPoolExecutor(self.threads - 1, thread_name_prefix="excerpt-model")
                self._owner = os.getpid()
            return [self._pool.submit(work) for _ in range(count)]
