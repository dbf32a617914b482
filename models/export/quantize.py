"""Weight and activation quantization of an exported encoder, as plain rewriting of its ONNX graph.

The scheme ``int8`` (8-bit activations scaled per token, 7-bit weights scaled per column):

* Every token's activations get a scale of their own. One outlier token no longer costs the others
  their resolution, which is what makes ONNX Runtime's per-tensor dynamic quantization lose the
  ranking, and no token's numbers depend on any other's.
* A few channels of a layer norm are many times larger than the rest. They are divided by a factor
  that the following weights are multiplied by (SmoothQuant, Xiao et al. 2023, arXiv 2211.10438,
  alpha 0.5); their size is read from the layer norm's own weights, so no sample data is needed.
* Activations after GELU are never below -0.17, so their zero point is 16 and not 128, and almost
  the whole range is left for the positive side.
* Weights use -64..64. Processors without VNNI add products of 8-bit pairs in 16 bits
  (``vpmaddubsw``); 2 * 255 * 64 = 32,640 is the most that can come together, and it fits. So the
  integers are the same on every processor.
* Embedding tables are int8 with a scale for each row.

``int8-mixed`` is the same, except that the value projections of attention, a twelfth of the work and
most of the error, are stored in 8 bits and multiplied in float.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from excerpt.imports.extras import require

__all__ = ["Quantization", "quantize", "require_block_quantizer"]

Quantization = Literal["none", "int8", "int8-mixed", "int8-blocks"]
_WEIGHT_MAX = 64
_GELU_LOWEST = 0.17  # GELU's minimum is -0.1700
_GELU_ZERO = 16
_ZERO = 128


def quantize(model: Any, scheme: Quantization) -> Any:  # noqa: ANN401 - untyped package
    """A quantized copy of a float ONNX model that takes ``input_ids`` ``(1, t)``.

    Args:
        model: An ``onnx.ModelProto``.
        scheme: ``"none"``; ``"int8"`` and ``"int8-mixed"`` as above; ``"int8-blocks"``: 8-bit weights in blocks of 32
            with 8-bit activations (``MatMulNBits``), closer to float and slower;
            ``"int8-mixed"``: between the two.
    """
    if scheme == "none":
        return model
    graph = _Graph(model)
    graph.quantize_embeddings()
    if scheme == "int8-mixed":
        graph.store_values()
    if scheme != "int8-blocks":
        graph.quantize_products()
    model = graph.finish()
    return _blocks(model) if scheme == "int8-blocks" else model


def require_block_quantizer() -> Any:  # noqa: ANN401 - untyped package
    """The module of onnxruntime for ``int8-blocks``.

    Raises:
        MissingExtraError: The extra ``export`` is not installed.
    """
    with _logging_kept():
        module = "onnxruntime.quantization.matmul_nbits_quantizer"
        return require(module, extra="export", purpose="quantizing a model")


def _blocks(model: Any) -> Any:  # noqa: ANN401 - untyped package
    nbits = require_block_quantizer()
    with _logging_kept():
        quantizer = nbits.MatMulNBitsQuantizer(
            model, bits=8, block_size=32, is_symmetric=True, accuracy_level=4
        )
        quantizer.process()
    return quantizer.model.model


@contextmanager
def _logging_kept() -> Iterator[None]:
    """That module sets up logging for the whole process when it is imported, and reports every node."""
    root = logging.getLogger()
    level, handlers, disabled = root.level, root.handlers[:], root.manager.disable
    logging.disable(logging.INFO)
    try:
        yield
    finally:
        logging.disable(disabled)
        root.setLevel(level)
        root.handlers[:] = handlers


class _Graph:
    """An ONNX graph being rewritten: constants by name, nodes in order."""

    def __init__(self, model: Any) -> None:  # noqa: ANN401 - untyped package
        self.onnx = require("onnx", extra="export", purpose="quantizing a model")
        self.model = self.onnx.ModelProto()
        self.model.CopyFrom(model)
        self.constants = {item.name: item for item in self.model.graph.initializer}
        self.producer = {name: node for node in self.model.graph.node for name in node.output}
        self.nodes: list[Any] = []
        self.ready: set[str] = set()

    def quantize_embeddings(self) -> None:
        """Tables that are looked up by row become int8 with a scale for each row."""
        nodes, self.nodes = self._current(), []
        for node in nodes:
            table = node.input[0] if node.op_type == "Gather" else ""
            if not self._is_matrix(table):
                self.nodes.append(node)
                continue
            values = self._value(table)
            scale = np.maximum(np.abs(values).max(axis=1, keepdims=True), 1e-12) / 127
            out = node.output[0]
            rows = self.constant(f"{table}.int8", np.rint(values / scale).astype(np.int8))
            scales = self.constant(f"{table}.scale", scale.astype(np.float32))
            self.add("Gather", [rows, node.input[1]], f"{out}.int8")
            self.add("Cast", [f"{out}.int8"], f"{out}.float", to=self.onnx.TensorProto.FLOAT)
            self.add("Gather", [scales, node.input[1]], f"{out}.scale")
            self.add("Mul", [f"{out}.float", f"{out}.scale"], out)

    def store_values(self) -> None:
        """The matrices of attention's value projections become int8; ONNX Runtime unfolds them on loading."""
        nodes, self.nodes = self._current(), []
        chosen = {self._value_projection(node) for node in nodes if self._follows(node.input[:1], "Softmax")}
        for node in nodes:
            if node.op_type == "MatMul" and node.input[1] in chosen:
                self._stored_product(node)
            else:
                self.nodes.append(node)

    def _value_projection(self, node: Any) -> str:  # noqa: ANN401 - untyped package
        """The constant matrix behind the second factor of ``probabilities @ values``; empty if there is none."""
        while node is not None:
            if node.op_type == "MatMul" and self._is_matrix(node.input[1]):
                return str(node.input[1])
            # From the attention product to the values, then back through bias, reshape and transpose.
            inputs = node.input[1:2] if self._follows(node.input[:1], "Softmax") else node.input
            node = next((self.producer[name] for name in inputs if name in self.producer), None)
        return ""

    def _stored_product(self, node: Any) -> None:  # noqa: ANN401 - untyped package
        name = node.input[1]
        values = self._value(name)
        scale = np.maximum(np.abs(values).max(axis=0), 1e-12) / 127
        columns = self.constant(f"{name}.int8", np.rint(values / scale).astype(np.int8))
        self.add("Cast", [columns], f"{name}.cast", to=self.onnx.TensorProto.FLOAT)
        self.add(
            "Mul", [f"{name}.cast", self.constant(f"{name}.scale", scale.astype(np.float32))], f"{name}.float"
        )
        self.add("MatMul", [node.input[0], f"{name}.float"], node.output[0])

    def quantize_products(self) -> None:
        """Products with a constant matrix run in integers."""
        nodes, self.nodes = self._current(), []
        # A Gemm works on one vector (a classifier's pooled state): small, left in float.
        products = [node for node in nodes if node.op_type == "MatMul" and self._is_matrix(node.input[1])]
        readers: dict[str, list[str]] = {}
        for node in products:
            readers.setdefault(node.input[0], []).append(node.input[1])
        made = {node.output[0] for node in products}
        for node in nodes:
            if node.output[0] not in made:
                self.nodes.append(node)
                continue
            factors = self._factors(node.input[0], readers[node.input[0]])
            values = self._value(node.input[1])
            smooth = self._smoothed(node.input[0], factors)
            scaled = values if factors is None else values * factors[:, None]
            self._integer_product(smooth, node.input[1], scaled, node.output[0])

    def _is_matrix(self, name: str) -> bool:
        return name in self.constants and len(self.constants[name].dims) == 2

    def _factors(self, name: str, readers: list[str]) -> NDArray[np.float32] | None:
        """What each channel of a layer norm's output is divided by, at least 1; None for other outputs."""
        source = self.producer.get(name)
        if source is None or source.op_type != "LayerNormalization" or len(source.input) < 3:
            return None
        # A normalised value rarely leaves -3..3, so this is the channel's usual largest size.
        reach = 3 * np.abs(self._value(source.input[1])) + np.abs(self._value(source.input[2]))
        weights = np.max([np.abs(self._value(matrix)).max(axis=1) for matrix in readers], axis=0)
        ratio = np.sqrt(reach / np.maximum(weights, 1e-12))
        return np.asarray(np.maximum(ratio / max(float(np.median(ratio)), 1e-12), 1), dtype=np.float32)

    def _smoothed(self, name: str, factors: NDArray[np.float32] | None) -> str:
        if factors is None:
            return name
        if f"{name}.smooth" not in self.ready:
            self.ready.add(f"{name}.smooth")
            self.add("Mul", [name, self.constant(f"{name}.factor", 1 / factors)], f"{name}.smooth")
        return f"{name}.smooth"

    def _integer_product(self, activations: str, weights: str, values: NDArray[np.float32], out: str) -> None:
        scale = np.maximum(np.abs(values).max(axis=0), 1e-12) / _WEIGHT_MAX
        columns = self.constant(f"{weights}.int8", np.rint(values / scale).astype(np.int8))
        scales = self.constant(f"{weights}.scale", scale.astype(np.float32))
        zero = _GELU_ZERO if self._follows([activations], "Gelu") else _ZERO
        self._quantize_tokens(activations, zero)
        one = self.constant("excerpt.one", np.float32(1))
        inputs = [f"{activations}.uint8", columns, one, scales, f"excerpt.zero{zero}"]
        self.add("MatMulIntegerToFloat", inputs, f"{out}.unscaled", domain="com.microsoft")
        self.add("Mul", [f"{out}.unscaled", f"{activations}.scale"], out)

    def _quantize_tokens(self, name: str, zero: int) -> None:
        """``name.uint8`` and its ``name.scale`` ``(1, t, 1)``, made once for all products that use it."""
        if f"{name}.uint8" in self.ready:
            return
        self.ready.add(f"{name}.uint8")
        axis, flat = (
            self.constant("excerpt.last", np.array([-1])),
            self.constant("excerpt.flat", np.array([-1])),
        )
        steps, lowest = (127, 0.0) if zero == _ZERO else (255 - zero, _GELU_LOWEST)
        source = name
        if zero == _ZERO:
            source = self.add("Abs", [name], f"{name}.abs")
        self.add("ReduceMax", [source, axis], f"{name}.max", keepdims=1)
        self.add(
            "Mul",
            [f"{name}.max", self.constant(f"excerpt.step{zero}", np.float32(1 / steps))],
            f"{name}.step",
        )
        least = self.constant(f"excerpt.least{zero}", np.float32(max(lowest / zero, 1e-12)))
        self.add("Max", [f"{name}.step", least], f"{name}.scale")
        self.add("Reshape", [f"{name}.scale", flat], f"{name}.scales")
        self.add("QuantizeLinear", [name, f"{name}.scales", self._zeros(zero)], f"{name}.uint8", axis=1)

    def _zeros(self, zero: int) -> str:
        """The zero point once for each token, as ``QuantizeLinear`` wants it."""
        name = f"excerpt.zeros{zero}"
        value = self.constant(f"excerpt.zero{zero}", np.uint8(zero))
        if "excerpt.length" not in self.ready:
            self.ready.add("excerpt.length")
            self.add("Shape", ["input_ids"], "excerpt.length", start=1, end=2)
        if name not in self.ready:
            self.ready.add(name)
            self.add("Expand", [value, "excerpt.length"], name)
        return name

    def _follows(self, names: Sequence[str], kind: str) -> bool:
        """Whether the (one) name given is the output of a node of that kind."""
        return any(name in self.producer and self.producer[name].op_type == kind for name in names)

    def constant(self, name: str, value: NDArray[Any] | np.generic) -> str:
        """Add a constant unless there is one of that name; gives the name back."""
        if name not in self.constants:
            self.constants[name] = self.onnx.numpy_helper.from_array(np.asarray(value), name)
        return name

    def add(self, kind: str, inputs: list[str], output: str, **attributes: Any) -> str:  # noqa: ANN401 - ONNX attributes
        """Append a node; gives its output's name back."""
        self.nodes.append(self.onnx.helper.make_node(kind, inputs, [output], **attributes))
        return output

    def finish(self) -> Any:  # noqa: ANN401 - untyped package
        """The model with the constants that are still used."""
        graph = self.model.graph
        nodes = self._current()
        del graph.node[:]
        graph.node.extend(nodes)
        used = {name for node in nodes for name in node.input}
        del graph.initializer[:]
        graph.initializer.extend(item for name, item in self.constants.items() if name in used)
        del graph.value_info[:]
        if not any(item.domain == "com.microsoft" for item in self.model.opset_import):
            self.model.opset_import.append(self.onnx.helper.make_opsetid("com.microsoft", 1))
        return self.model

    def _current(self) -> list[Any]:
        return self.nodes or list(self.model.graph.node)

    def _value(self, name: str) -> NDArray[np.float32]:
        return np.asarray(self.onnx.numpy_helper.to_array(self.constants[name]), dtype=np.float32)
