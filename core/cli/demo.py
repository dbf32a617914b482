"""``excerpt demo``: the main job on a small corpus that ships with the package."""

import time
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from excerpt import Compressed, InputError, KeptPassage, load_chain
from excerpt.files.atomic import write_atomic
from excerpt.files.jsonl import dump, parse_object

__all__ = ["command"]

_K = 20
_BUDGET = 120
_SHOWN = 3


@click.command()
@click.option(
    "-o", "--output", default="demo-output", show_default=True, help="Folder for the index and the pages."
)
@click.option(
    "--budget", default=_BUDGET, show_default=True, type=click.IntRange(0), help="Tokens for each question."
)
def command(output: str, budget: int) -> None:
    """Index a small corpus, ask it five questions, show what is kept and what is dropped.

    The folder also gets corpus.jsonl, and questions.jsonl with the passages that were found for each: what the other
    commands read.
    """
    from excerpt.retrievers import Index

    console = Console()
    folder = Path(output)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = (
            f"output: {output} is no folder that can be written to ({error.strerror}); choose another with -o"
        )
        raise InputError(message) from error
    corpus, questions = _rows("corpus.jsonl"), _rows("questions.jsonl")
    console.print(
        f"[bold]1.[/] Indexing {len(corpus)} passages about an invented island ...", highlight=False
    )
    started = time.perf_counter()
    index = Index.build(corpus, folder / "skerrow.excerpt")
    console.print(
        f"   {folder / 'skerrow.excerpt'} in {time.perf_counter() - started:.1f} s\n", highlight=False
    )
    chain = load_chain("default").with_template("numbered")
    index.compress(questions[0]["question"], k=_K, budget=budget, chain=chain)  # first use loads the model
    key = "; [green]kept[/], [dim strike]dropped[/]" if console.is_terminal else ""
    console.print(
        f"[bold]2.[/] Asking: the best {_K} passages, at most {budget} tokens for the reader{key}.\n"
    )
    results = []
    for row in questions:
        started = time.perf_counter()
        result = index.compress(row["question"], k=_K, budget=budget, chain=chain)
        milliseconds = 1000 * (time.perf_counter() - started)
        page = folder / f"{row['id']}.html"
        result.explain(page)
        results.append((row["question"], result, milliseconds, page))
        console.print(_view(result, milliseconds, coloured=console.is_terminal))
    console.print(_summary(results))
    _write(folder / "corpus.jsonl", corpus)
    _write(
        folder / "questions.jsonl",
        [_record(row, one) for row, (_, one, _, _) in zip(questions, results, strict=True)],
    )
    console.print(
        "\nThe same from Python:\n"
        "   [cyan]from excerpt import compress[/]\n"
        f'   [cyan]compress("your question", ["passage one ...", "passage two ..."], budget={budget}).text[/]\n'
        f"On files, such as those in {folder}:\n"
        "   [cyan]excerpt compress questions.jsonl -o compressed.jsonl --budget 500[/]",
        highlight=False,
        soft_wrap=True,
    )


def _rows(name: str) -> list[dict[str, Any]]:
    lines = (files("excerpt.demo") / name).read_bytes().splitlines()
    return [parse_object(line, f"{name}, line {number}") for number, line in enumerate(lines, start=1)]


def _record(row: dict[str, Any], result: Compressed) -> dict[str, Any]:
    """A question with what was found for it."""
    found = [kept.passage for kept in result.passages]
    return {**row, "passages": [{"id": one.id, "title": one.title, "text": one.text} for one in found]}


def _write(path: Path, rows: Sequence[dict[str, Any]]) -> None:
    write_atomic(path, b"".join(map(dump, rows)))


def _view(result: Compressed, milliseconds: float, *, coloured: bool) -> Panel:
    body = Text()
    dropped = [kept for kept in result.passages if not kept.spans]
    shown = sorted((kept for kept in result.passages if kept.spans), key=lambda kept: -(kept.score or 0))
    for kept in shown[:_SHOWN]:
        body.append(f"{kept.title}: ", style="bold")
        _append_marked(body, kept, coloured=coloured)
        body.append("\n")
    more = len(shown) - _SHOWN
    body.append(f"... {more} more with something kept, " if more > 0 else "", style="dim")
    body.append(f"{len(dropped)} passages dropped whole", style="dim")
    numbers = f"{result.tokens_in:,} -> {result.tokens_out} tokens, {milliseconds:.0f} ms"
    return Panel(body, title=f"[bold]{result.query}[/]", subtitle=numbers, title_align="left")


def _append_marked(body: Text, kept: KeptPassage, *, coloured: bool) -> None:
    at = 0
    for start, end in (*kept.spans, (len(kept.passage.text),) * 2):
        dropped = kept.passage.text[at:start]
        if coloured or not dropped.strip():
            body.append(dropped, style="dim strike" if dropped.strip() else "")
        else:
            body.append(f" [{len(dropped.split())} words dropped] ")
        body.append(kept.passage.text[start:end], style="green")
        at = end


def _summary(results: list[tuple[str, Compressed, float, Path]]) -> Table:
    table = Table(box=None)
    for name in ("question", "tokens in", "out", "kept", "ms", "page"):
        table.add_column(name, justify="left" if name in {"question", "page"} else "right")
    for question, result, milliseconds, page in results:
        numbers = (
            f"{result.tokens_in:,}",
            f"{result.tokens_out}",
            f"{result.ratio:.1%}",
            f"{milliseconds:.0f}",
        )
        table.add_row(question, *numbers, str(page))
    return table
