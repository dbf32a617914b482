r"""Whether an answer keeps to the form that was asked for, which is another thing than being right.

Compression can cost obedience where it costs no knowledge (2512.17920), so it is measured apart. A question says what
holds for its answer::

    {"question": ..., "constraints": {"max_words": 5, "format": "\\d{4}", "cite": true, "contains": ["kg"]}}
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import regex

from excerpt.errors import InputError

__all__ = ["Constraints"]

_KNOWN = ("cite", "contains", "format", "max_words")
_PATTERN_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Constraints:
    """What must hold for an answer.

    Args:
        max_words: At most so many words between white space, citation marks aside; None for any number.
        format: A regular expression, in the syntax of the ``regex`` package, that the whole answer must match,
            citation marks aside; None for any.
        cite: Whether it must cite a passage that it was given.
        contains: Strings that must stand in it.
    """

    max_words: int | None = None
    format: "regex.Pattern[str] | None" = None
    cite: bool = False
    contains: tuple[str, ...] = ()

    @classmethod
    def of(cls, value: object, where: str) -> "Constraints | None":
        """Read a row's ``constraints``; None where it has none.

        Raises:
            InputError: A constraint is unknown or has the wrong type; the message names it.
        """
        if value is None:
            return None
        if not isinstance(value, Mapping) or not set(value) <= set(_KNOWN):
            message = f"{where}: expected an object with {', '.join(_KNOWN)}, got {value!r:.80}"
            raise InputError(message)
        return cls(
            _words(value.get("max_words"), f"{where}.max_words"),
            _pattern(value.get("format"), f"{where}.format"),
            bool(value.get("cite", False)),
            _strings(value.get("contains", ()), f"{where}.contains"),
        )

    def met(self, words: str, cited: Sequence[int], given: Sequence[int]) -> float:
        """The share of the constraints that an answer keeps to.

        Args:
            words: The answer without its citation marks.
            cited: The passages that it cites.
            given: The passages that it could cite.
        """
        kept = [text in words for text in self.contains]
        if self.max_words is not None:
            kept.append(len(words.split()) <= self.max_words)
        if self.format is not None:
            kept.append(self._matches(words))
        if self.cite:
            kept.append(bool(cited) and set(cited) <= set(given))
        return sum(kept) / len(kept) if kept else 1.0

    def _matches(self, words: str) -> bool:
        try:
            return self.format is None or self.format.fullmatch(words, timeout=_PATTERN_SECONDS) is not None
        except TimeoutError:
            return False


def _words(value: Any, where: str) -> int | None:  # noqa: ANN401 - whatever the row holds
    if value is None or (type(value) is int and value >= 0):
        return value
    message = f"{where}: expected a whole number of words, got {value!r:.80}"
    raise InputError(message)


def _pattern(value: Any, where: str) -> "regex.Pattern[str] | None":  # noqa: ANN401 - as above
    if value is None:
        return None
    try:
        return regex.compile(value)
    except (regex.error, TypeError) as error:
        message = f"{where}: {value!r:.80} is not a regular expression ({error})"
        raise InputError(message) from error


def _strings(value: Any, where: str) -> tuple[str, ...]:  # noqa: ANN401 - as above
    if (
        isinstance(value, Sequence)
        and not isinstance(value, str)
        and all(isinstance(one, str) for one in value)
    ):
        return tuple(value)
    message = f"{where}: expected a list of strings, got {value!r:.80}"
    raise InputError(message)
