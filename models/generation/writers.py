"""Writers: models that write a digest of passages for a question (RECOMP's abstractive compressor, 2310.04408)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Protocol, runtime_checkable

from excerpt.errors import InputError, ModelError
from excerpt.models.generation.endpoint import ChatClient, Endpoint, NoAnswer

__all__ = ["INSTRUCTIONS", "RELEASED", "EndpointWriter", "SourceForm", "Writer", "Written", "instruction"]


@dataclass(frozen=True, slots=True)
class Written:
    """What a writer wrote.

    Args:
        text: The digest; empty where the writer found nothing of use.
        read: How many of the passages, from the first, it read: the rest did not fit.
        cut: Whether the last of them was cut to fit.
    """

    text: str
    read: int
    cut: bool = False


@runtime_checkable
class Writer(Protocol):
    """Writes what passages say to a question, in words of its own.

    A writer that is faster in batches may have ``write_many(questions, passage_lists)``.
    """

    @property
    def name(self) -> str:
        """What reports call it."""

    @property
    def fingerprint(self) -> str:
        """Changes whenever what it writes may."""

    def write(self, question: str, passages: Sequence[str]) -> Written:
        """Write one digest.

        Args:
            question: The question.
            passages: Texts, the best first.
        """


@dataclass(frozen=True, slots=True)
class SourceForm:
    """How question and passages are written down for a writer; data.

    Args:
        text: With ``{question}`` and ``{passages}``.
        joiner: Between passages.
    """

    text: str
    joiner: str = "\n"

    def fill(self, question: str, passages: Sequence[str]) -> str:
        """The source. Braces in question and passages are left as they are."""
        before, _, after = self.text.partition("{passages}")
        parts = (part.replace("{question}", question) for part in (before, after))
        return self.joiner.join(passages).join(parts)


RELEASED = SourceForm("Question: {question}\n Document: {passages}\n Summary: ")
"""What RECOMP's released checkpoints were trained on, to the letter. What joined the passages is not published."""

INSTRUCTIONS: Mapping[str, SourceForm] = MappingProxyType(
    {
        "summary": SourceForm(
            "Compress the information in the retrieved documents into a 2-sentence summary that could be used to "
            "answer the question: Question: {question} Retrieved documents: {passages} Compressed documents:"
        ),
        "reasoning": SourceForm(
            "Source documents: {passages} Question: {question} Generate a reasoning chain to answer the question:"
        ),
    }
)
"""What the paper asks a large model: a digest (Natural Questions, TriviaQA), or the steps to the answer (HotpotQA)."""


def instruction(form: SourceForm | str) -> SourceForm:
    """One of `INSTRUCTIONS` by its name, or a form as it is.

    Raises:
        InputError: There is no such instruction.
    """
    if isinstance(form, SourceForm):
        return form
    if form not in INSTRUCTIONS:
        message = f"writer: there is no instruction {form!r}; there are {', '.join(INSTRUCTIONS)}"
        raise InputError(message)
    return INSTRUCTIONS[form]


class EndpointWriter:
    """Any model behind an endpoint that speaks OpenAI's chat completions, asked as the paper asks its teacher.

    Args:
        endpoint: Where and how to ask. The temperature is 0, so that the same passages give the same digest (the
            paper samples at 0.7).
        form: What to ask: one of `INSTRUCTIONS` by name, or a form of one's own.

    Raises:
        InputError: There is no such instruction.
        MissingExtraError: The extra ``endpoint`` is not installed.
    """

    def __init__(self, endpoint: Endpoint, form: SourceForm | str = "summary") -> None:
        self.endpoint = replace(endpoint, temperature=0.0)
        self.form = instruction(form)
        self._client = ChatClient(self.endpoint)

    @property
    def name(self) -> str:
        """The model's name at the endpoint."""
        return self.endpoint.model

    @property
    def fingerprint(self) -> str:
        """Whatever changes a digest, in words; the address does not."""
        asked = self.endpoint
        return (
            f"chat-writer {asked.model} {asked.temperature} {asked.top_p} {asked.answer_tokens} {self.form!r}"
        )

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def write(self, question: str, passages: Sequence[str]) -> Written:
        """Ask for one digest. All passages are sent.

        Raises:
            ModelError: The endpoint refuses, or gave no usable answer in as many tries as it may have.
        """
        asked = [{"role": "user", "content": self.form.fill(question, passages)}]
        try:
            return Written(self._client.complete(asked, empty=True), len(passages))
        except NoAnswer as error:
            message = f"endpoint: {self.endpoint.url} wrote nothing for {question!r:.80}: {error}"
            raise ModelError(message) from error
