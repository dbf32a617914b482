"""Two things in turns, by a clock that the test turns."""

import pytest

from excerpt.errors import InputError
from excerpt.eval.speed.turns import Comparison, compare


class Clock:
    """Stands still but where something takes time."""

    def __init__(self):
        self.now, self.asked = 0.0, []

    def takes(self, name, *seconds):
        """Something that takes so long in each round; the first is not counted."""

        def work(number):
            self.asked.append((name, number))
            self.now += seconds[min(number, len(seconds) - 1)]

        return work


def compared(work, base, *, more=False, rounds=3):
    clock = Clock()
    comparison = Comparison(
        "call", "pass", clock.takes("work", *work), clock.takes("base", *base), lambda: clock.now, more
    )
    return compare(comparison, seconds=0, rounds=rounds), clock


def test_the_ratio_is_the_median_over_the_rounds():
    """Of both in the same round; the opening round is not counted."""
    ratio, clock = compared((90.0, 2.0, 9.0, 4.0), (50.0, 1.0, 1.0, 1.0))
    assert (ratio.value, ratio.low, ratio.high, ratio.rounds) == (4.0, 2.0, 9.0, 3)
    assert ratio.milliseconds == 4000.0
    assert clock.asked == [(name, number) for number in range(4) for name in ("base", "work")]


def test_more_may_be_better():
    """How often what is timed fits in what it is measured by."""
    ratio, _ = compared((1.0, 1.0), (1.0, 3.0), more=True)
    assert (ratio.value, ratio.more_is_better) == (3.0, True)


def test_fewer_rounds_than_three_are_as_many():
    """Where so many were asked for."""
    assert compared((1.0,), (1.0,), rounds=2)[0].rounds == 2
    with pytest.raises(InputError, match="rounds is 0"):
        compared((1.0,), (1.0,), rounds=0)
