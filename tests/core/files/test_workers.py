"""Workers: results in order, and what one that dies costs."""

import pytest

from excerpt import ExcerptError, InputError
from excerpt.files.batch import Done, Hand, split_lines
from excerpt.files.workers import Processes, WorkerDiedError, in_order, local_workers
from excerpt.parallel.cores import available_cores


class Echo:
    """Writes each line again; a line `die` ends the worker."""

    def do(self, hand):
        if b"die" in hand.data:
            raise WorkerDiedError
        return Done(len(hand.data), b"".join(hand.data), written=len(hand.data))

    def split(self, hand):
        return split_lines(hand)

    def lost(self, hand):
        return Done(1, b"!", failed=1)


class Fragile:
    """Workers of which all die when one does, as the processes of a pool."""

    hand, ahead = 2, 3

    def __init__(self):
        self.given, self.renewed, self.broken = 0, 0, False

    def submit(self, work, hand):
        self.given += 1

        def ticket():
            if self.broken:
                raise WorkerDiedError
            try:
                return work.do(hand)
            except WorkerDiedError:
                self.broken = True
                raise

        return ticket

    def renew(self):
        self.renewed += 1
        self.broken = False


def hands(*lines):
    return (Hand(number, lines[number - 1 : number + 1]) for number in range(1, len(lines) + 1, 2))


def test_a_record_that_ends_its_worker_is_the_only_one_that_is_lost():
    """What else was given out then is done again, and all comes in order."""
    workers = Fragile()
    lines = (b"a", b"b", b"c", b"die", b"e", b"f", b"g", b"h", b"i")
    results = list(in_order(workers, Echo(), hands(*lines)))
    assert b"".join(done.rows for _, done in results) == b"abc!efghi"
    assert Done.joined(done for _, done in results)[3:5] == (8, 1)
    assert [hand.first for hand, _ in results] == [1, 3, 5, 7, 9]
    assert workers.renewed == 3  # after the first death, the hand alone, the line alone


def test_workers_that_always_die_stop_the_run():
    """It is no record's fault then, and each costs the start of a process."""
    with pytest.raises(ExcerptError, match="24 records one after another"):
        list(in_order(Fragile(), Echo(), hands(*[b"die"] * 100)))


def test_only_so_many_hands_are_given_out():
    """The rest of the input is not read before it is needed."""
    workers = Fragile()
    results = in_order(workers, Echo(), hands(*[b"x"] * 100))
    next(results)
    assert workers.given == 3
    assert next(results)[1].rows == b"xx"
    assert workers.given == 4


def test_there_is_at_least_one_worker():
    """Said by name."""
    with pytest.raises(InputError, match="workers: must be at least 1, got 0"):
        local_workers(0)


def test_processes_share_the_cores():
    """Two processes use half of the cores each, and at least one."""
    with Processes(2) as workers:
        assert workers._pool.submit(available_cores).result() == max(1, available_cores() // 2)
