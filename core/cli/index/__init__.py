"""``excerpt index``: build an index, and change one that is there; each subcommand is a module of this folder."""

import click

from excerpt.cli.lazy_group import LazyGroup

__all__ = ["COMMANDS", "command"]

# name -> what `excerpt index --help` says. The module `<name>` has a click command `command`.
COMMANDS = {
    "build": "Build an index, or add to one; `excerpt index CORPUS ...` is short for it.",
    "add-features": "Compute and store more of what a chain needs of each passage.",
    "delete": "Delete passages by id.",
    "compact": "Write the index as one build of its passages would.",
    "verify": "Hash every file and compare with the manifest.",
    "show": "Show what an index holds, and what each part costs.",
}


class _Group(LazyGroup):
    """A group in which what is no subcommand's name is a corpus to be indexed."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put ``build`` before anything else."""
        if args and args[0] not in {*COMMANDS, "-h", "--help"}:
            args = ["build", *args]
        return super().parse_args(ctx, args)


@click.group(
    cls=_Group,
    prefix="excerpt.cli.index.",
    commands=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"]},
)
def command() -> None:
    """Build a searchable index of passages, with what a chain needs of them computed beforehand."""
