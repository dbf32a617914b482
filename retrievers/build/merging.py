"""Keeping the segments of stored features few: small ones are written together as one, with each change of an index.

Every addition brings a segment, and every question looks in all of them. Past a bound the smaller ones become one, so
that a row is written again a few times in all, however often passages are added (O'Neil et al., "The log-structured
merge-tree", Acta Informatica 33, 1996). It is part of the change that made it necessary: seen with the change, or not.
"""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import NamedTuple

from excerpt.retrievers.store.generation import Generation
from excerpt.retrievers.store.keys import Key
from excerpt.retrievers.store.manifest import PartFiles
from excerpt.retrievers.store.parts import Part
from excerpt.retrievers.store.segments import SegmentWriter

__all__ = ["MOST_SEGMENTS", "Merged", "merge_segments", "to_merge"]

MOST_SEGMENTS = 8
"""Segments that an index has at most."""

_TIMES = 4
"""A segment is written together with smaller ones unless it has more than so many times their rows."""

_BATCH = 256


class Merged(NamedTuple):
    """What became of the segments of a generation.

    Attributes:
        kept: The parts of those that stay as they are.
        written: The parts of the one that others were written into; empty where none was, or nothing of them is left.
    """

    kept: dict[Part, PartFiles]
    written: dict[Part, PartFiles]


def to_merge(rows: Mapping[int, int], live: Mapping[int, int], coming: int) -> list[int]:
    """Which segments to write anew, as one.

    Args:
        rows: Rows of each, by its number.
        live: How many of them belong to passages that are there.
        coming: Segments that are added now.

    Returns:
        Numbers in order: those of which more than half belongs to nobody; and, where there would be more than
        `MOST_SEGMENTS`, the smallest ones.
    """
    chosen = {number for number, count in live.items() if 2 * count < rows[number]}
    left = len(rows) - len(chosen) + bool(chosen) + coming
    if left > MOST_SEGMENTS:
        total = sum(live[number] for number in chosen)
        for number in sorted(rows.keys() - chosen, key=lambda number: (live[number], number)):
            if len(chosen) > 1 and live[number] > _TIMES * total:
                break
            chosen.add(number)
            total += live[number]
    return sorted(chosen)


def merge_segments(before: Generation, keys: Collection[Key], folder: Path, coming: int, free: int) -> Merged:
    """Write the segments of a generation together that are to be.

    Args:
        before: The generation.
        keys: Of all passages of the next one; a set, or a mapping.
        folder: Of the next one.
        coming: Segments that it adds.
        free: A number that no segment has.

    Raises:
        StoreError: A file is corrupt.
    """
    segments, features = before.manifest.segments, before.manifest.features
    tables = dict(zip(segments, before.features.segments, strict=True))
    there = {number: [key in keys for key in table.keys.in_order()] for number, table in tables.items()}
    live = {number: sum(held) for number, held in there.items()}
    chosen = to_merge({number: len(held) for number, held in there.items()}, live, coming)
    before.verify_parts(  # what is written anew gets seals of its own
        {part: files for part, files in before.manifest.feature_parts.items() if part.segment in chosen}
    )
    fingerprints = {name: str(settings["fingerprint"]) for name, settings in features.items()}
    with SegmentWriter(folder, free, features) as writer:
        for number in chosen:
            table, names = tables[number], tables[number].keys.in_order()
            rows = [row for row, held in enumerate(there[number]) if held]
            for start in range(0, len(rows), _BATCH):
                some = rows[start : start + _BATCH]
                columns = {
                    name: [table.tables[print_].row(row) for row in some]
                    for name, print_ in fingerprints.items()
                }
                writer.append([names[row] for row in some], columns)
        written = writer.finish()
    kept = {
        part: files for part, files in before.manifest.feature_parts.items() if part.segment not in chosen
    }
    return Merged(kept, written)
