"""Tests of excerpt.adapters.context_tools."""

import asyncio

import pytest

from excerpt import Chain
from excerpt.adapters.context_tools import ContextTools
from excerpt.adapters.kept_texts import KeptTexts
from excerpt.errors import ConfigError, InputError
from excerpt.retrievers import Index

KEEPER = "The miller keeps the bees."
TEXTS = [
    " ".join([*(f"On day {day} of month {month} it rained at the river." for day in range(20)), KEEPER])
    if month == 3
    else " ".join(f"On day {day} of month {month} the bees sold tea." for day in range(20))
    for month in range(6)
]
QUESTION = "Which miller keeps the bees?"


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    passages = [{"id": f"m{month}", "text": text, "month": month} for month, text in enumerate(TEXTS)]
    return Index.build(passages, tmp_path_factory.mktemp("index") / "a.excerpt", encoder=None)


class Failing:
    """A stage that fails."""

    name = "failing"

    def compress(self, context, room):
        """Fail."""
        message = "broken"
        raise OSError(message)


def test_search_keeps_what_answers_within_the_budget(index):
    """Spans and originals are those of the index's passages."""
    tools = ContextTools(index, chain="fast", budget=40)
    found = tools.search(QUESTION)
    assert KEEPER in found.text
    assert found.tokens_out <= 40 < found.tokens_in
    source = next(source for source in found.sources if source.passage.id == "m3")
    assert tools.expand(source.id) == TEXTS[3]
    kept = " ".join(TEXTS[3][start:end] for start, end in source.spans)
    assert KEEPER in kept
    assert tools.expand(source.id, *source.spans[-1]).endswith(KEEPER)
    assert tools.search(QUESTION, 20).tokens_out <= 20
    assert asyncio.run(tools.asearch(QUESTION)) == found


def test_a_search_is_held_to_conditions(index):
    """The tools' own hold beside the caller's; wrong ones are refused at once."""
    tools = ContextTools(index, chain="fast", budget=400, where={"month": {">=": 2}})
    assert tools.keys() == ("id", "title", "month")
    assert {source.passage.id for source in tools.search(QUESTION).sources} <= {"m2", "m3", "m4", "m5"}
    assert [source.passage.id for source in tools.search(QUESTION, where={"month": 3}).sources] == ["m3"]
    assert tools.search(QUESTION, where={"month": 1}).warnings == ("nothing in the index fits the question",)
    with pytest.raises(InputError, match="where: expected a mapping"):
        ContextTools(index, where="month=3")
    with pytest.raises(InputError, match=r"where\.month: there are the comparisons"):
        tools.search(QUESTION, where={"month": {"~": 1}})


def test_texts_of_the_caller_share_the_budget():
    """And without a question it is said that none was read."""
    tools = ContextTools(chain="fast")
    found = tools.compress(QUESTION, TEXTS, 30)
    assert KEEPER in found.text
    assert found.tokens_out <= 30
    assert asyncio.run(tools.acompress(QUESTION, TEXTS, 30)) == found
    assert "no question was read" in tools.compress(" ", TEXTS, 30).warnings[0]
    assert tools.compress(QUESTION, [], 30).text == ""


def test_a_failure_gives_the_texts_or_the_best_that_fit(index):
    """A search never gives more than was asked for; `raise` raises."""
    tools = ContextTools(index, chain=Chain([Failing()]))
    whole = tools.compress(QUESTION, TEXTS, 30)
    assert whole.text == "\n\n".join(TEXTS)
    assert whole.warnings == ("OSError: broken",)
    one = max(source.tokens_in for source in (tools.compress(QUESTION, [text], 10) for text in TEXTS))
    found = tools.search(QUESTION, one + 1)
    assert found.text in TEXTS
    assert found.warnings == ("OSError: broken",)
    assert tools.search(QUESTION, 10).text == ""
    with pytest.raises(OSError, match="broken"):
        ContextTools(index, chain=Chain([Failing()]), on_error="raise").search(QUESTION, 10)


def test_a_file_keeps_the_originals(tmp_path):
    """For the next process."""
    (source,) = ContextTools(chain="fast", store=KeptTexts(tmp_path / "kept")).compress("a", [KEEPER]).sources
    assert ContextTools(chain="fast", store=KeptTexts(tmp_path / "kept")).expand(source.id) == KEEPER


def test_what_is_wrong_is_said(index):
    """Before anything is read."""
    tools = ContextTools(index, chain="fast")
    for budget in (0, True, 0.5, "5"):
        with pytest.raises(InputError, match="budget: must be a whole number of tokens"):
            tools.search(QUESTION, budget)
    with pytest.raises(InputError, match="nothing is stored under 'none'"):
        tools.expand("none")
    with pytest.raises(InputError, match="there is no index"):
        ContextTools(chain="fast").search(QUESTION)
    with pytest.raises(ConfigError, match="k must be a whole number"):
        ContextTools(chain="fast", k=0)
    assert tools.search("zebra").warnings == ("nothing in the index fits the question",)
