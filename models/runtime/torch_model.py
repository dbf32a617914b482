"""Small models through torch and transformers, for checkpoints that have no ONNX file.

The same interface and the same promise as the ONNX side: one unpadded sequence a call.
"""

from collections.abc import Sequence
from pathlib import Path
from pickle import UnpicklingError
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from excerpt.errors import InputError, ModelError
from excerpt.imports.extras import require
from excerpt.models.card import OPEN_PROVENCE, Task, read_json
from excerpt.models.protocols import Check
from excerpt.models.runtime.loading import without_bars, without_notes
from excerpt.models.runtime.open_provence import load_open_provence

__all__ = ["TorchModel", "load_network"]

_CLASSES = {
    "encoder": "AutoModel",
    "token-classifier": "AutoModelForTokenClassification",
    "cross-encoder": "AutoModelForSequenceClassification",
    "token-cross-encoder": "AutoModelForTokenClassification",
}


def load_network(
    directory: Path,
    task: Task,
    *,
    attention: str | None = None,
    **settings: Any,  # noqa: ANN401 - untyped package
) -> Any:  # noqa: ANN401 - untyped package
    """A checkpoint directory as a torch module in evaluation mode, on the CPU.

    Safetensors are preferred; a pickled ``pytorch_model.bin`` is read in weights-only mode. Code in
    the checkpoint is never run.

    Args:
        directory: Hugging Face layout.
        task: Chooses the head.
        attention: transformers' name of the attention to use; default: its own choice.
        settings: More for transformers' ``from_pretrained``: ``dtype`` (default float32), ``config``, ...

    Raises:
        ModelError: The checkpoint cannot be read, or lacks weights of the task's head.
        MissingExtraError: The extra ``torch`` is not installed.
    """
    torch = require("torch", extra="torch", purpose=f"running {directory}, which has no ONNX file")
    transformers = require(
        "transformers", extra="torch", purpose=f"running {directory}, which has no ONNX file"
    )
    if (
        task == "token-cross-encoder"
        and (config := read_json(directory / "config.json")).get("model_type") == OPEN_PROVENCE
    ):
        return load_open_provence(directory, config, attention=attention)
    loader = getattr(transformers, _CLASSES[task])
    chosen = {"dtype": torch.float32, **settings}
    if attention is not None:
        chosen["attn_implementation"] = attention
    try:
        with without_bars(transformers), without_notes(transformers):
            network, report = loader.from_pretrained(
                str(directory),
                trust_remote_code=False,
                local_files_only=True,
                weights_only=True,
                output_loading_info=True,
                **chosen,
            )
    except Exception as error:
        message = f"transformers cannot load {directory} for the task {task}: {_reason(error)}"
        raise ModelError(message) from error
    missing = sorted(name for name in report["missing_keys"] if task != "encoder" or "pooler" not in name)
    if missing:
        message = (
            f"{directory} lacks {len(missing)} weights that the task {task} needs (first: {missing[0]}), "
            "which would be random numbers; is it a checkpoint for another task?"
        )
        raise ModelError(message)
    return network.eval()


def _reason(error: Exception) -> str:
    """What transformers says; of a pickle that is more than tensors what to do, which is not what torch advises."""
    if isinstance(error, UnpicklingError):
        return (
            "its weights are a pickle that holds more than tensors and could run code, so it is not read; "
            "have its authors' safetensors, or convert it where you trust it"
        )
    return str(error)


class TorchModel:
    """A Hugging Face checkpoint directory, loaded on the first run.

    Args:
        directory: Hugging Face layout with safetensors or ``pytorch_model.bin``.
        task: Chooses the head.
        device: ``"cpu"``, ``"cuda"``, ...; default ``"cpu"``.
    """

    def __init__(self, directory: str | Path, task: Task, *, device: str = "cpu") -> None:
        self.path = Path(directory)
        self.task: Task = task
        self.device = device
        self._lock = Lock()
        self._network: Any = None

    def run(
        self,
        ids: Sequence[Sequence[int]],
        *,
        types: Sequence[Sequence[int]] | None = None,
        check: Check = None,
    ) -> list[NDArray[np.float32]]:
        """One float32 array for each sequence, in order; as :meth:`excerpt.models.runtime.onnx.OnnxModel.run`."""
        torch = require("torch", extra="torch", purpose=f"running {self.path}, which has no ONNX file")
        if any(len(sequence) == 0 for sequence in ids):
            message = "a sequence has no tokens; special tokens must be there already"
            raise InputError(message)
        network = self._load()
        results = []
        with torch.inference_mode():
            for index, sequence in enumerate(ids):
                if check is not None:
                    check()
                feed = {"input_ids": torch.tensor([list(sequence)], device=self.device)}
                if types is not None and self._reads_types():
                    feed["token_type_ids"] = torch.tensor([list(types[index])], device=self.device)
                output = network(**feed)
                chosen = output.last_hidden_state if self.task == "encoder" else output.logits
                results.append(chosen[0].float().cpu().numpy())
        return results

    def _reads_types(self) -> bool:
        return int(getattr(self._network.config, "type_vocab_size", 0)) > 1

    def _load(self) -> Any:  # noqa: ANN401 - untyped package
        with self._lock:
            if self._network is None:
                self._network = load_network(self.path, self.task).to(self.device)
        return self._network
