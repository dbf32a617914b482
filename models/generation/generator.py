"""Networks that generate text, through transformers, loaded without running anything of the checkpoint."""

from pathlib import Path
from typing import Any, Literal

from excerpt.errors import ModelError
from excerpt.imports.extras import require, require_all
from excerpt.models.card import read_json
from excerpt.models.generation.lora import checkpoint_folders, merge_lora
from excerpt.models.runtime.loading import without_bars

__all__ = ["Kind", "check_generator", "generator_kind", "load_generator", "require_generators"]

Kind = Literal["causal language model", "sequence-to-sequence model"]
_CLASSES: dict[Kind, str] = {
    "causal language model": "AutoModelForCausalLM",
    "sequence-to-sequence model": "AutoModelForSeq2SeqLM",
}
_WRITING = ("CausalLM", "LMHead", "ConditionalGeneration")  # in the names of classes that write


def generator_kind(directory: Path) -> Kind:
    """What a checkpoint in Hugging Face layout is, by its ``config.json``; nothing is loaded.

    Raises:
        ModelError: It has no such file, no weights, or is no model that writes.
    """
    try:
        config = read_json(directory / "config.json")
    except ModelError as error:
        message = f"{directory} is no checkpoint in Hugging Face layout: {error}"
        raise ModelError(message) from error
    if not any(any(directory.glob(pattern)) for pattern in ("*.safetensors", "*.bin")):
        message = f"{directory} holds no weights: no *.safetensors and no *.bin beside its config.json"
        raise ModelError(message)
    if config.get("is_encoder_decoder"):
        return "sequence-to-sequence model"
    classes = [str(name) for name in config.get("architectures") or []]
    if classes and not any(part in name for name in classes for part in _WRITING):
        message = f"{directory} is a {', '.join(classes)}: no model that writes text"
        raise ModelError(message)
    return "causal language model"


def check_generator(directory: Path, kind: Kind) -> None:
    """Refuse a checkpoint of another kind, before anything asks it.

    Raises:
        ModelError: It is none of this kind; the message says what it is.
    """
    found = generator_kind(directory)
    if found != kind:
        message = f"{directory} is a {found}; a {kind} is wanted"
        raise ModelError(message)


def require_generators(purpose: str) -> None:
    """See that what loads a network is there, for those that load it at its first use only.

    Args:
        purpose: Ends the sentence "... is needed for".

    Raises:
        MissingExtraError: The extra ``torch`` is not installed.
    """
    require_all("torch", "transformers", extra="torch", purpose=purpose)


def load_generator(
    directory: Path,
    kind: Kind,
    *,
    dtype: str = "float32",
    device: str = "cpu",
    attention: str | None = None,
) -> tuple[Any, Any]:
    """Tokenizer and network of a checkpoint in Hugging Face layout, in evaluation mode.

    A causal model's tokenizer pads on the left, where nothing is generated.

    Args:
        directory: The checkpoint; safetensors, or a pickle that is read in weights-only mode. Or a LoRA adapter, which
            is added to the base model that it names (`excerpt.models.generation.lora`).
        kind: What the network is.
        dtype: ``"float32"``, ``"bfloat16"`` or ``"float16"``.
        device: ``"cpu"``, ``"cuda"``, ...
        attention: transformers' name of the way attention is computed, such as ``"eager"``; None for its own choice.

    Raises:
        ModelError: transformers cannot load it.
        MissingExtraError: The extra ``torch`` is not installed.
    """
    purpose = f"running {directory.name}, a {kind}"
    torch = require("torch", extra="torch", purpose=purpose)
    transformers = require("transformers", extra="torch", purpose=purpose)
    whole = checkpoint_folders(directory)[-1]
    words = directory if (directory / "tokenizer_config.json").is_file() else whole
    if not (words / "tokenizer.json").is_file() and any(words.glob("*.model")):
        for package in (
            "sentencepiece",
            "google.protobuf",
        ):  # or transformers takes the file for another kind
            require(
                package, extra="torch", purpose=f"the tokenizer of {directory.name}, a SentencePiece model"
            )
    safe = {"trust_remote_code": False, "local_files_only": True}
    way = {} if attention is None else {"attn_implementation": attention}
    side = {"padding_side": "left"} if kind == "causal language model" else {}
    try:
        tokenizer = transformers.AutoTokenizer.from_pretrained(str(words), **side, **safe)
        with without_bars(transformers):
            network = getattr(transformers, _CLASSES[kind]).from_pretrained(
                str(whole), dtype=getattr(torch, dtype), weights_only=True, **way, **safe
            )
        network.to(device)
    except Exception as error:  # the package raises whatever its many loaders raise
        message = f"transformers cannot load {directory} as a {kind} on {device} in {dtype}: {error}"
        raise ModelError(message) from error
    if whole is not directory:
        merge_lora(network, directory)
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    return tokenizer, network.eval()
