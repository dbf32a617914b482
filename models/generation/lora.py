"""LoRA adapters as the package peft saves them: a small folder beside a base model, added to its weights when loaded.

Hu et al. 2021, arXiv:2106.09685: a matrix ``W`` becomes ``W + scale * B @ A``. The package itself is not needed, and
nothing of the folder is run.
"""

import re
from collections.abc import Iterator, Mapping
from math import sqrt
from pathlib import Path
from typing import Any

from excerpt.errors import ModelError
from excerpt.models.card import read_json
from excerpt.models.directories import find_directory
from excerpt.models.runtime.tensors import read_tensors

__all__ = ["checkpoint_folders", "merge_lora", "merge_tensors"]

_CONFIG, _WEIGHTS = "adapter_config.json", "adapter_model.safetensors"
_PART = re.compile(r"(?:base_model\.model\.)?(?P<layer>.+)\.lora_(?P<side>[AB])(?:\.[\w-]+)?\.weight")
# What changes the sum, and the value that leaves it as it is.
_PLAIN: Mapping[str, tuple[Any, ...]] = {
    "peft_type": ("LORA",),
    "use_dora": (False, None),
    "bias": ("none", None),
    "fan_in_fan_out": (False, None),
    "modules_to_save": (None, []),
    "rank_pattern": ({}, None),
    "alpha_pattern": ({}, None),
}


def checkpoint_folders(directory: Path) -> list[Path]:
    """The folders that a checkpoint's numbers depend on: itself, and behind an adapter the base model that it names.

    Raises:
        ModelError: The base model cannot be found.
    """
    path = directory / _CONFIG
    if not path.is_file():
        return [directory]
    base = str(read_json(path).get("base_model_name_or_path") or "")
    if not base:
        message = f"{path} does not say which model it belongs to: base_model_name_or_path is missing"
        raise ModelError(message)
    return [directory, find_directory(base, weights="torch")]


def merge_lora(network: Any, directory: Path) -> None:  # noqa: ANN401 - untyped package
    """Add an adapter to the weights of its base model.

    Args:
        network: The base model, a torch module; changed in place.
        directory: Holds ``adapter_config.json`` and ``adapter_model.safetensors``.

    Raises:
        ModelError: The adapter is of a kind that is more than this sum, is a pickle, or does not fit the model.
    """
    config = read_json(directory / _CONFIG)
    for name, plain in _PLAIN.items():
        if config.get(name, plain[-1]) not in plain:
            message = f"{directory / _CONFIG}: {name} is {config[name]!r}; only plain LoRA ({plain[0]!r}) can be read"
            raise ModelError(message)
    path = directory / _WEIGHTS
    if not path.is_file():
        message = (
            f"{directory} has no {_WEIGHTS}; a pickled adapter is not read: save it as safetensors first "
            "(`model.save_pretrained(FOLDER, safe_serialization=True)` of peft)"
        )
        raise ModelError(message)
    rank, alpha = config.get("r"), config.get("lora_alpha")
    if not isinstance(rank, int) or rank < 1 or not isinstance(alpha, int | float):
        message = f"{directory / _CONFIG}: r is {rank!r} and lora_alpha {alpha!r}; expected two numbers"
        raise ModelError(message)
    scale = alpha / (sqrt(rank) if config.get("use_rslora") else rank)
    merge_tensors(network, read_tensors(path, "pt").tensors, scale, str(path))


def merge_tensors(network: Any, tensors: Mapping[str, Any], scale: float, where: str) -> None:  # noqa: ANN401 - untyped package
    """Add pairs ``...lora_A.weight`` and ``...lora_B.weight`` to the layers that they are named for.

    Args:
        network: A torch module; changed in place.
        tensors: By name, with or without peft's prefix ``base_model.model.`` and an adapter's name in it.
        scale: What a product is multiplied by.
        where: What messages begin with.

    Raises:
        ModelError: A tensor is none of a pair, or a pair does not fit.
    """
    for layer, first, second in _pairs(tensors, where):
        try:
            weight = network.get_submodule(layer).weight
            # In single precision, whatever the model is held in: a sum of half-precision products loses the small one.
            weight.data += (scale * (second.float() @ first.float())).to(weight.dtype).to(weight.device)
        except (AttributeError, RuntimeError) as error:
            message = f"{where}: the adapter of {layer} does not fit the model: {error}"
            raise ModelError(message) from error


def _pairs(tensors: Mapping[str, Any], where: str) -> Iterator[tuple[str, Any, Any]]:
    sides: dict[str, dict[str, Any]] = {}
    for name, tensor in tensors.items():
        match = _PART.fullmatch(name)
        if match is None:
            message = f"{where}: {name} is no part of a plain LoRA adapter"
            raise ModelError(message)
        sides.setdefault(match["layer"], {})[match["side"]] = tensor
    for layer, both in sorted(sides.items()):
        if set(both) != {"A", "B"}:
            message = f"{where}: {layer} has only one of lora_A and lora_B"
            raise ModelError(message)
        yield layer, both["A"], both["B"]
