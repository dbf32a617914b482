"""What a language model's tokenizer takes for characters that WordPiece drops or does not know.

The prices are near the most that o200k_base takes for a character of the kind by itself.
"""

import math
import re
import unicodedata
from functools import lru_cache

import regex

__all__ = ["count_blob", "count_dropped", "count_runs", "count_unknown"]

_COMMON = re.compile("[\u0900-\u0dff\u0e00-\u0eff\u3000-\u9fff\uac00-\ud7a3\uff00-\uffef]")
_NAME, _DATA = (
    16,
    0.69,
)  # letters of a name; tokens a character of longer runs: base64 .68, hex .57 in o200k_base
_PIECE = re.compile(r"[0-9A-Za-z]+")
_RUN = re.compile(r" {2,}")
_BLANKS = re.compile(r"\t+|[\r\v\f\x85\u00a0\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]")
_DROPPED = regex.compile(
    r"[[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}]--[\t\n\r\v\f\x85]]|[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]"
    r"|[\ufe00-\ufe0f\ufe20-\ufe2f\ufffd\u1100-\u11ff\U000e0100-\U000e01ef]",
    regex.V1,
)
_RARE = regex.compile(r"([[\p{Sm}\p{So}]&&[\u0080-\uffff]])\1*", regex.V1)
"""What a language model makes two or three tokens of, and WordPiece one."""


def count_runs(text: str) -> int:
    """The runs of two spaces or more, as aligned columns have: a token each."""
    return len(_RUN.findall(text)) if "  " in text else 0


@lru_cache(maxsize=1 << 13)  # of Chinese every character is one
def count_unknown(piece: str) -> int:
    """Tokens of a piece that WordPiece has no parts for: three bytes a token in ASCII, else by character."""
    if piece.isascii():
        return -(-len(piece) // 3)
    return math.ceil(sum(map(_price, piece)))


def count_blob(text: str) -> int:
    """Tokens of a long run of ASCII without a space, about: data by the character, short names and marks one each."""
    runs = _PIECE.findall(text)
    inside = sum(len(run) if len(run) <= _NAME else math.ceil(_DATA * len(run)) for run in runs)
    return inside + len(text) - sum(map(len, runs))


def _price(character: str) -> float:
    """1/3 for ASCII, 1 in a script that many use, else by the bytes in UTF-8."""
    if character.isascii():
        return 1 / 3
    if _COMMON.match(character):
        return 1
    length = len(character.encode("utf-8", "surrogatepass"))
    if length < len("\U0001f600".encode()):
        return length - 1
    return 2 if unicodedata.category(character) in {"So", "Sk"} else length  # an emoji; another script


def count_dropped(word: str) -> int:
    """Tokens for the characters of a word that WordPiece drops, or knows and a language model cuts into bytes."""
    if word.isascii() and word.isprintable():
        return 0
    dropped = sum(
        1 if character.isascii() else max(2, math.ceil(_price(character)))
        for character in _DROPPED.findall(word)
    )
    return dropped + len(_BLANKS.findall(word)) + len(_RARE.findall(word))
