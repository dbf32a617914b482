"""Protected text that a chain cut, looked for after the fact."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence

from excerpt.contracts import GuardsContract, with_defaults
from excerpt.run.fit import Protector
from excerpt.values.report import Breach
from excerpt.values.spans import Span, intersect
from excerpt.values.types import Context

__all__ = ["find_breaches"]


def find_breaches(context: Context, guards: Protector) -> list[Breach]:
    """The protected spans of which a context keeps one part and not another.

    White space does not count: a unit ends before it.
    """
    cut: list[Breach] = []
    for index, (passage, kept) in enumerate(zip(context.passages, context.kept, strict=True)):
        text = passage.text
        if not kept or (len(kept) == 1 and kept[0] == (0, len(text))):
            continue
        starts = [start for start, _ in kept]
        edges = sorted(_edges(text, kept))
        for span, kind in with_defaults(guards, GuardsContract).crossing(text, edges):
            edge = bisect_right(edges, (span.start, len(text)))
            if edge == len(edges) or edges[edge][1] >= span.end:
                continue  # it goes across none
            first = max(0, bisect_right(starts, span.start) - 1)
            last = bisect_right(starts, span.end)
            if _is_cut(text, span, kept[first:last]):
                cut.append(Breach(index, span, kind))
    return sorted(cut)


def _edges(text: str, kept: Sequence[Span]) -> Iterator[tuple[int, int]]:
    """The gaps before and behind what is kept: white space, or nothing."""
    for (_, last), (start, _) in zip([Span(0, 0), *kept], kept, strict=False):
        end = start
        while end > last and text[end - 1].isspace():
            end -= 1
        if end:
            yield end, start
    for (_, end), (last, _) in zip(kept, [*kept[1:], Span(len(text), 0)], strict=True):
        start = end
        while start < last and text[start].isspace():
            start += 1
        if start < len(text):
            yield end, start


def _is_cut(text: str, span: Span, kept: tuple[Span, ...]) -> bool:
    """Whether some but not all of the span's characters, white space aside, are in ``kept``."""
    inside = intersect([span], kept)
    if inside == (span,):
        return False
    held = sum(_visible(text[start:end]) for start, end in inside)
    return 0 < held < _visible(text[span.start : span.end])


def _visible(text: str) -> int:
    return sum(map(len, text.split()))
