"""What the subcommands of ``excerpt index`` have in common."""

import errno
import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from excerpt.cli.progress import ProgressBar
from excerpt.errors import StoreError

__all__ = ["Steps", "count_lines", "feature_names", "is_parquet", "writing"]

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class Steps:
    """Shows an index's steps on a progress bar that counts passages.

    Args:
        bar: The bar.
        before: Passages that are only copied, and come first; they are not counted.
    """

    def __init__(self, bar: ProgressBar, before: int = 0) -> None:
        self._bar = bar
        self._before = before
        self._done = 0

    def __call__(self, step: str, done: int, total: int | None) -> None:
        """Count passages; name any other step."""
        if step == "passages":
            if total is not None:
                self._bar.expect(total - self._before)
            now = max(0, done - self._before)
            self._bar.advance(now - self._done)
            self._done = now
        else:
            self._bar.advance(0, f"building {step}")


def feature_names(chosen: str, *, encoder: str | None) -> tuple[str, ...]:
    """The features that an option names.

    Args:
        chosen: ``none``, or names with commas between; ``default`` is several of them.
        encoder: The index's encoder; without one the default is none.
    """
    from excerpt.retrievers.build.sources import DEFAULT_FEATURES

    if chosen == "default" and encoder is None:
        return ()
    names = [name.strip() for name in chosen.split(",") if name.strip() and chosen != "none"]
    return tuple(
        dict.fromkeys(
            feature for name in names for feature in (DEFAULT_FEATURES if name == "default" else (name,))
        )
    )


def is_parquet(source: str) -> bool:
    """Whether a corpus is Parquet: by its name, or because it is a folder."""
    return source.endswith(".parquet") or Path(source).is_dir()


def count_lines(source: str) -> int | None:
    """How many passages a file will give, for the time that is left; None for standard input.

    Blank lines count too; a file that cannot be read is left to whoever reads it.
    """
    try:
        if is_parquet(source):
            from excerpt.adapters.parquet import count_rows

            return count_rows(Path(source))
        if source == "-" or not Path(source).is_file():
            return None
        with gzip.open(source) if source.endswith(".gz") else Path(source).open("rb") as lines:
            return sum(1 for _ in lines)
    except (OSError, EOFError):
        return None


@contextmanager
def writing(path: str) -> Iterator[None]:
    """Turn a full disk, or a folder that may not be written, into an error of ours.

    Raises:
        StoreError: The index cannot be written.
    """
    try:
        yield
    except OSError as error:  # reading the corpus has errors of its own
        from excerpt.retrievers.build.computing import work_folder

        why = ": ".join(map(str, filter(None, (error.strerror or error, error.filename))))
        message = f"{path}: cannot be written ({why}); what was there is as it was"
        if error.errno in _FULL and (work := work_folder(Path(path))).is_dir():
            message += f"; {work} has what was computed, for the next try, and may be removed"
        raise StoreError(message) from error
