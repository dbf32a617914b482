"""``excerpt explain``: the HTML view of one record."""

import sys
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import click

from excerpt.cli.options import budget_options, chain_options, check_not_input, job_of
from excerpt.errors import InputError
from excerpt.explain import side_by_side
from excerpt.files.job import tools
from excerpt.files.jsonl import open_lines, parse_object
from excerpt.files.records import Record, record_id, to_record
from excerpt.presets import load_chain
from excerpt.registry import SCORERS

__all__ = ["command"]


@click.command()
@click.argument("source")
@click.option("--id", "wanted", help="The record's id; the first record when not given.")
@click.option(
    "-o",
    "--output",
    default="explain.html",
    show_default=True,
    help="Where to write the page; - for standard output.",
)
@click.option("--versus", metavar="CHAIN", help="A second chain, whose outcome is shown beside the first's.")
@click.option(
    "--leave-one-out",
    metavar="SCORER",
    help="Also say how much lower the kept text scores without each part of it, by a scorer such as late-interaction.",
)
@budget_options
@chain_options
def command(
    source: str,
    *,
    wanted: str | None,
    output: str,
    versus: str | None,
    leave_one_out: str | None,
    **options: Any,  # noqa: ANN401 - the shared options
) -> None:
    """Compress one record of SOURCE and write a self-contained HTML page of what was kept and why.

    SOURCE is .jsonl, .jsonl.gz, .parquet or - for standard input.
    """
    check_not_input(output, source)
    record = _find(source, wanted)
    chain, budget = tools(job_of(options, ratio=0.5))
    mine = None if budget is None else budget.for_record(record.rest)
    result = chain.compress(record.query, record.passages, budget=mine)
    html = result.explain(leave_one_out=SCORERS.part(leave_one_out, "--leave-one-out"))
    if versus is not None:
        html = side_by_side(result, load_chain(versus).compress(record.query, record.passages, budget=mine))
    if output == "-":
        sys.stdout.buffer.write(html.encode())
        return
    try:
        Path(output).write_text(html, encoding="utf-8")
    except OSError as error:
        message = f"output: {output} cannot be written ({error.strerror})"
        raise InputError(message) from error
    click.echo(f"{result.tokens_in:,} -> {result.tokens_out:,} tokens ({result.ratio:.1%} kept): {output}")


def _find(source: str, wanted: str | None) -> Record:
    for number, where, read in _rows(source):
        name = None
        try:
            row = read()
            name = str(record_id(row, number))
            if wanted is None or name == wanted:
                return to_record(row, number)
        except InputError as error:
            if wanted not in {None, name}:
                continue  # some other record's fault
            message = f"{where}: {error}"
            raise InputError(message) from error
    message = f"--id: there is no record {wanted!r} in {source}" if wanted else f"{source}: holds no record"
    raise InputError(message)


def _rows(source: str) -> Iterator[tuple[int, str, Callable[[], Mapping[str, Any]]]]:
    """The number of each record, where it stands, and what reads it."""
    if source.endswith(".parquet"):
        from excerpt.adapters.parquet import read_rows

        for number, row in read_rows(Path(source)):
            yield number, f"{source}, row {number}", partial(dict, row)
        return
    with open_lines(source) as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                yield number, f"{source}, line {number}", partial(parse_object, line, "record")
