"""``excerpt query``: search an index and compress what it finds."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import click

from excerpt.cli.index.options import WHERE, conditions, count_lines, mode_option
from excerpt.cli.options import budget_options, chain_options, job_of
from excerpt.cli.progress import progress
from excerpt.errors import InputError

__all__ = ["command"]


@click.command()
@click.argument("index")
@click.argument("question", required=False)
@click.option("--questions", help="A JSONL file of questions, instead of QUESTION; - for standard input.")
@click.option(
    "-o", "--output", default="-", show_default=True, help="Where --questions writes its rows; .gz is packed."
)
@click.option("-k", default=50, show_default=True, type=click.IntRange(1), help="Passages to retrieve.")
@click.option("--where", multiple=True, help=WHERE)
@mode_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object with hits, spans, scores and stages.")
@click.option("-q", "--quiet", is_flag=True, help="No summary and no progress.")
@budget_options
@chain_options
def command(
    index: str,
    question: str | None,
    *,
    questions: str | None,
    output: str,
    as_json: bool,
    quiet: bool,
    **options: Any,  # noqa: ANN401 - the shared options
) -> None:
    """Answer QUESTION from INDEX: retrieve, compress, and print the text for the reader.

    The text goes to standard output, a summary to standard error. Without --budget or --ratio half
    the tokens are kept.

    With --questions every line is an object with "question" (or "query") and what else is to be carried
    through, such as "id"; a row is written for each, in order, with the text, the hits and the kept spans.
    """
    if (question is None) == (questions is None):
        message = "query: give either a QUESTION or --questions FILE"
        raise InputError(message)
    if questions is None and output != "-":
        message = "-o: only --questions writes a file; the answer to one QUESTION goes to standard output"
        raise InputError(message)
    if questions is not None:
        _check(questions)
    asking = _Asking(index, **options)
    if questions is not None:
        _answer_all(asking, questions, output, quiet=quiet)
        return
    row = asking.row(str(question))
    if as_json:
        click.echo(json.dumps(row, ensure_ascii=False))
        return
    click.echo(row["text"])
    if not quiet:
        click.echo(asking.summary(), err=True)


class _Asking:
    """An open index with a chain and a budget.

    Args:
        index: Path of the index.
        k: Passages to retrieve.
        mode: How to search.
        where: Conditions on metadata, as written.
        options: Those of `budget_options` and `chain_options`.
    """

    def __init__(
        self,
        index: str,
        *,
        k: int,
        mode: str,
        where: Sequence[str],
        **options: Any,  # noqa: ANN401 - the shared options
    ) -> None:
        from excerpt.files.job import tools
        from excerpt.retrievers import Index

        self._chain, self._budget = tools(job_of(options, ratio=0.5))
        self._index = Index.open(index)
        self._index.share_encoder(self._chain)
        self._k, self._mode, self._where = k, mode, conditions(where)
        self._hits: list[Any] = []
        self._result: Any = None
        self._found: dict[str, dict[str, tuple[int, int]]] = {}
        self._computed: set[str] = set()

    def row(self, question: str, keys: Mapping[str, Any] = MappingProxyType({})) -> dict[str, Any]:
        """The answer to one question, as JSON goes; ``keys`` may name its group for a calibrated budget."""
        self._hits = self._index.search(
            question,
            self._k,
            mode=self._mode,  # type: ignore[arg-type]  # click checked the choice
            where=self._where,
        )
        self._result = self._chain.compress(
            question,
            [hit.scored() for hit in self._hits],
            budget=None if self._budget is None else self._budget.for_record(keys),
            stored=self._index.features,
        )
        self._computed.update(self._result.report.computed)
        for stage in self._result.report.stages:
            sums = self._found.setdefault(stage.stage, {})
            for name, (stored, asked) in stage.stored.items():
                before = sums.get(name, (0, 0))
                sums[name] = (before[0] + stored, before[1] + asked)
        return {**self._result.to_dict(), "hits": [_hit(hit) for hit in self._hits]}

    def summary(self) -> str:
        """What was found, what was kept, and what of the work had been done when the index was built."""
        result = self._result
        kept = sum(bool(passage.spans) for passage in result.passages)
        line = (
            f"{len(self._hits)} passages found, {kept} kept; {result.tokens_in:,} -> {result.tokens_out:,} tokens "
            f"({result.ratio:.1%} kept)"
        )
        if not self._hits:
            line += f"; {self._none()}"
        promise = result.report.promise
        return "\n".join(
            [
                line,
                *self.stored(),
                *([promise.text] if promise and promise.holds else []),
                *result.report.warnings,
            ]
        )

    def _none(self) -> str:
        if not len(self._index):
            return "the index has none"
        if self._where:
            return "no passage meets --where, or none of those has a word of the question"
        return "no passage has a word of the question"

    def stored(self) -> Iterator[str]:
        """Of all questions so far: a line for each stage, and one more where something was not stored."""
        for stage, sums in self._found.items():
            known = [f"{name} {stored:,} of {asked:,}" for name, (stored, asked) in sums.items()]
            if known:
                yield f"{stage}: stored {', '.join(known)} passages"
        if self._computed:
            yield (
                f"computed for the question, because not stored (or by another model, setting or version): "
                f"{', '.join(sorted(self._computed))}; see `excerpt index show` and `excerpt index add-features`"
            )


def _answer_all(asking: _Asking, questions: str, output: str, *, quiet: bool) -> None:
    from excerpt.files.jsonl import drafted, dump

    with drafted(output) as file, progress("questions", total=count_lines(questions), quiet=quiet) as bar:
        for name, record in _questions(questions):
            rest = {key: value for key, value in record.items() if key != name}
            file.write(dump({**rest, **asking.row(record[name], record)}))
            bar.advance(1)
    if not quiet:
        for line in asking.stored():
            click.echo(line, err=True)


def _questions(path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each record, and the key of its question."""
    from excerpt.files.jsonl import read_jsonl
    from excerpt.values.coerce import question_key, to_question

    for number, record in read_jsonl(path):
        where = f"{path}, line {number}"
        to_question(record, where)
        yield question_key(record, where), record


def _check(path: str) -> None:
    """Find a wrong line before hours of work; what comes through a pipe is seen only once."""
    if Path(path).is_file():
        for _ in _questions(path):
            pass


def _hit(hit: Any) -> dict[str, Any]:  # noqa: ANN401 - excerpt.retrievers.Hit, imported when the command runs
    return {
        "id": hit.passage.id,
        "row": hit.row,
        "score": hit.score,
        "dense_score": hit.dense_score,
        "lexical_score": hit.lexical_score,
    }
