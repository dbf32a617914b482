"""``winnow query``: search an index and compress what it finds."""

import json
from typing import Any

import click

from winnow.cli.options import budget_options, chain_options

__all__ = ["command"]


@click.command()
@click.argument("index")
@click.argument("question")
@click.option("-k", default=50, show_default=True, type=click.IntRange(1), help="Passages to retrieve.")
@click.option(
    "--mode",
    type=click.Choice(["fused", "dense", "lexical"]),
    default="fused",
    show_default=True,
    help="Search by vectors, by words, or by both.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object with hits, spans, scores and stages.")
@budget_options
@chain_options
def command(index: str, question: str, *, k: int, mode: str, as_json: bool, **options: Any) -> None:  # noqa: ANN401 - the shared options
    """Answer QUESTION from INDEX: retrieve, compress, and print the text for the reader.

    The text goes to standard output, a summary to standard error. Without --budget or --ratio half
    the tokens are kept.
    """
    from winnow.batch import Job
    from winnow.presets import load_chain
    from winnow.retrievers import Index

    ratio = 0.5 if options["tokens"] is None and options["ratio"] is None else options["ratio"]
    job = Job(options["chain"], options["tokens"], ratio, options["tokenizer"], options["template"])
    chain = load_chain(job.chain)
    chain = chain.with_template(job.template) if job.template else chain
    hits = Index.open(index).search(question, k, mode=mode)  # type: ignore[arg-type]  # click checked the choice
    result = chain.compress(question, [hit.scored() for hit in hits], budget=job.budget())
    if as_json:
        click.echo(json.dumps({**result.to_dict(), "hits": [_hit(hit) for hit in hits]}, ensure_ascii=False))
        return
    click.echo(result.text)
    kept = sum(bool(passage.spans) for passage in result.passages)
    click.echo(
        f"{len(hits)} passages found, {kept} kept; {result.tokens_in:,} -> {result.tokens_out:,} tokens "
        f"({result.ratio:.1%} kept)",
        err=True,
    )


def _hit(hit: Any) -> dict[str, Any]:  # noqa: ANN401 - winnow.retrievers.Hit, imported when the command runs
    return {
        "id": hit.passage.id,
        "row": hit.row,
        "score": hit.score,
        "dense_score": hit.dense_score,
        "lexical_score": hit.lexical_score,
    }
