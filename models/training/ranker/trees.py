"""Gradient-boosted trees that rank (LambdaMART, Burges 2010; by LightGBM), exported to plain ONNX.

Nothing here knows what the features mean. The exported trees give the trained scores exactly: every
threshold is the largest float32 that is not above the trained one, which float32 features cannot tell
apart, and leaves are rounded to multiples of 2**-16, whose float32 sums are exact in any order.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from excerpt.errors import InputError
from excerpt.files.atomic import replacing
from excerpt.imports.extras import require

__all__ = ["RankingGroup", "TreeRecipe", "Trees", "load_groups", "save_groups", "train_trees"]

Floats = NDArray[np.float32]
_LEAF_STEP = 2.0**-16
_NODE_KEYS = ("treeids", "nodeids", "featureids", "values", "modes", "truenodeids", "falsenodeids")
_LEAF_KEYS = ("treeids", "nodeids", "ids", "weights")


class RankingGroup(NamedTuple):
    """The candidates of one question.

    Attributes:
        features: Float32 ``(n, columns)``.
        relevance: Whole numbers from 0 up, int64 ``(n,)``.
        weight: What the question counts for.
    """

    features: Floats
    relevance: NDArray[np.int64]
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class TreeRecipe:
    """The settings of one ensemble.

    Args:
        rounds: Trees.
        leaves: Leaves of a tree.
        learning_rate: What a tree counts for.
        min_rows: Candidates in a leaf, at least.
        columns: Share of the features that a tree may use.
        rows: Share of the candidates that a tree sees.
        l2: Shrinkage of the leaves.
        truncation: Pairs are formed with the best so many candidates of a question.
        directions: For each column 1 if the score may only grow with it, -1 if only fall, 0 for either;
            empty for no bounds.
        seed: Of the sampling.
    """

    rounds: int = 200
    leaves: int = 7
    learning_rate: float = 0.08
    min_rows: int = 100
    columns: float = 0.4
    rows: float = 0.7
    l2: float = 10.0
    truncation: int = 30
    directions: tuple[int, ...] = ()
    seed: int = 13


@dataclass(frozen=True)
class Trees:
    """A trained ensemble.

    Args:
        dump: LightGBM's own description of it (``dump_model``).
        names: The columns.
    """

    dump: dict[str, Any]
    names: tuple[str, ...]

    def score(self, features: Floats) -> Floats:
        """What the exported file will say, ``(n,)``; by walking the trees one at a time."""
        total = np.zeros(len(features), dtype=np.float32)
        for tree in self.dump["tree_info"]:
            total += _walk(tree["tree_structure"], features)
        return total

    def gains(self) -> dict[str, float]:
        """Share of the training gain that each column brought."""
        sums = dict.fromkeys(self.names, 0.0)
        for node in _nodes(self.dump):
            sums[self.names[node["split_feature"]]] += node["split_gain"]
        whole = sum(sums.values()) or 1.0
        return {name: gain / whole for name, gain in sums.items()}

    def save(self, path: Path) -> None:
        """Write the ONNX file.

        Raises:
            MissingExtraError: The package onnx is not installed.
        """
        onnx = require("onnx", extra="train", purpose="writing a ranker")
        onnx.save(_to_onnx(onnx, self), str(path))


def train_trees(
    groups: Sequence[RankingGroup],
    names: Sequence[str],
    recipe: TreeRecipe,
    *,
    held_out: Sequence[RankingGroup] = (),
    progress: Callable[[int, dict[str, float]], None] | None = None,
) -> Trees:
    """Train one ensemble with LambdaMART's objective.

    Args:
        groups: Questions to learn from; those without any relevant candidate teach nothing.
        names: The columns, in order.
        recipe: The settings.
        held_out: Questions to measure on after each tree.
        progress: Called after each tree with its number and what was measured (``ndcg@5``, ``ndcg@20``).

    Raises:
        InputError: No question has a relevant candidate, or no tree found a split.
        MissingExtraError: LightGBM is not installed.
    """
    lightgbm = require("lightgbm", extra="train", purpose="training a ranker")
    useful = [group for group in groups if group.relevance.any()]
    if not useful:
        message = "ranker: no question has a candidate with evidence, so there is nothing to learn from"
        raise InputError(message)
    dataset = _dataset(lightgbm, useful, None)
    checked = [_dataset(lightgbm, held_out, dataset)] if held_out else []

    def after(state: Any) -> None:  # noqa: ANN401 - untyped package
        measured = {str(item[1]): float(item[2]) for item in state.evaluation_result_list or ()}
        if progress is not None:
            progress(state.iteration + 1, measured)

    booster = lightgbm.train(
        _settings(recipe),
        dataset,
        recipe.rounds,
        valid_sets=checked,
        valid_names=["held out"] * len(checked),
        callbacks=[after],
    )
    trees = Trees(booster.dump_model(), tuple(names))
    if not _nodes(trees.dump):
        sentences = sum(len(group.relevance) for group in useful)
        message = (
            f"ranker: no tree found a split, so all sentences would score alike: {sentences} of {len(useful)} "
            f"questions are too few for leaves of at least {recipe.min_rows}; give more questions, or allow smaller "
            "leaves (--min-rows)"
        )
        raise InputError(message)
    return trees


def save_groups(groups: Sequence[RankingGroup], path: Path) -> None:
    """Write questions to an ``.npz`` file, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    width = groups[0].features.shape[1] if groups else 0
    with replacing(path) as draft, draft.open("wb") as file:
        np.savez_compressed(
            file,
            features=np.concatenate(
                [np.zeros((0, width), np.float32), *(group.features for group in groups)]
            ),
            relevance=np.concatenate([np.zeros(0, np.int64), *(group.relevance for group in groups)]),
            sizes=np.array([len(group.relevance) for group in groups], dtype=np.int64),
        )


def load_groups(path: Path) -> list[RankingGroup]:
    """Questions that ``save_groups`` wrote; weights are 1.

    Raises:
        InputError: The file is damaged.
    """
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as table:
            ends = np.cumsum(table["sizes"])[:-1]
            pairs = zip(np.split(table["features"], ends), np.split(table["relevance"], ends), strict=True)
            return [RankingGroup(features, relevance) for features, relevance in pairs if len(relevance)]
    except (OSError, ValueError, KeyError, BadZipFile) as error:
        message = f"{path} is damaged ({error}); delete it to have it made again"
        raise InputError(message) from error


def _settings(recipe: TreeRecipe) -> dict[str, Any]:
    return {
        "objective": "lambdarank",
        "metric": "ndcg",
        "eval_at": [5, 20],
        "num_leaves": recipe.leaves,
        "learning_rate": recipe.learning_rate,
        "min_data_in_leaf": recipe.min_rows,
        "feature_fraction": recipe.columns,
        "bagging_fraction": recipe.rows,
        "bagging_freq": 1,
        "lambda_l2": recipe.l2,
        "lambdarank_truncation_level": recipe.truncation,
        "monotone_constraints": list(recipe.directions),
        "max_bin": 127,
        "seed": recipe.seed,
        "deterministic": True,
        "force_col_wise": True,
        "num_threads": 1,
        "verbosity": -1,
    }


def _dataset(lightgbm: Any, groups: Sequence[RankingGroup], reference: Any) -> Any:  # noqa: ANN401 - untyped package
    return lightgbm.Dataset(
        np.concatenate([group.features for group in groups]),
        np.concatenate([group.relevance for group in groups]),
        group=[len(group.relevance) for group in groups],
        weight=np.concatenate([np.full(len(group.relevance), group.weight) for group in groups]),
        reference=reference,
        params={"max_bin": 127, "verbosity": -1},
    )


def _threshold(value: float) -> np.float32:
    """The largest float32 that is not above a trained threshold."""
    near = np.float32(value)
    return np.nextafter(near, np.float32(-np.inf)) if float(near) > value else near


def _leaf(node: dict[str, Any]) -> np.float32:
    return np.float32(round(node["leaf_value"] / _LEAF_STEP) * _LEAF_STEP)


def _walk(node: dict[str, Any], features: Floats) -> Floats:
    if "leaf_value" in node:
        return np.full(len(features), _leaf(node), dtype=np.float32)
    low = features[:, node["split_feature"]] <= _threshold(node["threshold"])
    found = np.empty(len(features), dtype=np.float32)
    found[low] = _walk(node["left_child"], features[low])
    found[~low] = _walk(node["right_child"], features[~low])
    return found


def _nodes(dump: dict[str, Any]) -> list[dict[str, Any]]:
    """Every inner node of every tree."""
    waiting = [tree["tree_structure"] for tree in dump["tree_info"]]
    found = []
    while waiting:
        node = waiting.pop()
        if "leaf_value" not in node:
            found.append(node)
            waiting += [node["left_child"], node["right_child"]]
    return found


def _columns_of(dump: dict[str, Any]) -> dict[str, list[Any]]:
    """The attributes of ``TreeEnsembleRegressor``: one entry for each node, trees one after the other."""
    nodes: list[tuple[Any, ...]] = []
    leaves: list[tuple[Any, ...]] = []
    for number, tree in enumerate(dump["tree_info"]):
        waiting = [tree["tree_structure"]]
        for place, node in enumerate(waiting):  # grows while it is read: breadth first
            if "leaf_value" in node:
                nodes.append((number, place, 0, 0.0, "LEAF", 0, 0))
                leaves.append((number, place, 0, float(_leaf(node))))
                continue
            low, limit = len(waiting), float(_threshold(node["threshold"]))
            nodes.append((number, place, node["split_feature"], limit, "BRANCH_LEQ", low, low + 1))
            waiting += [node["left_child"], node["right_child"]]
    named = [f"nodes_{key}" for key in _NODE_KEYS], [f"target_{key}" for key in _LEAF_KEYS]
    columns = [*zip(*nodes, strict=True)], [*zip(*leaves, strict=True)]
    return {
        name: list(values)
        for names, table in zip(named, columns, strict=True)
        for name, values in zip(names, table, strict=True)
    }


def _to_onnx(onnx: Any, trees: Trees) -> Any:  # noqa: ANN401 - untyped package
    make, kind = onnx.helper, onnx.TensorProto.FLOAT
    node = make.make_node(
        "TreeEnsembleRegressor",
        ["features"],
        ["score"],
        domain="ai.onnx.ml",
        n_targets=1,
        aggregate_function="SUM",
        post_transform="NONE",
        **_columns_of(trees.dump),
    )
    graph = make.make_graph(
        [node],
        "ranker",
        [make.make_tensor_value_info("features", kind, [None, len(trees.names)])],
        [make.make_tensor_value_info("score", kind, [None, 1])],
    )
    opsets = [make.make_opsetid("", 17), make.make_opsetid("ai.onnx.ml", 3)]
    model = make.make_model(graph, opset_imports=opsets, ir_version=9, producer_name="excerpt")
    make.set_model_props(model, {"feature_names": "\n".join(trees.names)})
    onnx.checker.check_model(model)
    return model
