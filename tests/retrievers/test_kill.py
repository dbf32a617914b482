"""Writers killed at every step and at random moments: the index is as before or after, never between."""

import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hash_encoder import HashEncoder

from winnow.errors import StoreError
from winnow.retrievers import Index

START = """
import json, os, signal, sys
sys.path.insert(0, sys.argv[1])
from hash_encoder import HashEncoder
from winnow.errors import StoreError
from winnow.retrievers import Index
path, verb = sys.argv[2:4]

def write(count, dense="exact"):
    texts = (f"new mill number {number}" for number in range(count))
    if verb == "add":
        Index.open(path, encoder=HashEncoder()).add(texts, batch=16)
    else:
        Index.build(texts, path, encoder=HashEncoder(), dense=dense, batch=16)
"""

ONE_WRITE = START + 'print("ready", flush=True)\nwrite(400, "hnsw")\n'

# The interpreter reports each opening, renaming and removing of a file: a child is killed at the first,
# the next at the second, and so on, until one lives to the end.
EVERY_STEP = (
    START
    + """
def die_at(step):
    left = [step]
    def count(event, arguments):
        if event in EVENTS and folder in str(arguments[0]):
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)
    sys.addaudithook(count)

EVENTS = {"open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.link"}
folder = os.path.dirname(path)
step = 0
while True:
    step += 1
    child = os.fork()
    if child == 0:
        die_at(step)
        write(20)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    try:
        index = Index.open(path)
        index.verify()
        found = len(index)
    except StoreError as error:
        found = 0 if not os.path.exists(path) else str(error)
    print(json.dumps([step, os.WIFSIGNALED(status), found]))
    if not os.WIFSIGNALED(status):
        break
"""
)


def command(script: str, path: Path, verb: str) -> list[str]:
    """The command that runs a script on an index."""
    return [sys.executable, "-c", script, str(Path(__file__).parent.parent), str(path), verb]


@pytest.mark.parametrize(("verb", "old"), [("build", 0), ("build", 1), ("add", 1)])
def test_a_kill_at_any_step_leaves_old_or_new(tmp_path: Path, verb: str, old: int) -> None:
    """After each kill the index opens, verifies, and has all passages of one state."""
    path = tmp_path / "a.winnow"
    if old:
        Index.build(["the old mill"], path, encoder=HashEncoder())
    run = subprocess.run(command(EVERY_STEP, path, verb), capture_output=True, text=True, check=True)
    steps = [json.loads(line) for line in run.stdout.splitlines()]
    assert len(steps) > 20
    state = old
    for _, killed, found in steps:
        after = state + 20 if verb == "add" else 20
        assert found in ({state, after} if killed else {after})
        state = found
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.winnow"]


def test_a_kill_at_any_moment_leaves_old_or_new(tmp_path: Path) -> None:
    """The same in the middle of computing, at random moments of an undisturbed run's time."""
    path = tmp_path / "a.winnow"
    length = _killed(path, after_s=None)
    Index.build(["the old mill"], path, encoder=HashEncoder())
    for share in random.Random(1).choices([0.1, 0.3, 0.5, 0.7, 0.9, 1.0], k=6):
        _killed(path, after_s=share * length)
        index = Index.open(path)
        index.verify()
        assert len(index) in {1, 400}


def test_a_killed_first_build_leaves_nothing(tmp_path: Path) -> None:
    """And the next build removes the folder that it wrote in."""
    path = tmp_path / "a.winnow"
    _killed(path, after_s=0.01)
    with pytest.raises(StoreError, match="no winnow index"):
        Index.open(path)
    Index.build(["one"], path, encoder=HashEncoder())
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.winnow"]


def _killed(path: Path, after_s: float | None) -> float:
    """Start a writer and kill it so long after it is ready, or let it end; how long it took."""
    with subprocess.Popen(command(ONE_WRITE, path, "build"), stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        started = time.monotonic()
        if after_s is not None:
            time.sleep(after_s)
            process.send_signal(signal.SIGKILL)
        process.wait()
    return time.monotonic() - started
