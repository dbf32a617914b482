"""Where everything stands in the pictures of a report, in units of their view boxes; ``charts.html`` draws them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import isnan

__all__ = ["Bars", "Frontier", "Line", "Point", "bars", "frontier"]

_WIDTH, _HEIGHT = 360, 250
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
    width: int = _WIDTH
    height: int = _HEIGHT
    left: int = _LEFT
    right: int = _WIDTH - _RIGHT
    middle: float = (_HEIGHT - _BOTTOM + _TOP) / 2


def frontier(title: str, metric: str, lines: Iterable[Line], asked: float) -> Frontier:
    """The metric (0 to 1) against the share of tokens kept, a line for each chain, with intervals.

    The axis ends where chains that keep to what was asked have room. Points beyond stand at its end as arrows.

    Args:
        title: Read out for those who do not see the picture.
        metric: Shown at the upright axis.
        lines: Points that are not a number are left out.
        asked: The largest share that was asked for.
    """
    scale = _Scale(next(end for end in (0.1, 0.2, 0.3, 0.4, 0.6, 0.8, 1.0) if end >= min(1.3 * asked, 1.0)))
    heights = [Mark(scale.y(tenth / 10), f"{tenth / 10:.1f}") for tenth in range(0, 11, 2)]
    shares = [scale.most * step / 4 for step in range(5)]
    curves = (_curve(line, scale) for line in lines)
    return Frontier(
        title,
        metric,
        heights,
        [Mark(scale.x(share), f"{share:.3g}") for share in shares],
        [curve for curve in curves if curve.dots],
    )


@dataclass(frozen=True, slots=True)
class _Scale:
    most: float

    def x(self, kept: float) -> float:
        return round(_LEFT + min(kept / self.most, 1.0) * (_WIDTH - _LEFT - _RIGHT), 1)

    def y(self, value: float) -> float:
        return round(_HEIGHT - _BOTTOM - value * (_HEIGHT - _TOP - _BOTTOM), 1)


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
    """A stretch of a bar."""

    style: str
    x: str
    length: float
    hint: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A name, its parts from left to right, where they end, and their sum."""

    name: str
    y: int
    parts: Sequence[Part]
    end: str
    total: str


@dataclass(frozen=True, slots=True)
class Bars:
    """Stacked bars, one below the other."""

    unit: str
    bars: Sequence[Bar]
    height: int
    width: int = 620
    left: int = 170


def bars(rows: Mapping[str, Mapping[str, float]], unit: str) -> Bars:
    """Stacked bars, a row for each name; a part called ``"other"`` is pale.

    Args:
        rows: For each name its parts in order, 0 or more.
        unit: Written behind each total.
    """
    longest = max((sum(parts.values()) for parts in rows.values()), default=0.0) or 1.0
    step = 24
    picture = Bars(unit, [], step * len(rows) + 4)
    drawn = []
    for row, (name, stack) in enumerate(rows.items()):
        x = float(picture.left)
        parts = []
        for place, (part, value) in enumerate(stack.items()):
            length = round(value / longest * (picture.width - picture.left - 80), 1)
            style = "other" if part == "other" else f"part{place % 3}"
            hint = f"{name}{part and f', {part}'}: {value:.1f} {unit}"
            parts.append(Part(style, f"{x:.1f}", length, hint))
            x += length
        drawn.append(Bar(name, row * step + 3, parts, f"{x + 5:.1f}", f"{sum(stack.values()):,.0f} {unit}"))
    return Bars(unit, drawn, picture.height)
