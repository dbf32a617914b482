"""The states of every token of passages, read in windows that end with sentences, each below its title."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from winnow.compressors.sentences import split_sentences
from winnow.models.protocols import TokenStates
from winnow.types import Passage

if TYPE_CHECKING:
    from winnow.models import SentenceEncoder
    from winnow.models.protocols import Check

__all__ = ["PassageStates", "passage_states"]

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


def passage_states(
    encoder: "SentenceEncoder", passages: Sequence[Passage], *, check: "Check" = None
) -> list[PassageStates]:
    """One encoder pass over title and text of each passage.

    A passage longer than the encoder's window is cut into windows of about equal length at
    sentence borders, each with the title before it.

    Args:
        encoder: Gives the token states.
        passages: In any order; a passage's states do not depend on the others.
        check: Called between encoder calls; what it raises ends the pass.
    """
    windows = [_windows(encoder, passage) for passage in passages]
    prefixes = [_prefix(passage) for passage in passages]
    texts = [
        prefix + passage.text[start:end]
        for passage, prefix, of_one in zip(passages, prefixes, windows, strict=True)
        for start, end in of_one
    ]
    states = iter(encoder.encode_tokens(texts, check=check))
    found = []
    for prefix, of_one in zip(prefixes, windows, strict=True):
        moves = [start - len(prefix) for start, _ in of_one]
        found.append(_joined([next(states) for _ in of_one], moves, len(prefix), encoder.dim))
    return found


def _joined(parts: Sequence[TokenStates], moves: Sequence[int], prefix: int, dim: int) -> PassageStates:
    """The windows of one passage put together."""
    states = [np.zeros((0, dim), dtype=np.float32)]
    offsets = [np.zeros((0, 2), dtype=np.int64)]
    total, count = np.zeros(dim, dtype=np.float32), 0
    for part, move in zip(parts, moves, strict=True):
        body = (part.offsets[:, 1] > part.offsets[:, 0]) & (part.offsets[:, 0] >= prefix)
        states.append(part.hidden[body])
        offsets.append(part.offsets[body] + move)
        total += part.hidden.sum(axis=0)
        count += len(part.hidden)
    mean: NDArray[np.float32] = total / np.float32(max(count, 1))
    return PassageStates(np.concatenate(states), np.concatenate(offsets), mean)


def _prefix(passage: Passage) -> str:
    return passage.title[:_TITLE_CHARACTERS] + "\n" if passage.title else ""


def _windows(encoder: "SentenceEncoder", passage: Passage) -> list[tuple[int, int]]:
    """Where to cut the text: at sentence borders, in as few windows as hold it."""
    sentences = split_sentences(passage.text)
    if not sentences:
        return []
    title, body = encoder.tokenizer.pieces([_prefix(passage), passage.text])
    limit = min(_WINDOW, encoder.max_tokens)
    room = max(limit // 4, limit - 2 - len(title.ids))
    ends = np.searchsorted(body.offsets[:, 0], [end for _, end in sentences]).tolist()
    target = ends[-1] / max(1, -(-ends[-1] // room))
    windows: list[tuple[int, int]] = []
    first = begun = 0
    for index, end in enumerate(ends):
        following = ends[index + 1] if index + 1 < len(ends) else None
        if following is None or following - begun > room or end - begun >= target:
            windows.append((sentences[first].start, sentences[index].end))
            first, begun = index + 1, end
    return windows
