"""The states of every token of passages, read in windows that end with records, each below its title.

A passage's vector is the mean of the same states, so that one pass gives everything that an index stores of it.
"""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from excerpt.compressors.units.offsets import STORED_KINDS
from excerpt.compressors.units.structure import split_records
from excerpt.models.protocols import TokenStates
from excerpt.models.tasks.encoder import SentenceEncoder
from excerpt.values.types import Passage

if TYPE_CHECKING:
    from excerpt.models.protocols import Check

__all__ = ["RULES", "RULES_VERSION", "PassageStates", "WindowReader", "passage_states", "passage_vectors"]

RULES_VERSION = 2
"""Raise it with every change of how a passage is cut into windows and averaged; stored states of another number are
not used (tests/golden)."""

RULES = f"states-{RULES_VERSION} {STORED_KINDS['record'].rules}"
"""Versions of all rules that states depend on: windows end with records."""

_WINDOW = 256  # tokens seen at once, special ones and the title included
_TITLE_CHARACTERS = 200


class PassageStates(NamedTuple):
    """The tokens of one passage's text, without title and special tokens.

    Attributes:
        hidden: Float32 ``(t, dim)``.
        offsets: Int64 ``(t, 2)``: the characters of the text that each token stands for, ascending.
        mean: Float32 ``(dim,)``: the mean of all states, title and special tokens included.
    """

    hidden: NDArray[np.float32]
    offsets: NDArray[np.int64]
    mean: NDArray[np.float32]


class _Encoder(Protocol):
    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]: ...


def passage_vectors(encoder: _Encoder, passages: Sequence[Passage]) -> NDArray[np.float32]:
    """The vector of title and text of each passage, ``(n, dim)``, not scaled.

    With a mean-pooling `SentenceEncoder` the mean of `passage_states`: for a passage of one window, with a title of no
    more than 200 characters, that is what ``encode`` gives. Other encoders are given title and text as one string.

    Args:
        encoder: Any encoder.
        passages: At least one; a passage's vector does not depend on the others.
    """
    texts = [passage.titled_text for passage in passages]
    if not isinstance(encoder, SentenceEncoder) or encoder.card.pooling != "mean":
        return encoder.encode(texts)
    states = passage_states(encoder, passages)
    # Perhaps a title, and no sentence.
    bare = [place for place, state in enumerate(states) if not len(state.hidden)]
    means = np.stack([state.mean for state in states])
    if bare:
        means[bare] = encoder.encode([texts[place] for place in bare])
    return means


def passage_states(encoder: "SentenceEncoder", passages: Sequence[Passage]) -> list[PassageStates]:
    """One encoder pass over title and text of each passage.

    A passage longer than the encoder's window is cut into windows of about equal length at
    record borders, each with the title before it.

    Args:
        encoder: Gives the token states.
        passages: In any order; a passage's states do not depend on the others.
    """
    reader = WindowReader(encoder, passages)
    reader.read(range(len(reader.passage)))
    return [reader.states(index) for index in range(len(passages))]


class WindowReader:
    """Passages of which the windows can be read one by one, in any order: what is read of them does not depend on it.

    Args:
        encoder: Gives the token states.
        passages: In any order.

    Attributes:
        passage: The number of each window's passage, ascending, int64 ``(w,)``.
        spans: First and last characters of each window, int64 ``(w, 2)``.
        tokens: What reading each costs, special tokens and the title included, int64 ``(w,)``.
    """

    def __init__(self, encoder: "SentenceEncoder", passages: Sequence[Passage]) -> None:
        self._encoder, self._passages = encoder, passages
        self._prefixes = [_prefix(passage) for passage in passages]
        cut = _windows(encoder, passages, self._prefixes)
        rows = [(index, *window) for index, windows in enumerate(cut) for window in windows]
        table = np.array(rows, dtype=np.int64).reshape(-1, 4)
        self.passage, self.spans, self.tokens = table[:, 0], table[:, 1:3], table[:, 3]
        self._read: dict[int, TokenStates] = {}

    def read(self, windows: Iterable[int], *, check: "Check" = None) -> None:
        """Read some windows, in one call of the encoder.

        Args:
            windows: Their numbers.
            check: Called between encoder calls; what it raises ends the pass.
        """
        wanted = list(windows)
        texts = [self._text(number) for number in wanted]
        self._read.update(zip(wanted, self._encoder.encode_tokens(texts, check=check), strict=True))

    def _text(self, number: int) -> str:
        index, (start, end) = int(self.passage[number]), self.spans[number].tolist()
        return self._prefixes[index] + self._passages[index].text[start:end]

    def states(self, index: int) -> PassageStates:
        """What has been read of a passage."""
        first, last = np.searchsorted(self.passage, [index, index + 1]).tolist()
        known = [number for number in range(first, last) if number in self._read]
        prefix = len(self._prefixes[index])
        moves = [int(self.spans[number, 0]) - prefix for number in known]
        return _joined([self._read[number] for number in known], moves, prefix, self._encoder.dim)


def _joined(parts: Sequence[TokenStates], moves: Sequence[int], prefix: int, dim: int) -> PassageStates:
    """The windows of one passage put together."""
    states, offsets = [], []
    total, count = np.zeros(dim, dtype=np.float32), 0
    for part, move in zip(parts, moves, strict=True):
        body = _body(part.offsets, prefix)
        states.append(part.hidden[body])
        offsets.append(part.offsets[body] + move)
        total += part.hidden.sum(axis=0)
        count += len(part.hidden)
    mean: NDArray[np.float32] = total / np.float32(max(count, 1))
    if len(states) == 1:
        return PassageStates(states[0], offsets[0], mean)
    nothing = [np.zeros((0, dim), dtype=np.float32)], [np.zeros((0, 2), dtype=np.int64)]
    return PassageStates(np.concatenate(states or nothing[0]), np.concatenate(offsets or nothing[1]), mean)


def _body(offsets: NDArray[np.int64], prefix: int) -> "slice | NDArray[np.bool_]":
    """Which tokens stand for characters of the text; nearly always one stretch, which is not copied."""
    there = (offsets[:, 1] > offsets[:, 0]) & (offsets[:, 0] >= prefix)
    found = np.flatnonzero(there)
    if len(found) and found[-1] - found[0] + 1 == len(found):
        return slice(int(found[0]), int(found[-1]) + 1)
    return there


def _prefix(passage: Passage) -> str:
    return passage.title[:_TITLE_CHARACTERS] + "\n" if passage.title else ""


def _windows(
    encoder: "SentenceEncoder", passages: Sequence[Passage], prefixes: Sequence[str]
) -> list[list[tuple[int, int, int]]]:
    """Where to cut each text, and the tokens of each window: at record borders, in as few windows as hold it."""
    limit = min(_WINDOW, encoder.max_tokens)
    # With its title before it, as a text of one window is read: the tokenizer remembers it until then.
    wholes = [prefix + passage.text for prefix, passage in zip(prefixes, passages, strict=True)]
    pieces = encoder.tokenizer.pieces(wholes)
    return [
        _measured(_cut(passage.text, start := piece.offsets[:, 0] - len(prefix), limit), start)
        for passage, prefix, piece in zip(passages, prefixes, pieces, strict=True)
    ]


def _measured(cuts: Sequence[tuple[int, int]], start: NDArray[np.int64]) -> list[tuple[int, int, int]]:
    """Windows with their tokens: their own, the title's and the two special ones."""
    around = int(np.searchsorted(start, 0)) + 2
    bounds = np.searchsorted(start, np.array(cuts, dtype=np.int64).reshape(-1, 2)).tolist()
    return [(*cut, last - first + around) for cut, (first, last) in zip(cuts, bounds, strict=True)]


def _cut(text: str, start: NDArray[np.int64], limit: int) -> list[tuple[int, int]]:
    """First and last characters of the windows.

    Args:
        text: Of the passage.
        start: The first character of each token, ascending; below 0 for those of the title.
        limit: Tokens of a window, special ones and the title included.
    """
    title = int(np.searchsorted(start, 0))
    room = max(limit // 4, limit - 2 - title)
    if len(start) - title <= room:
        begin, end = len(text) - len(text.lstrip()), len(text.rstrip())
        return [(begin, end)] if begin < end else []
    records = split_records(text)
    ends = (np.searchsorted(start, [record.end for record in records]) - title).tolist()
    target = ends[-1] / max(1, -(-ends[-1] // room))
    windows: list[tuple[int, int]] = []
    first = begun = 0
    for index, end in enumerate(ends):
        following = ends[index + 1] if index + 1 < len(ends) else None
        if following is None or following - begun > room or end - begun >= target:
            windows.append((records[first].start, records[index].end))
            first, begun = index + 1, end
    return windows
