"""Phrases by their little words: a run of words ends where punctuation stands or a function word begins the next."""

from collections.abc import Iterator
from itertools import pairwise

from excerpt.compressors.units.sentences import split_sentences
from excerpt.compressors.units.words import split_words
from excerpt.values.spans import Span

__all__ = ["split_phrases"]

_LITTLE = (  # English; a language of its own would bring its own list
    "a an the this that these those my your his her its our their some any no each every of in on at by for with "
    "from to into onto over under about after before between through during against without within upon and or but "
    "nor so yet if when while where which who whom whose what how why because although though than as is are was "
    "were be been being has have had do does did will would can could may might shall should must not it he she "
    "they we you i there"
)
_OPENING = frozenset(_LITTLE.split())
_CLOSING = frozenset(".,;:!?)]}»”\"'…—–")


def split_phrases(text: str) -> list[Span]:
    """Little words with the words behind them, as ``the old mill`` and ``at Arden``, inside sentences; linear.

    Punctuation stays with what it follows. Text without function words of the English list, such as another language's,
    is cut at punctuation only.
    """
    return [span for start, end in split_sentences(text) for span in _phrases(text, start, end)]


def _phrases(text: str, start: int, end: int) -> Iterator[Span]:
    words = [(start + first, start + last) for first, last in split_words(text[start:end])]
    cuts = [0]
    little = True  # whether the phrase has little words only, so far
    for number, (first, last) in enumerate(words):
        word = text[first:last].casefold()
        after = number > cuts[-1] and text[words[number - 1][0] : words[number - 1][1]] in _CLOSING
        if word in _CLOSING:
            continue
        opening = word in _OPENING
        if number > cuts[-1] and (after or (opening and not little)):
            cuts.append(number)
            little = True
        little = little and opening
    for first, last in pairwise([*cuts, len(words)]):
        if first < last:
            yield Span(words[first][0], words[last - 1][1])
