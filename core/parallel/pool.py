"""Threads for many calls, results in the order of the calls; the same few threads for the whole process."""

import asyncio
import contextvars
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from threading import Event
from typing import Generic, TypeVar

from excerpt.parallel.cores import SLOTS, Check, available_cores
from excerpt.parallel.forks import ForkLock, renew_in_children

__all__ = ["CALLS", "PASSES", "Threads"]

T = TypeVar("T")
R = TypeVar("R")


class Threads:
    """A bounded set of threads, made on first use, with as many as there are cores; made again after a fork.

    Args:
        name: What the threads are called.
        computing: What they do is native code that keeps a core busy: `map` takes a slot (`excerpt.parallel.cores`),
            and asks for help only while there are idle cores.
    """

    def __init__(self, name: str, *, computing: bool) -> None:
        self.name = name
        self.computing = computing
        self._lock = ForkLock()
        self._pool: ThreadPoolExecutor | None = None
        renew_in_children(self)

    def renew(self) -> None:
        """No threads; the next call makes them."""
        self._pool = None

    def submit(self, work: Callable[[], R]) -> Future[R]:
        """Have it done by one of the threads, with the caller's context variables."""
        with self._lock:
            if self._pool is None:
                self._pool = ThreadPoolExecutor(available_cores(), thread_name_prefix=self.name)
            return self._pool.submit(contextvars.copy_context().run, work)

    async def run(self, work: Callable[[], R], stop: Event | None = None) -> R:
        """Have it done by one of the threads without holding up the event loop.

        Args:
            work: What to do.
            stop: Set where the wait is cancelled, so that work that has begun can end early. Work that has not
                begun never does.
        """
        try:
            return await asyncio.wrap_future(self.submit(work))
        except asyncio.CancelledError:
            if stop is not None:
                stop.set()
            raise

    def map(
        self,
        function: Callable[[T], R],
        items: Sequence[T],
        *,
        order: Sequence[int] | None = None,
        check: Check = None,
        threads: int | None = None,
    ) -> list[R]:
        """``[function(item) for item in items]``, several at once.

        The calling thread works too, so a call always gets on, however many others are waiting, and work that runs on
        one of these threads itself may call this.

        Args:
            function: Called once for each item, from any of the threads.
            items: What it is called with.
            order: Indices of ``items``, the one to begin with first; default: as they come.
            check: Called on the calling thread before each of its items; what it raises stops the run.
            threads: How many items are worked on at once; default: every core.

        Raises:
            Exception: What ``function`` raised, for the first item in ``order`` for which it did.
        """
        work = _Work(function, items, range(len(items)) if order is None else order)
        most = min(threads or available_cores(), len(items)) - 1
        helpers: list[Future[None]] = []

        def before_each() -> bool:
            if check is not None:
                check()
            helping = sum(not helper.done() for helper in helpers)
            idle = SLOTS.idle if self.computing else most
            wanted = min(most - helping, idle, len(work.waiting) - 1)
            helpers.extend(self.submit(lambda: work.do(self._help)) for _ in range(wanted))
            return True

        try:
            with SLOTS.take(check) if self.computing else nullcontext():
                work.do(lambda: nullcontext(before_each()))
        finally:
            work.waiting.clear()
            for helper in helpers:
                if not helper.cancel():
                    helper.exception()
        return work.done()

    def _help(self) -> AbstractContextManager[bool]:
        return SLOTS.join() if self.computing else nullcontext(True)


class _Work(Generic[T, R]):
    """What is left to do of one `Threads.map`, and what came of the rest."""

    def __init__(self, function: Callable[[T], R], items: Sequence[T], order: Sequence[int]) -> None:
        self.function = function
        self.items = items
        self.waiting = deque(enumerate(order))
        self._results: dict[int, R] = {}
        self._errors: dict[int, BaseException] = {}

    def do(self, around: Callable[[], AbstractContextManager[bool]]) -> None:
        """Take one item after another until there is none, one fails, or it is time to go.

        Args:
            around: What each item is done in; where it gives False, no more is done.
        """
        while self.waiting:
            with around() as go_on:
                if not go_on or not self._do_next():
                    return

    def _do_next(self) -> bool:
        try:
            number, index = self.waiting.popleft()
        except IndexError:  # another thread was quicker
            return False
        try:
            self._results[index] = self.function(self.items[index])
        except BaseException as error:  # noqa: BLE001 - handed over to the caller's thread
            self._errors[number] = error
            self.waiting.clear()
        return True

    def done(self) -> list[R]:
        """All results; what went wrong first, where something did."""
        if self._errors:
            raise self._errors[min(self._errors)]
        return [self._results[index] for index in range(len(self.items))]


CALLS = Threads("excerpt-call", computing=False)
"""Whole calls of a chain: `Chain.compress_batch`, `Chain.acompress` and the server share it."""

PASSES = Threads("excerpt-pass", computing=True)
"""Forward passes of one call."""
