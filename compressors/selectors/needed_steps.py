"""Steps of a chain of thought whose results the end stands on, then the others."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import NDArray

from excerpt.checks import check_number
from excerpt.compressors.selectors.greedy import best_first
from excerpt.protocols import Selection
from excerpt.run.fit import Room
from excerpt.values.types import Context, Units

__all__ = ["NeededSteps", "needed_steps"]

_LABEL = re.compile(r"^[#*_\s]*step\s*\d+\b|^\(?\d{1,3}[.)]\s", re.IGNORECASE)
_VALUE = re.compile(r"\d+(?:[.,]\d+)*|(?<![\w.])[A-Za-z]\w{0,24}(?=\s*(?:=|:=|≈)(?!=))")
_NAME = re.compile(r"(?<![\w.])[A-Za-z]\w{0,24}(?!\w)")


@dataclass(frozen=True, slots=True)
class NeededSteps:
    """Of each passage the last step, the first, and every step whose result these or a kept one use; then by score.

    A result is a number that comes up for the first time, or a name that is given a value (``x = 3``); a later step
    that has it uses it. Without a budget the best ``rate`` of the other steps stay too; with one all of them follow,
    best first.

    Args:
        rate: The share of the steps that nothing stands on that stays without a budget. Step entropy (2508.03346)
            drops 80% of all.

    Raises:
        ConfigError: It is no number from 0 to 1.
    """

    rate: float = 0.2

    def __post_init__(self) -> None:
        check_number(self.rate, "needed-steps: rate", least=0, most=1)

    def __call__(self, context: Context, units: Units, scores: NDArray[np.floating], room: Room) -> Selection:
        """A set without a budget, an order with one: ends first, then what they stand on, the nearest first."""
        texts = units.texts(context.passages)
        ends = np.r_[np.flatnonzero(np.diff(units.passage)) + 1, len(units)].tolist()
        needed: list[int] = []
        start = 0
        for end in ends:
            needed += [start + step for step in needed_steps(texts[start:end])]
            start = end
        mask = np.zeros(len(units), dtype=bool)
        mask[needed] = True
        order = best_first(scores)
        others = order[~mask[order]]
        if room.tokens is None:
            mask[others[: ceil(self.rate * len(others))]] = True
            return mask
        return np.concatenate([np.array(needed, dtype=np.int64), others])


def needed_steps(steps: Sequence[str]) -> list[int]:
    """The last step, what it stands on from the nearest back, and the first.

    Args:
        steps: In order, at least one.
    """
    made: dict[str, list[int]] = {}  # the steps that give each value, ascending
    for number, step in enumerate(steps):
        for value in _values(step):
            if not value[0].isdigit() or value not in made:
                made.setdefault(value, []).append(number)
    last = len(steps) - 1
    needed, waiting = {last}, [last]
    while waiting:
        user = waiting.pop()
        for value in _used(steps[user]):
            maker = max((number for number in made.get(value, ()) if number < user), default=-1)
            if maker >= 0 and maker not in needed:
                needed.add(maker)
                waiting.append(maker)
    return [*sorted(needed - {0} if last else needed, reverse=True), *([0] if last else [])]


def _values(step: str) -> Iterator[str]:
    """Numbers, and names that are given a value; the number of the step itself is none."""
    return (match.group() for match in _VALUE.finditer(_LABEL.sub("", step)))


def _used(step: str) -> set[str]:
    """Numbers and names of a step; not a name that it only gives a value."""
    body = _LABEL.sub("", step)
    values = list(_values(step))
    names = Counter(match.group() for match in _NAME.finditer(body))
    given = Counter(value for value in values if not value[0].isdigit())
    return {value for value in values if value[0].isdigit()} | set(names - given)
