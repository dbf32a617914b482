"""The inputs of a network that reads question and passage together, and where a long passage is cut into several."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from excerpt.models.runtime.tokenizer import Tokenizer

__all__ = [
    "MATCHING",
    "Cut",
    "PairPrefix",
    "PairWindow",
    "between_sentences",
    "frame_pair",
    "make_prefix",
    "passage_room",
    "sliding",
]

MATCHING = 4
"""With so many segment ids the tokens that question and passage share have segments of their own."""
Cut = Callable[[NDArray[np.int64], int], list[tuple[int, int]]]
"""Cuts a passage: its tokens' characters ``(n, 2)`` and how many fit, to ranges of tokens."""


class PairPrefix(NamedTuple):
    """What stands before the passage in every window of it.

    Attributes:
        question: Token ids of the question; of a very long one its last.
        title: Token ids of the title; of a very long one its first.
    """

    question: list[int]
    title: list[int]


class PairWindow(NamedTuple):
    """One input of the network.

    Attributes:
        ids: Token ids, special tokens included.
        types: Segment of each.
        first: Where the passage's text begins in ``ids``.
        begin: The first token of the passage that is in it.
        end: One past the last.
    """

    ids: list[int]
    types: list[int]
    first: int
    begin: int
    end: int


def make_prefix(question: Sequence[int], title: Sequence[int], window: int) -> PairPrefix:
    """Question and title, so that at least a third of a window is left for the passage.

    A question is asked at its end, so that is what is kept of one that is longer than half a window.
    """
    return PairPrefix(list(question)[-(window // 2) :], list(title)[: window // 8])


def passage_room(prefix: PairPrefix, window: int) -> int:
    """Tokens of the passage's text in a window."""
    return window - len(prefix.question) - len(prefix.title) - 3


def frame_pair(
    tokenizer: Tokenizer, prefix: PairPrefix, ids: Sequence[int], span: tuple[int, int], segments: int
) -> PairWindow:
    """One window: question, title and a range of the passage's tokens, with separators.

    Args:
        tokenizer: Gives the special tokens.
        prefix: Question and title.
        ids: All tokens of the passage's text.
        span: Which of them.
        segments: How many segment ids the network has: 4 to tell shared tokens apart (0 question, 1 passage,
            2 passage and also in the question, 3 question and also in the passage), 2 or 1.
    """
    shown = list(ids[slice(*span)])
    before = [*tokenizer.prefix, *prefix.question, *tokenizer.suffix]
    behind = [*prefix.title, *shown]
    shared = (set(prefix.question) & set(behind)) if segments >= MATCHING else set()
    types = [3 if token in shared else 0 for token in before] + [
        2 if token in shared else 1 for token in behind
    ]
    if segments < 2:
        types = [0] * len(types)
    whole = [*before, *behind, *tokenizer.suffix]
    return PairWindow(whole, [*types, min(segments - 1, 1)], len(before) + len(prefix.title), *span)


def between_sentences(spans: Sequence[tuple[int, int]]) -> Cut:
    """Windows hold whole sentences, as many as fit; one that is longer than a window is cut at its limit.

    Args:
        spans: The sentences' characters, in order.
    """
    starts = [start for start, _ in spans]

    def cut(offsets: NDArray[np.int64], room: int) -> list[tuple[int, int]]:
        count = len(offsets)
        breaks = np.searchsorted(offsets[:, 0], starts) if count else np.zeros(0, np.int64)
        windows: list[tuple[int, int]] = []
        begin = 0
        while begin < count:
            within = breaks[(breaks > begin) & (breaks <= begin + room)]
            end = count if count <= begin + room else int(within[-1]) if len(within) else begin + room
            windows.append((begin, end))
            begin = end
        return windows

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
