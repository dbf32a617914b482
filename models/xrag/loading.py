"""A bridge by name: a folder that a training wrote, or a full checkpoint as xRAG was released."""

from pathlib import Path

from excerpt.models.directories import find_directory
from excerpt.models.xrag.bridge import MANIFEST, Bridge
from excerpt.models.xrag.released import load_released

__all__ = ["load_bridge"]


def load_bridge(name_or_path: str | Path) -> Bridge:
    """The bridge of a folder or a hub name.

    A folder with a ``bridge.json`` holds a bridge alone (`Bridge.save`); any other is read as a whole reader with the
    projector inside (`excerpt.models.xrag.released`).

    Args:
        name_or_path: The folder, or a hub name.

    Raises:
        ModelError: There is none, or a file is not what the manifest says.
        MissingExtraError: The extra ``torch`` is not installed.
    """
    folder = find_directory(name_or_path, weights="torch")
    return Bridge.read(folder) if (folder / MANIFEST).is_file() else load_released(folder)
