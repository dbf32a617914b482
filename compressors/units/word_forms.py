"""What words are compared by: their case, width, quotes and plurals evened out."""

import unicodedata
from collections.abc import Sequence

__all__ = ["even_form", "simple_forms"]

_PLAIN_QUOTES = str.maketrans("’‘“”", "''\"\"")


def simple_forms(words: Sequence[str]) -> list[str]:
    """Case, width and quotes evened out, and English plurals cut (Harman's three rules, 1991)."""
    return [_singular(even_form(word)) for word in words]


def even_form(word: str) -> str:
    """One word without what case, width and quotes make of it."""
    return unicodedata.normalize("NFKC", word).casefold().translate(_PLAIN_QUOTES)


def _singular(word: str) -> str:
    if len(word) < 4 or not word.endswith("s"):
        return word
    if word.endswith("ies") and not word.endswith(("eies", "aies")):
        return word[:-3] + "y"
    if word.endswith("es") and not word.endswith(("aes", "ees", "oes")):
        return word[:-1]
    return word if word.endswith(("us", "ss")) else word[:-1]
