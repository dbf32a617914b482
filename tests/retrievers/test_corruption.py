"""Damaged, truncated, swapped and missing files: each is refused by name, none crashes the process."""

import random
import shutil
from pathlib import Path

import pytest
from fakes.hash_encoder import HashEncoder

from excerpt.compressors.units.offsets import Offsets
from excerpt.errors import StoreError
from excerpt.retrievers import Index
from excerpt.retrievers.store import manifest

SENTENCES = Offsets("sentence")
FILES = [
    "current.json",
    "manifest.json",
    "passages.arrow",
    "vectors.npy",
    "approximate.faiss",
    "terms.utf8",
    "term_ends.npy",
    "posting_starts.npy",
    "posting_rows.npy",
    "posting_weights.npy",
    "keys-0001.npy",
    "records-0001.arrow",
]


@pytest.fixture(scope="module")
def indexes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two indexes of the same shape and different passages."""
    folder = tmp_path_factory.mktemp("indexes")
    for name, word in (("a", "mill"), ("b", "river mill")):
        texts = (f"a {word} number {number}" for number in range(300))
        Index.build(texts, folder / name, encoder=HashEncoder(), dense="hnsw", features=["records"])
    return folder


@pytest.fixture
def copy(indexes: Path, tmp_path: Path) -> Path:
    """A copy of the first index, to be damaged."""
    return Path(shutil.copytree(indexes / "a", tmp_path / "a"))


def find(root: Path, name: str) -> Path:
    """A file of an index."""
    return root / name if name == "current.json" else root / "generation-000001" / name


def test_the_list_of_files_is_complete(indexes: Path) -> None:
    """A new file of an index needs a line in these tests."""
    there = {path.name for path in (indexes / "a").rglob("*") if path.is_file()}
    assert there == {*FILES, "lock"}


@pytest.mark.parametrize("name", FILES)
def test_a_flipped_byte_is_refused(copy: Path, name: str) -> None:
    """Wherever it is in a file of a small index."""
    path = find(copy, name)
    whole = path.read_bytes()
    places = random.Random(name).sample(range(len(whole)), min(40, len(whole)))
    for place in [0, len(whole) - 1, *places]:
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x20]) + whole[place + 1 :])
        with pytest.raises(StoreError, match=f"{name}|generation-"):
            Index.open(copy)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("keep", [0, 0.5, -1])
def test_a_truncated_file_is_refused(copy: Path, name: str, keep: float) -> None:
    """Empty, half, or one byte short."""
    path = find(copy, name)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * keep) if keep >= 0 else -1])
    with pytest.raises(StoreError, match=name):
        Index.open(copy)


@pytest.mark.parametrize("name", FILES)
def test_a_file_of_another_index_is_refused(indexes: Path, copy: Path, name: str) -> None:
    """Files of two indexes do not mix."""
    find(copy, name).write_bytes(find(indexes / "b", name).read_bytes())
    with pytest.raises(StoreError, match="manifest" if name == "current.json" else name):
        Index.open(copy)


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_refused(copy: Path, name: str) -> None:
    """The message names what is missing."""
    find(copy, name).unlink()
    with pytest.raises(
        StoreError, match="no excerpt index" if name == "current.json" else f"{name}: is missing"
    ):
        Index.open(copy)


@pytest.mark.parametrize(
    "name",
    [
        "passages.arrow",
        "vectors.npy",
        "posting_rows.npy",
        "terms.utf8",
        "term_ends.npy",
        "keys-0001.npy",
        "records-0001.arrow",
    ],
)
def test_damage_that_opening_does_not_see(copy: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """In a file too large to be hashed at opening, searching gives hits or a StoreError, and verify tells."""
    monkeypatch.setattr(manifest.Seal, "check", lambda *_args, **_options: None)
    path = find(copy, name)
    whole = path.read_bytes()
    for place in random.Random(name).sample(range(len(whole)), 60):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        _search_unless_refused(copy)
    monkeypatch.undo()
    with pytest.raises(StoreError, match=name):
        Index.open(copy).verify()


def _search_unless_refused(path: Path) -> None:
    try:
        index = Index.open(path, encoder=HashEncoder())
        index.search("a mill number 17", 300)
        index.features.find(SENTENCES.fingerprint, list(index))
    except StoreError:
        return
    assert len(index) == 300


def test_corruption_is_not_carried_into_the_next_generation(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Adding verifies what it copies, whole."""
    path = find(copy, "vectors.npy")
    whole = bytearray(path.read_bytes())
    whole[4200] ^= 1
    path.write_bytes(whole)
    with monkeypatch.context() as patch:
        patch.setattr(
            manifest.Seal, "check", lambda *_args, **_options: None
        )  # as if it were too large to hash
        index = Index.open(copy, encoder=HashEncoder())
    with pytest.raises(StoreError, match=r"vectors\.npy"):
        index.add(["one more"])
