"""``excerpt models``: what is bundled, whether it is intact, and how to bring a checkpoint of one's own."""

from typing import TYPE_CHECKING, Any, get_args

import click

from excerpt.models.card import Task
from excerpt.models.export.quantize import Quantization

if TYPE_CHECKING:
    from excerpt.models.export.checkpoint import ExportReport

__all__ = ["command"]


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def command() -> None:
    """List, verify or export models."""


@command.command("list")
def list_models() -> None:
    """Show the models that come with the package."""
    from rich.console import Console
    from rich.table import Column, Table

    from excerpt.models.bundle import bundled

    table = Table(Column("name", no_wrap=True), "task", "size", "licence", "where")
    for model in bundled():
        size = f"{model.bytes / 1e6:.1f} MB"
        table.add_row(model.name, model.task, size, model.licence, str(model.directory))
    Console().print(table)


@command.command()
@click.pass_context
def verify(context: click.Context) -> None:
    """Check every bundled file against its sha256; exit status 1 when one is off."""
    from excerpt.models.bundle import bundled
    from excerpt.models.bundle import verify as find_faults

    faults = find_faults()
    for fault in faults:
        click.echo(fault, err=True)
    if faults:
        click.echo(
            f"{len(faults)} of the bundled files are not what was shipped: install excerpt again", err=True
        )
        context.exit(1)
    click.echo(f"{sum(len(model.files) for model in bundled())} files verified")


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
    help="int8: fastest. int8-mixed: closer to float. int8-blocks: closest, slower.",
)
@click.option(
    "--tolerance", type=float, default=1e-3, show_default=True, help="Largest difference from torch."
)
@click.option("--origin", default="", help="Where the weights are published, for excerpt-model.json.")
@click.option("--licence", default="", help="SPDX name of the weights' licence, for excerpt-model.json.")
def export(source: str, output: str, **settings: Any) -> None:  # noqa: ANN401 - options as click gives them
    """Make a Hugging Face checkpoint (a directory or a name) run without torch.

    The result is checked against torch on sample texts before it is left in OUTPUT.
    """
    from excerpt.models.export.checkpoint import export_model

    click.echo(_summary(export_model(source, output, **settings)))


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
