"""``excerpt index build``: a JSONL corpus in, a searchable index out."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from excerpt.cli.index.options import Steps, count_lines, feature_names, is_parquet, writing
from excerpt.cli.options import worker_pool
from excerpt.cli.progress import progress
from excerpt.errors import InputError

__all__ = ["command"]


@click.command()
@click.argument("source")
@click.option("-o", "--output", required=True, help="The index, a folder; by custom NAME.excerpt.")
@click.option(
    "--add",
    is_flag=True,
    help="Add to the index that is there, by its own settings; a passage replaces the one that has its id.",
)
@click.option("--force", is_flag=True, help="Replace the index that is there.")
@click.option("--encoder", default="all-MiniLM-L6-v2", show_default=True, help="Sentence encoder, or none.")
@click.option(
    "--dense",
    type=click.Choice(["auto", "exact", "hnsw", "ivf-pq"]),
    default="auto",
    show_default=True,
    help="Search of vectors: exact, by a graph (hnsw), by cells of compressed vectors (ivf-pq, a tenth of the "
    "graph's size), or by cells where the index is large (auto).",
)
@click.option("--lexical/--no-lexical", default=True, show_default=True, help="Whether to build BM25.")
@click.option(
    "--precision",
    type=click.Choice(["float32", "float16"]),
    default="float32",
    show_default=True,
    help="How vectors are stored.",
)
@click.option(
    "--features",
    default="default",
    show_default=True,
    help="What to store for the stages of a chain, comma-separated: default (sentences, guards, tokens, evidence) "
    "and names such as keep, words, sentence-vectors, tokens:o200k_base; or none.",
)
@click.option(
    "--workers",
    type=click.IntRange(1),
    help="Processes that compute vectors and features.  [default: 1; with --ray the cluster's CPUs]",
)
@click.option("--ray", is_flag=True, help="Compute on a Ray cluster: that of RAY_ADDRESS, or this machine.")
@click.option("-q", "--quiet", is_flag=True, help="No progress and no summary.")
@click.pass_context
def command(
    ctx: click.Context,
    /,
    source: str,
    output: str,
    *,
    add: bool,
    force: bool,
    workers: int | None,
    ray: bool,
    quiet: bool,
    **settings: Any,  # noqa: ANN401 - the remaining options
) -> None:
    """Index the passages in SOURCE: .jsonl, .jsonl.gz, .parquet, a folder of Parquet, or - for standard input.

    One JSON object a line, or one row: "text", and where there are "id" and "title"; other keys are kept as
    metadata. Ids are unique. An index at OUTPUT grows with --add or is replaced with --force, when all is done: a wrong
    line stops the build with its number, and what stood there stays as it was. A build that was killed goes on where
    it was when it is started again.
    """
    from excerpt.retrievers import Index

    shared = ray or (workers or 1) > 1
    if add:
        _refuse_settings(ctx)
    with writing(output):
        _check_place(output, add=add, force=force)
    if shared and (add or source == "-"):
        message = (
            "--workers and --ray read the passages twice, for a new index; leave out --add, and give a file"
        )
        raise InputError(message)
    started = time.monotonic()
    settings["encoder"] = None if settings["encoder"] == "none" else settings["encoder"]
    chosen = settings.pop("features")
    grown = ""
    with writing(output), progress("passages", total=count_lines(source), quiet=quiet) as bar:
        if add:
            index = Index.open(output)
            added = index.add(_passages(source), progress=Steps(bar, len(index)))
            grown = f" ({added.new:,} new, {added.changed:,} changed, {added.same:,} the same)"
        else:
            names = feature_names(chosen, encoder=settings["encoder"])
            if shared:
                from excerpt.retrievers.build.sharing import compute_ahead

                made = worker_pool(workers, ray=ray)
                compute_ahead(
                    lambda: _passages(source),
                    output,
                    made,
                    encoder=settings["encoder"],
                    features=names,
                    progress=Steps(bar),
                )
            index = Index.build(_passages(source), output, progress=Steps(bar), features=names, **settings)
    if not quiet:
        size = sum(file.stat().st_size for file in Path(output).rglob("*") if file.is_file())
        click.echo(
            f"{len(index):,} passages{grown}, {size / 1e6:,.1f} MB, in {time.monotonic() - started:.1f} s: {output}",
            err=True,
        )


def _check_place(output: str, *, add: bool, force: bool) -> None:
    """Never replace an index that nobody said may go."""
    from excerpt.retrievers.store.folder import POINTER

    if add and force:
        message = (
            "--add and --force: one adds to the index that is there, the other replaces it; give one of them"
        )
        raise InputError(message)
    if not (add or force) and (Path(output) / POINTER).is_file():
        message = f"{output}: there is an index here; --add adds to it, --force replaces it"
        raise InputError(message)


def _refuse_settings(ctx: click.Context) -> None:
    given = [
        name
        for name in ("encoder", "dense", "lexical", "precision", "features")
        if ctx.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE
    ]
    if given:
        message = (
            f"--add: the index keeps its own settings; leave out {', '.join('--' + name for name in given)}"
        )
        raise InputError(message)


def _passages(source: str) -> Iterator[Any]:
    from excerpt.values.coerce import to_passage

    if is_parquet(source):
        from excerpt.adapters.parquet import read_passages

        for where, row in read_passages(Path(source)):
            yield to_passage(row, where)
        return
    from excerpt.files.jsonl import read_jsonl

    for number, value in read_jsonl(source):
        yield to_passage(value, f"{source}, line {number}")
