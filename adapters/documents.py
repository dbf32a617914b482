"""Documents of any host, compressed for a question: what the adapters of document frameworks have in common.

A host's adapter reads texts out of its own documents, gives them to a `DocumentCompression`, and writes what comes
back into copies. Wrong settings are refused when it is made. What goes wrong at a question is another matter: by
default the documents come back as they were, with the reason in their accounts, since an answer from too much text is
better than none.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Self, TypeVar

from excerpt.adapters.accounts import source_begin, source_tokens, trace, whole
from excerpt.adapters.texts import OnError
from excerpt.budget import Budget, BudgetLike
from excerpt.chain import Chain, ChainLike
from excerpt.errors import ConfigError
from excerpt.observe.logs import get_logger
from excerpt.presets import load_chain
from excerpt.render import Template
from excerpt.tokens import BUNDLED, TokenizerLike, resolve_tokenizer
from excerpt.values.compressed import Compressed
from excerpt.values.kept import KeptPassage
from excerpt.values.report import Report
from excerpt.values.spans import Span
from excerpt.values.stored import Store
from excerpt.values.types import Passage

__all__ = ["DocumentCompression", "KeptDocument", "Origin", "begin_in", "in_order"]

T = TypeVar("T")

_LOG = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class KeptDocument:
    """What is left of one document.

    Args:
        index: Its place among those given; None for text that a chain wrote in the place of all.
        text: What is left.
        account: See `excerpt.adapters.accounts`; a chain that rewrites has ``rewritten`` in it, the sentences with
            what supports them, instead of ``index``, ``spans`` and ``starts``.
    """

    index: int | None
    text: str
    account: dict[str, Any]


class Origin(NamedTuple):
    """What is known of a document's text.

    Args:
        account: Of an earlier compressor; None for none.
        begin: Where the text begins in what it was split from; None where that is not known.
    """

    account: object = None
    begin: int | None = None


@dataclass(frozen=True)
class DocumentCompression:
    """Compresses documents for a question.

    Args:
        chain: The chain.
        budget: The budget; None for the chain's own rules.
        keep_empty: Give documents of which nothing was kept back with empty text, instead of leaving them out.
        on_error: ``"keep"`` documents as they were when they cannot be compressed, or ``"raise"``.
        stored: What is known of passages beforehand (`excerpt.retrievers.Index.features`).
        watch: Is given the report of each compression.
    """

    chain: Chain
    budget: Budget | None
    keep_empty: bool = False
    on_error: OnError = "keep"
    stored: Store | None = None
    watch: Callable[[Report], None] | None = None

    @classmethod
    def of(  # noqa: PLR0913 - two of users' forms beside the fields
        cls,
        chain: ChainLike | None,
        budget: BudgetLike,
        tokenizer: TokenizerLike | None = None,
        *,
        keep_empty: bool = False,
        on_error: OnError = "keep",
        stored: Store | None = None,
        watch: Callable[[Report], None] | None = None,
    ) -> Self:
        """The same from what users give.

        Args:
            chain: A `Chain`, a preset's name, a TOML file's path, or None for the default preset.
            budget: A `Budget`, an int (tokens), a float (ratio kept), ``"calibrated:POLICY.json"`` or None.
            tokenizer: Replaces the budget's tokenizer.
            keep_empty: As for the class.
            on_error: As for the class.
            stored: As for the class.
            watch: As for the class.

        Raises:
            BudgetError: The budget cannot be read, or there is a tokenizer and no budget.
            ConfigError: There is no such chain, ``on_error`` is neither word, or ``stored`` is no store.
            NoModelError: There is no such tokenizer.
            PolicyError: The budget is calibrated with another chain or tokenizer.
        """
        loaded = load_chain("default" if chain is None else chain).for_reader(None)
        made = cls(loaded, Budget.counted(budget, tokenizer), keep_empty, on_error, stored, watch)
        if made.on_error not in ("keep", "raise"):
            message = f"on_error: must be 'keep' or 'raise', got {made.on_error!r}"
            raise ConfigError(message)
        if stored is not None and not callable(getattr(stored, "find", None)):
            message = f"stored: expected what Index.features is, got {type(stored).__name__}"
            raise ConfigError(message)
        if made.budget is not None:
            loaded.check(made.budget, resolve_tokenizer(made.budget.tokenizer))
        return made

    def with_template(self, template: Template) -> Self:
        """The same, counting the budget over text written by a template.

        A calibrated budget belongs to the chain's own template and stays with it.
        """
        if self.budget is None or self.budget.policy is not None:
            return self
        return replace(self, chain=self.chain.with_template(template))

    def compress(
        self,
        query: str,
        passages: Sequence[Passage],
        accounts: Sequence[object] = (),
        begins: Sequence[int | None] = (),
    ) -> list[KeptDocument]:
        """What is left of each document, in the order given.

        Args:
            query: The question.
            passages: The documents' texts.
            accounts: What each document's metadata have of an earlier compressor, None for nothing; may be left out.
            begins: Where each text begins in what it was split from, None where that is not known; may be left out.

        Raises:
            ExcerptError: The question or a passage is wrong or a stage failed, and ``on_error`` is ``"raise"``.
        """
        if not passages:
            return []
        nothing = [None] * len(passages)
        origins = [
            Origin(account, begin)
            for account, begin in zip(accounts or nothing, begins or nothing, strict=True)
        ]
        try:
            result = self.chain.compress(query, passages, budget=self.budget, stored=self.stored)
            if self.watch is not None:
                self.watch(result.report)
            return self._kept(result, origins)
        except Exception as error:
            if self.on_error == "raise":
                raise
            return _unchanged(passages, origins, error)

    def text(self, query: str, passages: Sequence[Passage]) -> str:
        """What the chain's template writes for the reader; the errors are those of `compress`."""
        try:
            return self.chain.compress(query, passages, budget=self.budget, stored=self.stored).text
        except Exception as error:
            if self.on_error == "raise":
                raise
            _report(error)
            kept = [whole(passage.text) for passage in passages]
            return self.chain.layout.render(passages, kept, [0.0] * len(passages)).text

    def _kept(self, result: Compressed, origins: Sequence[Origin]) -> list[KeptDocument]:
        warned = {"warnings": list(result.report.warnings)} if result.report.warnings else {}
        if result.rewritten is not None:
            return _digest(result, warned)
        promise = result.report.promise
        shared = warned if promise is None else {"promise": promise.to_dict(), **warned}
        kept = [passage for passage in result.passages if passage.spans or self.keep_empty]
        return [
            KeptDocument(
                passage.index,
                passage.text,
                _account(passage.index, passage.passage.text, passage.spans, origins[passage.index])
                | {"score": passage.score, "tokens_in": tokens_in, "tokens_out": tokens_out}
                | shared,
            )
            for passage, (tokens_in, tokens_out) in zip(kept, self._counts(kept, origins), strict=True)
        ]

    def _counts(self, kept: Sequence[KeptPassage], origins: Sequence[Origin]) -> list[tuple[int, int]]:
        counter = resolve_tokenizer(self.budget.tokenizer if self.budget else BUNDLED)
        given = counter.count_many([passage.passage.text for passage in kept])
        before = [
            tokens
            if (known := source_tokens(origins[passage.index].account, passage.passage.text)) is None
            else known
            for passage, tokens in zip(kept, given, strict=True)
        ]
        return list(zip(before, counter.count_many([passage.text for passage in kept]), strict=True))


def in_order(
    given: Sequence[T],
    places: Sequence[int],
    kept: Sequence[KeptDocument],
    write: Callable[[T, KeptDocument], T],
) -> list[T]:
    """A host's documents that are left, in their order; text written in the place of all stands where the first did.

    Args:
        given: All of them.
        places: Where those that were compressed stand.
        kept: What is left of these.
        write: Makes the host's document of one that was given and what is left of it.
    """
    texts = set(places)
    found = {places[0 if one.index is None else one.index]: one for one in kept}
    return [
        write(each, found[place]) if place in found else each
        for place, each in enumerate(given)
        if place in found or place not in texts
    ]


def begin_in(metadata: Mapping[str, Any], key: str) -> int | None:
    """Where a text begins in its document, as a splitter wrote it under ``key``; None for nothing, or nonsense."""
    value = metadata.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _account(index: int, text: str, spans: Sequence[Span], origin: Origin) -> dict[str, Any]:
    placed = trace(text, spans, origin.account)
    # A splitter behind an earlier compressor says where its chunk begins in a text that is no document.
    begin = origin.begin if origin.account is None else source_begin(origin.account, text)
    account: dict[str, Any] = {
        "index": index,
        "spans": [list(piece.span) for piece in placed],
        "starts": [piece.at for piece in placed],
    }
    if begin is not None:
        account["document_spans"] = [[begin + start, begin + end] for start, end in account["spans"]]
    return account


def _digest(result: Compressed, warned: dict[str, Any]) -> list[KeptDocument]:
    """Rewritten text as one document; none where nothing was written."""
    if result.rewritten is None or not result.text:
        return []
    account = {
        "rewritten": [sentence.to_dict() for sentence in result.rewritten.sentences],
        "tokens_in": result.tokens_in,
        "tokens_out": result.tokens_out,
    }
    return [KeptDocument(None, result.text, account | warned)]


def _unchanged(
    passages: Sequence[Passage], origins: Sequence[Origin], error: Exception
) -> list[KeptDocument]:
    _report(error)
    left = {"warnings": [f"kept as it was: {type(error).__name__}: {error}"]}
    counts = {"score": None, "tokens_in": None, "tokens_out": None}
    return [
        KeptDocument(
            index, passage.text, _account(index, passage.text, whole(passage.text), origin) | counts | left
        )
        for index, (passage, origin) in enumerate(zip(passages, origins, strict=True))
    ]


def _report(error: Exception) -> None:
    # An error's own words may quote a document, and logs go where documents may not.
    _LOG.warning("documents were kept as they were: %s", type(error).__name__)
