"""``excerpt index delete``: passages out of an index."""

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from excerpt.cli.index.options import WHERE, Steps, conditions, writing
from excerpt.cli.progress import progress
from excerpt.errors import InputError

__all__ = ["command"]


@click.command()
@click.argument("index")
@click.argument("ids", nargs=-1)
@click.option("--from", "listed", help="A text file with one id a line; - for standard input.")
@click.option("--where", multiple=True, help=WHERE)
@click.option("-q", "--quiet", is_flag=True, help="No progress and no summary.")
def command(
    index: str, ids: tuple[str, ...], *, listed: str | None, where: tuple[str, ...], quiet: bool
) -> None:
    """Delete the passages with the given IDS from INDEX, or those that --where holds for.

    An id that is not there changes nothing at all.
    """
    from excerpt.retrievers import Index

    wanted = {*ids, *(_lines(listed) if listed else ())}
    if bool(wanted) == bool(where):
        message = (
            "ids: give at least one, --from FILE, or --where" if not where else "--where: stands without ids"
        )
        raise InputError(message)
    with writing(index), progress("passages", quiet=quiet) as bar:
        opened = Index.open(index)
        count = opened.delete(wanted or None, where=conditions(where), progress=Steps(bar))
    if not quiet:
        click.echo(f"{count:,} passages deleted, {len(opened):,} left: {index}", err=True)


def _lines(path: str) -> Iterator[str]:
    try:
        text = sys.stdin.read() if path == "-" else Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        message = f"--from {path}: cannot be read ({error}); give a text file with one id a line"
        raise InputError(message) from error
    return (line for line in text.splitlines() if line)
