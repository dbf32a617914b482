"""A small head on the token states of an encoder that is there anyway.

The bundled token classifier is one: the encoder's forward pass is shared in size (the weights are in
the package once) and can be shared in time (its states may come from an index).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from excerpt.cached import cached_property
from excerpt.models.card import verified_sha256
from excerpt.models.protocols import Check, SequenceModel
from excerpt.models.runtime.session import Session

__all__ = ["HEAD_NAME", "HeadModel", "StateHead"]

HEAD_NAME = "head.onnx"


class HeadModel:
    """An encoder with a head of a few layers behind it; safe to share between threads.

    Args:
        backbone: Gives token states ``(t, h)``.
        path: The head: takes ``hidden`` float32 ``(1, t, h)``, gives ``logits`` ``(1, t, labels)``.
    """

    def __init__(self, backbone: SequenceModel, path: Path) -> None:
        self.backbone, self.path = backbone, path
        self._session = Session(path)

    def run(self, ids: Sequence[Sequence[int]], *, check: Check = None) -> list[NDArray[np.float32]]:
        """Logits ``(t, labels)`` for each sequence, in the order given.

        Raises:
            InputError: A sequence is empty.
            ModelError: A file cannot be opened or run.
        """
        return [self.read(states) for states in self.backbone.run(ids, check=check)]

    def read(self, states: NDArray[np.float32]) -> NDArray[np.float32]:
        """Logits ``(t, labels)`` from the token states of one sequence, ``(t, h)``.

        Raises:
            ModelError: The file cannot be opened or run.
        """
        logits = self._session.run(
            ["logits"], {"hidden": states[None]}, f"states of the shape {states.shape}"
        )[0]
        return np.ascontiguousarray(logits[0], dtype=np.float32)


@dataclass(frozen=True)
class StateHead:
    """A head for states that are there already.

    Args:
        model: The head behind its encoder.
        dim: Length of the vectors that it makes.
    """

    model: HeadModel
    dim: int

    @cached_property
    def fingerprint(self) -> str:
        """Sha256 of the head's file."""
        return verified_sha256(self.model.path)

    def read(self, states: NDArray[np.float32]) -> NDArray[np.float32]:
        """From states ``(t, h)`` to vectors ``(t, dim)``.

        Raises:
            ModelError: The file cannot be opened or run.
        """
        return self.model.read(states) if len(states) else np.zeros((0, self.dim), dtype=np.float32)
