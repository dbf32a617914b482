"""From a context to the units that a compressor scores: split, cut to what is kept, glue.

A splitter is a function from a text to spans (``Splitter``). The names that may stand in a
configuration are in `excerpt.registry.SPLITTERS`; anything else is passed as the function itself:

    split("sentence", context)
    split(my_clauses, context, Guards())
"""

import importlib
import operator
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

from excerpt.compressors.units.offsets import STORED_KINDS, Offsets
from excerpt.contracts import GuardsContract, with_defaults
from excerpt.errors import ConfigError, InputError
from excerpt.protocols import Protector, Splitter
from excerpt.registry import SPLITTERS
from excerpt.run.guards import CachedGuards
from excerpt.values.spans import Span, intersect, merge
from excerpt.values.stored import Columns, Precomputed
from excerpt.values.types import Context, Units

__all__ = ["Splitter", "find_splitter", "glued", "split", "split_blocks", "split_passages"]


_Spans: TypeAlias = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]


def split_passages(text: str) -> list[Span]:
    """The whole text as one unit, without the white space around it."""
    return list(_trimmed(text, [(0, len(text))]))


def split_blocks(text: str) -> list[Span]:
    """Paragraphs, headings, list items, table rows and blocks of code."""
    blocks = importlib.import_module("excerpt.compressors.units.blocks")
    return [Span(block.start, block.end) for block in blocks.split_blocks(text)]


def find_splitter(kind: str | Splitter) -> tuple[str, Splitter]:
    """The name and the function of a splitter given by either.

    Raises:
        ConfigError: No splitter has that name.
    """
    if not isinstance(kind, str) and callable(kind):
        return str(getattr(kind, "kind", None) or getattr(kind, "__name__", type(kind).__name__)), kind
    if not isinstance(kind, str) or kind not in SPLITTERS:
        message = (
            f"there is no splitter named {kind!r}; use one of {', '.join(sorted(SPLITTERS))}, "
            "or pass a function from a text to spans"
        )
        raise ConfigError(message)
    return kind, cast("Splitter", SPLITTERS.find(kind))


def split(kind: str | Splitter, context: Context, guards: Protector | None = None) -> Units:
    """The units of what a context still keeps.

    The whole text of each passage is split, so that a unit does not depend on what an earlier stage
    dropped beside it. A unit of which only parts are kept becomes those parts. Units that one
    protected span touches become one unit, so they are kept or dropped together.

    Args:
        kind: A name from `excerpt.registry.SPLITTERS`, or a splitter.
        context: The passages and their kept spans.
        guards: What must not be cut; None to protect nothing.

    Returns:
        Units in source order, each inside one kept span.

    Raises:
        ConfigError: No splitter has that name.
        InputError: A splitter of your own gave spans that are empty, unsorted, overlapping or
            outside of the text.
    """
    name, splitter = find_splitter(kind)
    whole = _stored_units(name, context, guards) if name == kind else None
    if whole is not None:
        return whole
    spans: list[Sequence[tuple[int, ...]]] = []
    known = _stored_spans(name, context) if name == kind else {}
    windows = guards.windows if isinstance(guards, CachedGuards) else {}
    for index, (passage, kept) in enumerate(zip(context.passages, context.kept, strict=True)):
        pieces: Sequence[tuple[int, ...]] = ()
        if kept:
            pieces = known[index] if index in known else _pieces(splitter, passage.text, windows)
        if name != kind:
            pieces = _checked(name, index, pieces, len(passage.text))
        if kept != ((0, len(passage.text)),):
            pieces = _still_kept(passage.text, pieces, kept)
        if guards is not None and len(pieces) > 1:
            gaps = [(before[1], after[0]) for before, after in pairwise(pieces)]
            held = merge(
                span for span, _ in with_defaults(guards, GuardsContract).crossing(passage.text, gaps)
            )
            pieces = glued(pieces, intersect(held, kept)) if held else pieces
        spans.append(pieces)
    return Units.of(name, spans)


def _pieces(
    splitter: Splitter, text: str, windows: Mapping[str, Sequence[Span]]
) -> Sequence[tuple[int, ...]]:
    """The pieces of a text; of one that is too large, those of each of its windows."""
    if text not in windows:
        return splitter(text)
    pieces: list[tuple[int, int, int]] = []
    for first, last in windows[text]:
        base = len(pieces)
        for start, end, *above in splitter(text[first:last]):
            parent = above[0] + base if above and above[0] >= 0 else -1
            pieces.append((start + first, end + first, parent))
    return pieces


def _stored_units(name: str, context: Context, guards: Protector | None) -> Units | None:
    """What `split` gives, in arrays, where an index knows all of it and all of every passage is still kept."""
    if context.recall is None or name not in STORED_KINDS:
        return None
    source = guards.guards if isinstance(guards, CachedGuards) else guards
    known = source if isinstance(source, Precomputed) else None
    if (guards is not None and known is None) or any(
        kept and kept != ((0, len(passage.text)),)
        for passage, kept in zip(context.passages, context.kept, strict=True)
    ):
        return None
    wanted = [index for index, kept in enumerate(context.kept) if kept]
    passages = [context.passages[index] for index in wanted]
    pieces = context.recall.stored(Offsets(name), passages)
    held: list[Columns | None] = [] if known is None else context.recall.stored(known, passages)
    if not wanted or any(columns is None for columns in (*pieces, *held)):
        return None
    units = _flat(wanted, pieces, "start", "end")
    parent = _flat_parents(pieces)
    if guards is not None:
        protected = _flat(wanted, held, "joined_start", "joined_end")
        first, last = _glued_arrays(units, protected)
        units = units[0][first], units[1][first], units[2][last]
        if parent is not None:
            above, place = parent[first], np.cumsum(first) - 1
            parent = np.where(above < 0, -1, place[above])
    return Units(name, *units, parent)


def _flat(wanted: Sequence[int], columns: Sequence[Columns | None], *names: str) -> _Spans:
    """Passage, start and end of the spans of several passages, int64 ``(n,)`` each."""
    there = [arrays for arrays in columns if arrays is not None]
    start, end = (np.concatenate([arrays[name] for arrays in there]).astype(np.int64) for name in names)
    return (
        np.repeat(np.array(wanted, dtype=np.int64), [len(arrays[names[0]]) for arrays in there]),
        start,
        end,
    )


def _flat_parents(columns: Sequence[Columns | None]) -> NDArray[np.int64] | None:
    """The parents of the units of several passages, counted through; None where no unit has one."""
    there = [arrays for arrays in columns if arrays is not None]
    if not there or "parent" not in there[0]:
        return None
    parent = np.concatenate([arrays["parent"] for arrays in there]).astype(np.int64)
    if (parent < 0).all():
        return None
    sizes = np.array([len(arrays["parent"]) for arrays in there])
    return np.where(parent < 0, -1, parent + np.repeat(np.cumsum(sizes) - sizes, sizes))


def _glued_arrays(pieces: _Spans, protected: _Spans) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """What `glued` does, for all passages at once: which pieces are the first and which the last of a unit."""
    passage, start, end = pieces
    if not len(protected[0]) or len(passage) < 2:
        return np.ones(len(passage), dtype=bool), np.ones(len(passage), dtype=bool)
    # The first protected span that ends behind the start of the second of two neighbours; in the same passage?
    place = np.searchsorted(
        (protected[0] << 32) + protected[2], (passage[1:] << 32) + start[1:], side="right"
    )
    there = np.minimum(place, len(protected[0]) - 1)
    joined = (
        (place < len(protected[0]))
        & (protected[0][there] == passage[1:])
        & (passage[1:] == passage[:-1])
        & (protected[1][there] < end[:-1])
    )
    return np.r_[True, ~joined], np.r_[~joined, True]


def _stored_spans(name: str, context: Context) -> dict[int, Sequence[tuple[int, ...]]]:
    """The pieces of the passages that are still kept, where an index knows them."""
    if context.recall is None or name not in STORED_KINDS:
        return {}
    source = Offsets(name)
    wanted = [index for index, kept in enumerate(context.kept) if kept]
    stored = context.recall.stored(source, [context.passages[index] for index in wanted])
    return {
        index: source.restored(columns)
        for index, columns in zip(wanted, stored, strict=True)
        if columns is not None
    }


def _trimmed(text: str, spans: Iterable[tuple[int, int]]) -> Iterator[Span]:
    for start, end in spans:
        piece = text[start:end].lstrip()
        first = end - len(piece)
        if piece:
            yield Span(first, first + len(piece.rstrip()))


def _still_kept(
    text: str, pieces: Sequence[tuple[int, ...]], kept: Sequence[Span]
) -> list[tuple[int, int, int]]:
    """The parts of pieces that are kept; a part whose parent was dropped has none."""
    parts: list[tuple[int, int, int]] = []
    first: dict[int, int] = {}  # part of each piece that is kept
    at = 0
    for number, (start, end, *above) in enumerate(pieces):
        while at < len(kept) and kept[at].end <= start:
            at += 1
        through = at
        while through < len(kept) and kept[through].start < end:
            through += 1
        parent = first.get(above[0], -1) if above else -1
        for span in _trimmed(text, intersect([(start, end)], kept[at:through])):
            first.setdefault(number, len(parts))
            parts.append((*span, parent))
    return parts


def glued(pieces: Iterable[tuple[int, ...]], protected: Sequence[Span]) -> list[tuple[int, int, int]]:
    """Join neighbours that one protected span touches; each such span lies in one kept span.

    A joined unit has the parent of its first piece.
    """
    joined: list[tuple[int, int, int]] = []
    place: list[int] = []  # where each piece went
    at = 0
    for start, end, *above in pieces:
        while at < len(protected) and protected[at].end <= start:
            at += 1
        if joined and at < len(protected) and protected[at].start < joined[-1][1]:
            joined[-1] = (joined[-1][0], end, joined[-1][2])
        else:
            parent = place[above[0]] if above and above[0] >= 0 else -1
            joined.append((start, end, parent))
        place.append(len(joined) - 1)
    return joined


def _checked(
    name: str, index: int, pieces: Iterable[tuple[int, ...]], length: int
) -> list[tuple[int, int, int]]:
    """What a splitter of the caller's own gave, if it is what `split` needs."""
    checked: list[tuple[int, int, int]] = []
    try:
        for start, end, *above in pieces:
            checked.append((operator.index(start), operator.index(end), operator.index((*above, -1)[0])))
    except (TypeError, ValueError) as error:
        message = (
            f"the splitter {name!r} gave {pieces!r} for passages[{index}]; give pairs of whole numbers (start, end), "
            "or triples with the number of the parent"
        )
        raise InputError(message) from error
    last = 0
    for number, (start, end, parent) in enumerate(checked):
        if not last <= start < end <= length:
            message = (
                f"the splitter {name!r} gave the span ({start}, {end}) for passages[{index}] after one that ends at "
                f"{last}, in a text of {length} characters; spans must be sorted, not empty and not overlapping"
            )
            raise InputError(message)
        if not -1 <= parent < number:
            message = (
                f"the splitter {name!r} gave the parent {parent} to piece {number} of passages[{index}]; a parent is "
                "an earlier piece of the same passage, or -1"
            )
            raise InputError(message)
        last = end
    return checked
