"""Tests of excerpt.adapters.dspy, inside DSPy programs with DSPy's dummy model."""

import asyncio
from types import SimpleNamespace

import dspy
import pytest
from dspy.utils import DummyLM

from excerpt import Chain
from excerpt.adapters.dspy import ExcerptRetrieve
from excerpt.errors import ConfigError, InputError

KEEPER = "The miller keeps the bees."
TEXTS = [
    " ".join(f"On day {day} of May it rained at the river." for day in range(30)),
    " ".join([*(f"On day {day} tea was sold." for day in range(30)), KEEPER]),
    "",
]
QUESTION = "Which miller keeps the bees?"


def retriever(query, k=3):
    return TEXTS[:k]


class Program(dspy.Module):
    """Retrieves and answers."""

    def __init__(self, **options):
        super().__init__()
        self.retrieve = ExcerptRetrieve(retriever, chain="fast", budget=30, **options)
        self.answer = dspy.Predict("context: list[str], question -> answer")

    def forward(self, question):
        return self.answer(context=self.retrieve(question).passages, question=question)


def test_the_model_reads_what_was_kept():
    """Between retrieval and prediction; in a copy that an optimizer makes too."""
    model = DummyLM([{"answer": "The miller"}] * 2)
    program = Program()
    copy = program.deepcopy()
    assert copy.retrieve.compressor.own is program.retrieve.compressor.own
    with dspy.context(lm=model):
        for one in (program, copy):
            assert one(QUESTION).answer == "The miller"
            sent = str(model.history[-1]["messages"])
            assert KEEPER in sent
            assert "On day 3 of May" not in sent
    assert set(program.dump_state()) == {"answer"}


def test_spans_and_places_are_those_of_what_was_retrieved():
    """Sync and async alike, by a function and by a module; options go to the retriever."""

    class Own(dspy.Module):
        def forward(self, query, k=3):
            return dspy.Prediction(passages=[SimpleNamespace(long_text=text) for text in TEXTS[:k]])

    retrieve = ExcerptRetrieve(retriever, chain="fast", budget=30)
    found = retrieve(QUESTION)
    assert found.tokens_out <= 30 < found.tokens_in
    for index, spans, text in zip(found.indices, found.spans, found.passages, strict=True):
        assert all(TEXTS[index][start:end] in text for start, end in spans)
    assert 1 in found.indices
    own = ExcerptRetrieve(Own(), chain="fast", budget=30)
    for again in (asyncio.run(retrieve.acall(QUESTION)), own(QUESTION), asyncio.run(own.acall(QUESTION))):
        assert again.toDict() == found.toDict()
    assert KEEPER not in "".join(retrieve(QUESTION, k=1).passages)
    assert retrieve(QUESTION, k=0).passages == []


class Failing:
    """A stage that fails."""

    name = "failing"

    def compress(self, context, room):
        """Fail."""
        message = "broken"
        raise OSError(message)


def test_a_failure_leaves_the_passages_or_is_raised():
    """As the option says."""
    found = ExcerptRetrieve(retriever, chain=Chain([Failing()]), budget=30)(QUESTION)
    assert found.passages == TEXTS[:2]
    assert found.warnings == ["OSError: broken"]
    with pytest.raises(OSError, match="broken"):
        ExcerptRetrieve(retriever, chain=Chain([Failing()]), budget=30, on_error="raise")(QUESTION)


def test_what_is_wrong_is_said():
    """Options at once, a retriever's answer when it comes."""
    with pytest.raises(ConfigError, match="on_error"):
        ExcerptRetrieve(retriever, on_error="skip")
    for given, message in (
        ("text", "got str"),
        (None, "got NoneType"),
        ([{"text": "a"}], r"passages\[0\] is neither"),
    ):
        with pytest.raises(InputError, match=message):
            ExcerptRetrieve(lambda query, given=given: given, chain="fast")(QUESTION)
