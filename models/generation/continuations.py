"""How likely a causal language model finds given endings of a prompt, and what prompt and next token cost.

A prompt is run once, whatever number of endings it has: each continues a copy of its key-value cache. What all prompts
begin with is run once as well.
"""

import copy
import inspect
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from excerpt.errors import ModelError
from excerpt.imports.extras import require
from excerpt.models.runtime.cache_argument import cache_argument

__all__ = ["Continued", "Continuing", "common_start"]

_PURPOSE = "measuring the likelihood of answers"
_ENDINGS = 4  # of few prompts, run side by side: each has a copy of its prompt's cache


@dataclass(frozen=True, slots=True)
class Continued:
    """What was found of one prompt.

    Args:
        logprobs: For each ending the log-probabilities of its tokens, in nats.
        prefill_s: What running the prompt took, what it shares with others included: seconds of the processor on a
            CPU (all threads together, their waiting for each other too; other programs do not count), elapsed seconds
            on another device. In a batch its share of the batch.
        token_s: The same for one token more.
    """

    logprobs: tuple[tuple[float, ...], ...]
    prefill_s: float
    token_s: float


def common_start(*rows: Sequence[int]) -> int:
    """How many tokens, from the first, all rows have alike."""
    shortest = min(map(len, rows))
    return next(
        (place for place in range(shortest) if len({row[place] for row in rows}) > 1),
        shortest,
    )


@dataclass(slots=True)
class _State:
    """What was fed so far: a key-value cache with a row for each prompt, and which of its places count."""

    cache: Any
    lengths: list[int]
    mask: Any

    def copied(self) -> "_State":
        """The same, to go on from without changing this one."""
        return _State(copy.deepcopy(self.cache), list(self.lengths), self.mask)

    def selected(self, rows: Sequence[int]) -> "_State":
        """A copy with some of the rows, in this order; one may be there several times."""
        other = self.copied()
        if list(rows) != list(range(len(self.lengths))):
            chosen = self.mask.new_tensor(list(rows))
            other.cache.batch_select_indices(chosen)
            other.mask, other.lengths = self.mask[chosen], [self.lengths[row] for row in rows]
        return other


class Continuing:
    """Runs prompts and their endings through a network.

    Args:
        network: A causal language model of transformers in evaluation mode.
        start: Tokens that every prompt begins with; may be empty.
        pad: A token to fill a batch with; it is masked.

    Raises:
        ModelError: The network keeps no key-value cache.
    """

    def __init__(self, network: Any, start: Sequence[int], pad: int) -> None:  # noqa: ANN401 - untyped package
        self._torch = require("torch", extra="torch", purpose=_PURPOSE)
        self._network, self._start, self._pad = network, list(start), pad
        takes = inspect.signature(network.forward).parameters
        self._cache = cache_argument(network.forward)
        if self._cache not in takes:
            message = (
                f"{type(network).__name__} keeps no key-value cache, which the likelihood of answers needs"
            )
            raise ModelError(message)
        self._takes = [name for name in ("position_ids", "logits_to_keep") if name in takes]
        self._begun: tuple[Any, float] | None = None

    def run(
        self, prompts: Sequence[Sequence[int]], endings: Sequence[Sequence[Sequence[int]]]
    ) -> list[Continued]:
        """One batch.

        Args:
            prompts: Token ids; all begin with ``start`` and have more.
            endings: For each prompt one or more, each of one token at least.
        """
        with self._torch.inference_mode():
            state, shared_s = self._beginning(len(prompts))
            rests = [list(prompt[len(self._start) :]) for prompt in prompts]
            began = self._clock()
            last = self._feed(state, rests, keep=max(map(len, rests)) - min(map(len, rests)) + 1)
            after = self._torch.stack([rows[-1] for rows in last])
            prefill_s = shared_s + (self._clock() - began) / len(prompts)
            token_s = self._one_more(state, after) / len(prompts)
            found = self._endings(state, after, endings)
        return [Continued(tuple(each), prefill_s, token_s) for each in found]

    def _beginning(self, rows: int) -> tuple[_State, float]:
        """What prompts begin with, a row for each, and what running it took."""
        if not self._start:
            return self._empty(rows), 0.0
        if self._begun is None:
            began = self._clock()
            state = self._empty(1)
            self._feed(state, [self._start], keep=1)
            self._begun = state.cache, self._clock() - began
        cache, taken = self._begun
        cache = copy.deepcopy(cache)
        if rows > 1:
            cache.batch_repeat_interleave(rows)
        mask = self._torch.ones((rows, len(self._start)), dtype=self._torch.long, device=self._network.device)
        return _State(cache, [len(self._start)] * rows, mask), taken

    def _empty(self, rows: int) -> _State:
        mask = self._torch.ones((rows, 0), dtype=self._torch.long, device=self._network.device)
        return _State(None, [0] * rows, mask)

    def _one_more(self, state: _State, after: Any) -> float:  # noqa: ANN401 - a tensor
        """Seconds for the token that the network itself would write."""
        again = state.copied()
        chosen = after.argmax(-1).tolist()
        began = self._clock()
        self._feed(again, [[token] for token in chosen], keep=1)
        return self._clock() - began

    def _endings(
        self,
        state: _State,
        after: Any,  # noqa: ANN401 - a tensor
        endings: Sequence[Sequence[Sequence[int]]],
    ) -> list[list[tuple[float, ...]]]:
        first = after.float().log_softmax(-1)
        flat = [(place, list(ending)) for place, each in enumerate(endings) for ending in each]
        size = max(_ENDINGS, len(endings))
        logprobs: list[tuple[float, ...]] = []
        for at in range(0, len(flat), size):
            logprobs += self._some_endings(state, first, flat[at : at + size])
        found: list[list[tuple[float, ...]]] = [[] for _ in endings]
        for (place, _), told in zip(flat, logprobs, strict=True):
            found[place].append(told)
        return found

    def _some_endings(
        self,
        state: _State,
        first: Any,  # noqa: ANN401 - a tensor
        endings: Sequence[tuple[int, list[int]]],
    ) -> list[tuple[float, ...]]:
        """Log-probabilities of endings, each with the row that it continues, side by side."""
        longest = max(len(ending) for _, ending in endings)
        after: list[Any] = [None] * len(endings)
        if longest > 1:  # else the prompts have said all
            fed = [ending[:-1] or ending for _, ending in endings]
            rows = self._feed(state.selected([place for place, _ in endings]), fed, keep=longest - 1)
            after = [each.float().log_softmax(-1) for each in rows]
        return [
            (first[place, ending[0]].item(), *(rest[at, token].item() for at, token in enumerate(ending[1:])))
            for (place, ending), rest in zip(endings, after, strict=True)
        ]

    def _feed(self, state: _State, rows: Sequence[Sequence[int]], *, keep: int) -> list[Any]:
        """Run tokens, filled up on the right and masked: logits ``(tokens, vocabulary)`` of each row's last ones.

        Args:
            state: Is brought forward.
            rows: Tokens for each row of the cache.
            keep: So many places from the right end of the longest row are looked at; shorter rows give fewer.
        """
        torch, device = self._torch, self._network.device
        longest = max(map(len, rows))
        places = torch.arange(longest, device=device)
        lengths = torch.tensor([len(row) for row in rows], device=device)
        state.mask = torch.cat([state.mask, (places < lengths[:, None]).long()], dim=1)
        options = {
            "position_ids": torch.tensor(state.lengths, device=device)[:, None] + places,
            "logits_to_keep": keep,
        }
        out = self._network(
            input_ids=torch.tensor(
                [[*row, *[self._pad] * (longest - len(row))] for row in rows], device=device
            ),
            attention_mask=state.mask,
            use_cache=True,
            **{self._cache: state.cache},
            **{name: options[name] for name in self._takes},
        )
        state.cache = getattr(out, self._cache)
        state.lengths = [length + len(row) for length, row in zip(state.lengths, rows, strict=True)]
        logits = out.logits[:, -keep:]
        skipped = longest - logits.shape[1]
        return [logits[place, : len(row) - skipped] for place, row in enumerate(rows)]

    def _clock(self) -> float:
        kind = self._network.device.type
        if kind == "cpu":
            return time.process_time()
        if kind == "cuda":
            self._torch.cuda.synchronize()
        return time.perf_counter()
