"""Which texts of a conversation may be shortened, in three shapes."""

import copy
import json

import pytest

from excerpt import InputError
from excerpt.adapters.messages import find_parts, leave_as_it_is, question_of, replace_texts

CHAT = {
    "model": "m",
    "messages": [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "When did the mill burn?"},
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [
                {
                    "id": "c1",
                    "type": "function",
                    "function": {"name": "search", "arguments": '{"query": "mill fire"}'},
                }
            ],
        },
        {"role": "tool", "tool_call_id": "c1", "content": "An old text."},
        {"role": "assistant", "content": "In 1859."},
        {"role": "user", "content": [{"type": "text", "text": "And the weir?"}]},
        {
            "role": "assistant",
            "tool_calls": [{"id": "c2", "function": {"name": "search", "arguments": "{broken"}}],
        },
        {
            "role": "tool",
            "tool_call_id": "c2",
            "content": [
                {"type": "text", "text": "First."},
                {"type": "image_url", "image_url": {"url": "data:..."}},
                {"type": "text", "text": "Second."},
            ],
        },
    ],
}

ANTHROPIC = {
    "system": "Be brief.",
    "messages": [
        {"role": "user", "content": "When did the mill burn?"},
        {
            "role": "assistant",
            "content": [
                {"type": "thinking", "thinking": "Hm.", "signature": "x"},
                {"type": "tool_use", "id": "t1", "name": "search", "input": {"query": "mill"}},
                {"type": "tool_use", "id": "t2", "name": "search", "input": {}},
            ],
        },
        {
            "role": "user",
            "content": [
                {"type": "tool_result", "tool_use_id": "t1", "content": "A string."},
                {
                    "type": "tool_result",
                    "tool_use_id": "t2",
                    "content": [{"type": "text", "text": "A block.", "cache_control": {"type": "ephemeral"}}],
                },
                {"type": "tool_result", "tool_use_id": "t3", "is_error": True, "content": "It failed."},
                {
                    "type": "search_result",
                    "source": "s",
                    "title": "t",
                    "content": [{"type": "text", "text": "A hit."}],
                    "citations": {"enabled": True},
                },
                {
                    "type": "document",
                    "source": {"type": "text", "media_type": "text/plain", "data": "A page."},
                },
                {"type": "document", "source": {"type": "base64", "data": "JVBERi0="}},
                {
                    "type": "document",
                    "citations": {"enabled": True},
                    "source": {"type": "text", "data": "A cited page."},
                },
                {
                    "type": "document",
                    "source": {"type": "content", "content": [{"type": "text", "text": "A part."}]},
                },
                {"type": "text", "text": "Be quick."},
            ],
        },
    ],
}

RESPONSES = {
    "instructions": "Be brief.",
    "input": [
        {"role": "user", "content": "When did the mill burn?"},
        {"type": "reasoning", "encrypted_content": "zzz"},
        {"type": "function_call", "call_id": "f1", "name": "search", "arguments": '{"q": "mill fire"}'},
        {"type": "function_call_output", "call_id": "f1", "output": "A string."},
        {
            "type": "function_call_output",
            "call_id": "f2",
            "output": [{"type": "input_text", "text": "A part."}, {"type": "input_image", "image_url": "x"}],
        },
        {"type": "compaction", "encrypted_content": "zzz"},
        {"type": "function_call_output", "call_id": "f3", "output": "A later one."},
    ],
}


def test_chat():
    """Tool texts only; those before the last assistant turn have been seen."""
    parts = find_parts(CHAT, "chat")
    assert [(part.text, part.call_id, part.new) for part in parts] == [
        ("An old text.", "c1", False),
        ("First.", "c2", True),
        ("Second.", "c2", True),
    ]
    assert parts[0].question == "When did the mill burn?\nmill fire"
    assert parts[1].question == "And the weir?"
    assert parts[1].path == ("messages", 7, "content", 0, "text")


def test_anthropic():
    """Tool results, search results and documents block by block; errors and files never."""
    parts = find_parts(ANTHROPIC, "anthropic")
    assert [part.text for part in parts] == [
        "A string.",
        "A block.",
        "A hit.",
        "A page.",
        "A cited page.",
        "A part.",
    ]
    assert all(part.new for part in parts)
    assert parts[0].question == "Be quick.\nmill"
    assert [part.text for part in parts if part.leave == "cited"] == ["A cited page."]


def test_responses():
    """Outputs of function calls behind the last item of the model's are new."""
    parts = find_parts(RESPONSES, "responses")
    assert [(part.text, part.call_id, part.new) for part in parts] == [
        ("A string.", "f1", False),
        ("A part.", "f2", False),
        ("A later one.", "f3", True),
    ]
    assert parts[0].question == "When did the mill burn?\nmill fire"
    assert find_parts({"input": "Only a question."}, "responses") == []


@pytest.mark.parametrize(
    ("request_", "shape"), [(CHAT, "chat"), (ANTHROPIC, "anthropic"), (RESPONSES, "responses")]
)
def test_replacing_changes_nothing_else_and_nothing_in_place(request_, shape):
    """The copy differs in the texts named, and in these only."""
    before = copy.deepcopy(request_)
    parts = find_parts(request_, shape)
    changed = replace_texts(request_, {part.path: f"<{part.text}>" for part in parts})
    assert request_ == before
    text = json.dumps(changed)
    for part in parts:
        text = text.replace(json.dumps(f"<{part.text}>"), json.dumps(part.text))
    assert json.loads(text) == before
    assert [part.text for part in find_parts(changed, shape)] == [f"<{part.text}>" for part in parts]


MARKED = "Use this: <excerpt-context>One.</excerpt-context> and <excerpt-context>Two.</excerpt-context> When?"


@pytest.mark.parametrize(
    ("shape", "request_"),
    [
        ("chat", {"messages": [{"role": "user", "content": MARKED}]}),
        ("chat", {"messages": [{"role": "user", "content": [{"type": "text", "text": MARKED}]}]}),
        ("anthropic", {"messages": [{"role": "user", "content": [{"type": "text", "text": MARKED}]}]}),
        ("responses", {"input": MARKED}),
        ("responses", {"input": [{"role": "user", "content": [{"type": "input_text", "text": MARKED}]}]}),
    ],
)
def test_marked_context_in_what_a_user_says(shape, request_):
    """Is compressed for the rest of what is said; the marks stay."""
    parts = find_parts(request_, shape)
    assert [part.text for part in parts] == ["One.", "Two."]
    assert parts[0].question.split() == ["Use", "this:", "and", "When?"]
    changed = json.dumps(replace_texts(request_, {parts[1].path: "2"}))
    assert "<excerpt-context>One.</excerpt-context> and <excerpt-context>2</excerpt-context> When?" in changed


def test_marks_that_are_never_closed_take_one_pass():
    """A megabyte of them is not searched again for each."""
    text = "<excerpt-context>" * 60_000
    assert find_parts({"messages": [{"role": "user", "content": text}]}, "chat") == []


def test_the_question_is_what_the_user_said_last():
    """Not a tool's result, and not marked context."""
    assert question_of(CHAT, "chat") == "And the weir?"
    assert question_of(ANTHROPIC, "anthropic") == "Be quick."
    assert question_of({"input": "Only a question."}, "responses") == "Only a question."
    assert question_of({"messages": []}, "chat") is None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('{"a": 1}', "json"),
        ("[1, 2]", "json"),
        ('{"a": 1}\n{"a": 2}', "json"),
        ("[" * 100_000 + "]" * 100_000, "json"),
        ("[sic] it burned [again]", ""),
        ("{not json}", ""),
        ("Error: no such file", "error"),
        ("Traceback (most recent call last):\n ...", "error"),
        ("ValueError: no", "error"),
        ("Errors happen to everyone.", ""),
        ("The error was found late.", ""),
    ],
)
def test_texts_that_are_left_alone(text, why):
    """JSON and errors, by default."""
    assert leave_as_it_is(text) == why


@pytest.mark.parametrize(
    "messages",
    [
        [None, 7, "text", []],
        [{"role": 7, "content": 7}],
        [{"role": "tool", "content": None}],
        [{"role": "tool", "content": [7, {"type": "text"}, {"type": "text", "text": 7}]}],
        [{"role": "user", "content": {"type": "text"}}],
        [{"role": "assistant", "tool_calls": [{"id": 7, "function": {"arguments": 7}}]}],
        [{"role": "assistant", "tool_calls": "none"}],
        [{"type": ["odd"], "role": "user", "content": [{"type": "tool_result", "content": 7}]}],
        [{"role": "user", "content": [{"type": "document", "source": "x", "citations": 7}]}],
    ],
)
@pytest.mark.parametrize("shape", ["chat", "anthropic", "responses"])
def test_odd_messages_are_passed_over(messages, shape):
    """They are the provider's to refuse."""
    assert find_parts({"messages": messages, "input": messages}, shape) == []


def test_no_messages():
    """Are an error that says what there is."""
    with pytest.raises(InputError, match="messages: expected a list of messages, got NoneType"):
        find_parts({}, "chat")
    with pytest.raises(InputError, match="messages: expected a list of messages, got str"):
        find_parts({"messages": "hello"}, "chat")
    with pytest.raises(InputError, match="shape: there is no 'gemini'"):
        find_parts({}, "gemini")
