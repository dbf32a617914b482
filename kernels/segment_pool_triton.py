"""The Triton kernel of :mod:`excerpt.kernels.segment_pool` and its launcher."""

import torch
import triton
import triton.language as tl
from torch import Tensor

__all__ = ["segment_pool_triton"]

_TILE = 4096  # numbers that a program holds at once


@triton.jit
def _segment_pool_kernel(
    values_ptr,
    bounds_ptr,
    out_ptr,
    tokens,
    dim,
    token_stride,
    dim_stride,
    POOL: tl.constexpr,
    NORMALIZE: tl.constexpr,
    BLOCK_TOKENS: tl.constexpr,
    BLOCK_DIM: tl.constexpr,
) -> None:
    # One program: one segment, all of its columns, because the length of a row needs them all.
    segment = tl.program_id(0).to(tl.int64)
    start = tl.maximum(tl.load(bounds_ptr + 2 * segment), 0).to(tl.int64)
    end = tl.minimum(tl.load(bounds_ptr + 2 * segment + 1), tokens).to(tl.int64)
    column = tl.arange(0, BLOCK_DIM)
    kept = column < dim
    neutral: tl.constexpr = float("-inf") if POOL == "max" else 0.0

    pooled = tl.full((BLOCK_DIM,), neutral, dtype=tl.float32)
    for first in range(start, end, BLOCK_TOKENS):
        token = first + tl.arange(0, BLOCK_TOKENS)
        rows = tl.load(
            values_ptr + token[:, None] * token_stride + column[None, :] * dim_stride,
            mask=(token < end)[:, None] & kept[None, :],
            other=neutral,
        ).to(tl.float32)
        if POOL == "max":
            pooled = tl.maximum(pooled, tl.max(rows, axis=0))
        else:
            pooled += tl.sum(rows, axis=0)
    length = end - start
    if POOL == "mean":
        pooled = pooled / tl.maximum(length, 1).to(tl.float32)
    pooled = tl.where(kept & (length > 0), pooled, 0.0)
    if NORMALIZE:
        # The same floor as torch.nn.functional.normalize.
        pooled = pooled / tl.maximum(tl.sqrt(tl.sum(pooled * pooled, axis=0)), 1e-12)
    tl.store(out_ptr + segment * dim + column, pooled, mask=kept)


def segment_pool_triton(
    values: Tensor, bounds: Tensor, *, pool: str = "mean", normalize: bool = False
) -> Tensor:
    """Launch the kernel once; as :func:`excerpt.kernels.segment_pool.segment_pool`, which checks the inputs."""
    out = torch.empty((bounds.shape[0], values.shape[1]), dtype=torch.float32, device=values.device)
    block = triton.next_power_of_2(values.shape[1])
    _segment_pool_kernel[(bounds.shape[0],)](
        values,
        bounds.contiguous(),
        out,
        values.shape[0],
        values.shape[1],
        *values.stride(),
        POOL=pool,
        NORMALIZE=normalize,
        BLOCK_TOKENS=max(1, min(64, _TILE // block)),
        BLOCK_DIM=block,
        enable_fp_fusion=True,  # multiply-adds round once instead of twice
    )
    return out
