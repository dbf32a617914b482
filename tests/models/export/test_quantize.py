import logging

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper

from excerpt.models.directories import find_directory
from excerpt.models.export.quantize import quantize

ROWS, WIDTH = 50, 24


@pytest.fixture(scope="module")
def layer():
    """Look up, normalise, multiply: the smallest graph with every case but GELU."""
    chance = np.random.default_rng(3)
    gain = np.ones(WIDTH, np.float32)
    gain[5] = 40  # the outlier channel that real models have
    constants = {
        "table": chance.normal(size=(ROWS, WIDTH)),
        "gain": gain,
        "shift": np.zeros(WIDTH),
        "weights": chance.normal(size=(WIDTH, WIDTH)) / WIDTH,
    }
    nodes = [
        helper.make_node("Gather", ["table", "input_ids"], ["rows"]),
        helper.make_node("LayerNormalization", ["rows", "gain", "shift"], ["normal"]),
        helper.make_node("MatMul", ["normal", "weights"], ["hidden"]),
    ]
    graph = helper.make_graph(
        nodes,
        "layer",
        [helper.make_tensor_value_info("input_ids", onnx.TensorProto.INT64, [1, "length"])],
        [helper.make_tensor_value_info("hidden", onnx.TensorProto.FLOAT, [1, "length", WIDTH])],
        [numpy_helper.from_array(value.astype(np.float32), name) for name, value in constants.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=9)


def run(model, ids):
    import onnxruntime

    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, {"input_ids": np.array([ids], dtype=np.int64)})[0][0]


def test_the_result_is_near_the_float_one(layer):
    """An outlier channel does not cost the others their resolution."""
    exact, rough = run(layer, range(ROWS)), run(quantize(layer, "int8"), range(ROWS))
    assert np.abs(exact - rough).max() < 0.02 * np.abs(exact).max()


def test_no_token_changes_another(layer):
    """Each token has a scale of its own: its row is the same alone and in company."""
    model = quantize(layer, "int8")
    together = run(model, range(ROWS))
    assert all(run(model, [index])[0].tobytes() == together[index].tobytes() for index in range(ROWS))


def test_the_model_given_is_not_changed(layer):
    """Quantizing makes a copy."""
    before = layer.SerializeToString()
    quantize(layer, "int8")
    assert layer.SerializeToString() == before


def test_no_pair_of_bundled_weights_can_overflow_16_bits():
    """255 * (|a| + |b|) fits for any two weights: safe on processors without VNNI."""
    model = onnx.load(str(find_directory("all-MiniLM-L6-v2") / "model.onnx"))
    constants = {item.name: item for item in model.graph.initializer}
    products = [node for node in model.graph.node if node.op_type == "MatMulIntegerToFloat"]
    largest = max(
        np.abs(numpy_helper.to_array(constants[node.input[1]]).astype(int)).max() for node in products
    )
    assert len(products) == 36
    assert 255 * 2 * largest <= 32_767


@pytest.mark.parametrize("kind", ["bert", "distilbert", "xlm-roberta"])
def test_mixed_keeps_the_values_of_attention_in_float(kind, exported):
    """One product a layer multiplies a stored int8 matrix in float; the rest run in integers."""
    model = onnx.load(str(exported(kind, "encoder", "int8-mixed") / "model.onnx"))
    made = {name: node for node in model.graph.node for name in node.output}
    kinds = [node.op_type for node in model.graph.node]
    stored = [
        node for node in model.graph.node if node.op_type == "MatMul" and node.input[1].endswith(".float")
    ]
    assert (len(stored), kinds.count("MatMulIntegerToFloat")) == (1, 5)
    assert made[stored[0].input[1]].op_type == "Mul"


def test_block_quantization_leaves_logging_alone(layer, caplog):
    """ONNX Runtime's module would set up logging for the whole process."""
    before = logging.getLogger().handlers[:], logging.getLogger().level
    quantize(layer, "int8-blocks")
    assert (logging.getLogger().handlers, logging.getLogger().level) == before
    assert caplog.records == []
