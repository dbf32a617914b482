"""The pictures of `xrag_proof.py`: what each context is worth, and how that came about."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib import rcParams
from matplotlib.figure import Figure
from numpy.typing import NDArray
from xrag_likelihood import CONDITIONS

from excerpt.eval.metrics.bootstrap import difference, mean

__all__ = ["CURVE", "PAIRS", "draw_contexts", "draw_curves"]

PAIRS = (("right vector", "nothing"), ("right vector", "wrong vector"), ("wrong vector", "nothing"),
         ("full text", "nothing"), ("full text", "right vector"))  # fmt: skip
CURVE = ("right vector", "wrong vector", "nothing")
_COLOURS = {"right vector": "C2", "wrong vector": "C3", "nothing": "0.5"}
_STAGES = {"restate": "passages, restated", "ask": "answers"}


def draw_contexts(found: Mapping[str, Mapping[str, NDArray[np.float64]]], path: Path) -> None:
    """Perplexities, and below them the paired differences that involve a vector, with their intervals."""
    figure = Figure(figsize=(7.5, 4), layout="constrained")
    panels = figure.subplots(2, 2, sharey="row", height_ratios=(4, 3))
    pairs = list(reversed(PAIRS[:3]))
    for column, (what, values) in enumerate(found.items()):
        above, below = panels[:, column]
        for row, condition in enumerate(reversed(CONDITIONS)):
            one = mean(values[condition])
            _mark(above, row, np.exp([one.low, one.value, one.high]), "C2" if "right" in condition else "0.6")
        above.set_yticks(range(len(CONDITIONS)), list(reversed(CONDITIONS)))
        above.set_xlabel(f"perplexity of the {what}")
        for row, (left, right) in enumerate(pairs):
            one = difference(values[left], values[right])
            _mark(below, row, (one.low, one.value, one.high), "C2" if "right" in left else "0.6")
        below.set_yticks(range(len(pairs)), [f"{left} \N{MINUS SIGN} {right}" for left, right in pairs])
        below.set_xlabel(f"{what}: difference in nats")
        below.axvline(0, color="black", linewidth=0.8)
    _save(figure, path)


def draw_curves(history: Sequence[Mapping[str, Any]], path: Path) -> None:
    """Held-out likelihood by what stands in the context, over the steps of each stage that was begun.

    Args:
        history: Of the training (`excerpt.models.training.xrag`).
        path: The picture.
    """
    begun = [stage for stage in _STAGES if any(f"{stage} {CURVE[0]}" in row for row in history)]
    figure = Figure(figsize=(4 * len(begun), 3.2), layout="constrained")
    for axes, stage in zip(figure.subplots(1, len(begun), squeeze=False)[0], begun, strict=True):
        for context in CURVE:
            name = f"{stage} {context}"
            points = [(row["step"], row[name]) for row in history if name in row]
            axes.plot(*zip(*points, strict=True), label=context, color=_COLOURS[context], marker=".")
        axes.set_title(f"{_STAGES[stage]}, held out", fontsize="medium")
        axes.set_xlabel("step")
        axes.set_ylabel("nats a token")
        axes.grid(alpha=0.3)
        axes.legend()
    _save(figure, path)


def _save(figure: Figure, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    rcParams["svg.hashsalt"] = "excerpt"
    figure.savefig(path, metadata={"Date": None})


def _mark(axes: Any, row: int, interval: Sequence[float], colour: str) -> None:  # noqa: ANN401 - untyped package
    low, middle, high = interval
    axes.barh(row, middle, color=colour)
    axes.errorbar(middle, row, xerr=[[middle - low], [high - middle]], color="black", capsize=3)
