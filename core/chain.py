"""Compressors in a row under one budget."""

import copy
import time
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from math import inf
from threading import Event
from typing import Any, Literal, TypeAlias

from excerpt.budget import Budget, BudgetLike
from excerpt.calibrated.fingerprint import chain_fingerprint, tokenizer_fingerprint
from excerpt.checks import check_headroom
from excerpt.contracts import CompressorContract, with_defaults
from excerpt.errors import ConfigError, InputError
from excerpt.layouts import layout
from excerpt.observe.spans import observe_call
from excerpt.parallel.pool import CALLS
from excerpt.protocols import Compressor, Protector
from excerpt.registry import COMPRESSORS, DEFAULTS
from excerpt.render import Layout, Template
from excerpt.run.call import run_call
from excerpt.run.deadline import Deadline
from excerpt.run.start import Options, start
from excerpt.tokens import BUNDLED, TokenCounter, TokenizerLike, resolve_tokenizer
from excerpt.values.coerce import PassageLike, to_passages, to_query
from excerpt.values.compressed import Compressed
from excerpt.values.stored import Recall, Store

__all__ = ["Chain", "ChainLike"]

OnError: TypeAlias = Literal["raise", "keep"]


class Chain:
    """Compressors in a row under one budget.

    A chain holds no state between calls and may be used from several threads.

    Args:
        stages: Compressors, or their registered names, in the order they run.
        name: What reports call the chain; made from the stages when empty.
        template: How passages are written for the reader: ``"plain"``, ``"titled"``, ``"numbered"``,
            ``"xml"``, ``"sections"`` or an `excerpt.render.Template`.
        order: ``"document"``, ``"best_first"`` or ``"best_last"``.
        preserve_slots: Write emptied passages' heads too, so that numbers never change.
        on_error: ``"raise"``, or ``"keep"`` what the stage before gave and say so in the report. The
            budget holds in both cases.
        guards: What is kept whole or dropped whole; ``"default"`` for `excerpt.compressors.Guards` as it
            comes, None to protect nothing.
        deadline_s: Seconds for one call. A stage that overruns is undone; the budget still holds.

    Raises:
        ConfigError: A stage is not a compressor, or an option has an unknown value.
    """

    def __init__(  # noqa: PLR0913 - the options of the whole product meet here
        self,
        stages: Sequence[Compressor | str],
        *,
        name: str = "",
        template: Template | str = "plain",
        order: str = "document",
        preserve_slots: bool = False,
        on_error: OnError = "raise",
        guards: Protector | Literal["default"] | None = "default",
        deadline_s: float | None = None,
    ) -> None:
        if isinstance(stages, str | bytes | Mapping) or not isinstance(stages, Iterable) or not stages:
            message = f"chain: needs a list with at least one stage, got {stages!r}"
            raise ConfigError(message)
        self.stages: tuple[Compressor, ...] = tuple(_stage(stage) for stage in stages)
        _check_order(self.stages)
        _check_options(
            {
                "name": name,
                "on_error": on_error,
                "preserve_slots": preserve_slots,
                "guards": guards,
                "deadline_s": deadline_s,
            }
        )
        self.name = name or " > ".join(stage.name for stage in self.stages)
        self.layout: Layout = layout(template, order, preserve_slots=preserve_slots)
        self.guards: Protector | None = DEFAULTS.find("guards")() if guards == "default" else guards
        self.keep_on_error = on_error == "keep"
        self.deadline_s = deadline_s
        self._fingerprint: tuple[Layout, tuple[Compressor, ...], dict[str, str]] | None = None

    def __repr__(self) -> str:
        return f"Chain({', '.join(stage.name for stage in self.stages)})"

    def __deepcopy__(self, memo: dict[int, Any]) -> "Chain":
        # Stages keep no state, and their models are large and read only: copies share them.
        return copy.copy(self)

    def fingerprint(self, counter: TokenCounter) -> Mapping[str, str]:
        """A digest of each part that decides what is kept (`excerpt.calibrated.fingerprint`): what a policy belongs to.

        Args:
            counter: The reader's tokenizer.
        """
        known = self._fingerprint
        if known is None or known[0] is not self.layout or known[1] is not self.stages:  # a changed copy
            known = self._fingerprint = (
                self.layout,
                self.stages,
                chain_fingerprint(self.stages, self.guards, self.layout),
            )
        return known[2] | tokenizer_fingerprint(counter)

    def check(self, budget: Budget, counter: TokenCounter) -> None:
        """Refuse a calibrated budget that belongs to another chain or tokenizer.

        Args:
            budget: The budget; one without a policy passes.
            counter: Its tokenizer.

        Raises:
            PolicyError: The message says what differs.
        """
        if budget.policy is not None:
            budget.policy.check(self.fingerprint(counter), self.name, counter.name)

    def with_template(self, template: Template | str) -> "Chain":
        """The same chain writing passages another way.

        Raises:
            ConfigError: No such template.
        """
        other = copy.copy(self)
        other.layout = layout(template, self.layout.order, preserve_slots=self.layout.preserve_slots)
        return other

    def with_deadline(self, seconds: float | None) -> "Chain":
        """The same chain with another time limit a call; see the class's ``deadline_s``.

        Raises:
            ConfigError: It is no number of at least 0.
        """
        if not _is_deadline(seconds):
            message = f"deadline_s: must be {_DEADLINE}, got {seconds!r}"
            raise ConfigError(message)
        other = copy.copy(self)
        other.deadline_s = seconds
        return other

    @property
    def needs_query(self) -> bool:
        """Whether any of the stages reads the question (`excerpt.contracts.CompressorContract`)."""
        return any(with_defaults(stage, CompressorContract).needs_query for stage in self.stages)

    @property
    def rewrites(self) -> bool:
        """Whether a stage writes new text, so that what comes out is not the passages' own."""
        return any(with_defaults(stage, CompressorContract).rewrites for stage in self.stages)

    def for_reader(self, reader: object) -> "Chain":
        """The same chain for one reader: a stage that turns passages into vectors needs to know who reads them.

        Args:
            reader: An `excerpt.models.Reader`; None for one that takes text only.

        Raises:
            ModelError: A stage's vectors were made for another reader.
        """
        stages = [with_defaults(stage, CompressorContract).for_reader(reader) for stage in self.stages]
        if all(new is old for new, old in zip(stages, self.stages, strict=True)):
            return self
        other = copy.copy(self)
        other.stages, other._fingerprint = tuple(stages), None  # noqa: SLF001 - of this class
        return other

    def compress(
        self,
        query: str,
        passages: Iterable[PassageLike],
        *,
        budget: BudgetLike = None,
        tokenizer: TokenizerLike | None = None,
        stored: Store | None = None,
    ) -> Compressed:
        """Compress what was retrieved for one question.

        Args:
            query: The question.
            passages: Texts, mappings with ``text``, `Passage` or LangChain ``Document`` objects.
            budget: A `Budget`, an int (tokens), a float (ratio kept), or None: then each stage's own rule
                (gap, top-n, threshold, rate) decides.
            tokenizer: The reader's, which counts the budget: ``"gpt-4o"``, a hub name, a function (`excerpt.tokens`
                has the table). The budget's own when not given.
            stored: What is known of passages beforehand (`excerpt.retrievers.Index.features`). The result is
                the same without, but for quantized features; the report says what was there.

        Raises:
            InputError: The query or a passage is wrong; the message names it.
            BudgetError: The budget is wrong, or there is a tokenizer and no budget.
            NoModelError: There is no such tokenizer.
            PolicyError: The budget is calibrated, and not with this chain or tokenizer; the message says what differs.
            ExcerptError: A stage failed and ``on_error`` is ``"raise"``.
        """
        deadline = Deadline.after(self.deadline_s)
        limit = Budget.counted(budget, tokenizer)
        return observe_call(self.name, lambda: self._compress(query, passages, limit, stored, deadline))

    async def acompress(
        self,
        query: str,
        passages: Iterable[PassageLike],
        *,
        budget: BudgetLike = None,
        tokenizer: TokenizerLike | None = None,
        stored: Store | None = None,
    ) -> Compressed:
        """`compress` for ``async`` code: the same result, and the event loop goes on meanwhile.

        The work is done by as many threads as the process has cores, shared by all calls; a call waits for one of
        them. The deadline counts from now on, the wait included. Where the task is cancelled, work that has begun
        ends at its next check and work that waits never begins.

        Args:
            query: As for `compress`, like the rest.
            passages: Read on another thread.
            budget: As for `compress`.
            tokenizer: As for `compress`; read on another thread too.
            stored: As for `compress`.

        Raises:
            ExcerptError: As `compress`.
        """
        stop = Event()
        deadline = Deadline.after(self.deadline_s, stop)

        def work() -> Compressed:
            return self._compress(query, passages, Budget.counted(budget, tokenizer), stored, deadline)

        return await CALLS.run(lambda: observe_call(self.name, work), stop)

    def _compress(
        self,
        query: str,
        passages: Iterable[PassageLike],
        limit: Budget | None,
        stored: Store | None,
        deadline: Deadline,
    ) -> Compressed:
        started = time.perf_counter()
        question = to_query(query)
        given = to_passages(passages)
        counter = resolve_tokenizer(limit.tokenizer if limit else BUNDLED)
        if limit is not None:
            self.check(limit, counter)
        recall = None if stored is None else Recall(stored)
        call = start(
            Options(self.name, self.layout, self.keep_on_error, self.guards),
            self.stages,
            question,
            given,
            budget=limit,
            counter=counter,
            deadline=deadline,
            recall=recall,
        )
        return run_call(call, started)

    def compress_batch(
        self,
        queries: Iterable[str],
        passage_lists: Iterable[Iterable[PassageLike]],
        *,
        budget: BudgetLike = None,
        tokenizer: TokenizerLike | None = None,
    ) -> list[Compressed]:
        """Compress for many questions, as many at once as there are cores; the same results as one call each.

        A deadline counts for each question from when its work begins.

        Args:
            queries: The questions.
            passage_lists: The passages of each.
            budget: As for `compress`; each question has all of it.
            tokenizer: As for `compress`.

        Raises:
            InputError: The lists differ in length, or one element is wrong; the message has its number.
            BudgetError: The budget is wrong.
        """
        for name, given in (("queries", queries), ("passage_lists", passage_lists)):
            if isinstance(given, str) or not isinstance(given, Iterable):
                message = (
                    f"compress_batch: {name} must be a list with one element a question, got {given!r:.80}"
                )
                raise InputError(message)
        asked, lists = list(queries), list(passage_lists)
        if len(asked) != len(lists):
            message = f"compress_batch: {len(asked)} queries for {len(lists)} passage lists; give one each"
            raise InputError(message)
        limit = Budget.counted(budget, tokenizer)
        pairs = list(zip(asked, lists, strict=True))

        def compress_one(number: int) -> Compressed:
            query, passages = pairs[number]
            try:
                return self.compress(query, passages, budget=limit)
            except InputError as error:
                message = f"question {number}: {error}"
                raise type(error)(message) from error

        return CALLS.map(compress_one, range(len(pairs)))


ChainLike: TypeAlias = Chain | str

_DEADLINE = "a number of seconds, 0 or more, or None"


def _stage(stage: Any) -> Compressor:  # noqa: ANN401 - what the caller gave is checked here
    made = COMPRESSORS.make(stage, {}, "chain") if isinstance(stage, str) else stage
    if isinstance(made, Chain):
        message = (
            f"chain: {made!r} is a chain of its own, not a stage; give its stages instead: *chain.stages"
        )
        raise ConfigError(message)
    if isinstance(made, type) or not isinstance(made, Compressor) or not isinstance(made.name, str):
        message = (
            f"chain: {stage!r} is not a compressor; it needs a `name` (a string) and a `compress(context, room)` "
            "method (an instance, not a class)"
        )
        raise ConfigError(message)
    check_headroom(with_defaults(made, CompressorContract).headroom, f"chain: {made.name}")
    return made


def _check_options(options: Mapping[str, Any]) -> None:
    guards, seconds = options["guards"], options["deadline_s"]
    guarding = (
        not isinstance(guards, str | type) and hasattr(guards, "protected") and hasattr(guards, "found")
    )
    checks = {
        "name": (isinstance(options["name"], str), "a string"),
        "on_error": (options["on_error"] in ("raise", "keep"), "'raise' or 'keep'"),
        "preserve_slots": (isinstance(options["preserve_slots"], bool), "True or False"),
        "guards": (
            guards in ("default", None) or guarding,
            "'default', None or excerpt.compressors.Guards(...)",
        ),
        "deadline_s": (_is_deadline(seconds), _DEADLINE),
    }
    for name, (right, expected) in checks.items():
        if not right:
            message = f"{name}: must be {expected}, got {options[name]!r}"
            raise ConfigError(message)


def _is_deadline(seconds: object) -> bool:
    if seconds is None:
        return True
    return isinstance(seconds, int | float) and not isinstance(seconds, bool) and 0 <= seconds < inf


def _check_order(stages: Sequence[Compressor]) -> None:
    for stage, following in pairwise(stages):
        if with_defaults(stage, CompressorContract).rewrites:
            message = (
                f"chain: {stage.name} writes new text, and {following.name} behind it keeps parts of the passages' own "
                f"text, of which nothing would be left; put {stage.name} last"
            )
            raise ConfigError(message)
