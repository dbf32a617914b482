"""Records whose fields stand one a line: groups of `key: value` lines that have the same keys."""

import re
from collections.abc import Sequence
from itertools import pairwise

from excerpt.compressors.units.forms.events import split_entry
from excerpt.compressors.units.forms.pieces import Piece, Region
from excerpt.compressors.units.lines import Line, Lines

__all__ = ["find_cards"]

_KEY = re.compile(r"([^\W\d_][^:：\n]{0,59})[:：](?=\s|$)")
_TOLD = re.compile(r"[.!?。！？…]['\")\]]*$")  # what is said in a chat, and no value of a field
_MOST_KEYS = 40  # lines in which the first key of a group comes again


def find_cards(text: str, lines: Lines, at: int) -> Region | None:  # noqa: ARG001 - one shape for all forms
    """Groups of `key: value` lines with the same keys, each a record of a table; None for fewer than two.

    Turns of a chat look alike, but what is said in them ends as sentences do.
    """
    first = _KEY.match(lines[at].text)
    if not first:
        return None
    mark = first.group()
    again = (
        number
        for number, line in enumerate(lines[at + 1 : at + _MOST_KEYS], at + 1)
        if line.text.startswith(mark)
    )
    second = next(again, at)
    apart = lines[second].after_blank
    if second == at or not _are_cards(lines[at:second], lines[second : 2 * second - at], apart=apart):
        return None
    stop, cuts = second, [at]
    while stop < len(lines):
        if lines[stop].text.startswith(mark) and lines[stop].after_blank >= apart:
            cuts.append(stop)
        elif lines[stop].after_blank:
            break
        stop += 1
    pieces: list[Piece] = []
    for begin, end in pairwise([*cuts, stop]):
        pieces.extend(split_entry(lines[begin:end], len(pieces)))
    return Region(stop, pieces)


def _are_cards(group: Sequence[Line], other: Sequence[Line], *, apart: bool) -> bool:
    """Whether two runs of lines have the same keys, two or, without a blank line between the runs, three."""
    least = 2 if apart else 3
    keys, others = (
        [match[1] for line in part if (match := _KEY.match(line.text))] for part in (group, other)
    )
    told = sum(_TOLD.search(line.text) is not None for line in (*group, *other))
    return (
        len(set(keys)) == len(keys) >= least
        and 2 * len(keys) > len(group)
        and keys[:least] == others[:least]
        and (apart or keys == others)
        and not any(line.after_blank for line in group[1:])
        and 2 * told < len(group) + len(other)
    )
