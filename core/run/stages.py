"""The stages of a call, one after another, each accounted for."""

import time
from dataclasses import dataclass, replace

from excerpt.calibrated.knob import NearBest, ScoreRule
from excerpt.contracts import CompressorContract, ScorerContract, with_defaults
from excerpt.errors import DeadlineExceeded, InputError
from excerpt.observe.spans import observe_stage
from excerpt.protocols import Compressor
from excerpt.run.fit import Limit, Room
from excerpt.run.start import Call
from excerpt.values.report import Outcome, StageReport
from excerpt.values.types import Context, Ranking

__all__ = ["Reached", "run_stages"]


@dataclass(frozen=True, slots=True)
class Reached:
    """Where a call stands after some of its stages.

    Args:
        context: What is kept.
        tokens: The tokens of that.
        stages: What became of the stages so far.
        warnings: What the caller should know.
        ranking: How the last stage ranked; None where it ranked nothing.
    """

    context: Context
    tokens: int
    stages: tuple[StageReport, ...] = ()
    warnings: tuple[str, ...] = ()
    ranking: Ranking | None = None

    @classmethod
    def at_start(cls, call: Call) -> "Reached":
        """Before the first stage."""
        tokens = call.tokens_in if call.first is call.whole else call.count(call.first)
        return cls(call.first, tokens, warnings=call.warnings)


@dataclass(frozen=True, slots=True)
class _Step:
    """What one stage came to: its context, or the one before it with the reason."""

    after: Context
    outcome: Outcome = "done"
    why: str = ""


def run_stages(call: Call) -> Reached:
    """All stages of a call.

    Raises:
        InputError: A stage gave something that is not less of what it was given, or not of this question.
        ExcerptError: A stage failed, and the chain does not keep what came before.
    """
    reached = Reached.at_start(call)
    for number, stage in enumerate(call.stages, start=1):
        with observe_stage(stage.name) as observed:
            reached = _run_stage(call, reached, stage, last=number == len(call.stages))
            observed(reached.stages[-1])
    return reached


def _run_stage(call: Call, reached: Reached, stage: Compressor, *, last: bool) -> Reached:
    started = time.perf_counter()
    before = reached.context
    step = _step(call, before, stage, last=last)
    after = step.after
    tokens = reached.tokens if after is before else call.count(after)
    ranking = after.rankings[-1] if len(after.rankings) > len(before.rankings) else None
    read = None if after.read is before.read else after.read
    report = StageReport(
        stage=stage.name,
        outcome=step.outcome,
        why=step.why or ("" if after is before else "; ".join(map(str, filter(None, (after.choice, read))))),
        unit=ranking.units.kind if ranking else "",
        units_in=len(ranking.units) if ranking else 0,
        units_out=int(ranking.kept.sum()) if ranking else 0,
        tokens_in=reached.tokens,
        tokens_out=tokens,
        read=read,
        milliseconds=1000 * (time.perf_counter() - started),
        stored={} if call.recall is None else call.recall.counted(),
    )
    return Reached(
        after,
        tokens,
        (*reached.stages, report),
        (*reached.warnings, *_warnings(stage.name, step, before)),
        ranking,
    )


def _step(call: Call, before: Context, stage: Compressor, *, last: bool) -> _Step:
    try:
        room = _room(call, before, stage, last=last)
        return _Step(_checked(stage.name, before, call.deadline.call(lambda: stage.compress(before, room))))
    except DeadlineExceeded as error:
        return _Step(before, "deadline", str(error))
    except Exception as error:
        if not call.options.keep_on_error:
            raise
        return _Step(before, "failed", f"{type(error).__name__}: {error}")


def _room(call: Call, before: Context, stage: Compressor, *, last: bool) -> Room:
    limit = call.text_limit(before)
    if limit is not None and not last:
        headroom = with_defaults(stage, CompressorContract).headroom
        limit = None if headroom is None else Limit(int(limit.tokens * headroom))
    rule = _rule(call, stage) if last else None
    return Room(stage.name, limit, call.layout, call.counter, call.deadline, call.guards, rule)


def _rule(call: Call, stage: Compressor) -> ScoreRule | NearBest | None:
    """What the last stage may keep by its scores, beside what fits."""
    if call.promise is not None:
        return call.promise.rule
    if call.min_score is None:
        return None
    scorer = with_defaults(stage, CompressorContract).scorer
    return NearBest(call.min_score, with_defaults(scorer, ScorerContract).temperature)


def _warnings(stage: str, step: _Step, before: Context) -> list[str]:
    undone = f"stage {stage}: {step.outcome} ({step.why}); what came before it was kept"
    notes = [f"stage {stage}: {note}" for note in step.after.notes[len(before.notes) :]]
    return [*([undone] if step.outcome != "done" else []), *notes]


def _checked(stage: str, before: Context, after: object) -> Context:
    """What a stage gave back, if it is less of what it was given: a stage of the caller's own may give anything.

    Raises:
        InputError: It is no context, or not of this question and these passages, or more than was kept.
    """
    if after is before:
        return before
    if not isinstance(after, Context):
        message = (
            f"stage {stage}: compress() gave {type(after).__name__} and must give a Context; return "
            "room.fill(...), context.narrow(...) or the context itself"
        )
        raise InputError(message)
    if after.query != before.query or after.passages != before.passages:
        message = f"stage {stage}: gave the context of another question or other passages; narrow the one it was given"
        raise InputError(message)
    return replace(after, passages=before.passages, kept=before.narrow(after.kept).kept)
