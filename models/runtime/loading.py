"""Loading through transformers without its noise: a bar for half a second, notes on what we check ourselves."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

__all__ = ["without_bars", "without_notes"]


@contextmanager
def without_bars(transformers: Any) -> Iterator[None]:  # noqa: ANN401 - untyped package
    """No progress bars inside the block; afterwards as it was.

    Args:
        transformers: The imported package.
    """
    logging = transformers.utils.logging
    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            logging.enable_progress_bar()


@contextmanager
def without_notes(transformers: Any) -> Iterator[None]:  # noqa: ANN401 - untyped package
    """Nothing but errors is logged inside the block, for a caller that checks missing weights itself; then as it was.

    Args:
        transformers: The imported package.
    """
    logging = transformers.utils.logging
    before = logging.get_verbosity()
    logging.set_verbosity_error()
    try:
        yield
    finally:
        logging.set_verbosity(before)
