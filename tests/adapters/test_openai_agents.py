"""Tests of excerpt.adapters.openai_agents, with the SDK's own runner and scripted model."""

import asyncio
import re

import pytest
from agents import Agent, RunConfig, Runner, function_tool, set_tracing_disabled
from agents.run_config import ModelInputData
from agents.testing import ScriptedModel, assistant_message, function_call

from excerpt import Chain
from excerpt.adapters.conversation import Conversation
from excerpt.adapters.openai_agents import ExcerptInputFilter
from excerpt.adapters.texts import TextCompressor
from excerpt.errors import ConfigError

KEEPER = "The miller keeps the bees."
TEXT = " ".join([*(f"On day {day} it rained at the river." for day in range(80)), KEEPER])
ANSWER = [assistant_message("The miller.")]

set_tracing_disabled(True)  # the SDK's exporter would ask for OpenAI's host


def conversation(**options):
    """A quick chain and a small budget."""
    return Conversation(TextCompressor("fast", budget=30, budget_for="each"), **options)


def search(query: str) -> str:
    """Search the chronicle."""
    return TEXT


def call(name, number, **arguments):
    """A step of the model."""
    return [function_call(name, arguments, call_id=f"c{number}")]


def run(input_filter, steps, asked="Who keeps the bees?", *, streamed=False, tools=()):
    """The run, and the items that each call of the model got."""
    model = ScriptedModel(steps)
    agent = Agent("a", model=model, tools=[function_tool(search), *tools])
    config = RunConfig(call_model_input_filter=input_filter)

    async def work():
        if not streamed:
            return await Runner.run(agent, asked, run_config=config)
        result = Runner.run_streamed(agent, asked, run_config=config)
        async for _ in result.stream_events():
            pass
        return result

    result = asyncio.run(work())
    return result, [made.input for made in model.calls]


def outputs(items):
    return [item["output"] for item in items if item.get("type") == "function_call_output"]


@pytest.mark.parametrize("streamed", [False, True])
def test_every_call_of_the_model_gets_the_same_short_bytes(streamed):
    """The run's own items have the whole text."""
    steps = [call("search", 1, query="bees"), call("search", 2, query="rain"), ANSWER]
    result, (first, second, third) = run(ExcerptInputFilter(conversation()), steps, streamed=streamed)
    assert outputs(first) == []
    (short,) = outputs(second)
    assert KEEPER in short
    assert len(short) < len(TEXT) / 5
    assert outputs(third)[0] == short
    assert outputs(result.to_input_list()) == [TEXT, TEXT]
    whole = run(None, [call("search", 1, query="bees"), ANSWER])[1][-1]
    assert [item | {"output": ""} if "output" in item else item for item in second] == [
        item | {"output": ""} if "output" in item else item for item in whole
    ]


def test_all_else_are_the_same_objects():
    """By which the host knows what was sent; of parts only text is other, and what came in stays."""
    image = {"type": "input_image", "image_url": "https://example.org/a.png"}
    result = {
        "type": "function_call_output",
        "call_id": "c1",
        "output": [{"type": "input_text", "text": TEXT}, image],
    }
    items = [
        {"role": "user", "content": "Who keeps the bees?"},
        {"type": "reasoning", "id": "r1", "summary": [], "encrypted_content": TEXT},
        {"type": "function_call", "call_id": "c1", "name": "search", "arguments": "{}"},
        result,
        {"type": "function_call_output", "call_id": "c2", "output": "{}"},
    ]
    given = ModelInputData(input=list(items), instructions=TEXT)
    made = ExcerptInputFilter(conversation()).shorten(given)
    assert made.instructions == TEXT
    assert [made.input[place] is items[place] for place in range(5)] == [True, True, True, False, True]
    short, same = made.input[3]["output"]
    assert KEEPER in short["text"]
    assert len(short["text"]) < len(TEXT) / 5
    assert same is image
    assert (given.input, result["output"][0]["text"]) == (items, TEXT)


def test_a_later_run_replays():
    """From the whole items of the first; and without the store sends what the model has seen."""
    input_filter = ExcerptInputFilter(conversation())
    result, (_, before) = run(input_filter, [call("search", 1, query="bees"), ANSWER])
    given = [*result.to_input_list(), {"role": "user", "content": "And who sells the tea?"}]
    _, (again,) = run(input_filter, [ANSWER], given)
    assert again[: len(before)] == before
    _, (whole,) = run(ExcerptInputFilter(conversation()), [ANSWER], given)
    assert outputs(whole) == [TEXT]


def test_the_rest_can_be_asked_for():
    """What `expand` gives is not shortened; scopes are kept apart."""
    noted = conversation(note="\n[`expand` with the id {id} gives the rest]")
    input_filter = ExcerptInputFilter(noted, scope=lambda context: "a")
    _, (_, short) = run(input_filter, [call("search", 1, query="bees"), ANSWER])
    text_id = re.search(r"the id (\w+) gives", outputs(short)[0])[1]
    steps = [call("search", 1, query="bees"), call("expand", 2, id=text_id), ANSWER]
    _, sent = run(input_filter, steps, tools=input_filter.tools)
    assert outputs(sent[-1]) == [outputs(short)[0], TEXT]
    input_filter.scope = None
    _, sent = run(input_filter, [call("expand", 1, id=text_id), ANSWER], tools=input_filter.tools)
    assert outputs(sent[-1])[0].startswith("Error: id: nothing is stored")
    assert ExcerptInputFilter(conversation()).tools == []


def test_tools_are_chosen_by_name():
    """The others' results go as they are."""
    for options in ({"exclude": ["search"]}, {"only": ["find"]}):
        input_filter = ExcerptInputFilter(conversation(), **options)
        assert outputs(run(input_filter, [call("search", 1, query="bees"), ANSWER])[1][-1]) == [TEXT]


class Failing:
    """A stage that fails."""

    name = "failing"

    def compress(self, context, room):
        """Fail."""
        message = "broken"
        raise OSError(message)


def test_a_failure_leaves_the_items_or_is_raised():
    """As the option says."""
    failing = Conversation(TextCompressor(Chain([Failing()]), budget_for="each", on_error="raise"))
    steps = [call("search", 1, query="bees"), ANSWER]
    assert outputs(run(ExcerptInputFilter(failing), steps)[1][-1]) == [TEXT]
    with pytest.raises(OSError, match="broken"):
        run(ExcerptInputFilter(failing, on_error="raise"), steps)


def test_wrong_options_are_said_at_once():
    """Before any run."""
    with pytest.raises(ConfigError, match="only: must be a list"):
        ExcerptInputFilter(only="search")
