"""Clauses of prose in a tree: headings, list items and keys above sentences, a sentence's first clause above the rest.

The elementary discourse units of LingoEDU (2512.14244), by rules in the place of its trained model.
"""

import re
from collections.abc import Iterator

from excerpt.compressors.units.forms.pieces import Piece
from excerpt.compressors.units.structure import split_records

__all__ = ["split_clauses"]

_MARK = re.compile(r"[;:,](?=\s)|[；：，](?=\w)")
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]|[^\W\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]+")
_NO_PROSE = re.compile(r"[|{}\t=<>\\]|^\s*(?:#|```|~~~)|\n\s*\n")
_FEWEST = 3
"""Words on each side of a cut: shorter pieces are names in a list, not clauses."""


def split_clauses(text: str) -> list[Piece]:
    """Clauses of sentences, each under its sentence's first, and records, each under its heading, header or key.

    A record (`excerpt.compressors.units.structure`) that reads as prose is cut behind ``;``, ``:`` and ``,`` before
    white space and behind their full-width forms, where at least three words stand on both sides; every other record is
    one unit. The time is linear in the text.

    Returns:
        Pieces in order, without white space at their ends. Every character that is not white space lies in exactly one.
    """
    pieces: list[Piece] = []
    place: list[int] = []  # of each record's first clause
    for record in split_records(text):
        place.append(len(pieces))
        parent = place[record.parent] if record.parent >= 0 else -1
        for start, end in _clauses(text, record.start, record.end):
            pieces.append(Piece(start, end, parent if start == record.start else place[-1]))
    return pieces


def _clauses(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The clauses of one record."""
    if _NO_PROSE.search(text, start, end) is None:
        words = [match.start() for match in _WORD.finditer(text, start, end)]
        before = 0  # words up to the last cut
        seen = 0
        for mark in _MARK.finditer(text, start, end):
            while seen < len(words) and words[seen] < mark.start():
                seen += 1
            if seen - before >= _FEWEST and len(words) - seen >= _FEWEST:
                yield start, mark.end()
                start, before = words[seen] - _opening(text, mark.end(), words[seen]), seen
    yield start, end


def _opening(text: str, cut: int, word: int) -> int:
    """How many characters stand before the next clause's first word, such as a quotation mark."""
    return len(text[cut:word].lstrip())
