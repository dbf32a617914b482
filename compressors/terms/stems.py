"""Stems of words, light and without a dictionary: moves, moved and moving meet; so do acts and acted."""

import re

__all__ = ["root", "stem"]

# Longest first. What is left keeps at least three letters.
_ENDINGS = (
    *("ational", "ization", "isation", "fulness", "iveness", "ations", "ments", "ation", "ition", "ement"),
    *("ings", "ment", "ness", "edly", "ies", "ied", "ing", "ion", "ors", "ers", "ed", "es", "ly", "or", "er", "s"),
)
_DOUBLED = frozenset({"ings", "ing", "edly", "ed", "er", "ers"})
_ARTICLE = re.compile(r"^(?:[\u0648\u0628\u0643\u0641]?\u0627\u0644|\u0644\u0644)(?=...)")  # al-, wal-, lil-
_ROOT = 5  # characters


def stem(word: str) -> str:
    """The stem of a word in lower case. Other languages than English lose an ending that looks like one of these."""
    if not word.isascii():
        return _ARTICLE.sub("", word)
    if len(word) <= 3 or word[0].isdigit() or word[-1].isdigit():
        return word
    return _cut(word)


def _cut(word: str) -> str:
    for ending in _ENDINGS:
        if not word.endswith(ending) or len(word) - len(ending) < 3:
            continue
        if ending == "s" and word.endswith(("ss", "us", "is")):
            break
        if ending == "ed" and word.endswith("eed"):
            break
        rest = word[: -len(ending)]
        if ending in {"ies", "ied"}:
            return rest + "i"
        if ending == "es" and rest.endswith("ss"):
            return rest
        if ending in _DOUBLED and len(rest) > 3 and rest[-1] == rest[-2] and rest[-1] not in "aeiouylsz":
            rest = rest[:-1]
        word = rest
        break
    if len(word) > 3 and word.endswith("e"):
        return word[:-1]
    return word[:-1] + "i" if len(word) > 3 and word.endswith("y") else word


def root(stemmed: str) -> str:
    """What words of one family share more often than not, in any language: their first letters."""
    return stemmed if stemmed.isascii() and any(map(str.isdigit, stemmed)) else stemmed[:_ROOT]
