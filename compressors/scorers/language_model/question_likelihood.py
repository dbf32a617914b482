"""How likely the question is behind a unit (LongLLMLingua's ranking, 2310.06839; LongCodeZip's, 2510.00446)."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from excerpt.checks import check_flag, check_whole
from excerpt.compressors.reading import READ_AT_MOST
from excerpt.compressors.scorers.language_model.surprisal import likelihood_of
from excerpt.errors import ConfigError
from excerpt.models.generation.likelihood import CausalLikelihood
from excerpt.values.types import Context, Units

__all__ = ["RESTRICTIVE", "QuestionLikelihood", "question_likelihood", "titled"]

RESTRICTIVE = " We can get the answer to this question in the given documents."
"""LongLLMLingua's restrictive statement, to the letter: it makes the question more likely behind what answers it."""


@dataclass(frozen=True)
class QuestionLikelihood:
    """The mean log-probability of the question's tokens behind each unit, in nats.

    A unit that takes more than half of the model's window is read in pieces, and its best piece counts.

    Args:
        model: The language model.
        suffix: Stands behind the question and counts as its part.
        joiner: Between unit and question.
        titles: Put the passage's title on a line before each unit.
        drop: Give ``perplexity(question) - perplexity(question | unit)`` instead, LongCodeZip's approximate mutual
            information: the same order, and a number that can be added up.
        most_tokens: What is read of one call at most, about (`excerpt.compressors.reading`); None for no limit.

    Raises:
        ConfigError: An option is of the wrong kind.
    """

    model: CausalLikelihood
    suffix: str = RESTRICTIVE
    joiner: str = ""
    titles: bool = True
    drop: bool = False
    most_tokens: int | None = READ_AT_MOST
    name: ClassVar[str] = "question-likelihood"

    def __post_init__(self) -> None:
        for option in ("suffix", "joiner"):
            if not isinstance(getattr(self, option), str):
                message = f"question-likelihood: {option} must be a text, got {getattr(self, option)!r}"
                raise ConfigError(message)
        check_flag(self.titles, "question-likelihood: titles")
        check_flag(self.drop, "question-likelihood: drop")
        if self.most_tokens is not None:
            check_whole(self.most_tokens, "question-likelihood: most_tokens", least=1)

    def score(self, context: Context, units: Units) -> NDArray[np.float64]:
        """Mean logarithms, or drops of perplexity, float64 ``(n,)``."""
        texts = titled(context, units) if self.titles else units.texts(context.passages)
        question = context.query + self.suffix
        distinct = list(dict.fromkeys(texts))
        found = self.logs(["", *distinct], question) if self.drop else self.logs(distinct, question)
        if self.drop:
            found = np.exp(-found[0]) - np.exp(-found[1:])
        known = dict(zip(distinct, found.tolist(), strict=True))
        return np.array([known[text] for text in texts], dtype=np.float64)

    def logs(self, texts: Sequence[str], question: str) -> NDArray[np.float64]:
        """The mean log-probability of a question behind each text, the best piece of a long one, ``(n,)``.

        Args:
            texts: The texts.
            question: What may follow.
        """
        pieces = [_pieces(self.model, text + self.joiner if text else "") for text in texts]
        read = self.model.log_probabilities([(piece, question) for own in pieces for piece in own])
        means = iter([one.mean for one in read])
        return np.array([max(next(means) for _ in own) for own in pieces], dtype=np.float64)


def titled(context: Context, units: Units) -> list[str]:
    """The text of each unit, behind the title of its passage where it has one."""
    titles = [context.passages[index].title for index in units.passage.tolist()]
    texts = units.texts(context.passages)
    return [f"{title}\n{text}" if title else text for title, text in zip(titles, texts, strict=True)]


def _pieces(model: CausalLikelihood, text: str) -> list[str]:
    """A text in parts that take at most half of the window, cut at white space where there is any."""
    if model.count([text])[0] < model.max_tokens // 2 - 1:
        return [text]
    middle = len(text) // 2
    space = text.rfind(" ", 1, middle)
    cut = middle if space < 0 else space
    return [*_pieces(model, text[:cut]), *_pieces(model, text[cut:])]


def question_likelihood(
    model: "str | Path | CausalLikelihood",
    *,
    suffix: str = RESTRICTIVE,
    joiner: str = "",
    titles: bool = True,
    drop: bool = False,
    most_tokens: int | None = READ_AT_MOST,
) -> QuestionLikelihood:
    """How likely the question is behind a unit, in a causal language model; options as for `QuestionLikelihood`.

    Raises:
        ConfigError: An option is of the wrong kind.
        ModelError: The model cannot be found or read.
    """
    chosen = likelihood_of(model, "question-likelihood")
    return QuestionLikelihood(chosen, suffix, joiner, titles, drop, most_tokens)
