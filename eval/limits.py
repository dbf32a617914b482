"""How much chains of an evaluation may keep: shares as floats, tokens as whole numbers, as `Budget.of` takes them."""

from collections.abc import Sequence
from numbers import Integral, Real
from typing import TypeAlias

from excerpt.errors import InputError

__all__ = ["Limit", "checked", "phrase", "shown"]

Limit: TypeAlias = float | int
"""A kept ratio (a float), or tokens (an int)."""


def checked(limits: Sequence[Limit]) -> list[Limit]:
    """The limits, each once, as Python's own numbers.

    Raises:
        InputError: One is no number, or a share and a number of tokens are the same, which only 1 can be.
    """
    found: dict[Limit, Limit] = {}
    for limit in limits:
        if not isinstance(limit, Real) or isinstance(limit, bool):
            message = f"evaluate: a limit is a kept ratio or a number of tokens; got {limit!r}"
            raise InputError(message)
        own = int(limit) if isinstance(limit, Integral) else float(limit)
        if type(found.setdefault(own, own)) is not type(own):
            message = "evaluate: a ratio of 1 and a budget of 1 token cannot stand in one table"
            raise InputError(message)
    return list(found)


def shown(limit: Limit) -> str:
    """For a table: ``"0.25"``, ``"300 tokens"``."""
    return f"{limit:,} tokens" if isinstance(limit, int) else f"{limit:g}"


def phrase(limit: Limit) -> str:
    """For a sentence: ``"0.25 of the tokens"``, ``"300 tokens"``."""
    return shown(limit) if isinstance(limit, int) else f"{limit:g} of the tokens"
