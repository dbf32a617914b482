"""A bridge from whatever holds one: a folder of our own, or a checkpoint as xRAG was released."""

from pathlib import Path

from excerpt.models.registry import find_directory
from excerpt.models.xrag.bridge import MANIFEST, Bridge
from excerpt.models.xrag.released import load_released

__all__ = ["load_bridge"]


def load_bridge(directory: str | Path) -> Bridge:
    """The bridge in a folder, or in a full checkpoint as xRAG was released (`excerpt.models.xrag.released`).

    Args:
        directory: The folder, or a hub name.

    Raises:
        ModelError: There is none, or a file is not what the manifest says.
        MissingExtraError: The extra ``torch`` is not installed.
    """
    folder = find_directory(directory, weights="torch")
    return Bridge.load(folder) if (folder / MANIFEST).is_file() else load_released(folder)
