"""Where a passage that does not fit in a window is cut."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from excerpt.models.tasks.pair_reader import Cut

__all__ = ["between_sentences", "sliding"]


def between_sentences(spans: Sequence[tuple[int, int]]) -> Cut:
    """Windows hold whole sentences, as many as fit; one that is longer than a window is cut at its limit.

    Args:
        spans: The sentences' characters, in order.
    """
    starts = [start for start, _ in spans]

    def cut(offsets: NDArray[np.int64], room: int) -> list[tuple[int, int]]:
        count = len(offsets)
        breaks = np.searchsorted(offsets[:, 0], starts) if count else np.zeros(0, np.int64)
        found: list[tuple[int, int]] = []
        begin = 0
        while begin < count:
            within = breaks[(breaks > begin) & (breaks <= begin + room)]
            end = count if count <= begin + room else int(within[-1]) if len(within) else begin + room
            found.append((begin, end))
            begin = end
        return found

    return cut


def sliding(overlap: int) -> Cut:
    """Windows of full length that share tokens, so that no answer is cut in two.

    Args:
        overlap: Tokens that neighbours share; less where a window is not twice as long.
    """

    def cut(offsets: NDArray[np.int64], room: int) -> list[tuple[int, int]]:
        count, step = len(offsets), max(room - overlap, room // 2, 1)
        return [
            (begin, min(begin + room, count))
            for begin in range(0, max(count - room, 0) + step, step)
            if begin < count
        ]

    return cut
