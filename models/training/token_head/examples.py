"""Labelled texts to sequences of token states and labels, and the shape of the head that reads them."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from excerpt.models.protocols import TokenStates
from excerpt.models.training.common.recipe import setting
from excerpt.models.training.token_classifier.examples import Labelled

__all__ = ["IGNORED", "Batch", "ConvSettings", "join", "labels_of"]

IGNORED = -100  # what torch's cross-entropy passes over


class Batch(NamedTuple):
    """One sequence: states float32 ``(t, h)`` and labels int64 ``(t,)``."""

    hidden: NDArray[np.float32]
    labels: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class ConvSettings:
    """The shape of a head and of its training.

    Args:
        width: Channels.
        kernel: Tokens each of the three convolutions sees.
        dropout: On the states and before the last layer.
        epochs: Passes over the data.
        learning_rate: Peak of the one-cycle schedule.
        batch: Sequences in a step.
        seed: Of order and initial weights.
    """

    width: int = setting(128, help="Channels of the head.", least=8)
    kernel: int = 5
    dropout: float = setting(0.2, help="Against learning by heart.", kind="share")
    epochs: int = setting(6, help="Passes over the data.", least=1)
    learning_rate: float = 2e-3
    batch: int = 16
    seed: int = setting(13, help="Of order, joining and initial weights.")


def join(texts: Sequence[Labelled], most: int, chance: random.Random) -> Iterator[Labelled]:
    """Join short neighbours at random, up to ``most`` and some 700 characters."""
    waiting = list(reversed(texts))
    while waiting:
        text, marks = waiting.pop()
        for _ in range(chance.randint(0, most - 1)):
            if not waiting or len(text) + len(waiting[-1].text) > 700:
                break
            more, others = waiting.pop()
            offset = len(text) + 1
            text = f"{text} {more}"
            marks += tuple((start + offset, end + offset, label) for start, end, label in others)
        yield Labelled(text, marks)


def labels_of(states: TokenStates, marks: Sequence[tuple[int, int, int]]) -> NDArray[np.int64]:
    """The label of the word in which each token begins, int64 ``(t,)``; specials and unknown words are passed over."""
    labels = np.full(len(states.offsets), IGNORED, dtype=np.int64)
    if not marks:
        return labels
    table = np.array(marks, dtype=np.int64)
    begin, end = states.offsets[:, 0], states.offsets[:, 1]
    word = np.searchsorted(table[:, 0], begin, side="right") - 1
    inside = (end > begin) & (word >= 0) & (begin < table[word, 1])
    labels[inside] = table[word[inside], 2]
    return labels
