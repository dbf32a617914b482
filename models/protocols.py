"""What the rest of excerpt expects of a model; each is one or two methods."""

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = ["Check", "Encoder", "SequenceModel", "TokenStates"]

Check = Callable[[], None] | None
"""Called between sequences; raises to stop the run (``room.deadline.check``)."""


class TokenStates(NamedTuple):
    """Every token of one text.

    Attributes:
        hidden: Float32 ``(t, dim)``, special tokens included.
        offsets: Int64 ``(t, 2)``, the characters each token stands for; ``(0, 0)`` for specials.
    """

    hidden: NDArray[np.float32]
    offsets: NDArray[np.int64]


class SequenceModel(Protocol):
    """Something that maps token ids to numbers, one sequence at a time."""

    def run(self, ids: Sequence[Sequence[int]], *, check: Check = None) -> list[NDArray[np.float32]]:
        """One float32 array ``(t, h)`` for each sequence, in the order given."""
        ...


class Encoder(Protocol):
    """Something that turns texts into vectors."""

    @property
    def name(self) -> str:
        """What the encoder is called in reports and index manifests."""
        ...

    @property
    def dim(self) -> int:
        """Length of a vector."""
        ...

    @property
    def max_tokens(self) -> int:
        """Tokens, specials included, that are seen at once; longer texts are windowed."""
        ...

    @property
    def fingerprint(self) -> str:
        """Sha256 over the weights and every setting that changes a vector."""
        ...

    def encode(self, texts: Sequence[str], *, check: Check = None) -> NDArray[np.float32]:
        """Float32 ``(n, dim)``, not normalised; no text is truncated."""
        ...

    def encode_tokens(self, texts: Sequence[str], *, check: Check = None) -> list[TokenStates]:
        """The states of every token of every text."""
        ...
