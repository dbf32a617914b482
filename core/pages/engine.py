"""The engine of all HTML pages: Jinja2, set up so that nothing of a text can become markup."""

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

__all__ = ["page_engine", "visible"]

_FOLDER = Path(__file__).resolve().parent


@cache
def page_engine(folder: Path | None = None) -> Environment:
    """Templates by file name: those of a folder first, then those that all pages share.

    Every value is escaped when it is written, and its control characters are made visible; a name that a template
    uses and is not given is an error (`jinja2.UndefinedError`), not an empty place.

    Args:
        folder: Where a room keeps templates of its own; None for the shared ones alone.
    """
    return Environment(
        loader=FileSystemLoader([_FOLDER] if folder is None else [folder, _FOLDER]),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def visible(text: str) -> str:
    """A text with its control characters as the pictures that Unicode has of them.

    NUL and the others have no place in HTML, escaped or not. White space stays what it is.
    """
    return "".join(c if c >= " " or c in "\n\t\r" else chr(0x2400 + ord(c)) for c in text)


def _shown(value: Any) -> Any:  # noqa: ANN401 - whatever a template writes
    # What has `__html__` is markup already: the outcome of a macro.
    return visible(value) if isinstance(value, str) and not hasattr(value, "__html__") else value
