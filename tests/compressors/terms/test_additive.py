"""Sums of step functions."""

import json
from importlib.resources import files

import numpy as np
import pytest

from excerpt import ModelError
from excerpt.compressors.terms.additive import AdditiveModel, bundled_weights
from excerpt.compressors.terms.links import FEATURES


def test_a_value_holds_up_to_its_edge():
    """The edge included; features add up."""
    model = AdditiveModel.of(
        {"a": {"edges": [0.5, 1.0], "values": [1, 2, 4]}, "b": {"edges": [], "values": [10]}}, "test"
    )
    columns = {name: np.array([0.5, 0.6, 2.0], dtype=np.float32) for name in "ab"}
    assert model.score(columns).tolist() == [11, 12, 14]


@pytest.mark.parametrize(
    "row",
    [{"edges": [1.0, 0.5], "values": [1, 2, 3]}, {"edges": [1.0], "values": [1]}],
    ids=["order", "count"],
)
def test_a_broken_table_is_an_error_that_names_the_feature(row):
    """Edges ascend, and there is one value more."""
    with pytest.raises(ModelError, match="file: place: needs edges that ascend and one value more"):
        AdditiveModel.of({"place": row}, "file")


def test_the_table_in_the_package_knows_features_that_there_are():
    """And says how it was made."""
    model = bundled_weights()
    assert set(model.edges) <= set(FEATURES)
    assert len(model.edges) > 10
    text = files("excerpt.compressors.terms").joinpath("weights.json").read_text(encoding="utf-8")
    assert "lexical_ranker.py" in json.loads(text)["made"]["command"]
