"""Which tokens belong to which sentence."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from excerpt.errors import InputError
from excerpt.models.attention.protocols import ProbeRequest

__all__ = ["check_spans", "token_ranges"]


def token_ranges(offsets: NDArray[np.int64], spans: Sequence[tuple[int, int]]) -> NDArray[np.int64]:
    """The tokens whose characters each span overlaps: first, and one past the last; int64 ``(n, 2)``.

    A token that reaches over the border of two spans belongs to both. A span without tokens (of characters that
    the tokenizer drops) gets an empty range, never a neighbour's token.

    Args:
        offsets: Characters of each token, int64 ``(t, 2)``, in the order of the text.
        spans: Sorted, not overlapping.
    """
    starts, ends = np.array(spans, dtype=np.int64).reshape(-1, 2).T
    first = np.searchsorted(offsets[:, 1], starts, side="right")
    last = np.searchsorted(offsets[:, 0], ends, side="left")
    return np.stack([first, np.maximum(first, last)], axis=1)


def check_spans(request: ProbeRequest, where: str) -> None:
    """Refuse spans that are not sorted, not empty and inside of the text.

    Args:
        request: What was asked.
        where: Named in the message, such as ``"request 3"``.

    Raises:
        InputError: A span is wrong.
    """
    last = 0
    for start, end in request.spans:
        if not last <= start < end <= len(request.text):
            message = (
                f"{where}: the sentence ({start}, {end}) comes after one that ends at {last}, in a context of "
                f"{len(request.text)} characters; spans must be sorted, not empty and not overlapping"
            )
            raise InputError(message)
        last = end
