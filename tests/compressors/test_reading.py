"""What a scorer with a cap reads of a large context."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from excerpt import Chain, Passage
from excerpt.compressors.extractive import Extractive
from excerpt.compressors.reading import read
from excerpt.compressors.units.splitting import split
from excerpt.values.types import Context, UnitVectors


class Lengths:
    """Scores by length; remembers the texts that it was given."""

    name = "lengths"

    def __init__(self, most_tokens=None):
        self.most_tokens = most_tokens
        self.seen = []

    def score(self, context, units):
        return self.score_with_vectors(context, units)[0]

    def score_with_vectors(self, context, units):
        self.seen = units.texts(context.passages)
        scores = np.array([float(len(text)) for text in self.seen])
        return scores, lambda: UnitVectors(np.ones((len(units), 2), dtype=np.float32))


def fillers(count):
    return [f"Cargo number {number} waits in the northern shed. It is dry." for number in range(count)]


def test_all_is_read_below_the_cap():
    """And nothing is said."""
    context = Context.start("Who sails?", [Passage(text) for text in fillers(3)])
    units = split("record", context)
    known = read(scorer := Lengths(1000), context, units)
    assert len(scorer.seen) == len(units)
    assert known.note == ""


def test_what_matches_by_its_words_is_read_and_the_rest_ranks_behind():
    """Whatever the scorer would have said of the rest; each unit has a vector."""
    texts = [*fillers(200), "The pilot Maren sails the tug at dawn.", *fillers(200)]
    context = Context.start("Who sails the tug?", [Passage(text) for text in texts])
    units = split("record", context)
    known = read(scorer := Lengths(400), context, units)
    assert "The pilot Maren sails the tug at dawn." in scorer.seen
    assert 0 < len(scorer.seen) < 80
    place = units.texts(context.passages).index("The pilot Maren sails the tug at dawn.")
    unread = np.sort(known.scores)[: len(units) - len(scorer.seen)]
    assert known.scores[place] > unread.max()
    assert np.isfinite(known.scores).all()
    assert known.vectors().vectors.shape == (len(units), 2)
    assert "the model read" in known.note


def test_blobs_are_not_read():
    """Base64 in a small context; Chinese without a space is no blob."""
    blob, chinese = "QUJD" * 200, "灯塔建于一九三二年" * 60
    context = Context.start("灯塔", [Passage(f"The key is heron-42.\n{blob}"), Passage(chinese)])
    read(scorer := Lengths(10_000), context, split("record", context))
    assert "".join(scorer.seen).count("QUJD") == 0
    assert any("灯塔" in text for text in scorer.seen)


def test_nothing_but_blobs_is_ranked_by_words():
    """And said."""
    context = Context.start("key", [Passage("QUJD" * 300), Passage("ABCD" * 300)])
    known = read(scorer := Lengths(10_000), context, split("record", context))
    assert scorer.seen == []
    assert "no text in it" in known.note


class InRounds(Lengths):
    """As well, but it can stop before it has read all."""

    def read_partly(self, context, units, tokens, check):
        del tokens, check
        self.stopped = True


@pytest.mark.parametrize(
    ("selector", "stops"),
    [
        ("greedy", True),
        ("marginal-gain", False),
        ({"use": "marginal-gain", "similarity": "words"}, True),
        ("facility-location", False),
        ("neighbours", False),
        ({"use": "neighbours", "selector": "greedy"}, True),
        ({"use": "neighbours", "selector": "greedy", "nearest": 2}, False),
    ],
)
def test_all_is_read_for_a_selector_that_compares_units(selector, stops):
    """What was not read has no vector: it would be like nothing that is kept, and be kept for it."""
    scorer = InRounds()
    Chain([Extractive("in rounds", "record", scorer, selector)]).compress("Who?", fillers(9), budget=30)
    assert hasattr(scorer, "stopped") == stops


def test_the_report_says_how_much_was_read():
    """A chain over its cap."""
    stage = Extractive("lengths", "record", Lengths(100))
    result = Chain([stage]).compress("Who sails?", fillers(80), budget=30)
    assert "the model read" in result.report.warnings[0]


@settings(deadline=None, max_examples=40)
@given(st.lists(st.text("ab \n.,1|", max_size=80), min_size=1, max_size=8), st.integers(1, 60))
def test_every_unit_has_a_score_whatever_is_read(texts, most):
    """And the units that are read say what they say in the whole."""
    context = Context.start("a b", [Passage(text) for text in texts])
    units = split("record", context)
    if not len(units):
        return
    known = read(scorer := Lengths(most), context, units)
    assert known.scores.shape == (len(units),)
    assert set(scorer.seen) <= set(units.texts(context.passages))
