"""The pictures of the page: quality against size, and what it costs in time and memory."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isnan

from excerpt.eval.cells import Row
from excerpt.eval.metrics.bootstrap import Estimate
from excerpt.eval.report.html.svg import Bars, Frontier, Line, Point, bars, frontier
from excerpt.eval.report.study import BOUNDS, Study, main_metric

__all__ = ["Figure", "chain_styles", "frontiers", "memory_bars", "time_bars"]

_COLOURS = 8


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture with its caption: of which set, over how many questions."""

    name: str
    questions: int
    picture: Frontier


def frontiers(study: Study) -> list[Figure]:
    """A picture over all sets where there are several, and one for each set."""
    styles = chain_styles(study)
    figures, asked = [], max(study.first.ratios)
    if len(study.tables) > 1:
        lines = [Line(chain, style, list(_pooled(study, chain))) for chain, style in styles.items()]
        figures.append(_figure("all sets", study.metric, study.questions, lines, asked))
    for name, table in study.tables.items():
        metric, rows = main_metric([table]), table.rows()
        lines = [Line(chain, style, _points(rows, chain, metric)) for chain, style in styles.items()]
        figures.append(_figure(name, metric, rows[0].estimates[metric].questions, lines, asked))
    return figures


def chain_styles(study: Study) -> dict[str, str]:
    """The class of each chain: colours for what the report is about and for peers, grey for baselines."""
    styles: dict[str, str] = {}
    for chain in study.first.chains:
        if chain in study.focus or chain in study.peers:
            place = sum(not style.startswith("base") for style in styles.values())
            styles[chain] = f"k{place % _COLOURS}" + (" dashed" if place >= _COLOURS else "")
        elif chain not in {"full", "no-context"}:
            styles[chain] = "base oracle" if chain == "oracle" else "base"
            styles[chain] += " reference" if chain == study.reference else ""
    return styles


def _figure(name: str, metric: str, questions: int, lines: Sequence[Line], asked: float) -> Figure:
    words = metric.replace("_", " ")
    title = f"{name}: {words} against the share of tokens kept"
    return Figure(name, questions, frontier(title, words, lines, asked))


def _points(rows: Iterable[Row], chain: str, metric: str) -> list[Point]:
    return [_point(row.estimates["kept_tokens"], row.estimates[metric]) for row in rows if row.chain == chain]


def _pooled(study: Study, chain: str) -> Iterable[Point]:
    for ratio in study.first.ratios:
        yield _point(study.estimate(chain, ratio, "kept_tokens"), study.estimate(chain, ratio, study.metric))


def _point(kept: Estimate, value: Estimate) -> Point:
    return Point(kept.value, value.value, value.low, value.high)


def time_bars(study: Study) -> Bars:
    """Median milliseconds of each chain at the smallest ratio, stage by stage."""
    ratio = study.first.ratios[0]
    chains = [chain for chain in study.first.chains if chain not in BOUNDS]
    return bars({chain: study.latency(chain, ratio) for chain in chains}, "ms")


def memory_bars(study: Study) -> Bars | None:
    """The most memory of each chain, where it was measured; None where it was not."""
    if not study.memory:
        return None
    return bars({chain: {"": mib} for chain, mib in study.memory.items() if not isnan(mib)}, "MiB")
