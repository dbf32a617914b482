import asyncio
import os
import threading
from contextvars import ContextVar

import pytest

from excerpt.parallel import cores, pool
from excerpt.parallel.pool import Threads


@pytest.fixture(autouse=True)
def _three_cores(monkeypatch):
    """A machine with three cores."""
    slots = cores.Slots(3)
    monkeypatch.setattr(cores, "SLOTS", slots)
    monkeypatch.setattr(pool, "SLOTS", slots)


@pytest.fixture(params=[True, False])
def threads(request):
    """Threads of either kind."""
    return Threads("test", computing=request.param)


def test_results_keep_the_order_of_the_items(threads):
    """Work may begin anywhere; results come back in place."""
    doubled = threads.map(lambda item: item * 2, list(range(50)), order=range(49, -1, -1))
    assert doubled == list(range(0, 100, 2))


def test_the_first_error_in_order_reaches_the_caller(threads):
    """Which thread had a failing item, and which failed first, changes nothing."""
    seventh_failed = threading.Event()

    def fail(item):
        if item == 6:
            seventh_failed.wait(5)  # so that the later item fails first
            raise KeyError(item)
        if item == 7:
            seventh_failed.set()
            raise KeyError(item)
        return item

    with pytest.raises(KeyError, match="6"):
        threads.map(fail, range(40))


def test_a_failed_run_leaves_the_threads_usable(threads):
    """The next run works as if nothing had happened."""
    with pytest.raises(ZeroDivisionError):
        threads.map(lambda item: 1 // item, [0, 1])
    assert threads.map(lambda item: item, [1, 2, 3]) == [1, 2, 3]


def test_a_check_that_raises_stops_the_run(threads):
    """A deadline ends a run between two items."""

    def over():
        raise TimeoutError

    with pytest.raises(TimeoutError):
        threads.map(lambda item: item, range(9), check=over)


def test_no_more_compute_at_once_than_cores_and_one():
    """Eight callers share three cores; helpers join only where a core is idle."""
    slots = pool.SLOTS
    threads, running, most = Threads("test", computing=True), set(), []

    def one(item):
        running.add(threading.get_ident())
        most.append(len(running))
        threading.Event().wait(0.001)
        running.discard(threading.get_ident())
        return item

    callers = [threading.Thread(target=threads.map, args=(one, range(9))) for _ in range(8)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert len(most) == 72
    assert max(most) <= slots.count + 1 + slots.count - 1  # helpers that joined before the last callers came
    assert slots.idle == slots.count


def test_one_caller_uses_every_core(threads):
    """All three threads are in the work at once: each waits there for the others."""
    all_there = threading.Barrier(3)
    threads.map(lambda _: all_there.wait(20), range(3))


def test_no_more_at_once_than_asked_for(threads):
    """With one thread the caller does everything itself."""
    names = set()
    threads.map(lambda _: names.add(threading.get_ident()), range(30), threads=1)
    assert names == {threading.get_ident()}


def test_a_wait_for_a_core_ends_with_the_deadline():
    """A caller whose check raises waits no longer for its turn."""
    slots = cores.Slots(1)
    done = threading.Event()

    def hold():
        with slots.take():
            done.wait(20)

    holders = [threading.Thread(target=hold) for _ in range(2)]
    for holder in holders:
        holder.start()
    while slots.idle or len(slots._holders) < 2:
        threading.Event().wait(0.001)

    def over():
        raise TimeoutError

    with pytest.raises(TimeoutError), slots.take(over):
        pass
    done.set()
    for holder in holders:
        holder.join()


def test_work_on_one_of_the_threads_may_ask_for_threads_itself(threads):
    """More calls inside calls than there are threads end all the same."""
    nested = threads.map(lambda item: threads.map(lambda inner: inner + item, range(5)), range(20))
    assert nested == [[inner + item for inner in range(5)] for item in range(20)]


def test_a_forked_child_makes_its_own_threads(threads):
    """A child process has no threads of its parent's."""
    threads.map(abs, range(9))
    child = os.fork()
    if child == 0:
        right = threads.submit(lambda: 7).result(10) == 7 and threads.map(abs, [-1, -2, -3]) == [1, 2, 3]
        os._exit(0 if right else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_async_work_has_the_context_of_its_caller(threads):
    """What a caller has set in a context variable, such as the current span, holds on the other thread."""
    said = ContextVar("said", default="nothing")

    async def ask():
        said.set("hello")
        return await threads.run(said.get)

    assert asyncio.run(ask()) == "hello"


def test_cancelled_work_never_begins_or_is_told_to_stop(threads):
    """A cancelled wait sets the sign for work that has begun; work that had not begun is not done at all."""
    began, stop, second = threading.Event(), threading.Event(), []

    def work():
        began.set()
        stop.wait(10)

    async def ask():
        blocked = [asyncio.create_task(threads.run(work, stop)) for _ in range(3)]
        waiting = asyncio.create_task(threads.run(lambda: second.append(1)))
        await asyncio.to_thread(began.wait, 10)
        waiting.cancel()
        await asyncio.sleep(0)
        for task in blocked:
            task.cancel()
        await asyncio.gather(waiting, *blocked, return_exceptions=True)

    asyncio.run(ask())
    assert stop.is_set()
    threads.submit(lambda: None).result(10)
    assert second == []
