"""Arithmetic on half-open character spans. Nothing here knows about passages."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

__all__ = ["Span", "contains", "intersect", "merge", "total_length"]


class Span(NamedTuple):
    """The characters ``text[start:end]`` of one text: half-open, in Python string positions."""

    start: int
    end: int


def merge(spans: Iterable[tuple[int, int]], *, gap: int = 0) -> tuple[Span, ...]:
    """Sort spans and join those that overlap or lie at most ``gap`` characters apart.

    Empty spans are dropped.
    """
    merged: list[Span] = []
    for start, end in sorted(spans):
        if end <= start:
            continue
        if merged and start <= merged[-1].end + gap:
            merged[-1] = Span(merged[-1].start, max(end, merged[-1].end))
        else:
            merged.append(Span(start, end))
    return tuple(merged)


def intersect(left: Sequence[tuple[int, int]], right: Sequence[tuple[int, int]]) -> tuple[Span, ...]:
    """The characters that lie in both; each side sorted and without overlaps."""
    merged: list[Span] = []
    i = j = 0
    while i < len(left) and j < len(right):
        start, end = max(left[i][0], right[j][0]), min(left[i][1], right[j][1])
        if start < end:
            merged.append(Span(start, end))
        if left[i][1] <= right[j][1]:
            i += 1
        else:
            j += 1
    return tuple(merged)


def contains(outer: Sequence[tuple[int, int]], inner: Sequence[tuple[int, int]]) -> bool:
    """Whether every character of ``inner`` lies in ``outer``; each sorted and without overlaps.

    Outer spans that touch count as one.
    """
    return intersect(merge(outer), inner) == tuple(Span(*span) for span in inner)


def total_length(spans: Iterable[tuple[int, int]]) -> int:
    """How many characters the spans hold; they must not overlap."""
    return sum(end - start for start, end in spans)
