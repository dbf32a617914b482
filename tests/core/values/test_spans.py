"""Span arithmetic against sets of characters, which cannot be wrong."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from excerpt.values.spans import Span, contains, intersect, merge, total_length

pairs = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=12)


def characters(spans):
    return {position for start, end in spans for position in range(start, end)}


@given(pairs)
def test_merge_keeps_the_same_characters_sorted_and_apart(spans):
    """Merging changes the writing, not the characters."""
    merged = merge(spans)
    assert characters(merged) == characters(spans)
    assert all(a.end < b.start for a, b in pairwise(merged))


@given(pairs, pairs)
def test_intersect_is_set_intersection(left, right):
    """The common characters, and nothing else."""
    assert characters(intersect(merge(left), merge(right))) == characters(left) & characters(right)


@given(pairs, pairs)
def test_contains_is_subset(outer, inner):
    """Containment by characters, whatever the borders inside the outer spans are."""
    assert contains(merge(outer), merge(inner)) == (characters(inner) <= characters(outer))


def test_merge_joins_over_a_gap():
    """Spans at most `gap` apart become one."""
    assert merge([(0, 2), (4, 6)], gap=2) == (Span(0, 6),)
    assert merge([(0, 2), (5, 6)], gap=2) == (Span(0, 2), Span(5, 6))


@given(pairs)
def test_total_length_counts_characters(spans):
    """The length is the number of characters."""
    assert total_length(merge(spans)) == len(characters(spans))
