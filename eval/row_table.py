"""The rows of an evaluation as a table in Markdown, for notebooks and reports."""

from collections.abc import Sequence

from excerpt.eval.cells import Row
from excerpt.eval.limits import shown as limit_shown
from excerpt.eval.metrics.bootstrap import Estimate
from excerpt.eval.metrics.bottleneck import BOTTLENECK
from excerpt.eval.metrics.reading import LIKELIHOOD, READING

__all__ = ["estimate_text", "rows_table"]

_RECALLS = ("answer_recall", "evidence_recall", "all_evidence", "context_precision")
_SHOWN = (*_RECALLS, *READING, *LIKELIHOOD[:1], *BOTTLENECK[:1])


def rows_table(rows: Sequence[Row]) -> str:
    """One evaluation: a line for each chain and limit, with the metrics that apply to any question."""
    shown = [name for name in _SHOWN if any(row.estimates[name].questions for row in rows)]
    lines = [
        "| asked | chain | kept | " + " | ".join(name.replace("_", " ") for name in shown) + " | ms |",
        "| ---: | --- | ---: |" + " ---: |" * (len(shown) + 1),
    ]
    for row in rows:
        cells = " | ".join(estimate_text(row.estimates[name]) for name in shown)
        kept = f"{row.estimates['kept_tokens'].value:.3f}"
        lines.append(
            f"| {limit_shown(row.limit)} | {row.chain} | {kept} | {cells} | {row.milliseconds:.1f} |"
        )
    return "\n".join(lines) + "\n"


def estimate_text(estimate: Estimate) -> str:
    """A mean and half the width of its interval; a dash over no questions."""
    if estimate.questions == 0:
        return "–"
    return f"{estimate.value:.2f} ±{(estimate.high - estimate.low) / 2:.2f}"
