"""The values that flow through a chain: all immutable, none knows a model.

``Passage`` is what goes in, ``Context`` is what a compressor narrows, ``Units`` is how a compressor
sees a context, ``Ranking`` is what it leaves behind for the fit to the budget and for the reader of
a report.
"""

import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from excerpt.errors import InputError
from excerpt.values.read_share import ReadShare
from excerpt.values.rewritten import Rewritten
from excerpt.values.soft import SoftContext
from excerpt.values.spans import Span, contains, merge

__all__ = ["Context", "Passage", "Ranking", "SignalSource", "StoredSignals", "UnitVectors", "Units"]


def _no_metadata() -> Mapping[str, Any]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Passage:
    """One retrieved text with what is needed to cite it.

    Args:
        text: The text. Spans refer to its characters; it is never changed.
        id: The caller's name for it; need not be unique. Empty when the caller gave none.
        title: Shown by templates that show titles and read by compressors that use them.
        metadata: Carried through untouched.
    """

    text: str
    id: str = ""
    title: str = ""
    metadata: Mapping[str, Any] = field(default_factory=_no_metadata, compare=False, repr=False)

    @property
    def titled_text(self) -> str:
        """What is embedded and searched: the title, where there is one, on a line before the text."""
        return f"{self.title}\n{self.text}" if self.title else self.text

    def __reduce__(self) -> tuple[Any, ...]:
        # A read-only mapping cannot be copied to another process; its content can.
        return _restored, (self.text, self.id, self.title, dict(self.metadata))


def _restored(text: str, id: str, title: str, metadata: dict[str, Any]) -> Passage:  # noqa: A002 - the field's name
    return Passage(text, id, title, MappingProxyType(metadata))


@dataclass(frozen=True, slots=True, eq=False)
class Units:
    """Pieces of a context's kept text, as columns.

    Args:
        kind: ``"passage"``, ``"sentence"``, ``"word"`` or the name of another splitter.
        passage: Index of each unit's passage in ``context.passages``, int64 ``(n,)``, ascending.
        start: First character of each unit in its passage, int64 ``(n,)``, ascending in a passage.
        end: One past the last character, int64 ``(n,)``.
        parent: The unit that must be read with each, such as a table's header, int64 ``(n,)``: an earlier one of the
            same passage, or -1; None where no unit has one. A unit that is kept brings its parents along.
        levels: How many parents a unit brings, the nearest first; None for all.
    """

    kind: str
    passage: NDArray[np.int64]
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    parent: NDArray[np.int64] | None = None
    levels: int | None = None

    def __len__(self) -> int:
        return len(self.passage)

    @classmethod
    def of(cls, kind: str, spans: Sequence[Sequence[tuple[int, ...]]], levels: int | None = None) -> Self:
        """From the pieces of each passage in order.

        Args:
            kind: As above.
            spans: For each passage pairs ``(start, end)``, or triples with the number of the parent in the same list.
            levels: As above.
        """
        rows: list[tuple[int, int, int, int]] = []
        for index, pieces in enumerate(spans):
            base = len(rows)
            for start, end, *parent in pieces:
                rows.append((index, start, end, parent[0] + base if parent and parent[0] >= 0 else -1))
        table = np.array(rows, dtype=np.int64).reshape(-1, 4)
        passage, first, last, above = (table[:, number].copy() for number in range(4))
        return cls(kind, passage, first, last, above if (above >= 0).any() else None, levels)

    def parents(self, index: int) -> list[int]:
        """The units that one must be read with, the nearest first."""
        if self.parent is None:
            return []
        found: list[int] = []
        above = int(self.parent[index])
        while above >= 0 and (self.levels is None or len(found) < self.levels):
            found.append(above)
            above = int(self.parent[above])
        return found

    def with_parents(self, keep: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Some units and those that must be read with them, bools ``(n,)``."""
        if self.parent is None:
            return keep
        every, above, steps = keep.copy(), self.parent[keep], 0
        while len(above := np.unique(above[above >= 0])) and (self.levels is None or steps < self.levels):
            every[above] = True
            above, steps = self.parent[above], steps + 1
        return every

    def texts(self, passages: Sequence[Passage]) -> list[str]:
        """The text of every unit."""
        columns = zip(self.passage.tolist(), self.start.tolist(), self.end.tolist(), strict=True)
        return [passages[index].text[start:end] for index, start, end in columns]

    def by_present(self) -> tuple[list[int], Self]:
        """The passages that have units, ascending, and the units with ``passage`` counting these alone."""
        present, place = np.unique(self.passage, return_inverse=True)
        return present.tolist(), replace(self, passage=place.astype(np.int64))

    def spans(self, keep: NDArray[np.bool_], passages: int) -> tuple[tuple[Span, ...], ...]:
        """The kept units as spans for each of ``passages`` passages; touching units become one span."""
        chosen: list[list[tuple[int, int]]] = [[] for _ in range(passages)]
        columns = zip(
            self.passage[keep].tolist(), self.start[keep].tolist(), self.end[keep].tolist(), strict=True
        )
        for index, start, end in columns:
            chosen[index].append((start, end))
        return tuple(merge(pairs) if pairs else () for pairs in chosen)


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """What one stage thought of every unit it saw.

    Args:
        stage: Name of the stage.
        units: The units, in source order.
        scores: Float64 ``(n,)``, higher is more worth keeping; comparable inside one ranking only.
        eligible: Bool ``(n,)``; units that the stage's own rule allows to be kept at all.
        kept: Bool ``(n,)``; units that were kept.
        order: Int64; the units in the order to buy them, where the selector gave one; None for best score first.
    """

    stage: str
    units: Units
    scores: NDArray[np.float64]
    eligible: NDArray[np.bool_]
    kept: NDArray[np.bool_]
    order: NDArray[np.int64] | None = None

    def buying_order(self) -> NDArray[np.int64]:
        """The eligible units in the order in which a budget is spent on them, int64; ties go to the earlier unit."""
        if self.order is not None:
            return self.order[self.eligible[self.order]]
        eligible = np.flatnonzero(self.eligible)
        return eligible[np.argsort(-self.scores[eligible], kind="stable")]

    def kept_selection(self) -> NDArray[np.bool_] | NDArray[np.int64]:
        """The kept units as a selection for another fit: in the selector's order, where it gave one."""
        return self.kept if self.order is None else self.order[self.kept[self.order]]


@dataclass(frozen=True, slots=True, eq=False)
class UnitVectors:
    """One vector for each unit, in the order of the units.

    Args:
        vectors: Float32 ``(n, dim)``, of any length; a unit without one is a row of zeros.
        query: The question's, float32 ``(dim,)``; None where there is none of the same kind.
    """

    vectors: NDArray[np.float32]
    query: NDArray[np.float32] | None = None


class SignalSource(Protocol):
    """Computes what needs no question of a passage; `excerpt.values.stored.Precomputed` says the rest of it."""

    def signals(self, passages: Sequence[Passage], /) -> Sequence[Any]:
        """What is known of each passage."""


class StoredSignals(Protocol):
    """What is known of passages before the question came; `excerpt.values.stored.Recall` is the one there is."""

    def stored(self, source: Any, passages: Sequence[Passage]) -> list[Mapping[str, NDArray[Any]] | None]:  # noqa: ANN401 - a Precomputed
        """The columns of each passage, None for those to be computed."""

    def signals(self, source: Any, passages: Sequence[Passage]) -> list[Any]:  # noqa: ANN401 - a Precomputed
        """The signals of each passage: stored ones, and the rest computed by their source in one call."""

    def token_counts(self, fingerprint: str, passages: Sequence[Passage], units: Units) -> NDArray[np.int64]:
        """Tokens of each unit alone, int64 ``(n,)``; -1 where its very characters were not counted."""


@dataclass(frozen=True, slots=True, eq=False)
class Context:
    """A query, its passages, and what is still kept of them.

    Args:
        query: The question.
        passages: All passages, dropped ones included, in the caller's order.
        kept: For each passage its kept spans: sorted, not empty, not overlapping.
        rankings: One for every stage that ranked units, in order.
        recall: What is known of the passages before the question came; None where nothing is.
        soft: Passages that stand as vectors; None where none does.
        rewritten: What was written in the place of all passages; None where nothing was.
        notes: What the report is to say beside the numbers.
        choice: Which of several ways the latest stage that has some took; empty where none has.
        sufficient: Whether a gate found what is kept enough for an answer; None where none was asked, or less is kept
            since it said so.
        read: How much the model of the latest stage that reads in rounds read; None where none has.
        embedded: The units of the stage that is running, and what gives their vectors (`unit_vectors`).
    """

    query: str
    passages: tuple[Passage, ...]
    kept: tuple[tuple[Span, ...], ...]
    rankings: tuple[Ranking, ...] = ()
    recall: StoredSignals | None = field(default=None, repr=False)
    soft: SoftContext | None = None
    rewritten: Rewritten | None = None
    notes: tuple[str, ...] = ()
    choice: str = ""
    sufficient: bool | None = None
    read: ReadShare | None = None
    embedded: tuple[Units, Callable[[], UnitVectors | None]] | None = field(default=None, repr=False)

    @classmethod
    def start(cls, query: str, passages: Iterable[Passage], recall: StoredSignals | None = None) -> Self:
        """A context that keeps everything."""
        given = tuple(passages)
        return cls(query, given, tuple(merge([(0, len(passage.text))]) for passage in given), recall=recall)

    def signals(self, source: SignalSource, wanted: Sequence[int]) -> list[Any]:
        """What ``source`` knows of some passages: stored signals where there are any, else computed.

        Args:
            source: Makes the signals.
            wanted: Indices of the passages.
        """
        passages = [self.passages[index] for index in wanted]
        return (
            list(source.signals(passages)) if self.recall is None else self.recall.signals(source, passages)
        )

    def unit_vectors(self, units: Units) -> UnitVectors | None:
        """The vectors that the stage's scorer made these units' scores of, or an index holds; nothing is encoded again.

        Args:
            units: The units that a selector was given.

        Returns:
            None where the scorer has no vectors (`excerpt.protocols.VectorScorer`).
        """
        if self.embedded is None or self.embedded[0] is not units:
            return None
        return self.embedded[1]()

    def narrow(self, kept: Sequence[Sequence[tuple[int, int]]], ranking: Ranking | None = None) -> Self:
        """Keep less. This is the one place where kept spans change.

        Args:
            kept: For each passage its new spans, in any order; they are sorted and joined.
            ranking: What led to the choice, for the fit to the budget and the report.

        Raises:
            InputError: A new span lies outside the kept text or is no pair of whole numbers, there are too few or
                too many lists, or the text was rewritten.
        """
        if self.rewritten is not None:
            message = (
                f"{self.rewritten.writer} has rewritten the passages: there are no spans left to keep less of"
            )
            raise InputError(message)
        if len(kept) != len(self.passages):
            message = f"narrow() got spans for {len(kept)} passages, the context has {len(self.passages)}"
            raise InputError(message)
        narrowed = tuple(
            () if isinstance(pairs, tuple) and not pairs else merge(_pairs(pairs, index))
            for index, pairs in enumerate(kept)
        )
        for index, (old, new) in enumerate(zip(self.kept, narrowed, strict=True)):
            if not new or (len(old) == 1 and old[0].start <= new[0].start and new[-1].end <= old[0].end):
                continue  # as most: nothing of it is kept, or it was whole before
            if not contains(old, new):
                message = (
                    f"a compressor may only keep less: passages[{index}] has {list(map(tuple, old))} kept and "
                    f"was given {list(map(tuple, new))}; intersect the new spans with context.kept"
                )
                raise InputError(message)
        rankings = self.rankings if ranking is None else (*self.rankings, ranking)
        # Less of what was enough may not be; less of what was not is not.
        sufficient = None if self.sufficient and narrowed != self.kept else self.sufficient
        return replace(self, kept=narrowed, rankings=rankings, sufficient=sufficient)

    def soften(self, soft: SoftContext) -> Self:
        """Let passages stand as vectors, behind those that do already; their text goes.

        Raises:
            InputError: Those that do already were made for another reader.
        """
        kept = [() if index in soft.indices else spans for index, spans in enumerate(self.kept)]
        return replace(self.narrow(kept), soft=soft if self.soft is None else self.soft.joined(soft))

    def rewrite(self, rewritten: Rewritten) -> Self:
        """Put written text in the place of the passages; kept of them is what it quotes.

        Raises:
            InputError: It quotes what was not kept.
        """
        return replace(self.narrow(rewritten.quoted(len(self.passages))), rewritten=rewritten)

    def noted(self, *notes: str) -> Self:
        """The same, with more for the report to say."""
        return replace(self, notes=(*self.notes, *notes))

    def chose(self, choice: str) -> Self:
        """The same, with which of several ways a stage took, for the report."""
        return replace(self, choice=choice)

    def judged(self, *, sufficient: bool) -> Self:
        """The same, with what a gate said of what is kept (`excerpt.protocols.Gate`)."""
        return replace(self, sufficient=sufficient)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is left: no text, no vector, and no one rewrote it."""
        return not any(self.kept) and self.soft is None and self.rewritten is None

    def kept_texts(self) -> list[str]:
        """The kept characters of every passage, spans put end to end."""
        return [
            "".join(passage.text[start:end] for start, end in spans)
            for passage, spans in zip(self.passages, self.kept, strict=True)
        ]


def _pairs(spans: Sequence[tuple[int, int]], passage: int) -> list[tuple[int, int]]:
    """Spans in Python's own whole numbers, which slice, compare and can be written as JSON."""
    try:
        return [(operator.index(start), operator.index(end)) for start, end in spans]
    except (TypeError, ValueError) as error:
        message = f"passages[{passage}] was given {spans!r}; spans are pairs of whole numbers (start, end)"
        raise InputError(message) from error
