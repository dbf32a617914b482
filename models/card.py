"""What is known of a model from its files: task, size, pooling, limits.

A directory that `excerpt models export` wrote says it all in ``excerpt-model.json``. For any other
the Hugging Face and sentence-transformers files are read; names and paths are never guessed from.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal, get_args

from excerpt.errors import ModelError, NoModelError

__all__ = [
    "CARD_NAME",
    "OPEN_PROVENCE",
    "HeadKind",
    "ModelCard",
    "Pooling",
    "Task",
    "check_kind",
    "file_sha256",
    "files_fingerprint",
    "read_card",
    "read_json",
    "verified_sha256",
]

Task = Literal["encoder", "token-classifier", "cross-encoder", "token-cross-encoder"]
Pooling = Literal["mean", "cls", "last"]
HeadKind = Literal["late-interaction", "recomp-extractive"]
CARD_NAME = "excerpt-model.json"
OPEN_PROVENCE = "open_provence"
"""Their name for the kind of checkpoint that `excerpt.models.runtime.open_provence` reads."""
# Cards of before there were kinds may still say who wrote them.
_WRITES: dict[str, HeadKind] = {
    "excerpt train late-interaction": "late-interaction",
    "excerpt train recomp-head": "recomp-extractive",
}
_READS_PAIRS = ("cross-encoder", "token-cross-encoder")
# RoBERTa and its kin count positions from the padding id on, so that many rows are never used.
_POSITIONS_AFTER_PAD = {"camembert", "roberta", "xlm-roberta", "xlm-roberta-xl", "xmod"}


@dataclass(frozen=True, slots=True)
class ModelCard:
    """The settings of one model.

    Args:
        name: What it is called in reports.
        task: What its output means.
        dim: Length of a token's state (encoders), or the number of labels.
        max_tokens: Tokens, specials included, that it may see at once.
        vocabulary: Rows of its embedding table.
        pooling: How token states become one vector (encoders).
        normalize: Whether the checkpoint's own pipeline ends in scaling to length 1. excerpt's
            encoders never scale: this tells a scorer that cosine is the meant similarity.
        labels: Names of the classes, by index (classifiers).
        segments: How many segment ids it has (models that read pairs); 0 where it has none.
        backbone: The encoder whose token states this model reads (`excerpt.models.tasks.head`); empty for a model
            that stands alone.
        kind: The compressor that an encoder's head was trained for; empty where that is not known, and for
            models that stand alone.
        query_prefix: What the model was trained to see before a question, such as ``"query: "`` (E5).
        passage_prefix: The same before everything else.
        quantization: How the weights were quantized; ``"none"`` for float.
        source: Where the weights came from.
        source_sha256: Of the original weights file.
        licence: SPDX name; empty when unknown.
        files: Sha256 by file name, of the files that were exported.
    """

    name: str
    task: Task
    dim: int
    max_tokens: int
    vocabulary: int
    pooling: Pooling = "mean"
    normalize: bool = False
    labels: tuple[str, ...] = ()
    segments: int = 0
    backbone: str = ""
    kind: HeadKind | Literal[""] = ""
    query_prefix: str = ""
    passage_prefix: str = ""
    quantization: str = "none"
    source: str = ""
    source_sha256: str = ""
    licence: str = ""
    files: tuple[tuple[str, str], ...] = ()

    def to_json(self) -> str:
        """The content of ``excerpt-model.json``."""
        return json.dumps({"format": 1, **asdict(self), "files": dict(self.files)}, indent=2) + "\n"


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object from a file.

    Raises:
        ModelError: The file is missing, is not JSON, or is not an object.
    """
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        message = f"{path} cannot be read as JSON: {error}"
        raise ModelError(message) from error
    if not isinstance(value, dict):
        message = f"{path} holds a {type(value).__name__}, not an object"
        raise ModelError(message)
    return value


def file_sha256(path: Path) -> str:
    """Sha256 of a file, in hexadecimal."""
    digest = sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def verified_sha256(path: Path) -> str:
    """`file_sha256` of a file that the card beside it may know.

    Raises:
        ModelError: The file is not the one that was exported or trained.
    """
    actual = file_sha256(path)
    card = path.with_name(CARD_NAME)
    promised = read_json(card).get("files", {}).get(path.name, actual) if card.is_file() else actual
    if promised != actual:
        message = (
            f"{path} is not the file that the {CARD_NAME} beside it names: its sha256 is {actual[:12]}, not "
            f"{str(promised)[:12]}; copy the directory again, or export or train the model again"
        )
        raise ModelError(message)
    return actual


def files_fingerprint(settings: Sequence[str], files: Sequence[Path]) -> str:
    """Sha256, in hexadecimal, over settings and the content of files; what models are told apart by.

    Args:
        settings: Whatever changes a number and stands in no file.
        files: In their order; names count, directories do not.

    Raises:
        ModelError: As `verified_sha256`.
    """
    parts = [*settings, *(f"{path.name}:{verified_sha256(path)}" for path in files)]
    return sha256("\n".join(parts).encode()).hexdigest()


def check_kind(card: ModelCard, wanted: HeadKind) -> None:
    """Refuse a head that was trained for another compressor; one whose card says nothing passes.

    Raises:
        ModelError: The message names both.
    """
    if card.kind and card.kind != wanted:
        writer = next(name for name, kind in _WRITES.items() if kind == wanted)
        message = (
            f"{card.name} is a head for the compressor {card.kind}, and was named as one for {wanted}; name one that "
            f"`{writer}` wrote"
        )
        raise ModelError(message)


def read_card(directory: Path, task: Task) -> ModelCard:
    """The card of a model directory.

    Raises:
        ModelError: A file is missing or broken, the model is for another task, or its pooling is
            one that excerpt does not have.
    """
    if (directory / CARD_NAME).is_file():
        return _own_card(directory / CARD_NAME, task)
    if not (directory / "config.json").is_file():
        message = (
            f"{directory} is no model: it has neither {CARD_NAME}, which `excerpt models export` and `excerpt train` "
            "write, nor the config.json of a Hugging Face checkpoint"
        )
        raise NoModelError(message)
    config = read_json(directory / "config.json")
    try:
        if config.get("model_type") == OPEN_PROVENCE:
            config = _reranker_settings(config)
        labels = _labels(config)
        pooling, normalize = _pooling(directory) if task == "encoder" else ("mean", False)
        query_prefix, passage_prefix = _prefixes(directory) if task == "encoder" else ("", "")
        return ModelCard(
            name=directory.name,
            task=task,
            dim=int(config.get("hidden_size", config.get("dim", 0))) if task == "encoder" else len(labels),
            max_tokens=_max_tokens(directory, config),
            vocabulary=int(config["vocab_size"]),
            pooling=pooling,
            normalize=normalize,
            labels=() if task == "encoder" else labels,
            segments=int(config.get("type_vocab_size", 0)) if task in _READS_PAIRS else 0,
            query_prefix=query_prefix,
            passage_prefix=passage_prefix,
            source=str(directory),
        )
    except (KeyError, TypeError, ValueError) as error:
        message = (
            f"{directory / 'config.json'} lacks or garbles a setting that the task {task} needs: {error!r}"
        )
        raise ModelError(message) from error


def _reranker_settings(config: dict[str, Any]) -> dict[str, Any]:
    """Those inside an OpenProvence checkpoint, with its own limit and outputs; it uses one segment only."""
    return {
        **config["base_model_config"],
        "window": config["max_length"],
        "type_vocab_size": 1,
        "id2label": {"0": "keep", "1": "relevant"},
    }


def _own_card(path: Path, task: Task) -> ModelCard:
    values = read_json(path)
    if values.pop("format", None) != 1:
        message = f"{path} is not of format 1; export the model again with this version of excerpt"
        raise ModelError(message)
    unknown = sorted(set(values) - {field.name for field in fields(ModelCard)})
    if unknown or values.get("task") not in get_args(Task):
        message = f"{path} has unknown settings {unknown} or the unknown task {values.get('task')!r}"
        raise ModelError(message)
    values["labels"] = tuple(values.get("labels", ()))
    values.setdefault("kind", _WRITES.get(str(values.get("source")), ""))
    values["files"] = tuple(sorted(values.get("files", {}).items()))
    try:
        card = ModelCard(**values)
    except TypeError as error:
        message = f"{path} is incomplete: {error}"
        raise ModelError(message) from error
    numbers = (card.dim, card.max_tokens, card.vocabulary)
    known = card.pooling in get_args(Pooling) and card.kind in ("", *get_args(HeadKind))
    known = known and isinstance(card.query_prefix, str) and isinstance(card.passage_prefix, str)
    if not all(isinstance(number, int) and number > 0 for number in numbers) or not known:
        message = (
            f"{path} is garbled: dim, max_tokens, vocabulary are {numbers}, pooling is {card.pooling!r}, kind is "
            f"{card.kind!r}, the prefixes are {card.query_prefix!r} and {card.passage_prefix!r}"
        )
        raise ModelError(message)
    if card.task != task:
        message = f"{path} describes a model for the task {card.task}; one for {task} was asked for"
        raise ModelError(message)
    return card


def _labels(config: dict[str, Any]) -> tuple[str, ...]:
    named = config.get("id2label")
    if named:
        return tuple(str(named[key]) for key in sorted(named, key=int))
    return tuple(f"LABEL_{index}" for index in range(int(config.get("num_labels", 2))))


def _max_tokens(directory: Path, config: dict[str, Any]) -> int:
    positions = int(config["max_position_embeddings"])
    if config.get("model_type") in _POSITIONS_AFTER_PAD:
        positions -= int(config.get("pad_token_id", 1)) + 1
    limits = [positions, int(config.get("window", positions))]
    for name, key in (
        ("sentence_bert_config.json", "max_seq_length"),
        ("tokenizer_config.json", "model_max_length"),
    ):
        if (directory / name).is_file():
            limits.append(int(read_json(directory / name).get(key) or positions))
    return min(limits)


def _pooling(directory: Path) -> tuple[Pooling, bool]:
    """From the sentence-transformers layout; a plain Hugging Face encoder is mean-pooled."""
    path = directory / "modules.json"
    if not path.is_file():
        return "mean", False
    try:
        modules = [
            (item["type"].rpartition(".")[2], item["path"]) for item in json.loads(path.read_text("utf-8"))
        ]
    except (OSError, ValueError, TypeError, KeyError) as error:
        message = f"{path} is not the module list of a sentence-transformers model: {error!r}"
        raise ModelError(message) from error
    other = [kind for kind, _ in modules if kind not in ("Transformer", "Pooling", "Normalize")]
    if other:
        message = f"{path} has the modules {other}; excerpt runs Transformer, Pooling and Normalize only"
        raise ModelError(message)
    places = [place for kind, place in modules if kind == "Pooling"]
    pooling: Pooling = _pooling_mode(directory / places[0] / "config.json") if places else "mean"
    return pooling, any(kind == "Normalize" for kind, _ in modules)


def _pooling_mode(path: Path) -> Pooling:
    config = read_json(path)
    modes = [key for key, value in config.items() if key.startswith("pooling_mode_") and value is True]
    if "pooling_mode" in config:  # the form of sentence-transformers 5.3 and later
        modes = [f"pooling_mode_{config['pooling_mode']}"]
    if modes in (["pooling_mode_mean_tokens"], ["pooling_mode_mean"]):
        return "mean"
    if modes in (["pooling_mode_cls_token"], ["pooling_mode_cls"]):
        return "cls"
    if modes in (["pooling_mode_lasttoken"],):
        return "last"
    message = f"{path} asks for the pooling {modes}; excerpt has mean, cls and lasttoken"
    raise ModelError(message)


def _prefixes(directory: Path) -> tuple[str, str]:
    """Of questions and of passages, from sentence-transformers' own file; it names the second one in three ways."""
    path = directory / "config_sentence_transformers.json"
    prompts = (read_json(path).get("prompts") or {}) if path.is_file() else {}
    if not isinstance(prompts, dict) or not all(isinstance(prompt, str) for prompt in prompts.values()):
        message = f"{path} is garbled: prompts must be texts by name, got {prompts!r:.80}"
        raise ModelError(message)
    passage = next((prompts[name] for name in ("passage", "document", "corpus") if name in prompts), "")
    return prompts.get("query", ""), passage
