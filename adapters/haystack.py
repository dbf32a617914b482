"""excerpt as a component of Haystack.

Documents come back in the order they came in, as copies: id, score and meta are kept, ``content`` is what was kept of
it, and an account stands under the meta key ``"excerpt"`` (`excerpt.adapters.accounts`). Documents without text pass
as they are.

The budget counts the kept texts joined by an empty line. What a prompt template writes around them comes on top.

Haystack reads pipelines back only from modules that it trusts. The distribution ``excerpt-haystack`` has these classes
as ``haystack_integrations.components.rankers.excerpt``, which it does; with this module alone a caller has to give
``Pipeline.loads(text, allowed_modules=["excerpt.*"])``.
"""

from dataclasses import replace
from typing import Any

from excerpt.adapters.accounts import ACCOUNT_KEY
from excerpt.adapters.documents import DocumentCompression, KeptDocument, begin_in, in_order
from excerpt.adapters.texts import OnError
from excerpt.budget import Budget, BudgetLike
from excerpt.chain import ChainLike
from excerpt.errors import ConfigError
from excerpt.imports.extras import importing
from excerpt.parallel.pool import CALLS
from excerpt.presets import DEFAULT_RATIO
from excerpt.tokens import TokenizerLike
from excerpt.values.stored import Store
from excerpt.values.types import Passage

with importing("haystack", extra="haystack", purpose="the Haystack adapters"):
    from haystack import Document, component, default_to_dict

__all__ = ["ExcerptCompressor", "written_settings"]


@component
class ExcerptCompressor:
    """Keeps of each document what the question needs; stands behind a retriever or a ranker.

    Args:
        budget: An int (tokens), a float (ratio kept), ``"calibrated:POLICY.json"``, a `Budget`, or None for the
            chain's own rules.
        chain: A preset's name, a TOML file's path, a `Chain`, or None for the default preset. Models are loaded by
            `warm_up`.
        tokenizer: Replaces the budget's tokenizer; see `excerpt.tokens`.
        keep_empty: Give documents of which nothing was kept back with empty content, instead of leaving them out.
        on_error: ``"keep"`` to give documents back as they were when they cannot be compressed, with the reason in
            their meta, or ``"raise"``.
        stored: What is known of the texts beforehand (`excerpt.retrievers.Index.features`), found by the text's hash.
            Not written down by `to_dict`: the result is the same without it.

    Raises:
        BudgetError: The budget cannot be read.
        PolicyError: The policy's file cannot be read.
    """

    def __init__(
        self,
        budget: BudgetLike = DEFAULT_RATIO,
        *,
        chain: ChainLike | None = None,
        tokenizer: TokenizerLike | None = None,
        keep_empty: bool = False,
        on_error: OnError = "keep",
        stored: Store | None = None,
    ) -> None:
        Budget.of(budget, tokenizer)
        self.budget = budget
        self.chain = chain
        self.tokenizer = tokenizer
        self.keep_empty = keep_empty
        self.on_error: OnError = on_error
        self.stored = stored
        self._compression: DocumentCompression | None = None

    def warm_up(self) -> None:
        """Load the chain, once.

        Raises:
            ConfigError: There is no such chain, or an option is wrong.
            PolicyError: The budget is calibrated with another chain or tokenizer.
        """
        self._loaded()

    def _loaded(self) -> DocumentCompression:
        if self._compression is None:
            self._compression = DocumentCompression.of(
                self.chain,
                self.budget,
                self.tokenizer,
                keep_empty=self.keep_empty,
                on_error=self.on_error,
                stored=self.stored,
            )
        return self._compression

    @component.output_types(documents=list[Document])
    def run(self, query: str, documents: list[Document]) -> dict[str, list[Document]]:
        """Compress documents for a question.

        Args:
            query: The question.
            documents: What was retrieved.

        Returns:
            ``{"documents": ...}``: those of which something is left.

        Raises:
            ExcerptError: The question is empty or a stage of the chain failed, and ``on_error`` is ``"raise"``.
        """
        places = [place for place, document in enumerate(documents) if (document.content or "").strip()]
        given = [documents[place] for place in places]
        kept = self._loaded().compress(
            query,
            [_passage(document) for document in given],
            [document.meta.get(ACCOUNT_KEY) for document in given],
            [begin_in(document.meta, "split_idx_start") for document in given],
        )
        return {"documents": in_order(documents, places, kept, _narrowed)}

    @component.output_types(documents=list[Document])
    async def run_async(self, query: str, documents: list[Document]) -> dict[str, list[Document]]:
        """`run`, on one of the threads that all calls share.

        Args:
            query: The question.
            documents: What was retrieved.

        Raises:
            ExcerptError: As `run`.
        """
        made: dict[str, list[Document]] = await CALLS.run(lambda: self.run(query, documents))
        return made

    def to_dict(self) -> dict[str, Any]:
        """The settings, as JSON goes.

        Raises:
            ConfigError: One of them is an object that cannot be written down.
        """
        named = written_settings(budget=self.budget, chain=self.chain, tokenizer=self.tokenizer)
        written: dict[str, Any] = default_to_dict(
            self, **named, keep_empty=self.keep_empty, on_error=self.on_error
        )
        return written


def written_settings(**settings: object) -> dict[str, str | int | float | None]:
    """Settings that are names and numbers, which a pipeline's file can have.

    Raises:
        ConfigError: One of them is an object; the message names it.
    """
    written: dict[str, str | int | float | None] = {}
    for name, value in settings.items():
        if value is not None and not isinstance(value, str | int | float):
            message = (
                f"{name}: a {type(value).__name__} cannot be written down; give a number or a policy's path as the "
                "budget, a preset's name or a TOML file's path as the chain, and a tokenizer by name"
            )
            raise ConfigError(message)
        written[name] = value
    return written


def _passage(document: Document) -> Passage:
    title = document.meta.get("title")
    return Passage(
        document.content or "", document.id, title if isinstance(title, str) else "", document.meta
    )


def _narrowed(document: Document, kept: KeptDocument) -> Document:
    if kept.index is None:
        return Document(content=kept.text, meta={ACCOUNT_KEY: kept.account})
    # The id stays: it is made of the content only where there is none. The embeddings were of the whole text.
    meta = {**document.meta, ACCOUNT_KEY: kept.account}
    return replace(document, content=kept.text, meta=meta, embedding=None, sparse_embedding=None)
