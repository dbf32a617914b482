"""The one function that every adapter here uses: texts in, shorter texts with their spans out.

It fails open: a text that cannot be compressed comes back as it was, with the reason. What it is given is never longer
afterwards. Without a question a chain that reads none is used, and the result says so.
"""

import copy
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias, TypedDict, Unpack, get_args

from excerpt.budget import Budget, BudgetLike
from excerpt.chain import Chain, ChainLike
from excerpt.errors import ConfigError, DeadlineExceeded, InputError
from excerpt.parallel.pool import CALLS
from excerpt.presets import DEFAULT_RATIO, load_chain
from excerpt.tokens import BUNDLED, TokenCounter, TokenizerLike, resolve_tokenizer
from excerpt.values.coerce import PassageLike, to_passages
from excerpt.values.compressed import Compressed
from excerpt.values.spans import Span
from excerpt.values.stored import Store
from excerpt.values.types import Passage

__all__ = [
    "NO_QUESTION",
    "QUERY_FREE",
    "BudgetFor",
    "CompressedText",
    "OnError",
    "Reason",
    "TextCompressor",
    "TextOptions",
    "acompress_texts",
    "compress_texts",
]

NO_QUESTION = "(no question)"
"""Stands in for the question in chains that do not read it."""

QUERY_FREE = "query-free"
"""The preset that is used where there is no question."""

BudgetFor: TypeAlias = Literal["all", "each"]
OnError: TypeAlias = Literal["keep", "raise"]

Reason: TypeAlias = Literal["", "fits", "whole", "no_gain", "empty", "failed", "deadline"]
"""Why a text is unchanged: it is within the budget; all of it was kept; it would be no shorter; there is nothing but
white space; the chain failed; the time was over. Empty for a text that was changed."""


@dataclass(frozen=True, slots=True)
class CompressedText:
    """What became of one text.

    Args:
        text: The kept text; the original where nothing was changed; empty where all of it was dropped.
        spans: Kept characters of the original: sorted, not overlapping; all of it where nothing was changed.
        tokens_in: Tokens of the original, under the budget's tokenizer.
        tokens_out: Tokens of ``text``.
        reason: Why it is unchanged (`Reason`); empty where it was changed.
        warnings: What the caller should know, such as the error behind ``"failed"``.
        chain: Name of the chain that was used.
        query_free: There was no question, or the chain reads none.
        score: The best kept unit's score, None without one; comparable inside one call only.
    """

    text: str
    spans: tuple[Span, ...]
    tokens_in: int
    tokens_out: int
    reason: Reason = ""
    warnings: tuple[str, ...] = ()
    chain: str = ""
    query_free: bool = False
    score: float | None = None

    @property
    def changed(self) -> bool:
        """Whether ``text`` is another than the original."""
        return not self.reason


class TextCompressor:
    """The settings of an adapter, checked and loaded once; called with texts from any number of threads.

    Args:
        chain: A `Chain`, a preset's name or a TOML file's path; None for the default preset.
        budget: A `Budget`, an int (tokens), a float (ratio kept) or ``"calibrated:POLICY.json"``; None lets the chain's
            own rules decide. Separators between texts are the host's, and are not counted with ``budget_for="each"``;
            with ``"all"`` an empty line between texts is.
        budget_for: ``"all"``: the texts of a call share the budget. ``"each"``: every text has one of its own, and
            what is kept of it does not depend on the others.
        tokenizer: Replaces the budget's tokenizer; see `excerpt.tokens`.
        query_free: The chain for calls without a question, where ``chain`` reads one.
        on_error: ``"keep"``: a text on which the chain fails is given back as it was. ``"raise"``: the error is raised.
        deadline_s: Seconds for one call. What is not done by then is given back as it was (``on_error="raise"``: an
            error). None for no limit.

    Raises:
        ConfigError: An option is wrong, the chain writes new text (its spans would be of no text), or ``query_free``
            reads the question.
        BudgetError: The budget cannot be read.
        PolicyError: The budget is calibrated, and not with this chain or tokenizer.
    """

    def __init__(  # noqa: PLR0913 - the options of every adapter
        self,
        chain: ChainLike | None = None,
        *,
        budget: BudgetLike = DEFAULT_RATIO,
        budget_for: BudgetFor = "all",
        tokenizer: TokenizerLike | None = None,
        query_free: ChainLike = QUERY_FREE,
        on_error: OnError = "keep",
        deadline_s: float | None = None,
    ) -> None:
        for name, value, known in (
            ("budget_for", budget_for, get_args(BudgetFor)),
            ("on_error", on_error, get_args(OnError)),
        ):
            if value not in known:
                message = f"{name}: must be one of {', '.join(known)}; got {value!r}"
                raise ConfigError(message)
        self.budget = Budget.of(budget, tokenizer)
        self.budget_for: BudgetFor = budget_for
        self.counter: TokenCounter = resolve_tokenizer(
            self.budget.tokenizer if self.budget else tokenizer or BUNDLED
        )
        self.on_error: OnError = on_error
        self.deadline_s = deadline_s
        self.chain = _text_chain("default" if chain is None else chain, deadline_s)
        self.query_free = _text_chain(query_free, deadline_s) if self.chain.needs_query else self.chain
        if self.query_free.needs_query:
            message = (
                f"query_free: the chain {self.query_free.name!r} reads the question; name one that reads none"
            )
            raise ConfigError(message)
        if self.budget is not None:
            self.chain.check(self.budget, self.counter)

    def __call__(
        self,
        texts: Iterable[PassageLike],
        question: str | None,
        *,
        titles: Sequence[str | None] | None = None,
        stored: Store | None = None,
        within_s: float | None = None,
    ) -> list[CompressedText]:
        """One result for each text, in order.

        Args:
            texts: Texts, or whatever else can be read as passages (`excerpt.values.coerce.PassageLike`).
            question: What the reader is asked; None or blank where nobody asked.
            titles: One for each text; the chain reads them, and nobody writes them.
            stored: What is known of the texts beforehand, as for `excerpt.Chain.compress`.
            within_s: Seconds for this call in the place of ``deadline_s``, where it is part of something larger.

        Raises:
            InputError: The texts are no list of texts, or the titles are not one for each.
            ExcerptError: The chain failed and ``on_error`` is ``"raise"``.
        """
        passages = _titled(to_passages(texts, "texts"), titles)
        asked = question if question and question.strip() else None
        seconds = self.deadline_s if within_s is None else within_s
        if self.budget_for == "all":
            return self._call(passages, asked, stored, seconds)
        ends = None if seconds is None else time.monotonic() + seconds
        return [
            result
            for passage in passages
            for result in self._call(
                (passage,), asked, stored, None if ends is None else max(0.0, ends - time.monotonic())
            )
        ]

    def with_tokens(self, tokens: int) -> "TextCompressor":
        """The same settings with a budget of so many tokens."""
        other = copy.copy(self)
        other.budget = Budget(tokens=tokens, tokenizer=self.counter)
        return other

    async def acall(
        self,
        texts: Iterable[PassageLike],
        question: str | None,
        *,
        titles: Sequence[str | None] | None = None,
        stored: Store | None = None,
    ) -> list[CompressedText]:
        """`__call__` on one of the process's threads for calls, so that the event loop goes on."""
        given = list(texts) if not isinstance(texts, str) else texts
        return await CALLS.run(lambda: self(given, question, titles=titles, stored=stored))

    def _call(
        self, passages: tuple[Passage, ...], question: str | None, stored: Store | None, seconds: float | None
    ) -> list[CompressedText]:
        chain = self.query_free if question is None else self.chain
        if not any(passage.text.strip() for passage in passages):
            return self._unchanged(passages, chain, "empty")
        try:
            result = chain.with_deadline(seconds).compress(
                question or NO_QUESTION, passages, budget=self._limit(chain), stored=stored
            )
            _check_time(result, seconds)
        except DeadlineExceeded as error:
            if self.on_error == "raise":
                raise
            return self._unchanged(passages, chain, "deadline", str(error))
        except Exception as error:
            if self.on_error == "raise":
                raise
            return self._unchanged(passages, chain, "failed", f"{type(error).__name__}: {error}")
        return self._results(result, chain)

    def _limit(self, chain: Chain) -> Budget | None:
        """The budget; for the chain that it was not calibrated with its cap, or half the tokens."""
        budget = self.budget
        if budget is None or budget.policy is None or chain is self.chain:
            return budget
        if budget.tokens is not None:
            return Budget(tokens=budget.tokens, tokenizer=budget.tokenizer)
        return Budget(ratio=DEFAULT_RATIO, tokenizer=budget.tokenizer)

    def _results(self, result: Compressed, chain: Chain) -> list[CompressedText]:
        passages = [kept.passage for kept in result.passages]
        if result.report.passed_through:
            reason: Reason = "fits" if result.report.passed_through == "fits" else "no_gain"
            return self._unchanged(passages, chain, reason, *result.report.warnings)
        before = self.counter.count_many([passage.text for passage in passages])
        after = self.counter.count_many([kept.text for kept in result.passages])
        made = [
            CompressedText(
                kept.text,
                kept.spans,
                tokens_in,
                tokens_out,
                warnings=_warnings(chain, result.report.warnings),
                chain=chain.name,
                query_free=not chain.needs_query,
                score=kept.score,
            )
            for kept, tokens_in, tokens_out in zip(result.passages, before, after, strict=True)
        ]
        return [_never_longer(one, passage.text) for one, passage in zip(made, passages, strict=True)]

    def _unchanged(
        self, passages: Sequence[Passage], chain: Chain, reason: Reason, *warnings: str
    ) -> list[CompressedText]:
        counts = self.counter.count_many([passage.text for passage in passages])
        return [
            CompressedText(
                passage.text,
                _whole(passage.text),
                tokens,
                tokens,
                reason,
                _warnings(chain, warnings),
                chain.name,
                not chain.needs_query,
            )
            for passage, tokens in zip(passages, counts, strict=True)
        ]


class TextOptions(TypedDict, total=False):
    """The options of `TextCompressor`, which says what they mean."""

    chain: ChainLike | None
    budget: BudgetLike
    budget_for: BudgetFor
    tokenizer: TokenizerLike | None
    query_free: ChainLike
    on_error: OnError
    deadline_s: float | None


def compress_texts(
    texts: Iterable[PassageLike],
    question: str | None,
    *,
    titles: Sequence[str | None] | None = None,
    stored: Store | None = None,
    **options: Unpack[TextOptions],
) -> list[CompressedText]:
    """Compress texts for a question, or for none. For more than one call make a `TextCompressor`.

    Args:
        texts: As for `TextCompressor.__call__`, like the next three.
        question: None or blank where nobody asked.
        titles: One for each text.
        stored: What is known of the texts beforehand.
        options: Those of `TextCompressor`.

    Raises:
        InputError: As `TextCompressor.__call__`.
        ConfigError: As `TextCompressor`.
        ExcerptError: The chain failed and ``on_error`` is ``"raise"``.
    """
    return TextCompressor(**options)(texts, question, titles=titles, stored=stored)


async def acompress_texts(
    texts: Iterable[PassageLike],
    question: str | None,
    *,
    titles: Sequence[str | None] | None = None,
    stored: Store | None = None,
    **options: Unpack[TextOptions],
) -> list[CompressedText]:
    """`compress_texts` on one of the process's threads for calls, so that the event loop goes on."""
    given = list(texts) if not isinstance(texts, str) else texts
    return await CALLS.run(lambda: compress_texts(given, question, titles=titles, stored=stored, **options))


def _text_chain(given: ChainLike, deadline_s: float | None) -> Chain:
    chain = load_chain(given).for_reader(None)
    if chain.rewrites:
        message = f"chain: {chain.name!r} writes new text, which has no spans; name one that keeps parts of the texts"
        raise ConfigError(message)
    return chain.with_deadline(chain.deadline_s if deadline_s is None else deadline_s)


def _titled(passages: tuple[Passage, ...], titles: Sequence[str | None] | None) -> tuple[Passage, ...]:
    if titles is None:
        return passages
    if isinstance(titles, str) or len(titles) != len(passages):
        message = f"titles: need one for each of {len(passages)} texts, got {titles!r:.80}"
        raise InputError(message)
    return tuple(
        replace(passage, title=title) if title else passage
        for passage, title in zip(passages, titles, strict=True)
    )


def _check_time(result: Compressed, seconds: float | None) -> None:
    # A chain cuts what its undone stages left to the budget from the front; here the whole text is the better answer.
    late = next((stage for stage in result.report.stages if stage.outcome == "deadline"), None)
    if seconds is not None and late is not None:
        raise DeadlineExceeded(late.why)


def _warnings(chain: Chain, warnings: Sequence[str]) -> tuple[str, ...]:
    if chain.needs_query:
        return tuple(warnings)
    return (f"no question was read: the chain {chain.name!r} chose by the text alone", *warnings)


def _whole(text: str) -> tuple[Span, ...]:
    return (Span(0, len(text)),) if text else ()


def _never_longer(made: CompressedText, original: str) -> CompressedText:
    if made.text == original:
        return replace(made, reason="whole")
    if made.tokens_out < made.tokens_in:
        return made
    reason: Reason = "no_gain" if original.strip() else "empty"
    return replace(made, text=original, spans=_whole(original), tokens_out=made.tokens_in, reason=reason)
