"""What soft compressors that are causal language models have in common."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from excerpt.cached import cached_property
from excerpt.errors import InputError, ModelError
from excerpt.models.xrag.manifest import ReaderTraits, reader_traits
from excerpt.models.xrag.prompts import XragPrompts
from excerpt.values.soft import SoftContext, SoftPassage

__all__ = ["LanguageModelCompressor"]


class LanguageModelCompressor(ABC):
    """An `excerpt.models.soft.SoftCompressor` whose network is loaded on first use.

    Args:
        directory: The model that reads the embeddings, in Hugging Face layout.
        device: ``"cpu"``, ``"cuda"``, ...
        dtype: ``"float32"``, ``"bfloat16"`` or ``"float16"``.
    """

    name: str
    prompts: XragPrompts

    def __init__(self, directory: Path, device: str, dtype: str) -> None:
        self.directory, self.device, self.dtype = directory, device, dtype
        self._lock = Lock()
        self._loaded: tuple[Any, Any, Any] | None = None

    @cached_property
    def reader(self) -> ReaderTraits:
        """The model that alone can read the embeddings.

        Raises:
            ModelError: The folder has no settings or no weights.
        """
        return reader_traits(self.directory)

    @property
    @abstractmethod
    def fingerprint(self) -> str:
        """Whatever changes an embedding, in words."""

    @property
    def closing(self) -> NDArray[np.float32]:
        """Nothing stands behind the embeddings, float32 ``(0, dim)``."""
        return np.zeros((0, self.reader.dim), dtype=np.float32)

    @abstractmethod
    def slots(self, text: str) -> int:
        """How many embeddings a text becomes.

        Raises:
            InputError: The text has no token.
        """

    @abstractmethod
    def embed(self, text: str) -> NDArray[np.float32]:
        """The embeddings of a text, float32 ``(slots, dim)``.

        Raises:
            InputError: The text has no token.
            ModelError: The files do not belong together.
        """

    def check(self, reader: ReaderTraits, prompts: XragPrompts) -> None:
        """Refuse another reader, or other prompts than the authors'.

        Raises:
            ModelError: Something differs; the message says what.
        """
        if reader.fingerprint != self.reader.fingerprint:
            message = (
                f"{self.name}: makes embeddings of {self.reader.name!r} ({self.reader.fingerprint[:12]}) and was given "
                f"the reader {reader.name!r} ({reader.fingerprint[:12]}); read with XragReader({str(self.directory)!r})"
            )
            raise ModelError(message)
        if prompts.sha256 != self.prompts.sha256:
            message = (
                f"{self.name}: its embeddings stand among the prompts {self.prompts.name!r} and the reader has "
                f"{prompts.name!r}; give the reader the compressor's `prompts`"
            )
            raise ModelError(message)

    def soft(self, texts: Sequence[str]) -> SoftContext:
        """Passages as their embeddings, one after the other.

        For `excerpt.models.readers.XragReader.read_soft` with ``prompts``; each embedding is a token of its window.

        Args:
            texts: The passages, one or more.

        Raises:
            InputError: A text is empty, or there is none.
        """
        if not texts:
            message = f"{self.name}: there is no passage to compress"
            raise InputError(message)
        made = tuple(SoftPassage(index, row) for index, text in enumerate(texts) for row in self.embed(text))
        prompts = self.prompts
        return SoftContext(made, self.reader.fingerprint, prompts.separator, prompts.gap, tuple(self.closing))

    def _ids(self, text: str, **options: Any) -> list[int]:  # noqa: ANN401 - of the tokenizer
        ids: list[int] = self._load()[0](text, **options)["input_ids"]
        if not text.strip() or not ids:
            message = f"{self.name}: a passage is empty; only text can be written into slots"
            raise InputError(message)
        return ids

    def _load(self) -> tuple[Any, Any, Any]:
        with self._lock:
            if self._loaded is None:
                self._loaded = self._read()
        return self._loaded

    @abstractmethod
    def _read(self) -> tuple[Any, Any, Any]:
        """Tokenizer, network, and the embeddings of the slots."""
