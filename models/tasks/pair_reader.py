"""A question and a passage read together: a keep probability for every token, relevance, and an answer's ends.

The network is a token classifier with four outputs. ``keep`` says how likely a token belongs to what
the question needs; ``start`` and ``end`` are the ends of an answer, the first token standing for "no answer here";
``relevant`` is read at the first token only and speaks of the passage as a whole. Provence (Chirkova et al.
2025, arXiv:2501.16214) has the first and the last; an extractive reader has the other two.
"""

from collections.abc import Callable, Sequence
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from excerpt.errors import ModelError
from excerpt.models.card import ModelCard, verified_sha256
from excerpt.models.protocols import Check
from excerpt.models.runtime.onnx import OnnxModel
from excerpt.models.runtime.tokenizer import Pieces, Tokenizer
from excerpt.models.runtime.torch_model import TorchModel

__all__ = [
    "LABELS",
    "Cut",
    "PairReader",
    "PairReading",
    "PairWindow",
    "Side",
    "frame_pair",
    "room_for",
    "side_of",
]

LABELS = ("keep", "relevant", "start", "end")
"""What the columns of the network's output mean. Provence's checkpoints have the first two."""
MATCHING = 4
"""With so many segment ids the tokens that question and passage share have segments of their own."""
Cut = Callable[[NDArray[np.int64], int], list[tuple[int, int]]]
"""Cuts a passage: its tokens' characters ``(n, 2)`` and how many fit, to ranges of tokens."""


class Side(NamedTuple):
    """What stands before the passage in every window of it.

    Attributes:
        question: Token ids of the question; of a very long one its last.
        title: Token ids of the title; of a very long one its first.
    """

    question: list[int]
    title: list[int]


class PairWindow(NamedTuple):
    """One input of the network.

    Attributes:
        ids: Token ids, special tokens included.
        types: Segment of each.
        first: Where the passage's text begins in ``ids``.
        begin: The first token of the passage that is in it.
        end: One past the last.
    """

    ids: list[int]
    types: list[int]
    first: int
    begin: int
    end: int


class PairReading(NamedTuple):
    """What the network made of one passage, window by window.

    Attributes:
        windows: The windows, in order.
        logits: Float32 ``(t, labels)`` for each window, columns as in ``LABELS``.
        offsets: Int64 ``(n, 2)``, the characters that each token of the passage's text stands for.
    """

    windows: list[PairWindow]
    logits: list[NDArray[np.float32]]
    offsets: NDArray[np.int64]

    @property
    def keep(self) -> NDArray[np.float64]:
        """How likely each token belongs to what the question needs, ``(n,)``; overlapping windows are averaged."""
        total, times = np.zeros(len(self.offsets)), np.zeros(len(self.offsets))
        for window, logits in zip(self.windows, self.logits, strict=True):
            last = window.first + window.end - window.begin
            total[window.begin : window.end] += sigmoid(logits[window.first : last, 0])
            times[window.begin : window.end] += 1
        return total / np.maximum(times, 1)

    @property
    def relevance(self) -> float:
        """How likely the passage helps with the question: that of its best window, 0 to 1."""
        return float(max(sigmoid(logits[:1, 1])[0] for logits in self.logits))


def sigmoid(logits: NDArray[np.float32]) -> NDArray[np.float64]:
    """The logistic function, in double precision."""
    values = np.clip(logits.astype(np.float64), -60, 60)
    return np.asarray(1 / (1 + np.exp(-values)))


def side_of(question: Sequence[int], title: Sequence[int], window: int) -> Side:
    """Question and title, so that at least a third of a window is left for the passage.

    A question is asked at its end, so that is what is kept of one that is longer than half a window.
    """
    return Side(list(question)[-(window // 2) :], list(title)[: window // 8])


def room_for(side: Side, window: int) -> int:
    """Tokens of the passage's text in a window."""
    return window - len(side.question) - len(side.title) - 3


def frame_pair(
    tokenizer: Tokenizer, side: Side, ids: Sequence[int], span: tuple[int, int], segments: int
) -> PairWindow:
    """One window: question, title and a range of the passage's tokens, with separators.

    Args:
        tokenizer: Gives the special tokens.
        side: Question and title.
        ids: All tokens of the passage's text.
        span: Which of them.
        segments: How many segment ids the network has: 4 to tell shared tokens apart (0 question, 1 passage,
            2 passage and also in the question, 3 question and also in the passage), 2 or 1.
    """
    shown = list(ids[slice(*span)])
    before = [*tokenizer.prefix, *side.question, *tokenizer.suffix]
    behind = [*side.title, *shown]
    shared = (set(side.question) & set(behind)) if segments >= MATCHING else set()
    types = [3 if token in shared else 0 for token in before] + [
        2 if token in shared else 1 for token in behind
    ]
    if segments < 2:
        types = [0] * len(types)
    whole = [*before, *behind, *tokenizer.suffix]
    return PairWindow(whole, [*types, min(segments - 1, 1)], len(before) + len(side.title), *span)


class PairReader:
    """A pair-reading network with its tokenizer, as `excerpt train pruner` makes it.

    Args:
        model: Runs token ids and segment ids to ``(t, 4)``, or ``(t, 2)`` for one that finds no answers.
        tokenizer: Makes them.
        card: The checkpoint's settings.
        files: The files that its numbers depend on, for the fingerprint.
    """

    def __init__(
        self,
        model: OnnxModel | TorchModel,
        tokenizer: Tokenizer,
        card: ModelCard,
        *,
        files: Sequence[Path] = (),
    ) -> None:
        if card.labels not in (LABELS, LABELS[:2]):
            message = f"{card.name} has the labels {list(card.labels)}; a pair reader has {list(LABELS)}"
            raise ModelError(message)
        self.model = model
        self.tokenizer = tokenizer
        self.card = card
        self.max_tokens = card.max_tokens
        self._files = tuple(files)

    @property
    def name(self) -> str:
        """What it is called."""
        return self.card.name

    @cached_property
    def fingerprint(self) -> str:
        """Sha256 over the model's files and every setting that changes a number."""
        parts = ["pairs-1", str(self.max_tokens), str(self.card.segments), type(self.model).__name__]
        return sha256(
            "\n".join(parts + [f"{path.name}:{verified_sha256(path)}" for path in self._files]).encode()
        ).hexdigest()

    def read(
        self, question: str, passages: Sequence[tuple[str, str]], cuts: Sequence[Cut], *, check: Check = None
    ) -> list[PairReading]:
        """Read passages with one question; nothing of a passage is left out.

        Args:
            question: The question.
            passages: Title (may be empty) and text of each.
            cuts: For each passage how it is cut where it does not fit in a window.
            check: Called between windows; what it raises ends the call.

        Raises:
            ModelError: The model cannot be opened or run.
        """
        asked = self.tokenizer.ids([question])[0]
        titles = self.tokenizer.ids([title for title, _ in passages])
        texts = self.tokenizer.pieces([text for _, text in passages])
        windows = [
            list(self._windows(side_of(asked, title, self.max_tokens), pieces, cut))
            for title, pieces, cut in zip(titles, texts, cuts, strict=True)
        ]
        flat = [window for of_one in windows for window in of_one]
        logits = iter(
            self.model.run(
                [window.ids for window in flat], types=[window.types for window in flat], check=check
            )
        )
        return [
            PairReading(of_one, [next(logits) for _ in of_one], pieces.offsets)
            for of_one, pieces in zip(windows, texts, strict=True)
        ]

    def _windows(self, side: Side, pieces: Pieces, cut: Cut) -> list[PairWindow]:
        spans = cut(pieces.offsets, room_for(side, self.max_tokens)) or [(0, 0)]
        return [frame_pair(self.tokenizer, side, pieces.ids, span, self.card.segments) for span in spans]
