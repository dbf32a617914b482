"""Tests of excerpt.adapters.pydantic_ai, with agents of Pydantic AI and a scripted model."""

import asyncio
import re

import pytest
from pydantic_ai import Agent, ToolReturn
from pydantic_ai.messages import ModelResponse, TextPart, ToolCallPart, ToolReturnPart
from pydantic_ai.models.function import FunctionModel

from excerpt import Chain
from excerpt.adapters.conversation import Conversation
from excerpt.adapters.pydantic_ai import ExcerptTools
from excerpt.adapters.texts import TextCompressor
from excerpt.errors import ConfigError

KEEPER = "The miller keeps the bees."
TEXT = " ".join([*(f"On day {day} it rained at the river." for day in range(80)), KEEPER])


def conversation(**options):
    """A quick chain and a small budget."""
    return Conversation(TextCompressor("fast", budget=30, budget_for="each"), **options)


def run(capability, given, asked="Who keeps the bees?", *, calls=("search",), **options):
    """What an agent's model saw after each call, and all messages."""
    seen, left = [], list(calls)

    def model(messages, info):
        seen.append([part for message in messages for part in message.parts])
        if not left:
            return ModelResponse(parts=[TextPart("The miller.")])
        name = left.pop(0)
        arguments = {"query": "bees"}
        if name == "expand":
            result = next(part for part in seen[-1] if isinstance(part, ToolReturnPart))
            arguments = {"id": re.search(r"the id (\w+) gives", result.content)[1], "start": 3, "end": 8}
        return ModelResponse(parts=[ToolCallPart(name, arguments, f"c{len(seen)}")])

    agent = Agent(FunctionModel(model), capabilities=[capability])

    @agent.tool_plain
    def search(query: str):
        return given

    result = asyncio.run(agent.run(asked, **options))
    return result, [part for part in seen[-1] if isinstance(part, ToolReturnPart)]


def test_a_result_is_shortened_under_its_call():
    """With its account where no model reads it; the stored history is the same bytes."""
    result, (part,) = run(ExcerptTools(conversation()), TEXT)
    assert KEEPER in part.content
    assert len(part.content) < len(TEXT) / 5
    assert part.tool_call_id == "c1"
    (account,) = part.metadata["excerpt"]
    assert TEXT[slice(*account["spans"][-1])].endswith(KEEPER)
    stored = [one for message in result.all_messages() for one in message.parts]
    assert [one for one in stored if isinstance(one, ToolReturnPart)] == [part]


def test_the_rest_can_be_asked_for():
    """By the id in the note; the original of another conversation cannot."""
    capability = ExcerptTools(conversation(note="\n[`expand` with the id {id} gives the rest]"))
    result, (part, more) = run(capability, TEXT, calls=("search", "expand"))
    assert more.content == TEXT[3:8]
    (account,) = part.metadata["excerpt"]
    assert capability.settings.expand(account["id"], 0, None, scope="another").startswith("Error: id:")
    history = result.all_messages()
    _, (*_, again) = run(capability, TEXT, calls=("search", "expand"), message_history=history)
    assert again.content == TEXT[3:8]


def test_what_a_tool_gives_beside_its_text_stays():
    """Content and metadata of a ToolReturn."""
    given = ToolReturn(return_value=TEXT, content="Look at this.", metadata={"source": "chronicle"})
    _, (part,) = run(ExcerptTools(conversation()), given)
    assert len(part.content) < len(TEXT) / 5
    assert part.metadata["source"] == "chronicle"
    assert part.metadata["excerpt"]
    assert given.return_value == TEXT
    assert given.metadata == {"source": "chronicle"}


@pytest.mark.parametrize(
    "given",
    [
        [TEXT],
        {"text": TEXT},
        '{"rows": ["' + TEXT + '"]}',
        f"ValueError: {TEXT}",
        "The mill stands.",
        ToolReturn(return_value={"text": TEXT}),
    ],
)
def test_what_is_never_touched(given):
    """What is no text, JSON, errors, short text."""
    _, (part,) = run(ExcerptTools(conversation()), given)
    assert part.content == (given.return_value if isinstance(given, ToolReturn) else given)
    assert part.metadata is None


def test_tools_are_chosen_by_name():
    """Those of others are left."""
    for options in ({"exclude": ["search"]}, {"only": ["find"]}):
        _, (part,) = run(ExcerptTools(conversation(), **options), TEXT)
        assert part.content == TEXT


class Failing:
    """A stage that fails."""

    name = "failing"

    def compress(self, context, room):
        """Fail."""
        message = "broken"
        raise OSError(message)


def test_a_failure_leaves_the_result_or_is_raised():
    """As the option says."""
    failing = TextCompressor(Chain([Failing()]), budget_for="each", on_error="raise")
    _, (part,) = run(ExcerptTools(Conversation(failing)), TEXT)
    assert part.content == TEXT
    with pytest.raises(OSError, match="broken"):
        run(ExcerptTools(Conversation(failing), on_error="raise"), TEXT)


def test_wrong_options_are_said_at_once():
    """Before any run."""
    for options, message in (
        ({"only": "search"}, "only: must be a list"),
        ({"exclude": "search"}, "exclude: must be a list"),
        ({"on_error": "skip"}, "on_error: must be 'keep' or 'raise'"),
        ({"conversation": 500}, "conversation: expected"),
    ):
        with pytest.raises(ConfigError, match=message):
            ExcerptTools(**options)
