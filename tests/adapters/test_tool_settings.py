"""Tests of excerpt.adapters.tool_settings."""

import pytest

from excerpt.adapters.conversation import Conversation
from excerpt.adapters.texts import TextCompressor
from excerpt.adapters.tool_results import ToolResult
from excerpt.adapters.tool_settings import ToolSettings
from excerpt.errors import BudgetError, ConfigError

TEXT = " ".join(
    [*(f"On day {day} it rained at the river." for day in range(80)), "The miller keeps the bees."]
)


def settings(conversation=None, budget=30, **options):
    """Settings with what is not named left as by default."""
    return ToolSettings.of(
        conversation, budget, **{"only": None, "exclude": (), "on_error": "keep"} | options
    )


def test_tools_are_chosen_by_name():
    """`expand` is never among them."""
    assert settings().takes("search")
    assert not settings(exclude=["search"]).takes("search")
    assert [settings(only=["find"]).takes(name) for name in ("find", "search")] == [True, False]
    assert not settings(only=["expand"]).takes("expand")


def test_originals_are_given_to_their_scope():
    """What is wrong is said in words that a model can read."""
    conversation = Conversation(TextCompressor("fast", budget=30, budget_for="each"))
    given = settings(conversation)
    result = ToolResult(TEXT, "c1", asked="Who keeps the bees?")
    assert given.shorten("expand", result) is None
    short = given.shorten("search", result, scope="a")
    text_id = short.accounts[0]["id"]
    assert given.expand(text_id, 3, 8, scope="a") == TEXT[3:8]
    assert given.expand(text_id, 0, None, scope="b").startswith("Error: id: nothing is stored")
    assert not given.expands
    assert settings().expands


def test_wrong_options():
    """Each is named."""
    for options, message in (
        ({"only": "search"}, "only: must be a list of tools' names, got 'search'"),
        ({"exclude": "search"}, "exclude: must be a list"),
        ({"on_error": "skip"}, "on_error: must be 'keep' or 'raise', got 'skip'"),
        ({"conversation": 500}, "conversation: expected an"),
    ):
        with pytest.raises(ConfigError, match=message):
            settings(**options)
    with pytest.raises(BudgetError):
        settings(budget=-1)
