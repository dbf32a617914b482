"""Who works on hands of records: this process, other processes, or whatever has the same three methods.

The results come in order. A worker that dies costs one record at most: what it had in hand is done again, each hand
alone and, if that ends another worker, each record alone; only a record that ends a worker even then has failed.
"""

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from types import TracebackType
from typing import Protocol, Self, TypeAlias

from excerpt.errors import ExcerptError, InputError
from excerpt.files.batch import Done, Hand, Work
from excerpt.parallel.cores import available_cores, limit_cores

__all__ = ["Here", "Processes", "Ticket", "WorkerDiedError", "Workers", "in_order", "local_workers"]

_LOST_IN_A_ROW = 24
"""So many records one after the other end their workers: then it is no record's fault."""

Ticket: TypeAlias = Callable[[], Done]
"""Waits for the result of a hand; raises `WorkerDiedError` where there will be none."""


class WorkerDiedError(Exception):
    """A worker ended before it had finished a hand. Never leaves this module."""


class Workers(Protocol):
    """Who works.

    Attributes:
        hand: How many records to give at once.
        ahead: How many hands to keep given out.
    """

    hand: int
    ahead: int

    def submit(self, work: Work, hand: Hand) -> Ticket:
        """Give a hand out."""

    def renew(self) -> None:
        """Have as many workers as before, after one died; called when nothing is given out."""

    def __enter__(self) -> Self:
        """Use it."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the workers; at once, where an error leaves the block."""


class Here:
    """This process, when the result is asked for."""

    hand = 1
    ahead = 1

    def submit(self, work: Work, hand: Hand) -> Ticket:
        """As for `Workers`."""
        return partial(work.do, hand)

    def renew(self) -> None:
        """It does not die and live."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass


class Processes:
    """Other processes of this machine.

    Args:
        count: How many.
    """

    hand = 8

    def __init__(self, count: int) -> None:
        self._count = count
        self.ahead = 3 * count
        self._others = set(multiprocessing.active_children())
        self._pool = self._started()

    def _started(self) -> ProcessPoolExecutor:
        # Spawned, not forked: torch's threads do not survive a fork.
        context = multiprocessing.get_context("spawn")
        share = max(1, available_cores() // self._count)
        return ProcessPoolExecutor(self._count, mp_context=context, initializer=_begin, initargs=(share,))

    def submit(self, work: Work, hand: Hand) -> Ticket:
        """As for `Workers`."""
        try:
            future = self._pool.submit(work.do, hand)
        except BrokenProcessPool:
            return _died

        def result() -> Done:
            try:
                return future.result()
            except BrokenProcessPool as error:
                raise WorkerDiedError from error

        return result

    def renew(self) -> None:
        """As for `Workers`."""
        self._pool.shutdown(cancel_futures=True)
        self._pool = self._started()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:  # what they are at is not wanted any more
            for child in set(multiprocessing.active_children()) - self._others:
                child.terminate()
        self._pool.shutdown(cancel_futures=True)


def _begin(cores: int) -> None:
    """In a worker: use its share of the cores, and leave interrupts to the parent.

    Ctrl-C goes to every process of a terminal: a worker ends without a word, the parent says what is to be said.
    """
    limit_cores(cores)
    os.environ.setdefault("RAYON_NUM_THREADS", str(cores))  # the tokenizers' threads
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _died() -> Done:
    raise WorkerDiedError


def local_workers(count: int) -> Workers:
    """Workers of this machine.

    Args:
        count: How many; one is this process.

    Raises:
        InputError: ``count`` is below 1.
    """
    if count < 1:
        message = f"workers: must be at least 1, got {count}"
        raise InputError(message)
    return Here() if count == 1 else Processes(count)


def in_order(workers: Workers, work: Work, hands: Iterator[Hand]) -> Iterator[tuple[Hand, Done]]:
    """Each hand with its result, in order, a few of them in memory.

    Args:
        workers: Who works.
        work: What to do.
        hands: On what.

    Raises:
        ExcerptError: It is no record's fault that one failed (`excerpt.files.batch.reason`); or workers die one after
            another.
    """
    waiting: deque[tuple[Hand, Ticket]] = deque()
    rescue = _Rescue(workers, work)
    while True:
        while len(waiting) < workers.ahead and (hand := next(hands, None)) is not None:
            waiting.append((hand, workers.submit(work, hand)))
        if not waiting:
            return
        done = _result(waiting[0][1])
        if done is not None:
            yield waiting.popleft()[0], done
            rescue.lost = 0
            continue
        results = [(hand, _result(ticket)) for hand, ticket in waiting]  # until nothing is given out
        waiting.clear()
        workers.renew()
        for hand, known in results:
            yield hand, rescue.alone(hand) if known is None else known


def _result(ticket: Ticket) -> Done | None:
    try:
        return ticket()
    except WorkerDiedError:
        return None


class _Rescue:
    """Does again what a worker had in hand when it died, with nothing else given out.

    Args:
        workers: Who works.
        work: What to do.
    """

    def __init__(self, workers: Workers, work: Work) -> None:
        self._workers, self._work = workers, work
        self.lost = 0

    def alone(self, hand: Hand) -> Done:
        """The result of a hand, in which records that end a worker even alone have failed."""
        done = _result(self._workers.submit(self._work, hand))
        if done is not None:
            self.lost = 0
            return done
        self._workers.renew()
        parts: Sequence[Hand] = self._work.split(hand)
        if len(parts) > 1:
            return Done.joined([self.alone(part) for part in parts])
        self.lost += 1
        if self.lost == _LOST_IN_A_ROW:
            message = (
                f"{self.lost} records one after another ended their worker process, up to number {hand.first}; see "
                "that there is memory for each of the workers, or run with fewer"
            )
            raise ExcerptError(message)
        return self._work.lost(hand)
