"""Passages written as numbered sections by what they are about, every kept character where it can be traced (Refiner).

Refiner (2406.11357) has a trained 7B model copy what matters into an outline of titled sections. Here the chain has
chosen, and rules group the passages; nothing is written but titles and numbers.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from excerpt.languages.function_words import FUNCTION_WORDS
from excerpt.render import Layout, Piece, Rendered, joined
from excerpt.values.spans import Span
from excerpt.values.types import Passage

__all__ = ["SectionLayout", "sections_of"]

_WORD = re.compile(r"\w{3,40}")
_COMMON = frozenset().union(*FUNCTION_WORDS.values())
_SHARED = 3  # words that two passages must share to stand together, when few others have them
_FEW = 4  # a word tells passages apart when at most one in so many has it, or two
_MOST = 20  # passages that have a word at most: what more have links nothing
_NAMED = 3  # words that name a section without a title


@dataclass(slots=True)
class _Memory:
    """The sections of the passages that were written last: one fit writes the same passages many times."""

    last: tuple[tuple[Passage, ...], list[list[int]]] | None = None


@dataclass(frozen=True, slots=True)
class SectionLayout(Layout):
    """A layout that writes passages on one subject under one title, sections and passages in its order.

    A section of one passage is ``2. Title [3]`` and the text, with the passage's number in brackets; one of several is
    ``1. Title``, and each of its passages ``1.1. Title [1]`` and the text.
    """

    _memory: _Memory = field(default_factory=_Memory, init=False, repr=False, compare=False)

    @property
    def shifts(self) -> bool:
        """Whether what is written beside a passage depends on others: the title of its section stands once for all."""
        return True

    def render(
        self, passages: Sequence[Passage], kept: Sequence[Sequence[Span]], scores: Sequence[float]
    ) -> Rendered:
        """Write the kept spans down; as `Layout.render`."""
        numbers = self.numbers(kept)
        section = {index: group for group in self._sections(passages) for index in group}
        shown: dict[
            int, list[int]
        ] = {}  # by the section's first passage, in the order of the best or first of each
        for index in self.sequence(kept, scores):
            shown.setdefault(section[index][0], []).append(index)
        parts: list[str] = []
        pieces: list[Piece] = []
        at = 0

        def write(text: str) -> None:
            nonlocal at
            parts.append(text)
            at += len(text)

        for place, group in enumerate(shown.values(), start=1):
            write(f"{self.template.separator if parts else ''}{place}.")
            if len(group) > 1:
                write(f" {_title(passages, group)}")
            for below, index in enumerate(group, start=1):
                number = f"\n{place}.{below}." if len(group) > 1 else ""
                title = f" {_one_line(passages[index].title)}" if passages[index].title.strip() else ""
                write(f"{number}{title} [{numbers[index]}]\n")
                for joiner, span in joined(passages[index].text, kept[index]):
                    write(joiner)
                    pieces.append(Piece(at, at + span.end - span.start, index, span.start))
                    write(passages[index].text[span.start : span.end])
        return Rendered("".join(parts), tuple(pieces))

    def beside(
        self,
        passages: Sequence[Passage],  # noqa: ARG002 - as for `Layout`
        kept: Sequence[Sequence[Span]],  # noqa: ARG002 - as above
        scores: Sequence[float],  # noqa: ARG002 - as above
    ) -> list[str] | None:
        """None: what stands beside a text depends on the others, so counts are of the whole."""
        return None

    def _sections(self, passages: Sequence[Passage]) -> list[list[int]]:
        known = self._memory.last
        given = passages if isinstance(passages, tuple) else tuple(passages)
        if known is None or known[0] is not given:
            known = self._memory.last = given, sections_of(given)
        return known[1]


def sections_of(passages: Sequence[Passage]) -> list[list[int]]:
    """Passages on one subject together, by their places; the time is linear in the text.

    Each is put with the one that it shares most telling words with, at least three of them, and with those of its own
    title. Telling is a content word that two passages have, or at most a quarter of all and no more than twenty.
    """
    leader = list(range(len(passages)))
    for index, others in _shared_words(passages).items():
        nearest = min(others, key=lambda other: (-others[other], other))
        if others[nearest] >= _SHARED:
            _join(leader, index, nearest)
    first_with: dict[str, int] = {}
    for index, passage in enumerate(passages):
        title = _one_line(passage.title).casefold()
        if title:
            _join(leader, first_with.setdefault(title, index), index)
    sections: dict[int, list[int]] = {}
    for index in range(len(passages)):
        sections.setdefault(_root(leader, index), []).append(index)
    return list(sections.values())


def _shared_words(passages: Sequence[Passage]) -> dict[int, Counter[int]]:
    """How many telling words each passage shares with each other one; without those that share none."""
    having: defaultdict[str, list[int]] = defaultdict(list)
    for index, passage in enumerate(passages):
        for word in _words(passage):
            having[word].append(index)
    most = max(2, min(_MOST, len(passages) // _FEW))
    shared: defaultdict[int, Counter[int]] = defaultdict(Counter)
    for places in having.values():
        if 2 <= len(places) <= most:
            for index in places:
                shared[index].update(other for other in places if other != index)
    return {index: shared[index] for index in sorted(shared)}


def _words(passage: Passage) -> set[str]:
    return {word.casefold() for word in _WORD.findall(passage.titled_text)} - _COMMON


def _root(leader: list[int], index: int) -> int:
    while leader[index] != index:
        leader[index] = leader[leader[index]]
        index = leader[index]
    return index


def _join(leader: list[int], one: int, other: int) -> None:
    first, second = sorted((_root(leader, one), _root(leader, other)))
    leader[second] = first


def _title(passages: Sequence[Passage], group: Sequence[int]) -> str:
    """The title that most of a section's passages have or name; where none has one, the words that most have."""
    titles = dict.fromkeys(title for index in group if (title := _one_line(passages[index].title)))
    if titles:
        texts = [passages[index].titled_text.casefold() for index in group]
        return max(titles, key=lambda title: sum(title.casefold() in text for text in texts))
    counts = Counter(word for index in group for word in sorted(_words(passages[index])))
    return ", ".join(word for word, _ in counts.most_common(_NAMED))


def _one_line(title: str) -> str:
    return " ".join(title.split())
