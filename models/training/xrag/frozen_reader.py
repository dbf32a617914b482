"""The frozen reader of xRAG's training: what it would say next, with as little work as a step needs.

The weights take no gradient. Keys and values of what all prompts of a batch begin with are made once and kept, and of
the large matrix at the end only the places are multiplied that predict an answer's token.
"""

import copy
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from excerpt.errors import ModelError
from excerpt.imports.extras import require
from excerpt.models.runtime.cache_argument import cache_argument
from excerpt.models.training.xrag.loss import answer_states
from excerpt.models.training.xrag.settings import PURPOSE
from excerpt.models.xrag.injection import injected

__all__ = ["FrozenReader"]

_PREFIXES = 16  # kept at once
_NEAR = 0.05  # of the logits' spread: what rounding of bfloat16 makes of two ways to the same numbers


class FrozenReader:
    """A causal language model that is read and never changed.

    Args:
        network: transformers' model, in evaluation mode, without gradients.
        mark: The id that stands for a vector.

    Raises:
        ModelError: Its logits depend on padding behind them: it is no causal model.
    """

    def __init__(self, network: Any, mark: int) -> None:  # noqa: ANN401 - untyped package
        self.network, self.mark = network, mark
        self.head = network.get_output_embeddings()
        self._kept: OrderedDict[tuple[int, ...], Any] = OrderedDict()
        self._whole, self._sharing = True, False
        self._choose()

    def states(self, batch: Mapping[str, Any], vectors: Any) -> Any:  # noqa: ANN401 - torch tensors
        """One row for each answer token of a batch, from which `logits` predicts it; in order.

        Args:
            batch: Of `Collate`.
            vectors: ``(marks, reader_dim)``; gradients flow into them.
        """
        return answer_states(self._run(batch["prefix"], batch["input_ids"], vectors), batch["labels"])

    def logits(self, states: Any) -> Any:  # noqa: ANN401 - torch tensors
        """Float32 ``(answer tokens, vocabulary)``."""
        return (states if self._whole else self.head(states)).float()

    @property
    def matrix(self) -> tuple[Any, Any] | None:
        """Weight and bias that make logits from states; None where the model does more than that."""
        return None if self._whole else (self.head.weight, getattr(self.head, "bias", None))

    def _run(self, prefix: tuple[int, ...], ids: Any, vectors: Any) -> Any:  # noqa: ANN401 - torch tensors
        """States, or logits where the model makes them in a way of its own, ``(batch, tokens, ...)``."""
        torch = require("torch", extra="train", purpose=PURPOSE)
        if not self._sharing:
            ids = torch.cat([torch.tensor([prefix] * len(ids), dtype=ids.dtype, device=ids.device), ids], 1)
        embeddings = injected(self.network.get_input_embeddings(), ids, self.mark, vectors)
        body = self.network if self._whole else self.network.base_model
        given = {"use_cache": False}
        if self._sharing and prefix:
            cache = copy.deepcopy(self._prefix(prefix))
            cache.batch_repeat_interleave(len(ids))
            given = {"use_cache": True, cache_argument(body.forward): cache}
        made = body(inputs_embeds=embeddings, **given)
        rows = made.logits if self._whole else made.last_hidden_state
        return rows if self._sharing else rows[:, len(prefix) :]

    def _prefix(self, ids: tuple[int, ...]) -> Any:  # noqa: ANN401 - untyped package
        """Keys and values of a beginning, made once."""
        torch = require("torch", extra="train", purpose=PURPOSE)
        transformers = require("transformers", extra="train", purpose=PURPOSE)
        if ids not in self._kept:
            cache = transformers.DynamicCache()
            body = self.network if self._whole else self.network.base_model
            table = self.network.get_input_embeddings()
            with torch.no_grad():
                place = torch.tensor([ids], device=table.weight.device)
                body(inputs_embeds=table(place), use_cache=True, **{cache_argument(body.forward): cache})
            self._kept[ids] = cache
            if len(self._kept) > _PREFIXES:
                self._kept.popitem(last=False)
        return self._kept[ids]

    def _choose(self) -> None:
        """Take the short ways where this model gives the same by them."""
        torch = require("torch", extra="train", purpose=PURPOSE)
        table = self.network.get_input_embeddings().weight
        ids = torch.randint(0, len(table), (2, 9), generator=torch.Generator().manual_seed(0))
        ids = ids.masked_fill(ids == self.mark, 0).to(table.device)
        ids[:, :4] = ids[:1, :4]
        prefix, rest = tuple(ids[0, :4].tolist()), ids[:, 4:]

        def said(*, whole: bool, sharing: bool, width: int = 5) -> Any:  # noqa: ANN401 - a tensor
            self._whole, self._sharing = whole, sharing
            return self.logits(self._run(prefix, rest[:, :width], table[:0]))

        with torch.no_grad():
            wanted = said(whole=True, sharing=False)
            near = _NEAR * float(wanted.std())
            if not torch.allclose(said(whole=True, sharing=False, width=3), wanted[:, :3], atol=near):
                message = "train xrag: the reader looks ahead; a causal language model is needed"
                raise ModelError(message)
            whole = not torch.allclose(said(whole=False, sharing=False), wanted, atol=near)
            sharing = torch.allclose(said(whole=whole, sharing=True), wanted, atol=near)
        self._whole, self._sharing = whole, sharing
        self._kept.clear()
