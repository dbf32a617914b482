"""What a stage that grows shows its gate, and what it says of the outcome."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np

from excerpt.calibrated.knob import relative_mass
from excerpt.errors import ConfigError
from excerpt.protocols import Gate
from excerpt.registry import GATES
from excerpt.run.fit import Room, passage_scores
from excerpt.values.types import Context

__all__ = ["GateLike", "Judge", "gate_of"]

GateLike: TypeAlias = Gate | str | Mapping[str, Any]
"""A gate, its registered name, or a table of its options with the name under ``use``."""


def gate_of(given: GateLike | None, where: str) -> Gate | None:
    """The gate of an option; None for none.

    Raises:
        ConfigError: It is neither a gate, nor its name or table, nor None.
    """
    gate = GATES.part(given, f"{where}: gate")
    if gate is None or (callable(gate) and not isinstance(gate, type)):
        return gate
    message = (
        f"{where}: gate must be a gate (called with question, text and mass), its name, a table with `use`, or None; "
        f"got {given!r}"
    )
    raise ConfigError(message)


@dataclass(slots=True)
class Judge:
    """A gate in one call; the same text is shown to it once.

    Args:
        gate: The gate.
        room: What the stage works in.
        temperature: Of the scorer (`excerpt.contracts.ScorerContract`); a gate's own goes before it.
    """

    gate: Gate
    room: Room
    temperature: float | None = None
    _said: dict[tuple[str, float], bool] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What reports call the gate."""
        return str(getattr(self.gate, "name", getattr(self.gate, "__name__", type(self.gate).__name__)))

    def enough(self, context: Context) -> bool:
        """Whether what is kept is enough, where the last ranking is of all units that were scored.

        Raises:
            DeadlineExceeded: Time is up.
        """
        self.room.deadline.check()
        mass = 0.0
        if context.rankings:
            ranking = context.rankings[-1]
            every = np.ones(len(ranking.units), dtype=bool)
            temperature = getattr(self.gate, "temperature", None) or self.temperature
            shares = relative_mass(ranking.scores, every, temperature) / max(len(every), 1)
            mass = float(shares[ranking.kept].sum())
        scores = passage_scores(context.rankings, len(context.passages))
        text = self.room.layout.render(context.passages, context.kept, scores).text
        if (text, mass) not in self._said:
            self._said[text, mass] = bool(self.gate(context.query, text, mass))
        return self._said[text, mass]

    def said(self, context: Context, *, sufficient: bool, after: str) -> Context:
        """The context with the verdict, and with a warning where it is not enough.

        Args:
            context: What is kept.
            sufficient: What the gate said.
            after: How far the stage went, such as ``"3 of 20 units"``.
        """
        judged = context.judged(sufficient=sufficient)
        if sufficient:
            return judged.chose(f"{self.name}: enough after {after}")
        return judged.chose(f"{self.name}: not enough after {after}").noted(
            f"not enough here: the gate {self.name} was not satisfied by {after}; ask the retriever for more"
        )
