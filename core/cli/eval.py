"""``winnow eval``: compare chains on questions whose answers or evidence are known."""

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

import click

from winnow.cli.progress import progress

if TYPE_CHECKING:
    from winnow.eval.table import Table

__all__ = ["command"]


@click.command()
@click.argument("source")
@click.option(
    "--chain", "chains", multiple=True, help="A preset, a TOML file or a compressor; repeat to compare."
)
@click.option(
    "--ratio",
    "ratios",
    multiple=True,
    type=float,
    help="Kept ratio; repeat for several. 0.1 and 0.25 if not given.",
)
@click.option(
    "--baselines/--no-baselines",
    default=True,
    show_default=True,
    help="Also truncate, random, BM25 sentences and the oracle.",
)
@click.option(
    "--tokenizer", default="bundled", show_default=True, help="What counts tokens; `words` counts words."
)
@click.option("--limit", type=click.IntRange(1), help="Only the first so many questions.")
@click.option("--seed", default=0, show_default=True, help="For the confidence intervals.")
@click.option("-o", "--output", help="Also write the table as CSV.")
@click.option("-q", "--quiet", is_flag=True, help="No progress.")
def command(
    source: str,
    chains: tuple[str, ...],
    ratios: tuple[float, ...],
    baselines: bool,
    tokenizer: str,
    limit: int | None,
    seed: int,
    output: str | None,
    quiet: bool,
) -> None:
    """Compare chains on SOURCE: JSONL with "answers", or "evidence" in its passages (.gz, - for standard input).

    Other published formats are read as `winnow convert` reads them. Intervals are 95%, by bootstrap over
    questions. Exit status: 0, or 3 where a chain failed on a question or broke what always holds.
    """
    from winnow.eval.chains import BASELINES, named_chain
    from winnow.eval.evaluation import evaluate
    from winnow.eval.formats import read_questions
    from winnow.eval.metrics import count_words

    named = dict.fromkeys([*(BASELINES if baselines else ()), *(chains or ("default",))])
    with progress("questions", total=limit, quiet=quiet) as bar:
        table = evaluate(
            islice(read_questions(source), limit),
            {name: named_chain(name) for name in named},
            list(dict.fromkeys(ratios or (0.1, 0.25))),
            tokenizer=count_words if tokenizer == "words" else tokenizer,
            seed=seed,
            progress=lambda: bar.advance(1),
        )
    _show(table)
    if output is not None:
        table.to_csv(output)
    if any(_problems(table)):
        raise SystemExit(3)


_COLUMNS = {
    "answer_recall": "answer",
    "evidence_recall": "evidence",
    "all_evidence": "all",
    "context_precision": "precision",
}


def _show(table: "Table") -> None:
    from rich import box
    from rich import table as tables
    from rich.console import Console

    rows = table.rows()
    grid = tables.Table(
        box=box.SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
        pad_edge=False,
        title=f"{rows[0].questions} questions, tokens by {table.tokenizer}",
    )
    for heading in ("ratio", "kept", "chain", *_COLUMNS.values()):
        grid.add_column(heading, justify="left" if heading == "chain" else "right", no_wrap=True)
    for row in rows:
        cells = [_estimate(row.estimates[name]) for name in _COLUMNS]
        kept = f"{row.estimates['kept_tokens'].value:.3f}"
        grid.add_row(f"{row.ratio:g}", kept, row.chain, *cells)
    Console().print(grid)
    for line in _problems(table):
        click.echo(line, err=True)


def _estimate(estimate: Any) -> str:  # noqa: ANN401 - winnow.eval.bootstrap.Estimate, imported when the command runs
    if estimate.questions == 0:
        return "-"
    half = f"{(estimate.high - estimate.low) / 2:.2f}"
    return f"{estimate.value:.2f} ±{half.removeprefix('0')}"


def _problems(table: "Table") -> Iterator[str]:
    """For each cell with problems how many there are, and the first."""
    for (chain, ratio), cell in table.cells.items():
        for what, problems in (("failed", cell.errors), ("broke what always holds", cell.breaches)):
            if problems:
                yield f"{chain} at {ratio:g}: {what} {len(problems)} times; the first: {problems[0]}"
