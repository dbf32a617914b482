"""A small reader that copies its answer out of the context, or says that there is none."""

from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from excerpt.errors import ModelError
from excerpt.models.readers.protocols import Answer
from excerpt.models.registry import load_token_cross_encoder
from excerpt.models.tasks.pair_windows import sliding
from excerpt.models.tasks.token_cross_encoder import LABELS, PairScores

__all__ = ["ExtractiveReader"]

_START, _END = LABELS.index("start"), LABELS.index("end")


class ExtractiveReader:
    """The span that most likely answers, by a network that `excerpt train pruner` made.

    A context that is longer than the network's window is read in windows that overlap. In each window every span is
    held against "no answer here" (the first token, as in SQuAD 2.0), and the span that beats it most wins,
    whatever its window. A span's score is the logarithm of those odds.

    Args:
        model: Directory or hub name of a token cross-encoder, such as an export of `excerpt train pruner`.
        least: The answer is empty where no span scores more; minus infinity to answer whatever happens.
        overlap: Tokens that neighbouring windows share.
        longest: Tokens of an answer, at most.
        threads: Windows read at once; default: every core.

    Raises:
        ModelError: The model cannot be found or read, or finds no answers.
    """

    def __init__(
        self,
        model: str | Path,
        *,
        least: float = 0.0,
        overlap: int = 48,
        longest: int = 30,
        threads: int | None = None,
    ) -> None:
        self._cross_encoder = load_token_cross_encoder(model, threads=threads)
        if self._cross_encoder.card.labels != LABELS:
            message = (
                f"{model} finds no answers: its outputs are {', '.join(self._cross_encoder.card.labels)}"
            )
            raise ModelError(message)
        self.name = f"extractive:{Path(model).name}"
        self._least, self._longest = least, longest
        self._overlap = overlap

    @property
    def fingerprint(self) -> str:
        """Sha256 over the network and every setting that changes an answer."""
        settings = (
            f"extractive-1 {self._least} {self._overlap} {self._longest} {self._cross_encoder.fingerprint}"
        )
        return sha256(settings.encode()).hexdigest()

    def read(self, question: str, context: str) -> Answer:
        """Answer one question.

        Args:
            question: The question.
            context: The text to answer from.

        Returns:
            The span as it stands in the context, and the logarithm of its odds against no answer; empty, with the
            best span's score, where none is above ``least``.
        """
        if not context.strip():
            return Answer("", -np.inf)
        scores = self._cross_encoder.score(question, [("", context)], [sliding(self._overlap)])[0]
        score, first, last = self._best(scores)
        if score <= self._least:
            return Answer("", score)
        start, end = _whole_words(context, int(scores.offsets[first, 0]), int(scores.offsets[last, 1]))
        return Answer(context[start:end], score, (start, end))

    def _best(self, scores: PairScores) -> tuple[float, int, int]:
        """The best span's score, first token and last; of equals the first."""
        best = []
        for window, logits in zip(scores.windows, scores.logits, strict=True):
            count = window.end - window.begin
            text = logits[window.first : window.first + count].astype(np.float64)
            score, first, last = best_span(text[:, _START], text[:, _END], self._longest)
            none = float(logits[0, _START]) + float(logits[0, _END])
            best.append((score - none, window.begin + first, window.begin + last))
        return max(best, key=lambda one: one[0])


def best_span(start: NDArray[np.float64], end: NDArray[np.float64], longest: int) -> tuple[float, int, int]:
    """The best ``start[i] + end[j]`` with ``i <= j < i + longest``; minus infinity where there is no token."""
    if len(start) == 0:
        return -np.inf, 0, 0
    table = np.triu(np.ones((len(start), len(start)), dtype=bool))
    table &= ~np.triu(table, longest)
    sums = np.where(table, start[:, None] + end[None, :], -np.inf)
    first, last = divmod(int(sums.argmax()), len(start))
    return float(sums[first, last]), first, last


def _whole_words(text: str, start: int, end: int) -> tuple[int, int]:
    """Without cutting a word that the tokenizer has in pieces."""
    while start > 0 and text[start - 1].isalnum() and text[start].isalnum():
        start -= 1
    while end < len(text) and text[end - 1].isalnum() and text[end].isalnum():
        end += 1
    return start, end
