"""Mean, maximum or sum of token rows over segments of any length, with optional scaling to length 1.

Word scores from pieces (LLMLingua-2), sentence vectors from token states, and Sentinel's sentences from the
segments of a probe are all this: ragged pooling, without padding the segments to a common length.
"""

from typing import Literal, get_args

import torch
from torch import Tensor

from excerpt.kernels.backend import Backend, backend_for

__all__ = ["Pool", "segment_pool", "segment_pool_reference"]

Pool = Literal["mean", "max", "sum"]


def segment_pool(
    values: Tensor, bounds: Tensor, *, pool: Pool = "mean", normalize: bool = False, backend: Backend = "auto"
) -> Tensor:
    """One row for each segment.

    Args:
        values: ``(tokens, dim)``, float16, bfloat16 or float32, any strides.
        bounds: Integer ``(s, 2)`` on the same device: first token, token after the last. Segments may overlap,
            leave tokens out and be empty. Numbers outside of the tokens are cut off.
        pool: What becomes of a segment's rows.
        normalize: Scale each row to an L2 length of 1; a row of zeros stays as it is.
        backend: ``"auto"``: Triton on CUDA, torch elsewhere.

    Returns:
        Float32 ``(s, dim)``; zeros for an empty segment.

    Raises:
        ValueError: A shape, a type or the pooling is wrong; the message says which.
    """
    _check(values, bounds, pool)
    if bounds.shape[0] == 0 or values.numel() == 0:
        return torch.zeros((bounds.shape[0], values.shape[1]), device=values.device)
    if backend_for(values, backend) == "torch":
        return segment_pool_reference(values, bounds, pool=pool, normalize=normalize)
    from excerpt.kernels.segment_pool_triton import segment_pool_triton  # noqa: PLC0415 - needs triton

    return segment_pool_triton(values, bounds, pool=pool, normalize=normalize)


def segment_pool_reference(
    values: Tensor, bounds: Tensor, *, pool: Pool = "mean", normalize: bool = False
) -> Tensor:
    """The same in plain torch, float32 throughout; what the kernel is tested against and the CPU's path."""
    start, end = bounds.long().clamp(0, values.shape[0]).unbind(dim=1)
    length = (end - start).clamp(min=0)
    # The tokens of all segments, one segment behind the other: overlaps are read twice, gaps never.
    first = torch.cumsum(length, dim=0) - length
    within = torch.arange(int(length.sum()), device=values.device) - first.repeat_interleave(length)
    rows = values[start.repeat_interleave(length) + within].float()
    pooled = torch.segment_reduce(
        rows, "max" if pool == "max" else "sum", lengths=length, axis=0, initial=None
    )
    empty = (length == 0)[:, None]
    if pool == "mean":
        pooled = pooled / length.clamp(min=1)[:, None]
    pooled = pooled.masked_fill(empty, 0.0)
    return torch.nn.functional.normalize(pooled, dim=1) if normalize else pooled


def _check(values: Tensor, bounds: Tensor, pool: Pool) -> None:
    wrong = ""
    if values.dim() != 2 or bounds.dim() != 2 or bounds.shape[1] != 2:
        wrong = "values must be (tokens, dim) and bounds (segments, 2)"
    elif values.dtype not in (torch.float16, torch.bfloat16, torch.float32):
        wrong = f"values are {values.dtype}; float16, bfloat16 or float32 is needed"
    elif bounds.dtype not in (torch.int32, torch.int64):
        wrong = f"bounds are {bounds.dtype}; int32 or int64 is needed"
    elif values.device != bounds.device:
        wrong = f"values are on {values.device} and bounds on {bounds.device}"
    elif pool not in get_args(Pool):
        wrong = f"the pooling is {pool!r}; it is one of {', '.join(get_args(Pool))}"
    if wrong:
        message = f"segment_pool: {wrong}; got values {tuple(values.shape)}, bounds {tuple(bounds.shape)}"
        raise ValueError(message)
