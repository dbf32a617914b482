"""The picture of a policy: risk against what is kept, with the chosen setting; and how that differs by question."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from excerpt.calibrated.policy import Calibrated, Policy
from excerpt.errors import InputError
from excerpt.imports.extras import require

__all__ = ["risk_plot"]

_PURPOSE = "the picture of a policy"
_TESTED = {"crc": "adjusted risk", "ltt": "mean loss"}


def risk_plot(policies: Mapping[str, Policy], path: str | Path) -> None:
    """Draw policies of the same loss and risk, a line for each and for each of its groups.

    Args:
        policies: By the name to show.
        path: ``.svg``, ``.png`` or what else matplotlib writes.

    Raises:
        InputError: There are no policies, or the picture cannot be written.
        MissingExtraError: matplotlib is not installed.
    """
    if not policies:
        message = "plot: there are no policies"
        raise InputError(message)
    require("matplotlib", extra="plots", purpose=_PURPOSE)
    from matplotlib import rc_context  # noqa: PLC0415 - an optional package
    from matplotlib.figure import Figure  # noqa: PLC0415

    figure = Figure(figsize=(9.6, 3.6), layout="constrained")
    axes, shares = figure.subplots(1, 2, width_ratios=(3, 2))
    first = next(iter(policies.values()))
    for name, policy in policies.items():
        for group, found in policy.groups.items():
            colour = _draw(axes, " ".join(filter(None, (name, group))), policy, found)
            if found.kept:
                shares.plot(np.linspace(0, 1, len(found.kept)), found.kept, marker=".", color=colour)
    axes.axhline(first.alpha, color="0.4", linewidth=1, linestyle="--")
    axes.annotate(
        f"risk that was asked for: {first.alpha:g}",
        (1, first.alpha),
        xytext=(-4, 3),
        textcoords="offset points",
        ha="right",
        fontsize="small",
        color="0.3",
    )
    axes.set(
        xlabel="share of the tokens that is kept (mean over questions)",
        ylabel=f"loss ({first.loss}): {_TESTED[first.method]}",
        xlim=(0, 1),
        ylim=(0, min(1.0, max(4 * first.alpha, 0.2))),
    )
    axes.legend(fontsize="small")
    shares.set(
        xlabel="share of the questions",
        ylabel="keep at most so much of their tokens",
        xlim=(0, 1),
        ylim=(0, 1),
    )
    try:
        # Text stays text, and the same policy gives the same bytes.
        with rc_context({"svg.fonttype": "none", "svg.hashsalt": "excerpt"}):
            figure.savefig(path, metadata={"Date": None} if str(path).endswith(".svg") else None)
    except (OSError, ValueError) as error:
        message = f"plot: {path} cannot be written ({error})"
        raise InputError(message) from error


def _draw(axes: Any, name: str, policy: Policy, found: Calibrated) -> str | None:  # noqa: ANN401 - an optional package
    """One curve; returns its colour, None where there is nothing to draw."""
    if not found.curve:
        return None
    heights = [point.tested if policy.method == "crc" else point.risk for point in found.curve]
    label = f"{name}: nothing can be promised"
    if found.chosen is not None:
        label = f"{name}: keeps {found.chosen.kept:.0%}"
    (line,) = axes.plot([point.kept for point in found.curve], heights, marker=".", markersize=4, label=label)
    if found.chosen is not None:
        height = heights[found.curve.index(found.chosen)]
        axes.plot([found.chosen.kept], [height], marker="o", markersize=9, color=line.get_color())
    colour: str = line.get_color()
    return colour
