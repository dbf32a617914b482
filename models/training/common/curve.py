"""The learning curve of a run as a picture."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from excerpt.imports.extras import require

__all__ = ["draw_curve"]

_LINES = {"loss": "training loss", "eval_loss": "held-out loss", "eval_f1": "held-out F1"}


def draw_curve(
    history: Sequence[Mapping[str, Any]],
    path: Path,
    lines: Mapping[str, str] = _LINES,
    *,
    along: str = "step",
) -> None:
    """Draw training loss and what was measured on held-out data, against steps.

    Losses and shares are on axes of their own, one above the other: their scales have nothing in common.

    Args:
        history: Rows with ``step`` and any of the names in ``lines`` (transformers' log history).
        path: The PNG to write.
        lines: What to draw, and what to call it. There are no axes for losses where no name ends in "loss".
        along: What the rows are numbered by.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    figures = require("matplotlib.figure", extra="train", purpose="drawing a learning curve")
    figure = figures.Figure(figsize=(7, 6), layout="constrained")
    lossy = any(name.endswith("loss") for name in lines)
    panels = list(figure.subplots(1 + lossy, sharex=True, squeeze=False)[:, 0])
    for name, label in lines.items():
        points = [(row[along], row[name]) for row in history if name in row]
        if points:
            axes = panels[0 if name.endswith("loss") else -1]
            axes.plot(*zip(*points, strict=True), label=label, marker="." if len(points) < 50 else None)
    for axes in panels:
        axes.grid(alpha=0.3)
        if axes.lines:
            axes.legend()
    panels[-1].set_xlabel(along)
    figure.savefig(path, dpi=120)
