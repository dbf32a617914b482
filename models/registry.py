"""Models by name, ready to use: bundled ones, local directories, and those of the Hugging Face hub."""

from collections.abc import Sequence
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Literal, overload

from excerpt.errors import ModelError
from excerpt.models.card import ModelCard, Task, check_kind, read_card
from excerpt.models.directories import ONNX_FILES, TORCH_FILES, find_directory, model_files, weight_files
from excerpt.models.protocols import SequenceModel
from excerpt.models.runtime.onnx import OnnxModel
from excerpt.models.runtime.tokenizer import Tokenizer
from excerpt.models.runtime.torch_model import TorchModel
from excerpt.models.tasks.cross_encoder import CrossEncoder
from excerpt.models.tasks.encoder import SentenceEncoder
from excerpt.models.tasks.head import HEAD_NAME, HeadModel, StateHead
from excerpt.models.tasks.token_classifier import TokenClassifier
from excerpt.models.tasks.token_cross_encoder import TokenCrossEncoder

__all__ = [
    "DEFAULT_ENCODER",
    "load",
    "load_cross_encoder",
    "load_encoder",
    "load_head",
    "load_token_classifier",
    "load_token_cross_encoder",
]

DEFAULT_ENCODER = "all-MiniLM-L6-v2"
_Backend = OnnxModel | TorchModel


@overload
def load(
    name_or_path: str | Path, task: Literal["encoder"] = ..., *, threads: int | None = ...
) -> SentenceEncoder: ...
@overload
def load(
    name_or_path: str | Path, task: Literal["token-classifier"], *, threads: int | None = ...
) -> TokenClassifier: ...
@overload
def load(
    name_or_path: str | Path, task: Literal["cross-encoder"], *, threads: int | None = ...
) -> CrossEncoder: ...
@overload
def load(
    name_or_path: str | Path, task: Literal["token-cross-encoder"], *, threads: int | None = ...
) -> TokenCrossEncoder: ...
def load(
    name_or_path: str | Path, task: Task = "encoder", *, threads: int | None = None
) -> SentenceEncoder | TokenClassifier | CrossEncoder | TokenCrossEncoder:
    """A model by bundled name, directory or hub name, ready to use.

    An ONNX file is run where the directory has one, torch otherwise.

    Args:
        name_or_path: ``"all-MiniLM-L6-v2"``, a directory, or ``"owner/model"``.
        task: What it is for; a checkpoint without that head is refused.
        threads: Sequences run at once; default: every core.

    Raises:
        ModelError: It cannot be found, read, or used for the task.
    """
    if task == "encoder":
        return load_encoder(name_or_path, threads=threads)
    if task == "token-classifier":
        return load_token_classifier(name_or_path, threads=threads)
    if task == "token-cross-encoder":
        return load_token_cross_encoder(name_or_path, threads=threads)
    return load_cross_encoder(name_or_path, threads=threads)


def load_encoder(
    name_or_path: str | Path = DEFAULT_ENCODER,
    *,
    threads: int | None = None,
    max_tokens: int | None = None,
    cache_texts: int = 0,
    providers: Sequence[str] | None = None,
) -> SentenceEncoder:
    """A sentence encoder; the bundled one by default. See :class:`SentenceEncoder`.

    Raises:
        ModelError: It cannot be found, read, or is not an encoder.
    """
    directory, card, tokenizer = _read(name_or_path, "encoder")
    model, files = _sequence_model(directory, card, threads, providers)
    return SentenceEncoder(
        model, tokenizer, card, files=files, max_tokens=max_tokens, cache_texts=cache_texts
    )


def load_head(name_or_path: str | Path, encoder: SentenceEncoder) -> StateHead:
    """A head that makes token vectors of the states of an encoder that is loaded already.

    Args:
        name_or_path: A bundled name or a directory that ``excerpt train late-interaction`` wrote.
        encoder: Its states are what the head reads.

    Raises:
        ModelError: It cannot be found or read, is no head or one of another kind, or was trained on another encoder's
            states.
    """
    directory = find_directory(name_or_path)
    card = replace(read_card(directory, "encoder"), name=str(name_or_path))
    if not card.backbone:
        message = (
            f"{name_or_path} is a model of its own, not a head as `excerpt train late-interaction` makes"
        )
        raise ModelError(message)
    check_kind(card, "late-interaction")
    if card.source_sha256 != encoder.fingerprint:
        message = (
            f"{name_or_path} was trained on the states of {card.backbone} ({card.source_sha256[:12]}), the encoder is "
            f"{encoder.name} ({encoder.fingerprint[:12]}); train a head for this encoder, or name none"
        )
        raise ModelError(message)
    return StateHead(HeadModel(encoder.model, directory / HEAD_NAME), card.dim)


def load_token_classifier(
    name_or_path: str | Path, *, threads: int | None = None, providers: Sequence[str] | None = None
) -> TokenClassifier:
    """A token classifier. See :class:`TokenClassifier`.

    Raises:
        ModelError: It cannot be found, read, or is not a token classifier.
    """
    directory, card, tokenizer = _read(name_or_path, "token-classifier")
    model, files = _sequence_model(directory, card, threads, providers)
    return TokenClassifier(model, tokenizer, card, files=files)


def load_cross_encoder(
    name_or_path: str | Path, *, threads: int | None = None, providers: Sequence[str] | None = None
) -> CrossEncoder:
    """A cross-encoder. See :class:`CrossEncoder`.

    Raises:
        ModelError: It cannot be found, read, or is not a cross-encoder.
    """
    directory, card, tokenizer = _read(name_or_path, "cross-encoder")
    return CrossEncoder(_backend(directory, card, threads, providers), tokenizer, card)


def load_token_cross_encoder(
    name_or_path: str | Path, *, threads: int | None = None, providers: Sequence[str] | None = None
) -> TokenCrossEncoder:
    """A network that reads question and passage together. See :class:`TokenCrossEncoder`.

    Raises:
        ModelError: It cannot be found, read, or is not a token cross-encoder.
    """
    directory, card, tokenizer = _read(name_or_path, "token-cross-encoder")
    model = _backend(directory, card, threads, providers)
    return TokenCrossEncoder(model, tokenizer, card, files=model_files(directory))


def _read(name_or_path: str | Path, task: Task) -> tuple[Path, ModelCard, Tokenizer]:
    directory = find_directory(name_or_path)
    card = replace(read_card(directory, task), name=str(name_or_path))  # what it can be loaded by again
    tokenizer = Tokenizer.from_directory(find_directory(card.backbone) if card.backbone else directory)
    if len(tokenizer) > card.vocabulary:
        message = (
            f"the tokenizer in {directory} has {len(tokenizer)} tokens, the model embeddings for "
            f"{card.vocabulary}: the files do not belong together"
        )
        raise ModelError(message)
    return directory, card, tokenizer


def _backend(
    directory: Path, card: ModelCard, threads: int | None, providers: Sequence[str] | None
) -> _Backend:
    weights = weight_files(directory)
    if not weights:
        message = f"{directory} has no weights: neither {', '.join(ONNX_FILES)} nor {', '.join(TORCH_FILES)}"
        raise ModelError(message)
    if weights[0].suffix == ".onnx":
        return OnnxModel(weights[0], threads=threads, providers=providers or _providers(card))
    if find_spec("torch") is None or find_spec("transformers") is None:
        message = (
            f"{directory} has no ONNX file, and torch is not installed: run "
            f"`excerpt models export {directory} -o DIR --task {card.task}` where it is, or "
            'pip install "excerpt[torch]"'
        )
        raise ModelError(message)
    return TorchModel(directory, card.task)


def _sequence_model(
    directory: Path, card: ModelCard, threads: int | None, providers: Sequence[str] | None
) -> tuple[SequenceModel, list[Path]]:
    """What runs a model (a head behind the encoder that its card names), and the files that its numbers depend on."""
    if not card.backbone:
        return _backend(directory, card, threads, providers), model_files(directory)
    below = find_directory(card.backbone)
    backbone = _backend(below, read_card(below, "encoder"), threads, providers)
    return HeadModel(backbone, directory / HEAD_NAME), [*model_files(below), directory / HEAD_NAME]


def _providers(card: ModelCard) -> tuple[str, ...]:
    """The GPU for float models where onnxruntime-gpu offers one; int8 has no kernels there."""
    if card.quantization != "none":
        return ("CPUExecutionProvider",)
    import onnxruntime  # noqa: PLC0415 - heavy

    wanted = ("CUDAExecutionProvider", "CPUExecutionProvider")
    return tuple(name for name in wanted if name in onnxruntime.get_available_providers())
