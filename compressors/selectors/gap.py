"""Units before the largest drop in the sorted scores (Adaptive-k, 2506.08479)."""

from dataclasses import dataclass
from numbers import Integral

import numpy as np
from numpy.typing import NDArray

from excerpt.checks import check_number, check_whole
from excerpt.compressors.selectors.greedy import best_first
from excerpt.run.fit import Room
from excerpt.values.types import Context, Units

__all__ = ["LargestGap"]


@dataclass(frozen=True, slots=True)
class LargestGap:
    """Units before the largest drop in the sorted scores, plus a buffer (Adaptive-k, 2506.08479).

    Defaults are the paper's for question answering. Where the original is silent or breaks:

    * The tail that is left out of the search is rounded up and is at least one gap when there are
      three units or more. (The original rounds down: with ten passages or fewer the last gap may
      win, and everything is kept.)
    * A largest gap that does not stand out is chance: unless it is more than ``prominence`` times the
      median of the other gaps in the search window, all units stay and the budget decides.
    * One or two units, or an empty search window, stay.

    Args:
        head: Gaps to skip at the top: a count, or a share of all gaps. The paper uses 0.05 for
            aggregation questions, which then keep at least that share.
        tail: Gaps to skip at the bottom: a count, or a share.
        buffer: Units kept beyond the gap.
        min_k: Keep at least so many.
        max_k: Keep at most so many; None for no limit.
        prominence: How many times the median of the other gaps the largest must exceed; 0 takes any.

    Raises:
        ConfigError: A number is out of range, or none; the message says which.
    """

    head: float = 0
    tail: float = 0.1
    buffer: int = 5
    min_k: int = 1
    max_k: int | None = None
    prominence: float = 2.0

    def __post_init__(self) -> None:
        for name, skipped in (("head", self.head), ("tail", self.tail)):
            if isinstance(skipped, Integral):
                check_whole(skipped, f"largest gap: {name}, as a count,", least=0)
            else:
                check_number(skipped, f"largest gap: {name}, as a share,", least=0, most=1)
        check_whole(self.buffer, "largest gap: buffer", least=0)
        check_whole(self.min_k, "largest gap: min_k", least=1)
        if self.max_k is not None:
            check_whole(self.max_k, "largest gap: max_k", least=self.min_k)
        check_number(self.prominence, "largest gap: prominence", least=0)

    def __call__(
        self,
        context: Context,  # noqa: ARG002 - the shape of a selector
        units: Units,
        scores: NDArray[np.floating],
        room: Room,  # noqa: ARG002 - as above
    ) -> NDArray[np.bool_]:
        """The set of the units before the gap and the buffer."""
        mask = np.zeros(len(units), dtype=bool)
        mask[best_first(scores)[: self.count(scores)]] = True
        return mask

    def count(self, scores: NDArray[np.floating]) -> int:
        """How many units to keep, for scores in any order."""
        ranked = np.sort(np.nan_to_num(np.asarray(scores, dtype=np.float64), nan=-np.inf))[::-1]
        top = len(ranked) if self.max_k is None else min(self.max_k, len(ranked))
        cut = self._cut(ranked)
        wanted = len(ranked) if cut is None else cut + self.buffer
        return max(min(wanted, top), min(self.min_k, len(ranked)))

    def _cut(self, ranked: NDArray[np.float64]) -> int | None:
        """How many units stand before the gap; None when no gap stands out."""
        gaps = -np.diff(ranked)
        first = int(len(gaps) * self.head) if isinstance(self.head, float) else self.head
        tail = int(np.ceil(len(gaps) * self.tail)) if isinstance(self.tail, float) else self.tail
        last = len(gaps) - tail
        if len(ranked) <= 2 or last <= first:
            return None
        window = gaps[first:last]
        largest = int(np.argmax(window))
        others = np.delete(window, largest) if len(window) > 1 else np.delete(gaps, first + largest)
        if not window[largest] > self.prominence * float(np.median(others)):
            return None
        return first + largest + 1
