"""How likely the question, and the parts it is made of, are behind a unit (Perception Compressor, 2409.19272)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import regex
from numpy.typing import NDArray

from excerpt.checks import check_whole
from excerpt.compressors.reading import READ_AT_MOST
from excerpt.compressors.scorers.language_model.question_likelihood import (
    RESTRICTIVE,
    QuestionLikelihood,
    titled,
)
from excerpt.compressors.scorers.language_model.surprisal import likelihood_of
from excerpt.compressors.vectors.encoders import encoder_of
from excerpt.errors import ConfigError
from excerpt.models.generation.likelihood import CausalLikelihood
from excerpt.values.types import Context, Units
from excerpt.values.vectors import unit_rows

if TYPE_CHECKING:
    from excerpt.models import Encoder

__all__ = ["GuidingQuestions", "clauses_of", "guiding_questions"]

_MOST = 3  # guiding questions beside the question itself, as the authors' code takes
_LEAST_WORDS = 3
_SEAM = regex.compile(
    r"\s*[,;:]\s+(?:and|or|but)?\s*|\s+(?:and|or|but|who|whose|which|that|where|when|while|after|before|because)\s+",
    regex.IGNORECASE,
)


@dataclass(frozen=True)
class GuidingQuestions:
    """The mean log-probability of each question behind a unit, weighed by its likeness to the original, and summed.

    Args:
        likelihood: Gives the log-probabilities; its suffix says that the documents have the answer.
        encoder: Likens questions: the weight of one is its cosine with the original, whose own is 1.
        questions: From a question to guiding ones; the first three count. The authors have a large model write them.
    """

    likelihood: QuestionLikelihood
    encoder: "Encoder"
    questions: Callable[[str], Sequence[str]]
    name: ClassVar[str] = "guiding-questions"

    @property
    def most_tokens(self) -> int | None:
        """As for `QuestionLikelihood`."""
        return self.likelihood.most_tokens

    def score(self, context: Context, units: Units) -> NDArray[np.float64]:
        """Sums, float64 ``(n,)``."""
        texts = titled(context, units)
        distinct = list(dict.fromkeys(texts))
        sums = np.zeros(len(distinct))
        for question, weight in self._weighed(context.query):
            sums += weight * self.likelihood.logs(distinct, question + self.likelihood.suffix)
        known = dict(zip(distinct, sums.tolist(), strict=True))
        return np.array([known[text] for text in texts], dtype=np.float64)

    def _weighed(self, query: str) -> list[tuple[str, float]]:
        guiding = [one for one in self.questions(query) if one and one != query][:_MOST]
        vectors = unit_rows(self.encoder.encode([query, *guiding]).astype(np.float64))
        cosines = [float(vectors[0] @ other) for other in vectors[1:]]
        return [(query, 1.0), *zip(guiding, cosines, strict=True)]


def clauses_of(question: str) -> list[str]:
    """The parts of a question between conjunctions, relative pronouns and commas, those of three words or more.

    Stands in for the large model that writes guiding questions in the paper: it asks for the pieces of a question of
    several hops, and finds none in a plain one. English.
    """
    parts = [part.strip(" ?") for part in _SEAM.split(question)]
    return [
        f"{part}?" for part in parts if len(part.split()) >= _LEAST_WORDS and part != question.strip(" ?")
    ]


def guiding_questions(
    model: "str | Path | CausalLikelihood",
    *,
    encoder: "str | Path | Encoder" = "all-MiniLM-L6-v2",
    questions: Callable[[str], Sequence[str]] | Sequence[str] | None = None,
    suffix: str = RESTRICTIVE,
    joiner: str = "",
    most_tokens: int | None = READ_AT_MOST,
) -> GuidingQuestions:
    """How likely the question and its guiding questions are behind a unit, in a causal language model.

    Args:
        model: A directory in Hugging Face layout, an imported name, a hub name, or a `CausalLikelihood`.
        encoder: Sentence encoder that weighs guiding questions.
        questions: A function from the question to guiding ones, or a list of them for every question; None splits the
            question into its clauses (`clauses_of`).
        suffix: As for `QuestionLikelihood`.
        joiner: As for `QuestionLikelihood`.
        most_tokens: What is read of one call at most, about.

    Raises:
        ConfigError: An option is of the wrong kind.
        ModelError: A model cannot be found or read.
    """
    if most_tokens is not None:
        check_whole(most_tokens, "guiding-questions: most_tokens", least=1)
    if isinstance(questions, list | tuple) and all(isinstance(one, str) for one in questions):
        given = tuple(questions)
        ask: Callable[[str], Sequence[str]] = lambda _: given  # noqa: E731 - two lines for one
    elif questions is None:
        ask = clauses_of
    elif callable(questions):
        ask = questions
    else:
        message = f"guiding-questions: questions must be a function or a list of texts, got {questions!r}"
        raise ConfigError(message)
    likelihood = QuestionLikelihood(
        likelihood_of(model, "guiding-questions"), suffix, joiner, most_tokens=most_tokens
    )
    return GuidingQuestions(likelihood, encoder_of(encoder), ask)
