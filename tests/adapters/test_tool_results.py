"""Tests of excerpt.adapters.tool_results, without any host."""

import json
import logging

import pytest

from excerpt import Chain
from excerpt.adapters.conversation import Conversation
from excerpt.adapters.texts import TextCompressor
from excerpt.adapters.tool_results import EXPAND_NOTE, ToolResult, shorten_result, tool_conversation
from excerpt.errors import ConfigError

KEEPER = "The miller keeps the bees."
TEXT = "\n".join([*(f"On day {day} it rained at the river and tea was sold." for day in range(40)), KEEPER])
MORE = TEXT.replace("rained", "snowed")


def conversation(**options):
    """A quick chain and a small budget."""
    return Conversation(TextCompressor("fast", budget=60, budget_for="each", **options))


def test_a_text_is_shortened_for_what_was_asked_and_what_the_call_looks_for():
    """Either is enough."""
    for result in (
        ToolResult(TEXT, asked="Who keeps the bees?"),
        ToolResult(TEXT, arguments={"query": "miller bees"}),
    ):
        short = shorten_result(conversation(), result)
        assert KEEPER in short.content
        (account,) = short.accounts
        assert [TEXT[start:end] for start, end in account["spans"]][-1].endswith(KEEPER)
        assert json.loads(json.dumps(account)) == account


def test_parts_keep_their_form_and_place():
    """Texts as such, text parts, and what is no text."""
    parts = [TEXT, {"type": "image", "url": "u"}, {"type": "text", "text": MORE, "id": "x"}, "short"]
    short = shorten_result(conversation(), ToolResult(parts, asked="bees"))
    first, image, second, last = short.content
    assert len(first) < len(TEXT) / 2
    assert (image, last) == (parts[1], "short")
    assert second["id"] == "x"
    assert len(second["text"]) < len(MORE) / 2
    assert len(short.accounts) == 2


def test_without_first_sight_only_known_texts_are_replayed():
    """The same bytes; what is not known stays."""
    shared = conversation()
    result = ToolResult(TEXT, "c1", asked="bees")
    assert shorten_result(shared, result, first_sight=False) is None
    short = shorten_result(shared, result)
    assert shorten_result(shared, result, first_sight=False).content == short.content


def test_calls_of_the_same_number_in_other_conversations_are_told_apart():
    """Some models count from 0 each time: what was kept for one question is not sent for another."""
    shared = conversation()
    kept = [
        shorten_result(shared, ToolResult(TEXT, "call_0", asked=asked)).content
        for asked in ("Who keeps the bees?", "What was on day 33?")
    ]
    assert kept[0] != kept[1]


def test_scopes_are_kept_apart():
    """The original of one is not given to another."""
    shared = conversation()
    (account,) = shorten_result(shared, ToolResult(TEXT, asked="bees"), scope="a").accounts
    assert shared.expand(account["id"], scope="a") == TEXT
    assert shorten_result(shared, ToolResult(TEXT, asked="bees"), scope="b", first_sight=False) is None


def test_the_note_names_the_id():
    """For a model that has the tool."""
    short = shorten_result(tool_conversation(budget=60, note=EXPAND_NOTE), ToolResult(TEXT, asked="bees"))
    assert short.content.endswith(f"`expand` with the id {short.accounts[0]['id']} gives the rest]")


class Failing:
    """A stage that fails, with the text in its words."""

    name = "failing"

    def compress(self, context, room):
        """Fail."""
        message = f"cannot read {context.passages[0].text}"
        raise OSError(message)


def test_a_failure_changes_nothing_or_is_raised(caplog):
    """And no text gets into the log."""
    failing = conversation()
    failing.compressor = TextCompressor(Chain([Failing()]), budget_for="each", on_error="raise")
    result = ToolResult(TEXT, asked="bees")
    with caplog.at_level(logging.WARNING, logger="excerpt"):
        assert shorten_result(failing, result) is None
    assert "OSError" in caplog.text
    assert "rained" not in caplog.text
    with pytest.raises(OSError, match="cannot read"):
        shorten_result(failing, result, on_error="raise")


def test_what_is_no_conversation_is_named():
    """A budget in its place, for one."""
    shared = conversation()
    assert tool_conversation(shared) is shared
    with pytest.raises(ConfigError, match=r"conversation: expected an .*Conversation, got int"):
        tool_conversation(500)
