"""Tables: rows of cells by separators or by aligned columns. A row's parent is the header."""

import re
from collections.abc import Callable, Sequence
from itertools import pairwise, takewhile

from excerpt.compressors.units.forms.pieces import Piece, Region
from excerpt.compressors.units.lines import Line, Lines

__all__ = ["find_table"]

_RULE = re.compile(
    r"[|+\s:=-]*-{2,}[|+\s:=-]*$|\\(?:hline|(?:top|mid|bottom)rule)$|\\(?:begin|end)\{(?:tabular|array|longtable)"
)
_GAP = re.compile(r"\s{2,}|\t")
_NUMBER = re.compile(r"[\s$€£¥(+-]*\d[\d.,\s]*[%)]?\s*$")
_QUOTED = re.compile(r'"(?:[^"]|"")*"')
_FEWEST_COLUMNS = 2
_LEAST = 3  # lines that look alike before they are a table
_LOOK = 6  # lines looked at to decide


def find_table(text: str, lines: Lines, at: int) -> Region | None:  # noqa: ARG001 - one shape for all forms
    """A table whose first row is a line; None for no table."""
    block = _ahead(lines, at)
    if len(block) < _LEAST:
        return None
    for count in (_bars, _ampersands, _tabs, _semicolons, _commas, _columns):
        if _alike(block, count):
            return _cut(lines, at, count)
    return None


def _ahead(lines: Sequence[Line], at: int) -> list[Line]:
    """The next lines up to a blank one."""
    following = takewhile(lambda line: not line.after_blank, lines[at + 1 : at + _LOOK])
    return [lines[at], *following]


def _bars(line: Line) -> int:
    return line.text.strip("|").count("|") + (line.text.startswith("|") and line.text.endswith("|"))


def _ampersands(line: Line) -> int:
    return line.text.count(" & ") if line.text.endswith("\\\\") else 0


def _tabs(line: Line) -> int:
    return line.text.count("\t")


def _semicolons(line: Line) -> int:
    return (
        _QUOTED.sub("", line.text).rstrip("; ").count(";") if ": " not in line.text else 0
    )  # SQL ends in one


def _commas(line: Line) -> int:
    return _QUOTED.sub("", line.text).count(",") if ", " not in _QUOTED.sub("", line.text) else 0


def _columns(line: Line) -> int:
    return len(_GAP.findall(line.text))


def _alike(block: Sequence[Line], count: Callable[[Line], int]) -> bool:
    """Whether the lines have about as many cells, and nearly all have some."""
    rows = [count(line) for line in block if not _RULE.match(line.text)]
    if len(rows) < _LEAST - 1 or max(rows) < 1:
        return False
    if count is _columns:  # wrapped prose has a wide gap now and then, a table in every line
        if min(rows) < 1 or max(rows) > 4 * min(rows) + 2:
            return False
        return sum(rows) >= 2 * len(rows) or _blank_columns(block) >= _FEWEST_COLUMNS
    if count is _commas:
        return min(rows) == max(rows)
    most = max(set(rows), key=rows.count)
    return most >= 1 and 2 * rows.count(most) >= len(rows) and rows.count(0) * 4 <= len(rows)


def _blank_columns(block: Sequence[Line]) -> int:
    """Columns of white space that go through all lines, between others that do not."""
    rows = [" " * line.indent + line.text for line in block]
    first, last = max(line.indent for line in block), min(map(len, rows))
    blank = [all(row[column] == " " for row in rows) for column in range(min(first, last), last)]
    return sum(before and not after for before, after in pairwise(blank))


def _cut(lines: list[Line], at: int, count: Callable[[Line], int]) -> Region:
    stop = at + 1
    least = 1 if count is not _commas else max(1, count(lines[at]) // 2)
    while (
        stop < len(lines)
        and not lines[stop].after_blank
        and (count(lines[stop]) >= least or _RULE.match(lines[stop].text))
    ):
        stop += 1
    rows = lines[at:stop]
    heads = _heads(rows)
    pieces: list[Piece] = []
    if heads:
        pieces.append(Piece(rows[0].start, rows[heads - 1].end))
    for row in rows[heads:]:
        if _RULE.match(row.text) and len(pieces) > 1:  # it ends what is before it
            pieces[-1] = pieces[-1]._replace(end=row.end)
        else:
            pieces.append(Piece(row.start, row.end, 0 if heads else -1))
    return Region(stop, pieces)


def _heads(rows: Sequence[Line]) -> int:
    """How many of the first rows are the header, its rule included."""
    if len(rows) > 1 and rows[0].text[0] == rows[1].text[0] == "-":  # options of a command
        return 0
    rules = [_RULE.match(row.text) is not None for row in rows[:4]]
    for index, rule in enumerate(rules):
        if rule and not all(rules[:index]):
            return index + 1
    heads = 0
    while (
        heads < min(3, len(rows) - 1)
        and rows[heads].text.startswith(("|", "\t", ",", ";"))
        and not (rows[heads].text.endswith("|") and rows[heads].text.count("|") > 1)
    ):
        heads += 1  # a first cell that is empty: years or units above the columns
    if heads:
        return heads
    first, rest = _numbers(rows[0]), [_numbers(row) for row in rows[1:5]]
    return int(first == 0 or first * 2 < sum(rest) / max(1, len(rest)))


def _numbers(row: Line) -> int:
    """Cells of a row that are numbers."""
    return sum(
        _NUMBER.match(cell) is not None for cell in re.split(r"[|\t;,&]|\s{2,}", row.text) if cell.strip()
    )
