"""An encoder that keeps the states of every sequence on the disk: another training, or a second try, encodes nothing.

It stands below everything that cuts, pools or compares, so it serves as well after a change of these.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from excerpt.models.protocols import Check, SequenceModel
from excerpt.models.tasks.encoder import SentenceEncoder
from excerpt.models.training.common.state_cache import StateCache, Tokens, quantized, states_of

__all__ = ["KeptStates", "with_kept_states"]


class KeptStates:
    """A sequence model that looks in a cache first. States have one byte a number, on the first run too.

    Args:
        model: Runs what is not there.
        cache: Where the states are kept.
    """

    def __init__(self, model: SequenceModel, cache: StateCache) -> None:
        self.model = model
        self.cache = cache

    def run(self, ids: Sequence[Sequence[int]], *, check: Check = None) -> list[NDArray[np.float32]]:
        """One float32 array ``(t, h)`` for each sequence, in the order given."""
        keys = [" ".join(map(str, sequence)) for sequence in ids]
        missing = {key: sequence for key, sequence in zip(keys, ids, strict=True) if key not in self.cache}
        if missing:
            found = self.model.run(list(missing.values()), check=check)
            self.cache.add(
                {key: quantized(states)._asdict() for key, states in zip(missing, found, strict=True)}
            )
        return [states_of([Tokens(**self.cache[key])]) for key in keys]


def with_kept_states(encoder: SentenceEncoder, folder: str | Path) -> SentenceEncoder:
    """The same encoder on `KeptStates` in a folder, where those of other encoders may be too.

    Raises:
        StoreError: A file in the folder is damaged.
    """
    return encoder.with_model(
        KeptStates(encoder.model, StateCache(folder, f"sequences-1 {encoder.fingerprint}"))
    )
