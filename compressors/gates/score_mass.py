"""Enough is what holds most of the scores' mass: the gate that needs no model beside the scorer's."""

from dataclasses import dataclass
from typing import ClassVar

from excerpt.checks import check_number

__all__ = ["ScoreMass"]


@dataclass(frozen=True, slots=True)
class ScoreMass:
    """Enough is what holds ``least`` of a softmax over the scores of all units that were scored.

    With a scorer whose differences are log-odds, such as ``evidence`` or ``lexical-evidence``, the mass is about the
    probability that the best evidence is kept; other scorers count by their spread in each question. It compares units
    with each other, so it cannot tell that none of them answers.

    Args:
        least: The share of the mass, above 0 and at most 1.
        temperature: What scores are divided by to be log-odds; None for the scorer's own, or else their spread. An
            encoder trained with a contrastive loss has one: 0.05 for those of sentence-transformers.

    Raises:
        ConfigError: A number is out of range, or none.
    """

    least: float = 0.9
    temperature: float | None = None
    name: ClassVar[str] = "score-mass"

    def __post_init__(self) -> None:
        check_number(self.least, "score-mass: least", least=1e-9, most=1)
        if self.temperature is not None:
            check_number(self.temperature, "score-mass: temperature", least=1e-12)

    def __call__(self, question: str, text: str, mass: float) -> bool:  # noqa: ARG002 - the shape of a gate
        """Whether the mass is reached."""
        return mass >= self.least - 1e-9  # a sum of shares, rounded
