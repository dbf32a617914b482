"""The result of a call: text, kept passages and the report."""

import time
from dataclasses import replace
from math import isfinite

from excerpt.run.breaches import find_breaches
from excerpt.run.fit import passage_scores
from excerpt.run.stages import Reached
from excerpt.run.start import Call
from excerpt.values.compressed import Compressed
from excerpt.values.kept import KeptPassage
from excerpt.values.report import Report
from excerpt.values.types import Context

__all__ = ["to_result"]


def to_result(call: Call, reached: Reached, why: str, started: float) -> Compressed:
    """What the caller gets.

    Args:
        call: What held.
        reached: What the stages and the budget left.
        why: Why the input is returned whole instead (`excerpt.values.report.Report.passed_through`); "" if it is not.
        started: The reading of ``time.perf_counter()`` at the beginning.

    Raises:
        PolicyError: A calibrated budget's score rule had no ranking to work on.
    """
    context, tokens = (call.whole, call.tokens_in) if why else (reached.context, reached.tokens)
    rendered = call.render(context)
    promise, promise_warnings = (
        (None, [])
        if call.promise is None
        else call.promise.judge(reached.ranking, reached.stages, call.tokens_in)
    )
    report = Report(
        chain=call.options.chain,
        tokenizer=call.counter.name,
        limit=None if call.limit is None else call.limit.tokens,
        stages=reached.stages,
        passed_through=why,
        warnings=(*reached.warnings, *_nothing_kept(call, reached, why), *promise_warnings),
        breaches=() if call.guards is None else tuple(find_breaches(context, call.guards)),
        promise=promise,
        sufficient=reached.context.sufficient,
        milliseconds=1000 * (time.perf_counter() - started),
    )
    return Compressed(
        context.query,
        rendered.text,
        _kept_passages(call, context),
        call.tokens_in,
        tokens,
        report,
        rendered.pieces,
        replace(context, recall=None),
        context.soft,
        context.rewritten,
    )


def _nothing_kept(call: Call, reached: Reached, why: str) -> list[str]:
    """What is said of a result without text, where no stage has said why."""
    blank = not any(passage.text.strip() for passage in call.whole.passages)
    if why or blank or reached.warnings or not reached.context.is_empty:
        return []
    if call.limit is not None and call.limit.tokens == 0:
        return ["nothing was kept: the limit is 0 tokens"]
    last = call.stages[-1].name
    return [
        f"nothing was kept: stage {last} found nothing worth keeping of {len(call.whole.passages)} passages"
    ]


def _kept_passages(call: Call, context: Context) -> tuple[KeptPassage, ...]:
    scores = passage_scores(context.rankings, len(context.passages))
    numbers = call.layout.numbers(context.kept)
    return tuple(
        KeptPassage(
            index,
            numbers[index],
            passage,
            context.kept[index],
            scores[index] if isfinite(scores[index]) else None,
        )
        for index, passage in enumerate(context.passages)
    )
