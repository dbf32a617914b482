"""``excerpt index compact``: an index after many changes, made like new."""

import click

from excerpt.cli.index.options import Steps, writing
from excerpt.cli.progress import progress

__all__ = ["command"]


@click.command()
@click.argument("index")
@click.option("-q", "--quiet", is_flag=True, help="No progress.")
def command(index: str, *, quiet: bool) -> None:
    """Write INDEX as one build of its passages would: features of deleted passages go, the FAISS index is whole."""
    from excerpt.retrievers import Index

    with writing(index), progress("passages", quiet=quiet) as bar:
        Index.open(index).compact(progress=Steps(bar))
