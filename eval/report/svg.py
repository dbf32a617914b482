"""Pictures of a report as inline SVG: no script, no font, no colour of its own (the page's style has them)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import isnan

from excerpt.explain import shown

__all__ = ["Line", "Point", "bars", "frontier"]

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


def frontier(title: str, metric: str, lines: Iterable[Line], asked: float) -> str:
    """The metric (0 to 1) against the share of tokens kept, a line for each chain, with intervals.

    The axis ends where chains that keep to what was asked have room. Points beyond stand at its end as arrows.

    Args:
        title: Read out for those who do not see the picture.
        metric: Shown at the upright axis.
        lines: Points that are not a number are left out.
        asked: The largest share that was asked for.
    """
    drawn = [
        Line(
            line.name,
            line.style,
            sorted((p for p in line.points if not isnan(p.value)), key=lambda p: p.kept),
        )
        for line in lines
    ]
    scale = _Scale(next(end for end in (0.1, 0.2, 0.3, 0.4, 0.6, 0.8, 1.0) if end >= min(1.3 * asked, 1.0)))
    parts = [
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{shown(title)}">',
        *_grid(scale, metric),
        *(part for line in drawn if line.points for part in _line(line, scale)),
        "</svg>",
    ]
    return "".join(parts)


@dataclass(frozen=True, slots=True)
class _Scale:
    most: float

    def x(self, kept: float) -> float:
        return round(_LEFT + min(kept / self.most, 1.0) * (_WIDTH - _LEFT - _RIGHT), 1)

    def y(self, value: float) -> float:
        return round(_HEIGHT - _BOTTOM - value * (_HEIGHT - _TOP - _BOTTOM), 1)


def _grid(scale: _Scale, metric: str) -> Iterable[str]:
    for tenth in range(0, 11, 2):
        y = scale.y(tenth / 10)
        yield f'<path class="grid" d="M{_LEFT} {y}H{_WIDTH - _RIGHT}"/>'
        yield f'<text x="{_LEFT - 5}" y="{y + 3.5}" text-anchor="end">{tenth / 10:.1f}</text>'
    for step in range(5):
        share = scale.most * step / 4
        yield f'<text x="{scale.x(share)}" y="{_HEIGHT - 19}" text-anchor="middle">{share:.3g}</text>'
    middle = (_LEFT + _WIDTH - _RIGHT) / 2
    yield f'<text x="{middle}" y="{_HEIGHT - 4}" text-anchor="middle">share of the tokens kept</text>'
    upright = (_HEIGHT - _BOTTOM + _TOP) / 2
    yield f'<text transform="translate(9 {upright}) rotate(-90)" text-anchor="middle">{shown(metric)}</text>'


def _line(line: Line, scale: _Scale) -> Iterable[str]:
    path = "L".join(f"{scale.x(point.kept)} {scale.y(point.value)}" for point in line.points)
    yield f'<g class="{line.style}"><path class="line" d="M{path}"/>'
    for point in line.points:
        x = scale.x(point.kept)
        said = f"{line.name}: {point.value:.3f} ({point.low:.3f} to {point.high:.3f}) at {point.kept:.3f} of the tokens"
        y = scale.y(point.value)
        yield f'<path class="whisker" d="M{x} {scale.y(point.low)}V{scale.y(point.high)}"/>'
        if point.kept <= scale.most:
            yield f'<circle cx="{x}" cy="{y}" r="3.2"><title>{shown(said)}</title></circle>'
        else:
            yield f'<path class="beyond" d="M{x} {y - 5}l8 5l-8 5z"><title>{shown(said)}</title></path>'
    yield "</g>"


def bars(rows: Mapping[str, Mapping[str, float]], unit: str) -> str:
    """Stacked bars, a row for each name; a part called ``"other"`` is pale.

    Args:
        rows: For each name its parts in order, 0 or more.
        unit: Written behind each total.
    """
    longest = max((sum(parts.values()) for parts in rows.values()), default=0.0) or 1.0
    step, left, width = 24, 170, 620
    parts = [
        f'<svg class="bars" viewBox="0 0 {width} {step * len(rows) + 4}" role="img" aria-label="Bars in {unit}">'
    ]
    for row, (name, stack) in enumerate(rows.items()):
        y = row * step + 3
        parts.append(f'<text x="{left - 6}" y="{y + 13}" text-anchor="end">{shown(name)}</text>')
        x = float(left)
        for place, (part, value) in enumerate(stack.items()):
            length = round(value / longest * (width - left - 80), 1)
            style = "other" if part == "other" else f"part{place % 3}"
            said = f"{name}{part and f', {part}'}: {value:.1f} {unit}"
            parts.append(
                f'<rect class="{style}" x="{x:.1f}" y="{y}" width="{length}" height="17">'
                f"<title>{shown(said)}</title></rect>"
            )
            x += length
        parts.append(f'<text x="{x + 5:.1f}" y="{y + 13}">{sum(stack.values()):,.0f} {unit}</text>')
    return "".join([*parts, "</svg>"])
