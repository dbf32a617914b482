"""``excerpt train ranker``: the evidence ranker, from questions with evidence or answers."""

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from excerpt.cli.progress import progress

if TYPE_CHECKING:
    from excerpt.compressors.evidence.signals import TokenHead
    from excerpt.models import SentenceEncoder
    from excerpt.models.training.ranker.trees import RankingGroup

__all__ = ["command"]


@click.command()
@click.argument("sources", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False))
@click.option("-o", "--output", required=True, help="Folder to write the ranker to.")
@click.option(
    "--encoder", default="all-MiniLM-L6-v2", show_default=True, help="Sentence encoder it will run with."
)
@click.option(
    "--late-interaction",
    default="",
    help="A head on that encoder (excerpt train late-interaction) whose short vectors are compared token by token; "
    "default: the encoder's states are.",
)
@click.option(
    "--head-for",
    "heads",
    multiple=True,
    metavar="FILE=HEAD",
    help="Another head for the questions of one source: one that was not trained on them.",
)
@click.option(
    "--per-file", type=click.IntRange(1), help="At most so many questions of each file, evenly spread."
)
@click.option("--rounds", type=click.IntRange(1), default=200, show_default=True, help="Trees.")
@click.option("--leaves", type=click.IntRange(2), default=7, show_default=True, help="Leaves of a tree.")
@click.option(
    "--min-rows",
    type=click.IntRange(1),
    default=100,
    show_default=True,
    help="Sentences in a leaf, at least.",
)
@click.option("--seed", default=13, show_default=True, help="Of the sampling of rows and features.")
@click.option("-q", "--quiet", is_flag=True, help="No progress.")
def command(
    sources: tuple[str, ...],
    output: str,
    encoder: str,
    late_interaction: str,
    heads: tuple[str, ...],
    per_file: int | None,
    quiet: bool,
    **recipe: Any,  # noqa: ANN401 - the options of the trees, as click gives them
) -> None:
    """Train the evidence ranker on SOURCES: JSONL with "evidence" in its passages, or "answers".

    Each file is one set, and sets count alike however long they are. Features that were made before in
    OUTPUT are used again, so a run that was killed goes on where it was. Use the result with
    `evidence-ranker` and its option `model`.

    With --late-interaction the signals of a passage take a quarter of the room. A head knows the questions it was
    trained on better than others, and trees that learn from these would trust it too much: give each file, with
    --head-for and the file's name without its folder, a head that was trained without it.
    """
    from excerpt.models import load_encoder
    from excerpt.models.registry import load_head
    from excerpt.models.training.ranker.examples import train_ranker
    from excerpt.models.training.ranker.trees import TreeRecipe

    folder = Path(output)
    names = [Path(source).name for source in sources]
    wanted = _heads(names, late_interaction, heads)
    loaded = load_encoder(encoder)
    known = {name: load_head(name, loaded) if name else None for name in {late_interaction, *wanted}}
    sets = [
        _groups(source, loaded, known[head], folder, per_file, quiet=quiet)
        for source, head in zip(sources, wanted, strict=True)
    ]
    card = {
        "encoder": encoder,
        "encoder_fingerprint": loaded.fingerprint,
        "late_interaction": late_interaction,
        "sets": dict(zip(names, map(len, sets), strict=True)),
    }
    measured = train_ranker(sets, folder, TreeRecipe(**recipe), card)
    click.echo(f"{folder}: " + ", ".join(f"{name} {value:.3f}" for name, value in measured.items()))


def _heads(names: Sequence[str], usual: str, given: Sequence[str]) -> list[str]:
    """The head of each file."""
    others = dict(pair.partition("=")[::2] for pair in given)
    if unknown := set(others) - set(names):
        message = f"--head-for {min(unknown)}=...: the sources are {', '.join(names)}"
        raise click.UsageError(message)
    if others and not usual:
        message = "--head-for: say with --late-interaction which head the ranker will run with"
        raise click.UsageError(message)
    return [others.get(name, usual) for name in names]


def _groups(
    source: str,
    encoder: "SentenceEncoder",
    head: "TokenHead | None",
    folder: Path,
    per_file: int | None,
    *,
    quiet: bool,
) -> "list[RankingGroup]":
    """The questions of one file; read from the folder where they were made before."""
    from excerpt.compressors.evidence.signals import models_fingerprint
    from excerpt.files.jsonl import read_jsonl
    from excerpt.models.card import file_sha256
    from excerpt.models.training.ranker.examples import ranking_group
    from excerpt.models.training.ranker.trees import load_groups, save_groups

    key = f"{file_sha256(Path(source))} {per_file} {models_fingerprint(encoder, head)}"
    cache = folder / "features" / f"{sha256(key.encode()).hexdigest()[:16]}.npz"
    if cache.is_file():
        return load_groups(cache)
    rows = list(read_jsonl(source))
    count = min(per_file or len(rows), len(rows))
    found = []
    with progress(Path(source).name, total=count, quiet=quiet) as bar:
        for index in range(count):
            number, row = rows[index * len(rows) // count]
            group = ranking_group(encoder, row, f"{source}, line {number}", head=head)
            found += [group] if group else []
            bar.advance(1)
    save_groups(found, cache)
    return found
