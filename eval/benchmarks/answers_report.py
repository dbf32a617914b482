"""Rows and the picture of what `answers.py` measured."""

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from html import escape
from math import ceil, floor, isnan, nan

import numpy as np
from numpy.typing import NDArray

from excerpt.eval.metrics.bootstrap import Estimate, difference, mean

ALL, FULL, DEFAULT, MIDDLE = "all", "full", "default", 300
_LEAST, _LEAST_OF_A_SET = 10, 5
"""Questions of a row; means over fewer say nothing."""


@dataclass(frozen=True)
class Found:
    """What came of one text.

    Args:
        likelihood: Of the likeliest accepted answer, in nats a token.
        f1: Of the extractive reader's answer.
        tokens: What was left.
        prompt_tokens: What the model read.
        prefill_seconds: Seconds of one processor for the prompt; NaN where reading was not timed.
        token_seconds: And for one token more; the same.
    """

    likelihood: float
    f1: float
    tokens: int
    prompt_tokens: int
    prefill_seconds: float
    token_seconds: float


Cells = Mapping[tuple[str, int], Mapping[tuple[str, int], Found]]
"""By chain and budget, then by set and number of the question."""

_METRICS = tuple(field.name for field in fields(Found))
_OF_A_SET = ("likelihood", "f1", "prefill_seconds")


def rows_of(cells: Cells, sets: Sequence[str]) -> list[dict[str, str]]:
    """One value a row: each metric over all questions and, for some, set by set, and what is compared in pairs.

    ``gain`` and ``f1_gain`` are the differences to the whole context, ``better`` how often the answer is likelier than
    there, ``prefill_share`` the time for the prompt over that of the whole; ``gain_of_default`` is what the default has
    over a chain at the same budget. Each is over the questions that both sides have, of those that the default has read
    at `MIDDLE`; ``questions`` says how many.
    """
    asked = cells.get((DEFAULT, MIDDLE), {})
    cells = {key: {one: each[one] for one in each if one in asked} for key, each in cells.items()}
    rows = []
    for data in (ALL, *sets):
        for (chain, budget), found in cells.items():
            own = _of(found, data)
            shown = _METRICS if data == ALL else _OF_A_SET
            estimates = {name: mean(_column(own, own, name)) for name in shown}
            estimates |= _against(own, _of(cells[FULL, 0], data)) if chain != FULL else {}
            if (DEFAULT, budget) in cells and chain != DEFAULT:
                default = _of(cells[DEFAULT, budget], data)
                estimates["gain_of_default"] = _paired(default, own, "likelihood")
            count = estimates.get("gain", estimates["likelihood"]).questions
            if count >= (_LEAST if data == ALL else _LEAST_OF_A_SET):
                told = [one for one in estimates.items() if one[1].questions]
                rows += [estimate_row(data, chain, budget, *one) for one in told]
                rows.append(estimate_row(data, chain, budget, "questions", Estimate(count, nan, nan, count)))
    return rows


def _of(found: Mapping[tuple[str, int], Found], data: str) -> dict[tuple[str, int], Found]:
    return {key: one for key, one in found.items() if data in {ALL, key[0]}}


def _column(
    found: Mapping[tuple[str, int], Found], keys: Mapping[tuple[str, int], object], metric: str
) -> NDArray[np.float64]:
    place = _METRICS.index(metric)
    return np.array([astuple(found[key])[place] for key in keys], dtype=np.float64)


def _paired(
    left: Mapping[tuple[str, int], Found], right: Mapping[tuple[str, int], Found], metric: str
) -> Estimate:
    both = {key: None for key in left if key in right}
    return difference(_column(left, both, metric), _column(right, both, metric))


def _against(
    own: Mapping[tuple[str, int], Found], full: Mapping[tuple[str, int], Found]
) -> dict[str, Estimate]:
    both = {key: None for key in own if key in full and not isnan(full[key].likelihood)}
    each = _column(own, both, "likelihood") - _column(full, both, "likelihood")
    times = _column(own, both, "prefill_seconds"), _column(full, both, "prefill_seconds")
    return {
        "gain": _paired(own, full, "likelihood"),
        "f1_gain": _paired(own, full, "f1"),
        "better": mean(np.where(each == 0, 0.5, each > 0).astype(np.float64)),
        "prefill_share": mean(times[0] / times[1]),
    }


def estimate_row(data: str, chain: str, budget: int, metric: str, found: Estimate) -> dict[str, str]:
    """One value as CSV goes."""
    row = {"data": data, "chain": chain, "budget": str(budget) if budget else "", "metric": metric}
    ends = zip(("value", "low", "high"), (found.value, found.low, found.high), strict=True)
    shown = {name: "" if isnan(value) else f"{value:.4f}" for name, value in ends}
    return row | shown | {"questions": str(found.questions)}


_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 840, 420, 66, 250, 46, 52
_APART = 4  # pixels between chains that left as many tokens
_STYLE = """
text{font:13px system-ui,sans-serif;fill:#24292f}.soft{fill:#57606a}.axis{stroke:#d0d7de}
.full{stroke:#24292f;stroke-dasharray:6 4}
.back{fill:#ffffff;stroke:#d0d7de}
@media (prefers-color-scheme:dark){text{fill:#e6edf3}.soft{fill:#9198a1}.axis{stroke:#3d444d}.full{stroke:#e6edf3}
.back{fill:#0d1117;stroke:#3d444d}}
"""
_COLOURS = (
    *("#1a7f37", "#0969da", "#bc4c00", "#8250df", "#bf8700", "#cf222e"),
    *("#1b7c83", "#6e7781", "#a475f9", "#d4a72c", "#e16f24", "#57ab5a"),
)


@dataclass(frozen=True)
class _Point:
    tokens: float
    value: float
    low: float
    high: float


def picture(rows: Sequence[Mapping[str, str]]) -> str:
    """How much likelier the answer is than with the whole context, against the tokens that were read: SVG.

    The whole context is the line at 0. Chains stand at the tokens that they left, with 95% intervals, a little apart;
    the legend has them from the best to the worst.

    Args:
        rows: As `rows_of` makes them.
    """
    of_all = {
        (row["chain"], row["budget"], row["metric"]): row
        for row in rows
        if row["data"] == ALL and row["budget"]
    }
    curves: dict[str, list[_Point]] = {}
    for (chain, budget, metric), row in of_all.items():
        if metric == "gain":
            tokens = float(of_all[chain, budget, "tokens"]["value"])
            point = _Point(tokens, float(row["value"]), float(row["low"]), float(row["high"]))
            curves.setdefault(chain, []).append(point)
    points = [point for curve in curves.values() for point in curve]
    scale = _Scale(
        floor(2 * min(0.0, *(point.low for point in points))) / 2,
        ceil(2 * max(0.0, *(point.high for point in points))) / 2,
        50 + 100 * ceil(max(point.tokens for point in points) / 100),
    )
    colours = dict(zip(curves, _COLOURS, strict=False))
    best = sorted(curves, key=lambda chain: -max(point.value for point in curves[chain]))
    lines = [
        _curve(curves[chain], colour, scale, _APART * (best.index(chain) - len(best) // 2))
        for chain, colour in colours.items()
    ]
    counts = sorted({int(row["questions"]) for key, row in of_all.items() if key[2] == "gain"})
    over = f"{counts[0]} to {counts[-1]}" if len(counts) > 1 else f"{counts[0]}"
    body = "\n".join([*_axes(scale, over), *lines, *_legend({chain: colours[chain] for chain in best})])
    title = "How much likelier the right answer is than with the whole context, by the tokens that were read"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" '
        f'height="{_HEIGHT}" role="img" aria-label="{title}">\n<style>{_STYLE}</style>\n'
        f'<rect class="back" x="0.5" y="0.5" width="{_WIDTH - 1}" height="{_HEIGHT - 1}" rx="6"/>\n{body}\n</svg>\n'
    )


@dataclass(frozen=True)
class _Scale:
    low: float
    high: float
    most: float

    def x(self, tokens: float) -> float:
        return round(_LEFT + tokens / self.most * (_WIDTH - _LEFT - _RIGHT), 1)

    def y(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return round(_HEIGHT - _BOTTOM - share * (_HEIGHT - _TOP - _BOTTOM), 1)


def _axes(scale: _Scale, questions: str) -> list[str]:
    right = _WIDTH - _RIGHT
    said = "log-likelihood of the right answer, nats a token, against the whole context"
    drawn = [
        f'<text x="{_LEFT - 46}" y="26">{said} <tspan class="soft">({questions} questions)</tspan></text>'
    ]
    for half in range(round(2 * scale.low), round(2 * scale.high) + 1):
        y = scale.y(half / 2)
        style = "full" if half == 0 else "axis"
        drawn.append(f'<line class="{style}" x1="{_LEFT}" y1="{y}" x2="{right}" y2="{y}"/>')
        drawn.append(
            f'<text class="soft" x="{_LEFT - 8}" y="{y + 4}" text-anchor="end">{half / 2:+.1f}</text>'
        )
    foot = f'text-anchor="middle" y="{_HEIGHT - _BOTTOM + 20}"'
    drawn += [
        f'<text class="soft" x="{scale.x(tokens)}" {foot}>{tokens}</text>'
        for tokens in range(0, round(scale.most) + 1, 100)
    ]
    middle = (_LEFT + right) / 2
    drawn.append(
        f'<text class="soft" x="{middle}" y="{_HEIGHT - 12}" text-anchor="middle">tokens that were read</text>'
    )
    return drawn


def _curve(points: Sequence[_Point], colour: str, scale: _Scale, aside: int) -> str:
    ordered = sorted(points, key=lambda point: point.tokens)
    path = " ".join(f"{scale.x(point.tokens) + aside:.1f},{scale.y(point.value)}" for point in ordered)
    drawn = [f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>']
    for point in ordered:
        x = round(scale.x(point.tokens) + aside, 1)
        drawn.append(
            f'<line x1="{x}" y1="{scale.y(point.low)}" x2="{x}" y2="{scale.y(point.high)}" stroke="{colour}" '
            f'stroke-opacity="0.6"/><circle cx="{x}" cy="{scale.y(point.value)}" r="4" fill="{colour}"/>'
        )
    return "".join(drawn)


def _legend(colours: Mapping[str, str]) -> list[str]:
    left, text = _WIDTH - _RIGHT + 18, _WIDTH - _RIGHT + 44
    drawn = [
        f'<line class="full" x1="{left}" y1="{_TOP}" x2="{left + 18}" y2="{_TOP}"/>',
        f'<text x="{text}" y="{_TOP + 4}">the whole context</text>',
    ]
    for number, (chain, colour) in enumerate(colours.items(), start=1):
        y = _TOP + 22 * number
        drawn.append(f'<circle cx="{left + 9}" cy="{y}" r="4" fill="{colour}"/>')
        drawn.append(f'<text x="{text}" y="{y + 4}">{escape(chain)}</text>')
    return drawn
