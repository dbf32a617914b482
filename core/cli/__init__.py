"""The ``excerpt`` command. Each subcommand is one module here, imported only when it is called."""

import sys

import click

from excerpt.cli.lazy_group import LazyGroup
from excerpt.errors import ExcerptError
from excerpt.version import __version__

__all__ = ["main"]

_STOPPED = 130

# name -> what `excerpt --help` says. The module of the same name has a click command `command`.
COMMANDS = {
    "ask": "Answer a question from an index, with citations.",
    "bench": "Time excerpt on this machine, as ratios, and compare with an earlier run.",
    "calibrate": "Choose how much a chain may drop, with a promise about what is lost.",
    "compress": "Compress a JSONL file of questions with passages.",
    "convert": "Convert a data set to the JSONL input form.",
    "demo": "Index a small corpus, ask questions, show what is kept.",
    "distill": "Label texts for a token classifier by a teacher model.",
    "eval": "Compare chains on a JSONL file with answers or evidence.",
    "explain": "Write an HTML page that shows what was kept of one record.",
    "index": "Build or extend a passage index from a JSONL corpus.",
    "mcp": "Offer search and compression as tools to agents that speak MCP.",
    "models": "List, verify or export models.",
    "query": "Search an index and compress what it finds.",
    "serve": "Serve compression over HTTP, and pass requests to a model on, shortened.",
    "train": "Train small models on data of your own.",
    "tune": "Choose a chain and an amount for your questions, and judge the choice on others.",
}


@click.group(
    cls=LazyGroup,
    prefix="excerpt.cli.",
    commands=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, prog_name="excerpt")
def _root() -> None:
    """Keep the few hundred tokens that answer the question, and show where each stood."""


def main() -> None:
    """Run the command; errors of ours and of the machine become one line and an exit status, never a traceback.

    0: done. 2: what the caller can mend in the call. 1: what went wrong in doing it. 130: stopped by Ctrl-C.
    """
    try:
        status = _root.main(prog_name="excerpt", standalone_mode=False)
    except click.ClickException as error:  # wrong usage
        error.show()
        status = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("excerpt: stopped", err=True)
        status = _STOPPED
    except ExcerptError as error:
        click.echo(f"excerpt: {error}", err=True)
        status = 2 if isinstance(error, ValueError | ImportError) else 1
    except BrokenPipeError:  # whoever read standard output has had enough
        sys.stdout = None  # else the interpreter would flush it at its end
        status = 1
    except (
        OSError
    ) as error:  # a full disk, a folder without permission: the machine's fault, which the message names
        click.echo(f"excerpt: {error}", err=True)
        status = 1
    raise SystemExit(status or 0)
