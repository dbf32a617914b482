"""Reading in rounds until what is unread can hardly change what the budget keeps.

Words order everything. Trees that saw questions with marked evidence say of each unread window how much of the evidence
that the budget would keep it can be expected to hold. The windows that may hold most for their tokens are
read; what they came to, and what the best of them name, changes what is expected of the rest; and so on until no window
is worth its tokens. What is unread is ranked by its words among what was read, so it can still be bought.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from excerpt.compressors.cascade.partly_read import PartlyRead
from excerpt.compressors.cascade.prospects import AFTER, BEFORE, Prospects, Reading
from excerpt.errors import ModelError
from excerpt.models.card import read_json
from excerpt.models.tasks.ranker import TreeRanker
from excerpt.values.read_share import ReadShare
from excerpt.values.types import UnitVectors

__all__ = ["CASCADE_FILES", "Cascade", "Rounds", "read_in_rounds"]

CASCADE_FILES = ("cascade.json", "cascade-before.onnx", "cascade-after.onnx")
"""Stand beside the ranker that they were made for."""

_ROUNDS = 3
_FIRST, _LATER = 0.2, 0.35  # shares of all tokens that one round reads at most, the last one excepted
_SHORT = (
    128  # tokens; a shorter window counts as so many: what can be expected of it was learned on longer ones
)
_MOST = 6_000  # tokens that are read for one call, half a second of one core with the bundled encoder


class Trees(Protocol):
    """Say something of rows of features (`TreeRanker`)."""

    @property
    def feature_names(self) -> tuple[str, ...]:
        """The columns, in order."""

    def score(self, features: NDArray[np.float32], /) -> NDArray[np.float32]:
        """One number for each row."""


@dataclass(frozen=True)
class Cascade:
    """What can be expected in unread windows.

    Args:
        before: Before anything has been read: a logit by some of `BEFORE`.
        after: Afterwards, by some of `AFTER`.
        least_gain: A window is read if it can be expected to hold so much of the evidence for each 1,000 tokens; the
            setting that was measured.
    """

    before: Trees
    after: Trees
    least_gain: float

    @classmethod
    def load(cls, directory: Path) -> Self | None:
        """The cascade of a ranker's directory; None where it has none.

        Raises:
            ModelError: A file is missing, is not what it should be, or knows features that this version does not make.
        """
        card, before, after = (directory / name for name in CASCADE_FILES)
        if not card.is_file():
            return None
        gain = read_json(card).get("least_gain")
        if not isinstance(gain, int | float) or isinstance(gain, bool) or gain < 0:
            message = f"{card}: least_gain must be a number of at least 0, got {gain!r}"
            raise ModelError(message)
        trees = TreeRanker(before), TreeRanker(after)
        for own, known in zip(trees, (BEFORE, AFTER), strict=True):
            if unknown := [name for name in own.feature_names if name not in known]:
                message = (
                    f"{own.path} was trained on {unknown[0]!r}, which this version does not make; make it again "
                    "(eval/benchmarks/cascade.py)"
                )
                raise ModelError(message)
        return cls(*trees, float(gain))

    def expected(self, features: Mapping[str, NDArray[np.float32]]) -> NDArray[np.float64]:
        """The share of the evidence to be expected in each window, ``(w,)``."""
        trees = self.after if "top" in features else self.before
        logits = trees.score(np.stack([features[name] for name in trees.feature_names], axis=1))
        return 1 / (1 + np.exp(-logits.astype(np.float64)))


@dataclass(frozen=True)
class Rounds:
    """What reading came to.

    Args:
        scores: Of all units, float64 ``(n,)``.
        vectors: What gives their vectors; zeros for those that were not read.
        share: How much was read.
    """

    scores: NDArray[np.float64]
    vectors: Callable[[], UnitVectors]
    share: ReadShare


def read_in_rounds(
    cascade: Cascade,
    passages: PartlyRead,
    prospects: Prospects,
    *,
    check: Callable[[], None],
) -> Rounds:
    """Read the windows that may matter, at least one.

    Args:
        cascade: What can be expected.
        passages: Reads.
        prospects: The same windows by their words.
        check: Called between rounds; what it raises ends the reading.
    """
    total, rounds = int(passages.tokens.sum()), 0
    state = _state(passages, prospects)
    while True:
        expected = _expected(cascade, passages, prospects, state)
        wanted = _worth(expected, passages.tokens, cascade.least_gain)
        if state.reading is None and not len(wanted):
            wanted = np.argsort(-expected, kind="stable")[:1]
        read = int(passages.tokens[passages.read].sum())
        if not len(wanted) or rounds == _ROUNDS or read >= _MOST:
            break
        most = _MOST - read
        if rounds < _ROUNDS - 1:
            most = min(most, int((_LATER if rounds else _FIRST) * total))
        wanted = _first_of(wanted, passages.tokens, most)
        passages.read_windows(wanted)
        check()
        rounds += 1
        state = _state(passages, prospects)
    share = ReadShare(read, total, rounds, min(float(expected.sum()), 1.0))
    if state.reading is None or state.vectors is None:
        message = "no window was read, though every unit stands in one"
        raise RuntimeError(message)
    return Rounds(state.reading.scores, state.vectors, share)


class _State(NamedTuple):
    """What is known between two rounds.

    Attributes:
        reading: What has been read; None for nothing.
        vectors: What gives the vectors of that.
        lexical: The lexical score of each unit, ``(n,)``.
        columns: What that was made of.
    """

    reading: Reading | None
    vectors: Callable[[], UnitVectors] | None
    lexical: NDArray[np.float64]
    columns: Mapping[str, NDArray[np.float32]]


def _state(passages: PartlyRead, prospects: Prospects) -> _State:
    known = passages.known()
    if not known.any():
        return _State(None, None, *prospects.lexical())
    scores, vectors = passages.score()
    reading = Reading(known, scores)
    return _State(reading, vectors, *prospects.lexical(reading))


def _expected(
    cascade: Cascade, passages: PartlyRead, prospects: Prospects, state: _State
) -> NDArray[np.float64]:
    """The share of the evidence to be expected in each window, ``(w,)``; 0 in one that was read or has no unit."""
    none = passages.read | (np.bincount(passages.window, minlength=len(passages.read)) == 0)
    if none.all():
        return np.zeros(len(none))
    features = prospects.features(state.lexical, state.columns, state.reading)
    return np.where(none, 0.0, cascade.expected(features))


def _worth(expected: NDArray[np.float64], tokens: NDArray[np.int64], least_gain: float) -> NDArray[np.int64]:
    """The windows that are worth reading, those that are worth most first."""
    gain = 1000 * expected / np.maximum(tokens, _SHORT)
    order = np.argsort(-gain, kind="stable")
    return order[(gain[order] >= least_gain) & (expected[order] > 0)]


def _first_of(wanted: NDArray[np.int64], tokens: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    """The first windows that hold about so many tokens, at least one."""
    return wanted[np.cumsum(tokens[wanted]) - tokens[wanted] < max(most, 1)]
