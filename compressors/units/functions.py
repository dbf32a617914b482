"""Functions, methods and what stands around them: the large units of code (LongCodeZip, 2510.00446)."""

from collections.abc import Iterator
from itertools import pairwise

import regex

from excerpt.values.spans import Span

__all__ = ["split_functions"]

_MODIFIER = (
    r"(?:(?:export|default|public|private|protected|internal|static|final|abstract|async|pub(?:\([^)]*\))?|unsafe"
    r"|override|virtual|inline|extern|const)\s+)*"
)
_HOLDER = regex.compile(rf"{_MODIFIER}(?:class|interface|impl|trait|module|namespace|object|struct|enum)\b")
_FUNCTION = regex.compile(
    rf"{_MODIFIER}(?:def|func|fn|function|fun|sub|proc)\b"
    r"|[\w<>\[\],.*&:?~ ]{1,200}\s[*&]?[\w~:]{1,100}\s?\([^;(){}]{0,400}\)\s?(?:const|noexcept|throws [\w, .]+)?\s?\{$"
)
_STATEMENT = regex.compile(r"(?:if|for|while|switch|else|elif|return|catch|try|do|with|match|when)\b")
_ABOVE = regex.compile(r"[@#]|//|/\*|\*|--|\[\w")  # decorators, annotations, comments


def split_functions(text: str) -> list[Span]:
    """One unit for each function or method with its decorators and comments, one for each stretch between; linear.

    A function inside another stays in it; methods are taken out of their class, whose head is a unit of its own.
    Which line begins one is read from its first words and its indentation, for Python, JavaScript, TypeScript, Java,
    C and its kin, Go, Rust, Kotlin, Ruby, Lua and others that write so. Text without any such line is one unit.
    """
    lines = list(_lines(text))
    starts = [0]
    inside: list[tuple[int, bool]] = []  # indentation of open definitions, and whether each holds others
    for number, (start, end) in enumerate(lines):
        line = text[start:end].rstrip()
        stripped = line.lstrip()
        if not stripped or stripped[0] in "})]":
            continue
        indent = len(line.expandtabs(4)) - len(stripped.expandtabs(4))
        while inside and inside[-1][0] >= indent:
            inside.pop()
            if all(holds for _, holds in inside) and not _ABOVE.match(stripped):
                starts.append(number)
        holder = bool(_HOLDER.match(stripped))
        if not holder and (_STATEMENT.match(stripped) or not _FUNCTION.match(stripped)):
            continue
        if all(holds for _, holds in inside):
            starts.append(_first_above(text, lines, number, starts[-1]))
        inside.append((indent, holder))
    cuts = sorted(set(starts))
    spans = [
        _trimmed(text, lines[first][0], lines[last - 1][1])
        for first, last in pairwise([*cuts, len(lines)])
        if lines
    ]
    return [span for span in spans if span.start < span.end]


def _first_above(text: str, lines: list[Span], number: int, least: int) -> int:
    """The first of the decorators and comments that stand right above a line."""
    while number > least and _ABOVE.match(text[slice(*lines[number - 1])].lstrip()):
        number -= 1
    return number


def _lines(text: str) -> Iterator[Span]:
    start = 0
    for line in text.splitlines(keepends=True):
        yield Span(start, start + len(line))
        start += len(line)


def _trimmed(text: str, start: int, end: int) -> Span:
    inner = text[start:end]
    return Span(start + len(inner) - len(inner.lstrip()), start + len(inner.rstrip()))
