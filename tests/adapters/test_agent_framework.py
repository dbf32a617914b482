"""Tests of excerpt.adapters.agent_framework, with the framework's agent and a scripted client."""

import asyncio
import re

import pytest
from agent_framework import (
    Agent,
    BaseChatClient,
    ChatResponse,
    ChatResponseUpdate,
    Content,
    FunctionInvocationLayer,
    Message,
    ResponseStream,
    included_messages,
)

from excerpt import Chain
from excerpt.adapters.agent_framework import ExcerptStrategy
from excerpt.adapters.conversation import Conversation
from excerpt.adapters.texts import TextCompressor
from excerpt.errors import ConfigError

KEEPER = "The miller keeps the bees."
TEXT = " ".join([*(f"On day {day} it rained at the river." for day in range(80)), KEEPER])
ANSWER = Content.from_text("The miller.")


def conversation(**options):
    """A quick chain and a small budget."""
    return Conversation(TextCompressor("fast", budget=30, budget_for="each"), **options)


def call(name, number, **arguments):
    """A step of the model."""
    return Content.from_function_call(call_id=f"c{number}", name=name, arguments=arguments)


class Scripted(FunctionInvocationLayer, BaseChatClient):
    """Answers by a script; keeps what it was sent."""

    def __init__(self, *steps):
        super().__init__()
        self.steps, self.sent = list(steps), []

    def _inner_get_response(self, *, messages, stream, options, **kwargs):
        self.sent.append(list(messages))
        step = self.steps.pop(0)

        async def answer():
            return ChatResponse(messages=[Message("assistant", [step])])

        async def updates():
            yield ChatResponseUpdate(role="assistant", contents=[step])

        return ResponseStream(updates(), finalizer=ChatResponse.from_updates) if stream else answer()


def search(query: str) -> str:
    """Search the chronicle."""
    return TEXT


def run(strategy, *steps, asked=("Who keeps the bees?",), streamed=False, tool=search):
    """What each call of the model got, over runs of one session."""
    client = Scripted(*steps)
    tools = [tool, *(strategy.tools if strategy else ())]
    agent = Agent(client, tools=tools, compaction_strategy=strategy)

    async def work():
        session = agent.create_session()
        for question in asked:
            if streamed:
                async for _ in agent.run(question, session=session, stream=True):
                    pass
            else:
                await agent.run(question, session=session)

    asyncio.run(work())
    return client.sent


def results(messages):
    return [
        content.result
        for message in messages
        for content in message.contents
        if content.type == "function_result"
    ]


@pytest.mark.parametrize("streamed", [False, True])
def test_every_call_of_the_model_gets_the_same_short_bytes(streamed):
    """In the next run of the session too; nothing is left out."""
    steps = [call("search", 1, query="bees"), ANSWER, call("search", 2, query="rain"), ANSWER]
    asked = ("Who keeps the bees?", "And when did it rain?")
    _, second, third, fourth = run(ExcerptStrategy(conversation()), *steps, asked=asked, streamed=streamed)
    (short,) = results(second)
    assert KEEPER in short
    assert len(short) < len(TEXT) / 5
    assert results(third) == [short]
    assert results(fourth)[0] == short
    roles = [message.role for message in fourth]
    assert roles == ["user", "assistant", "tool", "assistant", "user", "assistant", "tool"]
    (message,) = [message for message in second if message.role == "tool"]
    (account,) = message.additional_properties["excerpt"]
    assert TEXT[slice(*account["spans"][-1])].endswith(KEEPER)


def exchange(*contents, **message):
    """A question, a call, and its result."""
    return [
        Message("user", ["Who keeps the bees?"]),
        Message("assistant", [call("search", 1, query="bees")]),
        Message("tool", list(contents), **message),
    ]


def test_what_came_in_is_not_changed():
    """A copy takes its place, with call, parts that are no text, and annotations; a second time nothing is done."""
    image = Content.from_uri("https://example.org/a.png", media_type="image/png")
    result = Content.from_function_result("c1", result=[Content.from_text(TEXT), image])
    given = exchange(result, message_id="m1")
    messages, strategy = list(given), ExcerptStrategy(conversation())
    assert asyncio.run(strategy(messages)) is True
    assert given[2].contents[0].result == TEXT
    assert messages[:2] == given[:2]
    (made,) = messages[2].contents
    assert (messages[2].message_id, made.call_id, made.items[1]) == ("m1", "c1", image)
    assert made.items[0].text == made.result != TEXT
    assert asyncio.run(strategy(messages)) is False
    assert included_messages(messages) == messages


@pytest.mark.parametrize(
    "result",
    [
        Content.from_function_result("c1", result=TEXT, exception="ValueError"),
        Content.from_function_result("c1", result={"rows": [TEXT]}),
        Content.from_function_result("c1", result="The mill stands."),
        Content.from_text(TEXT),
    ],
)
def test_what_is_never_touched(result):
    """Failed calls, JSON, short text, what is no result."""
    messages = exchange(result)
    assert asyncio.run(ExcerptStrategy(conversation())(messages)) is False
    assert messages[2].contents == [result]


def test_what_a_model_has_seen_whole_stays():
    """For the first time it is shortened only before its answer."""
    messages = [*exchange(Content.from_function_result("c1", result=TEXT)), Message("assistant", [ANSWER])]
    assert asyncio.run(ExcerptStrategy(conversation())(messages)) is False


def test_the_rest_can_be_asked_for():
    """What `expand` gives is not shortened."""
    strategy = ExcerptStrategy(conversation(note="\n[`expand` with the id {id} gives the rest]"))
    short = results(run(strategy, call("search", 1, query="bees"), ANSWER)[-1])[0]
    text_id = re.search(r"the id (\w+) gives", short)[1]
    sent = run(strategy, call("search", 1, query="bees"), call("expand", 2, id=text_id), ANSWER)
    assert results(sent[-1]) == [short, TEXT]
    assert strategy.settings.expand("none", 0, None, scope="").startswith("Error: id:")
    assert ExcerptStrategy(conversation()).tools == []


def test_tools_are_chosen_by_name():
    """The others' results stay."""
    for options in ({"exclude": ["search"]}, {"only": ["find"]}):
        messages = exchange(Content.from_function_result("c1", result=TEXT))
        assert asyncio.run(ExcerptStrategy(conversation(), **options)(messages)) is False


class Failing:
    """A stage that fails."""

    name = "failing"

    def compress(self, context, room):
        """Fail."""
        message = "broken"
        raise OSError(message)


def test_a_failure_leaves_the_result_or_is_raised():
    """As the option says."""
    failing = Conversation(TextCompressor(Chain([Failing()]), budget_for="each", on_error="raise"))
    messages = exchange(Content.from_function_result("c1", result=TEXT))
    assert asyncio.run(ExcerptStrategy(failing)(messages)) is False
    with pytest.raises(OSError, match="broken"):
        asyncio.run(ExcerptStrategy(failing, on_error="raise")(messages))


def test_wrong_options_are_said_at_once():
    """Before any run."""
    with pytest.raises(ConfigError, match="exclude: must be a list"):
        ExcerptStrategy(exclude="search")
