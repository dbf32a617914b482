"""Trees of few leaves, read out of an ONNX file and walked with numpy."""

import numpy as np
import onnx
import onnxruntime
import pytest

from excerpt.models.runtime.small_trees import SmallTrees
from excerpt.models.runtime.tree_file import read_trees
from excerpt.models.tasks.ranker import TreeRanker
from excerpt.models.training.ranker.onnx_trees import to_onnx

NAMES = ["match", "length", "place"]


def node(rng, splits):
    """A tree of LightGBM's dump with so many splits, bent to one side or the other."""
    if not splits:
        return {"leaf_value": float(rng.integers(-9000, 9000)) / 2**16}
    left = int(rng.integers(0, splits))
    return {
        "split_feature": int(rng.integers(0, len(NAMES))),
        "threshold": float(np.float32(rng.normal())),
        "decision_type": "<=",
        "default_left": True,
        "left_child": node(rng, left),
        "right_child": node(rng, splits - 1 - left),
    }


@pytest.fixture
def model():
    """Forty trees of none to six splits."""
    rng = np.random.default_rng(5)
    trees = [{"tree_structure": node(rng, int(rng.integers(0, 7)))} for _ in range(40)]
    return to_onnx(onnx, {"tree_info": trees}, NAMES)


def saved(model, path):
    onnx.save(model, path)
    return path


def set_attribute(model, name, value):
    (own,) = (each for each in model.graph.node[0].attribute if each.name == name)
    own.CopyFrom(onnx.helper.make_attribute(name, value))


def test_the_scores_are_those_of_onnx_runtime(model, tmp_path):
    """Bit for bit, also on a threshold itself and for more rows than are looked at together."""
    path = saved(model, tmp_path / "r.onnx")
    columns = read_trees(path)
    rows = np.random.default_rng(6).normal(size=(1_500, 3)).astype(np.float32)
    rows[:40, 0] = columns.nodes_values[:40]
    session = onnxruntime.InferenceSession(path)
    (expected,) = session.run(None, {session.get_inputs()[0].name: rows})
    assert np.array_equal(SmallTrees.of(columns).score(rows), expected.ravel())


def test_a_row_counts_alone(model, tmp_path):
    """One row gives what it gives among others."""
    trees = SmallTrees.of(read_trees(saved(model, tmp_path / "r.onnx")))
    rows = np.random.default_rng(7).normal(size=(9, 3)).astype(np.float32)
    assert trees.score(rows).tolist() == [float(trees.score(row[None])[0]) for row in rows]
    assert trees.score(rows[:0]).shape == (0,)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("aggregate_function", "AVERAGE"),
        ("post_transform", "LOGISTIC"),
        ("n_targets", 2),
        ("nodes_modes", ["BRANCH_LT"] * 3),
        ("nodes_values", [0.5]),
        ("nodes_hitrates", [1.0]),
    ],
)
def test_other_ensembles_are_not_read(model, tmp_path, name, value):
    """What is not known is left to ONNX Runtime."""
    if name == "nodes_hitrates":
        model.graph.node[0].attribute.append(onnx.helper.make_attribute(name, value))
    else:
        set_attribute(model, name, value)
    assert read_trees(saved(model, tmp_path / "r.onnx")) is None


def test_another_model_is_not_read(model, tmp_path):
    """A graph of something else than trees."""
    model.graph.node[0].op_type = "Identity"
    assert read_trees(saved(model, tmp_path / "r.onnx")) is None


def test_sums_that_depend_on_the_order_are_left_to_onnx_runtime(model, tmp_path):
    """Leaves that are not rounded, and sums too large to be exact."""
    columns = read_trees(saved(model, tmp_path / "r.onnx"))
    for leaves in (columns.target_weights + np.float32(1e-7), columns.target_weights + np.float32(100)):
        assert SmallTrees.of(columns._replace(target_weights=leaves)) is None


def test_large_trees_are_run_by_onnx_runtime(tmp_path):
    """A table of all answers would be too large; the ranker gives their scores all the same."""
    tree = {"tree_structure": node(np.random.default_rng(8), 20)}
    path = saved(to_onnx(onnx, {"tree_info": [tree]}, NAMES), tmp_path / "r.onnx")
    assert SmallTrees.of(read_trees(path)) is None
    rows = np.random.default_rng(9).normal(size=(50, 3)).astype(np.float32)
    assert len(np.unique(TreeRanker(path).score(rows))) > 1
