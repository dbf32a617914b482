"""Pictures of an evaluation for notebooks (matplotlib; the report draws its own)."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from excerpt.errors import InputError
from excerpt.eval.cells import Row
from excerpt.eval.metrics.scores import METRICS
from excerpt.imports.extras import require

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["frontier", "latencies"]

_PURPOSE = "plots of an evaluation"


def frontier(rows: Sequence[Row], metric: str) -> "Figure":
    """The metric against the share of tokens that was kept, with its intervals; a line for each chain.

    Args:
        rows: Of one evaluation, the chains of each limit in the order they are shown.
        metric: One of ``METRICS``.

    Raises:
        InputError: There is no such metric.
        MissingExtraError: The extra ``plots`` is not installed.
    """
    if metric not in METRICS:
        message = f"plot: there is no metric {metric!r}; there are {', '.join(METRICS)}"
        raise InputError(message)
    figure: Figure = _figure()
    axes = figure.add_subplot()
    for chain in dict.fromkeys(row.chain for row in rows):
        estimates = [row.estimates for row in rows if row.chain == chain]
        points = sorted((row["kept_tokens"].value, row[metric]) for row in estimates)
        heights = [estimate.value for _, estimate in points]
        below = [estimate.value - estimate.low for _, estimate in points]
        above = [estimate.high - estimate.value for _, estimate in points]
        axes.errorbar(
            [kept for kept, _ in points], heights, [below, above], marker="o", capsize=2, label=chain
        )
    axes.set(xlabel="share of the tokens that is kept", ylabel=metric.replace("_", " "))
    axes.legend(fontsize="small")
    return figure


def latencies(medians: Mapping[str, Mapping[str, float]]) -> "Figure":
    """Median milliseconds of each chain's stages as stacked bars.

    Args:
        medians: For each chain those of its stages, in the order they ran; the first chain is drawn on top.

    Raises:
        MissingExtraError: The extra ``plots`` is not installed.
    """
    figure: Figure = _figure()
    axes = figure.add_subplot()
    chains = list(medians)[::-1]
    for row, chain in enumerate(chains):
        left = 0.0
        for stage, milliseconds in medians[chain].items():
            axes.barh(row, milliseconds, left=left, color="0.75" if stage == "other" else None)
            left += milliseconds
    axes.set_yticks(range(len(chains)), chains)
    axes.set_xlabel("milliseconds a question, median")
    return figure


def _figure() -> Any:  # noqa: ANN401 - a matplotlib Figure, an optional package
    # No pyplot: it would keep every figure alive and choose a window system.
    return require("matplotlib.figure", extra="plots", purpose=_PURPOSE).Figure(layout="constrained")
