"""The pictures of the page: quality against size, and what it costs in time and memory."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isnan

from excerpt.eval.cells import Row
from excerpt.eval.limits import Limit
from excerpt.eval.metrics.bootstrap import Estimate
from excerpt.eval.report.html.svg import NARROW, WIDE, Bar, Frontier, Line, Point, bars, frontier
from excerpt.eval.report.study import BOUNDS, Study, main_metric

__all__ = ["Figure", "chain_styles", "frontiers", "memory_bars", "time_bars"]

_COLOURS, _DASHES = 8, 9
"""Numbers without a common divisor: a colour and a dash come together once in 72 chains. report.css has them."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture with its caption: of which set, over how many questions.

    Args:
        name: Of the set.
        questions: How many there are.
        picture: As it stands beside others, or on a narrow screen.
        wide: As it has the page to itself; None where it has not.
    """

    name: str
    questions: int
    picture: Frontier
    wide: Frontier | None


def frontiers(study: Study) -> list[Figure]:
    """A picture over all sets where there are several, and one for each set."""
    styles = chain_styles(study)
    figures, asked = [], max(_share(study, limit) for limit in study.first.limits)
    if len(study.tables) > 1:
        lines = [Line(chain, style, list(_pooled(study, chain))) for chain, style in styles.items()]
        figures.append(_figure("all sets", study.metric, study.questions, lines, asked, whole=True))
    for name, table in study.tables.items():
        metric, rows = main_metric([table]), table.rows()
        lines = [Line(chain, style, _points(rows, chain, metric)) for chain, style in styles.items()]
        questions = rows[0].estimates[metric].questions
        figures.append(_figure(name, metric, questions, lines, asked, whole=not figures))
    return figures


def _share(study: Study, limit: Limit) -> float:
    """A limit as a share of the tokens: of a budget in tokens that of the mean context."""
    if not isinstance(limit, int):
        return limit
    whole, _ = study.tokens(study.first.chains[0], limit)
    return 1.0 if isnan(whole) else min(1.0, limit / max(whole, 1.0))


def chain_styles(study: Study) -> dict[str, str]:
    """The class of each chain: a colour and a dash of its own; baselines are thinner."""
    about = [chain for chain in study.first.chains if chain in study.focus or chain in study.peers]
    rest = [
        chain for chain in study.first.chains if chain not in about and chain not in {"full", "no-context"}
    ]
    return {
        chain: f"k{place % _COLOURS} d{place % _DASHES}" + ("" if chain in about else " base")
        for place, chain in enumerate([*about, *rest])
    }


def _figure(
    name: str, metric: str, questions: int, lines: Sequence[Line], asked: float, *, whole: bool
) -> Figure:
    words = metric.replace("_", " ")
    title = f"{name}: {words} against the share of tokens kept"
    small, large = (frontier(title, words, lines, asked, size) for size in (NARROW, WIDE))
    return Figure(name, questions, small, large if whole else None)


def _points(rows: Iterable[Row], chain: str, metric: str) -> list[Point]:
    return [_point(row.estimates["kept_tokens"], row.estimates[metric]) for row in rows if row.chain == chain]


def _pooled(study: Study, chain: str) -> Iterable[Point]:
    for limit in study.first.limits:
        yield _point(study.estimate(chain, limit, "kept_tokens"), study.estimate(chain, limit, study.metric))


def _point(kept: Estimate, value: Estimate) -> Point:
    return Point(kept.value, value.value, value.low, value.high)


def time_bars(study: Study) -> list[Bar]:
    """Median milliseconds of each chain at the smallest limit, stage by stage."""
    limit = study.first.limits[0]
    chains = [chain for chain in study.first.chains if chain not in BOUNDS]
    return bars({chain: study.latency(chain, limit) for chain in chains}, "ms")


def memory_bars(study: Study) -> list[Bar] | None:
    """The most memory of each chain, where it was measured; None where it was not."""
    if not study.memory:
        return None
    return bars({chain: {"": mib} for chain, mib in study.memory.items() if not isnan(mib)}, "MiB")
