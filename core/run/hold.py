"""The budget, held at the end of a call whatever its stages did."""

from dataclasses import replace

from excerpt.protocols import Compressor
from excerpt.registry import DEFAULTS
from excerpt.run.deadline import Deadline
from excerpt.run.fit import Limit, Room
from excerpt.run.stages import Reached
from excerpt.run.start import Call
from excerpt.values.spans import contains, total_length
from excerpt.values.types import Context

__all__ = ["hold_budget"]


_RANKED = 200_000
"""Characters that are ranked by their words where no stage has ranked them: a fraction of a second, also where a stage
was undone because the deadline had passed. Of more, the front is kept."""


def hold_budget(call: Call, reached: Reached) -> Reached:
    """Under the limit."""
    if call.limit is None or reached.tokens <= call.limit.tokens:
        return reached
    return _cut(call, reached, call.limit.tokens)


def _cut(call: Call, reached: Reached, tokens: int) -> Reached:
    """Fit what a stage left over the limit: rewritten text, else vectors, then text."""
    context = reached.context
    if context.rewritten is not None:
        shorter = context.rewritten.within(tokens, call.counter)
        context = replace(context, rewritten=None).rewrite(shorter)
        return replace(reached, context=context, tokens=call.count(context))
    if context.soft is None:
        return _trim(call, reached, call.limit)
    context = replace(context, soft=context.soft.within(tokens, call.counter))
    reached = replace(reached, context=context, tokens=call.count(context))
    spare = 0
    while (over := reached.tokens - tokens) > 0:  # text and gap may merge otherwise than apart
        reached = _trim(call, reached, call.text_limit(reached.context, spare=spare))
        spare += max(1, over)
    return reached


def _trim(call: Call, reached: Reached, limit: Limit | None) -> Reached:
    """Fit text into a limit, by the last ranking if it still describes what is kept."""
    context = _trimmed(call, reached.context, limit)
    said = [note for note in context.notes[len(reached.context.notes) :] if note not in reached.warnings]
    return replace(reached, context=context, tokens=call.count(context), warnings=(*reached.warnings, *said))


def _trimmed(call: Call, context: Context, limit: Limit | None) -> Context:
    if context.rankings:
        ranking = context.rankings[-1]
        ranked = ranking.units.spans(ranking.kept, len(context.passages))
        if all(contains(kept, spans) for kept, spans in zip(context.kept, ranked, strict=True)):
            room = _last_room(call, ranking.stage, limit)
            return room.fill(context, ranking.units, ranking.scores, ranking.kept_selection())
    size = sum(total_length(spans) for spans in context.kept)
    by_words = not context.rankings and size <= _RANKED
    stage: Compressor = DEFAULTS.find("fallback")() if by_words else DEFAULTS.find("cut")(unit="sentence")
    return stage.compress(context, _last_room(call, stage.name, limit))


def _last_room(call: Call, stage: str, limit: Limit | None) -> Room:
    # The deadline may be over; without these steps the budget would not hold.
    return Room(stage, limit, call.layout, call.counter, Deadline(), call.guards)
