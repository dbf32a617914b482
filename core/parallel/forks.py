"""Locks, pools and sessions in a forked child.

A fork copies memory and one thread. A lock that another thread held stays locked for ever in the child, a pool has no
threads behind it, and what native code was in the middle of is never finished. So what has such state is made anew in
the child, before anything else runs there.
"""

import os
import threading
from types import TracebackType
from typing import Protocol
from weakref import WeakSet

__all__ = ["ForkLock", "Renewable", "renew_in_children"]


class Renewable(Protocol):
    """Something with state that a fork breaks."""

    def renew(self) -> None:
        """Make that state anew; called in the child, where no other thread runs yet."""


_RENEWABLE: WeakSet[Renewable] = WeakSet()


def renew_in_children(thing: Renewable) -> None:
    """Call ``thing.renew()`` in every forked child, for as long as it is in use."""
    _RENEWABLE.add(thing)


def _renew_all() -> None:
    for thing in list(_RENEWABLE):
        thing.renew()


class ForkLock:
    """A `threading.Lock` that is free in a forked child, whoever held it in the parent."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        renew_in_children(self)

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lock.release()

    def renew(self) -> None:
        """A free lock."""
        self._lock = threading.Lock()


if hasattr(os, "register_at_fork"):  # not on Windows
    os.register_at_fork(after_in_child=_renew_all)
