"""Tests of excerpt.adapters.haystack_agents, with a real agent of Haystack and a scripted model."""

import asyncio

import pytest
from haystack import component
from haystack.components.agents import Agent
from haystack.dataclasses import ChatMessage, ImageContent, TextContent, ToolCall
from haystack.hooks.compaction import CompactionHook, ToolResultPruningCompactor
from haystack.token_counters import ApproximateTokenCounter
from haystack.tools import tool

from excerpt import Chain
from excerpt.adapters.accounts import ACCOUNT_KEY
from excerpt.adapters.haystack_agents import ExcerptCompactor
from excerpt.errors import BudgetError, ConfigError

pytestmark = pytest.mark.filterwarnings("ignore::haystack.utils.experimental.ExperimentalWarning")

WHOLE = "\n".join(
    [
        *(f"On day {day} it rained at the river and tea was sold." for day in range(40)),
        "The miller keeps bees.",
    ]
)
QUESTION = "Who keeps bees?"
COUNTER = ApproximateTokenCounter()


def call(number):
    """What a model asks a tool."""
    return ToolCall("search", {"query": "bees"}, id=f"c{number}")


def history(turns, *, answered=True, result=WHOLE, **kinds):
    """A question, and for each turn a call, its result and what the model said."""
    messages = [ChatMessage.from_system("Be brief."), ChatMessage.from_user(QUESTION)]
    for turn in range(turns):
        messages.append(ChatMessage.from_assistant(tool_calls=[call(turn)]))
        messages.append(ChatMessage.from_tool(result, call(turn), **kinds))
        messages.append(ChatMessage.from_assistant("I see."))
    return messages if answered else messages[:-1]


def compactor(**options):
    """A quick chain and a small budget."""
    return ExcerptCompactor(**{"budget": 60, "chain": "fast", **options})


def compacted(messages, target=0, **options):
    """What a compactor gives."""
    return compactor(**options).compact(messages, target, COUNTER)


def shortened(messages):
    """The results as numbers: 1 for a shortened one."""
    return [int(ACCOUNT_KEY in each.meta) for each in messages if each.tool_call_result]


def test_results_are_shortened_and_nothing_else():
    """Every message stays in its place, with call and id; the list that came in stays as it was."""
    given = history(2)
    found = compacted(given)
    assert given == history(2)
    assert shortened(found) == [1, 1]
    assert [each for each in found if not each.tool_call_result] == [
        each for each in given if not each.tool_call_result
    ]
    (account,) = found[3].meta[ACCOUNT_KEY]
    result = found[3].tool_call_result
    assert result.origin == call(0)
    assert "The miller keeps bees." in result.result
    assert "\n".join(WHOLE[start:end] for start, end in account["spans"]).split() == result.result.split()


def test_it_stops_at_the_target_new_ones_first():
    """The model has not seen the last result."""
    tokens = COUNTER.count(messages=history(4))
    each = COUNTER.count(messages=[history(1)[3]])
    assert shortened(compacted(history(4), tokens - each)) == [1, 1, 0, 0]
    unanswered = history(4, answered=False)
    assert shortened(compacted(unanswered, COUNTER.count(messages=unanswered) - each // 2)) == [0, 0, 0, 1]
    assert compacted(history(4), tokens) is None


def test_originals_can_be_had_back(tmp_path):
    """From a file, also by another compactor."""
    (account,) = compacted(history(1), store=tmp_path / "texts.db")[3].meta[ACCOUNT_KEY]
    assert compactor(store=tmp_path / "texts.db").conversation.expand(account["id"]) == WHOLE


@pytest.mark.parametrize(
    "given",
    [
        history(1, error=True),
        history(1, meta={"tool_result_offloaded": True}),
        history(1, result='{"days": [' + ", ".join(['"rain at the river"'] * 200) + "]}"),
        history(1, result="The miller keeps bees."),
        [ChatMessage.from_user(WHOLE), ChatMessage.from_assistant(WHOLE)],
        [],
    ],
    ids=["error", "offloaded", "json", "short", "said", "empty"],
)
def test_what_must_not_be_touched_is_not(given):
    """None says so."""
    assert compacted(given) is None


def test_json_is_shortened_where_that_is_asked_for():
    """Its texts may be long."""
    result = "[" + ", ".join(f'{{"day": {day}, "said": "it rained at the river"}}' for day in range(60)) + "]"
    assert shortened(compacted(history(1, result=result), json=True)) == [1]


def test_it_leaves_what_other_compactors_did():
    """And they leave ours."""
    pruned = ToolResultPruningCompactor(min_keep_steps=1).compact(history(3), 0, COUNTER)
    assert shortened(compacted(pruned)) == [0, 0, 1]
    assert ToolResultPruningCompactor(min_keep_steps=1).compact(compacted(history(3)), 0, COUNTER) is None


def test_parts_are_shortened_one_by_one():
    """Images stay, in their place."""
    image = ImageContent("iVBORw0KGgo=", mime_type="image/png", validation=False)
    found = compacted(history(1, result=[TextContent(WHOLE), image]))
    text, same = found[3].tool_call_result.result
    assert same == image
    assert len(text.text) < len(WHOLE) / 2


class Failing:
    """A stage that fails."""

    name = "failing"

    def compress(self, context, room):
        """Fail."""
        message = "the disk is on fire"
        raise OSError(message)


def test_a_failure_keeps_the_results_or_is_raised():
    """As everywhere."""
    assert compacted(history(1), chain=Chain([Failing()])) is None
    with pytest.raises(OSError, match="on fire"):
        compacted(history(1), chain=Chain([Failing()]), on_error="raise")


def test_its_hook_can_be_written_and_read():
    """From `packages/excerpt-haystack` also without being trusted by name."""
    made = compactor(min_tokens=100, on_error="raise")
    assert ExcerptCompactor.from_dict(made.to_dict()).to_dict() == made.to_dict()
    with pytest.raises(ConfigError, match="chain: a Chain cannot be written down"):
        compactor(chain=Chain([Failing()])).to_dict()


def test_wrong_options_are_refused():
    """The budget at once, the rest when it is loaded."""
    with pytest.raises(BudgetError, match="ratio is the share"):
        ExcerptCompactor(1.5)
    with pytest.raises(ConfigError, match="no preset 'fastest'"):
        ExcerptCompactor(chain="fastest").warm_up()


@tool
def search(query: str) -> str:
    """Search the chronicle."""
    return WHOLE


@component
class Scripted:
    """Calls the tool five times, then answers; remembers what it was asked."""

    def __init__(self):
        self.asked = []

    @component.output_types(replies=list[ChatMessage])
    def run(self, messages: list[ChatMessage], tools: list | None = None) -> dict:
        """The next line."""
        self.asked.append(list(messages))
        number = len(self.asked)
        line = (
            ChatMessage.from_assistant(tool_calls=[call(number)])
            if number < 6
            else ChatMessage.from_assistant("Ok.")
        )
        return {"replies": [line]}


@pytest.mark.parametrize("way", ["sync", "async"])
def test_an_agent_stays_within_its_window(way):
    """Every result is shortened once, and stays as it was sent then."""
    model = Scripted()
    hook = CompactionHook(compactor=compactor(), context_window=1000, compact_at=0.7, compact_to=0.5)
    agent = Agent(chat_generator=model, tools=[search], hooks={"before_llm": [hook]})
    agent.warm_up()
    given = [ChatMessage.from_user(QUESTION)]
    state = agent.run(messages=given) if way == "sync" else asyncio.run(agent.run_async(messages=given))
    assert state["messages"][-1].text == "Ok."
    assert len([each for each in state["messages"] if each.tool_call_result]) == 5
    assert COUNTER.count(messages=model.asked[-1]) < 1000 < 5 * COUNTER.count(messages=[history(1)[3]])
    sent = {}
    for request in model.asked:
        for each in request:
            if ACCOUNT_KEY in each.meta:
                name = each.tool_call_result.origin.id
                assert sent.setdefault(name, each.tool_call_result.result) == each.tool_call_result.result
    assert len(sent) > 2
