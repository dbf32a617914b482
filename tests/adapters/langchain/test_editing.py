"""Tests of excerpt.adapters.langchain.editing, inside LangChain's own middleware."""

import asyncio
from itertools import pairwise

import pytest
from fakes.scripted_chat_model import ScriptedChatModel, calling
from langchain.agents import create_agent
from langchain.agents.middleware import ClearToolUsesEdit, ContextEditingMiddleware
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from langchain_core.messages.utils import count_tokens_approximately
from langchain_core.tools import tool
from langgraph.checkpoint.memory import InMemorySaver

from excerpt import Chain
from excerpt.adapters.accounts import ACCOUNT_KEY
from excerpt.adapters.conversation import Conversation
from excerpt.adapters.langchain import ExcerptEdit
from excerpt.adapters.texts import TextCompressor
from excerpt.errors import ConfigError

WHOLE = "\n".join(
    [
        *(f"On day {day} it rained at the river and tea was sold." for day in range(40)),
        "The miller keeps bees.",
    ]
)
QUESTION = "Who keeps bees?"


@tool
def search(query: str) -> str:
    """Search the chronicle."""
    return WHOLE


def conversation(**options):
    """A quick chain and a small budget."""
    return Conversation(TextCompressor("fast", budget=60, budget_for="each", **options))


def history(turns, *, answered=True, name="search"):
    """A question, and for each turn a call, its result and what the model said."""
    messages = [HumanMessage(QUESTION)]
    for turn in range(turns):
        messages += [
            calling(name, f"c{turn}", query="bees"),
            ToolMessage(WHOLE, tool_call_id=f"c{turn}", name=name),
        ]
        messages.append(AIMessage("I see."))
    return messages if answered else messages[:-1]


def edited(messages, **options):
    """The results after an edit, as numbers: 1 for a shortened one, 0 for one that is whole."""
    edit = ExcerptEdit(**{"conversation": conversation(), **options})
    edit.apply(messages, count_tokens=count_tokens_approximately)
    return shortened(messages)


def shortened(messages):
    """As `edited`."""
    return [int(ACCOUNT_KEY in each.response_metadata) for each in messages if isinstance(each, ToolMessage)]


TOKENS = count_tokens_approximately([ToolMessage(WHOLE, tool_call_id="c0", name="search")])


def test_below_the_trigger_nothing_changes():
    """The agent is sent what its state has."""
    messages = history(4)
    assert edited(messages) == [0, 0, 0, 0]
    assert messages == history(4)


def test_above_it_the_oldest_are_shortened_down_to_the_target():
    """Far enough that the next turns do not lose the cache again."""
    messages = history(4)
    assert edited(messages, trigger=7 * TOKENS // 2, target=0.75) == [1, 1, 0, 0]
    results = [each for each in messages if isinstance(each, ToolMessage)]
    assert "The miller keeps bees." in results[0].content
    assert [each.tool_call_id for each in results] == ["c0", "c1", "c2", "c3"]
    assert len(messages) == len(history(4))


def test_what_is_new_is_shortened_first():
    """The model has not seen it, so no cache is lost."""
    assert edited(history(4, answered=False), trigger=7 * TOKENS // 2, target=1.0) == [0, 0, 0, 1]


def test_the_last_ones_and_some_tools_can_be_kept():
    """By number and by name."""
    assert edited(history(4), trigger=TOKENS, target=0.1, keep=2) == [1, 1, 0, 0]
    assert edited(history(2), trigger=0, keep=3) == [0, 0]
    assert edited(history(2), trigger=0, exclude_tools=("search",)) == [0, 0]
    assert edited(history(2, name="other"), trigger=0, exclude_tools=("search",)) == [1, 1]


def test_what_was_shortened_stays_so_below_the_trigger():
    """The same bytes, from the store, also in another process's edit."""
    shared = conversation()
    first, second = history(4), history(2)
    edited(first, trigger=TOKENS, target=0.1, conversation=shared)
    assert edited(second, conversation=shared) == [1, 1]
    texts = [
        [each.content for each in messages if isinstance(each, ToolMessage)] for messages in (first, second)
    ]
    assert texts[0][:2] == texts[1]


def test_it_follows_other_edits():
    """LangChain's own clears what ours has shortened, and ours leaves what is cleared."""
    messages = history(4)
    clearing = ClearToolUsesEdit(trigger=0, keep=1)
    shared = conversation()
    edited(messages, trigger=0, conversation=shared)
    clearing.apply(messages, count_tokens=count_tokens_approximately)
    edited(messages, trigger=0, conversation=shared)
    assert [each.content for each in messages if isinstance(each, ToolMessage)][:3] == ["[cleared]"] * 3


class Failing:
    """A stage that fails."""

    name = "failing"

    def compress(self, context, room):
        """Fail."""
        message = "the disk is on fire"
        raise OSError(message)


def test_a_failure_keeps_the_result_or_is_raised():
    """As everywhere."""
    chain = Chain([Failing()])
    assert edited(
        history(2), trigger=0, conversation=Conversation(TextCompressor(chain, budget_for="each"))
    ) == [0, 0]
    raising = Conversation(TextCompressor(chain, budget_for="each", on_error="raise"))
    assert edited(history(2), trigger=0, conversation=raising) == [0, 0]
    with pytest.raises(OSError, match="on fire"):
        edited(history(2), trigger=0, conversation=raising, on_error="raise")


@pytest.mark.parametrize(
    "options",
    [{"trigger": -1}, {"target": 2}, {"keep": 0.5}, {"on_error": "ignore"}, {"exclude_tools": "search"}],
)
def test_wrong_options_are_refused_at_once(options):
    """Each is named."""
    with pytest.raises(ConfigError, match=next(iter(options))):
        ExcerptEdit(**options)


@pytest.mark.parametrize("way", ["sync", "async"])
def test_an_agent_loses_its_cache_once_and_not_at_every_turn(way):
    """LangChain's clears change the front of the context again and again; here later requests continue earlier ones."""
    lines = [
        line
        for turn in range(12)
        for line in (calling("search", f"c{turn}", query="bees"), AIMessage("Yes."))
    ]
    model = ScriptedChatModel(lines=lines)
    edit = ExcerptEdit(trigger=6 * TOKENS, target=0.3, conversation=conversation())
    agent = create_agent(
        model, [search], middleware=[ContextEditingMiddleware(edits=[edit])], checkpointer=InMemorySaver()
    )
    config = {"configurable": {"thread_id": "t"}}
    for turn in range(12):
        given = {"messages": [HumanMessage(f"{QUESTION} {turn}")]}
        state = agent.invoke(given, config) if way == "sync" else asyncio.run(agent.ainvoke(given, config))
    assert shortened(state["messages"]) == [0] * 12  # edits are of requests; the state keeps all
    sent = [[(each.type, each.content) for each in request] for request in model.asked]
    broken = [later for earlier, later in pairwise(sent) if later[: len(earlier)] != earlier]
    assert 0 < len(broken) <= 2
    assert count_tokens_approximately(model.asked[-1]) <= 6 * TOKENS
