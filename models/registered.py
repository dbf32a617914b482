"""What the core uses of this room (`excerpt.registry.DEFAULTS`)."""

from collections.abc import Mapping
from pathlib import Path

__all__ = ["DEFAULTS", "read_tokenizer"]

DEFAULTS: Mapping[str, str] = {"tokenizer": "excerpt.models.registered:read_tokenizer"}


def read_tokenizer() -> str:
    """The text of the ``tokenizer.json`` that counts tokens where no other is named."""
    path = Path(__file__).resolve().parent / "weights" / "all-MiniLM-L6-v2" / "tokenizer.json"
    return path.read_text(encoding="utf-8")
