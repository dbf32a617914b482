"""What is looked at of an input that is too large for one call: the windows that hold most of the question's words.

Splitting, guards and scores take some tens of times the memory of a text. Over a cap the text is skimmed with one
regular expression first, and everything else works on what that found.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import regex

from excerpt.compressors.evidence.stop_terms import STOP_TERMS
from excerpt.compressors.units.word_forms import even_form
from excerpt.compressors.units.words import split_words
from excerpt.values.spans import Span, merge
from excerpt.values.types import Passage

__all__ = ["skim"]

_WINDOW = 16_000  # characters; shorter passages are taken whole or not at all
_SEEK = 2_000  # how far a window's end is moved to a line break
_FRONTS = 64  # passages whose front is always looked at: it has the header of a table, the keys of a document
_STEM = 6  # letters of a word that must be there
_MOST_HITS = 50  # of one word in a window that count


def skim(query: str, passages: Sequence[Passage], most: int) -> list[tuple[Span, ...]]:
    """The spans to look at, for each passage; linear in the size of all passages, with a small factor.

    Args:
        query: The question.
        passages: The passages.
        most: Characters, about.
    """
    windows = [(index, *span) for index, passage in enumerate(passages) for span in _windows(passage.text)]
    terms = _terms(query)
    hits = np.zeros((len(windows), len(terms)))
    if terms:
        pattern = regex.compile("|".join(f"({regex.escape(term)})" for term in terms), regex.IGNORECASE)
        for row, (index, start, end) in enumerate(windows):
            for match in pattern.finditer(passages[index].text, start, end):
                hits[row, (match.lastindex or 1) - 1] += 1
    rarity = np.log1p(len(windows) / (1 + (hits > 0).sum(axis=0)))
    worth = (np.log1p(np.minimum(hits, _MOST_HITS)) * rarity).sum(axis=1)
    fronts = [row for row, (_, start, end) in enumerate(windows) if start == 0 and end == _end(windows, row)]
    order = [*fronts[:_FRONTS], *np.argsort(-worth, kind="stable").tolist()]
    chosen: list[list[Span]] = [[] for _ in passages]
    left = most
    for row in dict.fromkeys(order):
        index, start, end = windows[row]
        if left < end - start:
            continue
        left -= end - start
        chosen[index].append(Span(start, end))
    return [merge(spans) for spans in chosen]


def _end(windows: Sequence[tuple[int, int, int]], row: int) -> int:
    """The end of a window that is not the only one of its passage; -1 for one that is."""
    index, _, end = windows[row]
    return end if row + 1 < len(windows) and windows[row + 1][0] == index else -1


def _windows(text: str) -> Iterator[tuple[int, int]]:
    """Neighbouring stretches that end at a line break, or else at a space, where there is one."""
    start = 0
    while len(text) - start > _WINDOW:
        end = start + _WINDOW
        cut = max(text.rfind("\n", end - _SEEK, end), -1)
        cut = text.rfind(" ", end - _SEEK, end) if cut < 0 else cut
        end = end if cut < 0 else cut + 1
        yield start, end
        start = end
    if start < len(text):
        yield start, len(text)


def _terms(query: str) -> list[str]:
    """The beginnings of the question's words, without those that say nothing; pairs in scripts without spaces."""
    words = [even_form(query[start:end]) for start, end in split_words(query)]
    words = [word for word in words if any(map(str.isalnum, word))]
    telling = [word for word in words if word not in STOP_TERMS and len(word) > 1] or words
    return list(dict.fromkeys(word[:_STEM] for word in telling))
