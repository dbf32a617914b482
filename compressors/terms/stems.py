"""Stems of words, light and without a dictionary: moves, moved and moving meet; so do acts and acted."""

import re

__all__ = ["stem"]

# By their last letter, longest first. What is left keeps at least three letters.
_ENDINGS = {
    "s": ("fulness", "iveness", "ations", "ments", "ings", "ness", "ies", "ors", "ers", "es", "s"),
    "n": ("ization", "isation", "ation", "ition", "ion"),
    "l": ("ational",),
    "t": ("ement", "ment"),
    "g": ("ing",),
    "d": ("ied", "ed"),
    "y": ("edly", "ly"),
    "r": ("or", "er"),
}
# Case, number and gender of nouns and adjectives, and persons of verbs, in Russian, Ukrainian and their kind.
_CYRILLIC = re.compile(
    "(?:иями|ями|ами|ого|его|ому|ему|ыми|ими|иях|иям|ией|ого|ых|их|ую|юю|ая|яя|ое|ее|ые|ие|ый|ий|ой|ей|ом|ем|ам|ям|ах|ях"
    "|ов|ев|ию|ия|ии|ью|ья|ют|ут|ит|ет|ат|ят|ла|ло|ли|[аеёиоуыэюяйьіїє])$"
)
_DOUBLED = frozenset({"ings", "ing", "edly", "ed", "er", "ers"})
_SHORT = 4  # letters; a shorter word keeps its ending
_ARTICLE = re.compile(r"^(?:[\u0648\u0628\u0643\u0641]?\u0627\u0644|\u0644\u0644)(?=...)")  # al-, wal-, lil-


def stem(word: str) -> str:
    """The stem of a word in lower case. Other languages than English lose an ending that looks like one of these."""
    if not word.isascii():
        if "\u0400" <= word[0] <= "\u04ff" and len(word) > _SHORT:
            return _CYRILLIC.sub("", word)
        return _ARTICLE.sub("", word)
    if len(word) <= 3 or not word.isalpha():
        return word
    for ending in _ENDINGS.get(word[-1], ()):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = _without(word, ending)
            break
    if len(word) > 3 and word[-1] in "ey":
        return word[:-1] + ("i" if word[-1] == "y" else "")
    return word


def _without(word: str, ending: str) -> str:
    if (ending == "s" and word.endswith(("ss", "us", "is"))) or (ending == "ed" and word.endswith("eed")):
        return word
    rest = word[: -len(ending)]
    if ending in {"ies", "ied"}:
        return rest + "y"
    if ending in _DOUBLED and len(rest) > 3 and rest[-1] == rest[-2] and rest[-1] not in "aeiouylsz":
        return rest[:-1]
    return rest
