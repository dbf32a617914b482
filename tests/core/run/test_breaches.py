"""Protected text that a chain cut."""

from excerpt.compressors import Guards
from excerpt.run.breaches import find_breaches
from excerpt.values.report import Breach
from excerpt.values.spans import Span
from excerpt.values.types import Context, Passage


def test_only_what_is_cut_in_the_middle_is_reported():
    """A number that is whole or gone is none."""
    start = Context.start("q", [Passage("it is 12.5 kg now"), Passage("at 7 kg")])
    assert find_breaches(start.narrow([[(0, 10)], []]), Guards()) == [Breach(0, Span(6, 13), "number")]
    assert find_breaches(start.narrow([[(0, 13)], []]), Guards()) == []
