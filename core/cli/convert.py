"""``excerpt convert``: question sets as others have them, to the JSONL input form."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from excerpt.cli.progress import progress
from excerpt.errors import InputError
from excerpt.files.jsonl import drafted, dump

__all__ = ["command"]


@click.command()
@click.argument("source")
@click.option(
    "-o", "--output", help="Output file (.gz is packed), - for standard output; a folder with --all."
)
@click.option("--set", "name", help="Which set of a prepared folder.")
@click.option("--split", default="dev", show_default=True, help="Which split of it.")
@click.option("--all", "every", is_flag=True, help="Every set of the folder that has the split.")
@click.option("--list", "listed", is_flag=True, help="Say what sets the folder has.")
@click.option(
    "--format",
    "form",
    help="hotpotqa, longbench, meetingbank, musique, nq-multidoc, qmsum, squad, squad-rows or excerpt; recognised "
    "from the file if not given.",
)
@click.option("--limit", type=click.IntRange(1), help="At most so many questions, spread over the set.")
@click.option("-q", "--quiet", is_flag=True, help="No progress and no summary.")
def command(
    source: str,
    output: str | None,
    name: str | None,
    split: str,
    every: bool,
    listed: bool,
    form: str | None,
    limit: int | None,
    quiet: bool,
) -> None:
    """Convert SOURCE to the JSONL that compress, eval and explain read.

    SOURCE is a folder of prepared sets (qa/NAME.SPLIT.jsonl.gz, store/...; use --set, --all or --list), or a
    file as its authors publish it: SQuAD, HotpotQA, 2WikiMultihopQA, MuSiQue, NQ-open with many documents, QMSum,
    LongBench, MeetingBank QA; or datasets:NAME[:CONFIG]:SPLIT, which the package datasets loads.
    """
    if Path(source).is_dir():
        if bool(name) + every + listed != 1:
            message = f"{source}: is a folder; give one of --set NAME, --all and --list"
            raise InputError(message)
        _from_folder(source, output, name, split, listed=listed, limit=limit, quiet=quiet)
        return
    if name or every or listed:
        message = f"{source}: is not a folder; --set, --all and --list are for a folder of prepared sets"
        raise InputError(message)
    from excerpt.eval.data.formats import read_questions

    rows: Iterable[dict[str, Any]] = read_questions(source, form)
    if limit is not None:
        rows = _spread(list(rows), limit)
    _write(rows, _required(output), quiet=quiet)


def _from_folder(
    source: str,
    output: str | None,
    name: str | None,
    split: str,
    *,
    listed: bool,
    limit: int | None,
    quiet: bool,
) -> None:
    from excerpt.eval.data.datasets import PreparedFolder

    folder = PreparedFolder(Path(source))
    if listed:
        for one, part in folder.sets():
            click.echo(f"{one}\t{part}\t{folder.count(one, part)}")
        return
    if name is not None:
        _write(folder.rows(name, split, limit=limit), _required(output), quiet=quiet)
        return
    names = [one for one, part in folder.sets() if part == split]
    if not names:
        message = f"{source}: no set has a split {split!r}; --list shows what there is"
        raise InputError(message)
    target = Path(_required(output))
    target.mkdir(parents=True, exist_ok=True)
    for one in names:
        _write(folder.rows(one, split, limit=limit), str(target / f"{one}.{split}.jsonl"), quiet=quiet)


def _required(output: str | None) -> str:
    if output is None:
        message = "-o: give an output file, or - for standard output"
        raise InputError(message)
    return output


def _spread(rows: list[dict[str, Any]], limit: int) -> list[dict[str, Any]]:
    if limit >= len(rows):
        return rows
    return [rows[index * len(rows) // limit] for index in range(limit)]


def _write(rows: Iterable[dict[str, Any]], output: str, *, quiet: bool) -> None:
    """Write the rows and say how many there were, but not on standard output."""
    with drafted(output) as file, progress("questions", quiet=quiet or output == "-") as bar:
        written = 0
        for row in rows:
            file.write(dump(row))
            written += 1
            bar.advance(1)
    if not quiet and output != "-":
        click.echo(f"{written:,} questions: {output}", err=True)
