"""Conditions on metadata: which passages of an index a search looks at, or a deletion takes."""

import json
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from excerpt.errors import InputError
from excerpt.retrievers.store.passages import PassageTable
from excerpt.values.plain import to_plain

__all__ = ["Filter", "Masks", "Where", "both"]

Where: TypeAlias = Mapping[str, Any] | Sequence[Mapping[str, Any]]
"""Conditions by key, all of which must hold, or a list of such mappings, which must all hold. Keys are those of the
metadata, and ``id`` and ``title``. A value is what stands there (in a list, where a list stands there), a list of
values of which one stands there, or a mapping of comparisons, such as ``{">=": 1900, "<": 2000}``. Where the key is
missing nothing holds."""

_MASKS = 32
"""Conditions of which it is remembered where they hold, a byte a passage each."""

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
        conditions: Keys, each with what must hold there, with JSON's values.
    """

    conditions: tuple[tuple[str, Any], ...]

    @classmethod
    def of(cls, where: Where) -> Self:
        """Check conditions.

        Raises:
            InputError: They are no mapping, empty, or there is no such comparison; the message has the key.
        """
        given = [where] if isinstance(where, Mapping) or not isinstance(where, Sequence) else where
        if not given or not all(isinstance(one, Mapping) and one for one in given):
            message = f"where: expected a mapping such as {{'year': 1911}}, got {where!r}"
            raise InputError(message)
        conditions = [pair for one in given for pair in to_plain(one, "where").items()]
        for key, wanted in conditions:
            if isinstance(wanted, dict) and (not wanted or not wanted.keys() <= _COMPARISONS.keys()):
                message = f"where.{key}: there are the comparisons {', '.join(_COMPARISONS)}; got {wanted!r}"
                raise InputError(message)
        return cls(tuple(conditions))

    @property
    def key(self) -> str:
        """The same for the same conditions."""
        return json.dumps(self.conditions, sort_keys=True)

    def mask(self, passages: PassageTable) -> NDArray[np.bool_]:
        """Which passages all conditions hold for, ``(rows,)``."""
        held = np.zeros(len(passages), dtype=bool)
        for row, (name, title, metadata) in enumerate(passages.labels()):
            values = {**json.loads(metadata), "id": name, "title": title}
            held[row] = all(key in values and _holds(values[key], wanted) for key, wanted in self.conditions)
        return held


class Masks:
    """Where conditions hold in one generation; safe to use from several threads.

    Args:
        passages: Its passages.
    """

    def __init__(self, passages: PassageTable) -> None:
        self._passages = passages
        self._known: dict[str, NDArray[np.bool_]] = {}

    def of(self, where: Where) -> NDArray[np.bool_]:
        """Which passages conditions hold for, ``(rows,)``; read once.

        Raises:
            InputError: As `Filter.of`.
        """
        chosen, known = Filter.of(where), self._known
        mask = known.get(chosen.key)
        if mask is None:
            mask = chosen.mask(self._passages)
            self._known = {**(known if len(known) < _MASKS else {}), chosen.key: mask}
        return mask


def both(one: Where | None, other: Where | None) -> Where | None:
    """Conditions that hold where both do, each of which may be none.

    Raises:
        InputError: As `Filter.of`.
    """
    given = [where for where in (one, other) if where is not None]
    for where in given:
        Filter.of(where)
    return [part for where in given for part in ([where] if isinstance(where, Mapping) else where)] or None


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
