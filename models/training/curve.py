"""The learning curve of a run as a picture."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from winnow.extras import require

__all__ = ["draw_curve"]


def draw_curve(history: Sequence[dict[str, Any]], path: Path) -> None:
    """Draw training loss and what was measured on held-out data, against steps.

    Args:
        history: Rows with ``step`` and any of ``loss``, ``eval_loss``, ``eval_f1`` (transformers' log history).
        path: The PNG to write.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    figures = require("matplotlib.figure", extra="train", purpose="drawing a learning curve")
    figure = figures.Figure(figsize=(7, 4), layout="constrained")
    axes = figure.subplots()
    for name, label in (
        ("loss", "training loss"),
        ("eval_loss", "held-out loss"),
        ("eval_f1", "held-out F1"),
    ):
        points = [(row["step"], row[name]) for row in history if name in row]
        if points:
            axes.plot(*zip(*points, strict=True), label=label, marker="." if len(points) < 50 else None)
    axes.set_xlabel("step")
    axes.grid(alpha=0.3)
    axes.legend()
    figure.savefig(path, dpi=120)
