"""How many cores this process may use, and the slots that share them out."""

import math
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from threading import Semaphore, get_ident
from typing import TypeAlias

from excerpt.errors import InputError
from excerpt.parallel.forks import renew_in_children

__all__ = ["SLOTS", "Check", "Slots", "available_cores", "checked_threads", "limit_cores"]

Check: TypeAlias = Callable[[], None] | None
"""Called between pieces of work; what it raises ends the work."""

_CGROUPS = Path("/sys/fs/cgroup")
_BETWEEN_CHECKS_S = 0.02


def available_cores() -> int:
    """Cores that excerpt uses in this process: all it may use, or what `limit_cores` left."""
    return SLOTS.count


def limit_cores(count: int) -> None:
    """Use fewer cores than there are, where several processes share them. Call it before any work.

    Raises:
        InputError: ``count`` is below 1.
    """
    if count < 1:
        message = f"cores: must be at least 1, got {count}"
        raise InputError(message)
    SLOTS.resize(min(count, _cores_of_process()))


def checked_threads(threads: int | None) -> int | None:
    """The number of threads that a caller asked for.

    Raises:
        InputError: It is below 1.
    """
    if threads is not None and threads < 1:
        message = f"threads is {threads}; give 1 or more, or None for every core"
        raise InputError(message)
    return threads


@cache
def _cores_of_process() -> int:
    """Cores this process may run on, and no more than its container's share of processor time.

    Read once: a process is given its cores when it starts.
    """
    on = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, math.ceil(min(on, _container_cores(_CGROUPS, _own_group()))))


def _own_group() -> str:
    try:
        lines = Path("/proc/self/cgroup").read_text(encoding="utf-8").splitlines()
    except OSError:
        return "/"
    paths = [path for line in lines for number, _, path in [line.split(":", 2)] if number == "0"]
    return paths[0] if paths else "/"


def _container_cores(root: Path, group: str) -> float:
    """The smallest limit from a control group up to the root; infinite where there is none.

    Args:
        root: Where control groups are mounted, version 2 or 1.
        group: The process's own, as ``/proc/self/cgroup`` names it.
    """
    own = root.joinpath(*Path(group).parts[1:])
    above = [own, *own.parents]
    limits = [_limit(folder / "cpu.max") for folder in above[: above.index(root) + 1]]
    period = _numbers(root / "cpu" / "cpu.cfs_period_us")
    quota = _numbers(root / "cpu" / "cpu.cfs_quota_us")
    if quota and period and quota[0] > 0 and period[0] > 0:  # version 1; -1 for no limit
        limits.append(quota[0] / period[0])
    return min(limits)


def _limit(file: Path) -> float:
    numbers = _numbers(file)
    return numbers[0] / numbers[1] if len(numbers) == 2 and numbers[1] > 0 else math.inf


def _numbers(file: Path) -> list[float]:
    """The numbers in a file of one line; none where there is no such file, or where it says ``max``."""
    try:
        return [float(word) for word in file.read_text(encoding="utf-8").split()]
    except (OSError, ValueError):
        return []


class Slots:
    """Who computes at this moment: about as many threads as there are cores, whatever number of them asks.

    More would take no less time together, would each have their memory, and would push each other out of the
    processor's caches. A thread takes a slot for all forward passes of a stage, not for each: who waits for the next
    one also waits for the interpreter, which is slow. For the same reason there is one slot more than there are cores,
    so that no core stands idle meanwhile (eval/results/every_core.csv).

    Args:
        count: How many cores.
    """

    def __init__(self, count: int) -> None:
        self.resize(count)
        renew_in_children(self)

    @property
    def idle(self) -> int:
        """Cores that no thread with a slot computes on."""
        return max(0, self.count - len(self._holders))

    @contextmanager
    def take(self, check: Check = None) -> Iterator[None]:
        """Hold a slot; a thread that holds one already needs no other.

        Args:
            check: Called now and then during the wait; what it raises ends it.
        """
        if get_ident() in self._holders:
            yield
            return
        left = self._left
        while not left.acquire(timeout=None if check is None else _BETWEEN_CHECKS_S):
            if check is not None:
                check()
        self._holders.add(get_ident())
        try:
            yield
        finally:
            self._holders.discard(get_ident())
            left.release()

    @contextmanager
    def join(self) -> Iterator[bool]:
        """Compute beside those that hold a slot, where there is an idle core; gives whether there is."""
        if not self.idle:
            yield False
            return
        self._holders.add(get_ident())
        try:
            yield True
        finally:
            self._holders.discard(get_ident())

    def resize(self, count: int) -> None:
        """Another number of cores. Slots that are held now are not counted among them."""
        self.count = count
        self._holders: set[int] = set()
        self._left = Semaphore(count + 1)

    def renew(self) -> None:
        """All slots free."""
        self.resize(self.count)


SLOTS = Slots(_cores_of_process())
"""Those of this process."""
