"""The rows of a study, as CSV goes."""

from excerpt.eval.cells import Row
from excerpt.eval.limits import Limit
from excerpt.eval.metrics.scores import METRICS
from excerpt.eval.report.study import Study

__all__ = ["ALL", "rows_of"]

ALL = "all"
"""What the rows over the questions of all sets say under ``data``."""


def rows_of(study: Study) -> list[dict[str, str]]:
    """A row for each set, chain and limit, and one over all sets, with what made it.

    Those over all sets also say how a chain compares with the reference on the study's main metric. Memory and the
    versions of peers are there where they are known.
    """
    rows = [
        {"data": name, **_about(study, row)} for name, table in study.tables.items() for row in table.rows()
    ]
    if len(study.tables) > 1:
        rows += [
            _over_all(study, chain, limit) for limit in study.first.limits for chain in study.first.chains
        ]
    return rows


def _about(study: Study, row: Row) -> dict[str, str]:
    return {
        **row.to_dict(),
        "peak_mib": f"{study.memory[row.chain]:.0f}" if row.chain in study.memory else "",
        "peer": ", ".join(f"{key} {version}" for key, version in study.peers.get(row.chain, {}).items()),
        **study.around,
        "command": study.command,
    }


def _over_all(study: Study, chain: str, limit: Limit) -> dict[str, str]:
    cells = [table.cells[chain, limit] for table in study.tables.values()]
    pooled = Row(
        chain,
        limit,
        study.first.tokenizer,
        study.questions,
        sum(len(cell.errors) for cell in cells),
        sum(len(cell.breaches) for cell in cells),
        {metric: study.estimate(chain, limit, metric) for metric in METRICS},
        sum(study.latency(chain, limit).values()),
    )
    compared = {}
    if study.reference and chain != study.reference:
        found = study.against(chain, limit, study.metric)
        compared = {
            "compared_with": study.reference,
            "compared_on": study.metric,
            "difference": f"{found.value:.4f}",
            "difference_low": f"{found.low:.4f}",
            "difference_high": f"{found.high:.4f}",
            "verdict": study.verdict(chain, limit, study.metric),
        }
    return {"data": ALL, **_about(study, pooled), **compared}
