"""What a case of real text holds; each file beside this one has the cases of one kind."""

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["BESIDE", "Case"]

BESIDE = (
    "The office closes at six. Bring a key.",
    "Rain is forecast for the coast. The ferry may be late, and the café at the pier is shut.",
)
"""Passages that answer nothing, and fit where the answer does not."""


@dataclass(frozen=True)
class Case:
    """A small input, and what must be true of what is kept of it.

    Args:
        name: Unique in its file.
        question: The question.
        budget: Tokens of the bundled counter as an int, or the ratio that is kept as a float.
        text: The passage that answers.
        keep: Strings that must stand in the result.
        drop: Strings that must not: they would break or invert what is said.
        warns: Whether the result must have a warning; None where it may.
        beside: Irrelevant passages behind it.
    """

    name: str
    question: str
    budget: int | float
    text: str
    keep: Sequence[str] = ()
    drop: Sequence[str] = ()
    warns: bool | None = None
    beside: Sequence[str] = BESIDE
