"""Tests of excerpt.adapters.langchain.middleware, with real agents and a scripted model."""

import asyncio
import json
from itertools import pairwise

import pytest
from fakes.scripted_chat_model import ScriptedChatModel, calling
from langchain.agents import create_agent
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from langchain_core.tools import tool
from langchain_tests.unit_tests import ToolsUnitTests
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command

from excerpt import Chain
from excerpt.adapters.accounts import ACCOUNT_KEY
from excerpt.adapters.conversation import Conversation
from excerpt.adapters.langchain import ExcerptMiddleware
from excerpt.adapters.langchain.middleware import expand_tool
from excerpt.adapters.texts import TextCompressor
from excerpt.errors import ConfigError

KEEPER = "The miller keeps the bees."
TEXT = "\n".join(
    [*(f"On day {day} it rained at the river and tea was sold to travellers." for day in range(40)), KEEPER]
)
QUESTION = "Who keeps the bees?"
IN_THREAD = {"configurable": {"thread_id": "t"}}


@tool
def search(query: str) -> str:
    """Search the chronicle."""
    return TEXT


@tool
def count(query: str) -> dict:
    """Give JSON."""
    return {"days": [{"day": day, "weather": "it rained at the river"} for day in range(60)]}


@tool
def look(query: str) -> list:
    """Give parts."""
    return [{"type": "text", "text": TEXT}, {"type": "image", "url": "http://localhost/a.png"}]


@tool
def steer(query: str) -> Command:
    """Change the state."""
    return Command(update={"messages": [ToolMessage(TEXT, tool_call_id="c1", name="steer")]})


def conversation(*, note=None, **options):
    """A quick chain and a small budget."""
    compressor = TextCompressor("fast", budget=60, budget_for="each", **options)
    return Conversation(compressor, note=note)


def ask(name, middleware, *, question=QUESTION, way="sync", query="bees"):
    """The result of one tool in an agent's state."""
    model = ScriptedChatModel(lines=[calling(name, "c1", query=query), AIMessage("Done.")])
    tools = [search, count, look, steer]
    agent = create_agent(model, tools, middleware=[middleware], checkpointer=InMemorySaver())
    given = {"messages": [HumanMessage(question)]}
    if way == "sync":
        state = agent.invoke(given, config=IN_THREAD)
    else:
        state = asyncio.run(agent.ainvoke(given, config=IN_THREAD))
    (message,) = [each for each in state["messages"] if isinstance(each, ToolMessage)]
    assert model.asked[-1][-1].content == message.content
    return message


@pytest.mark.parametrize("way", ["sync", "async"])
def test_a_result_is_shortened_before_the_model_sees_it(way):
    """Under its call; the account is where no model is sent it, and says where the kept text stood."""
    message = ask("search", ExcerptMiddleware(conversation()), way=way)
    assert KEEPER in message.content
    assert len(message.content) < len(TEXT) / 2
    assert (message.tool_call_id, message.name, message.status) == ("c1", "search", "success")
    (account,) = message.response_metadata[ACCOUNT_KEY]
    kept = [TEXT[start:end] for start, end in account["spans"]]
    assert [line for part in kept for line in part.splitlines()] == message.content.splitlines()
    assert account["tokens_out"] < account["tokens_in"]
    assert json.loads(json.dumps(account)) == account


def test_the_call_says_what_is_looked_for():
    """Where the user's words do not."""
    message = ask("search", ExcerptMiddleware(conversation()), question="Go on.", query="miller bees")
    assert KEEPER in message.content


def test_parts_are_shortened_one_by_one():
    """Images stay, in their place."""
    message = ask("look", ExcerptMiddleware(conversation()))
    text, image = message.content
    assert KEEPER in text["text"]
    assert len(text["text"]) < len(TEXT) / 2
    assert image["url"] == "http://localhost/a.png"


@pytest.mark.parametrize("name", ["count", "steer"])
def test_what_must_not_be_touched_is_not(name):
    """JSON, and commands that tools give instead of a result."""
    message = ask(name, ExcerptMiddleware(conversation()))
    assert ACCOUNT_KEY not in message.response_metadata
    assert len(message.content) > 2000


def test_errors_are_left_whole():
    """The model needs all of them to do better."""

    def failed(request, handler=None):
        return ToolMessage(TEXT, tool_call_id="c1", name="search", status="error")

    class Request:
        tool_call = {"name": "search", "args": {}, "id": "c1"}  # noqa: RUF012 - of a stand-in
        state = {"messages": [HumanMessage(QUESTION)]}  # noqa: RUF012 - of a stand-in
        runtime = type("Runtime", (), {"config": {}})

    assert ExcerptMiddleware(conversation()).wrap_tool_call(Request(), failed).content == TEXT


@pytest.mark.parametrize(
    ("options", "shortened"),
    [
        ({"only": ["search"]}, True),
        ({"only": ["other"]}, False),
        ({"exclude": ["search"]}, False),
        ({"exclude": ["other"]}, True),
    ],
)
def test_tools_are_chosen_by_name(options, shortened):
    """To include or to leave out."""
    message = ask("search", ExcerptMiddleware(conversation(), **options))
    assert (ACCOUNT_KEY in message.response_metadata) == shortened


def test_without_options_half_is_kept_and_the_rest_can_be_asked_for():
    """The note has the id; the tool gives the original back, and that is not shortened again."""
    middleware = ExcerptMiddleware(budget=60)
    (account,) = ask("search", middleware).response_metadata[ACCOUNT_KEY]
    lines = [
        calling("search", "c1", query="bees"),
        calling("expand", "c2", id=account["id"], start=0, end=10),
        calling("expand", "c3", id="nothing"),
        AIMessage("Done."),
    ]
    agent = create_agent(
        ScriptedChatModel(lines=lines), [search], middleware=[middleware], checkpointer=InMemorySaver()
    )
    state = agent.invoke({"messages": [HumanMessage(QUESTION)]}, config=IN_THREAD)
    results = [each for each in state["messages"] if isinstance(each, ToolMessage)]
    assert f"the id {account['id']} gives the rest]" in results[0].content
    assert results[1].content == TEXT[:10]
    assert results[2].content.startswith("Error: id: nothing is stored under 'nothing'")


def test_another_thread_does_not_see_the_original():
    """Conversations are kept apart."""
    middleware = ExcerptMiddleware(budget=60)
    (account,) = ask("search", middleware).response_metadata[ACCOUNT_KEY]
    expand = expand_tool(middleware.conversation)
    assert expand.invoke({"id": account["id"]}, config=IN_THREAD) == TEXT
    other = expand.invoke({"id": account["id"]}, config={"configurable": {"thread_id": "u"}})
    assert other.startswith("Error: id: nothing is stored")


def test_a_conversation_without_a_note_offers_no_tool():
    """The model would not know what to ask for."""
    assert ExcerptMiddleware(conversation()).tools == []
    assert [each.name for each in ExcerptMiddleware(conversation(note="[{id}]")).tools] == ["expand"]


@pytest.mark.parametrize("way", ["sync", "async"])
def test_twenty_turns_have_the_same_bytes_in_front(way):
    """Each request begins with all of the one before it: a prompt cache holds for the whole conversation."""
    lines = [
        line
        for turn in range(20)
        for line in (calling("search", f"c{turn}", query="bees"), AIMessage("Yes."))
    ]
    model = ScriptedChatModel(lines=lines)
    middleware = ExcerptMiddleware(conversation())
    agent = create_agent(model, [search], middleware=[middleware], checkpointer=InMemorySaver())
    for turn in range(20):
        given = {"messages": [HumanMessage(f"{QUESTION} {turn}")]}
        if way == "sync":
            agent.invoke(given, config=IN_THREAD)
        else:
            asyncio.run(agent.ainvoke(given, config=IN_THREAD))
    sent = [[(each.type, each.content) for each in request] for request in model.asked]
    assert all(later[: len(earlier)] == earlier for earlier, later in pairwise(sent))
    assert sum(len(text) for _, text in sent[-1]) < 20 * len(TEXT) / 2


class Failing:
    """A stage that fails."""

    name = "failing"

    def compress(self, context, room):
        """Fail."""
        message = "the disk is on fire"
        raise OSError(message)


def test_a_failure_keeps_the_result():
    """The agent goes on with the whole text, whether the chain fails or the store."""
    failing = Conversation(TextCompressor(Chain([Failing()]), budget=60, budget_for="each"))
    assert ask("search", ExcerptMiddleware(failing)).content == TEXT
    broken = conversation()
    broken.store.get = Failing().compress
    assert ask("search", ExcerptMiddleware(broken)).content == TEXT


def test_a_failure_is_raised_where_that_is_asked_for():
    """By compressor and middleware alike."""
    raising = TextCompressor(Chain([Failing()]), budget=60, budget_for="each", on_error="raise")
    with pytest.raises(OSError, match="on fire"):
        ask("search", ExcerptMiddleware(Conversation(raising), on_error="raise"))
    assert ask("search", ExcerptMiddleware(Conversation(raising))).content == TEXT


@pytest.mark.parametrize("options", [{"only": "search"}, {"exclude": "search"}, {"on_error": "ignore"}])
def test_wrong_options_are_refused_at_once(options):
    """A text is not a list of names."""
    with pytest.raises(ConfigError, match=next(iter(options))):
        ExcerptMiddleware(**options)


@pytest.mark.anyio
class TestExpandInLangChainsSuite(ToolsUnitTests):
    """LangChain's own tests of a tool."""

    @property
    def tool_constructor(self):
        """What is tested."""
        return expand_tool(conversation())

    @property
    def tool_invoke_params_example(self):
        """What a model would give."""
        return {"id": "abc", "start": 0}
