"""Published OpenProvence checkpoints (hotchpotch/open_provence, MIT) as token cross-encoders.

Their ``config.json`` holds the settings of a reranker under ``base_model_config``; their weights are that reranker's
under ``ranking_model.`` and a linear layer over its last states under ``pruning_head.classifier.``, whose second
class is "keep". Relevance is the reranker's first logit. Question and passage stand in one segment, with a separator
between them. Their own code is not needed, and never run.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from excerpt.errors import ModelError
from excerpt.imports.extras import require
from excerpt.models.runtime.tensors import read_tensors

__all__ = ["load_open_provence"]

_WEIGHTS = "model.safetensors"
_RANKING, _HEAD = "ranking_model.", "pruning_head.classifier."


def load_open_provence(directory: Path, config: Mapping[str, Any], *, attention: str | None = None) -> Any:  # noqa: ANN401 - untyped package
    """A checkpoint as a torch module whose ``logits`` are ``(b, t, 2)``: keep, and relevance at every token.

    Args:
        directory: Holds ``config.json`` and ``model.safetensors``.
        config: What is in ``config.json``.
        attention: transformers' name of the attention to use; default: its own choice.

    Raises:
        ModelError: The files are not as they should be.
        MissingExtraError: The extra ``torch`` is not installed.
    """
    purpose = f"running {directory}, which has no ONNX file"
    torch = require("torch", extra="torch", purpose=purpose)
    transformers = require("transformers", extra="torch", purpose=purpose)
    try:
        weights = read_tensors(directory / _WEIGHTS, "pt").tensors
        base = dict(config["base_model_config"])
        settings = transformers.AutoConfig.for_model(base.pop("model_type"), **base)
        settings.num_labels = int(config.get("num_labels") or 1)
        chosen = {} if attention is None else {"attn_implementation": attention}
        ranking = transformers.AutoModelForSequenceClassification.from_config(settings, **chosen)
        ranking.load_state_dict(_below(weights, _RANKING))
        head = torch.nn.Linear(settings.hidden_size, 2)
        head.load_state_dict(_below(weights, _HEAD))
    except (OSError, ValueError, KeyError, TypeError, RuntimeError) as error:
        message = f"{directory} is not an OpenProvence checkpoint as they are published: {error}"
        raise ModelError(message) from error
    return _network(torch, ranking, head).float().eval()


def _below(weights: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    return {name.removeprefix(prefix): value for name, value in weights.items() if name.startswith(prefix)}


def _network(torch: Any, ranking: Any, head: Any) -> Any:  # noqa: ANN401 - untyped package
    class OpenProvence(torch.nn.Module):  # type: ignore[misc]  # torch is imported late
        """Two heads' logits side by side."""

        def __init__(self) -> None:
            super().__init__()
            self.ranking, self.head, self.config = ranking, head, ranking.config

        def forward(self, **inputs: Any) -> Any:  # noqa: ANN401 - tensors
            output = self.ranking(**inputs, output_hidden_states=True)
            classes = self.head(output.hidden_states[-1])
            # The softmax over drop and keep is the logistic function of their difference.
            keep = classes[..., 1] - classes[..., 0]
            relevant = output.logits[:, :1].expand_as(keep)
            output.logits = torch.stack([keep, relevant], dim=-1)
            return output

    return OpenProvence()
