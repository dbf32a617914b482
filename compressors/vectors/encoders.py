"""The sentence encoder that an option stands for."""

from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, cast

from excerpt.contracts import EncoderContract, with_defaults
from excerpt.errors import ConfigError
from excerpt.models.card import check_kind

if TYPE_CHECKING:
    from excerpt.models import Encoder, SentenceEncoder
    from excerpt.models.card import HeadKind

__all__ = ["encoder_for", "encoder_of", "of_queries"]

E = TypeVar("E", bound="Encoder")
Q = TypeVar("Q")


def encoder_of(model: "str | Path | E") -> "E | SentenceEncoder":
    """The encoder of a name (bundled, a directory, a hub name), or itself.

    Raises:
        ConfigError: It is neither a name nor an encoder.
        ModelError: The model cannot be found or read.
    """
    if not isinstance(model, str | Path):
        encodes = hasattr(model, "encode") or hasattr(model, "encode_tokens")
        if isinstance(model, type) or not encodes:
            message = f"model: must be a name, a directory or an encoder, got {model!r}"
            raise ConfigError(message)
        return model
    from excerpt.models import load_encoder  # noqa: PLC0415 - scorers without a model need none of it

    return load_encoder(model)


def encoder_for(model: "str | Path | E", kind: "HeadKind") -> "E | SentenceEncoder":
    """`encoder_of`, for a compressor that trains heads of its own.

    Raises:
        ConfigError: As `encoder_of`.
        ModelError: As `encoder_of`, or the model is a head for another compressor.
    """
    encoder = encoder_of(model)
    card = with_defaults(encoder, EncoderContract).card
    if card is not None:
        check_kind(card, kind)
    return encoder


def of_queries(encoder: Q) -> Q:
    """An encoder as it reads questions: behind a prefix of their own where its card names one, else itself."""
    return cast("Q", with_defaults(encoder, EncoderContract).of_queries())
