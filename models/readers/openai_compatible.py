"""A reader behind any endpoint that speaks OpenAI's chat completions."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Self

from excerpt.cached import cached_property
from excerpt.errors import ModelError
from excerpt.models.generation.endpoint import ChatClient, Endpoint, NoAnswer
from excerpt.models.generation.prices import Price
from excerpt.models.generation.prompt import ANSWER_SHORTLY, Prompt
from excerpt.models.readers.completions import CompletionsLikelihood
from excerpt.models.readers.protocols import Answer
from excerpt.tokens import TokenCounter

__all__ = ["OpenAICompatibleReader", "ReadingCost", "reading_cost"]

_FRAME = 12  # roles and separators that chat templates add to two messages, about


class OpenAICompatibleReader:
    """Asks an endpoint; several questions at a time.

    Rate limits, busy answers and dropped connections are waited out and tried again (`ChatClient`). A reader that
    should not be asked twice is wrapped in `RememberingReader`.

    Args:
        endpoint: Where and how to ask. ``answer_tokens`` is 64 where it leaves that open, the temperature 0.
        prompt: What to say.
        workers: Questions under way at a time.

    Raises:
        MissingExtraError: The extra ``endpoint`` is not installed.
    """

    def __init__(self, endpoint: Endpoint, prompt: Prompt = ANSWER_SHORTLY, *, workers: int = 4) -> None:
        self.endpoint = replace(endpoint, temperature=0.0, answer_tokens=endpoint.answer_tokens or 64)
        self.prompt = prompt
        self.workers = workers
        self._client = ChatClient(self.endpoint)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    @property
    def name(self) -> str:
        """The model's name at the endpoint."""
        return self.endpoint.model

    @cached_property
    def fingerprint(self) -> str:
        """Whatever changes an answer, in words; the address does not."""
        asked = self.endpoint
        return f"chat {asked.model} {asked.temperature} {asked.top_p} {asked.answer_tokens} {self.prompt!r}"

    def read(self, question: str, context: str) -> Answer:
        """Ask one question.

        Raises:
            ModelError: The endpoint refuses, or gave no usable answer in as many tries as it may have.
        """
        try:
            return Answer(self._client.complete(self.prompt.messages(question, context), whole=False))
        except NoAnswer as error:
            message = f"endpoint: {self.endpoint.url} gave no answer to {question!r:.80}: {error}"
            raise ModelError(message) from error

    def read_many(self, questions: Sequence[str], contexts: Sequence[str]) -> list[Answer]:
        """Ask several questions at once; as `read` gives them one by one.

        Raises:
            ModelError: As `read`.
        """
        with ThreadPoolExecutor(self.workers, thread_name_prefix="reader") as pool:
            return list(pool.map(self.read, questions, contexts))


@dataclass(frozen=True, slots=True)
class ReadingCost:
    """What a run asks of a reader. Retries are not in it.

    Args:
        questions: Questions with their contexts.
        tokens_in: Of all prompts, by the tokenizer that was named.
        tokens_out: Of all answers, at most.
        cost: In the currency of the price; None without a price.
    """

    questions: int
    tokens_in: int
    tokens_out: int
    cost: float | None

    def __str__(self) -> str:
        """One line."""
        tokens = f"{self.questions:,} questions, about {self.tokens_in:,} tokens in, at most {self.tokens_out:,} out"
        return f"{tokens}; {'no price given' if self.cost is None else f'at most {self.cost:,.2f}'}"


def reading_cost(
    reader: "OpenAICompatibleReader | CompletionsLikelihood",
    tokens: Sequence[int],
    counter: TokenCounter,
    price: Price | None,
) -> ReadingCost:
    """What asking will cost, before anything is asked.

    Args:
        reader: Who is asked.
        tokens: For each question the tokens of its context and question, at most.
        counter: Counts the prompt's own.
        price: Of a million tokens.
    """
    prompt = sum(counter.count(message["content"]) for message in reader.prompt.messages("", "."))
    sent = sum(tokens) + len(tokens) * (prompt + _FRAME)
    answered = len(tokens) * (reader.endpoint.answer_tokens or 0)
    cost = None if price is None else (sent * price.input + answered * price.output) / 1e6
    return ReadingCost(len(tokens), sent, answered, cost)
