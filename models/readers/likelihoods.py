"""The likelihood of accepted answers under a causal language model of transformers."""

import math
from collections.abc import Callable, Sequence
from typing import Any

from excerpt.errors import InputError
from excerpt.models.generation.continuations import Continued, Continuing, common_start
from excerpt.models.readers.protocols import Likelihood

__all__ = ["MOST_ANSWERS", "AnswerLikelihoods", "accepted", "best", "joined"]

MOST_ANSWERS = 8
"""So many different accepted answers of a question are measured, from the first: some sets list hundreds."""

_LONG = 10
"""A prompt of more than so many times what all begin with is run whole. Behind a cache transformers masks attention and
computes every pair of places, without one only those of which something is seen. With the first 60 tokens from a cache
SmolLM2 on a CPU takes 0.8 of the time of a whole run at 240 tokens, the same at 684, and 1.3 times as long at 1,660."""

_DUMMIES = ("a", "7 b")
"""Two contexts and questions that have nothing alike: what their prompts begin with alike, all prompts begin with."""


def accepted(answers: Sequence[str]) -> tuple[str, ...]:
    """The answers to measure: stripped, the empty left out, each once, the first `MOST_ANSWERS`.

    Raises:
        InputError: There is none.
    """
    found = tuple(dict.fromkeys(text for answer in answers if (text := answer.strip())))[:MOST_ANSWERS]
    if not found:
        message = f"likelihood: needs an accepted answer that is not empty; got {list(answers)!r:.80}"
        raise InputError(message)
    return found


def best(answers: Sequence[str], logprobs: Sequence[Sequence[float]]) -> tuple[float, str]:
    """The likeliest answer by its mean log-probability a token, as F1 takes the best accepted one; of equals the first.

    Args:
        answers: What is accepted.
        logprobs: For each the log-probabilities of its tokens.
    """
    means = [math.fsum(each) / len(each) for each in logprobs]
    place = max(range(len(means)), key=means.__getitem__)
    return means[place], answers[place]


def joined(prompt: str, answer: str) -> str:
    """Prompt and answer as one text, with a space between where the prompt does not end in white space."""
    return f"{prompt}{'' if not prompt or prompt[-1].isspace() else ' '}{answer}"


class AnswerLikelihoods:
    """Prompts and answers as tokens, run in batches of neighbours in length.

    The tokens of an answer are those that the tokenizer makes of prompt and answer together, from where they differ
    from the prompt's own. A space stands between the two where the prompt does not end in white space. The end of the
    answer is not counted.

    Args:
        tokenizer: Of transformers.
        network: The model, in evaluation mode.
        write: The prompt for a question and a context.
        special: Whether the tokenizer adds special tokens: not where a chat template has written them.
        batch: Prompts run together. In floating point a batch may differ from one alone in the last digits; 1 is exact.
    """

    def __init__(
        self,
        tokenizer: Any,  # noqa: ANN401 - untyped package
        network: Any,  # noqa: ANN401 - untyped package
        write: Callable[[str, str], str],
        *,
        special: bool,
        batch: int,
    ) -> None:
        self._tokenizer, self._write, self._special, self._batch = tokenizer, write, special, batch
        self._window: int | None = getattr(network.config, "max_position_embeddings", None)
        alike = common_start(*(self._tokens(write(text, text)) for text in _DUMMIES))
        self._start = self._tokens(write(_DUMMIES[0], _DUMMIES[0]))[:alike]
        self._run = Continuing(network, self._start, tokenizer.pad_token_id)
        self._run_whole = Continuing(network, (), tokenizer.pad_token_id)

    def measure(
        self, questions: Sequence[str], contexts: Sequence[str], answers: Sequence[Sequence[str]]
    ) -> list[Likelihood]:
        """As `excerpt.models.readers.protocols.TellsLikelihood.likelihoods`."""
        texts = [accepted(each) for each in answers]
        prompts = [self._write(*asked) for asked in zip(questions, contexts, strict=True)]
        tokens = [self._tokens(prompt) for prompt in prompts]
        joint = [
            [self._tokens(joined(prompt, text)) for text in each]
            for prompt, each in zip(prompts, texts, strict=True)
        ]
        found: dict[int, Likelihood] = {}
        for together in self._batches(tokens, joint, found):
            # A prompt ends where the first of its endings begins: an answer may change how its last word is cut.
            ends = [min(_own(tokens[place], row) for row in joint[place]) for place in together]
            heads = [tokens[place][:end] for place, end in zip(together, ends, strict=True)]
            tails = [[row[end:] for row in joint[place]] for place, end in zip(together, ends, strict=True)]
            for place, end, each in zip(together, ends, self._run_batch(heads, tails), strict=True):
                skipped = [_own(tokens[place], row) - end for row in joint[place]]
                found[place] = self._best(texts[place], each, skipped, len(tokens[place]))
        return [found[place] for place in range(len(tokens))]

    def _batches(
        self,
        tokens: Sequence[Sequence[int]],
        joint: Sequence[Sequence[Sequence[int]]],
        found: dict[int, Likelihood],
    ) -> list[list[int]]:
        """Those that fit the window, by length; of the others there is nothing to say."""
        fits = []
        for place, rows in enumerate(joint):
            if self._window is None or max(map(len, rows)) <= self._window:
                fits.append(place)
            else:
                found[place] = Likelihood(math.nan, "", len(tokens[place]), math.nan, math.nan)
        fits.sort(key=lambda place: len(tokens[place]))
        return [fits[at : at + self._batch] for at in range(0, len(fits), self._batch)]

    def _run_batch(
        self, heads: Sequence[Sequence[int]], tails: Sequence[Sequence[Sequence[int]]]
    ) -> list[Continued]:
        start = len(self._start)
        begins = all(len(head) > start and head[:start] == self._start for head in heads)
        long = len(heads) == 1 and len(heads[0]) > _LONG * start  # a batch is padded, so masked in any case
        return (self._run if begins and not long else self._run_whole).run(heads, tails)

    @staticmethod
    def _best(texts: Sequence[str], found: Continued, skipped: Sequence[int], length: int) -> Likelihood:
        own = [logprobs[skip:] for logprobs, skip in zip(found.logprobs, skipped, strict=True)]
        nats, answer = best(texts, own)
        return Likelihood(nats, answer, length, found.prefill_s, found.token_s)

    def _tokens(self, text: str) -> list[int]:
        ids: list[int] = self._tokenizer(text, add_special_tokens=self._special)["input_ids"]
        # Some tokenizers end every text: here it goes on.
        return ids[:-1] if self._special and ids and ids[-1] == self._tokenizer.eos_token_id else ids


def _own(prompt: Sequence[int], joint: Sequence[int]) -> int:
    """Where the tokens of an answer begin: at least one is left of each, also where it changed nothing before it."""
    return min(common_start(prompt, joint), len(prompt), len(joint) - 1)
