"""Words: the units of token-dropping compressors such as LLMLingua-2 (arXiv:2403.12968).

* A run of letters, digits and marks is a unit, together with the apostrophes, hyphens, points,
  slashes and the like that stand inside it: ``don't``, ``3.14``, ``well-known``, ``a.b@c.org``.
* A comma stands inside a number only: ``3,486``, ``1,00,000``, ``3,5``; in ``K7,35`` and ``1,2,3`` it parts words.
* Punctuation around a word is a unit of its own, so that a classifier can drop the comma and keep
  the word, as both word-piece families of the original do. Runs of one mark (``...``) stay whole.
* Scripts that are written without spaces come in short units: one character of Chinese or
  hiragana, a short run of katakana, one cluster of Thai, Lao, Khmer, Burmese or Tibetan.
* A grapheme cluster is never cut: emoji sequences, flags and combining marks stay whole.

Lexical scorers compare these units in every script: on Chinese questions BM25 found less evidence by pairs of
characters than by single ones.
"""

import re
from collections.abc import Iterator
from functools import partial

import regex

from excerpt.values.spans import Span

__all__ = ["RULES_VERSION", "split_words"]

RULES_VERSION = 2
"""Raise it with every change of what a word is; stored ones of another number are not used (tests/golden)."""

_SPACELESS = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tibetan}"
_LETTER = rf"[\p{{L}}\p{{N}}_--[{_SPACELESS}]]"
# What clings to the character before it: marks (two Thai and Lao vowels and the halfwidth voice
# marks are letters by category), joiners, variation selectors, skin tones, tags.
_CLING = r"[\p{M}\u0E33\u0EB3\uFF9E\uFF9F\u200C\u200D\U0001F3FB-\U0001F3FF\U000E0020-\U000E007F]"
_RUN = rf"{_LETTER}(?:{_LETTER}|{_CLING})*+"
_INSIDE = r"[-'’._:@/&+·‧‐‑\u00AD\u2060]{1,3}"

_COMMA = "[,٬،]"
# Groups of three digits (in India of two before the last three), or one comma for the decimals.
_GROUPED = (
    rf"(?<!\d{_COMMA})(?:\d{{1,3}}(?:{_COMMA}\d{{2,3}}){{0,7}}{_COMMA}\d{{3}}(?!{_COMMA}?\d)"
    rf"|\d{{1,40}}{_COMMA}\d{{1,40}}(?!{_COMMA}?\d))"
)

_FULL = regex.compile(
    rf"""
      (?:{_GROUPED}(?:{_LETTER}|{_CLING})*+|{_RUN})(?:{_INSIDE}+(?:{_GROUPED}(?:{_LETTER}|{_CLING})*+|{_RUN}))*+
    | \p{{Katakana}}(?:[\p{{Katakana}}ー]|{_CLING}){{0,11}}+{_CLING}*+
    | ([.…!?。、—–=*~-])\1++{_CLING}*+
    | (?![\s\x1C-\x1F])\X
    """,
    regex.VERBOSE | regex.V1,
)
# Text with nothing that clings, no spaceless script and no flags or emoji needs no properties; the
# standard library's engine is then twice as fast.
_HARD = regex.compile(
    rf"[{_SPACELESS}{_CLING[1:-1]}\p{{Prepended_Concatenation_Mark}}\u1100-\u11FF\U0001F1E6-\U0001F1FF]"
)
_PLAIN = re.compile(rf"(?:{_GROUPED}\w*+|\w++)(?:{_INSIDE}(?:{_GROUPED}\w*+|\w++))*+|([^\w\s])\1*")
_as_span = partial(tuple.__new__, Span)  # a Span without a Python frame: a fifth of the whole time


def split_words(text: str) -> list[Span]:
    """Split a text into words, punctuation marks and short clusters.

    Args:
        text: Any text; the time is linear in its length.

    Returns:
        Spans in order. Every character that is not white space lies in exactly one; white space
        lies in none, so of a space with a combining mark only the mark is a unit.
    """
    matches: Iterator[tuple[int, int]]
    if text.isascii() or not _HARD.search(text):
        matches = map(re.Match.span, _PLAIN.finditer(text))
    else:
        matches = map(regex.Match.span, _FULL.finditer(text))
    return list(map(_as_span, matches))
