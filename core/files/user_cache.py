"""Where excerpt keeps what can be made or fetched again."""

import os
from pathlib import Path

__all__ = ["user_cache"]


def user_cache() -> Path:
    """The folder ``excerpt`` in the user's cache, as the XDG base directory specification has it; it may not exist."""
    said = Path(os.environ.get("XDG_CACHE_HOME", ""))  # a relative value is to be ignored
    return (said if said.is_absolute() else Path.home() / ".cache") / "excerpt"
