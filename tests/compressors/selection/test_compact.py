"""Segment after segment until it is enough."""

import numpy as np
import pytest
from fakes.hash_encoder import HashEncoder

from excerpt import Budget, Chain, ConfigError
from excerpt.compressors import CompAct
from excerpt.compressors.scorers.similarity import EmbeddingSimilarity
from excerpt.tokens import count_words

PASSAGES = [f"passage {number} starts. It says word{number} now." for number in range(8)]


class Noting:
    """Scores by place in the call, and notes which passages it was shown."""

    name = "noting"

    def __init__(self):
        self.seen = []

    def score(self, context, units):
        self.seen.append(sorted(set(units.passage.tolist())))
        return np.array([float("word" in text) for text in units.texts(context.passages)])


def chain(gate, scorer, **options):
    """Two passages a segment; the best sentence of each."""
    every = {"use": "at-least", "threshold": 0.5}
    return Chain([CompAct(gate, scorer=scorer, segment=2, selector=every, **options)])


def test_later_segments_are_not_scored():
    """The gate wants what the fourth passage says: two segments are read of four."""
    scorer = Noting()
    result = chain(lambda question, text, mass: "word3" in text, scorer).compress("q", PASSAGES)
    assert scorer.seen == [[0, 1], [2, 3]]
    assert [kept.text for kept in result.passages[:4]] == [
        f"It says word{number} now." for number in range(4)
    ]
    assert result.sufficient is True
    assert result.report.stages[0].why == "<lambda>: enough after 2 of 4 segments"


def test_rounds_end_it():
    """Six by default; here two, and it says that they were not enough."""
    scorer = Noting()
    result = chain(lambda *_: False, scorer, rounds=2).compress("q", PASSAGES)
    assert len(scorer.seen) == 2
    assert result.sufficient is False
    assert "not enough here" in result.report.warnings[0]


def test_the_order_of_an_earlier_stage_holds():
    """Its best passages are read first."""
    scorer = Noting()
    stages = [Chain(["bm25-sentences"]).stages[0], chain(lambda *_: True, scorer).stages[0]]
    Chain(stages).compress("word7 or word5", PASSAGES)
    assert scorer.seen == [[5, 7]]


@pytest.mark.parametrize("vectors", [True, False])
def test_what_repeats_a_better_one_is_dropped(vectors):
    """Across segments: by the scorer's vectors where it has some, else by words."""
    texts = ["the old mill grinds rye", "bees sleep", "rye grinds mill old the", "oats grow"]
    scorer = EmbeddingSimilarity(HashEncoder()) if vectors else "bm25"
    everything = {"use": "at-least", "threshold": -9.0}
    stage = CompAct(None, scorer=scorer, segment=2, selector=everything, repeated=0.7)
    result = Chain([stage]).compress("old mill", texts, budget=Budget(tokens=11, tokenizer=count_words))
    assert sum("grinds" in kept.text for kept in result.passages) == 1
    assert result.sufficient is None


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"segment": 0}, "compact: segment must be a whole number"),
        ({"rounds": 0}, "compact: rounds must be a whole number"),
        ({"repeated": 2}, "compact: repeated must be a number from 0 to 1"),
    ],
)
def test_wrong_options_are_named(options, message):
    """With what they may be."""
    with pytest.raises(ConfigError, match=message):
        CompAct(scorer="bm25", **options)
