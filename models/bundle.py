"""Writes the manifest of the bundled weights: ``python -m winnow.models.bundle``.

Run once after `winnow models export` has put a model into ``models/weights/``; never at run time.
"""

import json
from pathlib import Path
from typing import Any

from winnow.models.card import CARD_NAME, file_sha256, read_json
from winnow.models.registry import WEIGHTS

__all__ = ["manifest"]

_FROM_CARD = (
    "name", "task", "dim", "pooling", "max_tokens", "quantization", "licence", "source", "source_sha256",
)  # fmt: skip


def manifest(weights: Path = WEIGHTS) -> dict[str, Any]:
    """Every model directory under ``weights`` with the size and sha256 of its files."""
    directories = sorted(path.parent for path in weights.glob(f"*/{CARD_NAME}"))
    return {"format": 1, "models": [_entry(directory) for directory in directories]}


def _entry(directory: Path) -> dict[str, Any]:
    card = read_json(directory / CARD_NAME)
    files = [
        {"path": path.name, "bytes": path.stat().st_size, "sha256": file_sha256(path)}
        for path in sorted(directory.iterdir())
    ]
    return {**{key: card[key] for key in _FROM_CARD}, "files": files}


if __name__ == "__main__":
    text = json.dumps(manifest(), indent=2) + "\n"
    (WEIGHTS / "manifest.json").write_text(text, encoding="utf-8")
