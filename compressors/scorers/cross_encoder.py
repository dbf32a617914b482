"""A cross-encoder's logit of question and unit read together: any reranker with a classification head."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from excerpt.checks import check_flag, check_text, check_whole
from excerpt.compressors.reading import READ_AT_MOST
from excerpt.compressors.scorers.language_model.question_likelihood import titled
from excerpt.errors import ConfigError, InputError
from excerpt.models.registry import load_cross_encoder
from excerpt.values.types import Context, Units

if TYPE_CHECKING:
    from excerpt.models import CrossEncoder

__all__ = ["CrossEncoderScore", "best_pieces", "cross_encoder"]

_SPECIAL = 4  # tokens around and between two texts, at most


@dataclass(frozen=True)
class CrossEncoderScore:
    """The raw logit of each unit, of the last class where there are several.

    A unit that is longer than the window is read in pieces, and its best piece counts.

    Args:
        model: Reads question and text together.
        titles: Put the passage's title on a line before each unit.
        most_tokens: What is read of one call at most, about (`excerpt.compressors.reading`); None for no limit.
    """

    model: "CrossEncoder"
    titles: bool = True
    most_tokens: int | None = READ_AT_MOST
    name: ClassVar[str] = "cross-encoder"
    temperature: ClassVar[float] = 1.0  # of one trained with binary cross-entropy the logit is log-odds

    def score(self, context: Context, units: Units) -> NDArray[np.float64]:
        """Logits, float64 ``(n,)``.

        Raises:
            InputError: The question leaves no room for a text.
        """
        texts = titled(context, units) if self.titles else units.texts(context.passages)
        backend = self.model.tokenizer.backend

        def tokens(text: str) -> int:
            return len(backend.encode(text, add_special_tokens=False).ids)

        room = self.model.max_tokens - _SPECIAL - tokens(context.query)
        if room < 1:
            message = (
                f"cross-encoder: the question leaves no room for a text; {self.model.name} sees "
                f"{self.model.max_tokens} tokens: ask a shorter question"
            )
            raise InputError(message)
        return best_pieces(texts, tokens, room, lambda pieces: self.model.score(context.query, pieces))


def best_pieces(
    texts: list[str],
    tokens: Callable[[str], int],
    room: int,
    score: Callable[[list[str]], NDArray[np.float64]],
) -> NDArray[np.float64]:
    """The score of each text's best piece, each distinct text read once, float64 ``(n,)``.

    Args:
        texts: The texts.
        tokens: Counts those of one.
        room: The most tokens of a piece, 1 or more.
        score: Scores pieces.
    """
    distinct = {text: _cut(text, tokens, room) for text in dict.fromkeys(texts)}
    scores = iter(score([piece for pieces in distinct.values() for piece in pieces]).tolist())
    best = {text: max(next(scores) for _ in pieces) for text, pieces in distinct.items()}
    return np.array([best[text] for text in texts], dtype=np.float64)


def _cut(text: str, tokens: Callable[[str], int], room: int) -> list[str]:
    """A text in parts that fit, cut in halves at white space where there is any."""
    if len(text) <= 1 or tokens(text) <= room:
        return [text]
    middle = len(text) // 2
    space = text.rfind(" ", 1, middle)
    cut = middle if space < 0 else space
    return [*_cut(text[:cut], tokens, room), *_cut(text[cut:], tokens, room)]


def cross_encoder(
    model: "str | Path | CrossEncoder", *, titles: bool = True, most_tokens: int | None = READ_AT_MOST
) -> CrossEncoderScore:
    """What a reranker says of question and unit read together: any checkpoint with a classification head.

    Args:
        model: A directory in Hugging Face layout or with an ONNX file, a hub name such as
            ``"cross-encoder/ms-marco-MiniLM-L6-v2"``, or a cross-encoder object.
        titles: Put the passage's title on a line before each unit.
        most_tokens: What is read of one call at most, about.

    Raises:
        ConfigError: An option is of the wrong kind.
        ModelError: The model cannot be found or read.
    """
    check_flag(titles, "cross-encoder: titles")
    if most_tokens is not None:
        check_whole(most_tokens, "cross-encoder: most_tokens", least=1)
    if isinstance(model, str | Path):
        check_text(str(model), "cross-encoder: model")
        return CrossEncoderScore(load_cross_encoder(model), titles, most_tokens)
    if isinstance(model, type) or not hasattr(model, "score"):
        message = f"cross-encoder: model must be a name, a directory or a cross-encoder, got {model!r}"
        raise ConfigError(message)
    return CrossEncoderScore(model, titles, most_tokens)
