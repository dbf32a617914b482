"""xRAG's released checkpoints (Hannibal046/xrag-7b, xrag-moe): whole readers with the projector's tensors inside.

The reader itself loads from the same folder (`excerpt.models.readers.XragReader`): transformers knows it as the Mistral
that it is, and its tokenizer has the two tokens that were added, ``<pad>`` and ``<xRAG>``. Here only the four tensors
of the projector are read, whichever shards they are in.
"""

from pathlib import Path
from typing import Any

from excerpt.errors import ModelError
from excerpt.imports.extras import require
from excerpt.models.card import read_json
from excerpt.models.runtime.shards import read_wanted
from excerpt.models.xrag.bridge import Bridge, filled
from excerpt.models.xrag.manifest import BridgeManifest, EncoderTraits, reader_traits
from excerpt.models.xrag.projector import TENSORS
from excerpt.models.xrag.prompts import PAPER

__all__ = ["load_released"]

_PREFIX = "projector.projector."
_ENCODER, _ENCODER_TOKENS = "Salesforce/SFR-Embedding-Mistral", 180
_PURPOSE = "reading a released xRAG checkpoint"


def load_released(directory: Path) -> Bridge:
    """The bridge inside a full checkpoint.

    Its encoder is the published one: SFR-Embedding-Mistral, state of the last token, not scaled, 180 tokens.

    Raises:
        ModelError: The folder is not such a checkpoint, or lacks a tensor.
        MissingExtraError: The extra ``torch`` is not installed.
    """
    path = directory / "config.json"
    config = read_json(path) if path.is_file() else {}
    kind, dim = config.get("projector_type"), config.get("retriever_hidden_size")
    if kind != "mlp2x_gelu" or not isinstance(dim, int):
        message = (
            f"{directory} is neither a bridge (bridge.json) nor a released xRAG checkpoint: its config.json says "
            f"projector_type {kind!r} and retriever_hidden_size {dim!r}; expected 'mlp2x_gelu' and a number"
        )
        raise ModelError(message)
    encoder = EncoderTraits(_ENCODER, "", dim, pooling="last", normalized=False, max_tokens=_ENCODER_TOKENS)
    manifest = BridgeManifest(encoder, reader_traits(directory), PAPER)
    tensors = _projector_tensors(directory)
    _check_rows(directory)
    return Bridge(manifest, filled(manifest, tensors, str(directory)))


def _projector_tensors(directory: Path) -> dict[str, Any]:
    """The four tensors without their prefix; no other tensor is kept in memory."""
    found = read_wanted(directory, {_PREFIX + name for name in TENSORS})
    return {name.removeprefix(_PREFIX): tensor for name, tensor in found.items()}


def _check_rows(directory: Path) -> None:
    """The tokens that were added must have rows in the embedding table, which the reader will read."""
    tokenizers = require("tokenizers", extra="torch", purpose=_PURPOSE)
    path = directory / "tokenizer.json"
    if not path.is_file():  # a slow tokenizer; the reader's own loading says what is wrong with it
        return
    mark = tokenizers.Tokenizer.from_file(str(path)).token_to_id(PAPER.mark)
    rows = read_json(directory / "config.json").get("vocab_size", 0)
    if mark is None or mark >= rows:
        message = (
            f"{directory}: the token {PAPER.mark} has the id {mark} and the reader {rows} embeddings; a released "
            "checkpoint has a row for it"
        )
        raise ModelError(message)
