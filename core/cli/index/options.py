"""What the subcommands of ``excerpt index`` have in common."""

import errno
import gzip
import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from excerpt.cli.progress import ProgressBar
from excerpt.errors import InputError, StoreError

__all__ = [
    "WHERE",
    "Steps",
    "conditions",
    "count_lines",
    "feature_names",
    "is_parquet",
    "mode_option",
    "writing",
]

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


_CONDITION = re.compile(r"([^=<>!]+)(>=|<=|!=|=|>|<)(.*)", re.DOTALL)
WHERE = "A condition on metadata: KEY=VALUE, or with >=, <=, >, < or !=; repeat for several, all of which must hold."

mode_option = click.option(
    "--mode",
    type=click.Choice(["fused", "dense", "lexical", "linked"]),
    default="fused",
    show_default=True,
    help="Search by vectors and words (fused), by one of them, or also by names in the best passages (linked).",
)


def conditions(texts: Sequence[str]) -> dict[str, Any] | None:
    """What ``--where`` says, as `excerpt.retrievers.Index.search` takes it; None where it says nothing.

    Args:
        texts: Such as ``year>=1900``. A value is read as JSON where it is JSON, and as text; behind a comparison
            as text only where it is no JSON. Several of one key with ``=`` are alternatives.

    Raises:
        InputError: One is no condition, or one key has both ``=`` and a comparison.
    """
    found: dict[str, Any] = {}
    for text in texts:
        match = _CONDITION.fullmatch(text)
        if match is None:
            message = f"--where: expected KEY=VALUE or KEY>=VALUE, got {text!r}"
            raise InputError(message)
        key, sign, value = match[1].strip(), match[2], _json(match[3].strip())
        kind: Any = list if sign == "=" else dict
        before = found.setdefault(key, kind())
        if not isinstance(before, kind):
            message = f"--where: {key} has both = and a comparison"
            raise InputError(message)
        if isinstance(before, list):
            before += [value, match[3].strip()]  # a number, or a text of figures
        else:
            before[sign] = value
    return found or None


def _json(text: str) -> Any:  # noqa: ANN401 - JSON's values
    try:
        return json.loads(text)
    except ValueError:
        return text


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
