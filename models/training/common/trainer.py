"""What the trainings by transformers' Trainer have in common."""

from pathlib import Path
from typing import Any

from excerpt.errors import InputError
from excerpt.imports.extras import require
from excerpt.models.training.common.recipe import TrainingProgress
from excerpt.models.training.common.run_folder import RunFolder

__all__ = ["check_base", "freeze", "report_steps", "shared_settings"]

_WEIGHTS = ("model.safetensors", "model.safetensors.index.json", "pytorch_model.bin")


def check_base(base: str) -> str:
    """What a training starts from: a folder with torch weights, or a hub name.

    Raises:
        InputError: It is neither.
    """
    path = Path(base).expanduser()
    if path.is_dir():
        if not any((path / name).is_file() for name in _WEIGHTS):
            message = (
                f"base: {base} has no torch weights (model.safetensors); an ONNX export cannot be trained on"
            )
            raise InputError(message)
        return str(path)
    if base.count("/") != 1 or base.startswith((".", "/", "~")):
        message = (
            f"base: {base!r} is neither a folder nor a Hugging Face name of the form owner/model. The bundled models "
            "are ONNX, which cannot be trained on: give the name they come from (`excerpt models list`)"
        )
        raise InputError(message)
    return base


def shared_settings(folder: RunFolder, every: int, *, bf16: bool = False) -> dict[str, Any]:
    """Arguments for any trainer: where states go, how often, and nothing sent anywhere.

    Args:
        folder: The run's folder.
        every: Steps between two measurements on held-out data, each followed by a checkpoint.
        bf16: Multiply in bfloat16 on a CPU too.
    """
    torch = require("torch", extra="train", purpose="training")
    cuda = torch.cuda.is_available()
    return {
        "output_dir": str(folder.checkpoints),
        "eval_strategy": "steps",
        "eval_steps": every,
        "save_steps": every,
        "save_total_limit": 1,
        "logging_steps": max(1, every // 5),
        "bf16": cuda or bf16,
        **({"use_cpu": True} if bf16 and not cuda else {}),  # or transformers looks for a GPU that can
        "dataloader_pin_memory": cuda,
        "disable_tqdm": True,
        "report_to": [],
    }


def freeze(network: Any, layers: int) -> None:  # noqa: ANN401 - transformers.PreTrainedModel
    """Leave the embeddings and the first layers of an encoder as they are.

    Args:
        network: The encoder, without a head.
        layers: How many layers.
    """
    for part in (network.embeddings, *network.encoder.layer[:layers]):
        part.requires_grad_(requires_grad=False)


def report_steps(trainer: Any, progress: TrainingProgress | None) -> None:  # noqa: ANN401 - transformers.Trainer
    """Have a trainer call ``progress`` after each step and with what it logs, instead of printing."""
    transformers = require("transformers", extra="train", purpose="training")
    trainer.remove_callback(transformers.PrinterCallback)
    if progress is None:
        return
    report = progress  # not None in the class either

    class Reporting(transformers.TrainerCallback):  # type: ignore[misc, name-defined]  # untyped package
        def on_step_end(self, _arguments: Any, state: Any, _control: Any, **_rest: Any) -> None:  # noqa: ANN401
            report("training", state.global_step, state.max_steps, {})

        def on_log(self, _arguments: Any, state: Any, _control: Any, logs: Any = None, **_rest: Any) -> None:  # noqa: ANN401
            report("training", state.global_step, state.max_steps, dict(logs or {}))

    trainer.add_callback(Reporting())
