"""A command group whose subcommands are modules, imported only when they are called."""

import importlib
from collections.abc import Mapping

import click

__all__ = ["LazyGroup"]


class LazyGroup(click.Group):
    """Subcommand ``name`` is ``command`` in the module ``{prefix}{name}``, hyphens as underscores.

    Args:
        prefix: What the modules' names begin with, dots included.
        commands: What the group's help says of each subcommand, which costs no import.
        options: As for `click.Group`.
    """

    def __init__(
        self, *, prefix: str = "", commands: Mapping[str, str] | None = None, **options: object
    ) -> None:
        super().__init__(**options)  # type: ignore[arg-type]  # click's own options, passed on
        self._prefix, self._lines = prefix, dict(commands or {})

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Names in the order of the table."""
        return list(self._lines)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import and return one subcommand; None when there is none of that name."""
        if cmd_name not in self._lines:
            return None
        module = importlib.import_module(f"{self._prefix}{cmd_name.replace('-', '_')}")
        command: click.Command = module.command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does; a name that is not there is answered with those that are near."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            from excerpt.registry import did_you_mean

            raise click.UsageError(f"{error.message}{did_you_mean(args[0], self._lines)}", ctx) from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the table."""
        with formatter.section("Commands"):
            formatter.write_dl(list(self._lines.items()))
