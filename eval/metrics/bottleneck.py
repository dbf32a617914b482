"""The information bottleneck of what chains keep, for `excerpt.eval.evaluate` (2406.01549)."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from excerpt.checks import check_number
from excerpt.eval.data.questions import Question
from excerpt.models.generation.bottleneck import Asked, Bottleneck, measure
from excerpt.models.generation.likelihood import CausalLikelihood
from excerpt.values.compressed import Compressed

__all__ = ["BottleneckMeans", "BottleneckWatch"]


class BottleneckMeans(NamedTuple):
    """Means over the questions of one chain at one ratio.

    Attributes:
        questions: How many had an answer.
        retrieved: Mean probability of the retrieved text's tokens given what was kept and the question.
        answer: Mean probability of the likeliest answer's tokens given the same.
        score: ``retrieved - beta x answer``; the lower, the better.
    """

    questions: int
    retrieved: float
    answer: float
    score: float


class BottleneckWatch:
    """Measures each compression as an evaluation goes along: give it as ``watch``, then ask for `means`.

    Questions without answers are left out. A chain that keeps everything remembers everything: compare chains at one
    ratio.

    Args:
        model: The language model that measures.
        beta: What the answer counts for.

    Raises:
        ConfigError: ``beta`` is no number of at least 0.
    """

    def __init__(self, model: CausalLikelihood, beta: float = 1.0) -> None:
        check_number(beta, "bottleneck: beta", least=0)
        self.model = model
        self.beta = beta
        self._found: dict[tuple[str, float], list[Bottleneck]] = {}

    def __call__(self, question: Question, found: Mapping[tuple[str, float], Compressed]) -> None:
        """Measure what every chain made of one question.

        Raises:
            InputError: What was kept takes more than half of the model's window.
            ModelError: The model cannot be loaded.
        """
        if not question.answers:
            return
        retrieved = "\n\n".join(passage.titled_text for passage in question.passages)
        texts = list(dict.fromkeys(result.text for result in found.values()))
        asked = [Asked(question.query, retrieved, text, question.answers) for text in texts]
        known = dict(zip(texts, measure(self.model, asked), strict=True))
        for key, result in found.items():
            self._found.setdefault(key, []).append(known[result.text])

    def means(self) -> dict[tuple[str, float], BottleneckMeans]:
        """By chain and ratio."""
        made = {}
        for key, rows in self._found.items():
            retrieved, answer = np.array(rows).mean(axis=0).tolist()
            made[key] = BottleneckMeans(len(rows), retrieved, answer, retrieved - self.beta * answer)
        return made
