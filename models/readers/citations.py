"""Citation marks in what a reader wrote: ``"a mill [2, 3]"``."""

import regex

__all__ = ["cited"]

_MARK = regex.compile(r"\[\s*\d+(?:\s*,\s*\d+)*\s*\]")


def cited(answer: str) -> tuple[str, tuple[int, ...]]:
    """An answer without its citation marks, and the numbers in them: ``"a mill [2, 3]"`` cites 2 and 3."""
    numbers = [int(digits) for mark in _MARK.findall(answer) for digits in regex.findall(r"\d+", mark)]
    return " ".join(_MARK.sub(" ", answer).split()), tuple(dict.fromkeys(numbers))
