"""What is left of one passage."""

from dataclasses import dataclass

from excerpt.render import kept_text
from excerpt.values.spans import Span
from excerpt.values.types import Passage

__all__ = ["KeptPassage"]


@dataclass(frozen=True, slots=True)
class KeptPassage:
    """What is left of one passage.

    Args:
        index: Its place in the input.
        number: The number the template shows for it.
        passage: The passage as it came in.
        spans: Kept characters of ``passage.text``: sorted, not overlapping; empty when it was dropped.
        score: Its best unit's score in the last ranking of passages or sentences; None without one.
            Comparable inside one result only.
    """

    index: int
    number: int
    passage: Passage
    spans: tuple[Span, ...]
    score: float | None = None

    @property
    def id(self) -> str:
        """The passage's own id."""
        return self.passage.id

    @property
    def title(self) -> str:
        """The passage's title."""
        return self.passage.title

    @property
    def text(self) -> str:
        """The kept text, spans joined by what white space the dropped text had."""
        return kept_text(self.passage.text, self.spans)
