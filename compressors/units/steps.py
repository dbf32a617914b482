"""Steps of a chain of thought: paragraphs, numbered lines, else lines, else sentences (step entropy, 2508.03346)."""

import re
from collections.abc import Iterator

from excerpt.compressors.units.blocks import split_blocks
from excerpt.compressors.units.lines import Line, lines_of
from excerpt.compressors.units.sentences import split_sentences
from excerpt.values.spans import Span

__all__ = ["split_steps"]

_NUMBERED = re.compile(r"(?:[#*_\s]*step\s*\d+\b|\(?\d{1,3}[.)]\s|[-*+•]\s)", re.IGNORECASE)


def split_steps(text: str) -> list[Span]:
    """Split a chain of thought into steps; the time is linear in its length.

    A step begins behind a blank line, and at a line that begins with ``Step 2``, ``2.``, ``2)`` or a bullet. Where this
    finds a single step its lines are the steps, and where there is a single line its sentences. Fenced and indented
    code is never cut.

    Returns:
        Spans in order, without white space at their ends. Every character that is not white space lies in exactly one.
    """
    lines = lines_of(text)
    if not lines:
        return []
    inside = _inside_code(text, lines)
    begins = [
        index == 0 or (not inside[index] and (line.after_blank or _NUMBERED.match(line.text) is not None))
        for index, line in enumerate(lines)
    ]
    if sum(begins) == 1:
        begins = [index == 0 or not within for index, within in enumerate(inside)]
    if sum(begins) == 1:
        return split_sentences(text)
    return list(_joined(lines, begins))


def _inside_code(text: str, lines: list[Line]) -> list[bool]:
    """Whether each line goes on with a block of code that an earlier line began."""
    blocks = (block for block in split_blocks(text) if block.kind == "code")
    block = next(blocks, None)
    inside = []
    for line in lines:
        while block is not None and block.end <= line.start:
            block = next(blocks, None)
        inside.append(block is not None and block.start < line.start)
    return inside


def _joined(lines: list[Line], begins: list[bool]) -> Iterator[Span]:
    start = lines[0].start
    for before, line, fresh in zip(lines, lines[1:], begins[1:], strict=False):
        if fresh:
            yield Span(start, before.end)
            start = line.start
    yield Span(start, lines[-1].end)
