"""Reading safetensors files: the one place, so that a file that is not what it should be is one kind of error."""

from collections.abc import Collection
from pathlib import Path
from typing import Any, Literal, NamedTuple

from excerpt.errors import ModelError
from excerpt.imports.extras import require

__all__ = ["TensorFile", "read_tensors"]


class TensorFile(NamedTuple):
    """What a safetensors file holds; numbers and text, nothing that could be executed.

    Attributes:
        tensors: By name.
        metadata: The texts beside them; empty where there are none.
    """

    tensors: dict[str, Any]
    metadata: dict[str, str]


def read_tensors(
    path: Path, framework: Literal["numpy", "pt"], *, wanted: Collection[str] | None = None
) -> TensorFile:
    """The tensors of a safetensors file.

    Args:
        path: The file.
        framework: What the tensors are: ``"numpy"`` arrays, or ``"pt"`` for those of torch on the CPU.
        wanted: Names of the tensors to read, the others stay on the disk; those that are not there are left out.
            Default: all.

    Raises:
        ModelError: The file cannot be read.
        MissingExtraError: The extra ``torch`` is not installed.
    """
    purpose = f"reading {path}"
    if framework == "pt":
        require("torch", extra="torch", purpose=purpose)  # or safetensors fails of it in its own words
    safetensors = require("safetensors", extra="torch", purpose=purpose)
    try:
        with safetensors.safe_open(str(path), framework) as file:
            names = [name for name in file.keys() if wanted is None or name in wanted]  # noqa: SIM118 - no mapping
            return TensorFile({name: file.get_tensor(name) for name in names}, dict(file.metadata() or {}))
    except Exception as error:  # the package raises whatever its reader raises
        message = f"{path} cannot be read as safetensors: {error}"
        raise ModelError(message) from error
