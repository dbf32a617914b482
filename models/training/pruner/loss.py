"""What a network that reads pairs is trained for, and how it is measured on held-out pairs."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from excerpt.imports.extras import require
from excerpt.models.training.pruner.rows import END, KEEP, RELEVANT, START, UNKNOWN

__all__ = ["LossWeights", "measure", "pair_loss"]

LossWeights = dict[str, float]
"""What each of ``keep``, ``answer`` and ``relevant`` counts for."""


def pair_loss(logits: Any, labels: Any, weights: LossWeights) -> Any:  # noqa: ANN401 - tensors
    """The weighted sum of three losses.

    ``keep``: binary cross-entropy of each token. ``relevant``: the same of the passage. ``answer``: for each end, the
    logarithm of how likely any right token is, the first token standing for no answer.

    Args:
        logits: ``(b, t, 4)``.
        labels: The same shape; UNKNOWN takes no part.
        weights: What each loss counts for.
    """
    torch = require("torch", extra="train", purpose="training")
    values = logits.float()
    ends = [_choice(torch, values[..., column], labels[..., column]) for column in (START, END)]
    return (
        weights["keep"] * _binary(torch, values[..., KEEP], labels[..., KEEP])
        + weights["relevant"] * _binary(torch, values[..., RELEVANT], labels[..., RELEVANT])
        + weights["answer"] * (ends[0] + ends[1]) / 2
    )


def _binary(torch: Any, logits: Any, labels: Any) -> Any:  # noqa: ANN401 - tensors
    known = labels != UNKNOWN
    loss = torch.nn.functional.binary_cross_entropy_with_logits(
        logits, labels.clamp(min=0).float(), reduction="none"
    )
    return (loss * known).sum() / known.sum().clamp(min=1)


def _choice(torch: Any, logits: Any, labels: Any) -> Any:  # noqa: ANN401 - tensors
    lowest = torch.finfo(logits.dtype).min
    possible = torch.logsumexp(logits.masked_fill(labels == UNKNOWN, lowest), dim=1)
    right = torch.logsumexp(logits.masked_fill(labels != 1, lowest), dim=1)
    known = (labels == 1).any(dim=1)
    return ((possible - right) * known).sum() / known.sum().clamp(min=1)


def measure(logits: NDArray[np.float32], labels: NDArray[np.int64]) -> dict[str, float]:
    """F1 of the kept tokens, accuracy of relevance, and how often both ends of an answer (or of none) are right.

    Args:
        logits: ``(n, t, 4)``.
        labels: The same shape.
    """
    known = labels[..., KEEP] != UNKNOWN
    kept, truth = logits[..., KEEP][known] > 0, labels[..., KEEP][known] == 1
    judged = labels[..., RELEVANT] != UNKNOWN
    relevant = (logits[..., RELEVANT][judged] > 0) == (labels[..., RELEVANT][judged] == 1)
    right = np.ones(len(labels), dtype=bool)
    for column in (START, END):
        place = np.where(labels[..., column] != UNKNOWN, logits[..., column], -np.inf).argmax(axis=1)
        right &= labels[np.arange(len(labels)), place, column] == 1
    asked = (labels[..., START] == 1).any(axis=1)
    answerable = asked & (labels[:, 0, START] == 0)
    return {
        "f1": 2 * float((kept & truth).sum()) / max(float(kept.sum() + truth.sum()), 1.0),
        "relevance": float(relevant.mean()) if len(relevant) else 0.0,
        "answers": float(right[answerable].mean()) if answerable.any() else 0.0,
        "no answers": float(right[asked & ~answerable].mean()) if (asked & ~answerable).any() else 0.0,
    }
