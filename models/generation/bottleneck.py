"""What a compression forgets and what it still tells, under a language model (information bottleneck, 2406.01549)."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from excerpt.models.generation.likelihood import CausalLikelihood, TokenLogs
from excerpt.models.protocols import Check

__all__ = ["Asked", "Bottleneck", "measure"]


class Asked(NamedTuple):
    """One compression.

    Args:
        question: The question.
        retrieved: The text that was compressed.
        kept: What was made of it.
        answers: Accepted answers; the likeliest counts.
    """

    question: str
    retrieved: str
    kept: str
    answers: tuple[str, ...]


class Bottleneck(NamedTuple):
    """Two mean token probabilities, 0 to 1; NaN where there is no text or no answer.

    Attributes:
        retrieved: Of the retrieved text, given what was kept and the question: what was not forgotten.
        answer: Of the likeliest answer, given the same: what is still told.
    """

    retrieved: float
    answer: float

    def score(self, beta: float = 1.0) -> float:
        """``retrieved - beta x answer``: the lower, the better.

        Args:
            beta: What the answer counts for.
        """
        return self.retrieved - beta * self.answer


def measure(model: CausalLikelihood, asked: Sequence[Asked], *, check: Check = None) -> list[Bottleneck]:
    """The bottleneck of each compression.

    Args:
        model: The language model.
        asked: The compressions.
        check: Called before each forward pass; what it raises ends the call.

    Raises:
        InputError: What was kept takes more than half of the model's window.
        ModelError: The model cannot be loaded.
    """
    pairs = [
        pair
        for one in asked
        for pair in (
            (f"{one.kept}\n\nQuestion: {one.question}\n\n", one.retrieved),
            *((f"{one.kept}\n\nQuestion: {one.question}\nAnswer:", f" {answer}") for answer in one.answers),
        )
    ]
    read = iter(model.log_probabilities(pairs, check=check))
    return [
        Bottleneck(
            _probability(next(read)),
            max((_probability(next(read)) for _ in one.answers), default=float("nan")),
        )
        for one in asked
    ]


def _probability(read: TokenLogs) -> float:
    """The mean probability of the tokens."""
    return float(np.exp(read.logs).mean()) if len(read.logs) else float("nan")
