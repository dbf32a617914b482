"""SWE-Pruner: a score for every token of code or of a tool's output, for a goal (2601.16746)."""

from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from excerpt.errors import InputError, ModelError
from excerpt.imports.extras import require
from excerpt.models.card import read_json
from excerpt.models.directories import find_directory
from excerpt.models.protocols import Check
from excerpt.models.runtime.swe_pruner import load_swe_pruner

__all__ = ["SwePrunerModel"]

_KIND = "swepruner"
_BEFORE = (
    "<|im_start|>system\nJudge whether the Document meets the requirements based on the Query and the Instruct "
    'provided. Note that the answer can only be "yes" or "no".<|im_end|>\n<|im_start|>user\n'
    "<Instruct>: Given a query, judge if the document(code) is related to query.\n<Query>: {query}\n<Document>: "
)
_BEHIND = "<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n"
_OVERLAP = 50  # tokens that two windows share
_LEAST = 100  # tokens of code that a window must have room for


class SwePrunerModel:
    """Says how much each token of a code or of a tool's output matters for a goal; loaded on first use.

    Args:
        model: A directory in the published layout, or a hub name.
        max_tokens: Of one window; a longer text is read in windows that overlap.
        device: ``"cpu"``, ``"cuda"``, ...

    Raises:
        ModelError: The model cannot be found, or is no such checkpoint.
    """

    def __init__(self, model: str | Path, *, max_tokens: int = 8192, device: str = "cpu") -> None:
        self.name = Path(model).name
        self.directory = find_directory(model, weights="safetensors")
        self.config = read_json(self.directory / "config.json")
        if self.config.get("model_type") != _KIND:
            message = (
                f"{self.directory} is no SWE-Pruner checkpoint: its config.json says model_type "
                f"{self.config.get('model_type')!r}, expected {_KIND!r}"
            )
            raise ModelError(message)
        self.max_tokens, self.device = max_tokens, device
        self._lock = Lock()
        self._loaded: tuple[Any, Any] | None = None

    def keep_probabilities(
        self, goal: str, text: str, *, check: Check = None
    ) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """How likely each token is to be needed, ``(t,)``, and its characters, ``(t, 2)``; overlaps are averaged.

        Args:
            goal: What is asked, or what an agent is looking for.
            text: Code, or what a tool gave.
            check: Called between windows; what it raises ends the call.

        Raises:
            InputError: The goal leaves no room for the text.
        """
        tokenizer, network = self._load()
        before, behind = (
            tokenizer(part, add_special_tokens=False)["input_ids"]
            for part in (_BEFORE.replace("{query}", goal), _BEHIND)
        )
        made = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True, verbose=False)
        ids, offsets = made["input_ids"], np.array(made["offset_mapping"], dtype=np.int64).reshape(-1, 2)
        room = self.max_tokens - len(before) - len(behind)
        if room < _LEAST:
            message = (
                f"swe-pruner: the goal takes {len(before)} of {self.max_tokens} tokens; give a shorter one"
            )
            raise InputError(message)
        total, times = np.zeros(len(ids)), np.zeros(len(ids))
        for first in range(0, max(len(ids) - _OVERLAP, 1), room - _OVERLAP):
            if check is not None:
                check()
            window = ids[first : first + room]
            logits = self._run(network, [*before, *window, *behind])[len(before) : len(before) + len(window)]
            total[first : first + room] += 1 / (1 + np.exp(-logits))
            times[first : first + room] += 1
        return total / np.maximum(times, 1), offsets

    def _run(self, network: Any, ids: Sequence[int]) -> NDArray[np.float64]:  # noqa: ANN401 - untyped package
        torch = require("torch", extra="torch", purpose="running a SWE-Pruner checkpoint")
        with torch.inference_mode():
            return np.asarray(
                network(torch.tensor([list(ids)], device=self.device))[0].double().cpu().numpy()
            )

    def _load(self) -> tuple[Any, Any]:
        with self._lock:
            if self._loaded is None:
                self._loaded = load_swe_pruner(self.directory, self.config, self.device)
        return self._loaded
