"""Where a decoder looks when it has read passages and question: GemFilter's and SpecPC's signal, without a probe."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from excerpt.checks import check_number, check_text, check_whole
from excerpt.compressors.scorers.attention import AttentionScore
from excerpt.errors import ConfigError
from excerpt.imports.extras import require
from excerpt.models.directories import find_directory

__all__ = ["DecoderAttention", "decoder_attention"]


@dataclass(frozen=True)
class DecoderAttention(AttentionScore):
    """As `AttentionScore`, of a decoder and without a probe."""

    name: ClassVar[str] = "decoder-attention"


def decoder_attention(
    decoder: str | Path,
    *,
    layers: float | None = None,
    last_tokens: int = 1,
    largest_from: int | None = None,
    max_tokens: int | None = None,
) -> DecoderAttention:
    """Attention of a decoder's last tokens to each unit, as a multiple of even attention; the question stands last.

    Args:
        decoder: A Hugging Face decoder: a directory with safetensors, or a hub name.
        layers: Run only so many layers; below 1, such a share of them; None for all.
        last_tokens: How many of the prompt's last tokens attend, the k-th weighted with k.
        largest_from: Take the largest over the heads of this layer and all after it, counted from 0; None for the mean
            over the heads of the last one that is run.
        max_tokens: Tokens of a window; None for as many as the decoder takes.

    Raises:
        ConfigError: An option is of the wrong kind.
        InputError: The decoder has not so many layers, or not so long a window.
        ModelError: It cannot be found or read.
        MissingExtraError: The extra ``torch`` is not installed.
    """
    if not isinstance(decoder, Path):
        check_text(decoder, "decoder-attention: decoder")
    check_whole(last_tokens, "decoder-attention: last_tokens", least=1)
    for option, value in (("largest_from", largest_from), ("max_tokens", max_tokens)):
        if value is not None:
            check_whole(value, f"decoder-attention: {option}", least=0)
    require("torch", extra="torch", purpose=f"reading {decoder} as a decoder")
    from excerpt.models.attention.decoder.network import read_config  # noqa: PLC0415 - needs torch
    from excerpt.models.attention.decoder.options import DecoderProbe  # noqa: PLC0415 - as above
    from excerpt.models.attention.decoder.proxy import DecoderProxy  # noqa: PLC0415 - as above

    count: int | None = None
    if layers is not None:
        check_number(layers, "decoder-attention: layers", least=0)
        there = int(read_config(find_directory(decoder, weights="safetensors")).num_hidden_layers)
        count = max(1, round(layers * there)) if layers < 1 else int(layers)
        if count != layers and layers >= 1:
            message = f"decoder-attention: layers must be a whole number, or a share below 1, got {layers!r}"
            raise ConfigError(message)
    probe = DecoderProbe(last_tokens=last_tokens, layers=count)
    return DecoderAttention(DecoderProxy(decoder, max_tokens=max_tokens, probe=probe), None, largest_from)
