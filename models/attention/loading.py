"""A proxy by name."""

from pathlib import Path

from excerpt.models.attention.encoder import EncoderProxy
from excerpt.models.attention.graph import ATTENTION_NAME
from excerpt.models.attention.protocols import AttentionProxy
from excerpt.models.card import CARD_NAME
from excerpt.models.directories import find_directory

__all__ = ["load_proxy"]


def load_proxy(name_or_path: str | Path, *, max_tokens: int | None = None) -> AttentionProxy:
    """The proxy of a bundled name, a directory or a hub name.

    A directory with ``attention.onnx`` or ``excerpt-model.json`` is an encoder; any other is read as a
    Hugging Face decoder, through torch.

    Args:
        name_or_path: ``"all-MiniLM-L6-v2"``, a directory, or ``"owner/model"``.
        max_tokens: Tokens of a window; default: as many as the model takes.

    Raises:
        InputError: ``max_tokens`` is out of range.
        ModelError: It cannot be found or read, or is neither.
        MissingExtraError: It is a decoder and the extra ``torch`` is not installed.
    """
    directory = find_directory(name_or_path)
    if (directory / ATTENTION_NAME).is_file() or (directory / CARD_NAME).is_file():
        return EncoderProxy(name_or_path, max_tokens=max_tokens)
    from excerpt.models.attention.decoder.proxy import DecoderProxy  # noqa: PLC0415 - needs torch

    return DecoderProxy(name_or_path, max_tokens=max_tokens)
