"""Files that are there whole or not at all: written beside their place, forced to disk, renamed.

Whoever reads the place meanwhile reads the old file; a process that is killed leaves the old file, and at most a draft
``.NAME.XXXXXXXX.part`` beside it, which nothing reads.
"""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from excerpt.errors import ExcerptError, WriteError

__all__ = ["move_into_place", "replacing", "sync_folder", "sync_tree", "write_atomic"]


@contextmanager
def replacing(path: str | Path, *, durable: bool = True) -> Iterator[Path]:
    """A draft beside a file, which takes the file's name when the block ends without an error.

    Args:
        path: The file; its folder must exist.
        durable: Force content and name to disk before going on, so that the file outlives a loss of power. False for
            what can be made again.

    Yields:
        The path to write to, which does not exist yet.

    Raises:
        WriteError: The disk is full, or the place cannot be written. The file is as it was.
    """
    target = Path(path)
    draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    try:
        yield draft
        if durable:
            _sync_file(draft)
        move_into_place(draft, target, durable=durable)
    except ExcerptError:
        raise  # what the block had to say
    except OSError as error:
        raise _write_error(path, error) from error
    finally:
        draft.unlink(missing_ok=True)


def write_atomic(path: str | Path, content: str | bytes, *, durable: bool = True) -> None:
    """Write a whole file, or leave what was there.

    Args:
        path: The file; its folder must exist.
        content: What it is to hold; text is written as UTF-8.
        durable: As for `replacing`.

    Raises:
        WriteError: As `replacing`.
    """
    with replacing(path, durable=durable) as draft:
        draft.write_bytes(content.encode() if isinstance(content, str) else content)


def move_into_place(source: Path, target: Path, *, durable: bool = True) -> None:
    """Give a finished file or folder its final name on the same disk; what it holds must be on disk already.

    Args:
        source: As it is called now.
        target: Its name; a file of that name is replaced.
        durable: Force the name to disk.

    Raises:
        OSError: It cannot be renamed.
    """
    source.replace(target)
    if durable:
        sync_folder(target.parent)


def sync_folder(folder: Path) -> None:
    """Force the names in a folder to disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_tree(folder: Path) -> None:
    """Force a folder and all in it to disk: a rename must not become durable before the content.

    But for files that have a second name: those stand elsewhere too, and were forced when they were written there.
    """
    for path, _, names in os.walk(folder):
        for name in names:
            file = Path(path, name)
            if file.stat().st_nlink == 1:
                _sync_file(file)
        sync_folder(Path(path))


def _sync_file(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _write_error(path: str | Path, error: OSError) -> WriteError:
    message = f"{path}: cannot be written ({error.strerror or error}); what was there is as it was"
    failure = WriteError(message)
    failure.errno, failure.strerror, failure.filename = error.errno, error.strerror or str(error), str(path)
    return failure
