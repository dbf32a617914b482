"""Output files that are whole or not there, and that a killed run can go on with.

Everything is written to ``OUT.part`` (and ``OUT.errors.part``). ``OUT.journal`` says how far: how many
input lines were dealt with and how long both files were then. It is replaced atomically after the
data it speaks of reached the disk, so a run that is killed at any moment can cut both files
back to what the journal says and go on. At the end the parts take their final names.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
from pathlib import Path
from typing import IO, Any

from excerpt.errors import InputError, StoreError
from excerpt.files.atomic import move_into_place, replacing, write_atomic
from excerpt.files.jsonl import packed

__all__ = ["Journal"]

_VERSION = 1


class Journal:
    """The output of one batch run.

    Args:
        output: Final path; ``.gz`` is packed at the end.
        settings: Everything that shapes the output; a run can only be resumed with the same.
        resume: Go on with what an earlier run left.

    Raises:
        InputError: The output's folder does not exist or cannot be written to, the output is there and no file, or
            another run is writing it.
        StoreError: ``resume`` is set and the earlier run had other settings, or its files are damaged.
    """

    def __init__(self, output: str | Path, settings: dict[str, Any], *, resume: bool) -> None:
        self.output = Path(output)
        if (
            self.output.exists() and not self.output.is_file()
        ):  # a folder, or a device that a file would replace
            message = f"output: {output or repr(output)} is not a file; give a file's path, or - for standard output"
            raise InputError(message)
        self.errors = _beside(self.output, ".errors.jsonl")
        self._part = _beside(self.output, ".part")
        self._errors_part = _beside(self.output, ".errors.part")
        self._journal = _beside(self.output, ".journal")
        self._settings = settings
        self._hash = hashlib.sha256()
        self.lines = 0
        self.written = 0
        self.failed = 0
        self._expected = ""
        sizes = self._read_journal() if resume else (0, 0)
        try:
            self._rows = _open_at(self._part, sizes[0])
            self._error_rows = _open_at(self._errors_part, sizes[1])
        except OSError as error:
            message = (
                f"output: {error.filename} cannot be written ({error.strerror}); choose another place with -o"
            )
            raise InputError(message) from error

    def skip(self, line: bytes, number: int) -> bool:
        """Whether an input line was dealt with by the run before. Call for every line, in order.

        Raises:
            StoreError: The input is not the one the run before read.
        """
        if number > self.lines:
            return False
        self._hash.update(line)
        if number == self.lines and self._hash.hexdigest() != self._expected:
            message = f"{self._journal}: the input has changed since; start again without --resume"
            raise StoreError(message)
        return True

    def done(self, line: bytes, number: int, row: bytes | None, error: bytes | None = None) -> None:
        """Note what became of an input line: an output row, an error row, or (blank) neither."""
        if row is not None:
            self._rows.write(row)
            self.written += 1
        if error is not None:
            self._error_rows.write(error)
            self.failed += 1
        self._hash.update(line)
        self.lines = number

    def checkpoint(self) -> None:
        """Make all that was noted safe."""
        for file in (self._rows, self._error_rows):
            file.flush()
            os.fsync(file.fileno())
        state = {
            "version": _VERSION,
            "settings": self._settings,
            "lines": self.lines,
            "written": self.written,
            "failed": self.failed,
            "input_sha256": self._hash.hexdigest(),
            "sizes": [self._rows.tell(), self._error_rows.tell()],
        }
        write_atomic(self._journal, json.dumps(state))

    def finish(self) -> None:
        """Give the files their final names; an errors file only when there are errors."""
        self.checkpoint()
        self.close()
        if self.output.suffix == ".gz":
            with (
                self._part.open("rb") as source,
                replacing(self.output) as draft,
                draft.open("wb") as target,
                packed(target) as rows,
            ):
                shutil.copyfileobj(source, rows)
        else:
            move_into_place(self._part, self.output)
        if self.failed:
            move_into_place(self._errors_part, self.errors)
        else:
            self.errors.unlink(missing_ok=True)
        for path in (self._journal, self._part, self._errors_part):
            path.unlink(missing_ok=True)

    def close(self) -> None:
        """Close the files; what was noted since the last checkpoint is written but not vouched for."""
        for file in (self._rows, self._error_rows):
            with contextlib.suppress(ValueError, OSError):  # closed before, or the disk is full
                file.close()

    def _read_journal(self) -> tuple[int, int]:
        if not self._journal.exists():
            return 0, 0  # killed before the first checkpoint, or never started: from the beginning
        try:
            state = json.loads(self._journal.read_text(encoding="utf-8"))
            settings = state["settings"]
            sizes = (int(state["sizes"][0]), int(state["sizes"][1]))
            self.lines, self.written, self.failed = (
                int(state[key]) for key in ("lines", "written", "failed")
            )
            self._expected = str(state["input_sha256"])
        except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
            message = f"{self._journal}: damaged ({error}); start again without --resume"
            raise StoreError(message) from error
        changed = sorted(
            key for key in {*settings, *self._settings} if settings.get(key) != self._settings.get(key)
        )
        if changed:
            message = f"{self._journal}: the earlier run had another {', '.join(changed)}; use the same, or start again"
            raise StoreError(message)
        for path, size in ((self._part, sizes[0]), (self._errors_part, sizes[1])):
            if not path.exists() or path.stat().st_size < size:
                message = f"{path}: shorter than the journal says; start again without --resume"
                raise StoreError(message)
        return sizes


def _beside(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)


def _open_at(path: Path, size: int) -> IO[bytes]:
    file = path.open("r+b" if path.exists() else "w+b")
    # Two runs would write into each other's rows. The lock goes with the process, however that ends.
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        mine = os.path.samestat(os.fstat(file.fileno()), path.stat())  # else it has its final name by now
    except (BlockingIOError, FileNotFoundError):
        mine = False
    if not mine:
        file.close()
        message = f"output: another run is writing {path}; wait for it, or choose another place with -o"
        raise InputError(message)
    file.truncate(size)
    file.seek(size)
    return file
