"""From an encoder's ONNX graph to one that gives what each sentence was attended to, and nothing else.

The attention of every layer is in the graph already, as the result of a softmax. Behind each softmax a few
small products are put that pool it: only the rows of the question and ``[CLS]``, each renormalised inside the
context, averaged over the tokens of each sentence. What leaves the graph is layers x heads x sentences. What
came after the last softmax is cut off: the last layer's values and everything behind them are not computed.

The new file has no weights of its own. Its matrices are external data that point into the encoder's own
``model.onnx`` by offset, so the encoder is on the disk once.
"""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

from excerpt.errors import ModelError
from excerpt.imports.extras import require

__all__ = ["ATTENTION_NAME", "FORM", "write_attention_graph"]

ATTENTION_NAME = "attention.onnx"
FORM = "excerpt-attention-1"
_SHARED_BYTES = 1024  # smaller constants stay in the file


def write_attention_graph(model: Path) -> Path:
    """Write ``attention.onnx`` beside an encoder's ``model.onnx``.

    The graph takes ``input_ids`` int64 ``(1, t)``, ``weights`` float32 ``(queries, q)``, which says what each
    of the first ``q`` tokens counts for in each query, and ``bins`` float32 ``(t, 1 + sentences)``: first column
    1 for tokens of the context, then a column a sentence with 1/n at its n tokens. It gives ``attention``
    float32 ``(layers, heads, queries, 1 + sentences)``: the context's share of the attention, then the mean
    renormalised attention of each sentence.

    Args:
        model: An encoder that `excerpt models export` wrote, float or int8.

    Returns:
        The path of the new file. It records the sha256 of ``model.onnx``, of which it is a view.

    Raises:
        ModelError: The graph has no attention that can be read.
        MissingExtraError: The package onnx is not installed.
    """
    onnx = require("onnx", extra="export", purpose="making an attention graph")
    if not model.is_file():
        message = f"there is no {model}: an attention graph is made from an encoder that `excerpt models export` wrote"
        raise ModelError(message)
    content = model.read_bytes()
    graph = onnx.load_from_string(content)
    _pool(onnx, graph, model)
    _prune(graph.graph)
    _share(onnx, graph.graph, content, model.name)
    onnx.helper.set_model_props(graph, {"form": FORM, "weights_sha256": sha256(content).hexdigest()})
    path = model.with_name(ATTENTION_NAME)
    path.write_bytes(graph.SerializeToString())
    return path


def _pool(onnx: Any, model: Any, path: Path) -> None:  # noqa: ANN401 - untyped package
    """Put the pooling behind each softmax, and the results of all layers together as the only output."""
    make, graph = onnx.helper, model.graph
    softmaxes = list(_softmaxes(graph))
    if not softmaxes or [item.name for item in graph.input] != ["input_ids"]:
        message = (
            f"{path} has {len(softmaxes)} layers of attention and takes {[item.name for item in graph.input]}; an "
            "attention graph is made from an encoder that `excerpt models export` wrote"
        )
        raise ModelError(message)
    real, whole = onnx.TensorProto.FLOAT, onnx.TensorProto.INT64
    constants = {"zero": [0], "one": [1], "rows": [2], "last": [3], "far": [2**62]}
    graph.initializer.extend(
        make.make_tensor(f"probe.{name}", whole, [1], values) for name, values in constants.items()
    )
    nodes = [
        make.make_node("Shape", ["weights"], ["probe.questions"], start=1, end=2),
        *(node for number, name in enumerate(softmaxes) for node in _pooling(make, number, name)),
        make.make_node(
            "Concat", [f"probe.{number}.pooled" for number in range(len(softmaxes))], ["attention"], axis=0
        ),
    ]
    graph.node.extend(nodes)
    graph.input.extend(
        [
            make.make_tensor_value_info("weights", real, ["queries", "questions"]),
            make.make_tensor_value_info("bins", real, ["tokens", "columns"]),
        ]
    )
    del graph.output[:]
    graph.output.append(
        make.make_tensor_value_info("attention", real, [len(softmaxes), "heads", "queries", "columns"])
    )
    del graph.value_info[:]


def _pooling(make: Any, number: int, softmax: str) -> Iterator[Any]:  # noqa: ANN401 - untyped package
    """The nodes for one layer: ``(1, heads, t, t)`` to ``(1, heads, queries, columns)``."""

    def name(part: str) -> str:
        return f"probe.{number}.{part}"

    yield make.make_node(
        "Slice", [softmax, "probe.zero", "probe.questions", "probe.rows"], [name("rows_of_question")]
    )
    yield make.make_node("MatMul", [name("rows_of_question"), "bins"], [name("sums")])
    yield make.make_node("Slice", [name("sums"), "probe.zero", "probe.one", "probe.last"], [name("mass")])
    yield make.make_node("Slice", [name("sums"), "probe.one", "probe.far", "probe.last"], [name("sentences")])
    yield make.make_node("Div", [name("sentences"), name("mass")], [name("shares")])
    yield make.make_node("Concat", [name("mass"), name("shares")], [name("both")], axis=3)
    yield make.make_node("MatMul", ["weights", name("both")], [name("pooled")])


def _softmaxes(graph: Any) -> Iterator[str]:  # noqa: ANN401 - untyped package
    """The results of the softmaxes that are multiplied with values, in the order of the layers."""
    multiplied = {node.input[0] for node in graph.node if node.op_type == "MatMul"}
    for node in graph.node:
        if node.op_type == "Softmax" and node.output[0] in multiplied:
            yield node.output[0]


def _prune(graph: Any) -> None:  # noqa: ANN401 - untyped package
    """Drop what the outputs do not need."""
    needed = {item.name for item in graph.output}
    kept = []
    for node in reversed(graph.node):
        if needed.intersection(node.output):
            kept.append(node)
            needed.update(node.input)
    constants = [item for item in graph.initializer if item.name in needed]
    del graph.node[:], graph.initializer[:]
    graph.node.extend(reversed(kept))
    graph.initializer.extend(constants)


def _share(onnx: Any, graph: Any, content: bytes, location: str) -> None:  # noqa: ANN401 - untyped package
    """Have the large constants point to where the same bytes stand in the encoder's file."""
    for tensor in graph.initializer:
        size = len(tensor.raw_data)
        place = content.find(tensor.raw_data) if size >= _SHARED_BYTES else -1
        if place >= 0:
            tensor.data_location = onnx.TensorProto.EXTERNAL
            values = {"location": location, "offset": str(place), "length": str(size)}
            for key, value in values.items():
                entry = tensor.external_data.add()
                entry.key, entry.value = key, value
            tensor.ClearField("raw_data")
