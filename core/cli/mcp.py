"""``excerpt mcp``: tools for agents that speak the Model Context Protocol."""

from pathlib import Path
from typing import Any

import click

from excerpt.cli.index.options import WHERE, conditions
from excerpt.cli.options import budget_options, job_of
from excerpt.imports.extras import require

__all__ = ["command"]

_TOKENS = 1000


@click.command()
@click.argument("index", required=False)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    help="Serve streamable HTTP on this port of 127.0.0.1, at /mcp; 0 takes any free one.",
)
@click.option(
    "--chain",
    default="default",
    show_default=True,
    help="A preset (default, auto, multilingual, fast, query-free) or a TOML file.",
)
@click.option("-k", default=50, show_default=True, type=click.IntRange(1), help="Passages to retrieve.")
@click.option("--where", multiple=True, help=f"{WHERE} They hold for every search.")
@click.option(
    "--store",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file that keeps originals for `expand`; in memory when not given.",
)
@click.option(
    "--timeout", default=20.0, show_default=True, type=click.FloatRange(0.001), help="Seconds for one call."
)
@budget_options
def command(index: str | None, *, port: int | None, **options: Any) -> None:  # noqa: ANN401 - the shared options
    """Offer the tools `search` (over INDEX), `compress_context` and `expand` to an agent.

    Without --port an agent's program starts this command, and talks to it over standard input and output. --budget is
    for calls that name none; without it 1,000 tokens are kept. Without INDEX there is no `search`.
    """
    for module in ("mcp", "uvicorn"):
        require(module, extra="mcp", purpose="`excerpt mcp`")
    from excerpt.adapters.context_tools import ContextTools
    from excerpt.adapters.kept_texts import KeptTexts
    from excerpt.adapters.mcp import make_mcp_server, run_http
    from excerpt.budget import Budget

    budget = job_of({**options, "template": None}).budget()
    tools = ContextTools(
        None if index is None else _opened(index),
        chain=options["chain"],
        budget=Budget(tokens=_TOKENS, tokenizer=options["tokenizer"]) if budget is None else budget,
        k=options["k"],
        where=conditions(options["where"]),
        store=KeptTexts(options["store"]),
        deadline_s=options["timeout"],
    )
    tools.warm_up()
    server = make_mcp_server(tools)
    if port is None:
        server.run()
    else:
        run_http(server, port, lambda url: click.echo(f"excerpt: serving on {url}", err=True))


def _opened(index: str) -> Any:  # noqa: ANN401 - excerpt.retrievers.Index, imported when the command runs
    from excerpt.retrievers import Index

    return Index.open(index)
