"""Time limits for the stages of a chain."""

import atexit
import contextvars
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self, TypeVar

from excerpt.errors import DeadlineExceeded

__all__ = ["Deadline"]

T = TypeVar("T")

_LAST_WAIT = 10.0
"""Seconds that the end of the process waits for work that overran: native code (torch, ONNX Runtime) that is still
running when Python takes itself apart aborts the process. Work that hangs is given up."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """A moment by which work must be done.

    Args:
        at: A reading of ``time.monotonic()``; None for no limit.
        stop: Set where nobody waits for the work any more; None where that cannot happen.
    """

    at: float | None = None
    stop: threading.Event | None = None

    @classmethod
    def after(cls, seconds: float | None, stop: threading.Event | None = None) -> Self:
        """So many seconds from now; None for no limit."""
        return cls(None if seconds is None else time.monotonic() + seconds, stop)

    def check(self) -> None:
        """Call between pieces of work, so that no more time is spent than was given.

        Raises:
            DeadlineExceeded: The moment is over, or nobody waits any more.
        """
        if self.at is not None and time.monotonic() >= self.at:
            raise _exceeded()
        if self.stop is not None and self.stop.is_set():
            raise DeadlineExceeded("nobody waits for this call any more")

    def call(self, work: Callable[[], T]) -> T:
        """Run ``work`` and wait no longer than the moment.

        Work that overruns is left to end by itself in a background thread and its result is thrown away:
        Python has no safe way to stop it. Work that calls `check` ends soon after the moment. The end of the
        process waits up to ten seconds for it.

        Raises:
            DeadlineExceeded: The moment came first.
        """
        self.check()
        if self.at is None:
            return work()
        results: list[T] = []
        errors: list[BaseException] = []

        context = contextvars.copy_context()  # the current span, for example

        def run() -> None:
            try:
                results.append(context.run(work))
            except BaseException as error:  # noqa: BLE001 - handed over to the caller's thread
                errors.append(error)
            finally:
                atexit.unregister(thread.join)

        thread = threading.Thread(target=run, daemon=True, name="excerpt-stage")
        thread.start()
        thread.join(min(max(0.0, self.at - time.monotonic()), threading.TIMEOUT_MAX))
        if errors:
            raise errors[0]
        if thread.is_alive():
            _wait_at_exit(thread)
        self.check()
        if not results:  # a wait may end a moment early
            raise _exceeded()
        return results[0]


def _wait_at_exit(thread: threading.Thread) -> None:
    atexit.register(thread.join, _LAST_WAIT)
    if not thread.is_alive():  # it ended in between, and had nothing to take back
        atexit.unregister(thread.join)


def _exceeded() -> DeadlineExceeded:
    return DeadlineExceeded("the time given to this chain is over; raise deadline_s, or use a faster chain")
