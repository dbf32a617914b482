"""The models that `excerpt models import` brought: what is said of each, and whether the files are as it says."""

from dataclasses import dataclass
from pathlib import Path

from excerpt.errors import ModelError
from excerpt.models.card import file_sha256, read_json
from excerpt.models.directories import IMPORT_NAME, imported_models

__all__ = ["ImportedModel", "imported", "verify"]


@dataclass(frozen=True, slots=True)
class ImportedModel:
    """One directory of excerpt's cache.

    Args:
        directory: Where it is; its name is what options take.
        source: Where the weights came from.
        licence: SPDX name; empty when unknown.
        files: Sha256 by path inside the directory.
    """

    directory: Path
    source: str
    licence: str
    files: dict[str, str]

    @property
    def bytes(self) -> int:
        """Size of the files that are there."""
        return sum(path.stat().st_size for name in self.files if (path := self.directory / name).is_file())


def imported() -> tuple[ImportedModel, ...]:
    """The imported models, sorted by name.

    Raises:
        ModelError: What was written of one is broken.
    """
    return tuple(_read(path) for path in sorted(imported_models().glob(f"*/{IMPORT_NAME}")))


def verify() -> list[str]:
    """What is wrong with imported files, one sentence each; empty when every sha256 fits."""
    wrong = []
    for model in imported():
        for name, promised in model.files.items():
            path = model.directory / name
            if not path.is_file():
                wrong.append(f"{path} is missing")
            elif file_sha256(path) != promised:
                wrong.append(f"{path} does not have the sha256 of {IMPORT_NAME}")
    return wrong


def _read(path: Path) -> ImportedModel:
    values = read_json(path)
    files = values.get("files")
    if not isinstance(files, dict) or not all(isinstance(item, str) for item in files.values()):
        message = f"{path} is garbled; remove {path.parent} and import the model again"
        raise ModelError(message)
    return ImportedModel(path.parent, str(values.get("source", "")), str(values.get("licence", "")), files)
