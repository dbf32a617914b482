"""What a check of support is."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from excerpt.models.protocols import Check

__all__ = ["Support", "Supported"]


class Supported(NamedTuple):
    """How well a sentence is supported.

    Attributes:
        support: 0 to 1.
        sources: Places of the sources that support it, the best first; empty where none does.
    """

    support: float
    sources: tuple[int, ...]


class Support(Protocol):
    """Judges sentences by their sources."""

    @property
    def name(self) -> str:
        """What reports call it."""

    def judge(
        self, sentences: Sequence[str], sources: Sequence[str], *, check: "Check" = None
    ) -> list[Supported]:
        """One judgement a sentence.

        Args:
            sentences: What was written.
            sources: What it was written from.
            check: Called now and then; what it raises ends the judging.
        """
