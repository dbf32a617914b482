"""The report in Markdown: the same numbers, for a terminal, a pull request or a note."""

from excerpt.eval.limits import Limit, phrase, shown
from excerpt.eval.report.in_short import in_short
from excerpt.eval.report.pairs import frontier_of, headline, pairs_of
from excerpt.eval.report.study import Study
from excerpt.eval.row_table import estimate_text, rows_table

__all__ = ["text"]


def text(study: Study) -> str:
    """The report."""
    metric = study.metric
    parts = [
        "# What each chain keeps",
        in_short(study),
        f"**{headline(study)}**",
        f"{study.questions:,} questions of {len(study.tables)} sets, tokens by {study.first.tokenizer}"
        + (f", read by {study.first.reader}." if study.first.reader else "."),
        *(_summary(study, limit, metric) for limit in study.first.limits),
        _pairs(study),
        _frontier(study),
        *(f"## {name}\n\n{rows_table(table.rows())}" for name, table in study.tables.items()),
        _about(study),
    ]
    return "\n\n".join(part.strip() for part in parts if part) + "\n"


def _summary(study: Study, limit: Limit, metric: str) -> str:
    reference = study.reference
    against = (f" against {reference} |", " --- |") if reference else ("", "")
    lines = [
        f"## At {phrase(limit)}",
        "",
        f"| chain | kept | {metric.replace('_', ' ')} |{against[0]} ms | MiB |",
        f"| --- | ---: | ---: |{against[1]} ---: | ---: |",
    ]
    for chain in study.first.chains:
        kept = study.estimate(chain, limit, "kept_tokens").value
        value = estimate_text(study.estimate(chain, limit, metric))
        memory = f"{study.memory[chain]:,.0f}" if chain in study.memory else ""
        taken = sum(study.latency(chain, limit).values())
        verdict = f" {_verdict(study, chain, limit, metric)} |" if reference else ""
        lines.append(f"| {chain} | {kept:.3f} | {value} |{verdict} {taken:.1f} | {memory} |")
    return "\n".join(lines)


def _verdict(study: Study, chain: str, limit: Limit, metric: str) -> str:
    if chain == study.reference:
        return "reference"
    verdict, found = study.verdict(chain, limit, metric), study.against(chain, limit, metric)
    return (
        f"{verdict} ({found.low:+.2f} to {found.high:+.2f})"
        if verdict in {"better", "even", "worse"}
        else verdict
    )


def _pairs(study: Study) -> str:
    lines = [
        "## Chain against chain",
        "",
        f"| asked | one | other | kept | difference in {study.metric.replace('_', ' ')} | verdict |",
        "| ---: | --- | --- | --- | --- | --- |",
    ]
    lines += [
        f"| {shown(limit)} | {pair.left} | {pair.right} | {pair.kept[0]:.3f}, {pair.kept[1]:.3f} | {pair.interval} | "
        f"{pair.verdict} |"
        for limit in study.first.limits
        for pair in pairs_of(study, limit)
    ]
    return "\n".join(lines) if len(lines) > 4 else ""


def _frontier(study: Study) -> str:
    lines = [
        f"- {chain} at {shown(limit)}: {kept:.3f} of the tokens, {value:.2f}"
        for chain, limit, kept, value in frontier_of(study)
    ]
    return "\n".join(["## On the frontier of quality and size", "", *lines])


def _about(study: Study) -> str:
    lines = ["## How it was made", "", f"    {study.command}", ""]
    lines += [f"- {name}: {value}" for name, value in study.around.items()]
    lines += [
        f"- peer {name}: {', '.join(f'{key} {value}' for key, value in versions.items())}"
        for name, versions in study.peers.items()
    ]
    lines += [f"- peer {name} was skipped: {why}" for name, why in study.skipped.items()]
    lines += [
        f"- {chain}: {len(problems)} failures and breaches; the first: {problems[0]}"
        for chain, problems in study.problems().items()
    ]
    return "\n".join(lines)
