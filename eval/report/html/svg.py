"""Where everything stands in the pictures of a report; ``charts.html`` draws them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, isnan

__all__ = ["NARROW", "WIDE", "Bar", "Frontier", "Line", "Point", "bars", "frontier"]

NARROW, WIDE = (360, 250), (1060, 400)
"""Widths and heights of a picture beside others, or on a telephone, and of one that has the page to itself."""

_LEFT, _RIGHT, _TOP, _BOTTOM = 38, 10, 10, 34


@dataclass(frozen=True, slots=True)
class Point:
    """One chain at one ratio: what it kept of the tokens and what of the metric, with the interval."""

    kept: float
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Line:
    """One chain: its name, its class in the page's style, its points."""

    name: str
    style: str
    points: Sequence[Point]


@dataclass(frozen=True, slots=True)
class Mark:
    """A number beside an axis."""

    place: float
    label: str


@dataclass(frozen=True, slots=True)
class Dot:
    """A point in its place: inside the axes, or beyond their end; with both ends of the interval."""

    x: float
    y: float
    low: float
    high: float
    inside: bool
    hint: str


@dataclass(frozen=True, slots=True)
class Curve:
    """A line in its place."""

    style: str
    path: str
    dots: Sequence[Dot]


@dataclass(frozen=True, slots=True)
class Frontier:
    """Quality against size: the axes, then a curve for each chain that has a point."""

    title: str
    metric: str
    heights: Sequence[Mark]
    shares: Sequence[Mark]
    curves: Sequence[Curve]
    width: int
    height: int
    left: int = _LEFT

    @property
    def right(self) -> int:
        """Where the axes end."""
        return self.width - _RIGHT

    @property
    def middle(self) -> float:
        """Half way up the upright axis."""
        return (self.height - _BOTTOM + _TOP) / 2


def frontier(
    title: str, metric: str, lines: Iterable[Line], asked: float, size: tuple[int, int] = NARROW
) -> Frontier:
    """The metric against the share of tokens kept, a line for each chain, with intervals.

    The upright axis goes from 0 to 1 unless a point lies outside. The other ends where chains that keep to what was
    asked have room; points beyond stand at its end as arrows.

    Args:
        title: Read out for those who do not see the picture.
        metric: Shown at the upright axis.
        lines: Points that are not a number are left out.
        asked: The largest share that was asked for.
        size: Width and height.
    """
    most = next(end for end in (0.1, 0.15, 0.2, 0.3, 0.4, 0.6, 0.8, 1.0) if end >= min(1.15 * asked, 1.0))
    lines = list(lines)
    ends = [end for line in lines for one in line.points for end in (one.low, one.high) if not isnan(end)]
    low, high = floor(min(ends, default=0.0)), ceil(max(ends, default=1.0))
    if low >= 0 and high <= 1:
        low, high = 0, 1
    scale = _Scale(most, low, high, *size)
    steps = [low + (high - low) * fifth / 5 for fifth in range(6)]
    heights = [Mark(scale.y(height), f"{height:.1f}") for height in steps]
    shares = [scale.most * step / 4 for step in range(5)]
    curves = (_curve(line, scale) for line in lines)
    return Frontier(
        title,
        metric,
        heights,
        [Mark(scale.x(share), f"{share:.3g}") for share in shares],
        [curve for curve in curves if curve.dots],
        *size,
    )


@dataclass(frozen=True, slots=True)
class _Scale:
    most: float
    low: float
    high: float
    width: int
    height: int

    def x(self, kept: float) -> float:
        return round(_LEFT + min(kept / self.most, 1.0) * (self.width - _LEFT - _RIGHT), 1)

    def y(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return round(self.height - _BOTTOM - share * (self.height - _TOP - _BOTTOM), 1)


def _curve(line: Line, scale: _Scale) -> Curve:
    points = sorted((point for point in line.points if not isnan(point.value)), key=lambda point: point.kept)
    dots = [
        Dot(
            scale.x(point.kept),
            scale.y(point.value),
            scale.y(point.low),
            scale.y(point.high),
            point.kept <= scale.most,
            f"{line.name}: {point.value:.3f} ({point.low:.3f} to {point.high:.3f}) at {point.kept:.3f} of the tokens",
        )
        for point in points
    ]
    return Curve(line.style, "L".join(f"{dot.x} {dot.y}" for dot in dots), dots)


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a bar, in percent of the longest bar."""

    style: str
    length: float
    hint: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A name, its parts from left to right, and their sum."""

    name: str
    parts: Sequence[Part]
    total: str


def bars(rows: Mapping[str, Mapping[str, float]], unit: str) -> list[Bar]:
    """Stacked bars, a row for each name; a part called ``"other"`` is pale.

    Args:
        rows: For each name its parts in order, 0 or more.
        unit: Written behind each total.
    """
    longest = max((sum(parts.values()) for parts in rows.values()), default=0.0) or 1.0
    return [
        Bar(
            name,
            [
                Part(
                    "other" if part == "other" else f"part{place % 3}",
                    round(100 * value / longest, 2),
                    f"{name}{part and f', {part}'}: {value:.1f} {unit}",
                )
                for place, (part, value) in enumerate(stack.items())
            ],
            f"{sum(stack.values()):,.0f} {unit}",
        )
        for name, stack in rows.items()
    ]
