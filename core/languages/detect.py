"""The language of a text, or none where it has none: logs, code and data are in no language.

Kept here, and without a package, because all that is asked is whether a chain's languages are the text's. The
packages that tell a hundred languages apart weigh more than the core does with its models, and name a language for
every line of a log.
"""

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from excerpt.languages.function_words import FUNCTION_WORDS

__all__ = ["LANGUAGES", "LATIN", "Languages", "detect_language", "languages_of", "name_of"]

LANGUAGES = {
    "am": "Amharic", "ar": "Arabic", "bg": "Bulgarian", "bn": "Bengali", "cs": "Czech", "da": "Danish",
    "de": "German", "el": "Greek", "en": "English", "es": "Spanish", "fa": "Persian", "fi": "Finnish",
    "fr": "French", "gu": "Gujarati", "he": "Hebrew", "hi": "Hindi", "hu": "Hungarian", "hy": "Armenian",
    "id": "Indonesian", "it": "Italian", "ja": "Japanese", "ka": "Georgian", "km": "Khmer", "kn": "Kannada",
    "ko": "Korean", "lo": "Lao", "ml": "Malayalam", "my": "Burmese", "nl": "Dutch", "no": "Norwegian",
    "pa": "Punjabi", "pl": "Polish", "pt": "Portuguese", "ro": "Romanian", "ru": "Russian", "si": "Sinhala",
    "sv": "Swedish", "ta": "Tamil", "te": "Telugu", "th": "Thai", "tr": "Turkish", "uk": "Ukrainian",
    "ur": "Urdu", "vi": "Vietnamese", "zh": "Chinese",
}  # fmt: skip
"""What can be detected: English names by ISO 639-1 code. Close relatives may be taken for each other (Danish and
Norwegian), and of scripts that several languages share the most spoken one is named (Hindi, not Marathi)."""

_SCRIPTS = (
    ("latin", "a-zA-Z\u00aa\u00ba\u00c0-\u024f\u1e00-\u1eff"),
    ("cyrillic", "\u0400-\u052f"),
    ("arabic", "\u0620-\u064a\u066e-\u06d3\u06fa-\u06ff\u0750-\u077f"),
    ("zh", "\u3400-\u9fff\uf900-\ufaff"),
    ("ja", "\u3040-\u30ff"),
    ("ko", "\uac00-\ud7a3\u1100-\u11ff"),
    ("el", "\u0370-\u03ff\u1f00-\u1fff"),
    ("he", "\u05d0-\u05ea"),
    ("hy", "\u0531-\u0587"),
    ("ka", "\u10a0-\u10ff"),
    ("am", "\u1200-\u137f"),
    ("hi", "\u0904-\u0939\u0958-\u097f"),
    ("bn", "\u0985-\u09b9"),
    ("pa", "\u0a05-\u0a39"),
    ("gu", "\u0a85-\u0ab9"),
    ("ta", "\u0b85-\u0bb9"),
    ("te", "\u0c05-\u0c39"),
    ("kn", "\u0c85-\u0cb9"),
    ("ml", "\u0d05-\u0d3a"),
    ("si", "\u0d85-\u0dc6"),
    ("th", "\u0e01-\u0e2e\u0e40-\u0e44"),
    ("lo", "\u0e81-\u0eae\u0ec0-\u0ec4"),
    ("my", "\u1000-\u102a"),
    ("km", "\u1780-\u17b3"),
)
_ASCII = re.compile(r"[\x00-\x7f]+")
_LETTERS = {name: re.compile(f"[{letters}]") for name, letters in _SCRIPTS}
_SHARED = {
    "latin": tuple(code for code in FUNCTION_WORDS if code not in ("ar", "bg", "fa", "ru", "uk", "ur")),
    "cyrillic": ("ru", "uk", "bg"),
    "arabic": ("ar", "fa", "ur"),
}
"""Languages of a script that only words tell apart, the likeliest first where none of them is there."""
LATIN = frozenset(_SHARED["latin"])
"""Codes of the languages that are written in the Latin script."""
_DENSE = {"zh": 3, "ja": 2, "ko": 2, "th": 1}
"""About how many letters of an alphabet one of theirs is worth."""
_WORD = re.compile(r"(?<![\w./:=@#$<>{}()\[\]\\_-])[^\W\d_]{2,}(?:'[^\W\d_]+)?(?![\w/:=@(\[{<>\\_]|[.-]\w)")
"""Words that stand between white space or the marks of a sentence, not parts of paths, names and code."""
_AT_MOST = 6_000  # characters that are looked at
_SAMPLED = 12  # texts of many that are looked at
_FEW = 15  # words of a text of which two must do

_LANGUAGES_OF: dict[str, list[str]] = {}
for _code, _words in FUNCTION_WORDS.items():
    for _word in _words:
        _LANGUAGES_OF.setdefault(_word, []).append(_code)


class Languages(NamedTuple):
    """What a question and its passages are in.

    Attributes:
        question: A code of ``LANGUAGES``; empty where it cannot be said.
        passages: Likewise.
    """

    question: str
    passages: str

    def other_than(self, served: Sequence[str]) -> str:
        """The first language that is not among ``served``, the passages' before the question's; empty for none."""
        return next((code for code in (self.passages, self.question) if code and code not in served), "")

    def said(self, code: str) -> str:
        """What of a call is in one of the two languages: ``the text is in German``, or ``the question is``."""
        return f"the {'text' if code == self.passages else 'question'} is in {name_of(code)}"


def name_of(code: str) -> str:
    """The English name of a language."""
    return LANGUAGES.get(code, code)


def languages_of(query: str, texts: Sequence[str]) -> Languages:
    """The languages of a question and of its passages; of many passages some, evenly spread, are looked at.

    Args:
        query: The question.
        texts: The passages' texts.
    """
    step = max(1, -(-len(texts) // _SAMPLED))
    chosen = texts[::step]
    sample = "\n".join(_stretches(text, _AT_MOST // max(1, len(chosen))) for text in chosen)
    return Languages(detect_language(query), detect_language(sample))


def detect_language(text: str) -> str:
    """The ISO 639-1 code of the language that most of a text is in.

    Logs, code, tables and other data with hardly a running sentence have none, and neither has text too short to say.

    Args:
        text: Any; of a long one some stretches are looked at.

    Returns:
        A code of ``LANGUAGES``, or an empty string.
    """
    text = _stretches(text, _AT_MOST)
    script = _script(text)
    if script not in _SHARED:
        return script
    return _by_words(text, _SHARED[script], sure=script != "latin")


def _stretches(text: str, size: int) -> str:
    """So many characters of a text: its beginning, middle and end."""
    if len(text) <= size:
        return text
    part = size // 3
    middle = (len(text) - part) // 2
    return "\n".join((text[:part], text[middle : middle + part], text[-part:]))


def _script(text: str) -> str:
    """The script that most letters are in, or the language where only one is written so; empty without letters."""
    if text.isascii():
        return "latin"
    others = _ASCII.sub("", text)  # where all letters of all other scripts are
    weights = {
        name: len(letters.findall(text if name == "latin" else others)) * _DENSE.get(name, 1)
        for name, letters in _LETTERS.items()
    }
    if weights["ja"] > 0.1 * weights["zh"]:  # Japanese has both
        weights["ja"] += weights["zh"]
    # A log or a piece of code keeps its keywords in Latin letters whatever its messages are in.
    best = max((name for name in weights if name != "latin"), key=lambda name: weights[name])
    if weights[best] > max(0.5 * weights["latin"], 3):
        return best
    return "latin"


def _by_words(text: str, codes: Sequence[str], *, sure: bool) -> str:
    """The language whose function words a text has most of.

    Args:
        text: The text.
        codes: The languages to choose from.
        sure: Whether it must be one of them; then the first where no word tells.
    """
    ascii_only = text.isascii()  # as nearly always: then all words are folded at once
    words = _WORD.findall(text.lower() if ascii_only else text)
    counts = Counter(words if ascii_only else map(str.casefold, words))
    points = dict.fromkeys(codes, 0.0)
    for word, count in counts.items():
        having = _LANGUAGES_OF.get(word, ())
        for code in having:
            if code in points:
                points[code] += count / len(having)
    best = max(codes, key=lambda code: points[code])
    if sure:
        return best
    kinds = sum(word in FUNCTION_WORDS[best] for word in counts)
    hits = sum(count for word, count in counts.items() if word in FUNCTION_WORDS[best])
    few = len(words) < _FEW
    least = (2 if len(words) < 6 else 3) if few else 4
    enough = kinds >= least and hits >= (0.2 if few else 0.1) * len(words)
    # English is the language of machines: another must be clearly ahead of it.
    clear = best == "en" or points[best] > (2.0 if few else 1.5) * points["en"]
    return best if enough and clear else ""
