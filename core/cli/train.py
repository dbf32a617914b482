"""``winnow train``: each model is one module, ``train_<name>``, imported only when it is called."""

import importlib

import click

__all__ = ["COMMANDS", "command"]

# name -> what `winnow train --help` says. The module `train_<name>` has a click command `command`.
COMMANDS = {
    "ranker": "The evidence ranker: trees over cheap signals, sentence by sentence.",
    "recomp": "A sentence encoder that picks sentences for a question (RECOMP).",
    "token-classifier": "A classifier that keeps or drops words (LLMLingua-2).",
    "token-head": "The same as a small head on an encoder that stays as it is: minutes on a CPU.",
}


class _Lazy(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"winnow.cli.train_{cmd_name.replace('-', '_')}")
        found: click.Command = module.command
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
def command() -> None:
    """Train a small model on data of your own; the page "Training" of the docs goes through it."""
