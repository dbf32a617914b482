"""Tests of excerpt.adapters.langchain.summarizing, inside LangChain's own middleware."""

import asyncio

import pytest
from fakes.scripted_chat_model import ScriptedChatModel, calling
from langchain.agents import create_agent
from langchain_core.messages import AIMessage, ChatMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_core.tools import tool
from langgraph.checkpoint.memory import InMemorySaver

from excerpt.adapters.conversation import Conversation
from excerpt.adapters.langchain import make_summarization, make_summarizer
from excerpt.adapters.langchain.summarizing import write_messages
from excerpt.adapters.texts import TextCompressor
from excerpt.errors import ConfigError

WHOLE = "\n".join(f"On day {day} it rained at the river and tea was sold to a guest." for day in range(40))


@tool
def search(query: str) -> str:
    """Search the chronicle."""
    return WHOLE


def conversation():
    """A quick chain and a small budget."""
    return Conversation(TextCompressor("fast", budget=60, budget_for="each"))


def test_only_what_tools_gave_is_shortened():
    """All that was said stands there as it was, in its order."""
    messages = [
        SystemMessage("Be brief."),
        HumanMessage("What was sold?\nThink of tea & bees < 5."),
        AIMessage(
            [{"type": "reasoning", "reasoning": "private"}, {"type": "text", "text": "I look."}],
            tool_calls=[{"name": "search", "args": {"query": "Tee für Gäste"}, "id": "c1"}],
        ),
        ToolMessage(WHOLE, tool_call_id="c1", name="search"),
        calling("fail", "c2"),
        ToolMessage(f"Error: {WHOLE}", tool_call_id="c2", name="fail", status="error"),
        AIMessage("Tea."),
    ]
    text = make_summarizer(conversation()).invoke(messages)
    short = text.partition("[result of search, call c1]\n")[2].partition("\n\n[")[0]
    assert short.splitlines()
    assert set(short.splitlines()) < set(WHOLE.splitlines())
    assert text.replace(short, "SHORT") == (
        "[system]\nBe brief.\n\n[user]\nWhat was sold?\nThink of tea & bees < 5.\n\n[assistant]\nI look.\n\n"
        '[assistant calls search, call c1]\n{"query": "Tee für Gäste"}\n\n[result of search, call c1]\nSHORT\n\n'
        f"[assistant calls fail, call c2]\n{{}}\n\n[error of fail, call c2]\nError: {WHOLE}\n\n[assistant]\nTea."
    )


def test_what_is_no_text_is_written_or_said_to_have_been_there():
    """A link is text; data is not."""
    content = [
        "Look.",
        {"type": "image", "url": "http://localhost/a.png"},
        {"type": "image", "base64": "AAAA", "mime_type": "image/png"},
        {"type": "tool_use", "id": "c1", "name": "search", "input": {}},
    ]
    assert write_messages([HumanMessage(content), ChatMessage("Hello.", role="guide")]) == (
        '[user]\nLook.\n{"type": "image", "url": "http://localhost/a.png"}\n[image: not carried over]\n\n'
        "[guide]\nHello."
    )


def test_an_earlier_text_is_continued():
    """Not quoted in the next one, and in that again."""
    first = HumanMessage(
        "Here is a summary of the conversation to date:\n\n[user]\nHello.",
        additional_kwargs={"lc_source": "summarization"},
    )
    assert write_messages([first, AIMessage("Hi.")]) == "[user]\nHello.\n\n[assistant]\nHi."


@pytest.mark.parametrize("way", ["sync", "async"])
def test_an_agent_forgets_nothing_that_was_said(way):
    """Over many turns that LangChain's own trimming would drop, with the scripted model asked for no summary."""
    lines = [
        line
        for turn in range(8)
        for line in (calling("search", f"c{turn}", query="tea"), AIMessage(f"Yes {turn}."))
    ]
    model = ScriptedChatModel(lines=lines)
    middleware = make_summarization(model, conversation(), trigger=("messages", 8), keep=("messages", 2))
    agent = create_agent(model, [search], middleware=[middleware], checkpointer=InMemorySaver())
    config = {"configurable": {"thread_id": "t"}}
    for turn in range(8):
        given = {"messages": [HumanMessage(f"Question {turn}?")]}
        _ = agent.invoke(given, config) if way == "sync" else asyncio.run(agent.ainvoke(given, config))
    last = model.asked[-1]
    text = "\n".join(each.text for each in last)
    assert len(model.asked) == 16
    assert len(last) < 8
    assert all(text.count(f"Question {turn}?") == 1 for turn in range(8))
    assert all(f"Yes {turn}." in text for turn in range(7))
    assert all(f"call c{turn}]" in text for turn in range(6))
    assert text.count("Here is a summary") == 1
    assert len(text) < 8 * len(WHOLE) / 2


@pytest.mark.parametrize("option", ["summarizer", "trim_tokens_to_summarize", "summary_prompt"])
def test_options_that_would_drop_messages_are_refused(option):
    """They belong to another summarizer."""
    with pytest.raises(ConfigError, match=option):
        make_summarization(ScriptedChatModel(lines=[]), **{option: 1})


def test_a_wrong_word_is_refused():
    """At once."""
    with pytest.raises(ConfigError, match="on_error"):
        make_summarizer(on_error="ignore")
