"""Gradient-boosted trees that rank (LambdaMART, Burges 2010; by LightGBM), exported to plain ONNX.

Nothing here knows what the features mean. The exported trees give the scores of `Trees.score` bit for bit
(`excerpt.models.training.ranker.onnx_trees`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from excerpt.errors import InputError
from excerpt.imports.extras import require
from excerpt.models.tasks.ranker import TreeRanker
from excerpt.models.training.common.recipe import setting
from excerpt.models.training.ranker.examples import RankingGroup
from excerpt.models.training.ranker.onnx_trees import joined, leaf_value, split_threshold, to_onnx

__all__ = ["TreeSettings", "Trees", "start_scores", "train_trees"]

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class TreeSettings:
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

    rounds: int = setting(200, help="Trees.", least=1)
    leaves: int = setting(7, help="Leaves of a tree.", least=2)
    learning_rate: float = 0.08
    min_rows: int = setting(100, help="Sentences in a leaf, at least.", least=1)
    columns: float = 0.4
    rows: float = 0.7
    l2: float = 10.0
    truncation: int = 30
    directions: tuple[int, ...] = ()
    seed: int = setting(13, help="Of the sampling of rows and features.")


@dataclass(frozen=True)
class Trees:
    """A trained ensemble.

    Args:
        dump: LightGBM's own description of it (``dump_model``).
        names: The columns.
        before: The ``.onnx`` file of the ranker that these trees add to; None for none.
    """

    dump: dict[str, Any]
    names: tuple[str, ...]
    before: Path | None = None

    def score(self, features: Floats) -> Floats:
        """What the exported file will say, ``(n,)``; by walking the trees one at a time."""
        total = start_scores(self.before, self.names, features)
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
        model = to_onnx(onnx, self.dump, self.names)
        if self.before is not None:
            model = joined(onnx, onnx.load(str(self.before)), model)
        onnx.save(model, str(path))


def start_scores(before: Path | None, names: Sequence[str], features: Floats) -> Floats:
    """What an earlier ranker says, ``(n,)``; 0 without one.

    Args:
        before: Its ``.onnx`` file.
        names: The columns of ``features``, those that it was trained on among them.
        features: ``(n, len(names))``.

    Raises:
        InputError: It was trained on a column that is not there.
    """
    if before is None:
        return np.zeros(len(features), dtype=np.float32)
    ranker = TreeRanker(before)
    if unknown := set(ranker.feature_names) - set(names):
        message = f"{before} was trained on {min(unknown)!r}, which is not among the features here"
        raise InputError(message)
    return ranker.score(features[:, [list(names).index(name) for name in ranker.feature_names]])


def train_trees(
    groups: Sequence[RankingGroup],
    names: Sequence[str],
    settings: TreeSettings,
    *,
    held_out: Sequence[RankingGroup] = (),
    before: Path | None = None,
    progress: Callable[[int, dict[str, float]], None] | None = None,
) -> Trees:
    """Train one ensemble with LambdaMART's objective.

    Args:
        groups: Questions to learn from; those without any relevant candidate teach nothing.
        names: The columns, in order.
        settings: The settings.
        held_out: Questions to measure on after each tree.
        before: The ``.onnx`` file of an earlier ranker, over some of the columns, which the new trees add to.
        progress: Called after each tree with its number and what was measured (``ndcg@5``, ``ndcg@20``).

    Raises:
        InputError: No question has a relevant candidate, or no tree found a split.
        MissingExtraError: LightGBM is not installed.
    """
    lightgbm = require("lightgbm", extra="train", purpose="training a ranker")
    if before is not None:
        groups, held_out = (
            [one._replace(start=start_scores(before, names, one.features)) for one in part]
            for part in (groups, held_out)
        )
    useful = [group for group in groups if group.relevance.any()]
    if not useful:
        message = "ranker: no question has a candidate with evidence, so there is nothing to learn from"
        raise InputError(message)
    table = _dataset(lightgbm, useful, None)
    checked = [_dataset(lightgbm, held_out, table)] if held_out else []

    def after(state: Any) -> None:  # noqa: ANN401 - untyped package
        measured = {str(item[1]): float(item[2]) for item in state.evaluation_result_list or ()}
        if progress is not None:
            progress(state.iteration + 1, measured)

    booster = lightgbm.train(
        _parameters(settings),
        table,
        settings.rounds,
        valid_sets=checked,
        valid_names=["held out"] * len(checked),
        callbacks=[after],
    )
    trees = Trees(booster.dump_model(), tuple(names), before)
    if not _nodes(trees.dump):
        sentences = sum(len(group.relevance) for group in useful)
        message = (
            f"ranker: no tree found a split, so all sentences would score alike: {sentences} of {len(useful)} "
            f"questions are too few for leaves of at least {settings.min_rows}; give more questions, or allow smaller "
            "leaves (--min-rows)"
        )
        raise InputError(message)
    return trees


def _parameters(settings: TreeSettings) -> dict[str, Any]:
    return {
        "objective": "lambdarank",
        "metric": "ndcg",
        "eval_at": [5, 20],
        "num_leaves": settings.leaves,
        "learning_rate": settings.learning_rate,
        "min_data_in_leaf": settings.min_rows,
        "feature_fraction": settings.columns,
        "bagging_fraction": settings.rows,
        "bagging_freq": 1,
        "lambda_l2": settings.l2,
        "lambdarank_truncation_level": settings.truncation,
        "monotone_constraints": list(settings.directions),
        "max_bin": 127,
        "seed": settings.seed,
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
        init_score=_starts(groups),
        reference=reference,
        params={"max_bin": 127, "verbosity": -1},
    )


def _starts(groups: Sequence[RankingGroup]) -> Floats | None:
    """What the scores begin with, 0 for a question without; None where no question has any."""
    if all(group.start is None for group in groups):
        return None
    nothing = (np.zeros(len(group.relevance), np.float32) for group in groups)
    return np.concatenate(
        [zero if group.start is None else group.start for group, zero in zip(groups, nothing, strict=True)]
    )


def _walk(node: dict[str, Any], features: Floats) -> Floats:
    if "leaf_value" in node:
        return np.full(len(features), leaf_value(node), dtype=np.float32)
    low = features[:, node["split_feature"]] <= split_threshold(node["threshold"])
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
