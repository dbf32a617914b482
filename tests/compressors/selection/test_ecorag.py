"""Growing until a gate finds it enough."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from excerpt import Budget, Chain, ConfigError
from excerpt.compressors import ECoRAG
from excerpt.compressors.selection.ecorag import _least
from excerpt.presets import chain_from_toml
from excerpt.tokens import count_words

TEXTS = [f"sentence number {number} here." for number in range(10)]


class Falling:
    """The first unit is best; log-odds fall by one from each to the next."""

    name = "falling"
    temperature = 1.0

    def score(self, context, units):
        return -np.arange(len(units), dtype=float)


def compress(gate, tokens=None, **options):
    """Ten sentences of four words each, in ten passages."""
    budget = None if tokens is None else Budget(tokens=tokens, tokenizer=count_words)
    return Chain([ECoRAG(gate, scorer=Falling(), **options)]).compress("q", TEXTS, budget=budget)


class Needing:
    """A gate that needs so many sentences, and notes what it was shown."""

    name = "needing"

    def __init__(self, count):
        self.count, self.shown = count, []

    def __call__(self, question, text, mass):
        self.shown.append(text.count("sentence"))
        return text.count("sentence") >= self.count


def test_it_doubles_and_halves():
    """One, two, four and eight; then six, and five, between four that were not enough and six that were."""
    gate = Needing(5)
    result = compress(gate)
    assert gate.shown == [1, 2, 4, 8, 6, 5]
    assert result.text.count("sentence") == 5
    assert result.sufficient is True
    assert result.report.warnings == ()
    assert result.report.stages[0].why == "needing: enough after 5 of 10 sentences"
    assert result.to_dict()["sufficient"] is True


def test_not_enough_is_an_outcome():
    """All that fits is kept, and the result says that it is not enough."""
    result = compress(Needing(6), tokens=20)
    assert result.text.count("sentence") == 5
    assert result.sufficient is False
    assert result.to_dict()["sufficient"] is False
    (warning,) = result.report.warnings
    assert "not enough here: the gate needing was not satisfied by 5 of 10 sentences" in warning


def test_the_gate_is_asked_where_everything_fits():
    """Less is kept than the budget allows; where all is needed the input passes through, judged."""
    assert compress(Needing(2), tokens=999).text.count("sentence") == 2
    whole = compress(Needing(10), tokens=999)
    assert (whole.report.passed_through, whole.sufficient) == ("no_gain", True)
    without = compress(None, tokens=999)
    assert (without.report.passed_through, without.sufficient) == ("fits", None)


def test_score_mass_by_hand():
    """Shares of a softmax that falls by e: (1 - 1/e) / (1 - e^-10) = 0.632, 0.865, 0.950: three are nine tenths."""
    assert compress("score-mass").text.count("sentence") == 3
    assert compress({"use": "score-mass", "least": 0.6}).text.count("sentence") == 1
    # Half as steep, of its own: 1 - 1/sqrt(e) = 0.393 each time of what is left, and five are nine tenths.
    assert compress({"use": "score-mass", "temperature": 2.0}).text.count("sentence") == 5


def test_a_selectors_order_is_followed():
    """And what it leaves out is never shown."""
    gate = Needing(9)
    result = compress(gate, selector={"use": "top-n", "n": 3})
    assert gate.shown == [1, 2, 3]
    assert result.sufficient is False


def test_less_kept_by_a_later_stage_is_no_longer_known_to_be_enough():
    """A stage behind cuts: nothing is said. What was not enough stays so."""
    last = {"use": "top-n", "n": 1}
    for needed, said in ((3, None), (11, False)):
        stages = [ECoRAG(Needing(needed), scorer=Falling()), ECoRAG(None, scorer=Falling(), selector=last)]
        assert Chain(stages).compress("q", TEXTS).sufficient is said


@given(st.integers(1, 40), st.integers(1, 5), st.integers(1, 50))
def test_the_smallest_count_is_found(most, step, needed):
    """With the first step at least, and in few questions."""
    asked = []

    def enough(count):
        asked.append(count)
        return count >= needed

    found = _least(enough, min(step, most), most)
    assert found == (0 if needed > most else needed)
    assert len(asked) <= 2 * most.bit_length() + 2


def test_from_toml(tmp_path):
    """With parts by name."""
    path = tmp_path / "chain.toml"
    path.write_text(
        '[[stage]]\nuse = "ecorag"\nunit = "passage"\nscorer = "bm25"\ngate = { use = "score-mass", least = 0.3 }\n'
    )
    result = chain_from_toml(path).compress(
        "mill", ["The mill turns.", "Bees sleep.", "Rye grows."], budget=40
    )
    assert result.text == "The mill turns."


@pytest.mark.parametrize(
    ("options", "message"),
    [({"gate": 3}, "ecorag: gate must be a gate"), ({"step": 0}, "ecorag: step must be a whole")],
)
def test_wrong_options_are_named(options, message):
    """With what they may be."""
    with pytest.raises(ConfigError, match=message):
        ECoRAG(scorer="bm25", **options)
