from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import numpy as np

from excerpt.models.directories import find_directory
from excerpt.models.runtime.session import Session

PATH = find_directory("evidence-ranker") / "ranker.onnx"


def feed(session):
    (given,) = session.opened().get_inputs()
    return {given.name: np.linspace(0, 1, 3 * given.shape[1], dtype=np.float32).reshape(3, -1)}


def test_passes_at_once_have_a_session_each_and_give_the_same():
    """Sessions that are idle are used again, so there are no more than passes at once."""
    session = Session(PATH)
    rows = feed(session)
    (alone,) = session.run(None, rows, "rows")
    together = Barrier(3)

    def run(_):
        together.wait(20)
        return session.run(None, rows, "rows")[0]

    with ThreadPoolExecutor(3) as threads:
        results = list(threads.map(run, range(30)))
    assert all(np.array_equal(result, alone) for result in results)
    assert 1 <= len(session._all) <= 3
    assert len(session._idle) == len(session._all)


def test_what_check_raises_is_raised_at_each_use():
    """A file that is not what it should be is never run, the second time neither."""
    asked = []

    def refuse(opened):
        asked.append(opened)
        raise ValueError

    session = Session(PATH, check=refuse)
    for _ in range(2):
        try:
            session.run(None, {}, "rows")
        except ValueError:
            continue
    assert len(asked) == 2
