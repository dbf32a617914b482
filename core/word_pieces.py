"""WordPiece counts of short plain words, without the calls that a tokenizer makes for each text.

A text has some hundred words that were not seen before, and asking the tokenizer for each took a fifth of a call of a
chain without a model. Nearly all of them are letters, digits and marks of ASCII, which are cut at every mark and then
greedily into the longest pieces of the vocabulary.
"""

import re
from collections.abc import Callable

__all__ = ["count_pieces"]

# But for special tokens such as [MASK].
_PLAIN = re.compile(r"(?!.*\[[A-Z]+\])[!-~]{1,64}")
_RUN = re.compile(r"[0-9a-z]+|[^0-9a-z]")
_LONGEST = 18  # letters of the longest piece that is looked for; a longer run is left to the tokenizer


def count_pieces(word: str, find: Callable[[str], int | None]) -> int:
    """How many pieces BERT's tokenizer makes of a word, in small letters; 0 where it is to be asked itself.

    Args:
        word: Text without white space.
        find: The number of a piece of the vocabulary; None for what is none.
    """
    if word.isascii() and word.isalpha() and len(word) <= _LONGEST and find(word.lower()) is not None:
        return 1  # most
    if not _PLAIN.fullmatch(word):
        return 0
    count = 0
    for run in _RUN.findall(word.lower()):
        pieces = 1 if find(run) is not None else _cut(run, find)
        if not pieces:
            return 0
        count += pieces
    return count


def _cut(run: str, find: Callable[[str], int | None]) -> int:
    if len(run) > _LONGEST:
        return 0
    count = start = 0
    while start < len(run):
        lead = "##" if start else ""
        end = len(run)
        while end > start and find(lead + run[start:end]) is None:
            end -= 1
        if end == start:
            return 0
        start, count = end, count + 1
    return count
