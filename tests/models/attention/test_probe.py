import json
import pickle
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from fakes.word_proxy import WordProxy

from excerpt.errors import ModelError
from excerpt.models.attention.probe import Probe, feature_columns

PROXY = WordProxy()


def probe(**changes):
    values = {
        "coefficients": np.array([0.5, -1.0, 2.0, 0.1]),
        "intercept": -0.25,
        "mean": np.array([0.0, 0.1, 0.2, 0.3]),
        "scale": np.array([1.0, 2.0, 0.5, 1.5]),
        "max_tokens": 40,
        "proxy": PROXY.name,
        "fingerprint": PROXY.fingerprint,
        "settings": PROXY.settings,
        "facts": {"questions": {"own.jsonl": 300}},
    }
    return Probe(**values | changes)


@pytest.mark.parametrize("name", ["probe.json", "probe.safetensors"])
def test_a_probe_comes_back_as_it_was_saved(tmp_path, name):
    """Numbers bit for bit, settings and facts, in either form."""
    probe().save(tmp_path / name)
    found = Probe.load(tmp_path / name)
    for field in ("coefficients", "mean", "scale"):
        assert getattr(found, field).tobytes() == getattr(probe(), field).tobytes()
    assert (found.intercept, found.settings, found.facts) == (-0.25, PROXY.settings, probe().facts)


def test_a_folder_stands_for_the_probe_in_it(tmp_path):
    """As `excerpt train sentinel` leaves it."""
    probe().save(tmp_path / "probe.json")
    assert Probe.load(tmp_path).fingerprint == PROXY.fingerprint


def test_the_probability_is_the_logistic_of_the_standardised_columns():
    """By hand, for one sentence."""
    shares = np.array([[1.0, 2.0, 0.5, 4.0]])
    logit = ((np.log(shares + 1e-3) - probe().mean) / probe().scale) @ probe().coefficients - 0.25
    assert probe().probability(shares, 100) == pytest.approx(1 / (1 + np.exp(-logit)))


def test_a_sentence_is_judged_alike_whoever_is_beside_it():
    """The same bits alone and among a hundred."""
    shares = np.random.default_rng(0).gamma(1.0, size=(100, 4))
    alone = [probe().probability(row[None], 100)[0] for row in shares]
    assert probe().probability(shares, 100).tolist() == alone


def test_published_probes_read_the_mean_attention():
    """Even attention in a context of fifty tokens is a fiftieth."""
    assert feature_columns(np.ones((1, 4)), 50, "mean").tolist() == [[0.02] * 4]


def test_extreme_logits_have_a_probability():
    """No overflow at either end."""
    sure = probe(coefficients=np.array([1e6, 0, 0, 0]), columns="mean")
    assert sure.probability(np.array([[1e6, 1, 1, 1], [0, 1, 1, 1]]), 1).tolist() == pytest.approx(
        [1.0, 0.44], abs=0.01
    )


def test_a_proxy_of_the_same_width_is_refused():
    """Two models may have equally many heads: the fingerprint tells them apart, and the message what differs."""
    with pytest.raises(
        ModelError, match="trained with the proxy 'words' and does not fit 'other': these differ: name"
    ):
        probe().check_proxy(WordProxy(name="other"))


def test_a_proxy_of_another_width_is_refused():
    """With both numbers."""
    wide = probe(**dict.fromkeys(("coefficients", "mean", "scale"), np.ones(6)))
    with pytest.raises(ModelError, match="it has 6 features, the proxy 4"):
        wide.check_proxy(PROXY)


def test_a_probe_from_elsewhere_belongs_to_a_proxy_only_when_it_is_adopted():
    """Converted files cannot know our fingerprint: the user says what they were made with."""
    foreign = probe(fingerprint="", proxy="", settings={})
    with pytest.raises(ModelError, match="adopted"):
        foreign.check_proxy(PROXY)
    adopted = foreign.adopted(PROXY)
    adopted.check_proxy(PROXY)
    assert adopted.max_tokens == PROXY.max_tokens


def test_adopting_does_not_stretch_a_probe():
    """A proxy with another number of features stays another proxy."""
    with pytest.raises(ModelError, match="features"):
        probe(**dict.fromkeys(("coefficients", "mean", "scale"), np.ones(3)), fingerprint="").adopted(PROXY)


def test_a_pickle_is_not_opened(tmp_path):
    """Loading it would run what is in it; it is refused as not JSON, and nothing was run."""

    class Trap:
        def __reduce__(self):
            return (tmp_path.joinpath("opened").mkdir, ())

    for name in ("model.pkl", "probe.json", "probe.safetensors"):
        (tmp_path / name).write_bytes(pickle.dumps(Trap()))
        with pytest.raises(ModelError):
            Probe.load(tmp_path / name)
    assert not (tmp_path / "opened").exists()


WRONG = {
    "no mean": {"mean": None},
    "another length": {"mean": [0.0]},
    "not finite": {"intercept": float("nan")},
    "text": {"coefficients": ["a"] * 4},
    "scale of 0": {"scale": [1, 1, 0, 1]},
    "unknown columns": {"columns": "ranks"},
    "unknown setting": {"colour": "red"},
    "not a probe": {"form": "something"},
    "titles": {"titles": "yes"},
    "window": {"max_tokens": "long"},
    "settings": {"settings": [1]},
}


@pytest.mark.parametrize("change", WRONG.values(), ids=WRONG)
def test_a_wrong_file_is_refused(tmp_path, change):
    """The message names the file."""
    path = tmp_path / "probe.json"
    probe().save(path)
    values = json.loads(path.read_text()) | change
    path.write_text(json.dumps({key: value for key, value in values.items() if value is not None}))
    with pytest.raises(ModelError, match=r"probe\.json"):
        Probe.load(path)


def test_a_missing_probe_is_named(tmp_path):
    """A folder without one."""
    with pytest.raises(ModelError, match=r"probe\.json"):
        Probe.load(tmp_path)


@pytest.mark.parametrize("scaled", [True, False])
def test_the_documented_conversion_of_a_pickle_keeps_every_probability(tmp_path, scaled):
    """The command of docs/methods/sentinel.md, on a pipeline of our own, as a user would run it in a sandbox."""
    import joblib
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    chance = np.random.default_rng(0)
    rows = chance.gamma(1.0, 0.01, size=(80, 4))
    steps = [StandardScaler()] if scaled else []
    model = make_pipeline(*steps, LogisticRegression(C=100.0)).fit(rows, rows[:, 1] > rows[:, 2])
    joblib.dump(model, tmp_path / "sentinel_lr_model.pkl")
    page = (Path(__file__).parents[3] / "docs" / "methods" / "sentinel.md").read_text()
    code = re.search(r'python -c "\n(import json, sys, joblib.*?)"', page, re.DOTALL)
    done = subprocess.run(
        [sys.executable, "-P", "-c", code.group(1), str(tmp_path / "sentinel_lr_model.pkl")],
        capture_output=True,
        text=True,
        check=True,
    )
    (tmp_path / "foreign.json").write_text(done.stdout)
    found = Probe.load(tmp_path / "foreign.json").adopted(PROXY)
    assert found.probability(rows * 50, 50) == pytest.approx(model.predict_proba(rows)[:, 1])
