"""Causal attention in blocks of queries, for a language model that reads long texts on a CPU.

PyTorch's own computes every pair of places when there is a key-value cache in front, also those of which nothing is
seen, and repeats keys that heads share. Here a block of queries meets only the keys up to its end, all heads of a group
in one product. SmolLM2-135M reads 240 tokens in 0.9, 684 in 0.8, 1,660 in 0.7 and 2,857 in 0.55 of the time, and the
result differs as bfloat16 rounds: likelihoods of 180 answers by 0.004 nats a token in the mean, 0.04 each.
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from transformers import AttentionInterface
from transformers.integrations.sdpa_attention import sdpa_attention_forward

_QUERIES = 64
"""Of a block: 128 and 256 take longer."""

_FEW = 32
"""Fewer queries (an answer behind its prompt) are left to PyTorch."""


def block_attention(
    query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, scaling: float
) -> torch.Tensor:
    """What places at the end of one sequence see of it.

    Args:
        query: ``(heads, queries, size)``.
        key: ``(groups, places, size)``: of everything before the queries, and of them; heads divide into groups.
        value: The same.
        scaling: Of the products.

    Returns:
        ``(queries, heads, size)``.
    """
    heads, count, size = query.shape
    groups, places, _ = key.shape
    before, each = places - count, heads // groups
    query, key = (query * scaling).view(groups, each, count, size), key.transpose(1, 2).contiguous()
    ahead = torch.ones(_QUERIES, _QUERIES, dtype=torch.bool).triu_(1)
    out = torch.empty(count, heads, size, dtype=query.dtype)
    for start in range(0, count, _QUERIES):
        stop = min(count, start + _QUERIES)
        block, seen = stop - start, before + stop
        rows = query[:, :, start:stop].reshape(groups, each * block, size)
        scores = torch.bmm(rows, key[:, :, :seen]).view(groups, each, block, seen).float()
        scores[..., before + start :].masked_fill_(ahead[:block, :block], -math.inf)
        weights = scores.softmax(-1).to(value.dtype).view(groups, each * block, seen)
        out[start:stop] = torch.bmm(weights, value[:, :seen]).view(heads, block, size).transpose(0, 1)
    return out


@contextmanager
def attention_in_blocks(on: bool = True) -> Iterator[None]:
    """Models of transformers that read one unpadded sequence at a time read it so, unless ``on`` is false."""

    def forward(
        module: torch.nn.Module,
        query: torch.Tensor,
        key: torch.Tensor,
        value: torch.Tensor,
        mask: torch.Tensor | None,
        **options: Any,  # noqa: ANN401 - of transformers
    ) -> tuple[torch.Tensor, None]:
        if len(query) > 1 or query.shape[2] < _FEW:
            return sdpa_attention_forward(module, query, key, value, mask, **options)
        return block_attention(query[0], key[0], value[0], options["scaling"])[None], None

    AttentionInterface.register("sdpa", forward if on else sdpa_attention_forward)
    try:
        yield
    finally:
        AttentionInterface.register("sdpa", sdpa_attention_forward)
