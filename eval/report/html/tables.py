"""The tables of the page: the summary, money, set by set."""

from collections.abc import Sequence
from dataclasses import dataclass

from excerpt.eval.limits import Limit, shown
from excerpt.eval.metrics.bootstrap import Estimate
from excerpt.eval.metrics.money import context_cost
from excerpt.eval.report.study import BOUNDS, Study
from excerpt.eval.row_table import estimate_text
from excerpt.eval.table import Table

__all__ = ["SHOWN", "Cell", "Grid", "Heading", "Line", "break_even", "money", "set_grid", "summary"]

SHOWN = (
    "answer_recall",
    "evidence_recall",
    "all_evidence",
    "gold_recall",
    "context_precision",
    "entities_kept",
    "numbers_kept",
    "negations_kept",
    "exact_match",
    "f1",
    "answer_contained",
    "faithful",
    "agreement",
    "constraints_met",
    "likelihood",
    "prefill_seconds",
    "token_seconds",
    "bottleneck",
    "answer_probability",
    "retrieved_probability",
    "rate_adherence",
)
"""Metrics of the tables for each set, in this order; those that apply to no question are left out."""

_MARKS = {"better": "▲", "worse": "▼", "even": "="}


@dataclass(frozen=True, slots=True)
class Heading:
    """Of a column of numbers, with small print below."""

    text: str
    small: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """A number, with small print behind; a word stands to the left. A verdict has its own colour."""

    text: str
    small: str = ""
    verdict: str = ""
    word: bool = False
    soft: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A name and its cells; bold where the report is about it."""

    name: str
    cells: Sequence[Cell]
    focus: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: headings of the columns of words, of those of numbers behind, and lines."""

    words: Sequence[str]
    numbers: Sequence[Heading]
    rows: Sequence[Line]


def summary(study: Study) -> dict[float, Grid]:
    """For each limit a line for each chain: the main metric over all sets, and the verdict against the reference."""
    numbers = [Heading(study.metric.replace("_", " ")), Heading("kept"), Heading("of what was asked")]
    if study.reference:  # the verdict stands beside the name, so that a narrow screen shows it
        numbers = [
            Heading("against", study.reference), *numbers, Heading("better / even / worse sets"),
        ]  # fmt: skip
    chains = sorted(
        study.first.chains, key=lambda chain: chain not in study.focus
    )  # what was asked for first
    return {
        limit: Grid(["chain"], numbers, [_summary_line(study, chain, limit) for chain in chains])
        for limit in study.first.limits
    }


def _summary_line(study: Study, chain: str, limit: Limit) -> Line:
    cells = [
        Cell(estimate_text(study.estimate(chain, limit, study.metric))),
        Cell(f"{study.estimate(chain, limit, 'kept_tokens').value:.3f}"),
        Cell(f"{study.estimate(chain, limit, 'rate_adherence').value:.2f}"),
    ]
    if chain == study.reference:
        cells = [Cell("reference"), *cells, Cell("")]
    elif study.reference:
        verdicts = study.set_verdicts(chain, limit, study.metric)
        counts = " / ".join(str(verdicts.count(name)) for name in ("better", "even", "worse"))
        counts = "" if study.overspends(chain, limit) else counts
        difference = study.against(chain, limit, study.metric)
        cells = [_verdict(study.verdict(chain, limit, study.metric), difference), *cells, Cell(counts)]
    return Line(chain, cells, chain in study.focus)


def _verdict(verdict: str, estimate: Estimate) -> Cell:
    if verdict == "unknown":
        return Cell("–")
    if verdict == "kept more":
        return Cell("kept more", soft=True)
    return Cell(
        f"{_MARKS[verdict]} {verdict}", small=f"{estimate.low:+.2f} to {estimate.high:+.2f}", verdict=verdict
    )


def money(study: Study) -> Grid | None:
    """What the contexts of a million questions cost at each reader of the price table; None without one."""
    chains = _priced(study)
    if not study.prices or not chains:
        return None
    whole, _ = study.tokens(chains[0], study.first.limits[0])
    costs = [context_cost(price, whole, whole) for price in study.prices.values()]
    lines = [
        _cost_line("whole context, new each time", [cost.whole for cost in costs]),
        _cost_line("whole context, the same each time, cached", [cost.cached for cost in costs]),
    ]
    for limit in study.first.limits:
        for chain in chains:
            tokens = study.tokens(chain, limit)
            spent = [context_cost(price, *tokens).compressed for price in study.prices.values()]
            lines.append(_cost_line(f"{chain} at {shown(limit)}", spent))
    return Grid([""], [Heading(name) for name in study.prices], lines)


def break_even(study: Study) -> str:
    """For each reader below which kept share compressing anew pays against a cached context."""
    whole, _ = study.tokens(_priced(study)[0], study.first.limits[0])
    costs = {name: context_cost(price, whole, whole) for name, price in study.prices.items()}
    return ", ".join(f"{name} {cost.break_even:.0%}" for name, cost in costs.items())


def _priced(study: Study) -> list[str]:
    return [chain for chain in study.first.chains if chain not in BOUNDS]


def _cost_line(name: str, values: Sequence[float]) -> Line:
    return Line(name, [Cell(f"${value:,.0f}") for value in values])


def set_grid(table: Table, focus: Sequence[str]) -> Grid:
    """All metrics that apply to a question of one set."""
    rows = table.rows()
    metrics = [name for name in SHOWN if any(row.estimates[name].questions for row in rows)]
    counts = {name: max(row.estimates[name].questions for row in rows) for name in metrics}
    headings = [Heading(name.replace("_", " "), f"{count} questions") for name, count in counts.items()]
    lines = []
    for row in rows:
        cells = [Cell(f"{shown(row.limit)}", word=True), Cell(f"{row.estimates['kept_tokens'].value:.3f}")]
        cells += [Cell(estimate_text(row.estimates[name])) for name in metrics]
        lines.append(Line(row.chain, [*cells, Cell(f"{row.milliseconds:.1f}")], row.chain in focus))
    return Grid(["chain", "asked"], [Heading("kept"), *headings, Heading("ms")], lines)
