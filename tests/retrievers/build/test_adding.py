"""Tests of excerpt.retrievers.build.adding: ids are unique, and adding replaces what has the id of a new passage."""

from pathlib import Path

import pytest
from fakes.hash_encoder import HashEncoder

from excerpt.errors import InputError
from excerpt.retrievers import Index

TEXTS = [{"id": str(number), "text": f"mill {number}", "year": 1900 + number} for number in range(5)]


def state(folder: Path) -> dict[str, bytes]:
    """All files of an index."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_what_was_added_is_counted(tmp_path: Path) -> None:
    """New, changed in text or in metadata, the same in whatever order its keys come, and without an id."""
    index = Index.build(TEXTS, tmp_path / "a", encoder=HashEncoder())
    same = dict(reversed(TEXTS[0].items()))
    changed = [{"id": "1", "text": "a weir"}, {**TEXTS[2], "year": 1800}]
    added = index.add([same, *changed, {"id": "9", "text": "nine"}, "mill 3"])
    assert added == (2, 2, 1)
    assert [passage.id for passage in index] == ["0", "3", "4", "1", "2", "9", ""]
    assert index[4].metadata == {"year": 1800}
    assert index.search("a weir", 1, mode="dense")[0].passage.id == "1"
    assert not [hit for hit in index.search("mill", 9, mode="lexical") if hit.passage.id == "1"]
    index.verify()


def test_a_changed_index_is_as_if_built_so(tmp_path: Path) -> None:
    """Vectors, words and passages are the same bytes."""
    Index.build(TEXTS[:4], tmp_path / "a", encoder=HashEncoder()).add([{"id": "2", "text": "a weir"}, "x"])
    Index.build(
        [*TEXTS[:2], TEXTS[3], {"id": "2", "text": "a weir"}, "x"], tmp_path / "b", encoder=HashEncoder()
    )
    for name in ("passages.arrow", "vectors.npy"):
        one, other = (next((tmp_path / place).rglob(name)).read_bytes() for place in "ab")
        assert one == other


def test_adding_the_same_again_writes_nothing(tmp_path: Path) -> None:
    """Not even a new generation."""
    index = Index.build(TEXTS, tmp_path / "a", encoder=None)
    before = state(tmp_path / "a")
    assert index.add(iter(TEXTS)) == (0, 0, 5)
    assert state(tmp_path / "a") == before
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_two_passages_of_one_id_are_refused(tmp_path: Path) -> None:
    """In a build and in an addition; the message has the second's number, and nothing is changed."""
    index = Index.build(TEXTS, tmp_path / "a", encoder=None)
    twice = [{"id": "7", "text": "one"}, {"id": "8", "text": "two"}, {"id": "7", "text": "three"}]
    with pytest.raises(InputError, match=r"passages\[2\]\.id: '7' is the id of an earlier passage"):
        index.add(twice)
    with pytest.raises(InputError, match="ids are unique"):
        Index.build(twice, tmp_path / "b", encoder=None)
    assert len(Index.open(tmp_path / "a")) == 5
    assert not (tmp_path / "b").exists()
