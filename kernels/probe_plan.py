"""From sentences to the segments a probe sums over, and from those sums back to sentences.

The keys of a sequence are cut wherever a sentence or the context begins or ends, and every 64 keys. The pieces
cover every key once, whether sentences touch, overlap in a token or leave tokens between them; a sentence is a run
of pieces. :func:`excerpt.kernels.attention_probe.attention_probe` makes one number of each piece and row, once a
layer; :meth:`ProbePlan.pool` makes features of them, once a pass.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from excerpt.kernels.probe_layout import MAX_SEGMENT, ProbeLayout
from excerpt.kernels.segment_pool import segment_pool

__all__ = ["Pooled", "ProbePlan", "ProbeWindow"]


class ProbeWindow(NamedTuple):
    """One sequence of a batch, in token positions from its own start.

    Attributes:
        length: Tokens of the sequence.
        context: First token of the context, token after its last.
        bins: ``(n, 2)``, first token of each sentence and token after its last, inside the context; may overlap.
    """

    length: int
    context: tuple[int, int]
    bins: NDArray[np.int64]


class Pooled(NamedTuple):
    """What became of one sequence.

    Attributes:
        attention: Float32 ``(n, columns)``: each bin's mean over its tokens of the attention restricted to the context.
        mass: Float32 ``(columns,)``: the context's share of all attention.
    """

    attention: Tensor
    mass: Tensor


class _Piece(NamedTuple):
    edges: NDArray[np.int64]  # of the pieces of the sequence, from 0 to its length
    first: int  # index of its first piece in the table
    window: ProbeWindow


@dataclass(frozen=True, eq=False)
class ProbePlan:
    """Everything about a batch that is the same for all layers.

    Attributes:
        layout: Rows and segments for :func:`excerpt.kernels.attention_probe.attention_probe`.
        weights: Float32 ``(r,)``, adding up to 1: what each probed row counts.
    """

    layout: ProbeLayout
    weights: Tensor
    _pieces: tuple[_Piece, ...]

    @classmethod
    def of(
        cls,
        windows: Sequence[ProbeWindow],
        weights: Sequence[float] = (1.0,),
        *,
        queries_from: int = 0,
        starts: Sequence[int] | None = None,
        device: torch.device | str = "cpu",
    ) -> "ProbePlan":
        """Plan a batch.

        Args:
            windows: One for each sequence; none empty.
            weights: What the last tokens of each sequence count, the very last one at the end; scaled to add up to 1.
            queries_from: Position of the first query of the batch (more than 0 behind a cache).
            starts: Where each sequence begins in a batch that is packed into one row (``cu_seqlens`` without its
                last entry); default: the batch is padded, a row for each.
            device: Where the keys will be.

        Raises:
            ValueError: A context or bin lies outside, or a sequence has fewer queries than there are weights.
        """
        if not windows or min(weights, default=-1.0) < 0 or sum(weights) <= 0:
            message = f"{len(windows)} windows and the weights {list(weights)}: some of both, not negative, are needed"
            raise ValueError(message)
        shift = (
            np.zeros(len(windows), dtype=np.int64) if starts is None else np.asarray(starts, dtype=np.int64)
        )
        pieces: list[_Piece] = []
        lines, first = [], 0
        for sequence, (window, start) in enumerate(zip(windows, shift, strict=True)):
            _check(sequence, window, queries_from + len(weights))
            edges = _edges(window)
            places = edges + start
            lines.append(np.stack([np.full(len(edges) - 1, sequence), places[:-1], places[1:]], axis=1))
            pieces.append(_Piece(edges, first, window))
            first += len(edges) - 1
        ends = shift + np.array([window.length for window in windows], dtype=np.int64)
        rows = ends[:, None] - np.arange(len(weights), 0, -1) - queries_from
        share = torch.tensor(weights, dtype=torch.float32, device=device)
        layout = ProbeLayout.of(rows, np.concatenate(lines), device)
        return cls(layout, share / share.sum(), tuple(pieces))

    def pool(self, sums: Tensor) -> list[Pooled]:
        """Features of each sequence.

        Args:
            sums: ``(s, r, columns)``, what the probe gave, for any number of layers side by side.
        """
        return [self._pool_one(sums, piece) for piece in self._pieces]

    def _pool_one(self, sums: Tensor, piece: _Piece) -> Pooled:
        inside = np.searchsorted(piece.edges, piece.window.context)
        count = len(piece.edges) - 1
        whole = sums[piece.first : piece.first + count].logsumexp(dim=0)
        context = sums[piece.first + inside[0] : piece.first + inside[1]]
        total = context.logsumexp(dim=0)
        mass = torch.einsum("rc,r->c", torch.exp(total - whole), self.weights)
        # No key of the context in sight (a sliding window): everything is 0, not 0 / 0.
        total = total.masked_fill(total == float("-inf"), 0.0)
        shares = torch.einsum("src,r->sc", torch.exp(context - total), self.weights)
        bins = piece.window.bins.reshape(-1, 2)
        bounds = torch.from_numpy(np.searchsorted(piece.edges, bins) - inside[0]).to(sums.device)
        tokens = torch.from_numpy(np.maximum(bins[:, 1] - bins[:, 0], 1)).to(sums.device)
        return Pooled(segment_pool(shares, bounds, pool="sum") / tokens[:, None], mass)


def _edges(window: ProbeWindow) -> NDArray[np.int64]:
    regular = np.arange(0, window.length, MAX_SEGMENT)
    ends = np.array([0, window.length, *window.context])
    return np.unique(np.concatenate([regular, ends, window.bins.ravel()]).astype(np.int64))


def _check(sequence: int, window: ProbeWindow, needed: int) -> None:
    start, end = window.context
    bins = window.bins.reshape(-1, 2)
    if window.length < needed or not 0 <= start <= end <= window.length:
        message = (
            f"sequence {sequence} has {window.length} tokens and the context {start} to {end}; the context must lie "
            f"inside, and {needed} tokens are needed for the rows that are probed"
        )
        raise ValueError(message)
    wrong = (bins[:, 0] < start) | (bins[:, 1] > end) | (bins[:, 0] > bins[:, 1])
    if wrong.any():
        line = int(np.argmax(wrong))
        message = f"bin {line} of sequence {sequence} is {bins[line].tolist()}, outside of the context {start} to {end}"
        raise ValueError(message)
