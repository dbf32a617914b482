import subprocess
import sys
import textwrap

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no fork")

HEAD = """
import os, sys, threading, warnings
warnings.simplefilter("ignore")  # newer Pythons warn of a fork beside threads
from excerpt import compress

PASSAGES = [f"The mill of {name} stands by the river. Its keeper is {name}. She has two dogs." for name in
            ("Ann", "Bea", "Cleo", "Dora", "Eve")]

def ask(number):
    fresh = f"Nothing is known of keeper {number}."
    return compress(f"Who is keeper number {number}?", [*PASSAGES, fresh], budget=40).text

def ended_well(child):
    # A child that hangs is ended by the alarm that it set itself, which is no good end.
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0

def fork(work):
    child = os.fork()
    if child == 0:
        import signal
        signal.alarm(60)
        work()
        sys.exit(0)  # and not os._exit: what libraries do at the end is part of the question
    return child
"""


def run(body):
    script = HEAD + textwrap.dedent(body)
    done = subprocess.run(
        [sys.executable, "-P", "-c", script], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.split()


def test_a_forked_child_ends_and_can_compress():
    """A child of a process that has compressed goes on with its models, and ends."""
    said = run("""
        expected = ask(1)
        def same():
            assert ask(1) == expected and ask(2)
        print(ended_well(fork(lambda: None)), ended_well(fork(same)), ended_well(fork(lambda: ended_well(fork(same)))))
    """)
    assert said == ["True"] * 3


def test_children_forked_while_threads_compress_can_compress():
    """Locks, sessions and pools that a thread is in the middle of do not hold up the child."""
    said = run("""
        expected = ask(0)
        stop = threading.Event()
        def keep_busy(number):
            while not stop.is_set():
                number += 4
                ask(number)
        busy = [threading.Thread(target=keep_busy, args=(number,)) for number in range(4)]
        for thread in busy:
            thread.start()
        def same():
            assert ask(0) == expected
            assert ask(-1)
        children = []
        for _ in range(12):
            threading.Event().wait(0.02)
            children.append(fork(same))
            if len(children) % 4 == 0:  # not all at once: two cores
                print(*map(ended_well, children[-4:]))
        stop.set()
        for thread in busy:
            thread.join()
    """)
    assert said == ["True"] * 12
