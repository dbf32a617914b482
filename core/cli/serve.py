"""``excerpt serve``: compression over HTTP."""

import logging
import os
from pathlib import Path
from typing import Any

import click

from excerpt.cli.options import budget_options
from excerpt.imports.extras import require
from excerpt.presets import DEFAULT_RATIO

__all__ = ["command"]

_MIB = 1024 * 1024
_KEY, _UPSTREAM_KEY = "EXCERPT_SERVER_KEY", "EXCERPT_UPSTREAM_KEY"


@click.command()
@click.option(
    "--host", default="127.0.0.1", show_default=True, help=f"Others than this machine's own need {_KEY}."
)
@click.option(
    "--port", default=8791, show_default=True, type=click.IntRange(0, 65535), help="0 takes any free one."
)
@click.option("--upstream", help="Where requests to a model go on to, such as https://api.openai.com.")
@click.option(
    "--chain",
    default="default",
    show_default=True,
    help="A preset (default, auto, multilingual, fast, query-free) or a TOML file.",
)
@click.option(
    "--also",
    multiple=True,
    metavar="NAME=CHAIN",
    help="A chain that requests may name; repeat for more. [fast=fast]",
)
@click.option(
    "--also-tokenizer",
    multiple=True,
    metavar="NAME",
    help="A tokenizer that requests may name; repeat for more.",
)
@click.option(
    "--min-tokens", default=200, show_default=True, type=click.IntRange(0), help="Leave shorter texts alone."
)
@click.option("--json", "json_too", is_flag=True, help="Also shorten tool texts that are JSON.")
@click.option(
    "--store",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file that remembers what was sent; in memory when not given.",
)
@click.option("--store-mib", default=512, show_default=True, type=click.IntRange(1), help="Its size.")
@click.option("--workers", type=click.IntRange(1), help="Cores to compress on; all when not given.")
@click.option(
    "--max-body-mib", default=16, show_default=True, type=click.IntRange(1), help="Largest body of a request."
)
@click.option(
    "--max-requests", default=256, show_default=True, type=click.IntRange(1), help="Requests at once."
)
@click.option(
    "--timeout",
    default=20.0,
    show_default=True,
    type=click.FloatRange(0.001),
    help="Seconds to compress one.",
)
@click.option("-q", "--quiet", is_flag=True, help="Log warnings only.")
@budget_options
def command(host: str, port: int, *, quiet: bool, **options: Any) -> None:  # noqa: ANN401 - see above
    """Serve /v1/compress, /v1/context and /v1/rerank, and pass requests to a model on with their tool texts shortened.

    Clients show the key of the environment variable EXCERPT_SERVER_KEY. With EXCERPT_UPSTREAM_KEY the upstream gets
    that key in the place of the client's own. docs/guides/server.md has the routes, the limits and what is never
    touched.
    """
    for module in ("uvicorn", "starlette", "httpx2", "prometheus_client"):
        require(module, extra="server", purpose="`excerpt serve`")
    from excerpt.adapters.server.run import make_server
    from excerpt.adapters.server.settings import Settings

    _log_to_stderr(logging.WARNING if quiet else logging.INFO)
    settings = Settings(
        chain=options["chain"],
        chains=_chains(options["also"]),
        tokenizers=options["also_tokenizer"],
        budget=_budget(options),
        min_tokens=options["min_tokens"],
        json=options["json_too"],
        store=options["store"],
        store_bytes=options["store_mib"] * _MIB,
        upstream=options["upstream"],
        upstream_key=os.environ.get(_UPSTREAM_KEY) or None,
        key=os.environ.get(_KEY) or None,
        host=host,
        port=port,
        limits=_limits(options),
    )

    def started(at: str, on: int) -> None:
        click.echo(f"excerpt: serving on http://{f'[{at}]' if ':' in at else at}:{on}", err=True)

    make_server(settings, started).run()


def _log_to_stderr(level: int) -> None:
    """Our own lines and uvicorn's; other packages' have paths and more of what clients send."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    for name in ("excerpt", "uvicorn"):
        logger = logging.getLogger(name)
        logger.setLevel(level)
        logger.addHandler(handler)
        logger.propagate = False


def _budget(options: dict[str, Any]) -> Any:  # noqa: ANN401 - a Budget
    from excerpt.cli.options import job_of

    return job_of({**options, "template": None}, ratio=DEFAULT_RATIO).budget()


def _limits(options: dict[str, Any]) -> Any:  # noqa: ANN401 - the class is imported with the server
    from excerpt.adapters.server.settings import Limits
    from excerpt.parallel.cores import available_cores, limit_cores

    if options["workers"] is not None:
        limit_cores(options["workers"])
    return Limits(
        body_bytes=options["max_body_mib"] * _MIB,
        requests=options["max_requests"],
        workers=available_cores(),
        compress_s=options["timeout"],
    )


def _chains(named: tuple[str, ...]) -> dict[str, str]:
    if not named:
        return {"fast": "fast"}
    chains = {}
    for pair in named:
        name, equals, chain = pair.partition("=")
        if not (name and equals and chain):
            message = f"--also: expected NAME=CHAIN, such as logs=logs.toml; got {pair!r}"
            raise click.UsageError(message)
        chains[name] = chain
    return chains
