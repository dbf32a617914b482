"""Conditions on metadata: which passages of an index a search looks at, or a deletion takes."""

import json
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from excerpt.errors import InputError
from excerpt.retrievers.store.passages import PassageTable
from excerpt.values.plain import to_plain

__all__ = ["Filter", "Where"]

Where: TypeAlias = Mapping[str, Any]
"""Conditions by key, all of which must hold. Keys are those of the metadata, and ``id`` and ``title``. A value is what
stands there (in a list, where a list stands there), a list of values of which one stands there, or a mapping of
comparisons, such as ``{">=": 1900, "<": 2000}``. Where the key is missing nothing holds."""

_COMPARISONS: Mapping[str, Callable[[Any, Any], Any]] = {
    ">=": operator.ge,
    ">": operator.gt,
    "<=": operator.le,
    "<": operator.lt,
    "!=": operator.ne,
}


@dataclass(frozen=True, slots=True)
class Filter:
    """Conditions, checked.

    Args:
        conditions: As `Where` has them, with JSON's values.
    """

    conditions: Mapping[str, Any]

    @classmethod
    def of(cls, where: Where) -> Self:
        """Check conditions.

        Raises:
            InputError: They are no mapping, empty, or there is no such comparison; the message has the key.
        """
        if not isinstance(where, Mapping) or not where:
            message = f"where: expected a mapping such as {{'year': 1911}}, got {where!r}"
            raise InputError(message)
        conditions = to_plain(where, "where")
        for key, wanted in conditions.items():
            if isinstance(wanted, dict) and (not wanted or not wanted.keys() <= _COMPARISONS.keys()):
                message = f"where.{key}: there are the comparisons {', '.join(_COMPARISONS)}; got {wanted!r}"
                raise InputError(message)
        return cls(conditions)

    @property
    def key(self) -> str:
        """The same for the same conditions."""
        return json.dumps(self.conditions, sort_keys=True)

    def mask(self, passages: PassageTable) -> NDArray[np.bool_]:
        """Which passages all conditions hold for, ``(rows,)``."""
        held = np.zeros(len(passages), dtype=bool)
        for row, (name, title, metadata) in enumerate(passages.labels()):
            values = {**json.loads(metadata), "id": name, "title": title}
            held[row] = all(
                key in values and _holds(values[key], wanted) for key, wanted in self.conditions.items()
            )
        return held


def _holds(value: Any, wanted: Any) -> bool:  # noqa: ANN401 - JSON's values
    there = value if isinstance(value, list) else [value]
    if isinstance(wanted, dict):
        return any(all(_compares(one, name, other) for name, other in wanted.items()) for one in there)
    if isinstance(wanted, list):
        return any(_same(one, other) for one in there for other in wanted)
    return any(_same(one, wanted) for one in there)


def _same(one: Any, other: Any) -> bool:  # noqa: ANN401 - JSON's values
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)  # JSON's true is not 1


def _compares(value: Any, name: str, other: Any) -> bool:  # noqa: ANN401 - JSON's values
    if name == "!=":
        return not _same(value, other)
    if isinstance(value, bool) or isinstance(other, bool):
        return False
    try:
        return bool(_COMPARISONS[name](value, other))
    except TypeError:  # a number and a text have no order
        return False
