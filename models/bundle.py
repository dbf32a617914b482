"""The models that are part of the package: what the manifest says of each, and whether the files are as it says."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from excerpt.errors import ModelError
from excerpt.models.card import Task, file_sha256, read_json

__all__ = ["WEIGHTS", "BundledFile", "BundledModel", "bundled", "verify"]

WEIGHTS = Path(__file__).resolve().parent / "weights"
"""Where the bundled models are, one directory each, beside their manifest."""


@dataclass(frozen=True, slots=True)
class BundledFile:
    """One file of a bundled model, as the manifest promises it."""

    path: Path
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class BundledModel:
    """One entry of ``weights/manifest.json``.

    Args:
        name: What :func:`load` takes.
        task: What it does.
        directory: Where its files are.
        licence: SPDX name of the licence of the weights.
        source: Where the original weights are.
        files: Its files.
    """

    name: str
    task: Task
    directory: Path
    licence: str
    source: str
    files: tuple[BundledFile, ...]

    @property
    def bytes(self) -> int:
        """Size of all files together."""
        return sum(file.bytes for file in self.files)


def bundled() -> tuple[BundledModel, ...]:
    """The models that are part of the package, sorted by name.

    Raises:
        ModelError: The manifest is missing or broken: the installation is damaged.
    """
    manifest = read_json(WEIGHTS / "manifest.json")
    try:
        return tuple(
            _bundled_model(entry) for entry in sorted(manifest["models"], key=lambda entry: entry["name"])
        )
    except (KeyError, TypeError) as error:
        message = f"{WEIGHTS / 'manifest.json'} is broken ({error!r}); install excerpt again"
        raise ModelError(message) from error


def verify() -> list[str]:
    """What is wrong with the bundled files, one sentence each; empty when every sha256 fits."""
    wrong = []
    for model in bundled():
        for file in model.files:
            if not file.path.is_file():
                wrong.append(f"{file.path} is missing")
            elif (size := file.path.stat().st_size) != file.bytes:
                wrong.append(f"{file.path} has {size} bytes, not {file.bytes}")
            elif file_sha256(file.path) != file.sha256:
                wrong.append(f"{file.path} does not have the sha256 of the manifest")
    return wrong


def _bundled_model(entry: dict[str, Any]) -> BundledModel:
    directory = WEIGHTS / entry["name"]
    files = tuple(
        BundledFile(directory / item["path"], item["bytes"], item["sha256"]) for item in entry["files"]
    )
    return BundledModel(entry["name"], entry["task"], directory, entry["licence"], entry["source"], files)
