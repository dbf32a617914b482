"""``excerpt train sentinel``: the probe of the compressor sentinel."""

from typing import Any

import click

from excerpt.cli.progress import progress

__all__ = ["command"]


@click.command()
@click.argument("sources", nargs=-1, required=True)
@click.option("-o", "--output", required=True, help="Folder to make.")
@click.option(
    "--proxy",
    "base",
    default="all-MiniLM-L6-v2",
    show_default=True,
    help="The model whose attention is read: a bundled name, a directory or a Hugging Face name.",
)
@click.option("--max-tokens", type=click.IntRange(8), help="Its window; default: as long as it takes.")
@click.option(
    "--per-file", type=click.IntRange(1), help="At most so many questions of each file, evenly spread."
)
@click.option(
    "--pairs", type=click.IntRange(1), default=4, show_default=True, help="Pairs of sentences of a question."
)
@click.option(
    "--sentences",
    type=click.IntRange(2),
    default=48,
    show_default=True,
    help="Sentences of a question to read.",
)
@click.option(
    "--shuffle/--no-shuffle", default=True, show_default=True, help="Read sentences in a random order."
)
@click.option("--seed", default=13, show_default=True, help="Of all choices.")
@click.option("--resume", is_flag=True, help="Go on with a training that was stopped.")
@click.option("-q", "--quiet", is_flag=True, help="No progress and no summary.")
def command(sources: tuple[str, ...], output: str, *, resume: bool, quiet: bool, **settings: Any) -> None:  # noqa: ANN401 - options as click gives them
    """Train a probe that tells evidence by where a model looks, for the compressor sentinel; in minutes.

    SOURCES are JSONL files of questions with "evidence" in their passages, or with "answers"; a few hundred
    questions are enough. OUTPUT gets probe.json, README.md, training.json and curve.png.
    """
    from excerpt.models.training.sentinel.command import Recipe, train_sentinel

    with progress("questions", quiet=quiet) as bar:
        figures = train_sentinel(
            sources,
            output,
            Recipe(**settings),
            resume=resume,
            progress=lambda name, _count: bar.advance(1, name),
        )
    if not quiet:
        click.echo(
            f"{output}: " + ", ".join(f"{name} {value:.3f}" for name, value in figures.items()), err=True
        )
