"""Where excerpt keeps what can be made or fetched again."""

import os
from pathlib import Path

from excerpt.errors import InputError

__all__ = ["user_cache"]


def user_cache() -> Path:
    """The folder ``excerpt`` in the user's cache, as the XDG base directory specification has it; it may not exist.

    Raises:
        InputError: The user has no home, as a number without a name in a container has none.
    """
    said = Path(os.environ.get("XDG_CACHE_HOME", ""))  # a relative value is to be ignored
    try:
        return (said if said.is_absolute() else Path.home() / ".cache") / "excerpt"
    except RuntimeError as error:
        message = "cache: this user has no home; set XDG_CACHE_HOME, or HOME, to a folder that may be written"
        raise InputError(message) from error
