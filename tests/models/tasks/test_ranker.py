"""Running tree rankers."""

import numpy as np
import onnx
import pytest

from excerpt.errors import InputError, ModelError
from excerpt.models.tasks.ranker import TreeRanker
from excerpt.models.training.ranker.examples import RankingGroup
from excerpt.models.training.ranker.trees import TreeSettings, train_trees


@pytest.fixture
def path(tmp_path):
    """A ranker over two columns."""
    rows = np.random.default_rng(2).normal(size=(60, 2)).astype(np.float32)
    group = RankingGroup(rows, (rows[:, 0] > 1).astype(np.int64))
    train_trees([group], ["match", "length"], TreeSettings(rounds=5, min_rows=3)).save(tmp_path / "r.onnx")
    return tmp_path / "r.onnx"


def test_names_its_features(path):
    """The columns are read from the file."""
    assert TreeRanker(path).feature_names == ("match", "length")


def test_a_rows_score_does_not_depend_on_the_others(path):
    """One row at a time gives what all rows at once give, bit for bit."""
    rows = np.random.default_rng(4).normal(size=(300, 2)).astype(np.float32)
    ranker = TreeRanker(path)
    assert np.array_equal(ranker.score(rows), np.concatenate([ranker.score(row[None]) for row in rows]))


def test_no_rows_no_scores(path):
    """An empty table is no error."""
    assert TreeRanker(path).score(np.zeros((0, 2), dtype=np.float32)).shape == (0,)


def test_another_number_of_columns_is_refused(path):
    """The message has both numbers."""
    with pytest.raises(InputError, match=r"takes 2 features a row, got an array of shape \(1, 3\)"):
        TreeRanker(path).score(np.zeros((1, 3), dtype=np.float32))


def test_a_missing_file_is_named(tmp_path):
    """The message says how to make one."""
    with pytest.raises(ModelError, match="excerpt train ranker"):
        TreeRanker(tmp_path / "none.onnx")


def test_a_damaged_file_is_named(tmp_path):
    """What is not ONNX is refused when it is first used."""
    (tmp_path / "r.onnx").write_bytes(b"no model")
    with pytest.raises(ModelError, match=r"cannot open .*r\.onnx"):
        TreeRanker(tmp_path / "r.onnx").feature_names  # noqa: B018 - reading it opens the file


def test_a_model_that_names_no_features_is_refused(path):
    """Not every tree ensemble is a ranker of ours."""
    model = onnx.load(path)
    del model.metadata_props[:]
    onnx.save(model, path)
    with pytest.raises(ModelError, match="does not name its features"):
        TreeRanker(path).feature_names  # noqa: B018 - reading it opens the file
