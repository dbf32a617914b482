"""A question and a passage read together: a keep probability for every token, relevance, and an answer's ends.

The network is a token classifier with four outputs. ``keep`` says how likely a token belongs to what
the question needs; ``start`` and ``end`` are the ends of an answer, the first token standing for "no answer here";
``relevant`` is read at the first token only and speaks of the passage as a whole. Provence (Chirkova et al.
2025, arXiv:2501.16214) has the first and the last; an extractive reader has the other two.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from excerpt.cached import cached_property
from excerpt.errors import ModelError
from excerpt.models.card import ModelCard, files_fingerprint
from excerpt.models.protocols import Check
from excerpt.models.runtime.onnx import OnnxModel
from excerpt.models.runtime.tokenizer import Pieces, Tokenizer
from excerpt.models.runtime.torch_model import TorchModel
from excerpt.models.tasks.pair_windows import (
    Cut,
    PairPrefix,
    PairWindow,
    frame_pair,
    make_prefix,
    passage_room,
)

__all__ = ["LABELS", "PairScores", "TokenCrossEncoder"]

LABELS = ("keep", "relevant", "start", "end")
"""What the columns of the network's output mean. Provence's checkpoints have the first two."""


class PairScores(NamedTuple):
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


class TokenCrossEncoder:
    """A cross-encoder with a score for every token, with its tokenizer, as `excerpt train pruner` makes it.

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
            message = (
                f"{card.name} has the labels {list(card.labels)}; a token cross-encoder has {list(LABELS)}"
            )
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
        settings = ["pairs-1", str(self.max_tokens), str(self.card.segments), type(self.model).__name__]
        return files_fingerprint(settings, self._files)

    def score(
        self, question: str, passages: Sequence[tuple[str, str]], cuts: Sequence[Cut], *, check: Check = None
    ) -> list[PairScores]:
        """Score the tokens of passages for one question; nothing of a passage is left out.

        Args:
            question: The question.
            passages: Title (may be empty) and text of each.
            cuts: For each passage how it is cut where it does not fit in a window.
            check: Called between windows; what it raises ends the call.

        Returns:
            One `PairScores` a passage, in the order given.

        Raises:
            ModelError: The model cannot be opened or run.
        """
        question_ids = self.tokenizer.ids([question])[0]
        titles = self.tokenizer.ids([title for title, _ in passages])
        texts = self.tokenizer.pieces([text for _, text in passages])
        windows = [
            list(self._windows(make_prefix(question_ids, title, self.max_tokens), pieces, cut))
            for title, pieces, cut in zip(titles, texts, cuts, strict=True)
        ]
        flat = [window for own in windows for window in own]
        logits = iter(
            self.model.run(
                [window.ids for window in flat], types=[window.types for window in flat], check=check
            )
        )
        return [
            PairScores(own, [next(logits) for _ in own], pieces.offsets)
            for own, pieces in zip(windows, texts, strict=True)
        ]

    def _windows(self, prefix: PairPrefix, pieces: Pieces, cut: Cut) -> list[PairWindow]:
        spans = cut(pieces.offsets, passage_room(prefix, self.max_tokens)) or [(0, 0)]
        return [frame_pair(self.tokenizer, prefix, pieces.ids, span, self.card.segments) for span in spans]
