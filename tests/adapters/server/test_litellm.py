"""LiteLLM's own proxy in front: client, LiteLLM, this server as its guardrail, a model's API."""

import json
import os
import re
import socket
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

import httpx2
import openai
import pytest
from fakes.model_api import model_api, running

from excerpt.adapters.server.run import make_server
from excerpt.adapters.server.settings import Settings

PROXY = Path(__file__).parents[3] / ".venv-litellm" / "bin" / "litellm"
FILLER = " ".join(
    f"Ledger page {n} lists oats, rye and barley sold to household number {n}." for n in range(40)
)
LONG = f"{FILLER} The mill burned in 1859. {FILLER.replace('Ledger', 'Journal')}"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not PROXY.exists(), reason="LiteLLM's environment is made by `make .venv-litellm/ready`"
    ),
]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def litellm(folder, upstream, ours):
    """The proxy's address while it runs."""
    model = {"model": "openai/m", "api_base": f"{upstream}/v1", "api_key": "sk-upstream"}
    guardrail = {"guardrail": "headroom", "mode": "pre_call", "api_base": ours, "default_on": True}
    config = {
        "model_list": [{"model_name": "m", "litellm_params": model}],
        "general_settings": {"master_key": "sk-master"},
        "guardrails": [
            {"guardrail_name": "excerpt", "litellm_params": guardrail | {"unreachable_fallback": "fail_open"}}
        ],
    }
    (folder / "config.yaml").write_text(json.dumps(config))  # JSON is YAML
    port = free_port()
    command = [PROXY, "--config", folder / "config.yaml", "--host", "127.0.0.1", "--port", str(port)]
    quiet = {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_TELEMETRY": "False", "HOME": str(folder)}
    with (folder / "log").open("wb") as log:
        proxy = subprocess.Popen(
            [*command, "--telemetry", "False"],
            env={"PATH": os.environ["PATH"], **quiet},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        with httpx2.Client(base_url=f"http://127.0.0.1:{port}") as client:
            while not _lives(client):
                assert proxy.poll() is None, (folder / "log").read_text()[-2000:]
                time.sleep(0.2)
        yield f"http://127.0.0.1:{port}"
    finally:
        proxy.terminate()
        proxy.wait(60)


def _lives(client):
    try:
        return client.get("/health/liveliness").status_code == 200
    except httpx2.HTTPError:
        return False


def turn(number):
    call = {"id": f"c{number}", "type": "function", "function": {"name": "search", "arguments": "{}"}}
    return [
        {"role": "user", "content": f"When did the mill burn? ({number})"},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": f"c{number}", "content": f"{LONG} {number}"},
    ]


def test_a_conversation_through_litellm(tmp_path):
    """Old tool results come shortened to the model and stay the same bytes; nothing else changes; it is accounted for.

    LiteLLM withholds the results that the last assistant turn asked for, so they are shortened a turn later.
    """
    with (
        model_api() as (api, upstream),
        running(make_server(Settings(chain="fast", budget=60, port=0))) as ours,
        litellm(tmp_path, upstream, ours) as proxy,
        openai.OpenAI(base_url=f"{proxy}/v1", api_key="sk-master", max_retries=0, timeout=120) as client,
    ):
        messages = [{"role": "system", "content": LONG}]
        short = {}
        for number in range(4):
            messages += turn(number)
            answer = client.chat.completions.with_raw_response.create(model="m", messages=messages)
            assert answer.parse().choices[0].message.content == "In 1859."
            seen = api.requests[-1].body["messages"]
            for index, (sent, got) in enumerate(zip(messages, seen, strict=True)):
                if sent["role"] == "tool" and index < len(messages) - 1:
                    assert short.setdefault(index, got["content"]) == got["content"]
                    assert len(got["content"]) < 0.2 * len(sent["content"])
                else:
                    assert got.get("content") == sent["content"]
            messages.append({"role": "assistant", "content": "In 1859."})
        assert len(short) == 3
        (text_id,) = re.findall(r"hash=([0-9a-f]{24}) for all of it", short[3])
        assert (
            httpx2.get(f"{ours}/v1/retrieve/{text_id}").json()["original_content"] == messages[3]["content"]
        )
        assert "headroom_retrieve" in json.dumps(api.requests[-1].body["tools"])
        assert answer.headers["x-litellm-applied-guardrails"] == "excerpt"
        streamed = client.chat.completions.create(model="m", messages=messages, stream=True)
        assert (
            "".join(chunk.choices[0].delta.content or "" for chunk in streamed if chunk.choices) == "In 1859."
        )
        metrics = httpx2.get(f"{ours}/metrics").text
        assert 'excerpt_texts_total{action="compressed"' in metrics
