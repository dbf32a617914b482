"""Gradient-boosted trees from a plain ONNX file: features to scores."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from excerpt.errors import InputError, ModelError
from excerpt.models.runtime.session import Session
from excerpt.models.runtime.small_trees import SmallTrees
from excerpt.models.runtime.tree_file import read_trees

__all__ = ["TreeRanker"]

_NAMES = "feature_names"  # the key of the model's metadata that lists its columns


class TreeRanker:
    """A tree ensemble (``TreeEnsembleRegressor``), opened on the first use.

    Trees are walked on one thread (`excerpt.models.runtime.small_trees`; large ones by ONNX Runtime), and a row's score
    depends on nothing but the row.

    Args:
        path: The ``.onnx`` file. Its metadata name its columns under ``feature_names``, so that a
            model and features that do not belong together are found out.

    Raises:
        ModelError: The file is missing.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        if not self.path.is_file():
            message = f"there is no ranker at {self.path}; `excerpt train ranker` makes one"
            raise ModelError(message)
        self._session = Session(self.path, check=self._read_names)
        self._names: tuple[str, ...] = ()
        self._trees: SmallTrees | None = None

    @property
    def feature_names(self) -> tuple[str, ...]:
        """The columns that it was trained on, in order."""
        self._session.opened()
        return self._names

    def score(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """One score for each row; higher is better.

        Args:
            features: Float32 ``(n, len(feature_names))``.

        Raises:
            InputError: The number of columns is another.
            ModelError: The file cannot be opened.
        """
        session = self._session.opened()
        if features.ndim != 2 or features.shape[1] != len(self._names):
            message = (
                f"{self.path} takes {len(self._names)} features a row, got an array of shape {features.shape}"
            )
            raise InputError(message)
        if len(features) == 0:
            return np.zeros(0, dtype=np.float32)
        rows = np.ascontiguousarray(features, dtype=np.float32)
        if self._trees is not None:
            return self._trees.score(rows)
        feed = {session.get_inputs()[0].name: rows}
        scores: NDArray[np.float32] = self._session.run(None, feed, f"{len(rows)} rows of features")[0]
        return scores.reshape(-1)

    def _read_names(self, session: Any) -> None:  # noqa: ANN401 - untyped package
        named = session.get_modelmeta().custom_metadata_map.get(_NAMES, "")
        self._names = tuple(named.split("\n")) if named else ()
        if not self._names:
            message = f"{self.path} does not name its features; it is not a ranker that excerpt trained"
            raise ModelError(message)
        columns = read_trees(self.path)
        self._trees = None if columns is None else SmallTrees.of(columns)
