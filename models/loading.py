"""Loading through transformers without its progress bars: a bar for half a second is noise in a pipeline's log."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

__all__ = ["without_bars"]


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
