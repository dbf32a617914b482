"""``excerpt bench``: what excerpt costs on this machine, as ratios."""

import tempfile
from pathlib import Path

import click

from excerpt.cli.options import check_output
from excerpt.cli.progress import progress

__all__ = ["command"]


@click.command()
@click.option(
    "--data", help="Time with the questions and passages of this JSONL file, as `excerpt eval` reads it."
)
@click.option(
    "--seconds", default=10.0, show_default=True, type=click.FloatRange(0), help="For each line of the table."
)
@click.option(
    "--rounds", default=15, show_default=True, type=click.IntRange(1), help="At most, for each line."
)
@click.option("--only", multiple=True, help="Only lines whose name contains this; may be repeated.")
@click.option("--rows", "rows_path", help="Add the rows to this CSV file.")
@click.option("--picture", help="Draw the table (.svg, .png or .pdf).")
@click.option(
    "--against", help="Compare with the rows of an earlier run; exit with 1 where something got slower."
)
@click.option("-q", "--quiet", is_flag=True, help="No progress.")
def command(
    data: str | None,
    seconds: float,
    rounds: int,
    only: tuple[str, ...],
    rows_path: str | None,
    picture: str | None,
    against: str | None,
    quiet: bool,
) -> None:
    """Time excerpt on this machine, in about two minutes.

    Each line compares two things that take turns, mostly by processor time: what a call costs over the model pass
    that it cannot do without. A ratio holds on a busy machine too; milliseconds do not.
    """
    from rich.console import Console

    from excerpt.errors import InputError
    from excerpt.eval.pictures import check_picture
    from excerpt.eval.provenance import provenance
    from excerpt.eval.speed import table
    from excerpt.eval.speed.measures import bundled_texts, comparisons, own_texts
    from excerpt.eval.speed.turns import compare

    before = table.earlier(against) if against else {}
    for option, place in (("--rows", rows_path), ("--picture", picture)):
        if place:
            check_output(place, option=option)
    if picture:
        check_picture(picture)
    texts = own_texts(data) if data else bundled_texts()
    ratios = []
    with tempfile.TemporaryDirectory() as folder, progress("comparisons", quiet=quiet) as bar:
        for comparison in comparisons(texts, Path(folder)):
            if not only or any(part in comparison.name for part in only):
                ratios.append(compare(comparison, seconds=seconds, rounds=rounds))
            bar.advance(1)
    if not ratios:
        message = f"only: no line's name contains {' or '.join(map(repr, only))}"
        raise InputError(message)
    shown, worse = table.shown(ratios, before)
    Console().print(shown)
    if rows_path:
        about = {"data": Path(data).name if data else "bundled", **provenance("excerpt bench")}
        table.keep_rows(rows_path, ratios, about)
    if picture:
        table.draw(picture, ratios)
    if worse:
        raise click.ClickException("; ".join(worse))
