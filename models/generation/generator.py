"""Networks that generate text, through transformers, loaded without running anything of the checkpoint."""

from pathlib import Path
from typing import Any, Literal

from excerpt.errors import ModelError
from excerpt.imports.extras import require
from excerpt.models.runtime.loading import without_bars

__all__ = ["load_generator"]

_CLASSES = {
    "causal language model": "AutoModelForCausalLM",
    "sequence-to-sequence model": "AutoModelForSeq2SeqLM",
}


def load_generator(
    directory: Path,
    kind: Literal["causal language model", "sequence-to-sequence model"],
    *,
    dtype: str = "float32",
    device: str = "cpu",
) -> tuple[Any, Any]:
    """Tokenizer and network of a checkpoint in Hugging Face layout, in evaluation mode.

    A causal model's tokenizer pads on the left, where nothing is generated.

    Args:
        directory: The checkpoint; safetensors, or a pickle that is read in weights-only mode.
        kind: What the network is.
        dtype: ``"float32"``, ``"bfloat16"`` or ``"float16"``.
        device: ``"cpu"``, ``"cuda"``, ...

    Raises:
        ModelError: transformers cannot load it.
        MissingExtraError: The extra ``torch`` is not installed.
    """
    purpose = f"running {directory.name}, a {kind}"
    torch = require("torch", extra="torch", purpose=purpose)
    transformers = require("transformers", extra="torch", purpose=purpose)
    if not (directory / "tokenizer.json").is_file() and any(directory.glob("*.model")):
        for package in (
            "sentencepiece",
            "google.protobuf",
        ):  # or transformers takes the file for another kind
            require(
                package, extra="torch", purpose=f"the tokenizer of {directory.name}, a SentencePiece model"
            )
    safe = {"trust_remote_code": False, "local_files_only": True}
    side = {"padding_side": "left"} if kind == "causal language model" else {}
    try:
        tokenizer = transformers.AutoTokenizer.from_pretrained(str(directory), **side, **safe)
        with without_bars(transformers):
            network = getattr(transformers, _CLASSES[kind]).from_pretrained(
                str(directory), dtype=getattr(torch, dtype), weights_only=True, **safe
            )
        network.to(device)
    except Exception as error:  # the package raises whatever its many loaders raise
        message = f"transformers cannot load {directory} as a {kind} on {device} in {dtype}: {error}"
        raise ModelError(message) from error
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    return tokenizer, network.eval()
