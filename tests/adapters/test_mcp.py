"""Tests of excerpt.adapters.mcp and ``excerpt mcp``, with the protocol's own client."""

import asyncio
import re
import signal
import subprocess
import sys

import httpx2
import pytest
from mcp import Client, StdioServerParameters

from excerpt.adapters.context_tools import ContextTools
from excerpt.adapters.mcp import make_mcp_server
from excerpt.retrievers import Index

KEEPER = "The miller keeps the bees."
TEXT = " ".join([*(f"On day {day} it rained at the river." for day in range(60)), KEEPER])
QUESTION = {"question": "Who keeps the bees?"}
COMMAND = ["-P", "-m", "excerpt", "mcp", "--chain", "fast", "--budget", "30"]


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    path = tmp_path_factory.mktemp("index") / "a.excerpt"
    Index.build([{"id": "mill", "title": "The mill", "text": TEXT}], path, encoder=None)
    return path


async def _use(client):
    """What an agent does: search, ask for more, shorten what it has, and make a mistake."""
    async with client as session:
        names = [tool.name for tool in (await session.list_tools()).tools]
        found = await session.call_tool("search", {**QUESTION, "where": {"title": ["The mill", "The weir"]}})
        source = found.structured_content["sources"][0]["id"]
        more = await session.call_tool("expand", {"id": source, "start": 3, "end": 8})
        short = await session.call_tool("compress_context", {**QUESTION, "passages": [TEXT], "budget": 12})
        wrong = [
            await session.call_tool("expand", {"id": "none"}),
            await session.call_tool("search", {**QUESTION, "budget": 0}),
            await session.call_tool("search", {"question": " "}),
            await session.call_tool("search", {**QUESTION, "where": {"title": {"~": "x"}}}),
        ]
    return names, found, more, short, wrong


def check(names, found, more, short, wrong):
    assert names == ["search", "compress_context", "expand"]
    answer = found.structured_content
    assert KEEPER in answer["text"]
    assert answer["tokens_out"] <= 30 < answer["tokens_in"]
    (source,) = answer["sources"]
    assert source["title"] == "The mill"
    read = found.content[0].text
    assert read == f"{answer['text']}\n\n[sources, for expand: {source['id']} (The mill)]"
    (spans,) = found.meta["excerpt"]["spans"]
    assert TEXT[slice(*spans[-1])].endswith(KEEPER)
    assert more.content[0].text == TEXT[3:8]
    assert short.structured_content["tokens_out"] <= 12
    assert all(result.is_error for result in wrong)
    assert "nothing is stored under 'none'" in wrong[0].content[0].text
    assert "budget" in wrong[1].content[0].text
    assert "question" in wrong[2].content[0].text


@pytest.mark.slow
def test_standard_input_and_output(index):
    """A client starts the command; nothing but the protocol comes over its output."""
    server = StdioServerParameters(command=sys.executable, args=[*COMMAND, str(index)])
    check(*asyncio.run(_use(Client(server))))


@pytest.mark.slow
def test_http_on_this_machine_alone(index):
    """Under this machine's own name only; SIGTERM ends it."""
    command = [sys.executable, *COMMAND, "--port", "0", str(index)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            url = re.search(r"serving on (http://127\.0\.0\.1:\d+/mcp)", process.stderr.readline())[1]
            check(*asyncio.run(_use(Client(url))))
            with httpx2.Client() as client:
                for headers in ({"host": "evil.example"}, {"origin": "http://evil.example"}):
                    assert client.post(url, json={}, headers=headers).status_code in (403, 421)
            process.terminate()
            assert process.wait(60) in (0, -signal.SIGTERM)
        finally:
            process.kill()


def test_without_an_index_there_is_no_search():
    """The schemas say what a tool takes and gives."""

    async def listed():
        async with Client(make_mcp_server(ContextTools(chain="fast"))) as client:
            return (await client.list_tools()).tools, client.instructions

    tools, instructions = asyncio.run(listed())
    assert [tool.name for tool in tools] == ["compress_context", "expand"]
    assert tools[0].input_schema["required"] == ["question", "passages"]
    assert set(tools[0].output_schema["required"]) == {
        "text",
        "sources",
        "tokens_in",
        "tokens_out",
        "warnings",
    }
    assert all(tool.annotations.read_only_hint for tool in tools)
    assert "search" not in instructions


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["no-such.excerpt"], "no-such.excerpt"),
        (["--chain", "no-such"], "there is no preset 'no-such'"),
        (["--budget", "10", "--ratio", "0.5"], "excerpt: "),
        (["--port", "99999"], "--port"),
    ],
)
def test_what_it_does_not_start_with(options, message):
    """One line, no traceback."""
    from click.testing import CliRunner

    from excerpt.cli.mcp import command

    done = CliRunner().invoke(command, options)
    assert done.exit_code != 0
    assert message.removeprefix("excerpt: ") in done.output + str(done.exception)
