"""Writes the manifest of the bundled weights: ``python tools/bundle_weights.py``.

Run once after `excerpt models export` has put a model into ``models/weights/``; never at run time.
"""

import json
from pathlib import Path
from typing import Any

from excerpt.models.bundle import WEIGHTS
from excerpt.models.card import CARD_NAME, file_sha256, read_json

__all__ = ["manifest"]

_FROM_CARD = (
    "name", "task", "dim", "pooling", "max_tokens", "quantization", "licence", "source", "source_sha256",
)  # fmt: skip


def manifest(weights: Path = WEIGHTS) -> dict[str, Any]:
    """Every model under ``weights`` with the size and sha256 of its files.

    Models with an ``excerpt-model.json`` are described by it. Others, such as the ranker's trees, keep what the
    manifest says of them, with their files looked at again.
    """
    cards = [path.parent for path in weights.glob(f"*/{CARD_NAME}")]
    entries = {directory.name: _described(directory) for directory in cards}
    known = read_json(weights / "manifest.json")["models"] if (weights / "manifest.json").exists() else []
    for entry in known:
        if entry["name"] not in entries and (weights / entry["name"]).is_dir():
            entries[entry["name"]] = {**entry, "files": _files(weights / entry["name"])}
    return {"format": 1, "models": [entries[name] for name in sorted(entries)]}


def _described(directory: Path) -> dict[str, Any]:
    card = read_json(directory / CARD_NAME)
    return {**{key: card[key] for key in _FROM_CARD}, "files": _files(directory)}


def _files(directory: Path) -> list[dict[str, Any]]:
    return [
        {"path": path.name, "bytes": path.stat().st_size, "sha256": file_sha256(path)}
        for path in sorted(directory.iterdir())
    ]


if __name__ == "__main__":
    text = json.dumps(manifest(), indent=2) + "\n"
    (WEIGHTS / "manifest.json").write_text(text, encoding="utf-8")
