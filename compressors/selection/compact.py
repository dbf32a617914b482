"""CompAct on text: segment after segment is read and condensed, until what is kept is enough (2407.09014)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from excerpt.checks import check_number, check_whole
from excerpt.compressors.extractive import Extractive, ScorerLike, SelectorLike, UnitLike
from excerpt.compressors.gates.judging import GateLike, Judge, gate_of
from excerpt.compressors.reading import read
from excerpt.compressors.selectors.greedy import best_first
from excerpt.compressors.selectors.redundancy import candidates, likeness
from excerpt.compressors.units.splitting import split
from excerpt.contracts import ScorerContract, with_defaults
from excerpt.run.fit import Room, passage_scores
from excerpt.values.types import Context, Units, UnitVectors

__all__ = ["CompAct"]


class CompAct(Extractive):
    """Read passages a segment at a time; keep what the selector says, drop what repeats it, stop when it is enough.

    The paper has a language model of 7 billion weights rewrite its summary after each segment of five passages and say
    whether it is complete. Here sentences are added to the running set as they stand, and a gate is asked after each
    segment; segments behind the last are never scored. Passages come in the order that an earlier stage or the
    retriever gave. Scores are compared across segments, so a scorer should mean the same in each: a cosine does, BM25
    less so.

    Args:
        gate: What says whether it is enough: a gate, its name, a table, or a function; None to read all rounds. Give
            one that reads (``reader-confidence``, ``yes-no``): ``score-mass`` compares with what was read so far only,
            and cannot tell that the answer is still to come.
        segment: Passages that are read together.
        rounds: Segments that are read, at most.
        repeated: A unit whose cosine with a better one is above this is dropped.
        unit: Another splitter.
        scorer: Another scorer.
        selector: What is added of a segment; a budget is not shared among segments, so give one that chooses a set.
        headroom: How many times the budget it may leave to stages that follow.

    Raises:
        ConfigError: An option is of the wrong kind or out of range.
        ModelError: A model cannot be found or read.
    """

    name = "compact"

    def __init__(  # noqa: PLR0913 - the options of TOML
        self,
        gate: GateLike | None = None,
        *,
        segment: int = 5,
        rounds: int = 6,
        repeated: float = 0.9,
        unit: UnitLike = "sentence",
        scorer: ScorerLike = "embedding-similarity",
        selector: SelectorLike = "relative-mass",
        headroom: float | None = 1.0,
    ) -> None:
        super().__init__(self.name, unit, scorer, selector, headroom)
        self.gate = gate_of(gate, self.name)
        check_whole(segment, f"{self.name}: segment", least=1)
        check_whole(rounds, f"{self.name}: rounds", least=1)
        check_number(repeated, f"{self.name}: repeated", least=0, most=1)
        self.segment, self.rounds, self.repeated = segment, rounds, repeated

    @property
    def judges(self) -> bool:
        """Whether there is a gate."""
        return self.gate is not None

    def compress(self, context: Context, room: Room) -> Context:
        """Keep what the segments gave that were read."""
        temperature = with_defaults(self.scorer, ScorerContract).temperature
        judge = None if self.gate is None else Judge(self.gate, room, temperature)
        segments = _segments(context, self.segment)[: self.rounds]
        running: _Running | None = None
        kept = context.narrow([()] * len(context.passages))
        enough, count = False, 0
        for segment in segments:
            room.deadline.check()
            found = self._read(context, segment, room)
            count += 1
            if found is None:
                continue
            running = found if running is None else running.joined(found)
            kept = room.fill(context, running.units, running.scores, running.fresh(context, self.repeated))
            enough = judge is not None and judge.enough(kept)
            if enough:
                break
        if judge is None:
            return kept
        after = f"{count} of {len(segments)} segments"
        return judge.said(kept, sufficient=enough, after=after)

    def _read(self, context: Context, segment: Sequence[int], room: Room) -> "_Running | None":
        """What one segment gives; None where there is nothing in it."""
        only = context.narrow([spans if index in segment else () for index, spans in enumerate(context.kept)])
        units = split(self.unit, only, room.guards)
        if len(units) == 0:
            return None
        known = read(self.scorer, only, units)
        scores = room.checked_scores(known.scores, units)
        seen = only if known.vectors is None else replace(only, embedded=(units, known.vectors))
        chosen = np.asarray(self.selector(seen, units, scores, room))
        mask = np.zeros(len(units), dtype=bool)
        mask[chosen] = True
        return _Running(units, scores, mask, known.vectors)


def _segments(context: Context, size: int) -> list[list[int]]:
    """The passages that have text, best first, so many at a time."""
    worth = np.array(passage_scores(context.rankings, len(context.passages)))
    order = [index for index in best_first(worth).tolist() if context.kept[index]]
    return [order[start : start + size] for start in range(0, len(order), size)]


@dataclass(frozen=True)
class _Running:
    """What was read so far: units in source order, their scores, which were chosen, and what gives their vectors."""

    units: Units
    scores: NDArray[np.float64]
    chosen: NDArray[np.bool_]
    vectors: Callable[[], UnitVectors | None] | None

    def joined(self, other: "_Running") -> "_Running":
        """Both, in source order."""
        passage, start, end = (
            np.concatenate([getattr(each.units, name) for each in (self, other)])
            for name in ("passage", "start", "end")
        )
        order = np.lexsort((start, passage))
        place = np.argsort(order)
        parents = np.concatenate([_parents(self.units, 0), _parents(other.units, len(self.units))])[order]
        parents = np.where(parents < 0, -1, place[parents])
        above = parents if (parents >= 0).any() else None
        units = replace(self.units, passage=passage[order], start=start[order], end=end[order], parent=above)

        def vectors() -> UnitVectors | None:
            given = [None if each.vectors is None else each.vectors() for each in (self, other)]
            if given[0] is None or given[1] is None:
                return None
            return UnitVectors(np.concatenate([given[0].vectors, given[1].vectors])[order], given[0].query)

        scores = np.concatenate([self.scores, other.scores])[order]
        return _Running(units, scores, np.concatenate([self.chosen, other.chosen])[order], vectors)

    def fresh(self, context: Context, repeated: float) -> NDArray[np.bool_]:
        """The chosen units without those that are much like a better one, bool ``(n,)``."""
        among = np.flatnonzero(self.chosen)
        compared, _ = candidates(self.scores[among])
        rows = among[compared]
        seen = context if self.vectors is None else replace(context, embedded=(self.units, self.vectors))
        like = likeness(seen, self.units, rows, "auto")
        mask = self.chosen.copy()
        said = np.zeros(len(rows), dtype=bool)
        for place in best_first(self.scores[rows]).tolist():
            mask[rows[place]] = not said[place]
            if not said[place]:
                said |= like(place) > repeated
        return mask


def _parents(units: Units, base: int) -> NDArray[np.int64]:
    none = np.full(len(units), -1, dtype=np.int64)
    return none if units.parent is None else np.where(units.parent < 0, -1, units.parent + base)
