"""``winnow explain``: the HTML view of one record."""

import click

from winnow.batch import Job, tools
from winnow.cli.options import budget_options, chain_options
from winnow.errors import InputError
from winnow.jsonl import open_lines
from winnow.records import Record, parse_record

__all__ = ["command"]


@click.command()
@click.argument("source")
@click.option("--id", "wanted", help="The record's id; the first record when not given.")
@click.option("-o", "--output", default="explain.html", show_default=True, help="Where to write the page.")
@budget_options
@chain_options
def command(
    source: str,
    wanted: str | None,
    output: str,
    tokens: int | None,
    ratio: float | None,
    tokenizer: str,
    chain: str,
    template: str | None,
) -> None:
    """Compress one record of SOURCE and write a self-contained HTML page of what was kept and why."""
    record = _find(source, wanted)
    job = Job(chain, tokens, 0.5 if tokens is None and ratio is None else ratio, tokenizer, template)
    made, budget = tools(job)
    result = made.compress(record.query, record.passages, budget=budget)
    try:
        result.explain(output)
    except OSError as error:
        message = f"output: {output} cannot be written ({error.strerror})"
        raise InputError(message) from error
    click.echo(f"{result.tokens_in:,} -> {result.tokens_out:,} tokens ({result.ratio:.1%} kept): {output}")


def _find(source: str, wanted: str | None) -> Record:
    with open_lines(source) as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                record = parse_record(line, number)
            except InputError as error:
                if wanted is not None:
                    continue  # some other record's fault
                message = f"{source}, line {number}: {error}"
                raise InputError(message) from error
            if wanted is None or str(record.id) == wanted:
                return record
    message = f"--id: there is no record {wanted!r} in {source}" if wanted else f"{source}: holds no record"
    raise InputError(message)
