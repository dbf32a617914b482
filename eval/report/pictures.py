"""The pictures of the page: quality against size, and what it costs in time and memory."""

from collections.abc import Iterable, Sequence
from math import isnan

from excerpt.eval.cells import Row
from excerpt.eval.metrics.bootstrap import Estimate
from excerpt.eval.report.html import note
from excerpt.eval.report.study import BOUNDS, Study, main_metric
from excerpt.eval.report.svg import Line, Point, bars, frontier
from excerpt.explain import shown

__all__ = ["frontiers", "times"]

_COLOURS = 8


def frontiers(study: Study) -> str:
    """A picture over all sets where there are several, and one for each set."""
    styles = _styles(study)
    legend = "".join(f'<li class="{style}"><i></i>{shown(chain)}</li>' for chain, style in styles.items())
    figures, asked = [], max(study.first.ratios)
    if len(study.tables) > 1:
        lines = [Line(chain, style, list(_pooled(study, chain))) for chain, style in styles.items()]
        figures.append(_figure("all sets", study.metric, study.questions, lines, asked))
    for name, table in study.tables.items():
        metric, rows = main_metric([table]), table.rows()
        lines = [Line(chain, style, _points(rows, chain, metric)) for chain, style in styles.items()]
        figures.append(_figure(name, metric, rows[0].estimates[metric].questions, lines, asked))
    return f'<ul class="legend">{legend}</ul>\n<div class="charts">{"".join(figures)}</div>'


def _styles(study: Study) -> dict[str, str]:
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


def _figure(name: str, metric: str, questions: int, lines: Sequence[Line], asked: float) -> str:
    words = metric.replace("_", " ")
    picture = frontier(f"{name}: {words} against the share of tokens kept", words, lines, asked)
    return f"<figure><figcaption>{shown(name)} <small>{questions} questions</small></figcaption>{picture}</figure>"


def _points(rows: Iterable[Row], chain: str, metric: str) -> list[Point]:
    found = [row.estimates for row in rows if row.chain == chain]
    return [_point(of_one["kept_tokens"], of_one[metric]) for of_one in found]


def _pooled(study: Study, chain: str) -> Iterable[Point]:
    for ratio in study.first.ratios:
        yield _point(study.estimate(chain, ratio, "kept_tokens"), study.estimate(chain, ratio, study.metric))


def _point(kept: Estimate, value: Estimate) -> Point:
    return Point(kept.value, value.value, value.low, value.high)


def times(study: Study) -> str:
    """Milliseconds stage by stage, and memory where it was measured."""
    ratio = study.first.ratios[0]
    stacks = {chain: study.latency(chain, ratio) for chain in study.first.chains if chain not in BOUNDS}
    out = [
        note(
            f"Median milliseconds a question at {ratio:g}, stage by stage (hover for names). Pale: counting tokens and",
            "rendering. Scores from the cache count with the time that they took when they were worked out.",
        ),
        f'<div class="scroll">{bars(stacks, "ms")}</div>',
    ]
    if study.memory:
        said = "The most memory that each took in a process of its own, interpreter and models included."
        stacks = {chain: {"": mib} for chain, mib in study.memory.items() if not isnan(mib)}
        out += [note(said), f'<div class="scroll">{bars(stacks, "MiB")}</div>']
    return "\n".join(out)
