"""The start of a call: what holds from its first stage to its result."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from excerpt.budget import Budget
from excerpt.calibrated.promise import PromiseCheck
from excerpt.contracts import CompressorContract, CounterContract, with_defaults
from excerpt.protocols import Compressor
from excerpt.registry import DEFAULTS
from excerpt.render import Layout, Rendered, render_rewritten
from excerpt.run.deadline import Deadline
from excerpt.run.fit import Limit, Protector, passage_scores
from excerpt.run.guards import cache_guards
from excerpt.tokens import TokenCounter
from excerpt.values.spans import total_length
from excerpt.values.stored import Recall, count_fingerprint
from excerpt.values.types import Context, Passage

__all__ = ["LOOK_AT_MOST", "Call", "Options", "start"]

LOOK_AT_MOST = 2_000_000
"""Characters of an input that are split, guarded and scored in one call; of a larger one, those that a first look finds
(`excerpt.compressors.skimming`)."""


@dataclass(frozen=True, slots=True)
class Options:
    """What a chain asks of every call.

    Args:
        chain: The chain's name.
        layout: How the text is written.
        keep_on_error: Keep what the stage before gave, instead of raising.
        guards: What must not be cut; None for nothing.
    """

    chain: str
    layout: Layout
    keep_on_error: bool = False
    guards: Protector | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """What holds for one call.

    Args:
        options: The chain's; the layout is this call's own.
        stages: The chain's, in order.
        whole: All passages, kept whole.
        first: What the first stage is given: the same, but for an input over the cap (`LOOK_AT_MOST`).
        tokens_in: The tokens of all passages.
        counter: The reader's tokenizer.
        limit: What the budget allows; None where each stage's own rule decides.
        promise: What a calibrated budget asks; None for any other.
        deadline: When the work must be done.
        guards: What must not be cut; None for nothing.
        recall: The way to stored signals; None without an index.
        warnings: What the caller should know already.
        min_score: The least that the last stage may keep (`excerpt.Budget`); None for none.
    """

    options: Options
    stages: Sequence[Compressor]
    whole: Context
    first: Context
    tokens_in: int
    counter: TokenCounter
    limit: Limit | None
    promise: PromiseCheck | None
    deadline: Deadline
    guards: Protector | None
    recall: Recall | None
    warnings: tuple[str, ...]
    min_score: float | None = None

    @property
    def layout(self) -> Layout:
        """How the text is written."""
        return self.options.layout

    def render(self, context: Context) -> Rendered:
        """A context as the reader gets it."""
        return _render(context, self.layout)

    def count(self, context: Context) -> int:
        """The tokens of that; most of what a chain costs beside its models, so ask once of a context."""
        return _count(context, self.layout, self.counter)

    def text_limit(self, context: Context, *, spare: int = 0) -> Limit | None:
        """What passages that stand as vectors leave of the limit.

        Args:
            context: The context; one without vectors leaves all of it.
            spare: Tokens that are to stay free beside them.
        """
        if self.limit is None or context.soft is None:
            return self.limit
        left = self.limit.tokens - context.soft.overhead(self.counter) - spare
        return replace(self.limit, tokens=max(0, left))

    @property
    def why_nothing_to_do(self) -> str:
        """Why the input is returned before any stage runs: ``"empty"`` or ``"fits"``; else ""."""
        fits = self.limit is not None and self.tokens_in <= self.limit.tokens
        if not any(passage.text.strip() for passage in self.whole.passages):
            return "empty" if self.limit is None or fits else ""
        capped = self.limit is not None and self.limit.per_passage_max is not None
        judged = any(with_defaults(stage, CompressorContract).judges for stage in self.stages)
        return "fits" if fits and not capped and not judged else ""

    def why_no_gain(self, tokens: int) -> str:
        """``"no_gain"`` where the stages left no fewer tokens than came in, and the input is allowed; else ""."""
        allowed = self.limit is None or (
            self.tokens_in <= self.limit.tokens and self.limit.per_passage_max is None
        )
        return "no_gain" if allowed and tokens >= self.tokens_in else ""


def start(  # noqa: PLR0913 - what the chain has and what the caller gave meet here
    options: Options,
    stages: Sequence[Compressor],
    query: str,
    passages: tuple[Passage, ...],
    *,
    budget: Budget | None,
    counter: TokenCounter,
    deadline: Deadline,
    recall: Recall | None,
) -> Call:
    """Count everything, and say what the call may keep.

    Args:
        options: The chain's.
        stages: The chain's, in order.
        query: The question.
        passages: What was retrieved.
        budget: None where each stage's own rule decides.
        counter: The reader's tokenizer.
        deadline: When the work must be done.
        recall: The way to stored signals; None without an index.

    Raises:
        PolicyError: The budget's policy promises nothing for its group.
    """
    whole = Context.start(query, passages, recall)
    first = _looked_at(whole)
    windows = {
        passage.text: kept
        for passage, kept in zip(passages, first.kept, strict=True)
        if kept and kept != ((0, len(passage.text)),)
    }
    guards = cache_guards(options.guards, passages, recall, windows)
    tokens_in = _count_whole(whole, options.layout, counter, recall)
    promise = PromiseCheck.of(budget)
    limit = None if budget is None else _limit(budget, tokens_in)
    warning = "" if limit is None else _slots_over(whole, options.layout, counter, limit.tokens)
    if warning:  # the budget goes before the slots
        options = replace(options, layout=replace(options.layout, preserve_slots=False))
    warnings = (*first.notes, warning) if warning else first.notes
    return Call(
        options,
        stages,
        whole,
        first,
        tokens_in,
        counter,
        limit,
        promise,
        deadline,
        guards,
        recall,
        warnings,
        None if budget is None else budget.min_score,
    )


def _looked_at(whole: Context) -> Context:
    """All of a context, or so much of it as one call may look at."""
    size = sum(len(passage.text) for passage in whole.passages)
    if size <= LOOK_AT_MOST:
        return whole
    spans = DEFAULTS.find("skim")(whole.query, whole.passages, LOOK_AT_MOST)
    looked = sum(total_length(each) for each in spans)
    found = f"{looked:,} of them were looked at, those with most of the question's words"
    note = f"the input has {size:,} characters; {found}"
    return replace(whole, kept=whole.narrow(spans).kept, notes=(note,))


def _limit(budget: Budget, tokens_in: int) -> Limit | None:
    tokens = budget.limit(tokens_in)
    return None if tokens is None else Limit(tokens, budget.per_passage_max, budget.per_passage_min)


def _slots_over(whole: Context, layout: Layout, counter: TokenCounter, tokens: int) -> str:
    """Why the heads of emptied passages cannot be written: they alone are over the budget; "" where they are not."""
    if not layout.preserve_slots:
        return ""
    emptied = whole.narrow([()] * len(whole.passages))
    heads = counter.count(_render(emptied, layout).text)
    if heads <= tokens:
        return ""
    return (
        f"the heads of {len(whole.passages)} slots take {heads} tokens of a budget of {tokens}: "
        "slots were not preserved"
    )


def _count_whole(whole: Context, layout: Layout, counter: TokenCounter, recall: Recall | None) -> int:
    """As `_count`; from stored counts, where these can be added."""
    adds_up = with_defaults(counter, CounterContract).adds_up
    fingerprint = count_fingerprint(counter) if adds_up else None
    if recall is None or fingerprint is None:
        return _count(whole, layout, counter)
    beside = layout.beside(whole.passages, whole.kept, [0.0] * len(whole.passages))
    texts = None if beside is None else recall.text_tokens(fingerprint, whole.passages)
    if texts is None or beside is None:
        return _count(whole, layout, counter)
    return sum(texts) + sum(counter.count_many(beside))


def _count(context: Context, layout: Layout, counter: TokenCounter) -> int:
    text = _render(context, layout).text
    return counter.count(text) if context.soft is None else context.soft.tokens(counter, text)


def _render(context: Context, layout: Layout) -> Rendered:
    if context.rewritten is not None:
        return render_rewritten(context.rewritten)
    scores = passage_scores(context.rankings, len(context.passages))
    return layout.render(context.passages, context.kept, scores)
