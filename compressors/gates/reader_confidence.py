"""Enough is what a reader finds an answer in."""

from dataclasses import dataclass
from typing import ClassVar

from excerpt.checks import check_number
from excerpt.compressors.gates.readers import reader_of
from excerpt.models.readers.protocols import Reader

__all__ = ["ReaderConfidence"]


@dataclass(frozen=True)
class ReaderConfidence:
    """Enough is a text from which a reader answers, and scores its answer ``least`` or more.

    An extractive reader's score is the logarithm of the odds of its answer against none. Readers that generate do not
    say how sure they are (0), and seldom answer nothing: ask one of those by ``yes-no``.

    Args:
        reader: ``extractive:DIR``, or a reader (`excerpt.models.Reader`).
        least: The least score; 0 is even odds.
        model: The model's name at an endpoint.
        api_key_env: The environment variable that holds the endpoint's key; empty for none.

    Raises:
        ConfigError: An option is of the wrong kind.
        ModelError: The reader's model cannot be found or read.
    """

    reader: str | Reader
    least: float = 0.0
    model: str = ""
    api_key_env: str = ""
    name: ClassVar[str] = "reader-confidence"

    def __post_init__(self) -> None:
        check_number(self.least, "reader-confidence: least")
        reader = reader_of(self.reader, self.name, model=self.model, api_key_env=self.api_key_env)
        object.__setattr__(self, "reader", reader)

    def __call__(self, question: str, text: str, mass: float) -> bool:  # noqa: ARG002 - the shape of a gate
        """Whether there is an answer of that score."""
        if not text.strip():
            return False
        answer = self.reader.read(question, text)  # type: ignore[union-attr]  # made a reader above
        return bool(answer.text.strip()) and answer.score >= self.least
