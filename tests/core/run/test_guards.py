"""Guards of one call."""

from excerpt.run.guards import cache_guards
from excerpt.values.spans import Span
from excerpt.values.types import Passage


class Counting:
    def __init__(self):
        self.asked = 0

    def found(self, text):
        self.asked += 1
        return [(Span(0, 2), "pattern"), (Span(1, 3), "number")]

    def protected(self, text):
        raise AssertionError


def test_each_text_is_looked_at_once():
    """Splitting and the check after the fact share what was found."""
    guards = Counting()
    cached = cache_guards(guards, [Passage("abc")], None)
    assert cached.protected("abc") == (Span(0, 3),) or list(cached.protected("abc")) == [Span(0, 3)]
    assert [kind for _, kind in cached.found("abc")] == ["pattern", "number"]
    assert guards.asked == 1
    assert cache_guards(None, [], None) is None


def test_guards_that_only_find_everything_serve_for_gaps_too():
    """What reaches across is then all of it, and is asked for once."""
    cached = cache_guards(Counting(), [Passage("abc")], None)
    assert cached.crossing("abc", [(1, 1), (2, 2)]) == [(Span(0, 2), "pattern"), (Span(1, 3), "number")]
    assert cached.crossing("abc", [(2, 2)]) == cached.found("abc")
    assert cached.guards.asked == 2
