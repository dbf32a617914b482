"""The forward pass of the public llmlingua package: torch, 50 chunks a batch, each padded to 512.

Rounding depends on the shape of a batch, and a quantile can turn on the last bit of a probability.
Where labels must equal the package's for certain, its batches must be run; ten times slower.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from excerpt.imports.extras import require

__all__ = ["PaddedBatches"]

_PURPOSE = 'compat="upstream" with the public package\'s own batches'


class PaddedBatches:
    """A token classifier that runs as llmlingua 0.2.2 does.

    Args:
        folder: A checkpoint with config.json and safetensors weights. Nothing in it is executed.
        mask_id: An id that is masked wherever it stands, as the package does with a literal ``[PAD]``.
        batch_size: Chunks in a batch.
        window: Length to which every chunk is padded.
        device: A torch device.
    """

    def __init__(
        self,
        folder: str | Path,
        *,
        mask_id: int | None = None,
        batch_size: int = 50,
        window: int = 512,
        device: str = "cpu",
    ) -> None:
        self._torch: Any = require("torch", extra="torch", purpose=_PURPOSE)
        transformers = require("transformers", extra="torch", purpose=_PURPOSE)
        model = transformers.AutoModelForTokenClassification.from_pretrained(
            str(folder), dtype=self._torch.float32, trust_remote_code=False, use_safetensors=True
        )
        self._model = model.to(device).eval()
        self._mask_id, self._batch_size, self._window, self._device = mask_id, batch_size, window, device

    def keep_probabilities(self, sequences: Sequence[Sequence[int]], /) -> list[NDArray[np.float32]]:
        """One float32 array ``(t,)`` for each sequence of at most ``window`` ids."""
        probabilities: list[NDArray[np.float32]] = []
        for start in range(0, len(sequences), self._batch_size):
            probabilities += self._run(sequences[start : start + self._batch_size])
        return probabilities

    def _run(self, sequences: Sequence[Sequence[int]]) -> list[NDArray[np.float32]]:
        torch = self._torch
        ids = torch.zeros((len(sequences), self._window), dtype=torch.long)
        mask = torch.zeros(ids.shape, dtype=torch.bool)
        for row, sequence in enumerate(sequences):
            ids[row, : len(sequence)] = torch.tensor(sequence, dtype=torch.long)
            mask[row, : len(sequence)] = True
        if self._mask_id is not None:
            mask &= ids != self._mask_id
        with torch.no_grad():
            logits = self._model(input_ids=ids.to(self._device), attention_mask=mask.to(self._device)).logits
            keep = torch.softmax(logits, dim=-1)[..., 1].cpu().numpy()
        return [keep[row, : len(sequence)] for row, sequence in enumerate(sequences)]
