"""Where a model's files are: the directory of a name, and which files in it hold the weights."""

from pathlib import Path

from excerpt.errors import NoModelError
from excerpt.files.user_cache import user_cache
from excerpt.models.bundle import bundled
from excerpt.models.hub import Weights, fetch

__all__ = [
    "IMPORT_NAME",
    "ONNX_FILES",
    "TORCH_FILES",
    "find_directory",
    "imported_models",
    "model_files",
    "weight_files",
]

ONNX_FILES = ("model.onnx", "onnx/model.onnx")
"""Where a graph may be, the first that exists counts."""
TORCH_FILES = ("model.safetensors", "model.safetensors.index.json", "pytorch_model.bin")
"""The weights of a Hugging Face checkpoint; read where there is no graph."""

IMPORT_NAME = "excerpt-import.json"
"""What `excerpt models import` says of a directory: where it came from, its licence, the sha256 of its files."""


def imported_models() -> Path:
    """The folder of the models that `excerpt models import` brought, one directory each; it may not exist."""
    return user_cache() / "models"


def find_directory(name_or_path: str | Path, *, weights: Weights = "any") -> Path:
    """The directory of a model: a bundled name, a local directory, an imported name, or a hub name (fetched).

    Args:
        name_or_path: The name or path.
        weights: Which kind of weights is fetched (:func:`excerpt.models.hub.wanted_files`).

    Raises:
        ModelError: There is none; the message says what was tried.
    """
    name = str(name_or_path)
    known = {model.name: model.directory for model in bundled()}
    if name in known:
        return known[name]
    path = Path(name_or_path).expanduser()
    if path.is_dir():
        return path
    if not isinstance(name_or_path, Path) and _is_plain(name) and (imported_models() / name).is_dir():
        return imported_models() / name
    if isinstance(name_or_path, Path) or name.count("/") != 1 or name.startswith((".", "/", "~")):
        message = (
            f"no model {name!r}: it is not bundled ({', '.join(known)}), not a directory, not one that `excerpt models "
            "import` brought, and not a Hugging Face name of the form owner/model"
        )
        raise NoModelError(message)
    return fetch(name, weights=weights)


def _is_plain(name: str) -> bool:
    return bool(name) and not name.startswith(".") and not set(name) & {"/", "\\"}


def weight_files(directory: Path) -> list[Path]:
    """The weights that are run: one graph, or else what there is of a checkpoint; empty for neither."""
    graphs = [directory / name for name in ONNX_FILES if (directory / name).is_file()][:1]
    return graphs or [directory / name for name in TORCH_FILES if (directory / name).is_file()]


def model_files(directory: Path) -> list[Path]:
    """The files that a model's numbers depend on: weights and tokenizer."""
    tokenizer = [*sorted(directory.glob("tokenizer*.json")), *directory.glob("vocab.txt")]
    return [*weight_files(directory), *tokenizer]
