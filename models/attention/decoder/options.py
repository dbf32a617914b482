"""What of a decoder is probed, and how it is run."""

from dataclasses import dataclass
from typing import Any

from excerpt.errors import InputError
from excerpt.models.attention.decoder.prompt import SENTINEL_TEMPLATE

__all__ = ["DecoderProbe", "DecoderRun", "layers_of", "tokens_of"]

_DTYPES = ("float32", "bfloat16", "float16")
_LEAST_TOKENS = 64


@dataclass(frozen=True, slots=True)
class DecoderProbe:
    """What is probed; a probe file remembers it.

    Args:
        template: The prompt, with ``{context}`` and ``{question}`` in it once each.
        last_tokens: How many of the prompt's last tokens attend, the k-th of n weighted with k as in SpecPC
            (arXiv 2506.08373); in a prompt that has fewer, all do. 1 is Sentinel's.
        layers: Stop after so many layers, as GemFilter does (arXiv 2409.17422); default: all.

    Raises:
        InputError: A number is not positive.
    """

    template: str = SENTINEL_TEMPLATE
    last_tokens: int = 1
    layers: int | None = None

    def __post_init__(self) -> None:
        if self.last_tokens < 1 or (self.layers is not None and self.layers < 1):
            message = f"last_tokens ({self.last_tokens}) and layers ({self.layers}) must be 1 or more"
            raise InputError(message)

    @property
    def weights(self) -> tuple[float, ...]:
        """What each of the last tokens counts."""
        return tuple(float(place) for place in range(1, self.last_tokens + 1))


@dataclass(frozen=True, slots=True)
class DecoderRun:
    """How it is run; features are the same up to rounding.

    Args:
        device: ``"cpu"``, ``"cuda"``, ...
        dtype: Of the network: ``"float32"``, ``"bfloat16"`` or ``"float16"``. Features are always float32.
        batch: Prompts in one pass, padded on the right. With 1 no prompt can change another's last bits.
        reuse_context: Read a prompt in two passes, the first of which ends behind the context and is kept for
            all questions on it. Worth it where there are several.

    Raises:
        InputError: A value is unknown, or a batch is to be reused.
    """

    device: str = "cpu"
    dtype: str = "float32"
    batch: int = 1
    reuse_context: bool = False

    def __post_init__(self) -> None:
        if self.dtype not in _DTYPES:
            message = f"dtype is {self.dtype!r}; it is one of {', '.join(_DTYPES)}"
            raise InputError(message)
        if self.batch < 1 or (self.batch > 1 and self.reuse_context):
            message = f"batch is {self.batch}; it is 1 or more, and 1 with reuse_context"
            raise InputError(message)


def layers_of(name: str, config: Any, asked: int | None) -> int:  # noqa: ANN401 - untyped package
    """Layers that are probed.

    Raises:
        InputError: More than there are.
    """
    there = int(config.num_hidden_layers)
    if asked is not None and asked > there:
        message = f"layers is {asked}; {name} has {there}"
        raise InputError(message)
    return asked or there


def tokens_of(name: str, config: Any, layers: int, asked: int | None) -> int:  # noqa: ANN401 - untyped package
    """Tokens of a window.

    Raises:
        InputError: More than the decoder was made for, or too few for a prompt.
    """
    positions = int(config.max_position_embeddings)
    if asked is not None and not _LEAST_TOKENS <= asked <= positions:
        message = f"max_tokens is {asked}; {name} takes {_LEAST_TOKENS} to {positions}"
        raise InputError(message)
    kinds = getattr(config, "layer_types", None) or ["sliding_attention"]
    window = getattr(config, "sliding_window", None) if "sliding_attention" in kinds[:layers] else None
    return asked or min(positions, positions if window is None else int(window))
