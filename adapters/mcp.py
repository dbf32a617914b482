"""excerpt as a server of the Model Context Protocol: ``search``, ``compress_context`` and ``expand``.

What the model reads of a result is the text with the ids of its sources; spans are in the result's ``_meta``, which
hosts keep to themselves.
"""

import socket
from collections.abc import Callable
from typing import Annotated, Any

from excerpt.adapters.context_tools import ContextTools, Found
from excerpt.errors import ExcerptError
from excerpt.imports.extras import importing
from excerpt.parallel.pool import CALLS
from excerpt.version import __version__

with importing("mcp", extra="mcp", purpose="`excerpt mcp`"):
    from mcp.server import MCPServer
    from mcp.server.mcpserver.exceptions import ToolError
    from mcp_types import CallToolResult, TextContent, ToolAnnotations
    from pydantic import BaseModel, Field

__all__ = ["make_mcp_server", "run_http"]

_HOST = "127.0.0.1"
_READS = ToolAnnotations(read_only_hint=True, destructive_hint=False, open_world_hint=False)
_SEARCH = (
    "Ask the search tool first: it gives only the sentences that answer a question, within a budget of tokens. Its "
    "`where` may use: {keys}. "
)
_INSTRUCTIONS = (
    "A text in a result is what was kept of its sources, word for word. Where more of a source is needed, "
    "`expand` with its id gives the original. `compress_context` is for texts that will be sent on, to another model "
    "or a later turn: what stands in its arguments has been read, and paid for, already."
)

Question = Annotated[str, Field(description="The question that the text is to answer.")]
Conditions = Annotated[
    dict[str, Any] | None,
    Field(
        description="Conditions on the documents' metadata, all of which must hold: a value, a list of values of which "
        'one stands there, or comparisons, such as {"kind": ["report", "memo"], "year": {">=": 2020}}; none for all.'
    ),
]
Tokens = Annotated[int | None, Field(ge=1, description="Tokens to keep at most; none for the default.")]


class SourceRow(BaseModel):
    """A source of a text."""

    id: str
    title: str


class Answer(BaseModel):
    """What a tool gives beside the text."""

    text: str
    sources: list[SourceRow]
    tokens_in: int
    tokens_out: int
    warnings: list[str]


def make_mcp_server(tools: ContextTools) -> MCPServer[Any]:
    """A server with the tools; ``run()`` serves standard input and output, `run_http` a port.

    Args:
        tools: What the tools do. Without an index there is no ``search``.
    """
    server: MCPServer[Any] = MCPServer(
        "excerpt",
        version=__version__,
        instructions=("" if tools.index is None else _SEARCH.format(keys=", ".join(tools.keys())))
        + _INSTRUCTIONS,
        log_level="WARNING",  # lines of level INFO have the words of errors, which may quote a text
    )

    async def search(
        question: Question, budget: Tokens = None, where: Conditions = None
    ) -> Annotated[CallToolResult, Answer]:
        """Search the documents, and get the sentences that answer a question, within a budget of tokens."""
        try:
            return _result(await tools.asearch(question, budget, where))
        except ExcerptError as error:
            raise ToolError(str(error)) from error  # the model can mend its call by what it says

    async def compress_context(
        question: Question,
        passages: Annotated[list[str], Field(description="The texts to shorten.")],
        budget: Tokens = None,
    ) -> Annotated[CallToolResult, Answer]:
        """Shorten texts to the sentences that answer a question, within a budget of tokens for all of them."""
        try:
            return _result(await tools.acompress(question, passages, budget))
        except ExcerptError as error:
            raise ToolError(str(error)) from error

    async def expand(
        id: Annotated[str, Field(description="The id of a source.")],  # noqa: A002 - as results have it
        start: Annotated[int, Field(ge=0, description="The first character.")] = 0,
        end: Annotated[int | None, Field(description="Behind the last character; none for the end.")] = None,
    ) -> str:
        """Get the original of a source, whole or from one character to another."""
        try:
            return await CALLS.run(lambda: tools.expand(id, start, end))
        except ExcerptError as error:
            raise ToolError(str(error)) from error

    if tools.index is not None:
        server.tool(annotations=_READS)(search)
    server.tool(annotations=_READS)(compress_context)
    server.tool(annotations=_READS, structured_output=False)(expand)
    return server


def run_http(server: MCPServer[Any], port: int, started: Callable[[str], None] | None = None) -> None:
    """Serve streamable HTTP to this machine alone, until SIGINT or SIGTERM.

    Requests under another name of the machine, or from pages of another origin, are refused.

    Args:
        server: Of `make_mcp_server`.
        port: Of 127.0.0.1; 0 takes any free one.
        started: Called with the URL when the port is taken.

    Raises:
        OSError: The port is taken by another program.
    """
    import uvicorn  # noqa: PLC0415 - not for standard input and output

    app = server.streamable_http_app(host=_HOST, stateless_http=True, json_response=True)
    config = uvicorn.Config(app, log_level="warning", access_log=False, server_header=False)
    with socket.create_server((_HOST, port)) as listening:
        if started is not None:
            started(f"http://{_HOST}:{listening.getsockname()[1]}/mcp")
        uvicorn.Server(config).run(sockets=[listening])


def _result(found: Found) -> CallToolResult:
    rows = [
        SourceRow(id=source.id, title=source.passage.title or source.passage.id) for source in found.sources
    ]
    answer = Answer(
        text=found.text,
        sources=rows,
        tokens_in=found.tokens_in,
        tokens_out=found.tokens_out,
        warnings=list(found.warnings),
    )
    spans = [[list(span) for span in source.spans] for source in found.sources]  # as the sources come
    return CallToolResult(
        content=[TextContent(text=_readable(found, rows))],
        structured_content=answer.model_dump(),
        _meta={"excerpt": {"spans": spans}},
    )


def _readable(found: Found, rows: list[SourceRow]) -> str:
    named = ", ".join(f"{row.id} ({row.title})" if row.title else row.id for row in rows)
    lines = [found.text, f"[sources, for expand: {named}]" if named else "", *found.warnings]
    return "\n\n".join(line for line in lines if line)
