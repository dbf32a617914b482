"""The passages of one call, which an encoder reads window by window."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from excerpt.compressors.evidence.candidates import Candidates
from excerpt.compressors.evidence.question import QuestionSignals
from excerpt.compressors.evidence.signals import PassageSignals, signals_of
from excerpt.compressors.vectors.passage_states import WindowReader
from excerpt.values.stored import Precomputed
from excerpt.values.types import Context, Passage, Units, UnitVectors

if TYPE_CHECKING:
    from excerpt.compressors.evidence.signals import TokenHead
    from excerpt.models import SentenceEncoder

__all__ = ["PartlyRead", "SignalReader", "WindowScorer", "Windows"]

Floats = NDArray[np.float32]
_TOKENS_A_WORD = np.float32(1.3)


class Windows(Protocol):
    """Passages in windows, and what is known of those that have been read (`SignalReader`)."""

    passage: NDArray[np.int64]
    spans: NDArray[np.int64]
    tokens: NDArray[np.int64]

    def read(self, windows: Sequence[int], /) -> None:
        """Read some windows."""

    def signals(self, index: int, known: PassageSignals | None, /) -> PassageSignals:
        """What is known of one passage by its windows that have been read; by its words where none has."""


class WindowScorer(Precomputed, Protocol):
    """A scorer of candidates whose signals can be made window by window (`EvidenceScore`)."""

    def reader(self, passages: Sequence[Passage], /) -> Windows:
        """What makes the signals of passages window by window."""

    def question(self, query: str, /) -> QuestionSignals:
        """A question as the signals of passages are compared with it."""

    def score_candidates(
        self, candidates: Candidates, /
    ) -> tuple[NDArray[np.float64], Callable[[], UnitVectors]]:
        """The scores of candidates, and what gives their vectors."""


class SignalReader:
    """Makes an evidence scorer's signals of passages window by window.

    Args:
        encoder: Reads.
        head: As for `excerpt.compressors.evidence.signals.passage_signals`.
        passages: The passages.

    Attributes:
        passage: As in `WindowReader`, like the other two.
        spans: See there.
        tokens: See there.
    """

    def __init__(
        self, encoder: "SentenceEncoder", head: "TokenHead | None", passages: Sequence[Passage]
    ) -> None:
        self._head, self._passages = head, passages
        self._reader = WindowReader(encoder, passages)
        self.passage, self.spans, self.tokens = self._reader.passage, self._reader.spans, self._reader.tokens

    def read(self, windows: Sequence[int]) -> None:
        """Read some windows, in one call of the encoder."""
        self._reader.read(windows)

    def signals(self, index: int, known: PassageSignals | None = None) -> PassageSignals:
        """The signals of one passage, those of the whole once all its windows have been read.

        Args:
            index: The passage.
            known: Its signals before the latest reading, so that its words are not looked at again.
        """
        return signals_of(self._passages[index], self._reader.states(index), self._head, known)


class PartlyRead:
    """What an evidence scorer knows of a context of which it has read a part.

    Passages with stored signals are known from the start and cost nothing.

    Args:
        scorer: The scorer.
        context: The question and the passages.
        units: The candidates.

    Attributes:
        window: The window of each unit, int64 ``(n,)``.
        passage: The number, among passages that have units, of each window's passage, ascending, int64 ``(w,)``.
        tokens: What reading each window costs, int64 ``(w,)``; 0 for a passage with stored signals.
        length: The tokens of each, whether they are stored or not, int64 ``(w,)``.
        read: Whether each has been read, bools ``(w,)``.
        apart: Whether every unit lies inside of one window, so that windows can be read one by one.
    """

    def __init__(self, scorer: WindowScorer, context: Context, units: Units) -> None:
        self._scorer, self._query = scorer, context.query
        present, self.units = units.by_present()
        self.passages = [context.passages[index] for index in present]
        stored = _stored(scorer, context, present)
        self._fresh = [number for number, signals in enumerate(stored) if signals is None]
        self._reader = scorer.reader([self.passages[number] for number in self._fresh])
        self._place_windows({number: len(one.start) for number, one in enumerate(stored) if one is not None})
        self._place_units()
        self._signals = stored
        self._order = np.flatnonzero(self.read).tolist()

    def _place_windows(self, stored: Mapping[int, int]) -> None:
        """The windows of the reader, and one for each stored passage with its tokens, in the order of passages."""
        passage = np.array(self._fresh, dtype=np.int64)[self._reader.passage]
        whole = [(0, len(self.passages[number].text)) for number in stored]
        spans = np.concatenate([self._reader.spans, np.array(whole, dtype=np.int64).reshape(-1, 2)])
        every = np.concatenate([passage, np.array(list(stored), dtype=np.int64)])
        order = np.argsort(every, kind="stable")
        self.passage, self._spans = every[order], spans[order]
        self.read = order >= len(passage)
        held = np.array(list(stored.values()), dtype=np.int64)
        self.length = np.concatenate([self._reader.tokens, held])[order]
        self.tokens = np.where(self.read, 0, self.length)
        self._of_reader = order

    def _place_units(self) -> None:
        place = (self.passage << 32) + self._spans[:, 0]
        begins = (self.units.passage << 32) + self.units.start
        self.window = np.maximum(np.searchsorted(place, begins, side="right") - 1, 0)
        inside = (self.units.end <= self._spans[self.window, 1]) & (begins >= place[self.window])
        self.apart = bool((inside & (self.passage[self.window] == self.units.passage)).all())

    def read_windows(self, windows: NDArray[np.int64]) -> None:
        """Read some windows, and make anew what is known of their passages.

        Args:
            windows: Their numbers; none that has been read.
        """
        self._reader.read(self._of_reader[windows].tolist())
        self.read[windows] = True
        self._order += windows.tolist()
        for number in np.unique(self.passage[windows]).tolist():
            self._signals[number] = self._known_of(number)

    def _known_of(self, number: int) -> PassageSignals:
        return self._reader.signals(int(np.searchsorted(self._fresh, number)), self._signals[number])

    def known(self) -> NDArray[np.bool_]:
        """Which units have been read, bools ``(n,)``."""
        known: NDArray[np.bool_] = self.read[self.window]
        return known

    def score(self) -> tuple[NDArray[np.float64], Callable[[], UnitVectors]]:
        """The scores of all units, and what gives the vectors of those that have been read.

        An unread unit stands among the others as the least promising of those that have been read: what is said of a
        unit depends on all the others, and would be another thing without them.
        """
        signals = [self._known_of(number) if one is None else one for number, one in enumerate(self._signals)]
        self._signals = [*signals]
        unread = ~self.known()
        question = self._scorer.question(self._query)
        candidates = PartlyKnown(question, signals, self.units, unread, self._like())
        return self._scorer.score_candidates(candidates)

    def _like(self) -> NDArray[np.bool_]:
        """The units that the unread ones are taken to be like: those of the last third that was read."""
        last = self._order[-max(1, len(self._order) // 3) :]
        like: NDArray[np.bool_] = np.isin(self.window, last)
        return like if like.any() else self.known()


class PartlyKnown(Candidates):
    """Candidates of which some have not been read: their similarities are the mean of some that have.

    Args:
        question: As for `Candidates`, like the next two.
        signals: See there; words alone of what has not been read.
        units: See there.
        unread: Which units have not been read, bools ``(n,)``.
        like: Which ones they are taken to be like, bools ``(n,)``.
    """

    def __init__(
        self,
        question: QuestionSignals,
        signals: Sequence[PassageSignals],
        units: Units,
        unread: NDArray[np.bool_],
        like: NDArray[np.bool_],
    ) -> None:
        super().__init__(question, signals, units)
        self._unread, self._like = unread, like

    def fill(self, similarities: Floats) -> Floats:
        """With the mean of the rows that they are like."""
        if not self._unread.any():
            return similarities
        filled = similarities.copy()
        filled[self._unread] = similarities[self._like].mean(axis=0)
        return filled

    def fill_groups(self, similarities: Floats) -> Floats:
        """With the mean over the passages of those that they are like."""
        known = np.unique(self.group[~self._unread])
        unread = np.isin(np.arange(self.groups), known, invert=True)
        if not unread.any():
            return similarities
        filled = similarities.copy()
        filled[unread] = similarities[np.unique(self.group[self._like])].mean()
        return filled

    def fill_tokens(self, tokens: Floats) -> Floats:
        """By their words."""
        return np.where(self._unread, self.words * _TOKENS_A_WORD, tokens)


def _stored(scorer: WindowScorer, context: Context, present: list[int]) -> list[PassageSignals | None]:
    if context.recall is None:
        return [None] * len(present)
    columns = context.recall.stored(scorer, [context.passages[index] for index in present])
    return [None if one is None else scorer.restored(one) for one in columns]
