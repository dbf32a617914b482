"""Lines that are meant as lines: settings, source code, SQL, lists. A line's parent is the one it is indented under.

Prose that was wrapped fills its lines: at every break the next word would not have fitted. Where at half of the
breaks it would have, the text was broken on purpose, and each line is a piece.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

from excerpt.compressors.units.forms.enclosed import begins_diagnostic, begins_insert
from excerpt.compressors.units.forms.events import begins_event, is_command
from excerpt.compressors.units.forms.pieces import LONGEST, Piece, Region, joined
from excerpt.compressors.units.forms.tables import begins_statement
from excerpt.compressors.units.lines import Line, Lines

__all__ = ["find_fence", "find_nested"]

_CLOSER = re.compile(r"[\])}]+[;,]?$|\\end\{\w+\*?\}$|>+$|(?:end|fi|done|esac|else|\*/)\b;?$|</[\w:-]+>$")
_ITEM = re.compile(r"[-*+•]\s+\S")
_ROW = re.compile(r"\* - \S")
_FIELD = re.compile(r"[\"']?[\w.$/@-][\w .$/@-]{0,60}[\"']?\s*(?:[:=]|:=)(?:\s|$)")
_SECTION = re.compile(
    r"\[[^\]\n]+\]$|\\(?:chapter|(?:sub)*section)\*?\{|@@ .* @@|diff --git |(?:---|\+\+\+) [ab/]|#{1,6}\s"
)
_PATH = re.compile(r"(?=\S*[./])[\w./\\@+-]+:?$")
_HIT = re.compile(r"\d+[:-]")
_FOLDER = re.compile(r"[^\s:|,;]{1,200}:$")
_IN_FOLDER = re.compile(r"(?:total|insgesamt) \d|[-dlcbps](?:[r-][w-][xsStT-]){3}[.+@]? ")
_CLAUSE = re.compile(
    r"(?:FROM|(?:LEFT |RIGHT |FULL |INNER |CROSS )?(?:OUTER )?JOIN|ON|WHERE|AND|OR|(?:GROUP|ORDER) BY|HAVING|LIMIT"
    r"|OFFSET|UNION|VALUES|SET|RETURNING|USING)\b"
)
_STATEMENT = re.compile(r"(?:SELECT|WITH|CREATE|INSERT|UPDATE|DELETE|MERGE|ALTER|DROP|GRANT|REVOKE)\b")
_LISTED = re.compile(r"[-dlcbps](?:[r-][w-][xsStT-]){3}[.+@]? ")
_START = 4  # characters: lines that begin alike are no wrapped prose
_QUOTES = ('"""', "'''")
_CODE = re.compile(
    r"[;{}]$|^[\])}]|\w\(.*\)(?: ->.*)?[:;{,]?$|\w[\[(]$|^(?:\"\"\"|'''|//|/\*|\* |(?:#|;|--)\s?\w|@\w|\[[\w .:-]+\]$)"
    r"|^(?:def|class|func|fn|return|if|elif|else|for|while|try|with|case)\b.*[:{]$|^(?:import|from|return|raise|const|let|var)\s+[\w{]"
    r"|^(?:SELECT|CREATE|INSERT|UPDATE|FROM|WHERE|JOIN)\b|\w\s*(?:[-+*/:|&]?=|:=)\s*\S"
)
_SENTENCE = re.compile(r"[.!?。！？]['\")\]]*$")
_NUMBERED = re.compile(r"\S*\d\S*\s")
_LEAST = 3
_PARAGRAPH = 200  # lines looked at together; a longer paragraph goes on in parts
_FENCE = 400  # lines of a fenced block; the end of a longer one is not looked for
_WIDTH = 300  # a longer line is not read as code: looking at it would cost more than it tells


def find_fence(text: str, lines: Lines, at: int) -> Region | None:  # noqa: ARG001 - one shape for all forms
    """A fenced block of code, which is kept whole or dropped whole; None where no fence opens, or none closes it."""
    mark = lines[at].text[:3]
    if mark not in ("```", "~~~"):
        return None
    for stop in range(at + 1, min(len(lines), at + _FENCE)):
        if lines[stop].text[:3] == mark and not lines[stop].text.strip(mark[0]):
            return Region(stop + 1, [joined(lines[at : stop + 1])])
    return None


def find_nested(text: str, lines: Lines, at: int) -> Region | None:  # noqa: ARG001 - one shape for all forms
    """Lines that were broken on purpose, from a line to the end of its part of the text; None for wrapped prose."""
    stop = _paragraph_end(lines, at)
    if not _on_purpose(lines[at:stop]):
        return None
    quote = _open_quote(lines[at:stop], "")
    while stop < len(lines):  # paragraphs of the same kind go on: code and settings have blank lines
        following = _paragraph_end(lines, stop)
        part = lines[stop:following]
        if (
            _begins_other(part[0])
            or begins_diagnostic(lines, stop)
            or not (quote or _on_purpose(part) or _goes_on(lines[at], part))
        ):
            break
        quote = _open_quote(part, quote)
        stop = following
    return Region(stop, _pieces(lines[at:stop]))


def _begins_other(line: Line) -> bool:
    """Whether a line begins a form of its own, whatever the lines before it are."""
    text = line.text
    return (
        text.startswith(("\\begin{tabular", "\\begin{longtable"))
        or begins_event(text)
        or begins_insert(text)
        or begins_statement(line)
    )


def _paragraph_end(lines: Sequence[Line], at: int) -> int:
    stop, last = at + 1, min(len(lines), at + _PARAGRAPH)
    while stop < last and not lines[stop].after_blank and not _begins_other(lines[stop]):
        stop += 1
    return stop


def _open_quote(lines: Sequence[Line], quote: str) -> str:
    """The triple quote that is open behind some lines, given the one that is open before them."""
    for line in lines:
        for mark in _QUOTES:
            if quote in ("", mark) and line.text.count(mark) % 2:
                quote = "" if quote else mark
    return quote


def _is_code(line: Line) -> bool:
    return len(line.text) <= _WIDTH and _CODE.search(line.text) is not None


def _on_purpose(lines: Sequence[Line]) -> bool:
    """Whether the lines were broken where they had room."""
    shaped = sum(
        bool(_FIELD.match(line.text) or _LISTED.match(line.text) or _is_code(line)) for line in lines
    )
    if len(lines) < _LEAST:
        return len(lines) > 1 and shaped == len(lines)
    numbered = sum(_NUMBERED.match(line.text) is not None for line in lines)
    alike = sum(before.text[:_START] == after.text[:_START] for before, after in pairwise(lines))
    if 2 * shaped > len(lines) or 5 * numbered >= 4 * len(lines) or 2 * alike >= len(lines):
        return True
    width = max(line.indent + len(line.text) for line in lines)
    roomy = sum(
        before.indent + len(before.text) + 1 + len(after.text[:60].split(maxsplit=1)[0]) <= width
        for before, after in pairwise(lines)
    )
    if 2 * roomy < len(lines) - 1:
        return False
    ends = sum(_SENTENCE.search(line.text) is not None for line in lines)
    indented = sum(line.indent > 0 for line in lines)
    return 2 * ends < len(lines) or 2 * indented >= len(lines)


def _goes_on(head: Line, part: Sequence[Line]) -> bool:
    """Whether a short paragraph belongs to the lines before it: indented under them, or shaped like code."""
    return all(
        line.indent > head.indent or _FIELD.match(line.text) or _is_code(line) or _CLOSER.match(line.text)
        for line in part
    )


def _pieces(lines: Sequence[Line]) -> list[Piece]:
    groups = _groups(lines)
    pieces: list[Piece] = []
    above: list[tuple[int, int]] = []  # indent and number of the lines that this one stands under
    for number, group in enumerate(groups):
        first = group[0]
        depth = (
            -1
            if _heads(first.text, groups[number + 1][0].text if number + 1 < len(groups) else "")
            else first.indent
        )
        if (
            first.text[0] == ">"
            and number
            and (above[-1][0] > depth or groups[number - 1][-1].text[-1] == ":")
        ):
            depth += 1  # quoted below the line that says by whom
        while above and above[-1][0] >= depth:
            above.pop()
        parent = above[-1][1] if above else -1
        pieces.append(joined(list(group), parent))
        above.append((depth, len(pieces) - 1))
    return pieces


def _heads(text: str, following: str) -> bool:
    """Whether a line is the head of all lines up to the next head: a section, or a file with hits of a search."""
    if _SECTION.match(text):
        return True
    if _FOLDER.match(text) and _IN_FOLDER.match(following):
        return True
    return _HIT.match(following) is not None and _PATH.match(text) is not None


def _groups(lines: Sequence[Line]) -> list[list[Line]]:
    """Lines that are one piece: closers with what they close, strings of several lines, short items and records."""
    records = _records(lines)
    groups: list[list[Line]] = []
    quote = ""
    for index, line in enumerate(lines):
        size = line.end - groups[-1][0].start if groups else 0
        fits = size <= LONGEST
        if quote:
            if fits:
                groups[-1].append(line)
            else:
                groups.append([line])
            quote = "" if quote in line.text else quote
            continue
        if groups and fits and (_CLOSER.match(line.text) or records[index] or _goes_on_sql(groups[-1], line)):
            groups[-1].append(line)
        else:
            groups.append([line])
        for mark in _QUOTES:
            if line.text.count(mark) == 1 and not _closes(lines, index, mark):
                quote = mark
    return groups


def _goes_on_sql(before: Sequence[Line], line: Line) -> bool:
    """Whether a line is a clause of the SQL statement before it, or the statement under a comment."""
    last = before[-1].text
    begins = _STATEMENT if last.startswith("-- ") else _CLAUSE
    if (
        not begins.match(line.text)
        or line.after_blank
        or last.endswith(";")
        or line.indent != before[0].indent
    ):
        return False
    if last.startswith("-- "):
        return len(before) == 1
    statement = next((each.text for each in before if not each.text.startswith("-- ")), "")
    return _STATEMENT.match(statement) is not None


def _closes(lines: Sequence[Line], at: int, mark: str) -> bool:
    """Whether a triple quote ends a string that began before the text: what follows it is code."""
    code = others = 0
    for line in lines[at + 1 : at + 12]:
        if mark in line.text:
            break
        shaped = _is_code(line)
        code, others = code + shaped, others + (not shaped)
    return code > others


def _rests(lines: Sequence[Line]) -> list[bool]:
    """Which lines go on with the text of a setting that they are indented under, or are the command just described."""
    goes_on = [False] * len(lines)
    setting: Line | None = None
    for index, line in enumerate(lines):
        plain = not (_FIELD.match(line.text) or _ITEM.match(line.text) or _is_code(line))
        if setting is not None and line.indent > setting.indent and not line.after_blank and plain:
            goes_on[index] = True
            continue
        field = _FIELD.match(line.text)
        value = line.text[field.end() :] if field else ""
        setting = line if value[:1].isalpha() and value[-1] not in ":{[(,;" else None
        goes_on[index] = index > 0 and is_command(lines[index - 1], line)
    return goes_on


def _records(lines: Sequence[Line]) -> list[bool]:
    """Which lines go on with a record: under a list item with fields, or in a paragraph that begins as others do."""
    goes_on = _rests(lines)
    item: Line | None = None
    row: Line | None = None  # of a table that is written as a list of lists
    for index, line in enumerate(lines):
        row = line if _ROW.match(line.text) else row if row is not None and line.indent > row.indent else None
        if (row is not None and row is not line) or (
            item is not None and line.indent > item.indent and not _ITEM.match(line.text)
        ):
            goes_on[index] = True
        elif _ITEM.match(line.text) and _FIELD.match(line.text[1:].lstrip()):
            item = line
        else:
            item = None
    starts = [index for index, line in enumerate(lines) if line.after_blank]
    keys = [line.partition(":")[0] for line in (lines[index].text for index in starts)]
    for number, index in enumerate(starts):
        beside = {keys[other] for other in (number - 1, number + 1) if 0 <= other < len(keys)}
        stop = starts[number + 1] if number + 1 < len(starts) else len(lines)
        part = lines[index:stop]
        same = keys[number] in beside and all(_FIELD.match(line.text) for line in part)
        if same and part[-1].end - part[0].start <= LONGEST:
            goes_on[index + 1 : stop] = [True] * (stop - index - 1)
    return goes_on
