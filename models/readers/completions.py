"""The likelihood of accepted answers by an endpoint that gives the log-probabilities of a prompt, such as vLLM."""

import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from excerpt.cached import cached_property
from excerpt.errors import ModelError
from excerpt.models.generation.endpoint import ChatClient, Endpoint, NoAnswer
from excerpt.models.generation.prompt import ANSWER_SHORTLY, Prompt
from excerpt.models.readers.likelihoods import accepted, best, joined
from excerpt.models.readers.protocols import Likelihood

__all__ = ["CompletionsLikelihood"]


class CompletionsLikelihood:
    """Has an endpoint read prompt and answer, and takes the log-probabilities of the answer's tokens.

    It asks the older route ``/completions`` with ``echo`` and ``logprobs``, which takes one text: the messages are
    written as plain paragraphs, since the endpoint keeps the chat template to itself. A token that lies across the end
    of the prompt belongs to the prompt. What reading takes is not known.

    Args:
        endpoint: Where to ask.
        prompt: What stands before the answer.
        workers: Questions under way at a time.

    Raises:
        MissingExtraError: The extra ``endpoint`` is not installed.
    """

    def __init__(self, endpoint: Endpoint, prompt: Prompt = ANSWER_SHORTLY, *, workers: int = 4) -> None:
        self.endpoint, self.prompt, self.workers = endpoint, prompt, workers
        self._client = ChatClient(endpoint)

    @property
    def name(self) -> str:
        """The model's name at the endpoint."""
        return self.endpoint.model

    @cached_property
    def fingerprint(self) -> str:
        """Whatever changes a likelihood, in words; the address does not."""
        return f"completions {self.endpoint.model} {self.prompt!r}"

    def likelihoods(
        self, questions: Sequence[str], contexts: Sequence[str], answers: Sequence[Sequence[str]]
    ) -> list[Likelihood]:
        """As `excerpt.models.readers.protocols.TellsLikelihood.likelihoods`; each answer is a request.

        Raises:
            InputError: A question has no accepted answer.
            ModelError: The endpoint refuses, or gives no log-probabilities of a prompt.
        """
        with ThreadPoolExecutor(self.workers, thread_name_prefix="likelihood") as pool:
            return list(pool.map(self._one, questions, contexts, answers))

    def _one(self, question: str, context: str, answers: Sequence[str]) -> Likelihood:
        texts = accepted(answers)
        messages = self.prompt.messages(question, context)
        prompt = "\n\n".join(message["content"] for message in messages)
        found = [self._logprobs(prompt, text) for text in texts]
        nats, answer = best(texts, [own for own, _ in found])
        return Likelihood(nats, answer, found[0][1], math.nan, math.nan)

    def _logprobs(self, prompt: str, answer: str) -> tuple[list[float], int]:
        """Of the answer's tokens, and how many tokens the prompt has."""
        try:
            told = self._client.echoed(joined(prompt, answer))
        except NoAnswer as error:
            message = f"endpoint: {self.endpoint.url} gives no likelihood: {error}"
            raise ModelError(message) from error
        own = [value for place, value in told if place >= len(prompt)]
        if not own:
            message = f"endpoint: {self.endpoint.url} gives no likelihood: no token begins in the answer {answer!r:.80}"
            raise ModelError(message)
        return own, len(told) - len(own) + 1  # the first token has no log-probability
