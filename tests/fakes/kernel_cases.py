"""Inputs of the kernels made from a few plain numbers, so that another process or device makes the same."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from excerpt.kernels.attention_probe import attention_probe
from excerpt.kernels.probe_layout import MAX_SEGMENT, ProbeLayout
from excerpt.kernels.segment_pool import segment_pool

TOLERANCE = {"float32": 1e-5, "float16": 1e-4, "bfloat16": 1e-4}
"""Both sides read the same rounded inputs and compute in float32: only the order of sums differs."""


@dataclass(frozen=True)
class ProbeCase:
    """A batch for the attention probe, every sequence cut into segments of random lengths."""

    lengths: tuple[int, ...] = (37, 90)
    heads: int = 4
    kv_heads: int = 2
    dim: int = 16
    rows: int = 1
    past: int = 0
    window: int | None = None
    packed: bool = False
    scale: float = 0.25
    dtype: str = "float32"
    seed: int = 0

    def inputs(self, device: str = "cpu") -> tuple[torch.Tensor, torch.Tensor, ProbeLayout]:
        """Query, key and layout."""
        chance = torch.Generator().manual_seed(self.seed)
        starts = np.cumsum([0, *self.lengths])[:-1] if self.packed else np.zeros(len(self.lengths), int)
        keys = sum(self.lengths) if self.packed else max(self.lengths)
        batch = 1 if self.packed else len(self.lengths)
        shape = (batch, keys, self.heads + self.kv_heads, self.dim)
        both = torch.randn(shape, generator=chance).to(getattr(torch, self.dtype)).to(device).transpose(1, 2)
        query, key = (
            both[:, : self.heads, self.past :],
            both[:, self.heads :],
        )  # strided, as a model's own are
        ends = starts + np.array(self.lengths)
        rows = ends[:, None] - np.arange(self.rows, 0, -1) - self.past
        return query, key, ProbeLayout.of(rows, self._table(starts, ends), device)

    def _table(self, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
        chance = np.random.default_rng(self.seed)
        lines = []
        for sequence, (place, end) in enumerate(zip(starts, ends, strict=True)):
            at = place
            while at < end:
                stop = min(end, at + chance.integers(0, MAX_SEGMENT + 1))
                lines.append((sequence, at, stop))
                at = stop
        return np.array(lines)


@dataclass(frozen=True)
class PoolCase:
    """Token rows and random segments, overlapping, empty and outside ones among them."""

    tokens: int = 50
    dim: int = 30
    segments: int = 12
    pool: str = "mean"
    normalize: bool = False
    dtype: str = "float32"
    seed: int = 0

    def inputs(self, device: str = "cpu") -> tuple[torch.Tensor, torch.Tensor]:
        """Values and bounds."""
        chance = torch.Generator().manual_seed(self.seed)
        values = torch.randn((self.dim, self.tokens), generator=chance).to(getattr(torch, self.dtype)).T
        bounds = torch.randint(-3, self.tokens + 9, (self.segments, 2), generator=chance)
        return values.to(device), bounds.to(device)


def probe(case: ProbeCase, backend: Any, device: str = "cpu") -> np.ndarray:
    """The attention probe of a case."""
    query, key, layout = case.inputs(device)
    result = attention_probe(query, key, layout, scale=case.scale, window=case.window, backend=backend)
    return result.cpu().numpy()


def pool(case: PoolCase, backend: Any, device: str = "cpu") -> np.ndarray:
    """The segment pooling of a case."""
    values, bounds = case.inputs(device)
    chosen: Any = case.pool
    return segment_pool(values, bounds, pool=chosen, normalize=case.normalize, backend=backend).cpu().numpy()
