"""What compressors to input embeddings have in common: xRAG's bridge, ICAE and their like."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from excerpt.models.xrag.manifest import ReaderTraits
from excerpt.models.xrag.prompts import XragPrompts

__all__ = ["SoftCompressor"]


class SoftCompressor(Protocol):
    """A passage becomes a few input embeddings of one reader, each a token of its window."""

    @property
    def name(self) -> str:
        """What reports call it."""
        ...

    @property
    def fingerprint(self) -> str:
        """Whatever changes an embedding, in words."""
        ...

    @property
    def reader(self) -> ReaderTraits:
        """Whose embeddings they are; no other model can read them."""
        ...

    @property
    def prompts(self) -> XragPrompts:
        """What the embeddings stand among."""
        ...

    @property
    def closing(self) -> NDArray[np.float32]:
        """What stands once behind the embeddings of all passages, float32 ``(n, dim)``; of many systems nothing."""
        ...

    def slots(self, text: str) -> int:
        """How many embeddings a passage becomes; the network is not run.

        Raises:
            InputError: The text is blank.
        """
        ...

    def embed(self, text: str) -> NDArray[np.float32]:
        """The embeddings of a passage, float32 ``(slots, dim)``.

        Raises:
            InputError: The text is blank.
            ModelError: The files do not belong together.
        """
        ...

    def check(self, reader: ReaderTraits, prompts: XragPrompts) -> None:
        """Refuse another reader, or other prompts.

        Raises:
            ModelError: Something differs; the message says what.
        """
        ...
