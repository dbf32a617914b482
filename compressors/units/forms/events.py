"""Records of several lines: log entries, stack traces, subtitles, questions with answers, turns of a chat, commands.

An entry begins where a line has the mark of its form (a time, a level, a speaker); lines without one go on with the
entry before them.
"""

import re
from collections.abc import Callable, Sequence
from itertools import pairwise

from excerpt.compressors.units.forms.pieces import LONGEST, Piece, Region, joined
from excerpt.compressors.units.lines import Line, Lines

__all__ = [
    "begins_event",
    "find_diff",
    "find_entries",
    "find_pairs",
    "find_subtitles",
    "find_trace",
    "is_command",
    "split_entry",
]

_TIME = (
    r"(?:\d{4}[-/.]?\d{2}[-/.]?\d{2}(?:[T _:-]\d{1,2}[:.]?\d{2}(?:[:.]?\d{2})?)?"
    r"|\d{1,2}[./]\d{1,2}(?:[./]\d{2,4})?[ ,]+\d{1,2}:\d{2}|\d{6} \d{6}"
    r"|(?:[A-Z][a-z]{2} )?[A-Z][a-z]{2} {1,2}\d{1,2} (?:\d{4} )?\d{2}:\d{2}(?::\d{2})?"
    r"|\d{1,2}[/ ][A-Z][a-z]{2}[/ ]\d{4}[: ]\d{2}:\d{2}"
    r"|\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d+)?(?: ?[AaPp][Mm])?|\d{10,13}\b)"
)
_LEVEL = (
    "(?:TRACE|DEBUG|INFO|NOTICE|WARN(?:ING)?|ERROR|FATAL|CRITICAL|SEVERE"
    "|emerg|alert|crit|error|warn|notice|info|debug)"
)
_STAMP = re.compile(
    rf"[\[(<-]*\s?{_TIME}|[\[(]?{_LEVEL}[\])]?[\s:|]|\S{{1,40}} (?:\S{{1,40}} )?[\[(]?{_TIME}"
)
_NAME = r"[\w.@#()'’-]{1,25}(?: [\w.@#()'’-]{1,25}){0,3}"
_SPEAKER = re.compile(
    r"(?:[\[(]?\d{1,2}:\d{2}(?::\d{2})?(?: ?[AaPp][Mm])?[\])]?[ ,-]*)?"
    rf"(?:(?:<[^<>\s]{{1,30}}>|\[[^\[\]\d][^\[\]]{{0,30}}\]|\*\*[^*\n]{{1,40}}\*\*:?|{_NAME} ?:)\s|{_NAME} ?：(?=\S))"
)
_CAST = re.compile(r"((?:(?:DR|MRS?|MS|ST)\. )?(?:[^\W\d_]|[ '’-]){1,30})\.\s+\S")
_TRACE = re.compile(
    r"Traceback \(most recent call last\)|(?:Exception in thread|Caused by:)|panic: |goroutine \d+ \["
    r"|[\w.$]+(?:Exception|Error)(?::|$)"
)
_FRAME = re.compile(r'(?:File "|at \S|in \S+\(|from \S+:\d|\.\.\. \d+ more|\S+\.\w+:\d+|\^+$|~*\^)')
_MORE = re.compile(r"\.\.\. \d+ (?:more|common frames)")
_PYTHON_FRAME = re.compile(r'File "[^"]*", line \d+')
_QUESTION = re.compile(
    r"(?:\*\*)?(?:Q(?:uestion)?|F(?:rage)?|P(?:regunta)?|问|質問)\s?\d*\s?[:.：)]|.{3,200}[?？](?:\*\*)?$"
)
_ANSWER = re.compile(r"(?:\*\*)?(?:A(?:nswer|ntwort)?|R(?:espuesta|éponse)?|答|回答)\s?\d*\s?[:.：)]")
_COMMAND = re.compile(r"`[^`\n]+`$|\$ \S")
_CUE = re.compile(r"(?:\d{2}:)?\d{2}:\d{2}[.,]\d{3} --> ")
_DIFF = re.compile(r"diff --git |--- \S|@@ -\d")
_DIFF_HEAD = re.compile(
    r"diff --git |--- \S|\+\+\+ \S|index [0-9a-f]{5}|(?:new|deleted) file mode|similarity |rename |Binary files "
)
_FORWARDED = re.compile(r"-{4,} ?[^\W\d_][\w ]{4,40} ?-{4,}$")
_LOOK = 8
_FEWEST_TURNS = 3
_ASKED = 160  # characters of a question that is read with its answer


def begins_event(text: str) -> bool:
    """Whether a line begins a stack trace, a diff, a cue or a forwarded mail, whatever the lines before it are."""
    return (
        _TRACE.match(text) is not None
        or text.startswith(("diff --git ", "@@ -"))
        or _FORWARDED.match(text) is not None
        or _CUE.match(text) is not None
    )


def find_diff(text: str, lines: Lines, at: int) -> Region | None:  # noqa: ARG001 - one shape for all forms
    """A unified diff: heads of files, hunks under them, and each line under its hunk; None for none."""
    first = lines[at].text
    if not _DIFF.match(first) or (first.startswith("---") and not _next_starts(lines, at, "+++ ")):
        return None
    pieces: list[Piece] = []
    file = hunk = -1
    index = at
    while index < len(lines):
        line = lines[index]
        if _begins_file(lines, index):
            stop = index + 1
            while (
                stop < len(lines)
                and _DIFF_HEAD.match(lines[stop].text)
                and not lines[stop].text.startswith("diff")
            ):
                stop += 1
            pieces.append(joined(lines[index:stop]))
            file = hunk = len(pieces) - 1
            index = stop
            continue
        if line.text.startswith("@@ "):
            pieces.append(joined([line], file))
            hunk = len(pieces) - 1
        elif line.text[0] in "+-\\" or not line.after_blank or line.indent:
            pieces.append(joined([line], hunk))
        else:
            break
        index += 1
    return Region(index, pieces)


def _begins_file(lines: Lines, at: int) -> bool:
    """Whether a line is the head of a file, and no removed line that begins with dashes."""
    text = lines[at].text
    return _DIFF_HEAD.match(text) is not None and (text[:4] != "--- " or _next_starts(lines, at, "+++ "))


def _next_starts(lines: Sequence[Line], at: int, mark: str) -> bool:
    return at + 1 < len(lines) and lines[at + 1].text.startswith(mark)


def find_entries(text: str, lines: Lines, at: int) -> Region | None:  # noqa: ARG001 - one shape for all forms
    """Log entries, or turns of a chat, from a line on; None where fewer than three of the next lines begin one."""
    ahead = lines[at : at + _LOOK]
    for mark in (_STAMP, _SPEAKER):
        begins = [mark.match(line.text) is not None for line in ahead]
        enough = sum(begins) >= max(2 if mark is _STAMP else 3, (len(ahead) + 1) // 2)
        if begins[0] and enough and (mark is _STAMP or _speak(ahead)):
            return _entries(lines, at, mark.match)
    if _cast(lines[at].text):
        cast = [name for line in ahead if (name := _cast(line.text))]
        if len(cast) >= _FEWEST_TURNS and len(set(cast)) < len(cast):
            return _entries(lines, at, _cast)
    return None


def _cast(text: str) -> str:
    """The name in capitals that a turn of a play or of a hearing begins with; empty for none."""
    match = _CAST.match(text)
    return match[1] if match and match[1].isupper() else ""


def _speak(lines: Sequence[Line]) -> bool:
    """Whether speakers are marked as such, or one speaks again: settings have names before colons too."""
    said = [match.group() for line in lines if (match := _SPEAKER.match(line.text))]
    marked = sum(name[0] in "<[*(" or name[0].isdigit() for name in said)
    return 2 * marked >= len(said) or len(set(said)) < len(said)


def _entries(lines: list[Line], at: int, begins: Callable[[str], object]) -> Region:
    """Entries with the lines that go on with them, and with their stack traces."""
    pieces: list[Piece] = []
    turns: list[tuple[int, str]] = []  # the first piece of each entry, and how the entry ends
    first = index = at
    quiet = 0  # paragraphs in a row without an entry
    while index < len(lines):
        line = lines[index]
        if begins(line.text):
            quiet = 0
            if index > first:
                turns.append((len(pieces), lines[index - 1].text[-1]))
                pieces.extend(split_entry(lines[first:index], len(pieces)))
            first = index
        elif line.after_blank:
            quiet += 1
            ahead = lines[index : index + 3]
            if not any(begins(other.text) for other in ahead):
                break
        index += 1
    turns.append((len(pieces), lines[index - 1].text[-1]))
    pieces.extend(split_entry(lines[first:index], len(pieces)))
    if begins is _cast:  # in a chat others speak in between
        _answer(pieces, turns)
    return Region(index, pieces)


def _answer(pieces: list[Piece], turns: Sequence[tuple[int, str]]) -> None:
    """An entry behind a short question gets that as its parent: what answers is seldom to be understood without."""
    for (asked, mark), (answer, _) in pairwise(turns):
        question = pieces[asked]
        short = question.end - question.start <= _ASKED
        if mark in "?？؟" and short and question.parent < 0:
            pieces[answer] = pieces[answer]._replace(parent=asked)


def split_entry(lines: Sequence[Line], number: int) -> list[Piece]:
    """One entry: a piece, or its first line and, where it is long, its other lines under that.

    Args:
        lines: Its lines.
        number: What its first piece counts as, for the parent of the others.
    """
    whole = joined(list(lines))
    if whole.end - whole.start <= LONGEST or len(lines) == 1:
        return [whole]
    return [joined([lines[0]]), *(joined([line], number) for line in lines[1:])]


def find_trace(text: str, lines: Lines, at: int) -> Region | None:  # noqa: ARG001 - one shape for all forms
    """A stack trace that begins at a line: its frames and its error line; None for none.

    In Python the error line comes last and has the last frame as its parent, where it was raised. In other languages
    it is first, and is the parent of the frames.
    """
    if not _TRACE.match(lines[at].text) or at + 1 >= len(lines):
        return None
    stop = at + 1
    python = lines[at].text.startswith("Traceback")
    while stop < len(lines) and (lines[stop].indent > lines[at].indent or _FRAME.match(lines[stop].text)):
        stop += 1
    if stop == at + 1:
        return None
    if not python:
        pieces = [joined([lines[at]])]
        for line in lines[at + 1 : stop]:
            if _MORE.match(line.text):
                pieces[-1] = pieces[-1]._replace(end=line.end)
            else:
                pieces.append(joined([line], 0))
        return Region(stop, pieces)
    frames = [number for number in range(at + 1, stop) if _PYTHON_FRAME.match(lines[number].text)]
    bounds = [at + 1, *(number for number in frames if number > at + 1), stop]
    pieces = [joined([lines[at]])]
    pieces.extend(joined(lines[first:following]) for first, following in pairwise(bounds))
    if stop < len(lines) and not lines[stop].after_blank:
        pieces.append(joined([lines[stop]], len(pieces) - 1))
        stop += 1
    return Region(stop, pieces)


def find_subtitles(text: str, lines: Lines, at: int) -> Region | None:  # noqa: ARG001 - one shape for all forms
    """Cues of SubRip or WebVTT, each with its number and its time; None for none."""
    here = [line.text for line in lines[at : at + 2]]
    if not (_CUE.match(here[0]) or (len(here) > 1 and here[0].isdigit() and _CUE.match(here[1]))):
        return None
    pieces: list[Piece] = []
    stop = at
    while stop < len(lines):
        first = stop
        if lines[stop].text.isdigit():
            stop += 1
        if stop >= len(lines) or not _CUE.match(lines[stop].text):
            stop = first
            break
        stop += 1
        while stop < len(lines) and not lines[stop].after_blank:
            stop += 1
        pieces.append(joined(lines[first:stop]))
    return Region(stop, pieces) if pieces else None


def find_pairs(text: str, lines: Lines, at: int) -> Region | None:  # noqa: ARG001 - one shape for all forms
    """A question with its answer (FAQ), or what a command does with the command; None for neither."""
    if at + 1 < len(lines) and is_command(lines[at], lines[at + 1]):
        stop = at + 2
        while stop < len(lines) and not lines[stop].after_blank and _COMMAND.match(lines[stop].text):
            stop += 1
        whole = joined(lines[at:stop])
        return Region(stop, [whole]) if whole.end - whole.start <= LONGEST else None
    if not _QUESTION.match(lines[at].text) or at + 1 >= len(lines):
        return None
    answer = lines[at + 1].text
    quoted = lines[at].text[0] == ">" != answer[0]  # a mail that is answered line by line
    if not quoted and not _ANSWER.match(answer):
        return None
    stop = at + 2
    while stop < len(lines) and not lines[stop].after_blank and not _QUESTION.match(lines[stop].text):
        stop += 1
    whole = joined(lines[at:stop])
    if whole.end - whole.start <= LONGEST:
        return Region(stop, [whole])
    return Region(stop, [joined([lines[at]]), *(joined([line], 0) for line in lines[at + 1 : stop])])


def is_command(before: Line, line: Line) -> bool:
    """Whether a line is a command, and the one before it says what that does."""
    return before.text[-1] in ":：" and _COMMAND.match(line.text) is not None
