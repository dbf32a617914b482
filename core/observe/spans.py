"""Spans and metrics of OpenTelemetry: what a call cost and what became of it, never a word of its texts.

Only the API is used, which does nothing until the program that uses excerpt installs an SDK. Where the API is not
installed either, a call costs one look at a constant. Messages of errors may quote a text, so a span has an error's
type and no more.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, NamedTuple

from excerpt.errors import MissingExtraError
from excerpt.imports.extras import require
from excerpt.values.compressed import Compressed
from excerpt.values.report import StageReport

__all__ = ["observe_call", "observe_stage"]

_NAME = "excerpt"


class _Instruments(NamedTuple):
    """What the API gives to measure with."""

    tracer: Any
    failed: Any  # the status of a span
    duration: Any
    tokens: Any
    errors: Any


@cache
def _instruments() -> _Instruments | None:
    try:
        metrics = require("opentelemetry.metrics", extra="otel", purpose="metrics")
        trace = require("opentelemetry.trace", extra="otel", purpose="spans")
    except MissingExtraError:
        return None
    meter = metrics.get_meter(_NAME)
    return _Instruments(
        trace.get_tracer(_NAME),
        trace.StatusCode.ERROR,
        meter.create_histogram("excerpt.compress.duration", unit="s", description="Time of a call."),
        meter.create_counter("excerpt.tokens", unit="{token}", description="Tokens, by direction."),
        meter.create_counter(
            "excerpt.errors", unit="{call}", description="Calls that failed, by type of error."
        ),
    )


def observe_call(chain: str, work: Callable[[], Compressed]) -> Compressed:
    """Do the work of a call inside a span, and count it.

    Args:
        chain: The chain's name.
        work: What to do.
    """
    instruments = _instruments()
    if instruments is None:
        return work()
    about = {"excerpt.chain": chain}
    started = time.perf_counter()
    with _span(instruments, "excerpt.compress", about) as span:
        try:
            result = work()
        except BaseException as error:
            failed = about | {"error.type": type(error).__name__}
            instruments.errors.add(1, failed)
            instruments.duration.record(time.perf_counter() - started, failed)
            raise
        report = result.report
        span.set_attributes(
            {
                "excerpt.tokens.input": result.tokens_in,
                "excerpt.tokens.output": result.tokens_out,
                "excerpt.reason": report.passed_through or "compressed",
                "excerpt.warnings": len(report.warnings),
            }
            | ({} if report.limit is None else {"excerpt.budget": report.limit})
        )
    instruments.duration.record(time.perf_counter() - started, about)
    instruments.tokens.add(result.tokens_in, about | {"excerpt.direction": "input"})
    instruments.tokens.add(result.tokens_out, about | {"excerpt.direction": "output"})
    return result


@contextmanager
def observe_stage(stage: str) -> Iterator[Callable[[StageReport], None]]:
    """Do the work of a stage inside a span; gives the function that takes the stage's report.

    Args:
        stage: The stage's name.
    """
    instruments = _instruments()
    if instruments is None:
        yield lambda _: None
        return
    with _span(instruments, f"excerpt.stage {stage}", {"excerpt.stage": stage}) as span:
        yield lambda report: span.set_attributes(
            {
                "excerpt.outcome": report.outcome,
                "excerpt.tokens.input": report.tokens_in,
                "excerpt.tokens.output": report.tokens_out,
                "excerpt.units.input": report.units_in,
                "excerpt.units.output": report.units_out,
            }
        )


@contextmanager
def _span(instruments: _Instruments, name: str, about: dict[str, str]) -> Iterator[Any]:
    with instruments.tracer.start_as_current_span(
        name, attributes=about, record_exception=False, set_status_on_exception=False
    ) as span:
        try:
            yield span
        except BaseException as error:
            span.set_attribute("error.type", type(error).__name__)
            span.set_status(instruments.failed)
            raise
