"""``winnow index``: a JSONL corpus in, a searchable index out."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from winnow.cli.progress import Progress, progress
from winnow.errors import InputError, StoreError

__all__ = ["command"]


@click.command()
@click.argument("source")
@click.option("-o", "--output", required=True, help="The index, a folder; by custom NAME.winnow.")
@click.option("--add", is_flag=True, help="Add to the index that is there, by its own settings.")
@click.option("--encoder", default="all-MiniLM-L6-v2", show_default=True, help="Sentence encoder, or none.")
@click.option(
    "--dense",
    type=click.Choice(["auto", "exact", "hnsw"]),
    default="auto",
    show_default=True,
    help="Search of vectors: exact, approximate, or approximate from 200,000 passages.",
)
@click.option("--lexical/--no-lexical", default=True, show_default=True, help="Whether to build BM25.")
@click.option(
    "--precision",
    type=click.Choice(["float32", "float16"]),
    default="float32",
    show_default=True,
    help="How vectors are stored.",
)
@click.option("-q", "--quiet", is_flag=True, help="No progress and no summary.")
@click.pass_context
def command(
    ctx: click.Context,
    /,
    source: str,
    output: str,
    *,
    add: bool,
    quiet: bool,
    **settings: Any,  # noqa: ANN401 - the remaining options
) -> None:
    """Index the passages in SOURCE (.jsonl, .jsonl.gz or - for standard input).

    One JSON object a line: "text", and where there are "id" and "title"; other keys are kept as
    metadata. A wrong line stops the build with its number, and what stood at OUTPUT stays as it was.
    """
    from winnow.retrievers import Index

    if add:
        _refuse_settings(ctx)
    started = time.monotonic()
    settings["encoder"] = None if settings["encoder"] == "none" else settings["encoder"]
    try:
        with progress("passages", quiet=quiet) as bar:
            if add:
                index = Index.open(output).add(_passages(source), progress=_Steps(bar))
            else:
                index = Index.build(_passages(source), output, progress=_Steps(bar), **settings)
    except OSError as error:  # a full disk, a folder that may not be written; reading has errors of its own
        message = f"{output}: cannot be written ({error.strerror or error}); what was there is as it was"
        raise StoreError(message) from error
    if not quiet:
        size = sum(file.stat().st_size for file in Path(output).rglob("*") if file.is_file())
        click.echo(
            f"{len(index):,} passages, {size / 1e6:,.1f} MB, in {time.monotonic() - started:.1f} s: {output}",
            err=True,
        )


def _refuse_settings(ctx: click.Context) -> None:
    given = [
        name
        for name in ("encoder", "dense", "lexical", "precision")
        if ctx.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE
    ]
    if given:
        message = (
            f"--add: the index keeps its own settings; leave out {', '.join('--' + name for name in given)}"
        )
        raise InputError(message)


def _passages(source: str) -> Iterator[Any]:
    from winnow.coerce import to_passage
    from winnow.jsonl import read_jsonl

    for number, value in read_jsonl(source):
        yield to_passage(value, f"{source}, line {number}")


class _Steps:
    """Shows an index's steps on a progress bar that counts passages."""

    def __init__(self, bar: Progress) -> None:
        self._bar = bar
        self._done = 0

    def __call__(self, step: str, done: int, total: int | None) -> None:  # noqa: ARG002 - the callback's form
        if step == "passages":
            self._bar.advance(done - self._done)
            self._done = done
        else:
            self._bar.advance(0, f"building {step}")
