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
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any

from excerpt.errors import InputError, StoreError
from excerpt.files.atomic import move_into_place, replacing, write_atomic
from excerpt.files.batch import Done
from excerpt.files.jsonl import packed

__all__ = ["Journal", "pack_gzip"]

_VERSION = 2


class Journal:
    """The output of one batch run.

    Args:
        output: Final path.
        settings: Everything that shapes the output; a run can only be resumed with the same.
        resume: Go on with what an earlier run left, if it left anything.
        restart: Begin again, whatever an earlier run left.
        pack: Makes the output of what was written, from the first path to the second; None to rename it.

    Attributes:
        lines: Input records that were dealt with.
        written: Of these, how many were compressed.
        failed: How many were not.
        warned: How many of the compressed ones have warnings.

    Raises:
        InputError: The output's folder does not exist or cannot be written to, the output is there and no file,
            another run is writing it, an earlier run left something and neither ``resume`` nor ``restart`` is set, or
            ``resume`` is and the earlier run had other settings.
        StoreError: The earlier run's files are damaged.
    """

    def __init__(
        self,
        output: str | Path,
        settings: dict[str, Any],
        *,
        resume: bool = False,
        restart: bool = False,
        pack: Callable[[Path, Path], None] | None = None,
    ) -> None:
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
        self._pack = pack
        self._hash = hashlib.sha256()
        self.lines = self.written = self.failed = self.warned = 0
        self._expected = ""
        self._tidy()
        with ExitStack() as opened:
            try:
                self._rows = opened.enter_context(_locked(self._part))
                self._error_rows = opened.enter_context(_locked(self._errors_part))
            except OSError as error:
                message = f"output: {error.filename} cannot be written ({error.strerror}); choose another place with -o"
                raise InputError(message) from error
            sizes = (0, 0) if restart else self._sizes(resume=resume)
            for file, size in zip((self._rows, self._error_rows), sizes, strict=True):
                file.truncate(size)
                file.seek(size)
            if restart:
                self._journal.unlink(missing_ok=True)
            opened.pop_all()

    def _tidy(self) -> None:
        """Finish what an earlier run was about when it was killed between its last steps: its output has its name."""
        if not self._journal.exists() or self._part.exists():
            return
        try:
            finishing = bool(json.loads(self._journal.read_text(encoding="utf-8"))["finishing"])
        except (ValueError, KeyError, TypeError):
            return  # damaged: said where it is read
        if finishing and self.output.exists():
            if self._errors_part.exists() and self._errors_part.stat().st_size:
                move_into_place(self._errors_part, self.errors)
            for path in (self._errors_part, self._journal):
                path.unlink(missing_ok=True)

    def _sizes(self, *, resume: bool) -> tuple[int, int]:
        """How long both files were when the earlier run last vouched for them."""
        if not self._journal.exists():
            return 0, 0  # killed before the first checkpoint, or never started: from the beginning
        settings, sizes = self._read_journal()
        if not resume:
            message = (
                f"output: a run that was stopped after {self.lines:,} records left {self._part}; --resume goes on with "
                "it, --restart begins again"
            )
            raise InputError(message)
        changed = sorted(
            key for key in {*settings, *self._settings} if settings.get(key) != self._settings.get(key)
        )
        if changed:
            message = (
                f"{self._journal}: the earlier run had another {', '.join(changed)}; use the same, or start again with "
                "--restart"
            )
            raise InputError(message)
        for path, size in ((self._part, sizes[0]), (self._errors_part, sizes[1])):
            if path.stat().st_size < size:
                message = f"{path}: shorter than the journal says; start again with --restart"
                raise StoreError(message)
        return sizes

    def skip(self, line: bytes, number: int) -> bool:
        """Whether an input line was dealt with by the run before. Call for every line, in order.

        Raises:
            InputError: The input is not the one the run before read.
        """
        if number > self.lines:
            return False
        self._hash.update(line)
        if number == self.lines and self._hash.hexdigest() != self._expected:
            message = f"{self._journal}: the input has changed since; start again with --restart"
            raise InputError(message)
        return True

    def done(self, done: Done, lines: Iterable[bytes] = ()) -> None:
        """Note what became of some input records.

        Args:
            done: What became of them.
            lines: Them, as `skip` is to recognise them; none where the settings say which input it is.
        """
        self._rows.write(done.rows)
        self._error_rows.write(done.errors)
        self.written += done.written
        self.failed += done.failed
        self.warned += done.warned
        for line in lines:
            self._hash.update(line)
        self.lines += done.records

    def checkpoint(self, *, finishing: bool = False) -> None:
        """Make all that was noted safe.

        Args:
            finishing: It is all, and the files are about to be given their names.
        """
        for file in (self._rows, self._error_rows):
            file.flush()
            os.fsync(file.fileno())
        state = {
            "version": _VERSION,
            "settings": self._settings,
            "lines": self.lines,
            "written": self.written,
            "failed": self.failed,
            "warned": self.warned,
            "finishing": finishing,
            "input_sha256": self._hash.hexdigest(),
            "sizes": [self._rows.tell(), self._error_rows.tell()],
        }
        write_atomic(self._journal, json.dumps(state))

    def finish(self) -> None:
        """Give the files their final names; an errors file only when there are errors."""
        self.checkpoint(finishing=True)
        if self._pack is None:
            move_into_place(self._part, self.output)
        else:
            with replacing(self.output) as draft:
                self._pack(self._part, draft)
        if self.failed:
            move_into_place(self._errors_part, self.errors)
        else:
            self.errors.unlink(missing_ok=True)
        for path in (self._journal, self._part, self._errors_part):
            path.unlink(missing_ok=True)
        self.close()

    def close(self) -> None:
        """Close the files; what was noted since the last checkpoint is written but not vouched for.

        A run that ended before its first record, as with a source that cannot be read, leaves no file.
        """
        if not (self._rows.closed or self._journal.exists() or self._rows.tell() or self._error_rows.tell()):
            for path in (self._part, self._errors_part):  # while both are locked: they are nobody else's
                path.unlink(missing_ok=True)
        for file in (self._rows, self._error_rows):
            with contextlib.suppress(ValueError, OSError):  # closed before, or the disk is full
                file.close()

    def _read_journal(self) -> tuple[dict[str, Any], tuple[int, int]]:
        """The settings and the sizes that the earlier run noted; what it had done is taken over."""
        try:
            state = json.loads(self._journal.read_text(encoding="utf-8"))
            settings = dict(state["settings"])
            sizes = (int(state["sizes"][0]), int(state["sizes"][1]))
            self.lines, self.written, self.failed, self.warned = (
                int(state[key]) for key in ("lines", "written", "failed", "warned")
            )
            self._expected = str(state["input_sha256"])
        except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
            message = f"{self._journal}: damaged ({error}); start again with --restart"
            raise StoreError(message) from error
        return settings, sizes


def _beside(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)


def _locked(path: Path) -> IO[bytes]:
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
    return file


def pack_gzip(source: Path, target: Path) -> None:
    """Pack a file."""
    with source.open("rb") as rows, target.open("wb") as file, packed(file) as packing:
        shutil.copyfileobj(rows, packing)
