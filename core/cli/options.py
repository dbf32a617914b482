"""Options that several subcommands share, so that they read and behave alike."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

__all__ = ["budget_options", "chain_options"]

F = TypeVar("F", bound=Callable[..., Any])


def budget_options(function: F) -> F:
    """``--budget``, ``--ratio`` and ``--tokenizer``."""
    function = click.option(
        "--tokenizer",
        default="bundled",
        show_default=True,
        help="What counts tokens: bundled, a tiktoken encoding, a tokenizer.json or a Hugging Face name.",
    )(function)
    function = click.option("--ratio", type=float, help="Keep at most this share of the tokens (0 to 1).")(
        function
    )
    return click.option("--budget", "tokens", type=int, help="Keep at most so many tokens.")(function)


def chain_options(function: F) -> F:
    """``--chain`` and ``--template``."""
    function = click.option(
        "--template",
        type=click.Choice(["plain", "titled", "numbered", "xml"]),
        help="How passages are written; the chain's own when not given.",
    )(function)
    return click.option(
        "--chain", default="default", show_default=True, help="A preset (default, fast) or a TOML file."
    )(function)
