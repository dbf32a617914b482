"""One call of a chain: stages in order, each accounted for, and the budget held at the end."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import isfinite
from typing import Any

from excerpt.budget import Budget
from excerpt.calibrated.promise import Pledge
from excerpt.errors import DeadlineExceeded, InputError
from excerpt.protocols import Compressor
from excerpt.registry import DEFAULTS
from excerpt.render import Layout, Rendered, render_rewritten
from excerpt.run.breaches import find_breaches
from excerpt.run.deadline import Deadline
from excerpt.run.fit import Limit, Protector, Room, passage_scores
from excerpt.tokens import TokenCounter
from excerpt.values.compressed import Compressed
from excerpt.values.kept import KeptPassage
from excerpt.values.report import Breach, Outcome, Promise, Report, StageReport
from excerpt.values.spans import Span, contains, merge
from excerpt.values.stored import Precomputed, Recall, count_fingerprint
from excerpt.values.types import Context, Passage, Ranking

__all__ = ["Run", "StagePolicy"]

# When all units of a stage are too large for the budget, smaller ones are tried in its order.
_SMALLER_UNITS = ("sentence", "word")


@dataclass(frozen=True, slots=True)
class StagePolicy:
    """What holds for every stage of a chain.

    Args:
        keep_on_error: Keep what the stage before gave, instead of raising.
        guards: What must not be cut; None for nothing.
    """

    keep_on_error: bool = False
    guards: Protector | None = None


class _Remembered:
    """Guards that look at each text once a call: splitting asks for the same as the check after the fact."""

    def __init__(self, guards: Protector, known: Mapping[str, Any]) -> None:
        self.guards = guards
        self._stored = known
        self._known: dict[str, list[tuple[Span, str]]] = {}

    def found(self, text: str) -> list[tuple[Span, str]]:
        """As `Protector.found`."""
        if text not in self._known:
            stored = self._stored.get(text)
            self._known[text] = list(self.guards.found(text) if stored is None else stored.found)
        return self._known[text]

    def protected(self, text: str) -> Sequence[Span]:
        """As `Protector.protected`."""
        stored = self._stored.get(text)
        return merge(span for span, _ in self.found(text)) if stored is None else stored.protected


@dataclass(slots=True)
class Run:
    """One call of a chain.

    Args:
        chain: The chain's name.
        layout: How the text is written.
        counter: The reader's tokenizer.
        budget: The budget; None for each stage's own rule.
        deadline: When the work must be done.
        policy: What holds for every stage.
        recall: What is known of passages beforehand; None for nothing.
    """

    chain: str
    layout: Layout
    counter: TokenCounter
    budget: Budget | None
    deadline: Deadline
    policy: StagePolicy
    recall: Recall | None = None
    _stages: list[StageReport] = field(default_factory=list)
    _warnings: list[str] = field(default_factory=list)
    _limit: Limit | None = None
    _pledge: Pledge | None = None
    _last: Ranking | None = None
    _guards: Protector | None = None
    _counted: tuple[Context | None, int] = (None, 0)
    _crowded_out: bool = False
    _fullest: Context = field(default_factory=lambda: Context("", (), ()))

    def compress(
        self, query: str, passages: tuple[Passage, ...], stages: Sequence[Compressor], started: float
    ) -> Compressed:
        """Run the stages; ``started`` is a reading of ``time.perf_counter()``."""
        whole = Context.start(query, passages, self.recall)
        self._guards = self._remembered(passages)
        tokens_in = self._count_whole(whole)
        if self.budget is not None:
            self._limit_to(self.budget, tokens_in)
            self._give_up_slots(whole)
        context, why = whole, self._nothing_to_do(whole, tokens_in)
        if not why:
            context = self._hold_budget(self._run_stages(whole, stages, tokens_in))
            why = self._no_gain(context, tokens_in)
            context = whole if why else context
        return self._result(context, tokens_in, why, started)

    def _remembered(self, passages: tuple[Passage, ...]) -> Protector | None:
        guards = self.policy.guards
        if guards is None:
            return None
        known: dict[str, Any] = {}
        if self.recall is not None and isinstance(guards, Precomputed):
            found = self.recall.stored(guards, passages)
            known = {
                passage.text: guards.restored(columns)
                for passage, columns in zip(passages, found, strict=True)
                if columns is not None
            }
        return _Remembered(guards, known)

    def _limit_to(self, budget: Budget, tokens_in: int) -> None:
        self._pledge = Pledge.of(budget)
        tokens = budget.limit(tokens_in)
        if tokens is not None:
            self._limit = Limit(tokens, budget.per_passage_max, budget.per_passage_min)

    def _give_up_slots(self, whole: Context) -> None:
        """The budget goes before the slots: where their heads alone exceed it, they are not written."""
        if self._limit is None or not self.layout.preserve_slots:
            return
        tokens = self._limit.tokens
        heads = self.counter.count(self._render(whole.narrow([()] * len(whole.passages))).text)
        if heads > tokens:
            self.layout = replace(self.layout, preserve_slots=False)
            self._warnings.append(
                f"the heads of {len(whole.passages)} slots take {heads} tokens of a budget of {tokens}: "
                "slots were not preserved"
            )

    def _count_whole(self, whole: Context) -> int:
        """Tokens of everything, as `_count` would count them; from stored counts, where these can be added."""
        fingerprint = count_fingerprint(self.counter) if getattr(self.counter, "adds_up", False) else None
        if self.recall is None or fingerprint is None:
            return self._count(whole)
        beside = self.layout.beside(whole.passages, whole.kept, [0.0] * len(whole.passages))
        texts = None if beside is None else self.recall.text_tokens(fingerprint, whole.passages)
        if texts is None or beside is None:
            return self._count(whole)
        tokens = sum(texts) + sum(self.counter.count_many(beside))
        self._counted = (whole, tokens)
        return tokens

    def _count(self, context: Context) -> int:
        # Asked several times of the same context, and counting is most of what a chain costs beside its models.
        if self._counted[0] is not context:
            text = self._render(context).text
            tokens = (
                self.counter.count(text) if context.soft is None else context.soft.tokens(self.counter, text)
            )
            self._counted = (context, tokens)
        return self._counted[1]

    def _render(self, context: Context) -> Rendered:
        if context.rewritten is not None:
            return render_rewritten(context.rewritten)
        scores = passage_scores(context.rankings, len(context.passages))
        return self.layout.render(context.passages, context.kept, scores)

    def _nothing_to_do(self, whole: Context, tokens_in: int) -> str:
        if not any(passage.text.strip() for passage in whole.passages):
            return "empty" if self._limit is None or tokens_in <= self._limit.tokens else ""
        capped = self._limit is not None and self._limit.per_passage_max is not None
        return "fits" if self._limit is not None and tokens_in <= self._limit.tokens and not capped else ""

    def _no_gain(self, context: Context, tokens_in: int) -> str:
        allowed = self._limit is None or (
            tokens_in <= self._limit.tokens and self._limit.per_passage_max is None
        )
        return "no_gain" if allowed and self._count(context) >= tokens_in else ""

    def _run_stages(self, context: Context, stages: Sequence[Compressor], tokens: int) -> Context:
        for number, stage in enumerate(stages):
            last = number == len(stages) - 1
            context, tokens = self._run_stage(context, stage, tokens, last=last)
        return context

    def _run_stage(
        self, before: Context, stage: Compressor, tokens: int, *, last: bool
    ) -> tuple[Context, int]:
        started = time.perf_counter()
        if any(before.kept):
            self._fullest = before
        outcome: Outcome = "done"
        why = ""
        after = before
        try:
            room = self._room(before, stage, last=last)
            after = _checked(stage.name, before, self.deadline.call(lambda: stage.compress(before, room)))
        except DeadlineExceeded as error:
            outcome, why = "deadline", str(error)
        except Exception as error:
            if not self.policy.keep_on_error:
                raise
            outcome, why = "failed", f"{type(error).__name__}: {error}"
        left = self._count(after) if after is not before else tokens
        self._last = ranking = after.rankings[-1] if len(after.rankings) > len(before.rankings) else None
        if any(before.kept) and after.is_empty:  # for want of room, or because nothing was worth keeping
            self._crowded_out = ranking is not None and bool(ranking.eligible.any())
        self._stages.append(
            StageReport(
                stage=stage.name,
                outcome=outcome,
                why=why,
                unit=ranking.units.kind if ranking else "",
                units_in=len(ranking.units) if ranking else 0,
                units_out=int(ranking.kept.sum()) if ranking else 0,
                tokens_in=tokens,
                tokens_out=left,
                milliseconds=1000 * (time.perf_counter() - started),
                stored={} if self.recall is None else self.recall.counted(),
            )
        )
        if outcome != "done":
            self._warnings.append(f"stage {stage.name}: {outcome} ({why}); what came before it was kept")
        self._warnings += [f"stage {stage.name}: {note}" for note in after.notes[len(before.notes) :]]
        return after, left

    def _text_limit(self, context: Context, *, spare: int = 0) -> Limit | None:
        """What passages that stand as vectors leave of the limit."""
        if self._limit is None or context.soft is None:
            return self._limit
        return replace(
            self._limit, tokens=max(0, self._limit.tokens - context.soft.overhead(self.counter) - spare)
        )

    def _room(self, before: Context, stage: Compressor, *, last: bool) -> Room:
        limit = self._text_limit(before)
        if limit is not None and not last:
            headroom = getattr(stage, "headroom", 1.0)
            limit = None if headroom is None else Limit(int(limit.tokens * headroom))
        rule = self._pledge.rule if last and self._pledge is not None else None
        return Room(stage.name, limit, self.layout, self.counter, self.deadline, self._guards, rule)

    def _last_room(self, stage: str, limit: Limit | None) -> Room:
        # The deadline may be over; without these steps the budget would not hold.
        return Room(stage, limit, self.layout, self.counter, Deadline(), self._guards)

    def _hold_budget(self, context: Context) -> Context:
        """Whatever the stages did: under the limit, and not empty where something fits."""
        if self._limit is None:
            return context
        if self._count(context) > self._limit.tokens:
            context = self._cut(context, self._limit.tokens)
        for unit in _SMALLER_UNITS:
            if not context.is_empty or not self._crowded_out:
                break
            context = self._truncate(replace(self._fullest, rankings=context.rankings), unit, self._limit)
            if any(context.kept):
                self._warnings.append(
                    f"no whole unit fits in {self._limit.tokens} tokens, so single {unit}s were kept instead"
                )
        return context

    def _cut(self, context: Context, tokens: int) -> Context:
        """Fit what a stage left over the limit: rewritten text, else vectors, then text."""
        if context.rewritten is not None:
            shorter = context.rewritten.within(tokens, self.counter)
            return replace(context, rewritten=None).rewrite(shorter)
        if context.soft is None:
            return self._trim(context, self._limit)
        context = replace(context, soft=context.soft.within(tokens, self.counter))
        spare = 0
        while (over := self._count(context) - tokens) > 0:  # text and gap may merge otherwise than apart
            context = self._trim(context, self._text_limit(context, spare=spare))
            spare += max(1, over)
        return context

    def _trim(self, context: Context, limit: Limit | None) -> Context:
        """Fit text into a limit, by the last ranking if it still describes what is kept."""
        self._fullest, self._crowded_out = context, True
        if context.rankings:
            ranking = context.rankings[-1]
            spans = ranking.units.spans(ranking.kept, len(context.passages))
            if all(contains(kept, of_one) for kept, of_one in zip(context.kept, spans, strict=True)):
                room = self._last_room(ranking.stage, limit)
                return room.fill(context, ranking.units, ranking.scores, ranking.kept)
        return self._truncate(context, "sentence", limit)

    def _truncate(self, context: Context, unit: str, limit: Limit | None) -> Context:
        stage: Compressor = DEFAULTS.find("cut")(unit=unit)
        return stage.compress(context, self._last_room(stage.name, limit))

    def _result(self, context: Context, tokens_in: int, why: str, started: float) -> Compressed:
        rendered = self._render(context)
        scores = passage_scores(context.rankings, len(context.passages))
        numbers = self.layout.numbers(context.kept)
        kept = tuple(
            KeptPassage(
                index,
                numbers[index],
                passage,
                context.kept[index],
                scores[index] if isfinite(scores[index]) else None,
            )
            for index, passage in enumerate(context.passages)
        )
        promise, warnings = self._promised(tokens_in)
        report = Report(
            chain=self.chain,
            tokenizer=self.counter.name,
            limit=None if self._limit is None else self._limit.tokens,
            stages=tuple(self._stages),
            passed_through=why,
            warnings=(*self._warnings, *warnings),
            breaches=self._breaches(context),
            promise=promise,
            milliseconds=1000 * (time.perf_counter() - started),
        )
        return Compressed(
            context.query,
            rendered.text,
            kept,
            tokens_in,
            self._count(context),
            report,
            rendered.pieces,
            replace(context, recall=None),
            context.soft,
            context.rewritten,
        )

    def _promised(self, tokens_in: int) -> tuple[Promise | None, list[str]]:
        if self._pledge is None:
            return None, []
        return self._pledge.judge(self._last, self._stages, tokens_in)

    def _breaches(self, context: Context) -> tuple[Breach, ...]:
        if self._guards is None:
            return ()
        return tuple(find_breaches(context, self._guards))


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
