"""``excerpt index verify``: is every byte what was written."""

import click

__all__ = ["command"]


@click.command()
@click.argument("index")
def command(index: str) -> None:
    """Hash every file of INDEX and compare with the manifest; the first that differs is named."""
    from excerpt.retrievers import Index

    opened = Index.open(index)
    opened.verify()
    files = sum(len(part.files) for part in opened.manifest.parts.values())
    click.echo(f"{files} files of {len(opened):,} passages are as they were written: {index}")
