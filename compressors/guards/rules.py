"""How a built-in pattern of the guards is looked for."""

import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import regex

from excerpt.cached import cached_property
from excerpt.values.spans import Span

__all__ = ["GAP", "HARD_BREAK", "SPACE", "LatePattern", "Rule", "any_of", "mark_breaks"]

_REACH = 160  # characters behind the start of an anchor that a match may hold
HARD_BREAK = "\v"
"""Stands for a line break that ends something; no pattern matches across it."""

SPACE = r"[ \u00A0\u202F]"
GAP = r"(?:[ \t\u00A0\u202F]{1,2}|[ \t]?\r?\n[ \t]{0,8}(?=[\p{Ll}\d]))"
"""Between the words of one expression: spaces on the line, or a line break that wrapped the text there."""

_WRAPPED = 40  # characters of the shortest line that may have been wrapped
# Lines of settings, records, lists, logs and code are not wrapped prose.
_MACHINE = re.compile(
    r"""\s*(?:["'{}\[\]<>|\#@$*+/\\`-]|\d[\d.:/-]{3,}\s|[\w.-]{1,40}["']?\s?[:=](?:\s|$))|.*["']\s*[:=]"""
)
_MACHINE_ENDS = ("{", "}", ";", "|", "\t", "],", "),", '",', "',")


class LatePattern:
    """A pattern that is compiled when it is first looked for.

    To compile all of the guards takes a fifth of a second, and passages of an index bring what is protected with them.

    Args:
        pattern: As for ``regex.compile``.
        flags: Likewise.
    """

    def __init__(self, pattern: str, flags: int = 0) -> None:
        self.pattern, self.flags = pattern, flags

    @cached_property
    def compiled(self) -> "regex.Pattern[str]":
        """The compiled pattern."""
        return regex.compile(self.pattern, self.flags)


class Rule(NamedTuple):
    """A pattern, what must occur where it matches, and how far before that a match may begin.

    With ``back`` None the anchor only says whether the pattern is worth trying on a text at all. ``crosses`` says
    whether a match may reach across a gap between two units (`excerpt.compressors.guards.gaps`); None where it always
    may.
    """

    kind: str
    anchor: "re.Pattern[str]"
    pattern: LatePattern
    back: int | None = None
    crosses: Callable[[str, int, int], bool] | None = None

    def spans(self, text: str) -> Iterator[Span]:
        """The matches in order, without overlaps."""
        if self.back is None:
            if self.anchor.search(text):
                yield from (Span(*match.span()) for match in self.pattern.compiled.finditer(text))
            return
        done, pattern = 0, self.pattern.compiled
        for anchor in self.anchor.finditer(text):
            at = anchor.start()
            while done <= at:
                start = max(done, at - self.back)
                match = pattern.search(text, start, min(len(text), at + _REACH))
                if match is None or match.start() > at:
                    break
                yield Span(*match.span())
                done = match.end()


def mark_breaks(text: str) -> str:
    """The text with `HARD_BREAK` for each line break that does not wrap prose; its length is the same.

    A line is wrapped where it is long, goes on with a letter or a digit, and neither it nor the next line looks like a
    line of settings, records or code. In machine text every line stands for itself.
    """
    if "\n" not in text:
        return text
    lines = text.split("\n")
    machine = [
        _MACHINE.match(line) is not None or line.removesuffix("\r").endswith(_MACHINE_ENDS) for line in lines
    ]
    pieces = [lines[0]]
    for index in range(1, len(lines)):
        before, line = lines[index - 1], lines[index].lstrip()
        wraps = len(before) >= _WRAPPED and line[:1].isalnum() and not (machine[index - 1] or machine[index])
        pieces.extend(("\n" if wraps else HARD_BREAK, lines[index]))
    return "".join(pieces)


def any_of(*words: str) -> str:
    """A pattern for one of the words, the longest that fits first.

    It goes letter by letter: an engine that tries one word after another is slow.
    """
    tree: dict[str, Any] = {}
    for word in " ".join(words).split():
        node = tree
        for letter in word:
            node = node.setdefault(letter, {})
        node[""] = {}
    return _branches(tree)


def _branches(node: dict[str, Any]) -> str:
    ends = "" in node
    parts = [re.escape(letter) + _branches(node[letter]) for letter in sorted(node) if letter]
    if not parts:
        return ""
    joined = parts[0] if len(parts) == 1 and not ends else f"(?:{'|'.join(parts)})"
    return f"{joined}?" if ends else joined
