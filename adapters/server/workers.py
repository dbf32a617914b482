"""The threads that compress: as many as there are cores, a bounded wait for one."""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

import anyio
import anyio.to_thread

from excerpt.adapters.server.refusals import Refused
from excerpt.adapters.server.settings import Limits

__all__ = ["Workers"]

T = TypeVar("T")


class Workers:
    """Runs functions in threads, ``limits.workers`` at once, so that the event loop goes on.

    Args:
        limits: How many, and how long a call waits for one.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._turn = anyio.Semaphore(limits.workers)
        self._threads = anyio.CapacityLimiter(limits.workers)
        self.waiting = 0

    async def run(self, work: Callable[..., T], *arguments: object) -> T:
        """What ``work(*arguments)`` gives.

        Raises:
            Refused: No worker was free in time (503).
        """
        self.waiting += 1
        try:
            with anyio.fail_after(self._limits.wait_s):
                await self._turn.acquire()
        except TimeoutError:
            message = f"every worker was busy for {self._limits.wait_s:g} s; try again later"
            raise Refused(503, "busy", message, {"retry-after": "1"}) from None
        finally:
            self.waiting -= 1
        try:
            # A thread cannot be stopped: it is waited for, so that no more than these ever run.
            return await anyio.to_thread.run_sync(partial(work, *arguments), limiter=self._threads)
        finally:
            self._turn.release()
