"""Turns at the process's threads for calls: so many at once, a bounded wait for one."""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

import anyio

from excerpt.adapters.server.refusals import Refused
from excerpt.adapters.server.settings import Limits
from excerpt.parallel.pool import CALLS

__all__ = ["Workers"]

T = TypeVar("T")


class Workers:
    """Runs functions on `excerpt.parallel.pool.CALLS`, ``limits.workers`` at once, so that the event loop goes on.

    Args:
        limits: How many.
    """

    def __init__(self, limits: Limits) -> None:
        self._turn = anyio.Semaphore(limits.workers)

    async def run(self, work: Callable[..., T], *arguments: object, wait_s: float) -> T:
        """What ``work(*arguments)`` gives.

        Args:
            work: What is run.
            arguments: What it is called with.
            wait_s: Seconds to wait for a turn.

        Raises:
            Refused: No worker was free in time (503).
        """
        try:
            with anyio.fail_after(wait_s):
                await self._turn.acquire()
        except TimeoutError:
            message = f"every worker was busy for {wait_s:g} s; try again later"
            raise Refused(503, "busy", message, {"retry-after": "1"}) from None
        try:
            return await CALLS.run(partial(work, *arguments))
        finally:
            self._turn.release()
