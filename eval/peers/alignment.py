"""Where a peer's text stood in its source: peers give back text, metrics ask for characters."""

from bisect import bisect_left
from collections.abc import Sequence

import regex

from excerpt.values.spans import Span, merge

__all__ = ["align"]

_WORD = regex.compile(r"\w+|[^\w\s]")
_RUN = 4  # words in a row that are taken for a copied stretch, wherever they stand
_LONGEST = 60


def align(kept: str, source: str) -> tuple[Span, ...]:
    """The characters of ``source`` that ``kept`` holds.

    Words are compared without case. Stretches of four words or more are looked for anywhere, so sentences may
    come in another order. Words left over are taken one by one from the nearest place behind the one before: that is
    how word-dropping compressors work. Words that the source does not have are passed over.

    Args:
        kept: What a compressor gave back of one passage.
        source: The passage.
    """
    if kept.strip() == source.strip():
        return merge([(0, len(source))])
    words = [(match.start(), match.end()) for match in _WORD.finditer(source)]
    given = [match[0].casefold() for match in _WORD.finditer(kept)]
    there = _Places([source[start:end].casefold() for start, end in words])
    spans: list[tuple[int, int]] = []
    index = last = 0
    while index < len(given):
        place, length = there.best(given, index, last)
        if length:
            there.use(place, length)
            spans.append((words[place][0], words[place + length - 1][1]))
            last = place + length
        index += max(length, 1)
    return merge(spans, gap=1)  # words that stand side by side


class _Places:
    """The words of a text by where they stand; each can be used once."""

    def __init__(self, words: Sequence[str]) -> None:
        self.words = words
        self.used = [False] * len(words)
        self.by_word: dict[str, list[int]] = {}
        for place, word in enumerate(words):
            self.by_word.setdefault(word, []).append(place)

    def use(self, place: int, length: int) -> None:
        """Take a stretch out."""
        self.used[place : place + length] = [True] * length

    def best(self, given: Sequence[str], index: int, last: int) -> tuple[int, int]:
        """Where the words from ``index`` on stand, and how many: a long stretch, or the nearest behind ``last``."""
        everywhere = self.by_word.get(given[index], ())
        runs = [(self._run(given, index, place), not self.used[place], place) for place in everywhere]
        # A stretch may be given back twice; then it stands where it stood the first time.
        longest = max(((length, fresh, -place) for length, fresh, place in runs), default=(0, False, 0))
        if longest[0] >= _RUN:
            return -longest[2], longest[0]
        places = [place for _, fresh, place in runs if fresh]
        if not places:
            return 0, 0
        return places[bisect_left(places, last) % len(places)], 1

    def _run(self, given: Sequence[str], index: int, place: int) -> int:
        length = 0
        limit = min(_LONGEST, len(given) - index, len(self.words) - place)
        while length < limit and given[index + length] == self.words[place + length]:
            length += 1
        return length
