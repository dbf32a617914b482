"""From the pieces a classifier reads to the words that are kept or dropped: arrays, no loop over tokens.

A piece and a word need not begin together: a tokenizer makes ``().`` one piece and three words, and
``covid19`` three pieces and one word. A word gets the scores of all pieces that share a character with it.
"""

from itertools import pairwise
from typing import Literal, NamedTuple, TypeAlias

import numpy as np
import regex
from numpy.typing import NDArray

__all__ = ["RULES_VERSION", "Aggregate", "PieceScores", "cut_windows", "word_scores"]

RULES_VERSION = 1
"""Raise it with every change of where windows end; stored ones of another number are not used (tests/golden)."""

Aggregate: TypeAlias = Literal["mean", "first"]
"""How a word's score is made from its pieces': their mean, or that of the first."""

# Where a window may end: behind a sentence, behind a full stop of Chinese or Japanese, at a line break.
_SENTENCE_END = regex.compile(r"""[.!?…]["'”’)\]]{0,3}(?=\s)|[。！？]|\n""")


class PieceScores(NamedTuple):
    """The pieces of one text and what a classifier thought of them.

    Attributes:
        start: First character of each piece, int64 ``(t,)``, ascending.
        end: One past its last character, int64 ``(t,)``, ascending.
        score: Probability of being worth keeping, float64 ``(t,)`` of float32 numbers.
    """

    start: NDArray[np.int64]
    end: NDArray[np.int64]
    score: NDArray[np.float64]


def word_scores(
    pieces: PieceScores, start: NDArray[np.int64], end: NDArray[np.int64], aggregate: Aggregate = "mean"
) -> NDArray[np.float64]:
    """The score of each word ``[start, end)``.

    Args:
        pieces: The text's pieces.
        start: First character of each word, int64 ``(n,)``.
        end: One past its last character, int64 ``(n,)``.
        aggregate: What to make of several pieces.

    Returns:
        Float64 ``(n,)``; 0 for a word that the tokenizer has no piece for (it removes, for example,
        zero-width characters).
    """
    first = np.searchsorted(pieces.end, start, side="right")
    last = np.searchsorted(pieces.start, end, side="left")
    count = last - first
    scores = np.append(pieces.score, 0.0)  # so that an index behind the last piece is one
    if aggregate == "first":
        return np.where(count > 0, scores[first], 0.0)
    if len(first) == 0:
        return np.zeros(0)
    # Pairs (first, last) as borders: every second sum is that of a word. Not a running total, whose
    # rounding would make a word's score depend on all words before it.
    sums = np.add.reduceat(scores, np.stack([first, last], axis=1).ravel())[::2]
    return np.where(count > 0, sums / np.maximum(count, 1), 0.0)


def cut_windows(
    text: str, start: NDArray[np.int64], end: NDArray[np.int64], size: int
) -> list[tuple[int, int]]:
    """Cut a text's pieces into windows of at most ``size``, about equal, at ends of sentences.

    Args:
        text: The text.
        start: First character of each piece, ascending.
        end: One past the last of each piece.
        size: Pieces in a window, at most.

    Returns:
        Ranges of pieces that follow each other from the first to the last piece. Where no sentence
        ends in reach a window ends between words, and if there is no such place, at ``size``.
    """
    count = len(start)
    if count <= size:
        return [(0, count)] if count else []
    ends = np.fromiter((match.end() for match in _SENTENCE_END.finditer(text)), dtype=np.int64)
    sentences = np.unique(np.searchsorted(start, ends, side="left"))
    words = np.flatnonzero(start[1:] > end[:-1]) + 1
    bounds = [0]
    while count - bounds[-1] > size:
        at = bounds[-1]
        share = -(-(count - at) // -(-(count - at) // size))
        reach = _nearest(sentences - at, share, size) or _nearest(words - at, share, size) or size
        bounds.append(at + reach)
    bounds.append(count)
    return list(pairwise(bounds))


def _nearest(places: NDArray[np.int64], wanted: int, limit: int) -> int:
    """The place nearest to ``wanted`` from half of it to ``limit``; 0 if there is none."""
    near = places[(places > wanted // 2) & (places <= limit)]
    return int(near[np.argmin(np.abs(near - wanted))]) if len(near) else 0
