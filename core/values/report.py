"""What happened during one compression, in numbers and words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, TypeAlias

from excerpt.values.read_share import ReadShare
from excerpt.values.spans import Span
from excerpt.values.stored import StoredCount

__all__ = ["Breach", "Outcome", "Place", "Promise", "Report", "StageReport"]

Outcome: TypeAlias = Literal["done", "skipped", "failed", "deadline"]


def _nothing() -> Mapping[str, StoredCount]:
    return MappingProxyType({})


class Breach(NamedTuple):
    """A protected span of which one part was kept and another dropped.

    Args:
        passage: Index of the passage.
        span: The protected characters.
        kind: Which guard protects them.
    """

    passage: int
    span: Span
    kind: str


@dataclass(frozen=True, slots=True)
class StageReport:
    """One stage of a chain.

    Args:
        stage: Its name.
        outcome: ``"done"``; ``"skipped"`` (nothing left to do), ``"failed"`` or ``"deadline"``: then what
            the stage before gave was kept.
        why: The reason for any outcome but ``"done"``; else which way a stage chose that has several.
        unit: Kind of unit it ranked; empty when it ranked none.
        units_in: Units it saw.
        units_out: Units it kept.
        tokens_in: Rendered tokens before it.
        tokens_out: Rendered tokens after it.
        milliseconds: Wall-clock time it took. Left out of equality: all else is deterministic.
        read: How much its model read, where it reads in rounds; None where it reads everything, or there is none.
        stored: What an index knew beforehand, by name: of how many passages, of how many that were asked
            for; the rest was computed. Left out of equality.
    """

    stage: str
    outcome: Outcome = "done"
    why: str = ""
    unit: str = ""
    units_in: int = 0
    units_out: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    read: ReadShare | None = None
    milliseconds: float = field(default=0.0, compare=False)
    stored: Mapping[str, StoredCount] = field(default_factory=_nothing, compare=False)

    def to_dict(self) -> dict[str, Any]:
        """The deterministic fields, as JSON goes."""
        row: dict[str, Any] = {"stage": self.stage, "outcome": self.outcome}
        if self.why:
            row["why"] = self.why
        if self.unit:
            row |= {"unit": self.unit, "units_in": self.units_in, "units_out": self.units_out}
        if self.read is not None:
            row |= {"tokens_read": self.read.tokens, "tokens_there": self.read.of, "rounds": self.read.rounds}
        return row | {"tokens_in": self.tokens_in, "tokens_out": self.tokens_out}


class Place(NamedTuple):
    """Where a number stands among the quantiles that a calibration saw.

    Args:
        name: What number.
        below: How many of the quantiles are less than it.
        upto: How many are not greater.
    """

    name: str
    below: int
    upto: int


@dataclass(frozen=True, slots=True)
class Promise:
    """What a calibrated budget promises (docs/guides/guarantee.md).

    Args:
        text: The promise in one sentence.
        holds: Whether this result is covered. The warnings say why not.
        places: Where the watched numbers of this question stand among the calibration's;
            see `excerpt.calibrated.drift`.
    """

    text: str
    holds: bool = True
    places: tuple[Place, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """What a caller needs to show, as JSON goes."""
        return {"text": self.text, "holds": self.holds}


@dataclass(frozen=True, slots=True)
class Report:
    """One compression.

    Args:
        chain: Name of the chain.
        tokenizer: Name of the tokenizer that counted.
        limit: Token limit that was in force; None for none.
        stages: One for each stage that was reached.
        passed_through: Why the input was returned whole: ``"fits"``, ``"no_gain"``, ``"empty"``; else "".
        warnings: Anything the caller should know.
        breaches: Protected text that was cut, found by a check after the fact.
        promise: What a calibrated budget promises; None without one.
        sufficient: Whether a gate found what was kept enough for an answer (`excerpt.protocols.Gate`); False: ask the
            retriever for more. None where none was asked, or less was kept since.
        milliseconds: Wall-clock time of the whole call. Left out of equality.
    """

    chain: str
    tokenizer: str
    limit: int | None
    stages: tuple[StageReport, ...] = ()
    passed_through: str = ""
    warnings: tuple[str, ...] = ()
    breaches: tuple[Breach, ...] = ()
    promise: Promise | None = None
    sufficient: bool | None = None
    milliseconds: float = field(default=0.0, compare=False)

    @property
    def computed(self) -> tuple[str, ...]:
        """What an index had not stored of every passage, so that it was computed, by name; none without an index."""
        counts = (item for stage in self.stages for item in stage.stored.items())
        return tuple(sorted({name for name, (stored, asked) in counts if stored < asked}))
