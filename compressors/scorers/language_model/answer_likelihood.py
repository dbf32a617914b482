"""How likely a language model finds an answer behind a text and the question: for explanations, where it is known."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from excerpt.values.types import Context, Units

if TYPE_CHECKING:
    from excerpt.models.generation.likelihood import CausalLikelihood

__all__ = ["AnswerLikelihood"]


@dataclass(frozen=True)
class AnswerLikelihood:
    """The mean log-probability of an answer's tokens behind ``text``, the question and "Answer:".

    It knows the answer, so it is no part of a chain: with `excerpt.leave_one_out.leave_one_out` it says what the answer
    loses when a kept unit goes.

    Args:
        likelihood: The language model.
        answer: The answer, as the reader gave it or as it should be.
    """

    likelihood: "CausalLikelihood"
    answer: str
    name: ClassVar[str] = "answer-likelihood"

    def score(self, context: Context, units: Units) -> NDArray[np.float64]:
        """Means, float64 ``(n,)``."""
        asked = f"\n\nQuestion: {context.query}\nAnswer:"
        pairs = [(text + asked, f" {self.answer}") for text in units.texts(context.passages)]
        return np.array([read.mean for read in self.likelihood.log_probabilities(pairs)])
