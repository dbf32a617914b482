"""Tests of excerpt.retrievers.build.merging: segments stay few, nobody notices, and a kill loses nothing."""

import json
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from fakes.hash_encoder import HashEncoder

from excerpt import Chain
from excerpt.errors import StoreError
from excerpt.retrievers import Index
from excerpt.retrievers.build import merging
from excerpt.retrievers.build.merging import MOST_SEGMENTS, to_merge
from excerpt.values.stored import Columns
from excerpt.values.types import Passage

QUESTION = "which mill grinds rye"
FEATURES = ("sentences", "guards", "tokens")


def passages(count: int, first: int = 0) -> list[dict[str, str]]:
    """Passages of two sentences, all different."""
    return [
        {"id": f"{number}", "text": f"The mill {number} grinds rye. It has {number} wheels."}
        for number in range(first, first + count)
    ]


def answer(index: Index) -> tuple[list[tuple[str, float]], str, dict[str, tuple[int, int]]]:
    """What an index finds and keeps, and of how many passages each feature was stored."""
    hits = index.search(QUESTION, 20)
    kept = Chain(["bm25-sentences"]).compress(
        QUESTION, [hit.scored() for hit in hits], budget=40, stored=index.features
    )
    stored = {name: tuple(count) for name, count in kept.report.stages[0].stored.items()}
    return [(hit.passage.id, hit.score) for hit in hits], kept.text, stored  # type: ignore[return-value]  # pairs


def files(index: Index) -> dict[str, bytes]:
    """All files of the generation that counts, by name."""
    (folder,) = index.path.glob("generation-*")
    return {file.name: file.read_bytes() for file in folder.iterdir()}


@pytest.mark.parametrize(
    ("rows", "live", "coming", "chosen"),
    [
        ([9], [9], 1, []),
        ([9] * 7, [9] * 7, 1, []),
        ([1000, *[1] * 7], [1000, *[1] * 7], 1, [2, 3, 4, 5, 6, 7, 8]),
        ([1000, 20, *[1] * 6], [1000, 20, *[1] * 6], 1, [2, 3, 4, 5, 6, 7, 8]),
        ([1000, 50, *[1] * 6], [1000, 50, *[1] * 6], 1, [3, 4, 5, 6, 7, 8]),
        ([4096, 1024, 256, 64, 16, 4, 1, 1], [4096, 1024, 256, 64, 16, 4, 1, 1], 1, [*range(1, 9)]),
        ([9, 9], [4, 9], 1, [1]),
        ([9, 9], [0, 9], 0, [1]),
        ([8, 9], [4, 9], 0, []),
    ],
)
def test_the_small_and_the_half_empty_are_chosen(
    rows: list[int], live: list[int], coming: int, chosen: list[int]
) -> None:
    """A segment of a million rows is not written again for each new passage."""
    assert to_merge(dict(enumerate(rows, 1)), dict(enumerate(live, 1)), coming) == chosen


def test_segments_stay_few_and_answers_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After many additions all features are found, in a few segments; compaction gives the files of one build."""
    index = Index.build(passages(30), tmp_path / "a", encoder=HashEncoder(), features=FEATURES)
    monkeypatch.setattr(merging, "MOST_SEGMENTS", 3)
    for first in range(30, 42):
        index.add(passages(1, first))
        assert len(index.manifest.segments) <= 3
    whole = Index.build(passages(42), tmp_path / "b", encoder=HashEncoder(), features=FEATURES)
    assert answer(index) == answer(whole)
    index.verify()
    assert files(index.compact()) == files(whole)


def test_what_belongs_to_nobody_goes(tmp_path: Path) -> None:
    """An index whose passages are replaced night after night does not grow."""
    index = Index.build(passages(20), tmp_path / "a", encoder=None, features=["sentences"])
    for night in range(3):
        index.add([{**row, "text": f"{row['text']} Night {night}."} for row in passages(20)])
    assert sum(files["sentences"].rows for files in index.manifest.segments.values()) == 20
    index.delete([str(number) for number in range(15)])
    assert sum(files["sentences"].rows for files in index.manifest.segments.values()) == 5


def test_questions_meanwhile_are_answered_as_before(tmp_path: Path) -> None:
    """At every step of an addition that writes segments together, by an open index and by one that is opened then."""
    path = tmp_path / "a"
    index = Index.build(passages(8), path, encoder=HashEncoder(), features=FEATURES)
    for first in range(8, 8 + MOST_SEGMENTS - 1):
        index.add(passages(1, first))
    before, steps = answer(index), []
    reader = Index.open(path, encoder=HashEncoder())

    def ask(step: str, _done: int, _total: int | None) -> None:
        steps.append(step)
        assert answer(index) == answer(reader) == answer(Index.open(path, encoder=HashEncoder())) == before

    index.add(passages(1, 90), progress=ask)
    assert "features" in steps
    assert len(index.manifest.segments) == 2
    assert answer(reader) == before  # whose files are gone
    assert answer(index)[0] == answer(Index.open(path, encoder=HashEncoder()))[0] != before[0]


def test_more_features_come_to_every_segment(tmp_path: Path) -> None:
    """Whose numbers are no longer one after the other."""
    index = Index.build(passages(4), tmp_path / "a", encoder=None, features=["sentences"])
    for first in range(4, 4 + MOST_SEGMENTS):
        index.add(passages(1, first))
    assert list(index.manifest.segments) != list(range(1, len(index.manifest.segments) + 1))
    index.add_features(["guards"])
    stored = answer(index)[2]
    assert stored["guards"] == stored["sentences"] == (len(index), len(index))


def test_damage_is_not_sealed_anew(tmp_path: Path) -> None:
    """A file that is to be written again is hashed whole first."""

    @dataclass(frozen=True)
    class Large:
        """A feature of more bytes than are hashed when an index is opened."""

        name: str = "large"
        fingerprint: str = "large-1"

        def signals(self, given: Sequence[Passage]) -> list[Columns]:
            return [{"n": np.full(5_000_000, len(passage.text), dtype=np.int32)} for passage in given]

        def columns(self, signals: Columns) -> Columns:
            return signals

        restored = columns

    index = Index.build(passages(1), tmp_path / "a", encoder=None, features=[Large()])
    index.add(passages(1, 1), features=[Large()])
    file = next((tmp_path / "a").glob("generation-*/large-0001.arrow"))
    with file.open("r+b") as damaged:
        damaged.seek(1_000_003)
        damaged.write(b"?")
    with pytest.raises(StoreError, match=r"large-0001\.arrow: is not the file that was written"):
        Index.open(tmp_path / "a").delete(["0"])
    assert len(Index.open(tmp_path / "a")) == 2


KILLED = """
import json, os, signal, sys
sys.path.insert(0, sys.argv[1])
from fakes.hash_encoder import HashEncoder
from excerpt.retrievers import Index
path, row = sys.argv[2], json.loads(sys.argv[3])
def kill(step, done, total):
    if step == "features" and done == int(sys.argv[4]) * total:
        os.kill(os.getpid(), signal.SIGKILL)
Index.open(path, encoder=HashEncoder()).add([row], progress=kill)
"""


def test_a_kill_while_they_are_written_loses_nothing(tmp_path: Path) -> None:
    """Before and after the files are there: the index is as it was, and the same addition then succeeds."""
    path = tmp_path / "a"
    index = Index.build(passages(8), path, encoder=HashEncoder(), features=FEATURES)
    for first in range(8, 8 + MOST_SEGMENTS - 1):
        index.add(passages(1, first))
    before, (row,) = answer(index), passages(1, 90)
    for written in ("0", "1"):
        tests = str(Path(__file__).parents[2])
        command = [sys.executable, "-c", KILLED, tests, str(path), json.dumps(row), written]
        assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
        left = Index.open(path, encoder=HashEncoder())
        left.verify()
        assert answer(left) == before
    left.add([row])
    left.verify()
    assert answer(left)[2]["sentences"] == (len(left), len(left))
    assert len(left.manifest.segments) == 2
