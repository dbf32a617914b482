"""What a careless compressor loses first: names, numbers and negations in a text, found by rules."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from types import MappingProxyType

import regex

from excerpt.compressors.evidence.stop_terms import STOP_TERMS
from excerpt.compressors.guards.protection import Guards
from excerpt.compressors.units.sentences import split_sentences
from excerpt.values.spans import Span, merge

__all__ = ["KINDS", "mentions"]

KINDS = ("entities", "numbers", "negations")
"""The kinds of mention."""

_GUARDS = Guards(urls=False, code=False, tables=False, quotes=False)
_WORD = r"\p{Lu}[\p{L}\p{M}\p{N}'’&-]*+"
_NAME = regex.compile(rf"\b{_WORD}(?:(?:\s(?:of|the|de|la|von|van|der|and|&)){{0,2}}[ .]{{1,2}}{_WORD})*+")


@lru_cache(maxsize=1024)
def mentions(text: str) -> Mapping[str, tuple[Span, ...]]:
    """The mentions of each kind in a text, in order.

    Numbers and negations are what the guards protect. Entities are runs of capitalised words; a single capitalised
    word that opens a sentence is none unless it has a second capital or a digit. That is a rule of thumb for
    languages with capital letters: it misses names in lower case and takes some headings for names.
    """
    return MappingProxyType(
        {
            "entities": tuple(_names(text)),
            "numbers": _guarded(text, "number"),
            "negations": _guarded(text, "negation"),
        }
    )


def _guarded(text: str, kind: str) -> tuple[Span, ...]:
    return merge(span for span, found in _GUARDS.found(text) if found == kind)


def _names(text: str) -> Iterator[Span]:
    openings = {start for start, _ in split_sentences(text)}
    for match in _NAME.finditer(text):
        start, name = match.start(), match[0]
        first, gap, rest = name.partition(" ")
        if first.casefold() in STOP_TERMS and gap:
            start, name = start + len(first) + 1, rest
        alone = " " not in name and not any(letter.isupper() or letter.isdigit() for letter in name[1:])
        if not (alone and start in openings):
            yield Span(start, match.end())
