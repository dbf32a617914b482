"""Questions with their sentences, and the states of an encoder for both."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from excerpt.compressors.vectors.encoders import of_queries
from excerpt.models.training.common.recipe import TrainingProgress
from excerpt.models.training.common.state_cache import StateCache, quantized
from excerpt.models.training.recomp.examples import QuestionSentences

if TYPE_CHECKING:
    from excerpt.models import SentenceEncoder

__all__ = ["Asked", "asked_of", "encode_questions"]

_TOGETHER = 256  # texts encoded in one call, and written to one file


class Asked(NamedTuple):
    """A question and its sentences.

    Attributes:
        question: The question.
        sentences: Useful ones first.
        useful: How many are.
        weight: What the question counts for.
    """

    question: str
    sentences: tuple[str, ...]
    useful: int
    weight: float = 1.0


def asked_of(candidates: QuestionSentences, weight: float) -> Asked:
    """The question with its candidates in one row."""
    sentences = (*candidates.useful, *candidates.others)
    return Asked(candidates.question, sentences, len(candidates.useful), weight)


def encode_questions(
    encoder: "SentenceEncoder", questions: Sequence[Asked], cache: StateCache, progress: TrainingProgress
) -> None:
    """Put the states of all texts of the questions into a cache.

    Args:
        encoder: Gives the token states.
        questions: The questions.
        cache: Where the states are kept.
        progress: Called with ``"encoding"``; counts texts.
    """
    read_by = dict.fromkeys((text for asked in questions for text in asked.sentences), encoder)
    read_by |= dict.fromkeys((asked.question for asked in questions), of_queries(encoder))
    missing = [text for text in read_by if text not in cache]
    done = 0
    for reading in dict.fromkeys((encoder, of_queries(encoder))):
        own = [text for text in missing if read_by[text] is reading]
        for start in range(0, len(own), _TOGETHER):
            part = own[start : start + _TOGETHER]
            tokens = (quantized(states.hidden) for states in reading.encode_tokens(part))
            cache.add({text: kept._asdict() for text, kept in zip(part, tokens, strict=True)})
            done += len(part)
            progress("encoding", done, len(missing), {})
