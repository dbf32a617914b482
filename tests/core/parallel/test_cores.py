import os
import subprocess
import sys
import threading

import pytest

from excerpt.errors import InputError
from excerpt.parallel.cores import Slots, _container_cores, available_cores, checked_threads, limit_cores

PRINT_CORES = "from excerpt.parallel.cores import available_cores; print(available_cores())"


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="the system has no processor affinity")
def test_a_process_bound_to_one_core_uses_one():
    """The affinity of the process is what counts, not the machine."""
    core = min(os.sched_getaffinity(0))
    bind = f"import os; os.sched_setaffinity(0, {{{core}}}); {PRINT_CORES}"
    assert (
        subprocess.run([sys.executable, "-P", "-c", bind], capture_output=True, check=True).stdout == b"1\n"
    )


@pytest.mark.parametrize(
    ("files", "cores"),
    [
        ({"a/b/cpu.max": "150000 100000"}, 1.5),
        ({"a/b/cpu.max": "max 100000", "a/cpu.max": "400000 100000"}, 4),
        ({"a/b/cpu.max": "400000 100000", "cpu.max": "50000 100000"}, 0.5),
        ({"a/b/cpu.max": "max 100000"}, float("inf")),
        ({"cpu/cpu.cfs_quota_us": "200000", "cpu/cpu.cfs_period_us": "100000"}, 2),
        ({"cpu/cpu.cfs_quota_us": "-1", "cpu/cpu.cfs_period_us": "100000"}, float("inf")),
        ({}, float("inf")),
    ],
)
def test_a_containers_share_is_the_smallest_on_the_way_up(tmp_path, files, cores):
    """Both versions of control groups are read, and a limit above the process's own group holds too."""
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text + "\n")
    assert _container_cores(tmp_path, "/a/b") == cores


def test_a_limit_is_held_and_a_senseless_one_refused():
    """A process that shares its machine is given fewer cores, and never none."""
    limited = f"from excerpt.parallel.cores import limit_cores; limit_cores(1); {PRINT_CORES}"
    assert (
        subprocess.run([sys.executable, "-P", "-c", limited], capture_output=True, check=True).stdout
        == b"1\n"
    )
    assert available_cores() >= 1
    with pytest.raises(InputError, match="at least 1, got 0"):
        limit_cores(0)


def test_no_threads_is_refused():
    """Zero threads could never do anything."""
    with pytest.raises(InputError, match="threads is 0"):
        checked_threads(0)


def test_a_slot_is_free_in_a_forked_child():
    """What a thread of the parent holds at the fork is not held in the child."""
    slots = Slots(1)
    held, let_go = threading.Event(), threading.Event()

    def hold():
        with slots.take():
            held.set()
            let_go.wait(20)

    holders = [threading.Thread(target=hold) for _ in range(2)]  # as many as there are slots
    for holder in holders:
        holder.start()
    held.wait(20)
    child = os.fork()
    if child == 0:
        with slots.take():
            os._exit(0 if slots.idle == 0 else 1)
    let_go.set()
    for holder in holders:
        holder.join()
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert slots.idle == 1
