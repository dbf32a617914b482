"""Three tools for agents: search an index, compress what the agent has, and give originals back. Of no protocol."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice

from excerpt.adapters.kept_texts import KeptText, KeptTexts
from excerpt.adapters.texts import QUERY_FREE, CompressedText, OnError, TextCompressor
from excerpt.budget import Budget, BudgetLike
from excerpt.chain import ChainLike
from excerpt.checks import check_whole
from excerpt.errors import InputError
from excerpt.parallel.pool import CALLS
from excerpt.presets import load_chain
from excerpt.retrievers import Index
from excerpt.retrievers.store.filters import Where, both
from excerpt.tokens import TokenizerLike
from excerpt.values.coerce import PassageLike, to_passages
from excerpt.values.types import Passage

__all__ = ["ContextTools", "Found", "Source"]

_ID_DIGITS = 12  # hexadecimal: models write them again, and a store holds far fewer than 2 ** 24 texts
_LOST = ("failed", "deadline")


@dataclass(frozen=True, slots=True)
class Source:
    """A passage of which something was kept.

    Args:
        id: What `ContextTools.expand` takes.
        passage: The passage.
        spans: Its kept characters.
    """

    id: str
    passage: Passage
    spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Found:
    """What was kept for a question.

    Args:
        text: The kept texts, with an empty line between them.
        sources: Where they stood, in the order of the text.
        tokens_in: Tokens of all passages that were read.
        tokens_out: Tokens of what was kept of them, without the empty lines.
        warnings: What the caller should know, such as why nothing was left out.
    """

    text: str
    sources: tuple[Source, ...]
    tokens_in: int
    tokens_out: int
    warnings: tuple[str, ...] = ()


class ContextTools:
    """The tools' settings, loaded once; used from any number of threads.

    Args:
        index: What `search` searches; None for no search. It is fixed here, and never named by a caller.
        chain: A `Chain`, a preset's name or a TOML file's path.
        budget: For calls that name none; as for `excerpt.Chain.compress`. Callers name tokens.
        tokenizer: Replaces the budget's tokenizer; see `excerpt.tokens`.
        query_free: The chain for calls without a question.
        k: Passages that `search` reads.
        where: Conditions on metadata, as for `excerpt.retrievers.Index.search`, that hold in every search.
        store: Where originals are kept for `expand`; None for one in memory.
        on_error: ``"keep"``: where the chain fails, `compress` gives the passages as they were, and `search` the best
            ones that fit the budget. ``"raise"``: the error is raised.
        deadline_s: Seconds for one call, as for `TextCompressor`.

    Raises:
        ExcerptError: As `TextCompressor`; or a number is out of range.
    """

    def __init__(  # noqa: PLR0913 - the options of every adapter
        self,
        index: Index | None = None,
        *,
        chain: ChainLike = "default",
        budget: BudgetLike = 1000,
        tokenizer: TokenizerLike | None = None,
        query_free: ChainLike = QUERY_FREE,
        k: int = 50,
        where: Where | None = None,
        store: KeptTexts | None = None,
        on_error: OnError = "keep",
        deadline_s: float | None = 20.0,
    ) -> None:
        check_whole(k, "k", least=1)
        self.index = index
        self.k = k
        self.where = both(where, None)
        self.store = KeptTexts() if store is None else store
        self._chain, self._query_free = load_chain(chain).for_reader(None), load_chain(query_free)
        self._tokenizer = tokenizer
        self._on_error: OnError = on_error
        self._deadline_s = deadline_s
        self._default = self._compressor(Budget.of(budget, tokenizer))
        if index is not None:
            index.share_encoder(self._chain)

    def warm_up(self) -> None:
        """Load what the first call would have to wait for."""
        text = "What is kept is what answers. The rest is left out."
        self._chain.compress("what is kept", [text], budget=0.5)

    def keys(self) -> tuple[str, ...]:
        """Names that a condition of `search` may use: those in the metadata of the first passages, at most thirty."""
        first = () if self.index is None else islice(self.index, 256)
        return ("id", "title", *sorted({key for passage in first for key in passage.metadata}))[:30]

    def search(self, question: str, budget: int | None = None, where: Where | None = None) -> Found:
        """Passages of the index that answer a question, shortened to a budget.

        Args:
            question: What is asked.
            budget: Tokens; None for the default.
            where: More conditions on metadata; those that the tools were made with hold too.

        Raises:
            InputError: There is no index, the question is empty, the budget is not a number of tokens above 0, or
                ``where`` is wrong.
            ExcerptError: The index cannot be read; or the chain failed, and ``on_error`` is ``"raise"``.
        """
        if self.index is None:
            message = "search: there is no index; give one when the tools are made"
            raise InputError(message)
        compressor = self._for(budget)
        passages = [
            hit.scored() for hit in self.index.search(question, self.k, where=both(self.where, where))
        ]
        if not passages:
            return Found("", (), 0, 0, ("nothing in the index fits the question",))
        made = compressor(passages, question, stored=self.index.features)
        if made[0].reason in _LOST:
            made = _best_that_fit(made, compressor.budget)
        return self._found(passages, made)

    async def asearch(self, question: str, budget: int | None = None, where: Where | None = None) -> Found:
        """`search` on one of the threads that all calls share."""
        return await CALLS.run(lambda: self.search(question, budget, where))

    def compress(self, question: str, passages: Sequence[PassageLike], budget: int | None = None) -> Found:
        """Texts that the caller has, shortened to a budget.

        Args:
            question: What is asked; blank for a choice that reads no question, which the warnings then say.
            passages: The texts.
            budget: Tokens for all of them; None for the default.

        Raises:
            InputError: The passages are no list of texts, or the budget is not a number of tokens above 0.
            ExcerptError: The chain failed, and ``on_error`` is ``"raise"``.
        """
        compressor, given = self._for(budget), to_passages(passages, "passages")
        return self._found(given, compressor(given, question))

    async def acompress(
        self, question: str, passages: Sequence[PassageLike], budget: int | None = None
    ) -> Found:
        """`compress` on one of the threads that all calls share."""
        return await CALLS.run(lambda: self.compress(question, passages, budget))

    def expand(self, source_id: str, start: int = 0, end: int | None = None) -> str:
        """The original of a source, or its characters from ``start`` to ``end``.

        Args:
            source_id: `Source.id`; or an id that a `Conversation` over the same store gave.
            start: The first character.
            end: Behind the last one; None for the end of the text.

        Raises:
            InputError: Nothing is stored under the id, or the numbers are no places in a text.
            StoreError: The store cannot be read.
        """
        return self.store.expand(source_id, start, end)

    def _compressor(self, budget: Budget | None) -> TextCompressor:
        return TextCompressor(
            self._chain,
            budget=budget,
            tokenizer=self._tokenizer,
            query_free=self._query_free,
            on_error=self._on_error,
            deadline_s=self._deadline_s,
        )

    def _for(self, budget: int | None) -> TextCompressor:
        if budget is None:
            return self._default
        if isinstance(budget, bool) or not isinstance(budget, int) or budget < 1:
            message = f"budget: must be a whole number of tokens above 0, got {budget!r:.50}"
            raise InputError(message)
        return self._compressor(Budget(tokens=budget, tokenizer=self._default.counter))

    def _found(self, passages: Sequence[Passage], made: Sequence[CompressedText]) -> Found:
        kept = [(passage, one) for passage, one in zip(passages, made, strict=True) if one.text.strip()]
        return Found(
            "\n\n".join(one.text for _, one in kept),
            tuple(self._source(passage, one) for passage, one in kept),
            sum(one.tokens_in for one in made),
            sum(one.tokens_out for one in made),
            made[0].warnings if made else (),
        )

    def _source(self, passage: Passage, made: CompressedText) -> Source:
        text_id = sha256(passage.text.encode("utf-8", "surrogatepass")).hexdigest()[:_ID_DIGITS]
        original = KeptText(None, (), passage.text, (made.tokens_in, made.tokens_in), "original")
        self.store.put(text_id, original)
        return Source(text_id, passage, tuple((span.start, span.end) for span in made.spans))


def _best_that_fit(made: Sequence[CompressedText], budget: Budget | None) -> list[CompressedText]:
    """Whole passages, best first, as many as the budget holds: the caller asked for no more than that."""
    total = sum(one.tokens_in for one in made)
    room = total if budget is None or budget.tokens is None else budget.tokens
    kept = []
    for one in made:
        room -= one.tokens_in
        fits = room >= 0
        kept.append(one if fits else CompressedText("", (), one.tokens_in, 0, "", one.warnings, one.chain))
    return kept
