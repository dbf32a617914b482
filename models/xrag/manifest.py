"""What a bridge belongs to: one encoder, one reader, one set of prompts; checked before anything is run."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

from excerpt.errors import ModelError
from excerpt.models.card import read_json
from excerpt.models.generation.prompt import Prompt
from excerpt.models.xrag.prompts import XragPrompts

__all__ = ["BridgeManifest", "EncoderTraits", "ReaderTraits", "reader_traits"]

_FORMAT, _VERSION = "excerpt-bridge", 1
_WEIGHTS = (".safetensors", ".bin")
_PIECES, _PIECE = 64, 4096
_Record = TypeVar("_Record")


@dataclass(frozen=True, slots=True)
class EncoderTraits:
    """What makes the vector of a passage.

    Args:
        name: The encoder's name.
        fingerprint: Of its weights and settings; empty where that is not known.
        dim: Length of a vector.
        pooling: ``"mean"``, ``"cls"`` or ``"last"``; empty where that is not known.
        normalized: Whether vectors are scaled to length 1, as an index keeps them.
        max_tokens: Tokens that are seen at once; 0 where that is not known.
    """

    name: str
    fingerprint: str
    dim: int
    pooling: str = ""
    normalized: bool = True
    max_tokens: int = 0


@dataclass(frozen=True, slots=True)
class ReaderTraits:
    """Whose input embeddings are meant.

    Args:
        name: The reader's name.
        fingerprint: Of its weights; empty where that is not known.
        dim: Length of an input embedding.
    """

    name: str
    fingerprint: str
    dim: int


@dataclass(frozen=True, slots=True)
class BridgeManifest:
    """The manifest of a projector.

    Args:
        encoder: What made the vectors that it was trained on.
        reader: Whose embeddings it makes.
        prompts: What its vectors stand among.
        weights_sha256: Of the weights file; empty before it is written.
    """

    encoder: EncoderTraits
    reader: ReaderTraits
    prompts: XragPrompts
    weights_sha256: str = ""

    def check_encoder(self, given: EncoderTraits) -> None:
        """Refuse vectors that the projector was not trained on.

        Raises:
            ModelError: Something differs; the message names all of it.
        """
        _compare(
            "encoder", self.encoder, given, ("dim", "normalized", "pooling", "max_tokens", "fingerprint")
        )

    def check_reader(self, given: ReaderTraits) -> None:
        """Refuse a reader that the projector was not trained for.

        Raises:
            ModelError: Something differs; the message names all of it.
        """
        _compare("reader", self.reader, given, ("dim", "fingerprint"))

    def check_prompts(self, given: XragPrompts) -> None:
        """Refuse other prompts than those of the training.

        Raises:
            ModelError: They differ.
        """
        if given.sha256 != self.prompts.sha256:
            message = (
                f"bridge: was trained among the prompts {self.prompts.name!r} ({self.prompts.sha256[:12]}) and is to "
                f"be used among {given.name!r} ({given.sha256[:12]}); use those of its manifest, or train it again"
            )
            raise ModelError(message)

    def to_json(self) -> str:
        """The content of ``bridge.json``."""
        values = asdict(self) | {"prompts_sha256": self.prompts.sha256}
        return json.dumps({"format": _FORMAT, "version": _VERSION, **values}, indent=1) + "\n"

    @classmethod
    def read(cls, path: Path) -> "BridgeManifest":
        """Read ``bridge.json``.

        Raises:
            ModelError: It is missing, of another format, incomplete, or its prompts were changed.
        """
        values = read_json(path)
        if (values.get("format"), values.get("version")) != (_FORMAT, _VERSION):
            message = f"{path} is not the manifest of a bridge of version {_VERSION}; train it again with this excerpt"
            raise ModelError(message)
        try:
            said = values["prompts"]
            prompts = _record(
                XragPrompts, said | {"ask": _record(Prompt, said["ask"]), "restate": tuple(said["restate"])}
            )
            made = cls(
                _record(EncoderTraits, values["encoder"]),
                _record(ReaderTraits, values["reader"]),
                prompts,
                str(values["weights_sha256"]),
            )
            expected = values["prompts_sha256"]
        except (KeyError, TypeError) as error:
            message = f"{path} lacks or garbles what a bridge's manifest says ({error}); restore the file"
            raise ModelError(message) from error
        if prompts.sha256 != expected:
            message = f"{path}: the prompts are not those of the training (their checksum differs); restore the file"
            raise ModelError(message)
        return made


def _record(kind: type[_Record], values: Any) -> _Record:  # noqa: ANN401 - whatever the file holds
    """Every entry, each of its type: a default in the place of a missing one would let a mismatch pass."""
    wanted: dict[str, Any] = {one.name: one.type for one in fields(kind)}  # type: ignore[arg-type]  # a dataclass
    if not isinstance(values, dict) or values.keys() != wanted.keys():
        message = f"{kind.__name__}: expected the entries {', '.join(wanted)}, got {values!r:.200}"
        raise TypeError(message)
    for name, expected in wanted.items():
        if isinstance(expected, type) and type(values[name]) is not expected:
            message = f"{kind.__name__}: {name} must be {expected.__name__}, got {values[name]!r:.80}"
            raise TypeError(message)
    return kind(**values)


def _compare(what: str, wanted: Any, given: Any, names: Sequence[str]) -> None:  # noqa: ANN401 - either kind of traits
    wrong = []
    for name in names:
        mine, other = getattr(wanted, name), getattr(given, name)
        unknown = 0 if name == "max_tokens" else ""
        if unknown not in (mine, other) and mine != other:
            wrong.append(f"{name} {_short(mine)} and was given {_short(other)}")
    if wrong:
        message = (
            f"bridge: belongs to the {what} {wanted.name!r} and was given {given.name!r}: {'; '.join(wrong)}. Use the "
            "first, or train a bridge for the second with `excerpt train xrag`"
        )
        raise ModelError(message)


def _short(value: object) -> str:
    return value[:12] if isinstance(value, str) and len(value) > 40 else repr(value)


def reader_traits(directory: Path) -> ReaderTraits:
    """The traits of a reader from its files; of weights a sample is hashed, which takes milliseconds.

    Raises:
        ModelError: The folder has no settings or no weights.
    """
    config = read_json(directory / "config.json")
    files = sorted(path for path in directory.iterdir() if path.suffix in _WEIGHTS)
    if not files or not isinstance(config.get("hidden_size"), int):
        message = f"{directory} is not a reader: it needs a config.json with hidden_size, and weights"
        raise ModelError(message)
    digest = sha256()
    for path in files:
        digest.update(_sampled(path))
    tokenizer = directory / "tokenizer.json"
    if tokenizer.is_file():
        digest.update(tokenizer.read_bytes())
    return ReaderTraits(directory.name, digest.hexdigest(), int(config["hidden_size"]))


def _sampled(path: Path) -> bytes:
    """Size, and pieces spread evenly over the file, first and last included: a reader may have many gigabytes."""
    size = path.stat().st_size
    digest = sha256(str(size).encode())
    last = max(0, size - _PIECE)
    with path.open("rb") as file:
        for number in range(_PIECES):
            file.seek(last * number // (_PIECES - 1))
            digest.update(file.read(_PIECE))
    return digest.digest()
