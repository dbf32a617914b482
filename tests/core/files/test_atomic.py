"""Tests of excerpt.files.atomic."""

import errno
import os
from pathlib import Path

import pytest

from excerpt.errors import ConfigError, InputError, WriteError
from excerpt.files.atomic import move_into_place, replacing, sync_tree, write_atomic


@pytest.mark.parametrize("content", ["grain", b"grain"])
@pytest.mark.parametrize("durable", [True, False])
def test_a_file_is_written_or_replaced(tmp_path: Path, content: str | bytes, durable: bool) -> None:
    """And nothing else is left in the folder."""
    for _ in range(2):
        write_atomic(tmp_path / "f", content, durable=durable)
        assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("f", "grain")]


def test_whoever_reads_meanwhile_reads_the_old_file(tmp_path: Path) -> None:
    """The new one has another name until it is whole."""
    path = tmp_path / "f"
    path.write_text("old")
    with replacing(path) as draft:
        draft.write_text("new")
        assert path.read_text() == "old"
        assert draft.parent == tmp_path
    assert path.read_text() == "new"


def _half_written(path: Path, error: Exception) -> None:
    with replacing(path) as draft:
        draft.write_text("half")
        raise error


def test_an_error_leaves_the_old_file(tmp_path: Path) -> None:
    """The draft goes, and the error is the block's own."""
    path = tmp_path / "f"
    path.write_text("old")
    for error in (ValueError("no"), ConfigError("no")):
        with pytest.raises(type(error), match=r"^no$"):
            _half_written(path, error)
        assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("f", "old")]


def test_a_full_disk_is_a_clear_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It says which file, why, and that nothing was lost; and is caught as what it is."""

    def full(_file: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    path = tmp_path / "f"
    path.write_text("old")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(
        WriteError, match=r"f: cannot be written \(No space left on device\); what was"
    ) as caught:
        write_atomic(path, "new")
    assert caught.value.errno == errno.ENOSPC
    assert isinstance(caught.value, InputError)
    assert isinstance(caught.value, OSError)
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("f", "old")]


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    """Nothing is made on the way."""
    with pytest.raises(WriteError, match=r"nowhere.*cannot be written \(No such file or directory\)"):
        write_atomic(tmp_path / "nowhere" / "f", "new")
    assert not list(tmp_path.iterdir())


def test_content_is_on_disk_before_the_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is forced, then renamed, then the folder is forced."""
    steps: list[str] = []
    force, rename = os.fsync, Path.replace
    monkeypatch.setattr(os, "fsync", lambda file: (steps.append("force"), force(file)))
    monkeypatch.setattr(Path, "replace", lambda *names: (steps.append("rename"), rename(*names)))
    write_atomic(tmp_path / "f", "new")
    assert steps == ["force", "rename", "force"]
    write_atomic(tmp_path / "f", "new", durable=False)
    assert steps[3:] == ["rename"]


def test_a_folder_moves_as_a_whole(tmp_path: Path) -> None:
    """With what is in it."""
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "f").write_text("grain")
    sync_tree(tmp_path / "a")
    move_into_place(tmp_path / "a", tmp_path / "b")
    assert (tmp_path / "b" / "f").read_text() == "grain"
    assert not (tmp_path / "a").exists()
