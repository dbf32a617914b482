"""How many cores this process may use, and the slots that share them out."""

import math
import os
import threading
from functools import cache
from pathlib import Path
from types import TracebackType

from excerpt.errors import InputError
from excerpt.parallel.forks import renew_in_children

__all__ = ["SLOTS", "Slots", "available_cores", "checked_threads", "limit_cores"]

_CGROUPS = Path("/sys/fs/cgroup")


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
    """As many pieces of native work at once as there are cores, whatever number of threads asks.

    More of them would take no less time together, would each have their memory, and would push each other out of the
    processor's caches. Hold a slot around one forward pass, never around something that takes another slot.

    Args:
        count: How many.
    """

    def __init__(self, count: int) -> None:
        self.resize(count)
        renew_in_children(self)

    @property
    def free(self) -> int:
        """Slots that nobody holds at this moment."""
        return self.count - len(self._holders)

    def __enter__(self) -> None:
        left = self._left
        left.acquire()
        self._holders[threading.get_ident()] = left

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        left = self._holders.pop(threading.get_ident(), None)
        if left is not None:  # the slots were not made anew meanwhile
            left.release()

    def resize(self, count: int) -> None:
        """Another number of slots. Those that are held now are not counted among them."""
        self.count = count
        self._holders: dict[int, threading.Semaphore] = {}
        self._left = threading.Semaphore(count)

    def renew(self) -> None:
        """All slots free."""
        self.resize(self.count)


SLOTS = Slots(_cores_of_process())
"""Those of this process."""
