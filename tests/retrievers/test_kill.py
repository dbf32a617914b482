"""Writers killed at every step and at random moments: the index is as before or after, never between."""

import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from fakes.hash_encoder import HashEncoder

from excerpt.errors import StoreError
from excerpt.retrievers import Index

START = """
import json, os, signal, sys
sys.path.insert(0, sys.argv[1])
from fakes.hash_encoder import HashEncoder
from excerpt.errors import StoreError
from excerpt.retrievers import Index
path, verb = sys.argv[2:4]

def write(count, dense="exact"):
    texts = (f"new mill number {number}" for number in range(count))
    if verb == "add":
        Index.open(path, encoder=HashEncoder()).add(texts, batch=16)
    elif verb == "delete":
        index = Index.open(path)
        index.delete([index[0].id])
    elif verb == "compact":
        Index.open(path).compact()
    else:
        features = ["records"]
        Index.build(texts, path, encoder=HashEncoder(), dense=dense, features=features, batch=16)
"""

ONE_WRITE = START + 'print("ready", flush=True)\nwrite(400, "hnsw")\n'

# The interpreter reports each opening, renaming and removing of a file. One child counts them; then one
# child after the other is killed at one of them: a few while it writes, and many at the end, where the
# new generation is made visible and the old one removed.
EVERY_STEP = (
    START
    + """
folder, first = os.path.dirname(path), int(sys.argv[4])
EVENTS = {"open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.link"}

def write_until(step):
    seen = 0
    def count(event, arguments):
        nonlocal seen
        if event in EVENTS and folder in str(arguments[0]):
            seen += 1
            if seen == step:
                os.kill(os.getpid(), signal.SIGKILL)
    sys.addaudithook(count)
    write(20)
    return seen

def outcome(step):
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writer, str(write_until(step)).encode())
        os._exit(0)
    os.close(writer)
    _, status = os.waitpid(child, 0)
    seen = os.read(reader, 20).decode()
    os.close(reader)
    try:
        index = Index.open(path)
        index.verify()
        found = len(index)
    except StoreError as error:
        found = 0 if not os.path.exists(path) else str(error)
    print(json.dumps([os.WIFSIGNALED(status), found]), flush=True)
    return int(seen or 0)

if first < 0:  # the first build: nothing is there until one lives to the end
    steps = range(1, 80, 7)
else:
    last = outcome(0)
    steps = [*range(1 + first, last - 40, 25), *range(last - 40 + first, last + 1, 3)]
for step in steps:
    outcome(step)
outcome(0)
"""
)


def command(script: str, path: Path, verb: str, first: int = 0) -> list[str]:
    """The command that runs a script on an index."""
    return [sys.executable, "-c", script, str(Path(__file__).parent.parent), str(path), verb, str(first)]


def next_state(verb: str, state: int) -> int:
    """How many passages there are after a verb."""
    return {"build": 20, "add": state + 20, "delete": state - 1, "compact": state}[verb]


@pytest.mark.parametrize(
    ("verb", "first"), [("build", -1), ("build", 0), ("add", 1), ("delete", 2), ("compact", 0)]
)
def test_a_kill_at_a_step_leaves_old_or_new(tmp_path: Path, verb: str, first: int) -> None:
    """After each kill the index opens, verifies, and has all passages of one state."""
    path = tmp_path / "a.excerpt"
    state = 0
    if verb != "build":
        passages = [{"id": f"{number}", "text": f"the old mill {number}"} for number in range(40)]
        options = {"encoder": HashEncoder(), "features": ["records"]}
        state = len(Index.build(passages, path, **options))  # type: ignore[arg-type]
        Index.open(path, encoder=HashEncoder()).add(["another mill"])
        state = len(Index.open(path))
    run = subprocess.run(command(EVERY_STEP, path, verb, first), capture_output=True, text=True, check=True)
    outcomes = [json.loads(line) for line in run.stdout.splitlines()]
    assert sum(killed for killed, _ in outcomes) >= 8
    for killed, found in outcomes:
        after = next_state(verb, state)
        assert found in ({state, after} if killed else {after})
        state = found
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.excerpt"]


def test_a_kill_at_any_moment_leaves_old_or_new(tmp_path: Path) -> None:
    """The same in the middle of computing, at random moments of an undisturbed run's time."""
    path = tmp_path / "a.excerpt"
    length = _killed(path, after_s=None)
    Index.build(["the old mill"], path, encoder=HashEncoder())
    for share in random.Random(1).choices([0.1, 0.3, 0.5, 0.7, 0.9, 1.0], k=4):
        _killed(path, after_s=share * length)
        index = Index.open(path)
        index.verify()
        assert len(index) in {1, 400}


def test_a_killed_first_build_leaves_nothing(tmp_path: Path) -> None:
    """And the next build removes the folder that it wrote in."""
    path = tmp_path / "a.excerpt"
    _killed(path, after_s=0.01)
    with pytest.raises(StoreError, match="no excerpt index"):
        Index.open(path)
    Index.build(["one"], path, encoder=HashEncoder())
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.excerpt"]


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
