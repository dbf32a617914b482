"""Candidates of the best compression."""

from excerpt.models.training.bottleneck.candidates import candidates, greedy
from excerpt.values.types import Passage

PASSAGES = [
    Passage("The mill burned in 1859. It was built again in 1861 by two sons. Rye grew."),
    Passage("Bees sleep. In 1861 it rained."),
    Passage("Oats."),
]


def texts(kept):
    return [
        passage.text[start:end] for passage, spans in zip(PASSAGES, kept, strict=True) for start, end in spans
    ]


def test_by_name():
    """Sentences and passages that hold the answer, and those that words of question and answer lead to."""
    found = candidates("When was the mill built again?", PASSAGES, ["1861"])
    assert texts(found["sentences"]) == ["It was built again in 1861 by two sons.", "In 1861 it rained."]
    assert texts(found["paragraphs"]) == [PASSAGES[0].text, PASSAGES[1].text]
    assert texts(found["answer"]) == ["In 1861 it rained."]
    assert "It was built again in 1861 by two sons." in texts(found["question-answer"])


def test_none_without_an_answer():
    """A yes, or a word that stands in no passage; equal candidates are one."""
    assert candidates("was it?", PASSAGES, ["yes"]) == {}
    assert candidates("who?", PASSAGES, ["Ada"]) == {}
    assert list(candidates("oats", PASSAGES, ["oats"])) == ["sentences"]


def test_greedy_stops_when_nothing_helps():
    """The best first, then what still adds to it."""
    assert greedy(["rye", "mill rye oats", "bees"], "mill oats") == {1}
    assert greedy(["mill", "oats", "bees"], "mill oats") == {0, 1}
    assert greedy([], "mill") == set()
    assert greedy(["a"], "") == set()
