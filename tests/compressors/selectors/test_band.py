"""Bands of ranks, by hand and from a file."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from excerpt import Chain, ConfigError, ModelError
from excerpt.compressors import LDAR
from excerpt.compressors.selectors.band import Band
from excerpt.models.tasks.band_regressor import FEATURES, BandRegressor, band_features
from excerpt.testing import HashEncoder, ask


def regressor(low, high, margin=0.0):
    """One that says the same of every list."""
    zeros = np.zeros(FEATURES)
    return BandRegressor(np.zeros((FEATURES, 2)), np.array([low, high]), zeros, zeros + 1, margin, "hash")


def test_a_band_by_hand():
    """Five units: the quantile 1/4 is the second rank and 3/4 the fourth. The best one is left out."""
    assert ask(Band(low=0.25, high=0.75), [1, 5, 3, 2, 4]).tolist() == [False, False, True, True, True]
    assert ask(Band(regressor(0.25, 0.5)), [1, 5, 3, 2, 4]).tolist() == [False, False, True, False, True]
    assert ask(Band(high=0.0), [1, 5, 3]).tolist() == [False, True, False]


def test_without_a_model_it_is_the_largest_gap():
    """Ten units and a gap after the second: five more are kept as a buffer; nothing begins late."""
    scores = [9.0, 8.9, *np.linspace(1, 0.9, 18).tolist()]
    assert ask(Band(), scores).sum() == 7


@given(
    st.lists(st.floats(-1, 1), min_size=1, max_size=40),
    st.floats(-2, 2),
    st.floats(-2, 2),
    st.floats(0, 1),
)
def test_a_band_is_in_the_list_and_never_empty(scores, low, high, margin):
    """Whatever is predicted; and neighbours in rank."""
    first, last = regressor(low, high, margin).predict(np.array(scores))
    assert 0 <= first <= last <= 1
    mask = ask(Band(regressor(low, high, margin)), scores)
    ranks = np.flatnonzero(mask[np.argsort(-np.array(scores), kind="stable")])
    assert len(ranks) >= 1
    assert ranks.tolist() == list(range(ranks[0], ranks[-1] + 1))


def test_features_do_not_depend_on_the_order():
    """Quantiles, the logarithm of the count, and the first gap."""
    features = band_features(np.array([0.1, 0.9, 0.5]))
    assert features.tolist() == band_features(np.array([0.9, 0.5, 0.1])).tolist()
    assert (features[0], features[31]) == (0.9, 0.1)
    assert features[32:].tolist() == pytest.approx([np.log(3), 0.4])
    assert band_features(np.array([0.3]))[-2:].tolist() == [0.0, 0.0]


def test_a_file_gives_the_same_band(tmp_path):
    """JSON, and used from the folder by LDAR."""
    numbers = np.random.default_rng(1)
    made = BandRegressor(
        numbers.normal(size=(FEATURES, 2)),
        np.array([0.2, 0.6]),
        numbers.normal(size=FEATURES),
        np.ones(FEATURES),
        0.1,
    )
    made.save(tmp_path / "band.json")
    scores = numbers.random(20)
    assert BandRegressor.load(tmp_path).predict(scores) == made.predict(scores)
    regressor(0.5, 1.0).save(tmp_path / "band.json")
    texts = ["mill rye oats", "mill rye", "bees sleep"]
    stage = LDAR(HashEncoder(), band=tmp_path)
    kept = Chain([stage]).compress("mill rye oats", texts).passages
    assert not kept[0].spans
    assert kept[2].spans


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"form": "other"}, "no band regressor of the form"),
        ({"mean": [0.0]}, "needs finite numbers of the shapes"),
        ({"scale": [0.0] * FEATURES}, "scales above 0"),
        ({"margin": None}, "no whole band regressor"),
        ({"colour": 1}, "no whole band regressor"),
    ],
)
def test_wrong_files_are_refused(tmp_path, change, message):
    """With what is wrong."""
    path = tmp_path / "band.json"
    regressor(0.0, 1.0).save(path)
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(ModelError, match=message):
        Band(str(path))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"low": 2}, "band: low must be a number from 0 to 1"),
        ({"low": 0.5, "high": 0.2}, "band: high must be a number from 0.5 to 1"),
        ({"model": 3}, "band: model must be a folder"),
        ({"model": regressor(0, 1), "low": 0.5}, "give a model, or low and high"),
    ],
)
def test_wrong_options_are_named(options, message):
    """With what they may be."""
    with pytest.raises(ConfigError, match=message):
        Band(**options)
