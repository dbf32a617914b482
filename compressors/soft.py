"""Soft compression: passages as several vectors among a reader's input embeddings, made by a language model."""

from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from excerpt.compressors.vectors.soft_stage import Fallback, SoftStage
from excerpt.errors import ConfigError
from excerpt.models.soft.protocols import SoftCompressor
from excerpt.values.types import Context

__all__ = ["Soft"]

_KINDS: Mapping[str, tuple[str, str]] = {
    "autocompressor": ("excerpt.models.soft.autocompressor", "AutoCompressor"),
    "icae": ("excerpt.models.soft.icae", "Icae"),
    "pisco": ("excerpt.models.soft.pisco", "Pisco"),
}


class Soft(SoftStage):
    """Text for the best passages, several vectors for each of the rest, written by a language model.

    As `excerpt.compressors.XRAG`, with another maker of vectors: title and text of each passage go through a network
    when they are compressed, and each vector is a token of the reader's window. A passage whose vectors do not fit is
    dropped, and so are those that are ranked below it.

    Args:
        model: The published file or folder (docs/methods/soft-compression), or a loaded
            `excerpt.models.soft.SoftCompressor`.
        kind: What it is: ``"autocompressor"``, ``"icae"`` or ``"pisco"``; not needed with a loaded one.
        options: Of that kind, by name: ``{"base": "mistralai/Mistral-7B-Instruct-v0.2", "device": "cuda"}``.
        text: How many passages stay text.
        fallback: What becomes of the others with a reader that takes no embeddings: ``"text"`` leaves them to the
            budget, ``"drop"`` drops them.

    Raises:
        ConfigError: An option has an unknown value.
        ModelError: There is no such model.
    """

    name = "soft"

    def __init__(
        self,
        model: str | Path | SoftCompressor,
        *,
        kind: str = "",
        options: Mapping[str, Any] | None = None,
        text: int = 0,
        fallback: Fallback = "text",
    ) -> None:
        self.check_options(text, fallback)
        loaded = _load(model, kind, options or {}) if isinstance(model, str | Path) else model
        super().__init__(loaded, text, fallback)

    def _embedded(self, context: Context, chosen: Sequence[int]) -> Sequence[NDArray[np.float32]]:
        return [self.bridge.embed(context.passages[index].titled_text) for index in chosen]


def _load(model: str | Path, kind: str, options: Mapping[str, Any]) -> SoftCompressor:
    if kind not in _KINDS:
        message = f"soft: there is no kind {kind!r}; there are {', '.join(_KINDS)}"
        raise ConfigError(message)
    module, name = _KINDS[kind]
    made = getattr(import_module(module), name)
    try:
        loaded: SoftCompressor = made(model, **options)
    except TypeError as error:
        message = f"soft: options of {kind}: {error}"
        raise ConfigError(message) from error
    return loaded
