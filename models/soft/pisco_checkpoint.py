"""PISCO's published files as plain models: the base model with the added tokens and one of the two adapters."""

from pathlib import Path
from typing import Any

from excerpt.errors import ModelError
from excerpt.models.card import read_json
from excerpt.models.directories import find_directory
from excerpt.models.generation.generator import load_generator
from excerpt.models.generation.lora import merge_tensors
from excerpt.models.runtime.shards import read_pickled

__all__ = ["ADAPTERS", "checkpoint_config", "load_decoder", "memory_tokens", "save_reader"]

ADAPTERS, _TABLES = "adapters.pth", "decoder_first_last_layers.pth"


def save_reader(checkpoint: str | Path, folder: str | Path, *, dtype: str = "bfloat16") -> Path:
    """Write the model that reads: the base model with the reading adapter in its weights, and the added tokens.

    Args:
        checkpoint: The published folder.
        folder: Where the reader is written, in Hugging Face layout.
        dtype: Of its weights.

    Raises:
        ModelError: It is no PISCO checkpoint, or its files do not belong together.
    """
    tokenizer, network = load_decoder(Path(checkpoint), "decoder_adapter", dtype, "cpu")
    network.save_pretrained(str(folder))
    tokenizer.save_pretrained(str(folder))
    return Path(folder)


def checkpoint_config(folder: Path) -> dict[str, Any]:
    """The settings of a checkpoint.

    Raises:
        ModelError: It is of another kind, or files are missing.
    """
    path = folder / "config.json"
    config = read_json(path) if path.is_file() else {}
    wanted = {
        "model_type": "COCOM",
        "lora": True,
        "compr_model_name": None,
        "training_form": "both_separately",
    }
    wrong = {name: config.get(name) for name, value in wanted.items() if config.get(name) != value}
    numbers = ("doc_max_length", "compr_rate", "lora_r")
    wrong |= {name: config.get(name) for name in numbers if not isinstance(config.get(name), int)}
    missing = [name for name in (ADAPTERS, _TABLES) if not (folder / name).is_file()]
    if wrong or missing:
        message = (
            f"{folder} is no PISCO checkpoint whose decoder writes and reads with two adapters: "
            f"config.json says {wrong}, and these files are missing: {missing}"
        )
        raise ModelError(message)
    return config


def memory_tokens(config: dict[str, Any]) -> list[str]:
    """The memory tokens of one part of a passage, by those settings."""
    count = config["doc_max_length"] // config["compr_rate"]
    different = config.get("different_mem_tokens")
    return [f"<MEM{place}>" if different else "<MEM>" for place in range(count)]


def load_decoder(folder: Path, adapter: str, dtype: str, device: str) -> tuple[Any, Any]:
    """Tokenizer and base model with the added tokens and one of the adapters.

    Raises:
        ModelError: The files do not belong together.
    """
    config = checkpoint_config(folder)
    base = find_directory(str(config["decoder_model_name"]), weights="torch")
    tokenizer, network = load_generator(base, "causal language model", dtype=dtype, device=device)
    added = [*dict.fromkeys(memory_tokens(config)), "<AE>", "<ENC>", "<SEP>"]
    tokenizer.add_tokens([*added, *(["<KBTC>"] if config.get("kbtc_training") else [])], special_tokens=True)
    network.resize_token_embeddings(len(tokenizer), mean_resizing=False)
    adapters, tables = read_pickled(folder / ADAPTERS), read_pickled(folder / _TABLES)
    try:
        unknown = network.load_state_dict(tables, strict=False).unexpected_keys
    except RuntimeError as error:
        message = f"{folder / _TABLES} does not fit {base} with {len(tokenizer)} tokens: {error}"
        raise ModelError(message) from error
    if unknown or adapter not in adapters:
        message = f"{folder}: {_TABLES} has {unknown} too many, {ADAPTERS} has {sorted(adapters)} and needs {adapter}"
        raise ModelError(message)
    merge_tensors(network, adapters[adapter], 2.0, str(folder / ADAPTERS))  # alpha is twice the rank
    return tokenizer, network
