"""The loggers of excerpt: one tree, silent until the program that uses it says otherwise.

Above ``DEBUG`` no record holds a word of a question or a passage.
"""

import logging

__all__ = ["get_logger"]

logging.getLogger("excerpt").addHandler(logging.NullHandler())


def get_logger(module: str) -> logging.Logger:
    """The logger of a module.

    Args:
        module: Its ``__name__``, which begins with ``excerpt``.
    """
    return logging.getLogger(module)
