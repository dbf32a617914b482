"""A Hugging Face checkpoint to a directory that runs without torch.

The graph takes one unpadded sequence, so it needs no attention mask, and it is checked against
torch on sample texts before anything is left behind.
"""

import logging
import tempfile
import warnings
from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from excerpt.errors import InputError, ModelError
from excerpt.files.atomic import move_into_place, sync_tree
from excerpt.imports.extras import require, require_all
from excerpt.models.card import CARD_NAME, ModelCard, Task, file_sha256, read_card
from excerpt.models.directories import find_directory
from excerpt.models.export.quantize import Quantization, quantize, require_block_quantizer
from excerpt.models.runtime.onnx import OnnxModel
from excerpt.models.runtime.tokenizer import Tokenizer
from excerpt.models.runtime.torch_model import TorchModel, load_network
from excerpt.models.tasks.token_classifier import TokenClassifier

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["ExportReport", "export_model", "quiet", "require_exporter"]

_ATTENTION = "excerpt_unpadded"
_OPSET = 20  # the first with Gelu as one node
_SAMPLES = (
    "Excerpting blows the chaff from the grain.",
    "In 1903 the harvest weighed 12,480 kg, or 3.5% less than the year before; nobody knew why.",
    "Ein Sieb trennt das Feine vom Groben. Le vent emporte la paille. 風が籾殻を吹き飛ばす。",
    "x = {'a': [1, 2], \"b\": None}  # code, too",
    "",
    "The miller asked the farmer, the farmer asked the wind, and the wind did not answer at all. " * 4,
)


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What an export made and how close it is.

    Args:
        card: The settings written to ``excerpt-model.json``.
        directory: The finished directory.
        bytes: Size of ``model.onnx``.
        max_abs_difference: Largest difference of any output number from torch, over the samples.
        mean_cosine: Mean cosine between the two outputs, token by token.
    """

    card: ModelCard
    directory: Path
    bytes: int
    max_abs_difference: float
    mean_cosine: float


def export_model(  # noqa: PLR0913 - each is a setting of its own, all keywords
    source: str | Path,
    output: str | Path,
    *,
    task: Task,
    quantization: Quantization = "none",
    tolerance: float = 1e-3,
    origin: str = "",
    licence: str = "",
    prefixes: tuple[str, str] | None = None,
) -> ExportReport:
    """Export a checkpoint to ``model.onnx``, ``tokenizer.json`` and ``excerpt-model.json``.

    Args:
        source: A Hugging Face directory or name.
        output: The directory to make; it must not exist, or be empty.
        task: ``"encoder"``, ``"token-classifier"``, ``"cross-encoder"`` or ``"token-cross-encoder"``.
        quantization: ``"none"`` or one of the schemes of :mod:`excerpt.models.export.quantize`.
        tolerance: Largest difference from torch that a float export may show.
        origin: Where the weights are published, for the card; default: the name of the source.
        licence: SPDX name of the licence of the weights, for the card.
        prefixes: What an encoder was trained to see before questions and before passages; default: what the
            checkpoint's files say.

    Raises:
        InputError: The output directory has files in it.
        ModelError: The checkpoint cannot be read, or the export differs too much from torch.
        MissingExtraError: The extra ``export`` is not installed.
    """
    require_exporter(quantization)
    target = Path(output)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        message = f"{target} exists and is not an empty directory; name another"
        raise InputError(message)
    if prefixes is not None and task != "encoder":
        message = f"prefixes are for sentence encoders; a model for the task {task} has none"
        raise InputError(message)
    directory = find_directory(source, weights="torch")
    if (directory / CARD_NAME).is_file():
        message = f"{source} runs without torch already; give the checkpoint that it was made of"
        raise ModelError(message)
    card = read_card(directory, task)
    if prefixes is not None:
        card = replace(card, query_prefix=prefixes[0], passage_prefix=prefixes[1])
    tokenizer = _tokenizer(directory, card)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.") as scratch:
        finished = Path(scratch) / "model"
        finished.mkdir()
        _write_onnx(directory, task, card.max_tokens, quantization, finished / "model.onnx")
        tokenizer.backend.save(str(finished / "tokenizer.json"), pretty=False)
        difference, cosine = _compare(directory, finished / "model.onnx", tokenizer, card)
        if quantization == "none" and difference > tolerance:
            message = (
                f"the export of {source} differs from torch by {difference:.2g}, more than {tolerance:.2g}"
            )
            raise ModelError(message)
        card = _finished_card(card, directory, finished, quantization)
        # A local path says nothing on another machine: only its last part goes on the card.
        origin = origin or (directory.name if Path(source).is_dir() else str(source))
        card = replace(card, name=target.name, source=origin, licence=licence)
        (finished / CARD_NAME).write_text(card.to_json(), encoding="utf-8")
        if target.exists():
            target.rmdir()
        sync_tree(finished)
        move_into_place(finished, target)
    size = (target / "model.onnx").stat().st_size
    return ExportReport(card, target, size, difference, cosine)


def require_exporter(quantization: Quantization) -> None:
    """See that all is there that an export takes to its end.

    Args:
        quantization: As for `export_model`.

    Raises:
        MissingExtraError: The extra ``export`` is not installed.
    """
    require_all("torch", "transformers", "onnx", "onnxscript", extra="export", purpose="exporting a model")
    if quantization == "int8-blocks":
        require_block_quantizer()


def _tokenizer(directory: Path, card: ModelCard) -> Tokenizer:
    tokenizer = Tokenizer.from_directory(directory)
    if card.task == "token-classifier":  # adds LLMLingua-2's placeholders where the checkpoint has them
        return TokenClassifier(OnnxModel("unused"), tokenizer, card).tokenizer
    return tokenizer


def _finished_card(card: ModelCard, directory: Path, finished: Path, quantization: Quantization) -> ModelCard:
    weights = next(
        (directory / n for n in ("model.safetensors", "pytorch_model.bin") if (directory / n).is_file()), None
    )
    return replace(
        card,
        quantization=quantization,
        source_sha256=file_sha256(weights) if weights else "",
        files=tuple((path.name, file_sha256(path)) for path in sorted(finished.iterdir())),
    )


def _write_onnx(directory: Path, task: Task, longest: int, quantization: Quantization, path: Path) -> None:
    onnx = require("onnx", extra="export", purpose="exporting a model")
    model = _traced(directory, task, longest)
    _strip(model)
    onnx.save(quantize(model, quantization), str(path))


def _traced(directory: Path, task: Task, longest: int) -> Any:  # noqa: ANN401 - untyped package
    torch = require("torch", extra="export", purpose="exporting a model")
    require("onnxscript", extra="export", purpose="exporting a model")
    _register_attention(torch)
    network = load_network(directory, task, attention=_ATTENTION)

    class OneSequence(torch.nn.Module):  # type: ignore[misc, name-defined]  # torch is imported late
        """Only the ids in (and the segments, for pairs), only the wanted numbers out."""

        def forward(self, input_ids: Any, token_type_ids: Any = None) -> Any:  # noqa: ANN401 - tensors
            feed = {"input_ids": input_ids}
            if getattr(network.config, "type_vocab_size", 0) > 0:
                feed["token_type_ids"] = (
                    torch.zeros_like(input_ids) if token_type_ids is None else token_type_ids
                )
            result = network(**feed)
            return result.last_hidden_state if task == "encoder" else result.logits

        def __init__(self) -> None:
            super().__init__()
            self.network = network

    names = ["input_ids"]
    if task in ("cross-encoder", "token-cross-encoder") and getattr(network.config, "type_vocab_size", 0) > 1:
        names.append("token_type_ids")
    example = tuple(torch.ones((1, 7), dtype=torch.int64) for _ in names)
    length = torch.export.Dim("length", min=2, max=longest)
    with torch.inference_mode(), quiet():
        program = torch.onnx.export(
            OneSequence().eval(),
            example,
            input_names=names,
            output_names=["hidden" if task == "encoder" else "logits"],
            dynamic_shapes={name: {1: length} for name in names},
            opset_version=_OPSET,
            dynamo=True,
            verbose=False,
        )
    return program.model_proto


def _register_attention(torch: Any) -> None:  # noqa: ANN401 - untyped package
    """Attention without a mask, under a name of our own in transformers' table."""
    transformers = require("transformers", extra="export", purpose="exporting a model")

    def attend(module: Any, query: Any, key: Any, value: Any, _mask: Any, **options: Any) -> tuple[Any, None]:  # noqa: ANN401, ARG001 - transformers' signature
        scale = options.get("scaling") or query.shape[-1] ** -0.5
        weights = torch.softmax(torch.matmul(query, key.transpose(2, 3)) * scale, dim=-1)
        return torch.matmul(weights, value).transpose(1, 2).contiguous(), None

    transformers.AttentionInterface.register(_ATTENTION, attend)
    transformers.AttentionMaskInterface.register(_ATTENTION, lambda *_args, **_options: None)


def _strip(model: Any) -> None:  # noqa: ANN401 - untyped package
    """Drop the exporter's notes (stack traces, with paths of this machine)."""
    for item in (model, model.graph, *model.graph.node, *model.graph.input, *model.graph.output):
        item.doc_string = ""
        del item.metadata_props[:]
    for tensor in model.graph.initializer:
        tensor.doc_string = ""
        del tensor.metadata_props[:]
    del model.functions[:]


def _compare(directory: Path, path: Path, tokenizer: Tokenizer, card: ModelCard) -> tuple[float, float]:
    ids = [tokenizer.frame(sample[: card.max_tokens - 2]) for sample in tokenizer.ids(_SAMPLES)]
    ours: Sequence[NDArray[np.float32]] = OnnxModel(path, threads=1).run(ids)
    theirs = TorchModel(directory, card.task).run(ids)
    difference = max(float(np.abs(left - right).max()) for left, right in zip(ours, theirs, strict=True))
    cosines = [_cosines(left, right) for left, right in zip(ours, theirs, strict=True)]
    return difference, float(np.concatenate(cosines).mean())


def _cosines(left: NDArray[np.float32], right: NDArray[np.float32]) -> NDArray[np.float32]:
    a, b = np.atleast_2d(left), np.atleast_2d(right)
    lengths = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
    return np.asarray((a * b).sum(axis=1) / np.maximum(lengths, 1e-12), dtype=np.float32)


@contextmanager
def quiet() -> "Iterator[None]":
    """Without the exporter's remarks on its own ageing parts and on packages that no text model uses."""
    logger = logging.getLogger("torch.onnx")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            warnings.simplefilter("ignore", DeprecationWarning)
            warnings.filterwarnings("ignore", message="# The axis name: length")
            yield
    finally:
        logger.setLevel(level)
