"""Time limits that a stage checks itself: nothing is interrupted half-way."""

import time
from dataclasses import dataclass
from typing import Self

from winnow.errors import DeadlineExceeded

__all__ = ["Deadline"]


@dataclass(frozen=True, slots=True)
class Deadline:
    """A moment by which the work must be done.

    Args:
        at: A reading of ``time.monotonic()``; None for no limit.
    """

    at: float | None = None

    @classmethod
    def after(cls, seconds: float | None) -> Self:
        """So many seconds from now; None for no limit."""
        return cls(None if seconds is None else time.monotonic() + seconds)

    def passed(self) -> bool:
        """Whether the moment is over."""
        return self.at is not None and time.monotonic() >= self.at

    def check(self) -> None:
        """Call between pieces of work.

        Raises:
            DeadlineExceeded: The moment is over.
        """
        if self.passed():
            message = "the time given to this chain is over; raise deadline_s, or use a faster chain"
            raise DeadlineExceeded(message)
