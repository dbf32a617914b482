import asyncio
import subprocess
import sys

import pytest
from opentelemetry import metrics, trace
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from excerpt import Chain, load_chain
from excerpt.observe import spans

SECRET = "zanzibar"
QUESTION = f"Who keeps the bees of {SECRET}?"
PASSAGES = [
    f"The bees of {SECRET} are kept by Ann. She has two dogs.",
    f"Nothing else is known of {SECRET}.",
] * 3


class Seen:
    """What the SDK was given, all in memory."""

    def __init__(self):
        self.exporter, self.reader = InMemorySpanExporter(), InMemoryMetricReader()
        self.tracers = TracerProvider()
        self.tracers.add_span_processor(SimpleSpanProcessor(self.exporter))
        self.meters = MeterProvider(metric_readers=[self.reader])

    def spans(self):
        return self.exporter.get_finished_spans()

    def points(self, name):
        found = [
            metric.data.data_points
            for resource in self.reader.get_metrics_data().resource_metrics
            for scope in resource.scope_metrics
            for metric in scope.metrics
            if metric.name == name
        ]
        return found[0] if found else []


@pytest.fixture
def seen(monkeypatch):
    """An SDK for this test alone: the global one can be set but once in a process."""
    given = Seen()
    monkeypatch.setattr(trace, "get_tracer", given.tracers.get_tracer)
    monkeypatch.setattr(metrics, "get_meter", given.meters.get_meter)
    spans._instruments.cache_clear()
    yield given
    spans._instruments.cache_clear()


class Nested:
    """A stage with a span of its own, which fails where it is asked to."""

    name = "nested"

    def __init__(self, tracer, *, fails=False):
        self.tracer, self.fails = tracer, fails

    def compress(self, context, room):
        with self.tracer.start_as_current_span("mine"):
            if self.fails:
                raise ValueError(context.query)
        return context


def test_a_call_is_a_span_with_one_for_each_stage(seen):
    """Names and numbers are there, and a stage's span stands under its call's."""
    result = load_chain("fast").compress(QUESTION, PASSAGES, budget=20)
    stage, call = seen.spans()
    assert (call.name, stage.name) == ("excerpt.compress", "excerpt.stage lexical-ranker")
    assert stage.parent.span_id == call.context.span_id
    assert dict(call.attributes) == {
        "excerpt.chain": "fast",
        "excerpt.tokens.input": result.tokens_in,
        "excerpt.tokens.output": result.tokens_out,
        "excerpt.budget": 20,
        "excerpt.reason": "compressed",
        "excerpt.warnings": len(result.report.warnings),
    }
    assert stage.attributes["excerpt.outcome"] == "done"
    assert stage.attributes["excerpt.units.output"] >= 1


def test_tokens_time_and_errors_are_counted(seen):
    """One histogram of seconds, tokens by direction, failures by type."""
    chain = load_chain("fast")
    result = chain.compress(QUESTION, PASSAGES, budget=20)
    with pytest.raises(Exception, match="query"):
        chain.compress("", PASSAGES, budget=20)
    tokens = {point.attributes["excerpt.direction"]: point.value for point in seen.points("excerpt.tokens")}
    assert tokens == {"input": result.tokens_in, "output": result.tokens_out}
    assert sum(point.count for point in seen.points("excerpt.compress.duration")) == 2
    (error,) = seen.points("excerpt.errors")
    assert (error.value, dict(error.attributes)) == (1, {"excerpt.chain": "fast", "error.type": "InputError"})


def test_no_word_of_a_text_is_in_a_span_or_a_metric(seen):
    """Not of the question, not of a passage, and not of an error that quotes them."""
    load_chain("fast").compress(QUESTION, PASSAGES, budget=20)
    chain = Chain(["bm25-sentences", Nested(seen.tracers.get_tracer("test"), fails=True)], name="fails")
    with pytest.raises(ValueError, match=SECRET):
        chain.compress(QUESTION, PASSAGES, budget=20)
    ours = [span for span in seen.spans() if span.name.startswith("excerpt")]
    assert len(ours) == 5
    assert SECRET not in "".join(span.to_json() for span in ours)
    assert SECRET not in seen.reader.get_metrics_data().to_json()
    failed = [span for span in ours if span.name == "excerpt.compress"][-1]
    assert failed.attributes["error.type"] == "ValueError"
    assert failed.status.status_code == trace.StatusCode.ERROR


@pytest.mark.parametrize("deadline", [None, 60.0])
def test_spans_of_a_stage_and_of_the_caller_hang_together(seen, deadline):
    """On whatever thread the work is done: the caller's span, the call, its stage, and what the stage does inside."""
    tracer = seen.tracers.get_tracer("test")

    async def ask():
        with tracer.start_as_current_span("caller"):
            await Chain([Nested(tracer)], deadline_s=deadline).acompress(QUESTION, PASSAGES, budget=20)

    asyncio.run(ask())
    by_id = {span.context.span_id: span for span in seen.spans()}
    line = [next(span for span in seen.spans() if span.name == "mine")]
    while line[-1].parent is not None:
        line.append(by_id[line[-1].parent.span_id])
    assert [span.name for span in line] == ["mine", "excerpt.stage nested", "excerpt.compress", "caller"]


def test_without_the_package_nothing_is_done():
    """A call works where opentelemetry is not installed, and it is looked for once."""
    script = """
import sys
asked = []
class Hidden:
    def find_spec(self, name, path=None, target=None):
        if name.startswith("opentelemetry"):
            asked.append(name)
            raise ModuleNotFoundError(name, name=name)
sys.meta_path.insert(0, Hidden())
from excerpt import compress
for _ in range(3):
    compress("Who keeps bees?", ["Ann keeps bees. She has dogs."], budget=5, chain="fast")
assert asked == ["opentelemetry"], asked
"""
    subprocess.run([sys.executable, "-P", "-c", script], check=True)
