"""``excerpt ask``: a question, an index and a reader in; an answer with its sources out."""

import json
from typing import Any

import click

from excerpt.cli.index.options import WHERE, conditions, mode_option
from excerpt.cli.options import budget_options, chain_options, job_of
from excerpt.errors import InputError

__all__ = ["command"]


@click.command()
@click.argument("index")
@click.argument("question")
@click.option(
    "--reader",
    default="extractive",
    show_default=True,
    help="Who answers: extractive (in a checkout), extractive:DIR, causal-lm:DIR, xrag:DIR, or an endpoint "
    "(http://...); options follow, as in causal-lm:DIR,dtype=bfloat16.",
)
@click.option("--reader-model", default="", help="The model's name at the endpoint.")
@click.option("--api-key-env", help="Environment variable that holds the key; without it none is sent.")
@click.option("--cite", is_flag=True, help="Number the passages and have the reader cite them.")
@click.option("-k", default=50, show_default=True, type=click.IntRange(1), help="Passages to retrieve.")
@mode_option
@click.option("--where", multiple=True, help=WHERE)
@click.option(
    "--json", "as_json", is_flag=True, help="One JSON object with answer, citations, spans and stages."
)
@click.option("-q", "--quiet", is_flag=True, help="The answer alone.")
@budget_options
@chain_options
def command(
    index: str,
    question: str,
    *,
    k: int,
    mode: Any,  # noqa: ANN401 - excerpt.retrievers.search.Mode; click checked the choice
    where: tuple[str, ...],
    as_json: bool,
    quiet: bool,
    **options: Any,  # noqa: ANN401 - the shared options
) -> None:
    """Answer QUESTION from INDEX: retrieve, compress, read, and say what the answer rests on.

    The answer goes to standard output, its sources and a summary to standard error. Without --budget or --ratio half
    the tokens are kept. xrag:DIR is a causal language model for a chain with the stage xrag or soft, whose
    model says how it is asked.
    """
    from excerpt.files.job import tools
    from excerpt.retrievers import Index

    if options["cite"]:
        options["template"] = "numbered"
    chain, budget = tools(job_of(options, ratio=0.5))
    reader = _reader(options, chain)
    opened = Index.open(index)
    answered = opened.answer(
        question, reader, k=k, budget=budget, chain=chain, mode=mode, where=conditions(where)
    )
    if as_json:
        click.echo(json.dumps(answered.to_dict(), ensure_ascii=False))
        return
    click.echo(answered.text)
    if quiet:
        return
    if not answered.text.strip():
        click.echo("the reader found no answer in what was kept", err=True)
    for number, citation in enumerate(answered.citations, start=1):
        name = citation.passage.title or citation.passage.id or f"passage {citation.passage.index + 1}"
        place = "" if citation.span is None else f", characters {citation.span.start}-{citation.span.end}"
        click.echo(f"[{number}] {name}{place}: {citation.text}", err=True)
    context = answered.context
    soft = "" if context.soft is None else f"; passages that stood as vectors: {len(context.soft.indices)}"
    click.echo(f"read from {context.tokens_out:,} of {context.tokens_in:,} tokens{soft}", err=True)
    if not context.passages:
        click.echo("no passage was found: the reader was given none", err=True)
    for warning in context.report.warnings:
        click.echo(warning, err=True)


def _reader(options: dict[str, Any], chain: Any) -> Any:  # noqa: ANN401 - excerpt.Chain and excerpt.models.Reader
    from excerpt.contracts import CompressorContract, with_defaults
    from excerpt.eval.local_reader import local_reader
    from excerpt.models.generation.api_key import read_api_key
    from excerpt.models.readers import ANSWER_SHORTLY, CITE, XragReader
    from excerpt.models.readers.named import named_reader

    kind, _, place = options["reader"].partition(":")
    if kind == "xrag" and place:
        bridges = [with_defaults(stage, CompressorContract).bridge for stage in chain.stages]
        bridge = next((one for one in bridges if one is not None), None)
        if bridge is None:
            message = "--reader xrag: the chain has no stage xrag or soft, whose model says how to ask; use causal-lm"
            raise InputError(message)
        return XragReader(place, bridge.prompts)
    return named_reader(
        local_reader(options["reader"]),
        model=options["reader_model"],
        key=read_api_key(options["api_key_env"]),
        prompt=CITE if options["cite"] else ANSWER_SHORTLY,
    )
