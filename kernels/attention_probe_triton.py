"""The Triton kernel of :mod:`excerpt.kernels.attention_probe` and its launcher."""

import torch
import triton
import triton.language as tl
from torch import Tensor

from excerpt.kernels.probe_layout import MAX_SEGMENT, ProbeLayout

__all__ = ["attention_probe_triton"]

_BLOCK_QUERIES = 64
_NO_WINDOW = 2**30


@triton.jit(do_not_specialize=["past"])
def _attention_probe_kernel(
    query_ptr,
    key_ptr,
    rows_ptr,
    table_ptr,
    out_ptr,
    scale,
    past,
    window,
    row_count,
    group,
    kv_heads,
    dim,
    query_batch_stride,
    query_head_stride,
    query_token_stride,
    query_dim_stride,
    key_batch_stride,
    key_head_stride,
    key_token_stride,
    key_dim_stride,
    BLOCK_QUERIES: tl.constexpr,
    BLOCK_TOKENS: tl.constexpr,
    BLOCK_DIM: tl.constexpr,
    WIDEN: tl.constexpr,
) -> None:
    # One program: one segment, one key head, and a block of the (row, head of the group) pairs that read it.
    segment = tl.program_id(0).to(tl.int64)
    kv_head = tl.program_id(1)
    sequence = tl.load(table_ptr + 3 * segment).to(tl.int64)
    start = tl.load(table_ptr + 3 * segment + 1)
    end = tl.load(table_ptr + 3 * segment + 2)

    pair = tl.program_id(2) * BLOCK_QUERIES + tl.arange(0, BLOCK_QUERIES)
    asked = pair < row_count * group
    row = pair // group
    head = kv_head * group + pair % group
    place = tl.load(rows_ptr + sequence * row_count + row, mask=asked, other=0)
    token = start + tl.arange(0, BLOCK_TOKENS)
    column = tl.arange(0, BLOCK_DIM)

    query_place = query_ptr + sequence * query_batch_stride + head.to(tl.int64) * query_head_stride
    query_place += place.to(tl.int64) * query_token_stride
    query = tl.load(
        query_place[:, None] + column[None, :] * query_dim_stride,
        mask=asked[:, None] & (column < dim)[None, :],
        other=0.0,
    )
    key_place = key_ptr + sequence * key_batch_stride + kv_head.to(tl.int64) * key_head_stride
    key = tl.load(
        key_place + token.to(tl.int64)[None, :] * key_token_stride + column[:, None] * key_dim_stride,
        mask=(token < end)[None, :] & (column < dim)[:, None],
        other=0.0,
    )
    if WIDEN:
        query = query.to(tl.float32)
        key = key.to(tl.float32)
    # "ieee": TF32 would cost float32 inputs half of their digits.
    logits = tl.dot(query, key, input_precision="ieee") * scale

    last = place + past
    seen = (
        (token[None, :] < end) & (token[None, :] <= last[:, None]) & (token[None, :] > last[:, None] - window)
    )
    logits = tl.where(seen, logits, float("-inf"))
    top = tl.max(logits, axis=1)
    # A row that sees nothing has top = -inf, and -inf - -inf is not a number.
    shift = tl.where(top == float("-inf"), 0.0, top)
    total = tl.sum(tl.exp(logits - shift[:, None]), axis=1)
    some = total > 0
    result = tl.where(some, shift + tl.log(tl.where(some, total, 1.0)), float("-inf"))
    out = out_ptr + (segment * row_count + row) * (kv_heads * group) + head
    tl.store(out, result, mask=asked)


def attention_probe_triton(
    query: Tensor, key: Tensor, layout: ProbeLayout, *, scale: float, window: int | None = None
) -> Tensor:
    """Launch the kernel once; as :func:`excerpt.kernels.attention_probe.attention_probe`, which checks the inputs."""
    heads, kv_heads, dim = query.shape[1], key.shape[1], query.shape[3]
    count, pairs = layout.rows.shape[1], layout.rows.shape[1] * (heads // kv_heads)
    block = min(
        _BLOCK_QUERIES, max(16, triton.next_power_of_2(pairs))
    )  # a tile of tl.dot has 16 rows at least
    out = torch.empty((len(layout.table), count, heads), dtype=torch.float32, device=query.device)
    packed = query.shape[0] == 1  # then every sequence starts from the same tensor row
    query_batch, *query_strides = query.stride()
    key_batch, *key_strides = key.stride()
    _attention_probe_kernel[(len(layout.table), kv_heads, triton.cdiv(pairs, block))](
        query,
        key,
        layout.rows,
        layout.table,
        out,
        scale,
        key.shape[2] - query.shape[2],
        _NO_WINDOW if window is None else window,
        count,
        heads // kv_heads,
        kv_heads,
        dim,
        0 if packed else query_batch,
        *query_strides,
        0 if packed else key_batch,
        *key_strides,
        BLOCK_QUERIES=block,
        BLOCK_TOKENS=MAX_SEGMENT,
        BLOCK_DIM=max(16, triton.next_power_of_2(dim)),
        # Triton's interpreter multiplies bfloat16 as if its bits were integers.
        WIDEN=not isinstance(_attention_probe_kernel, triton.JITFunction),
        enable_fp_fusion=True,  # multiply-adds round once instead of twice
    )
    return out
