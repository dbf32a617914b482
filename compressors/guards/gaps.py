"""Whether a match of a rule may reach across the gap between two units.

Splitting a text only asks which protected spans its cuts go through. That is nearly always none: a sentence ends with a
stop and a record with its line, and few patterns go on behind either. What stands on both sides of a gap tells, so a
rule is only looked for in texts with a gap that it may cross. All functions here are on the safe side: they are True
where a match is conceivable.

Most take a text as `excerpt.compressors.guards.rules.mark_breaks` gives it, where a gap begins and where it ends: at a
character that is not white space. Where nothing stands between, both are the same.
"""

import re
from collections.abc import Iterable

import regex

from excerpt.compressors.guards.rules import GAP, HARD_BREAK

__all__ = ["goes_on", "in_block", "in_url", "in_words", "within_line", "within_quotes"]

_NOT_IN_WORDS = frozenset('.!?…:;,)]}"”»«“。！？(|[{<>=*_/\\+#@$%^&~`')
"""No negation, and none of the words behind it, has one of these; it may begin behind one."""


_BREAKS = "\n\r\v\f\x1c-\x1e\x85\u2028\u2029"
_BREAK = re.compile(f"[{_BREAKS}]")
_MARK_OF_BLOCK = re.compile(rf"[|\t+`~{_BREAKS}]")
_LONGEST_PATH = 1_200


def in_block(text: str, gaps: Iterable[tuple[int, int]]) -> bool:
    """Whether a row of a table or a line of code may reach across a gap of a text, which is given as it is."""
    if not text[:1].isspace() and not _MARK_OF_BLOCK.search(text):
        return False
    return any(_BREAK.search(text, end, start) is None for end, start in gaps)


def within_line(text: str, end: int, start: int) -> bool:
    """Of code between backticks, which does not go over the end of a line of prose."""
    return text.find("\n", end, start) < 0


def within_quotes(text: str, end: int, start: int) -> bool:
    """Of a quotation, which goes over all but hard breaks."""
    return text.find(HARD_BREAK, end, start) < 0


def in_url(text: str, end: int, start: int) -> bool:
    """Of URLs and paths: only those of Windows have spaces."""
    if end == start:
        return text[end - 1] not in "<>"
    drive = text.find(":\\", max(0, end - _LONGEST_PATH), end)
    return drive >= 0 and not text[end:start].strip(" ")


def in_words(text: str, end: int, start: int) -> bool:
    """Of negations."""
    if text[end - 1] in _NOT_IN_WORDS:
        return False
    return end == start or goes_on(text, end, start, capitals=True)


# "5 per\ncent", "half a", "°\nC": white space of any kind may stand there.
_GAP, _GAP_OF_ANY_CASE = regex.compile(GAP), regex.compile(GAP, regex.IGNORECASE)
_ANY_SPACE = regex.compile(r"(?<=\b(?:per|percentage|half|a|tháng)|[^\x00-\x7f])\s")


def goes_on(text: str, end: int, start: int, *, capitals: bool = False) -> bool:
    """Whether one expression may go on behind a gap: over spaces, or over a line break that wrapped the text there.

    Args:
        text: As for all.
        end: As for all.
        start: As for all.
        capitals: Whether it may go on with a capital behind a line break.
    """
    gap = (_GAP_OF_ANY_CASE if capitals else _GAP).match(text, end, start + 1)
    if gap is not None and gap.end() == start:
        return True
    return start - end == 1 and _ANY_SPACE.match(text, end) is not None
