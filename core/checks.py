"""Numbers among the options of a stage: checked where they come in, and named where they are wrong."""

from math import inf, isnan
from numbers import Integral, Real

from excerpt.errors import ConfigError

__all__ = ["check_flag", "check_headroom", "check_number", "check_text", "check_whole"]


def check_number(value: object, where: str, *, least: float = -inf, most: float = inf) -> None:
    """Refuse what is no number from ``least`` to ``most``.

    Args:
        value: What was given.
        where: What it is of, and its name, such as ``"pruner: relevance"``.
        least: The smallest that will do.
        most: The largest that will do.

    Raises:
        ConfigError: It is of another kind, not a number, or out of range.
    """
    if _is_number(value) and least <= value <= most:  # type: ignore[operator]  # a number
        return
    if most < inf:
        expected = f"a number from {least:g} to {most:g}"
    else:
        expected = "a number" if least == -inf else f"a number of at least {least:g}"
    message = f"{where} must be {expected}, got {value!r}"
    raise ConfigError(message)


def check_whole(value: object, where: str, *, least: int) -> None:
    """Refuse what is no whole number of at least ``least``; otherwise as `check_number`."""
    if not isinstance(value, Integral) or isinstance(value, bool) or int(value) < least:
        message = f"{where} must be a whole number of at least {least}, got {value!r}"
        raise ConfigError(message)


def check_flag(value: object, where: str) -> None:
    """Refuse what is neither True nor False; otherwise as `check_number`."""
    if not isinstance(value, bool):
        message = f"{where} must be true or false, got {value!r}"
        raise ConfigError(message)


def check_text(value: object, where: str) -> None:
    """Refuse what is no text or an empty one; otherwise as `check_number`."""
    if not isinstance(value, str) or not value:
        message = f"{where} must be a text that is not empty, got {value!r}"
        raise ConfigError(message)


def check_headroom(value: object, where: str) -> None:
    """Refuse what a stage cannot have as its ``headroom`` (`excerpt.protocols.Compressor`).

    Args:
        value: What was given.
        where: The stage.

    Raises:
        ConfigError: It is neither None nor a number above 0.
    """
    if value is not None and not (_is_number(value) and 0 < value < inf):  # type: ignore[operator]  # a number
        message = f"{where}: headroom must be a number above 0, or None for no limit, got {value!r}"
        raise ConfigError(message)


def _is_number(value: object) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool) and not isnan(value)
