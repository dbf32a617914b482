"""Tables: rows of cells by separators or by aligned columns. A row's parent is the header."""

import re
from collections.abc import Callable, Sequence
from itertools import pairwise, takewhile

from excerpt.compressors.units.forms.pieces import Piece, Region, joined
from excerpt.compressors.units.lines import Line, Lines

__all__ = ["begins_statement", "find_laid_out", "find_leaders", "find_table", "is_laid_out"]

_RULE = re.compile(
    r"[|+\s:=-]*(?:-{2,}|={2,})[|+\s:=-]*$|\\(?:hline|(?:top|mid|bottom)rule)$|\\(?:begin|end)\{(?:tabular|array|longtable)"
)
_LEADER = re.compile(r"\S.{0,200}?(?:\.{4,}|_{4,}|…{2,}|(?: \.){4,})\s*\S.{0,80}$")
_GAP = re.compile(r"\s{2,}|\t")
_NUMBER = re.compile(r"[\s$€£¥(+-]*\d[\d.,\s]*[%)]?\s*$")
_QUOTED = re.compile(r'"(?:[^"]|"")*"')
_FEWEST_COLUMNS = 2
_FEWEST_LEADERS = 2
_WIDEST = 300  # characters of an entry of a list with dots
_LEAST = 3  # lines that look alike before they are a table
_LOOK = 6  # lines looked at to decide
_TITLE = 80  # characters of a line between rows that says what those below it are
_YEAR = re.compile(r"(?:FY ?)?(?:19|20)\d\d(?:[/–-]\d{2,4})?[A-Z]?$")


def find_table(text: str, lines: Lines, at: int) -> Region | None:  # noqa: ARG001 - one shape for all forms
    """A table whose first row is a line; None for no table."""
    second = _second_column(lines[at])
    block = [line for line in _ahead(lines, at) if not _goes_on(line, second)]
    if len(block) < _LEAST:
        return None
    for count in (_bars, _ampersands, _tabs, _semicolons, _commas, _columns):
        if _alike(block, count):
            return _cut(lines, at, count)
    rows = [
        line for line in block if _columns(line) or line.text[-1] in ".!?"
    ]  # without the titles between rows
    if is_laid_out(block[0]) and len(rows) >= _LEAST and _alike(rows, _columns):
        return _cut(lines, at, _columns)
    return None


def find_leaders(text: str, lines: Lines, at: int) -> Region | None:  # noqa: ARG001 - one shape for all forms
    """A list whose entries and values are joined by dots, such as prices or contents; None for fewer than two.

    A line above it that has no dots is what the entries are read with.
    """
    first = at + (not _has_leader(lines[at]))
    stop = first
    while stop < len(lines) and _has_leader(lines[stop]) and not (stop > at and lines[stop].after_blank):
        stop += 1
    if stop - first < _FEWEST_LEADERS:
        return None
    pieces = [Piece(line.start, line.end) for line in lines[at:first]]
    pieces.extend(Piece(line.start, line.end, 0 if first > at else -1) for line in lines[first:stop])
    return Region(stop, pieces)


def _has_leader(line: Line) -> bool:
    text = line.text
    dotted = "...." in text or "__" in text or "……" in text or ". . " in text
    return dotted and len(text) <= _WIDEST and _LEADER.match(text) is not None


def is_laid_out(line: Line) -> bool:
    """Whether a line has a gap that no prose has."""
    return "    " in line.text


def begins_statement(line: Line) -> bool:
    """Whether a line is the header of a statement: years, each above its column."""
    return is_laid_out(line) and _are_years(line)


def find_laid_out(text: str, lines: Lines, at: int) -> Region | None:  # noqa: ARG001 - one shape for all forms
    """Lines with gaps that no prose has, such as the head of a letter, one by one; None for fewer than two."""
    stop = at
    while stop < len(lines) and is_laid_out(lines[stop]) and not (stop > at and lines[stop].after_blank):
        stop += 1
    return Region(stop, [joined([line]) for line in lines[at:stop]]) if stop - at > 1 else None


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
        if any(_RULE.match(line.text) and _GAP.search(line.text) for line in block):
            return True
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
    if count is _columns:
        return _cut_columns(lines, at)
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
    grid = rows[0].text.startswith("+-")  # a rule under every row, and cells of several lines
    if grid:
        heads = 1 + next(
            (number for number, row in enumerate(rows[1:], 1) if _RULE.match(row.text)), len(rows) - 1
        )
    pieces: list[Piece] = []
    if heads:
        pieces.append(Piece(rows[0].start, rows[heads - 1].end))
    for before, row in pairwise(rows[heads - 1 :] if heads else [rows[0], *rows]):
        goes_on = grid and not _RULE.match(before.text)
        if (_RULE.match(row.text) or goes_on) and len(pieces) > 1:  # it ends what is before it
            pieces[-1] = pieces[-1]._replace(end=row.end)
        else:
            pieces.append(Piece(row.start, row.end, 0 if heads else -1))
    return Region(stop, pieces)


def _cut_columns(lines: list[Line], at: int) -> Region:
    """A table of aligned columns: a line without any is the title of rows, or the rest of cells that were wrapped."""
    second = _second_column(lines[at])
    stop = at + 1
    while stop < len(lines) and not lines[stop].after_blank and _is_row(lines, stop, second):
        stop += 1
    rows = lines[at:stop]
    heads = _heads([row for row in rows if not _goes_on(row, second)])
    pieces = [Piece(rows[0].start, rows[heads - 1].end)] if heads else []
    above = 0 if heads else -1
    for row in rows[heads:]:
        if len(pieces) > 1 and (_RULE.match(row.text) or _goes_on(row, second)):  # it ends what is before it
            pieces[-1] = pieces[-1]._replace(end=row.end)
        elif _columns(row):
            pieces.append(Piece(row.start, row.end, above))
        else:
            pieces.append(Piece(row.start, row.end, 0 if heads else -1))
            above = len(pieces) - 1
    return Region(stop, pieces)


def _is_row(lines: Sequence[Line], at: int, second: int) -> bool:
    """Whether a line belongs to a table of aligned columns, given where the second one begins."""
    line = lines[at]
    if _columns(line) or _RULE.match(line.text) or _goes_on(line, second):
        return True
    titled = line.text[-1] not in ".!?" and len(line.text) <= _TITLE
    return titled and at + 1 < len(lines) and not lines[at + 1].after_blank and _columns(lines[at + 1]) > 0


def _second_column(line: Line) -> int:
    """Where the second cell of a row begins, in columns; 0 for a row without one."""
    gap = _GAP.search(line.text)
    return line.indent + gap.end() if gap else 0


def _goes_on(line: Line, second: int) -> bool:
    """Whether a line is the rest of cells that were wrapped: it begins below the second one, or behind, with words."""
    return 0 < second <= line.indent and not any(map(_NUMBER.match, _GAP.split(line.text)))


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
    if _are_years(rows[0]) and not all(map(_are_years, rows[1:3])):
        return 1
    first, rest = _numbers(rows[0]), [_numbers(row) for row in rows[1:5]]
    return int(first == 0 or first * 2 < sum(rest) / max(1, len(rest)))


def _are_years(row: Line) -> bool:
    """Whether all cells of a row that are numbers are years, and some are."""
    cells = [cell.strip() for cell in re.split(r"[|\t;,&]|\s{2,}", row.text)]
    numbers = [cell for cell in cells if cell and _NUMBER.match(cell)]
    return bool(numbers) and all(map(_YEAR.match, numbers))


def _numbers(row: Line) -> int:
    """Cells of a row that are numbers."""
    return sum(
        _NUMBER.match(cell) is not None for cell in re.split(r"[|\t;,&]|\s{2,}", row.text) if cell.strip()
    )
