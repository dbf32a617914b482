"""Values as JSON has them."""

import datetime as dt
import math
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any
from uuid import UUID

import numpy as np

from excerpt.errors import InputError

__all__ = ["to_name", "to_plain"]


def to_name(value: object) -> object:
    """A value that names something, as text: a whole number, a UUID, a path or a date; any other as it is."""
    if isinstance(value, int | np.integer) and not isinstance(value, bool):
        return str(int(value))
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return str(value) if isinstance(value, UUID | PurePath | np.datetime64) else value


def to_plain(value: Any, where: str) -> Any:  # noqa: ANN401 - JSON's values
    """The same with numpy's numbers and arrays as numbers and lists; dates, UUIDs and paths as text.

    Args:
        value: A mapping, a list, or what may stand in them.
        where: What an error message calls it.

    Raises:
        InputError: JSON has nothing for a value, such as NaN or an object; the message has its key.
    """
    if isinstance(value, Mapping):
        return {_key(key, where): to_plain(item, f"{where}.{key}") for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [to_plain(item, f"{where}[{number}]") for number, item in enumerate(value)]
    if isinstance(value, np.generic | np.ndarray) and value.dtype.kind in "biufU":
        return to_plain(value.tolist(), where)
    if isinstance(value, dt.date | dt.time | UUID | PurePath | np.datetime64):
        return to_name(value)
    if value is None or isinstance(value, str | int) or (isinstance(value, float) and math.isfinite(value)):
        return value
    shown = repr(value)
    message = (
        f"{where}: {shown if len(shown) < 60 else type(value).__name__} is nothing that JSON has; give a string, a "
        "number, a list or None"
    )
    raise InputError(message)


def _key(key: object, where: str) -> str:
    if isinstance(key, str):
        return key
    message = f"{where}: the key {key!r} must be a string"
    raise InputError(message)
