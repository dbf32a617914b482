"""A reader that asks nothing twice."""

import pytest

from excerpt.models.readers import Answer, RememberingReader
from excerpt.models.runtime.disk_cache import DiskCache


class Counting:
    """Counts what it is asked; answers with a span."""

    name = "counting"

    def __init__(self, fingerprint="f"):
        self.fingerprint = fingerprint
        self.asked = []

    def read(self, question, context):
        if context == "broken":
            raise ValueError("no luck")
        self.asked.append((question, context))
        return Answer(context[:2], 0.5, (0, 2))


def test_a_second_run_asks_nothing(tmp_path):
    """And gives the same answers, span included."""
    runs = []
    for _ in range(2):
        with DiskCache(tmp_path / "c") as cache:
            inner = Counting()
            runs.append((RememberingReader(inner, cache).read_many(["q", "q"], ["abc", "abd"]), inner.asked))
    assert runs[0][0] == runs[1][0] == [Answer("ab", 0.5, (0, 2))] * 2
    assert (len(runs[0][1]), len(runs[1][1])) == (2, 0)


def test_the_same_question_is_asked_once():
    """Chains that keep the same text cost one answer."""
    inner = Counting()
    RememberingReader(inner, DiskCache(":memory:")).read_many(["q"] * 3, ["abc"] * 3)
    assert inner.asked == [("q", "abc")]


def test_another_reader_does_not_get_its_answers():
    """The fingerprint is in the key."""
    cache = DiskCache(":memory:")
    RememberingReader(Counting("one"), cache).read("q", "abc")
    other = Counting("two")
    RememberingReader(other, cache).read("q", "abc")
    assert len(other.asked) == 1


def test_a_run_that_ends_early_keeps_what_it_paid_for():
    """All whole batches before the failure."""
    cache = DiskCache(":memory:")
    with pytest.raises(ValueError, match="no luck"):
        RememberingReader(Counting(), cache).read_many(
            ["q"] * 40, [*(f"text {number}" for number in range(39)), "broken"]
        )
    assert len(cache) == 32
