"""Single tensors of a checkpoint in Hugging Face layout, whichever of its files they are in."""

from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Any

from excerpt.errors import ModelError
from excerpt.imports.extras import require
from excerpt.models.card import read_json
from excerpt.models.runtime.tensors import read_tensors

__all__ = ["read_pickled", "read_wanted"]

_INDEXES = ("model.safetensors.index.json", "pytorch_model.bin.index.json")
_SINGLE = ("model.safetensors", "pytorch_model.bin")


def read_wanted(directory: Path, wanted: AbstractSet[str]) -> dict[str, Any]:
    """The wanted tensors by name, those that are there; no other is kept in memory.

    Args:
        directory: Holds safetensors, or pickles that are read in weights-only mode; in one file or several.
        wanted: Names of tensors.

    Raises:
        ModelError: A file cannot be read.
        MissingExtraError: The extra ``torch`` is not installed.
    """
    tensors: dict[str, Any] = {}
    for path in _places(directory, wanted):
        tensors |= _read(path, wanted)
    return tensors


def _places(directory: Path, wanted: AbstractSet[str]) -> list[Path]:
    """The files that hold the wanted tensors."""
    for name in _INDEXES:
        if (directory / name).is_file():
            weight_map = read_json(directory / name).get("weight_map", {})
            # Only names of files in the folder itself.
            return sorted({directory / Path(str(weight_map[name])).name for name in wanted & set(weight_map)})
    return [directory / name for name in _SINGLE if (directory / name).is_file()][:1]


def _read(path: Path, wanted: AbstractSet[str]) -> dict[str, Any]:
    if path.suffix == ".safetensors":
        return read_tensors(path, "pt", wanted=wanted).tensors
    return {name: tensor for name, tensor in read_pickled(path).items() if name in wanted}


def read_pickled(path: Path) -> dict[str, Any]:
    """What a pickle of plain weights holds; nothing in it is run.

    Raises:
        ModelError: It cannot be read, or holds something else.
        MissingExtraError: The extra ``torch`` is not installed.
    """
    torch = require("torch", extra="torch", purpose=f"reading {path}")
    try:
        held: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True, mmap=True)
    except Exception as error:  # the package raises whatever its unpickler raises
        message = f"{path} cannot be read as plain weights, and nothing else in a pickle is ever run: {error}"
        raise ModelError(message) from error
    return held
