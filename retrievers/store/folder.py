"""The folder of an index on disk, and how a new generation of it becomes visible.

::

    corpus.excerpt/
    ├── current.json         names the generation that counts, with the checksum of its manifest
    ├── lock                 held by whoever writes
    └── generation-000001/   manifest.json and the files it names; never changed once visible

A generation is written in a folder beside the index, forced to disk, and made visible by one atomic
rename: of the whole folder where there was no index, of ``current.json`` where there was one. So a
build that is killed leaves the old index, or none. Readers keep their generation: its files are
mapped, and stay readable after they are removed.
"""

import fcntl
import hashlib
import json
import os
import re
import secrets
import shutil
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import IO, NamedTuple, Self

from excerpt.errors import InputError, NoIndexError, StoreError
from excerpt.files.atomic import move_into_place, sync_folder, sync_tree
from excerpt.retrievers.store.manifest import FORMAT, VERSION, checked_json

__all__ = ["MANIFEST", "POINTER", "Pointer", "Staging", "read_pointer"]

POINTER, MANIFEST, _LOCK = "current.json", "manifest.json", "lock"
_GENERATION = re.compile(r"generation-(\d{6,})")
_BUILDING, _GUARD = ".building-", ".lock"
_ADVICE = "restore it from a copy, or remove the folder and rebuild the index"


class Pointer(NamedTuple):
    """What ``current.json`` says."""

    generation: int
    manifest_sha256: str

    def folder(self, root: Path) -> Path:
        """The folder of the generation."""
        return root / f"generation-{self.generation:06d}"

    def to_json(self) -> str:
        """The text of the file."""
        return json.dumps({"format": FORMAT, "version": VERSION, **self._asdict()}, indent=1) + "\n"


def read_pointer(root: Path) -> Pointer:
    """Which generation of an index counts.

    Raises:
        StoreError: There is no index, or its pointer is corrupt.
    """
    path = root / POINTER
    try:
        text = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError) as error:
        message = f"{root}: there is no excerpt index here; make one with `excerpt index` or Index.build"
        raise NoIndexError(message) from error
    except OSError as error:
        message = f"{path}: cannot be read ({error.strerror or error})"
        raise StoreError(message) from error
    values = checked_json(text, path)
    try:
        pointer = Pointer(int(values["generation"]), str(values["manifest_sha256"]))
    except (KeyError, TypeError, ValueError) as error:
        message = f"{path}: lacks {error}; {_ADVICE}"
        raise StoreError(message) from error
    if pointer.to_json().encode() != text:
        message = f"{path}: is not what was written; {_ADVICE}"
        raise StoreError(message)
    return pointer


class Staging:
    """A folder beside an index where its next generation is written; a context manager.

    While it is open no other process can write the same index. Left without `publish`, it removes
    what was written and the index is as before.

    Args:
        root: The folder of the index.
    """

    def __init__(self, root: Path) -> None:
        # Resolved, because names beside it are made: of "." there are none, and a link may lead to another disk.
        self._root = root = root.resolve()
        self._held = ExitStack()
        self._folder = root
        self._replaces: Pointer | None = None
        self.generation = root
        """The folder to write the files into."""

    def __enter__(self) -> Self:
        with ExitStack() as undo:
            undo.callback(self._held.close)
            self._replaces = self._claim()
            if _sweep(self._root) and self._replaces is None:
                message = f"{self._root}: another process is building this index; wait for it to end"
                raise StoreError(message)
            self._folder = self._start()
            number = self._replaces.generation + 1 if self._replaces else 1
            self.generation = Pointer(number, "").folder(self._folder)
            self.generation.mkdir()
            undo.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._held.close()

    def publish(self, manifest: str) -> None:
        """Make the generation the one that counts.

        Args:
            manifest: Text of its manifest.

        Raises:
            StoreError: Another process made an index at the same path meanwhile.
        """
        (self.generation / MANIFEST).write_text(manifest, encoding="utf-8")
        number = self._replaces.generation + 1 if self._replaces else 1
        pointer = Pointer(number, hashlib.sha256(manifest.encode()).hexdigest())
        (self._folder / POINTER).write_text(pointer.to_json(), encoding="utf-8")
        sync_tree(self._folder)
        if self._replaces is None:
            self._appear()
        else:
            self._replace(pointer)

    def _claim(self) -> Pointer | None:
        """The pointer of the index that is there, its lock held; None where there is none."""
        if not self._root.parent.is_dir():
            message = f"{self._root}: the folder {self._root.parent} does not exist; make it first"
            raise InputError(message)
        if not self._root.exists() or (self._root.is_dir() and not any(self._root.iterdir())):
            return None
        if not (self._root / POINTER).is_file():
            message = f"{self._root}: exists and is not an excerpt index; give another path, or remove it"
            raise InputError(message)
        if not self._lock(self._root / _LOCK):
            message = f"{self._root}: another process is writing this index; wait for it to end"
            raise StoreError(message)
        return read_pointer(self._root)

    def _start(self) -> Path:
        while True:
            folder = self._root.with_name(f".{self._root.name}{_BUILDING}{secrets.token_hex(4)}")
            guard = folder.with_name(folder.name + _GUARD)
            if self._lock(guard):
                break
        # A folder never outlives its guard, so whatever moment a process is killed at, `_sweep` finds both.
        self._held.callback(guard.unlink)
        self._held.callback(shutil.rmtree, folder, ignore_errors=True)
        folder.mkdir()
        (folder / _LOCK).touch()
        return folder

    def _lock(self, path: Path) -> bool:
        file = self._held.enter_context(path.open("ab"))
        # Between the opening and the locking another process may have locked it, or swept it away.
        return _locked(file) and _same_file(path, file)

    def _appear(self) -> None:
        try:
            self._folder.rename(self._root)
        except OSError as error:
            message = f"{self._root}: something appeared here during the build ({error}); build again"
            raise StoreError(message) from error
        sync_folder(self._root.parent)

    def _replace(self, pointer: Pointer) -> None:
        home = pointer.folder(self._root)
        shutil.rmtree(home, ignore_errors=True)  # left by a process that was killed at the next line
        self.generation.rename(home)
        sync_folder(self._root)
        move_into_place(self._folder / POINTER, self._root / POINTER)
        for entry in self._root.iterdir():
            if _GENERATION.fullmatch(entry.name) and entry != home:
                shutil.rmtree(entry, ignore_errors=True)


def _locked(file: IO[bytes]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _same_file(path: Path, file: IO[bytes]) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(file.fileno()))
    except FileNotFoundError:
        return False


def _sweep(root: Path) -> int:
    """Remove what killed builds of the same index left: folders whose guard nobody holds. How many are in use."""
    used = 0
    for guard in root.parent.glob(f".{_escaped(root.name)}{_BUILDING}*{_GUARD}"):
        try:
            with guard.open("rb") as file:
                if _locked(file):
                    shutil.rmtree(guard.with_name(guard.name.removesuffix(_GUARD)), ignore_errors=True)
                    guard.unlink(missing_ok=True)
                else:
                    used += 1
        except FileNotFoundError:
            continue  # its owner just ended
    return used


def _escaped(name: str) -> str:
    return re.sub(r"([*?[])", r"[\1]", name)
