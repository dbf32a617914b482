"""The trees of an ONNX file as arrays, without the package ``onnx``, which is larger than all that is needed of it.

A model is a message of Protocol Buffers: fields, each a number and a value. The attributes of ``TreeEnsembleRegressor``
are thousands of small fields, read all at once. Only what `excerpt train ranker` and its kind write is read; of
anything else nothing is, and ONNX Runtime runs it.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["TreeColumns", "read_trees"]

# Numbers of fields: of a model, a graph, a node, an attribute.
_GRAPH, _NODE, _OPERATOR, _ATTRIBUTE = 7, 1, 4, 5
_NAME, _NUMBER, _TEXT, _FLOATS, _INTS, _TEXTS = 1, 3, 4, 7, 8, 9
_VARINT, _BYTES, _FLOAT = 0, 2, 5  # how a value is written

_SETTINGS = {"aggregate_function": b"SUM", "n_targets": 1, "post_transform": b"NONE"}
_BRANCH, _LEAF = (bytes((_TEXTS << 3 | _BYTES, len(mode))) + mode for mode in (b"BRANCH_LEQ", b"LEAF"))


class TreeColumns(NamedTuple):
    """One entry for each node of all trees, and for each leaf; named as in ONNX's ``TreeEnsembleRegressor``.

    Attributes:
        nodes_treeids: The tree of each node, ascending.
        nodes_nodeids: Its number in the tree.
        nodes_featureids: The column that a branch asks for.
        nodes_values: It goes to ``nodes_truenodeids`` where the column is at most this.
        nodes_truenodeids: A node of the same tree.
        nodes_falsenodeids: Likewise, for all other rows.
        target_treeids: The tree of each leaf.
        target_nodeids: Its number in the tree.
        target_weights: What it adds to the score.
    """

    nodes_treeids: NDArray[np.int64]
    nodes_nodeids: NDArray[np.int64]
    nodes_featureids: NDArray[np.int64]
    nodes_values: NDArray[np.float32]
    nodes_truenodeids: NDArray[np.int64]
    nodes_falsenodeids: NDArray[np.int64]
    target_treeids: NDArray[np.int64]
    target_nodeids: NDArray[np.int64]
    target_weights: NDArray[np.float32]


def read_trees(path: Path) -> TreeColumns | None:
    """The trees of a model that ONNX Runtime has opened.

    Args:
        path: The ``.onnx`` file.

    Returns:
        None where it is anything but one ``TreeEnsembleRegressor`` that adds up one number, or is written otherwise.
    """
    graph = b"".join(_fields(path.read_bytes(), _GRAPH))
    nodes = list(_fields(graph, _NODE))
    if len(nodes) != 1 or b"".join(_fields(nodes[0], _OPERATOR)) != b"TreeEnsembleRegressor":
        return None
    given = dict(map(_named, _fields(nodes[0], _ATTRIBUTE)))
    modes = given.pop("nodes_modes", b"")
    targets = _ints(given.pop("target_ids", b""))
    columns: dict[str, Any] = {
        name: (_floats if name.endswith(("values", "weights")) else _ints)(given.pop(name, b""))
        for name in TreeColumns._fields
    }
    nodes_given = modes.count(_BRANCH) + modes.count(_LEAF)
    lengths = {name: len(column) for name, column in columns.items()}
    whole = all(
        length == (nodes_given if name.startswith("nodes") else len(targets))
        for name, length in lengths.items()
    )
    if not whole or not nodes_given or targets.any() or modes.count(_LEAF) != len(targets):
        return None
    known = all(name in _SETTINGS and _setting(raw) == _SETTINGS[name] for name, raw in given.items())
    return TreeColumns(**columns) if known else None


def _number(raw: bytes, at: int) -> tuple[int, int]:
    """A whole number, seven bits a byte, and where it ends."""
    value = shift = 0
    while raw[at] & 0x80:
        value |= (raw[at] & 0x7F) << shift
        at, shift = at + 1, shift + 7
    return value | raw[at] << shift, at + 1


def _every(raw: bytes) -> Iterator[tuple[int, int, int]]:
    """The fields of a message: number, and where the value begins and ends."""
    at = 0
    while at < len(raw):
        key, at = _number(raw, at)
        start, size = at, 4 if key & 7 == _FLOAT else 8
        if key & 7 == _VARINT:
            size = _number(raw, at)[1] - at
        elif key & 7 == _BYTES:
            size, start = _number(raw, at)
        at = start + size
        yield key >> 3, start, at


def _fields(raw: bytes, number: int) -> Iterator[bytes]:
    """The values of one field of a message."""
    return (raw[start:end] for field, start, end in _every(raw) if field == number)


def _named(attribute: bytes) -> tuple[str, bytes]:
    """The name of an attribute, which stands first, and its other fields."""
    number, start, end = next(_every(attribute))
    return (attribute[start:end].decode(), attribute[end:]) if number == _NAME else ("", attribute)


def _setting(fields: bytes) -> Any:  # noqa: ANN401 - a number or a text
    for number, start, end in _every(fields):
        if number in {_NUMBER, _TEXT}:
            return fields[start:end] if number == _TEXT else _number(fields, start)[0]
    return None


def _ints(fields: bytes) -> NDArray[np.int64]:
    """Whole numbers, where all fields of an attribute are such: a key and a value in turn."""
    raw = np.frombuffer(fields, dtype=np.uint8)
    last = np.flatnonzero(raw < 0x80)
    first = np.r_[0, last[:-1] + 1]
    size = last - first + 1
    numbers = np.zeros(len(last), dtype=np.int64)
    for byte in range(int(size.max(initial=0))):
        there = size > byte
        numbers[there] |= (raw[first[there] + byte] & 0x7F).astype(np.int64) << (7 * byte)
    keys, values = numbers[::2], numbers[1::2]
    found: NDArray[np.int64] = values[keys[: len(values)] == (_INTS << 3 | _VARINT)]
    return found


def _floats(fields: bytes) -> NDArray[np.float32]:
    """Float32 numbers, where an attribute begins with them: a byte and four in turn."""
    raw = np.frombuffer(fields[: len(fields) // 5 * 5], dtype=np.uint8).reshape(-1, 5)
    own = raw[np.logical_and.accumulate(raw[:, 0] == (_FLOATS << 3 | _FLOAT)), 1:]
    return np.ascontiguousarray(own).view("<f4").ravel().astype(np.float32, copy=False)
