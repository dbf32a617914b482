import os

import pytest

from excerpt.errors import InputError
from excerpt.models.runtime.parallel import Workers


def test_results_keep_the_order_of_the_items():
    """Work may begin anywhere; results come back in place."""
    assert Workers(3).map(lambda item: item * 2, list(range(50)), range(49, -1, -1), None) == list(
        range(0, 100, 2)
    )


def test_an_error_on_any_thread_reaches_the_caller():
    """One failing item fails the call, whichever thread had it."""

    def fail_on_seven(item):
        if item == 7:
            raise KeyError(item)
        return item

    with pytest.raises(KeyError):
        Workers(4).map(fail_on_seven, list(range(40)), range(40), None)


def test_a_failed_call_leaves_the_workers_usable():
    """The next call works as if nothing had happened."""
    workers = Workers(2)
    with pytest.raises(ZeroDivisionError):
        workers.map(lambda item: 1 // item, [0, 1], range(2), None)
    assert workers.map(lambda item: item, [1, 2, 3], range(3), None) == [1, 2, 3]


def test_the_workers_survive_a_fork():
    """A child process has no threads of its parent's and makes its own."""
    workers = Workers(3)
    workers.map(abs, list(range(9)), range(9), None)
    child = os.fork()
    if child == 0:
        right = workers.map(abs, [-1, -2, -3], range(3), None) == [1, 2, 3]
        os._exit(0 if right else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_no_threads_is_refused():
    """Zero threads could never do anything."""
    with pytest.raises(InputError, match="threads is 0"):
        Workers(0)
