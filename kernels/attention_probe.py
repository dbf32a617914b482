"""The attention of a few query rows, summed over segments of the keys, without an attention map.

For a query row ``q`` and a segment of keys ``S`` the result is ``log sum_{k in S} exp(scale * q . k)``. That one
number for each segment is all that a restricted softmax needs: the share of a sentence in the attention to
the context is a softmax over the segments of the context, summed over those of the sentence
(:mod:`excerpt.kernels.probe_plan`). So what is written is rows x segments, and never rows x keys.

The method is Sentinel's (arXiv 2505.23277). Its authors' Triton probe needs two launches a layer, reads a batch of one,
and by their own note is slower than their torch path.
"""

import torch
from torch import Tensor

from excerpt.kernels.backend import Backend, backend_for
from excerpt.kernels.probe_layout import ProbeLayout

__all__ = ["attention_probe", "attention_probe_reference"]

_FLOATS = (torch.float16, torch.bfloat16, torch.float32)


def attention_probe(
    query: Tensor,
    key: Tensor,
    layout: ProbeLayout,
    *,
    scale: float,
    window: int | None = None,
    backend: Backend = "auto",
) -> Tensor:
    """Log-sum-exp of the attention logits of a few query rows, by segment of the keys; one launch.

    Query and key are as an attention function gets them, rotary embedding included. A batch is either padded
    (one tensor row for each sequence) or packed (``batch == 1``, sequences one behind the other, and the layout
    counts from the start of the pack).

    Args:
        query: ``(batch, heads, queries, dim)``, float16, bfloat16 or float32, any strides.
        key: ``(batch, kv_heads, keys, dim)``, the same type; ``heads`` is a multiple of ``kv_heads``. Where there are
            more keys than queries, the queries stand at the end (a cache came before them).
        layout: The probed queries and the segments of keys.
        scale: What a dot product is multiplied with.
        window: Keys that a query sees, itself included (sliding-window attention); default: all before it.
        backend: ``"auto"``: Triton on CUDA, torch elsewhere.

    Returns:
        Float32 ``(s, r, heads)``; ``-inf`` where a row sees no key of the segment (it is causal).

    Raises:
        ValueError: Shapes, types or devices do not fit together; the message says which.
    """
    _check(query, key, layout, window)
    if backend_for(query, backend) == "torch":
        return attention_probe_reference(query, key, layout, scale=scale, window=window)
    from excerpt.kernels.attention_probe_triton import attention_probe_triton  # noqa: PLC0415 - needs triton

    return attention_probe_triton(query, key, layout, scale=scale, window=window)


def attention_probe_reference(
    query: Tensor, key: Tensor, layout: ProbeLayout, *, scale: float, window: int | None = None
) -> Tensor:
    """The same in plain torch, float32 throughout; what the kernel is tested against and the CPU's path."""
    heads, kv_heads, past = query.shape[1], key.shape[1], key.shape[2] - query.shape[2]
    sequence, start, end = layout.table.long().unbind(dim=1)
    width = max(1, int((end - start).max()))
    place = start[:, None] + torch.arange(width, device=key.device)  # (s, width)
    inside = place < end[:, None]
    batch = sequence if key.shape[0] > 1 else torch.zeros_like(sequence)
    probed = layout.rows.long()[sequence]  # (s, r)
    chosen = query[batch[:, None], :, probed].float()  # (s, r, heads, dim)
    keys = key[batch[:, None], :, place.clamp(max=key.shape[2] - 1)].float()  # (s, width, kv_heads, dim)
    grouped = chosen.reshape(*chosen.shape[:2], kv_heads, heads // kv_heads, -1)
    logits = torch.einsum("srkgd,stkd->srkgt", grouped, keys).flatten(2, 3) * scale
    seen = inside[:, None, :] & (place[:, None, :] <= (probed + past)[:, :, None])
    if window is not None:
        seen &= place[:, None, :] > (probed + past - window)[:, :, None]
    return logits.masked_fill(~seen[:, :, None, :], float("-inf")).logsumexp(dim=-1)


def _check(query: Tensor, key: Tensor, layout: ProbeLayout, window: int | None) -> None:
    wrong = _mismatch(query, key) or _misfit(query, key, layout)
    if not wrong and window is not None and window < 1:
        wrong = f"window is {window}; it is a number of keys, at least 1"
    if wrong:
        message = f"attention_probe: {wrong}; got query {tuple(query.shape)}, key {tuple(key.shape)}"
        raise ValueError(message)


def _mismatch(query: Tensor, key: Tensor) -> str:
    if query.dim() != 4 or key.dim() != 4:
        return "query and key must have four axes (batch, heads, tokens, dim)"
    if query.shape[0] != key.shape[0] or query.shape[3] != key.shape[3]:
        return "query and key must agree in their first and last axis (batch and dim)"
    if key.shape[1] == 0 or query.shape[1] % key.shape[1]:
        return "the number of query heads must be a multiple of the number of key heads"
    if query.shape[2] > key.shape[2]:
        return "there must be as many keys as queries, or more"
    if query.dtype != key.dtype or query.dtype not in _FLOATS:
        return f"types are {query.dtype} and {key.dtype}; both must be float16, bfloat16 or float32"
    return ""


def _misfit(query: Tensor, key: Tensor, layout: ProbeLayout) -> str:
    sequences = layout.rows.shape[0]
    if query.shape[0] not in (1, sequences):
        return f"the layout has {sequences} sequences; the batch must be 1 (packed) or as many"
    if layout.queries > query.shape[2] or layout.keys > key.shape[2]:
        return f"the layout reaches to query {layout.queries - 1} and key {layout.keys - 1}"
    if not query.device == key.device == layout.table.device:
        return f"devices are {query.device}, {key.device} and {layout.table.device} (layout)"
    return ""
