"""``excerpt distill``: keep-labels for a token classifier, by a teacher model."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from excerpt.cli.options import AMOUNT, RATE, SHARE
from excerpt.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from excerpt.models.generation.endpoint import Endpoint
    from excerpt.models.training.distill.answers import Answers
    from excerpt.models.training.distill.chunks import Chunk
    from excerpt.models.training.distill.labels import LabelCounts, Labelling

__all__ = ["command"]

_SOME_FAILED = 3


@click.command()
@click.argument("sources", nargs=-1, required=True)
@click.option("-o", "--output", required=True, help="The labelled chunks (JSONL).")
@click.option("--endpoint", required=True, help="Base address, such as http://127.0.0.1:8000/v1.")
@click.option("--model", required=True, help="The teacher's name at the endpoint.")
@click.option("--api-key-env", help="Environment variable that holds the key; without it none is sent.")
@click.option("--workers", default=4, show_default=True, type=click.IntRange(1), help="Questions at a time.")
@click.option(
    "--resume", is_flag=True, help="Go on with OUTPUT.answers.jsonl; what is in it is not asked again."
)
@click.option("--timeout", default=120.0, show_default=True, type=RATE, help="Seconds for one answer.")
@click.option("--tries", default=6, show_default=True, type=click.IntRange(1), help="Tries for one chunk.")
@click.option("--temperature", default=0.3, show_default=True, type=AMOUNT, help="Of the sampling.")
@click.option("--top-p", default=1.0, show_default=True, help="Of the sampling.")
@click.option("--tokenizer", default="bundled", show_default=True, help="What counts tokens; as in compress.")
@click.option(
    "--chunk", default=512, show_default=True, type=click.IntRange(1), help="Tokens in a chunk, at most."
)
@click.option("--lemmas", help="Compare words by the lemmas of this spaCy pipeline, such as en_core_web_sm.")
@click.option(
    "--window", default=400, show_default=True, type=click.IntRange(1), help="Words to look around in."
)
@click.option(
    "--drop-variation",
    default=0.05,
    show_default=True,
    type=SHARE,
    help="Share to drop for made-up words.",
)
@click.option(
    "--drop-gap",
    default=0.10,
    show_default=True,
    type=SHARE,
    help="Share of the rest to drop for bad alignment.",
)
@click.option("--prices", help='TOML table of prices: ["MODEL"] with input and output for a million tokens.')
@click.option("--yes", is_flag=True, help="Do not ask before the first question is sent.")
@click.option("-q", "--quiet", is_flag=True, help="No progress and no summary.")
def command(sources: tuple[str, ...], output: str, *, resume: bool, quiet: bool, **settings: Any) -> None:  # noqa: ANN401 - options as click gives them
    """Have a teacher model compress the texts in SOURCES, and label their words.

    SOURCES are JSONL files of texts ({"id", "title", "text"}) or of questions with passages. The endpoint
    is any that speaks OpenAI's chat completions. OUTPUT is what `excerpt train token-classifier` reads.
    OUTPUT.report.json has the counts, OUTPUT.errors.jsonl the chunks without a usable answer,
    OUTPUT.answers.jsonl every answer. Exit status: 0 all answered, 3 some not (--resume asks those
    again), 2 wrong usage, 1 anything else.
    """
    from excerpt.models.training.distill.answers import Answers
    from excerpt.models.training.distill.chunks import read_chunks
    from excerpt.models.training.distill.labels import Paths, write_labels
    from excerpt.tokens import resolve_tokenizer

    paths = Paths(Path(output))
    if paths.answers.exists() and not resume:
        message = f"output: {paths.answers} holds answers of an earlier run; use them with --resume, or move it away"
        raise InputError(message)
    labelling, endpoint = _labelling(settings), _endpoint(settings)
    chunks = list(read_chunks(sources, resolve_tokenizer(settings["tokenizer"]), settings["chunk"]))
    with Answers(paths.answers, endpoint) as answers:
        wanted = [chunk for chunk in chunks if answers.get(chunk.text) is None]
        _agree(wanted, settings, quiet=quiet)
        failed = _ask(wanted, answers, endpoint, settings["workers"], quiet=quiet)
        report = write_labels(chunks, answers, failed, paths, labelling)
    if not quiet:
        click.echo(_summary(report, output), err=True)
    if failed:
        raise SystemExit(_SOME_FAILED)


def _labelling(settings: dict[str, Any]) -> "Labelling":
    from excerpt.compressors.units.words import split_words
    from excerpt.models.training.distill.labels import Labelling
    from excerpt.models.training.distill.window_labels import lemmas

    forms = lemmas(settings["lemmas"]) if settings["lemmas"] else None
    return Labelling(split_words, forms, settings["window"], settings["drop_variation"], settings["drop_gap"])


def _endpoint(settings: dict[str, Any]) -> "Endpoint":
    from excerpt.models.generation.api_key import read_api_key
    from excerpt.models.generation.endpoint import Endpoint

    return Endpoint(
        settings["endpoint"],
        settings["model"],
        key=read_api_key(settings["api_key_env"]),
        temperature=settings["temperature"],
        top_p=settings["top_p"],
        timeout_s=settings["timeout"],
        tries=settings["tries"],
    )


def _agree(wanted: "Sequence[Chunk]", settings: dict[str, Any], *, quiet: bool) -> None:
    """Say what it will cost, and go on only with leave."""
    from excerpt.models.generation.prices import read_price
    from excerpt.models.training.distill.cost import estimate
    from excerpt.tokens import resolve_tokenizer

    price = read_price(settings["prices"], settings["model"]) if settings["prices"] else None
    cost = estimate(wanted, resolve_tokenizer(settings["tokenizer"]), price)
    if not quiet:
        click.echo(str(cost), err=True)
    if wanted and not settings["yes"]:
        click.confirm(
            f"send them to {settings['endpoint']}? ({cost})" if quiet else "send them?", abort=True, err=True
        )


def _ask(
    wanted: "Sequence[Chunk]", answers: "Answers", endpoint: "Endpoint", workers: int, *, quiet: bool
) -> dict[str, str]:
    from excerpt.cli.progress import progress
    from excerpt.models.training.distill.endpoint import Teacher
    from excerpt.models.training.distill.labels import ask

    with Teacher(endpoint) as teacher, progress("chunks", total=len(wanted), quiet=quiet) as bar:
        return ask(wanted, answers, teacher, workers=workers, progress=bar.advance)


def _summary(report: "LabelCounts", output: str) -> str:
    return (
        f"{report.chunks:,} chunks: {report.failed:,} failed, {report.dropped_variation:,} dropped for made-up words, "
        f"{report.dropped_gap:,} for bad alignment, {report.written:,} written to {output}; "
        f"{report.kept_words:.1%} of their words are kept"
    )
