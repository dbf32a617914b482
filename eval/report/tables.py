"""The tables of the page: the summary, money, set by set."""

from collections.abc import Sequence

from excerpt.eval.metrics.bootstrap import Estimate
from excerpt.eval.metrics.money import context_cost
from excerpt.eval.report.html import grid, note, number, row
from excerpt.eval.report.study import BOUNDS, Study
from excerpt.eval.row_table import estimate_text
from excerpt.eval.table import Table
from excerpt.explain import shown

__all__ = ["SHOWN", "money", "sets", "summary"]

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
    "constraints_met",
    "rate_adherence",
)
"""Metrics of the tables for each set, in this order; those that apply to no question are left out."""

_MARKS = {"better": "▲", "worse": "▼", "even": "="}


def summary(study: Study) -> str:
    """For each ratio a line for each chain: the main metric over all sets, and the verdict against the reference."""
    metric = study.metric
    name = metric.replace("_", " ")
    numbers = ["kept", name, "of what was asked"]
    if study.reference:
        numbers += [f"against {shown(study.reference)}", "better / even / worse sets"]
    first = study.first
    count = max(study.estimate(chain, first.ratios[0], metric).questions for chain in first.chains)
    out = [
        note(
            f"Mean {name} over the {count:,} questions of all sets that it applies to, with half the width of the 95%",
            "interval (bootstrap over questions). A chain is called better or worse only where the interval of the",
            "paired difference leaves out 0, and at least six questions differ; one that kept a twentieth more tokens",
            "than the reference is not compared. Each verdict stands alone: of twenty truly alike ones, expect one.",
        )
    ]
    for ratio in study.first.ratios:
        rows = [_summary_row(study, chain, ratio) for chain in study.first.chains]
        out += [f"<h3>{ratio:g} of the tokens</h3>", grid(["chain"], numbers, rows)]
    return "\n".join(out)


def _summary_row(study: Study, chain: str, ratio: float) -> str:
    cells = [
        number(f"{study.estimate(chain, ratio, 'kept_tokens').value:.3f}"),
        number(estimate_text(study.estimate(chain, ratio, study.metric))),
        number(f"{study.estimate(chain, ratio, 'rate_adherence').value:.2f}"),
    ]
    if chain == study.reference:
        cells += [number("reference"), number("")]
    elif study.reference:
        verdicts = study.set_verdicts(chain, ratio, study.metric)
        counts = " / ".join(str(verdicts.count(name)) for name in ("better", "even", "worse"))
        counts = "" if study.overspends(chain, ratio) else counts
        found = study.against(chain, ratio, study.metric)
        cells += [_verdict(study.verdict(chain, ratio, study.metric), found), number(counts)]
    return row(shown(chain), cells, focus=chain in study.focus)


def _verdict(verdict: str, estimate: Estimate) -> str:
    if verdict == "unknown":
        return number("–")
    if verdict == "kept more":
        return number('<span class="soft">kept more</span>')
    interval = f"<small>{estimate.low:+.2f} to {estimate.high:+.2f}</small>"
    return f'<td class="n {verdict}">{_MARKS[verdict]} {verdict} {interval}</td>'


def money(study: Study) -> str:
    """What the contexts of a thousand questions cost at each reader of the price table; empty without one."""
    chains = [chain for chain in study.first.chains if chain not in BOUNDS]
    if not study.prices or not chains:
        return ""
    whole, _ = study.tokens(chains[0], study.first.ratios[0])
    costs = {name: context_cost(price, whole, whole) for name, price in study.prices.items()}
    rows = [
        _cost_row("whole context, new each time", [cost.whole for cost in costs.values()]),
        _cost_row("whole context, the same each time, cached", [cost.cached for cost in costs.values()]),
    ]
    for ratio in study.first.ratios:
        for chain in chains:
            tokens = study.tokens(chain, ratio)
            found = [context_cost(price, *tokens).compressed for price in study.prices.values()]
            rows.append(_cost_row(f"{chain} at {ratio:g}", found))
    even = ", ".join(f"{shown(name)} {cost.break_even:.0%}" for name, cost in costs.items())
    return note(
        "Dollars for the contexts of 1,000 questions, their input tokens only. Where the same context is asked about",
        "again and again and the provider caches it, compressing anew for each question pays only where it keeps less",
        f"than this share: {even}. The table of prices says where and when they were read.",
    ) + grid([""], [shown(name) for name in study.prices], rows)


def _cost_row(name: str, values: Sequence[float]) -> str:
    return row(shown(name), [number(f"{value:,.3f}") for value in values])


def sets(study: Study) -> str:
    """A table of all metrics for each set, folded away where there are several."""
    opened = " open" if len(study.tables) == 1 else ""
    return "\n".join(
        f"<details{opened}><summary>{shown(name)}</summary>{_of_set(table, study.focus)}</details>"
        for name, table in study.tables.items()
    )


def _of_set(table: Table, focus: Sequence[str]) -> str:
    found = table.rows()
    metrics = [name for name in SHOWN if any(one.estimates[name].questions for one in found)]
    counts = {name: max(one.estimates[name].questions for one in found) for name in metrics}
    heads = [
        f"{name.replace('_', ' ')}<br><small>{count} questions</small>" for name, count in counts.items()
    ]
    rows = []
    for one in found:
        cells = [f"<td>{one.ratio:g}</td>", number(f"{one.estimates['kept_tokens'].value:.3f}")]
        cells += [number(estimate_text(one.estimates[name])) for name in metrics]
        rows.append(
            row(shown(one.chain), [*cells, number(f"{one.milliseconds:.1f}")], focus=one.chain in focus)
        )
    return grid(["chain", "asked"], ["kept", *heads, "ms"], rows)
