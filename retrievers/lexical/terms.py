"""Text to the terms that BM25 counts, in any script.

The rule is part of the index format: an index counts by the rule that it was built with, so a change
here is a new `RULES_VERSION`, and an index of another rule is refused. That is why the rule stands here
and does not borrow the word splitter of the compressors.
"""

import re
import unicodedata

import regex

__all__ = ["RULES_VERSION", "terms"]

RULES_VERSION = 1
"""Raise it with every change of the terms of a text; an index of another number is refused (tests/golden)."""

_UNSPACED = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
# 255 characters at most, as in Lucene: a line without spaces must not become one term of a megabyte.
_TERM = regex.compile(
    rf"(?P<unspaced>[{_UNSPACED}][{_UNSPACED}\p{{M}}ー々]*)"
    r"|\p{Nd}+(?:[.,]\p{Nd}+)*"
    rf"|[[\p{{L}}\p{{N}}\p{{M}}]--[{_UNSPACED}]]{{1,255}}",
    regex.VERSION1,
)
_ASCII_TERM = re.compile(r"[0-9]+(?:[.,][0-9]+)*|[a-z0-9]{1,255}")


def terms(text: str) -> list[str]:
    """The terms of a text in order, repeats included.

    Compatibility forms and case are folded (NFKC, then casefold). Words are runs of letters, marks
    and digits; numbers keep their inner points and commas. Scripts that put no spaces between words
    give overlapping pairs of characters, as Lucene's CJK analyser does, since any pair can be looked
    up without a dictionary. No stemming and no stop words: rare terms weigh more by BM25 itself.
    """
    if text.isascii():  # the same, by patterns that are four times as fast
        return [term[:255] for term in _ASCII_TERM.findall(text.lower())]
    folded = unicodedata.normalize("NFKC", text).casefold()
    in_order: list[str] = []
    for match in _TERM.finditer(folded):
        if match.lastgroup is None:
            in_order.append(match.group()[:255])
        else:
            in_order.extend(_pairs(match.group()))
    return in_order


def _pairs(run: str) -> list[str]:
    if len(run) < 3:
        return [run]
    return [run[index : index + 2] for index in range(len(run) - 1)]
