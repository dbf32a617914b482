"""The pass-through, with the clients that people use."""

import json

import anthropic
import openai
import pytest
from fakes.model_api import ANTHROPIC_STREAM, CHAT_STREAM, model_api, running
from fakes.server_calls import CLIENT

from excerpt.adapters.server.run import make_server
from excerpt.adapters.server.settings import Settings

FILLER = " ".join(
    f"Ledger page {n} lists oats, rye and barley sold to household number {n}." for n in range(40)
)
LONG = f"{FILLER} The mill burned in 1859. {FILLER.replace('Ledger', 'Journal')}"
QUESTION = "When did the mill burn?"


@pytest.fixture(scope="module")
def both():
    with model_api() as (api, upstream):
        settings = Settings(chain="fast", budget=60, port=0, upstream=f"{upstream}/v1")
        with running(make_server(settings)) as address:
            yield api, address


@pytest.fixture
def api(both):
    both[0].requests.clear()
    both[0].gate.set()
    both[0].closed.clear()
    return both[0]


@pytest.fixture
def gpt(address):
    with openai.OpenAI(base_url=f"{address}/v1", api_key="sk-client", max_retries=0) as client:
        yield client


@pytest.fixture
def claude(address):
    with anthropic.Anthropic(base_url=address, api_key="sk-ant-client", max_retries=0) as client:
        yield client


def chat_turn(number, text=LONG):
    call = {"id": f"call_{number}", "type": "function", "function": {"name": "search", "arguments": "{}"}}
    return [
        {"role": "user", "content": f"{QUESTION} ({number})"},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": f"call_{number}", "content": f"{text} {number}"},
    ]


def test_twenty_turns_of_openai_chat(api, gpt):
    """What the model was sent is the beginning of what it is sent next, byte for byte; most tokens are saved."""
    messages = [{"role": "system", "content": "Be brief. " + LONG}]
    sent, given = b"", 0
    for number in range(20):
        messages += chat_turn(number)
        answer = gpt.chat.completions.create(model="m", messages=messages, temperature=0.25)
        messages.append({"role": "assistant", "content": answer.choices[0].message.content})
        seen = api.requests[-1]
        now = json.dumps(seen.body["messages"]).encode()
        assert now.startswith(sent.removesuffix(b"]"))
        sent, given = now, len(json.dumps(messages))
    assert sent.count(b"The mill burned in 1859.") == 21
    assert len(sent) - len(LONG) < 0.25 * (given - len(LONG))
    assert api.requests[-1].body["temperature"] == 0.25


def test_what_the_table_forbids_is_not_touched(api, gpt):
    """System, user and assistant texts, calls and ids are those that the client sent."""
    messages = [{"role": "system", "content": LONG}, *chat_turn(0)]
    messages[1]["content"] = LONG
    gpt.chat.completions.create(model="m", messages=messages)
    seen = api.requests[-1].body["messages"]
    assert seen[:3] == messages[:3]
    assert seen[3]["tool_call_id"] == "call_0"
    assert len(seen[3]["content"]) < 0.2 * len(LONG)


def test_unknown_fields_pass(api, gpt):
    """Also beside a shortened text."""
    messages = [*chat_turn(0, f"{LONG} fields"), {"role": "user", "content": "x", "brand_new": [1.5, None]}]
    gpt.chat.completions.create(
        model="m", messages=messages, extra_body={"brand_new": {"deep": ["ünïcode", 1e-9]}}
    )
    seen = api.requests[-1].body
    assert seen["brand_new"] == {"deep": ["ünïcode", 1e-9]}
    assert seen["messages"][3] == messages[3]


def test_a_request_with_nothing_to_shorten_goes_on_byte_for_byte(api, address):
    """White space and the order of keys included."""
    body = b'{ "model" : "m",\n "messages":[{"content":"h\\u00efllo","role":"user"}] }'
    headers = {"content-type": "application/json", "authorization": "Bearer sk-client"}
    CLIENT.post(f"{address}/v1/chat/completions?beta=1", content=body, headers=headers)
    assert api.requests[-1].bytes == body
    assert api.requests[-1].query == "beta=1"
    assert api.requests[-1].headers["authorization"] == "Bearer sk-client"


def test_a_stream_comes_as_it_is_made(api, address):
    """The first event is here before the second is made, and the bytes are the upstream's."""
    api.gate.clear()
    body = {"model": "m", "stream": True, "messages": chat_turn("s")}
    with CLIENT.stream("POST", f"{address}/v1/chat/completions", json=body, timeout=20) as answer:
        chunks = answer.iter_raw()
        first = next(chunks)
        assert first == CHAT_STREAM[0]
        api.gate.set()
        assert first + b"".join(chunks) == b"".join(CHAT_STREAM)
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert int(answer.headers["x-excerpt-tokens-after"]) < int(answer.headers["x-excerpt-tokens-before"])


def test_openai_streaming(api, gpt):
    """Read by OpenAI's own client."""
    with gpt.chat.completions.create(model="m", messages=chat_turn(1), stream=True) as stream:
        assert "".join(chunk.choices[0].delta.content for chunk in stream) == "In 1859."


def test_the_upstream_is_let_go_when_the_client_goes(api, address):
    """Nobody pays for tokens that nobody reads."""
    api.gate.clear()
    body = {"model": "m", "stream": True, "messages": chat_turn(2)}
    with CLIENT.stream("POST", f"{address}/v1/chat/completions", json=body, timeout=20) as answer:
        next(answer.iter_raw())
    assert api.closed.wait(20)


def test_openai_responses(api, gpt):
    """Outputs of new function calls; reasoning and calls as they were."""
    items = [
        {"role": "user", "content": QUESTION},
        {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": LONG},
        {"type": "function_call", "call_id": "f1", "name": "search", "arguments": json.dumps({"q": LONG})},
        {"type": "function_call_output", "call_id": "f1", "output": LONG},
    ]
    answer = gpt.responses.create(model="m", input=items, instructions=LONG)
    assert answer.output_text == "In 1859."
    seen = api.requests[-1].body
    assert seen["input"][:3] == items[:3]
    assert seen["instructions"] == LONG
    assert "1859" in seen["input"][3]["output"]
    assert len(seen["input"][3]["output"]) < 0.2 * len(LONG)


def claude_turns(number):
    thinking = {"type": "thinking", "thinking": LONG, "signature": "sig"}
    return [
        {"role": "user", "content": f"{QUESTION} ({number})"},
        {
            "role": "assistant",
            "content": [thinking, {"type": "tool_use", "id": f"t{number}", "name": "s", "input": {}}],
        },
        {
            "role": "user",
            "content": [
                {
                    "type": "tool_result",
                    "tool_use_id": f"t{number}",
                    "content": [
                        {"type": "text", "text": f"{LONG} {number}", "cache_control": {"type": "ephemeral"}}
                    ],
                },
                {"type": "tool_result", "tool_use_id": f"e{number}", "is_error": True, "content": LONG},
            ],
        },
    ]


def test_twenty_turns_of_anthropic_messages(api, claude):
    """As with OpenAI's; thinking, errors and cache marks stay."""
    messages, sent = [], ""
    for number in range(20):
        messages += claude_turns(number)
        answer = claude.messages.create(model="m", max_tokens=10, messages=messages, system=LONG)
        messages.append({"role": "assistant", "content": answer.content[0].text})
        now = json.dumps(api.requests[-1].body["messages"])
        assert now.startswith(sent.removesuffix("]"))
        sent = now
    seen = api.requests[-1].body
    assert seen["system"] == LONG
    assert seen["messages"][1] == messages[1]
    result, error = seen["messages"][2]["content"]
    assert error == messages[2]["content"][1]
    assert result["content"][0]["cache_control"] == {"type": "ephemeral"}
    assert len(result["content"][0]["text"]) < 0.2 * len(LONG)
    assert api.requests[-1].headers["authorization"] == "Bearer sk-ant-client"


def test_anthropic_streaming(api, claude):
    """Read by Anthropic's own client; event lines are kept."""
    with claude.messages.stream(model="m", max_tokens=10, messages=claude_turns("s")) as stream:
        assert "".join(stream.text_stream) == "In 1859."
    assert ANTHROPIC_STREAM[0].startswith(b"event: message_start")


def test_anthropic_counts_what_will_be_sent(api, claude):
    """The same texts, shortened alike."""
    messages = claude_turns("c")
    counted = claude.messages.count_tokens(model="m", messages=messages)
    claude.messages.create(model="m", max_tokens=10, messages=messages)
    assert api.requests[0].body["messages"] == api.requests[1].body["messages"]
    assert counted.input_tokens < len(json.dumps(messages))


def test_other_paths_of_the_api_pass(api, gpt):
    """Such as the list of models."""
    assert [model.id for model in gpt.models.list()] == ["m"]


@pytest.mark.anyio
async def test_async_clients(api, address):
    """The asynchronous client, several requests at once."""
    import anyio

    async with openai.AsyncOpenAI(base_url=f"{address}/v1", api_key="k", max_retries=0) as client:
        answers = []

        async def ask(number):
            answers.append(await client.chat.completions.create(model="m", messages=chat_turn(f"a{number}")))

        async with anyio.create_task_group() as tasks:
            for number in range(8):
                tasks.start_soon(ask, number)
    assert len(answers) == 8
    assert all(len(seen.body["messages"][2]["content"]) < 0.2 * len(LONG) for seen in api.requests)


@pytest.fixture
def anyio_backend():
    return "asyncio"


def test_refusals_read_as_each_clients_own_errors(api, gpt, claude):
    """With the message in them."""
    with pytest.raises(openai.BadRequestError, match="only plain paths"):
        gpt.get("/..%2f..%2fadmin", cast_to=object)
    with pytest.raises(anthropic.BadRequestError, match="only plain paths"):
        claude.get("/v1/%2e%2e/admin", cast_to=object)
