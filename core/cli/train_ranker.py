"""``winnow train ranker``: the evidence ranker, from questions with evidence or answers."""

from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import click

from winnow.cli.progress import progress

if TYPE_CHECKING:
    from winnow.models import SentenceEncoder
    from winnow.models.training.ranker import RankingGroup

__all__ = ["command"]


@click.command()
@click.argument("sources", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False))
@click.option("-o", "--output", required=True, help="Folder to write the ranker to.")
@click.option(
    "--encoder", default="all-MiniLM-L6-v2", show_default=True, help="Sentence encoder it will run with."
)
@click.option(
    "--per-file", type=click.IntRange(1), help="At most so many questions of each file, evenly spread."
)
@click.option("--rounds", type=click.IntRange(1), default=200, show_default=True, help="Trees.")
@click.option("--leaves", type=click.IntRange(2), default=7, show_default=True, help="Leaves of a tree.")
@click.option("--seed", default=13, show_default=True, help="Of the sampling of rows and features.")
@click.option("-q", "--quiet", is_flag=True, help="No progress.")
def command(
    sources: tuple[str, ...],
    output: str,
    encoder: str,
    per_file: int | None,
    rounds: int,
    leaves: int,
    seed: int,
    quiet: bool,
) -> None:
    """Train the evidence ranker on SOURCES: JSONL with "evidence" in its passages, or "answers".

    Each file is one set, and sets count alike however long they are. Features that were made before in
    OUTPUT are used again, so a run that was killed goes on where it was. Use the result with
    `evidence-ranker` and its option `model`.
    """
    from winnow.compressors.evidence.training import train_ranker
    from winnow.models import load_encoder
    from winnow.models.training.ranker import TreeRecipe

    loaded = load_encoder(encoder)
    folder = Path(output)
    sets = [_groups(source, loaded, folder, per_file, quiet=quiet) for source in sources]
    names = [Path(source).name for source in sources]
    card = {"encoder": encoder, "sets": dict(zip(names, map(len, sets), strict=True))}
    recipe = TreeRecipe(rounds=rounds, leaves=leaves, seed=seed)
    measured = train_ranker(sets, folder, recipe, card)
    click.echo(f"{folder}: " + ", ".join(f"{name} {value:.3f}" for name, value in measured.items()))


def _groups(
    source: str, encoder: "SentenceEncoder", folder: Path, per_file: int | None, *, quiet: bool
) -> "list[RankingGroup]":
    """The questions of one file; read from the folder where they were made before."""
    from winnow.compressors.evidence.training import ranking_group
    from winnow.jsonl import read_jsonl
    from winnow.models.card import file_sha256
    from winnow.models.training.ranker import load_groups, save_groups

    key = f"{file_sha256(Path(source))} {per_file} {encoder.fingerprint}"
    cache = folder / "features" / f"{sha256(key.encode()).hexdigest()[:16]}.npz"
    if cache.is_file():
        return load_groups(cache)
    rows = list(read_jsonl(source))
    count = min(per_file or len(rows), len(rows))
    found = []
    with progress(Path(source).name, total=count, quiet=quiet) as bar:
        for index in range(count):
            number, row = rows[index * len(rows) // count]
            group = ranking_group(encoder, row, f"{source}, line {number}")
            found += [group] if group else []
            bar.advance(1)
    save_groups(found, cache)
    return found
