"""Tests of excerpt.retrievers.store.folder."""

import json
import os
from pathlib import Path

import pytest

from excerpt.errors import InputError, StoreError
from excerpt.retrievers.store.folder import Pointer, Staging, read_pointer


def publish(root: Path, text: str) -> None:
    """Publish a generation with one file."""
    with Staging(root) as staging:
        (staging.generation / "file").write_text(text)
        staging.publish("{}\n")


def test_the_first_generation_appears_at_once(tmp_path: Path) -> None:
    """Nothing stands at the path before, all after."""
    with Staging(tmp_path / "a") as staging:
        (staging.generation / "file").write_text("x")
        assert not (tmp_path / "a").exists()
        staging.publish("{}\n")
    assert read_pointer(tmp_path / "a").folder(tmp_path / "a").joinpath("file").read_text() == "x"


def test_the_next_generation_replaces_the_last(tmp_path: Path) -> None:
    """The pointer moves on and the old files go."""
    publish(tmp_path / "a", "one")
    publish(tmp_path / "a", "two")
    assert read_pointer(tmp_path / "a").generation == 2
    assert sorted(path.name for path in (tmp_path / "a").iterdir()) == [
        "current.json",
        "generation-000002",
        "lock",
    ]


def test_without_publishing_nothing_is_left(tmp_path: Path) -> None:
    """An error inside removes what was written."""
    with pytest.raises(KeyError), Staging(tmp_path / "a"):
        raise KeyError
    assert list(tmp_path.iterdir()) == []


def test_two_writers_exclude_each_other(tmp_path: Path) -> None:
    """The second is told to wait."""
    publish(tmp_path / "a", "one")
    with Staging(tmp_path / "a"), pytest.raises(StoreError, match="another process"):
        Staging(tmp_path / "a").__enter__()


def test_two_first_builds_exclude_each_other(tmp_path: Path) -> None:
    """The second is refused when it starts, not hours later."""
    with Staging(tmp_path / "a"), pytest.raises(StoreError, match="another process is building"):
        Staging(tmp_path / "a").__enter__()
    publish(tmp_path / "a", "one")


def test_what_appears_during_a_build_is_left_alone(tmp_path: Path) -> None:
    """Such as an index that was copied there."""
    publish(tmp_path / "b", "first")
    with Staging(tmp_path / "a") as late:
        (tmp_path / "b").rename(tmp_path / "a")
        with pytest.raises(StoreError, match="appeared"):
            late.publish("{}\n")
    assert (tmp_path / "a/generation-000001/file").read_text() == "first"


def test_the_folder_one_is_in_can_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is called ".", beside which no name can be made."""
    publish(tmp_path / "a", "one")
    monkeypatch.chdir(tmp_path / "a")
    publish(Path(), "two")
    assert (tmp_path / "a/generation-000002/file").read_text() == "two"


def test_what_an_earlier_generation_forced_is_not_forced_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A change costs what is changed, however many files it takes over."""
    publish(tmp_path / "a", "one")
    forced, force = set(), os.fsync
    monkeypatch.setattr(os, "fsync", lambda file: (forced.add(os.fstat(file).st_ino), force(file)))
    with Staging(tmp_path / "a") as staging:
        (staging.generation / "old").hardlink_to(tmp_path / "a/generation-000001/file")
        (staging.generation / "new").touch()
        staging.publish("{}\n")
    generation = tmp_path / "a/generation-000002"
    assert (generation / "new").stat().st_ino in forced
    assert (generation / "old").stat().st_ino not in forced


def test_a_link_is_written_where_it_leads(tmp_path: Path) -> None:
    """Staged beside the folder itself, which may be on another disk than the link."""
    (tmp_path / "disk").mkdir()
    publish(tmp_path / "disk/a", "one")
    (tmp_path / "a").symlink_to(tmp_path / "disk/a")
    with Staging(tmp_path / "a") as staging:
        assert staging.generation.parent.parent == (tmp_path / "disk").resolve()


def test_what_killed_builds_left_is_swept(tmp_path: Path) -> None:
    """A folder whose guard nobody holds is removed, one that is in use is not."""
    abandoned = tmp_path / ".a.building-00000000"
    (abandoned / "generation-000001").mkdir(parents=True)
    (tmp_path / ".a.building-00000000.lock").touch()
    with Staging(tmp_path / "a") as busy:
        assert not abandoned.exists()
        with pytest.raises(StoreError):
            Staging(tmp_path / "a").__enter__()
        assert busy.generation.is_dir()
    assert list(tmp_path.iterdir()) == []


def test_a_generation_that_never_counted_is_replaced(tmp_path: Path) -> None:
    """What a kill between the two renames left does not stop the next build."""
    publish(tmp_path / "a", "one")
    (tmp_path / "a/generation-000002").mkdir()
    (tmp_path / "a/generation-000002/junk").touch()
    publish(tmp_path / "a", "two")
    assert [path.name for path in (tmp_path / "a/generation-000002").glob("[fj]*")] == ["file"]


def test_a_folder_of_other_things_is_left_alone(tmp_path: Path) -> None:
    """Only an index or an empty folder is built over."""
    (tmp_path / "a").mkdir()
    (tmp_path / "a/thesis.txt").touch()
    with pytest.raises(InputError, match="is not an excerpt index"):
        Staging(tmp_path / "a").__enter__()


def test_a_file_in_the_way_is_left_alone(tmp_path: Path) -> None:
    """A file is no place for an index."""
    (tmp_path / "a").touch()
    with pytest.raises(InputError, match="is not an excerpt index"):
        Staging(tmp_path / "a").__enter__()


def test_a_missing_parent_is_named(tmp_path: Path) -> None:
    """A mistyped folder is not created."""
    with pytest.raises(InputError, match="nowhere does not exist"):
        Staging(tmp_path / "nowhere" / "a").__enter__()


def test_names_with_pattern_characters_work(tmp_path: Path) -> None:
    """A name is never read as a pattern."""
    publish(tmp_path / "a[1]*?", "one")
    assert read_pointer(tmp_path / "a[1]*?").generation == 1


def test_no_index_is_an_error(tmp_path: Path) -> None:
    """The message says how to make one."""
    with pytest.raises(StoreError, match="no excerpt index here; make one"):
        read_pointer(tmp_path / "a")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"format": "other"}, "was not written by excerpt"),
        ({"version": 99}, "version 99"),
        ({"generation": "../../x"}, "lacks"),
        ({"generation": 1.0}, "is not what was written"),
        ({"more": 1}, "is not what was written"),
    ],
)
def test_a_foreign_pointer_is_refused(tmp_path: Path, change: dict[str, object], why: str) -> None:
    """The message says what is wrong with it."""
    publish(tmp_path / "a", "one")
    values = json.loads(Pointer(1, "0" * 64).to_json())
    (tmp_path / "a/current.json").write_text(json.dumps({**values, **change}, indent=1) + "\n")
    with pytest.raises(StoreError, match=why):
        read_pointer(tmp_path / "a")
