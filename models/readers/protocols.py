"""What the rest of excerpt expects of a reader: something that answers a question from a context."""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

__all__ = ["Answer", "Reader"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a reader answered.

    Args:
        text: The answer; empty where the reader found none.
        score: How sure the reader is; comparable inside one reader only. 0 where it does not say.
        span: The characters of the context that the answer was copied from; None where it was written freely.
    """

    text: str
    score: float = 0.0
    span: tuple[int, int] | None = None


@runtime_checkable
class Reader(Protocol):
    """Answers a question from a context.

    What else can be made use of is in `excerpt.contracts.ReaderContract`, with its defaults.
    """

    @property
    def name(self) -> str:
        """What tables call it."""

    def read(self, question: str, context: str) -> Answer:
        """Answer one question.

        Args:
            question: The question.
            context: The text to answer from; empty for a reader on its own.
        """
