"""Two things timed in turns, and how one compares with the other."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

from excerpt.errors import InputError

__all__ = ["Comparison", "Ratio", "compare"]

_LEAST = 3  # rounds, however long one takes


@dataclass(frozen=True, slots=True)
class Comparison:
    """Something and what it is measured by.

    Args:
        name: What is timed.
        over: What it is measured by.
        work: Does it once; called with the number of the round, so that nothing is asked twice.
        base: Does what it is measured by, once.
        clock: Seconds; processor time of the process by default.
        more_is_better: Whether the value is how often ``work`` fits in ``base``, not the other way round.
    """

    name: str
    over: str
    work: Callable[[int], object]
    base: Callable[[int], object]
    clock: Callable[[], float] = time.process_time
    more_is_better: bool = False


@dataclass(frozen=True, slots=True)
class Ratio:
    """What came of a comparison.

    Args:
        name: What was timed.
        over: What it was measured by.
        value: The median ratio over the rounds.
        low: The lowest.
        high: The highest.
        milliseconds: Of what was timed, the median.
        rounds: How often each was done.
        more_is_better: As in `Comparison`.
    """

    name: str
    over: str
    value: float
    low: float
    high: float
    milliseconds: float
    rounds: int
    more_is_better: bool = False

    def row(self) -> dict[str, str]:
        """As a row of a CSV file."""
        return {
            "what": self.name,
            "over": self.over,
            "value": f"{self.value:.3g}",
            "low": f"{self.low:.3g}",
            "high": f"{self.high:.3g}",
            "milliseconds": f"{self.milliseconds:.4g}",
            "rounds": str(self.rounds),
            "better": "more" if self.more_is_better else "less",
        }


def compare(comparison: Comparison, *, seconds: float, rounds: int) -> Ratio:
    """Time both in turns, after a round that opens models and files.

    Args:
        comparison: What to time.
        seconds: Ends after the round in which they are over, but not before three rounds.
        rounds: At most so many.

    Raises:
        InputError: ``rounds`` is below 1.
    """
    if rounds < 1:
        message = f"bench: rounds is {rounds}; give 1 or more"
        raise InputError(message)
    comparison.base(0)
    comparison.work(0)
    started = time.perf_counter()
    pairs: list[tuple[float, float]] = []
    while len(pairs) < rounds and (len(pairs) < _LEAST or time.perf_counter() - started < seconds):
        number = len(pairs) + 1
        base = _spent(comparison.base, number, comparison.clock)
        pairs.append((_spent(comparison.work, number, comparison.clock), base))
    ratios = [base / work if comparison.more_is_better else work / base for work, base in pairs]
    return Ratio(
        comparison.name, comparison.over, statistics.median(ratios), min(ratios), max(ratios),
        1000 * statistics.median(work for work, _ in pairs), len(pairs), comparison.more_is_better,
    )  # fmt: skip


def _spent(work: Callable[[int], object], number: int, clock: Callable[[], float]) -> float:
    started = clock()
    work(number)
    return max(clock() - started, 1e-9)
