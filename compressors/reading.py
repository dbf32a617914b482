"""What a model reads of a context that is larger than its share of work for one call.

A passage of a megabyte or ten thousand passages would keep an encoder busy for minutes. What is over the cap is
ranked by its words first (`excerpt.compressors.scorers.lexical_evidence`), and the model reads windows of it, the best
first, until the cap is reached. Blobs, such as base64, hex and minified code, are never read: they say nothing to a
model of language, and cost three times what words cost.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import regex
from numpy.typing import NDArray

from excerpt.compressors.scorers.lexical_evidence import LexicalEvidence
from excerpt.contracts import ScorerContract, with_defaults
from excerpt.protocols import Scorer, VectorScorer
from excerpt.run.fit import Room
from excerpt.values.read_share import ReadShare
from excerpt.values.types import Context, Units, UnitVectors

__all__ = ["READ_AT_MOST", "Read", "read"]

READ_AT_MOST = 16_000
"""Tokens that a model reads for one call, about a second and a half of one core with the bundled encoder. One that
reads in rounds picks from so many, and reads fewer (`excerpt.compressors.cascade`)."""

_BYTES_A_TOKEN = 4  # of UTF-8; what a piece of a word of any script takes, near enough for a cap
_SHORT_A_TOKEN = 3  # digits and marks, on top: of figures and names of machines a token holds two bytes
_WINDOW = 1_600  # characters of neighbouring units that are read together
_BLOB = regex.compile(r"[^\s]{320}")  # no word of any language is that long
_SHORT = regex.compile(r"[^\w\s]|\d")
_SPACELESS = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tibetan}]")


@dataclass(frozen=True, slots=True)
class Read:
    """What a scorer said.

    Args:
        scores: ``(n,)``.
        vectors: Gives the vectors of the units; None where the scorer has none.
        note: What is over the cap; empty where nothing is.
        share: How much was read by a scorer that reads in rounds; None for others.
    """

    scores: NDArray[np.floating]
    vectors: Callable[[], UnitVectors | None] | None = None
    note: str = ""
    share: ReadShare | None = None


def read(scorer: Scorer, context: Context, units: Units, room: Room | None = None) -> Read:
    """The scores of all units, of which a scorer with a cap reads only so many (`ScorerContract.most_tokens`).

    Stored signals are not read again, so a context from an index has no cap.

    Args:
        scorer: The scorer.
        context: The question and the passages.
        units: At least one.
        room: What the scores are for, so that no more is read than matters for it; None to read all below the cap.
    """
    most = with_defaults(scorer, ScorerContract).most_tokens
    if most is None or units.kind == "word" or context.recall is not None:
        return _scored(scorer, context, units, room)
    sizes, blobs = _sizes(context, units)
    if sizes.sum() <= most and not blobs.any():
        return _scored(scorer, context, units, room)
    first = np.asarray(LexicalEvidence().score(context, units), dtype=np.float64)
    chosen = _chosen(units, first, sizes, blobs, most)
    if not chosen.any():  # nothing but blobs
        return Read(
            first, note="nothing was read by the model: there is no text in it, only data without words"
        )
    read_of = _scored(scorer, *_part(context, units, chosen), room)
    scores = np.empty(len(units))
    scores[chosen] = read_of.scores
    behind = np.argsort(np.argsort(first[~chosen])) + 1
    scores[~chosen] = read_of.scores.min() - 2 + behind / (len(behind) + 1)
    note = (
        f"the model read at most {int(sizes[chosen].sum()):,} of about {int(sizes.sum()):,} tokens, those that match "
        "the question's words best; the others rank behind them by their words"
    )
    return Read(scores, _spread(read_of.vectors, chosen), note, read_of.share)


def _scored(scorer: Scorer, context: Context, units: Units, room: Room | None) -> Read:
    partly = with_defaults(scorer, ScorerContract).read_partly
    # A threshold is on what all units would score.
    if partly is not None and room is not None and room.tokens is not None and room.rule is None:
        rounds = partly(context, units, room.tokens, room.deadline.check)
        if rounds is not None:
            return Read(rounds.scores, rounds.vectors, share=rounds.share)
    if isinstance(scorer, VectorScorer):
        return Read(*scorer.score_with_vectors(context, units))
    return Read(scorer.score(context, units))


def _sizes(context: Context, units: Units) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Tokens of each unit, about; and which of them are blobs."""
    texts = units.texts(context.passages)
    in_bytes = np.array([len(text.encode(errors="replace")) for text in texts])
    short = np.array([len(_SHORT.findall(text)) for text in texts])
    sizes = in_bytes // _BYTES_A_TOKEN + short // _SHORT_A_TOKEN + 1
    blobs = [bool((found := _BLOB.search(text)) and not _SPACELESS.search(found[0])) for text in texts]
    return sizes, np.array(blobs)


def _chosen(
    units: Units, first: NDArray[np.float64], sizes: NDArray[np.int64], blobs: NDArray[np.bool_], most: int
) -> NDArray[np.bool_]:
    """The units to read: whole windows of neighbours, those with the best unit first, and their parents."""
    window = _windows(units)
    count = int(window[-1]) + 1
    best = np.full(count, -np.inf)
    np.maximum.at(best, window[~blobs], first[~blobs])
    tokens = np.bincount(window[~blobs], sizes[~blobs], minlength=count)
    order = np.argsort(-best, kind="stable")
    order = order[np.isfinite(best[order])]
    within = np.cumsum(tokens[order]) <= most
    within[:1] = True
    taken = np.zeros(count, dtype=bool)
    taken[order[within]] = True
    return replace(units, levels=None).with_parents(taken[window] & ~blobs) & ~blobs


def _windows(units: Units) -> NDArray[np.int64]:
    """The number of each unit's window, int64 ``(n,)``: neighbours of one passage."""
    numbers = np.empty(len(units), dtype=np.int64)
    window, passage, begin = -1, -1, 0
    columns = zip(units.passage.tolist(), units.start.tolist(), units.end.tolist(), strict=True)
    for index, (of, start, end) in enumerate(columns):
        if of != passage or end - begin > _WINDOW:
            window, passage, begin = window + 1, of, start
        numbers[index] = window
    return numbers


def _part(context: Context, units: Units, chosen: NDArray[np.bool_]) -> tuple[Context, Units]:
    """The chosen units as a context of their own: each run of neighbours is a passage."""
    kept = np.flatnonzero(chosen)
    begins = np.r_[True, (np.diff(kept) > 1) | (np.diff(units.passage[kept]) != 0)]
    of = np.cumsum(begins) - 1
    base = units.start[kept[begins]]
    ends = units.end[kept[np.r_[begins[1:], True]]]
    passages = []
    for number, (start, end) in enumerate(zip(base.tolist(), ends.tolist(), strict=True)):
        source = context.passages[int(units.passage[kept[begins][number]])]
        passages.append(replace(source, text=source.text[start:end]))
    place = np.full(len(units), -1, dtype=np.int64)
    place[kept] = np.arange(len(kept))
    parent = None
    if units.parent is not None:
        above = units.parent[kept]
        parent = np.where(above < 0, -1, place[above])
        parent = np.where(
            (parent >= 0) & (of[parent] == of), parent, -1
        )  # a parent stands in the same passage
    part = Units(
        units.kind, of, units.start[kept] - base[of], units.end[kept] - base[of], parent, units.levels
    )
    return Context.start(context.query, passages), part


def _spread(
    vectors: Callable[[], UnitVectors | None] | None, chosen: NDArray[np.bool_]
) -> Callable[[], UnitVectors | None] | None:
    """The vectors of the units that were read, and rows of zeros for the others."""
    if vectors is None:
        return None

    def all_vectors() -> UnitVectors | None:
        given = vectors()
        if given is None:
            return None
        rows = np.zeros((len(chosen), given.vectors.shape[1]), dtype=np.float32)
        rows[chosen] = given.vectors
        return UnitVectors(rows, given.query)

    return all_vectors
