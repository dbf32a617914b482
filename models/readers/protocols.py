"""What the rest of excerpt expects of a reader: something that answers a question from a context."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

__all__ = ["Answer", "Likelihood", "Reader", "TellsLikelihood"]


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


@dataclass(frozen=True, slots=True)
class Likelihood:
    """How likely a reader finds the accepted answers of a question.

    Args:
        nats: The mean log-probability of a token of the likeliest accepted answer, 0 or less; NaN where the prompt
            does not fit the reader's window.
        answer: Which one that is.
        tokens: How many tokens the prompt has.
        prefill_s: What running the prompt took, in seconds of the processor on a CPU, elapsed on another device; NaN
            where that is not known.
        token_s: The same for one token more.
    """

    nats: float
    answer: str
    tokens: int
    prefill_s: float
    token_s: float


@runtime_checkable
class TellsLikelihood(Protocol):
    """Says how likely it finds answers."""

    @property
    def name(self) -> str:
        """What tables call it."""

    @property
    def fingerprint(self) -> str:
        """Whatever changes a likelihood changes it."""

    def likelihoods(
        self, questions: Sequence[str], contexts: Sequence[str], answers: Sequence[Sequence[str]]
    ) -> list[Likelihood]:
        """The likelihood of the accepted answers of each question, given its context.

        Args:
            questions: The questions.
            contexts: The text to answer from; empty for a reader on its own.
            answers: For each question at least one accepted answer.
        """


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
