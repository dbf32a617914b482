"""Enough is what a language model says yes to: the evaluators of CompAct (2407.09014) and ECoRAG (2506.05167)."""

from dataclasses import dataclass
from typing import ClassVar

from excerpt.compressors.gates.readers import reader_of
from excerpt.models.generation.prompt import Prompt
from excerpt.models.readers.protocols import Reader

__all__ = ["ENOUGH", "YesNo"]

ENOUGH = Prompt(
    "You are given a text and a question. Say whether the text alone is enough to answer the question. Answer yes or "
    "no, and nothing else.",
    "{context}\n\nQuestion: {question}\nIs the text enough to answer the question? Answer yes or no:",
    "Question: {question}\nThere is no text. Answer: no",
)
"""What the model is asked."""


@dataclass(frozen=True)
class YesNo:
    """Enough is a text of which a model says that it is; any answer that does not begin with "yes" is a no.

    Args:
        reader: ``causal-lm:DIR``, the address of an OpenAI-compatible endpoint, or a reader that is asked with `ENOUGH`
            or a prompt of its own.
        model: The model's name at an endpoint.
        api_key_env: The environment variable that holds the endpoint's key; empty for none.

    Raises:
        ConfigError: An option is of the wrong kind.
        ModelError: The model cannot be found or read.
    """

    reader: str | Reader
    model: str = ""
    api_key_env: str = ""
    name: ClassVar[str] = "yes-no"

    def __post_init__(self) -> None:
        reader = reader_of(
            self.reader, self.name, model=self.model, api_key_env=self.api_key_env, prompt=ENOUGH
        )
        object.__setattr__(self, "reader", reader)

    def __call__(self, question: str, text: str, mass: float) -> bool:  # noqa: ARG002 - the shape of a gate
        """Whether the model says yes."""
        if not text.strip():
            return False
        answer = self.reader.read(question, text)  # type: ignore[union-attr]  # made a reader above
        return answer.text.strip().lstrip("\"'*[( ").casefold().startswith("yes")
