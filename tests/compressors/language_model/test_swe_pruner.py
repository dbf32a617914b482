"""SWE-Pruner as a stage: lines by the mean over their characters, single gaps closed, any budget."""

import numpy as np
import pytest

from excerpt import Chain, ConfigError, ModelError
from excerpt.compressors import SwePruner
from excerpt.compressors.scorers.language_model.swe_pruner import SwePrunerScore
from excerpt.testing import EXAMPLES, Example, check_compressor
from excerpt.values.types import Context, Passage, Units

CODE = "def mill():\n    grind()\n    rest()\n\ndef bees():\n    sleep()\n"


class Marked:
    """Stands in for the network: a token for each word, and its probability by what it is."""

    def __init__(self, worth):
        self.worth = worth

    def keep_probabilities(self, goal, text, check=None):
        assert goal
        words, at = [], 0
        for word in text.split():
            at = text.index(word, at)
            words.append((at, at + len(word)))
            at += len(word)
        keep = [self.worth.get(text[start:end], 0.1) for start, end in words]
        return np.array(keep), np.array(words, dtype=np.int64).reshape(-1, 2)


def test_a_line_is_the_mean_over_its_characters():
    """Three of "def", seven of "mill():"; the space between belongs to no token."""
    units = Units.of("line", [[(0, 11), (16, 23)]])
    model = Marked({"def": 0.2, "mill():": 0.8, "grind()": 1.0})
    scores = SwePrunerScore(model).score(Context.start("mill", [Passage(CODE)]), units)
    np.testing.assert_allclose(scores, [(3 * 0.2 + 7 * 0.8) / 10, 1.0])


def test_lines_above_the_threshold_stay_and_one_between_two_of_them():
    """As the published wrapper does: a gap of one line is not worth its mark."""
    model = Marked({"mill():": 0.9, "def": 0.9, "rest()": 0.7})
    result = Chain([SwePruner(model)]).compress("mill", [CODE])
    assert result.text.splitlines()[:3] == ["def mill():", "    grind()", "    rest()"]
    assert "sleep" not in result.text
    none = Chain([SwePruner(Marked({}), threshold=0.2)]).compress("mill", [CODE])
    assert none.text == ""


def test_the_published_layout_holds_the_contract(tmp_path):
    """On random weights, by name and from TOML."""
    pytest.importorskip("transformers")
    from fakes.tiny_released import make_swe_pruner

    folder = make_swe_pruner(tmp_path / "swe-pruner")
    check_compressor(
        "swe-pruner",
        {"model": str(folder), "threshold": 0.1},
        examples=[Example(EXAMPLES[0].query, EXAMPLES[0].passages[:1])],
    )


def test_wrong_options_are_refused():
    """By name."""
    with pytest.raises(
        ConfigError, match="swe-pruner: model must be a name, a directory or a SwePrunerModel"
    ):
        SwePruner(5)
    with pytest.raises(
        ConfigError, match="swe-pruner: threshold, a probability, must be a number from 0 to 1"
    ):
        SwePruner(Marked({}), threshold=2)
    with pytest.raises(ModelError, match=r"no model '\./nowhere'"):
        SwePruner("./nowhere")
