"""excerpt inside LangChain: a document compressor, a document transformer and a retriever.

All three give documents back in the order they came in, with id and metadata kept, the kept text as
``page_content``, and under the metadata key ``"excerpt"``:

===============  ====================================================================================
``index``        place among the documents that went in, from 0
``spans``        kept characters of the text that went in, as ``[start, end]`` pairs
``score``        the best kept unit's score, or None; comparable inside one result only
``tokens_in``    tokens of the text that went in, under the budget's tokenizer
``tokens_out``   tokens of the kept text
``promise``      with a calibrated budget: ``{"text", "holds"}`` (docs/guides/guarantee.md)
===============  ====================================================================================

A chain that rewrites gives one document with the new text; its metadata have ``rewritten``, the sentences with what
supports them, instead of ``index`` and ``spans``. A chain that turns passages into vectors does here what it does
for a reader that takes text only.

The budget holds for the kept texts joined by an empty line, which is what the ``plain`` template
writes; `as_text` gives the text that another template writes, with the budget exact for it.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self

from excerpt.budget import Budget, BudgetLike
from excerpt.chain import Chain, ChainLike
from excerpt.contracts import CompressorContract, with_defaults
from excerpt.errors import ConfigError, InputError
from excerpt.imports.extras import importing
from excerpt.presets import DEFAULT_RATIO, load_chain
from excerpt.tokens import BUNDLED, TokenizerLike, resolve_tokenizer
from excerpt.values.compressed import Compressed
from excerpt.values.kept import KeptPassage

with importing("langchain_core", extra="langchain", purpose="the LangChain adapters"):
    from langchain_core.callbacks import CallbackManagerForRetrieverRun, Callbacks
    from langchain_core.documents import BaseDocumentCompressor, BaseDocumentTransformer, Document
    from langchain_core.retrievers import BaseRetriever
    from langchain_core.runnables import Runnable, RunnableLambda, run_in_executor
    from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, SkipValidation, model_validator

    from excerpt.retrievers import Hit, Index  # the extra brings an index too, after LangChain is there
    from excerpt.retrievers.search import Mode

__all__ = ["METADATA_KEY", "ExcerptCompressor", "ExcerptRetriever", "ExcerptTransformer"]

METADATA_KEY = "excerpt"
"""Where the spans, scores and token counts stand in a document's metadata."""

_UNASKED = "(no question)"
"""Stands in for the question in chains that do not read it."""


class _Settings(BaseModel):
    """What the three have in common.

    Args:
        chain: A `Chain`, a preset's name, a TOML file's path, or None for the default preset.
        budget: A `Budget`, an int (tokens), a float (ratio kept), ``"calibrated:POLICY.json"``, or None for the
            chain's own rules.
        tokenizer: Replaces the budget's tokenizer; see `excerpt.tokens`.
        keep_empty: Give documents of which nothing was kept back with an empty ``page_content``,
            instead of leaving them out.

    Raises:
        pydantic.ValidationError: The budget or the chain cannot be read (it is a ``ValueError``).
    """

    model_config = ConfigDict(arbitrary_types_allowed=True, extra="forbid")

    chain: SkipValidation[ChainLike | None] = None
    budget: SkipValidation[BudgetLike] = DEFAULT_RATIO
    tokenizer: SkipValidation[TokenizerLike | None] = None
    keep_empty: bool = False
    _made: tuple[ChainLike | None, Chain | None] = PrivateAttr(default=(None, None))

    @model_validator(mode="after")
    def _check(self) -> Self:
        if isinstance(self.budget, str):
            self.budget = Budget.of(self.budget)  # the policy is read once
        limit = self._limit()
        if self.tokenizer is not None and self.budget is None:
            message = "tokenizer: counts for the budget, and there is none; give a budget too"
            raise ConfigError(message)
        chain = self._loaded()
        if limit is not None:
            chain.check(limit, resolve_tokenizer(limit.tokenizer))
        return self

    def _limit(self) -> Budget | None:
        return Budget.of(self.budget, self.tokenizer)

    def _loaded(self) -> Chain:
        asked, made = self._made
        if made is None or asked is not self.chain:  # a TOML file's models load once, not once a call
            made = load_chain("default" if self.chain is None else self.chain).for_reader(None)
            self._made = self.chain, made
        return made

    def _counts(self, kept: Sequence[KeptPassage]) -> list[tuple[int, int]]:
        limit = self._limit()
        counter = resolve_tokenizer(limit.tokenizer if limit else BUNDLED)
        before = counter.count_many([passage.passage.text for passage in kept])
        return list(zip(before, counter.count_many([passage.text for passage in kept]), strict=True))

    def _account(self, result: Compressed) -> list[tuple[KeptPassage, dict[str, Any]]]:
        """Each passage to give back, with what to write into its metadata."""
        kept = [passage for passage in result.passages if passage.spans or self.keep_empty]
        promise = result.report.promise
        promised = {} if promise is None else {"promise": promise.to_dict()}
        return [
            (
                passage,
                {
                    "index": passage.index,
                    "spans": [list(span) for span in passage.spans],
                    "score": passage.score,
                    "tokens_in": tokens_in,
                    "tokens_out": tokens_out,
                    **promised,
                },
            )
            for passage, (tokens_in, tokens_out) in zip(kept, self._counts(kept), strict=True)
        ]

    def _compress(self, documents: Iterable[Document], query: str) -> list[Document]:
        given = _checked(documents)
        if not given:
            return []
        result = self._loaded().compress(query, given, budget=self._limit())
        if result.rewritten is not None:
            return _digest(result)
        return [_narrowed(given[kept.index], kept.text, account) for kept, account in self._account(result)]

    def __getstate__(self) -> dict[Any, Any]:
        # Models are loaded anew where the copy is used: what was made of a chain's name stays here.
        state = super().__getstate__()
        return {
            **state,
            "__pydantic_private__": {**(state["__pydantic_private__"] or {}), "_made": (None, None)},
        }


def _checked(documents: Iterable[Document]) -> list[Document]:
    if isinstance(documents, str | Mapping | Document) or not isinstance(documents, Iterable):
        message = f"documents: expected a list of LangChain Documents, got one {type(documents).__name__}"
        raise InputError(message)
    given = list(documents)
    for index, document in enumerate(given):
        if not isinstance(document, Document):
            message = f"documents[{index}]: expected a LangChain Document, got {type(document).__name__}"
            raise InputError(message)
    return given


def _digest(result: Compressed) -> list[Document]:
    """Rewritten text as one document; none where nothing was written."""
    if result.rewritten is None or not result.text:
        return []
    account = {
        "rewritten": [sentence.to_dict() for sentence in result.rewritten.sentences],
        "tokens_in": result.tokens_in,
        "tokens_out": result.tokens_out,
    }
    return [Document(page_content=result.text, metadata={METADATA_KEY: account})]


def _narrowed(document: Document, text: str, account: dict[str, Any]) -> Document:
    # A copy with new metadata around the old values: the caller's document stays as it is.
    metadata = {**document.metadata, METADATA_KEY: account}
    return document.model_copy(update={"page_content": text, "metadata": metadata})


def _question_and_documents(given: Mapping[str, Any]) -> tuple[Sequence[Document], str]:
    if not isinstance(given, Mapping):
        message = f"expected a mapping with 'question' and 'documents', got {type(given).__name__}"
        raise InputError(message)
    question = given.get("question", given.get("query"))
    if not isinstance(question, str) or "documents" not in given:
        message = (
            f"expected the keys 'question' (text) and 'documents' (a list), got {sorted(map(str, given))}"
        )
        raise InputError(message)
    return given["documents"], question


class ExcerptCompressor(_Settings, BaseDocumentCompressor):
    """Keeps of each document what a question needs.

    For ``ContextualCompressionRetriever(base_compressor=ExcerptCompressor(budget=500), ...)``, or in a
    chain of runnables: ``{"question": ..., "documents": retriever} | compressor.as_runnable()``.
    """

    def compress_documents(
        self,
        documents: Sequence[Document],
        query: str,
        callbacks: Callbacks | None = None,  # noqa: ARG002 - LangChain's signature
    ) -> list[Document]:
        """Compress retrieved documents for a question.

        Raises:
            InputError: The question is empty, or a document cannot be read.
            ExcerptError: A stage of the chain failed.
        """
        return self._compress(documents, query)

    async def acompress_documents(
        self, documents: Sequence[Document], query: str, callbacks: Callbacks | None = None
    ) -> list[Document]:
        """`compress_documents` in a thread."""
        return await run_in_executor(None, self.compress_documents, documents, query, callbacks)

    def as_runnable(self) -> Runnable[Mapping[str, Any], list[Document]]:
        """A step that takes ``{"question", "documents"}`` and gives compressed documents."""

        def compress(given: Mapping[str, Any]) -> list[Document]:
            return self.compress_documents(*_question_and_documents(given))

        async def acompress(given: Mapping[str, Any]) -> list[Document]:
            return await self.acompress_documents(*_question_and_documents(given))

        return RunnableLambda(compress, acompress, name="ExcerptCompressor")

    def as_text(self) -> Runnable[Mapping[str, Any], str]:
        """A step that takes ``{"question", "documents"}`` and gives the text for the reader.

        The text is written by the chain's template, and its tokens never exceed the budget.
        """

        def compress(given: Mapping[str, Any]) -> str:
            documents, question = _question_and_documents(given)
            return self._loaded().compress(question, documents, budget=self._limit()).text

        return RunnableLambda(compress, name="ExcerptText")


class ExcerptTransformer(_Settings, BaseDocumentTransformer):
    """Compresses documents, with a question or, by a chain that reads none, without.

    Args:
        query: The question where `transform_documents` is given none.
    """

    query: str | None = None

    def transform_documents(self, documents: Sequence[Document], **kwargs: Any) -> list[Document]:  # noqa: ANN401 - LangChain's signature
        """Compress documents.

        Args:
            documents: The documents.
            kwargs: ``query``: the question; replaces that of the constructor.

        Raises:
            InputError: There is no question and a stage of the chain reads it, a document cannot be
                read, or an argument is unknown.
            ExcerptError: A stage of the chain failed.
        """
        query = kwargs.pop("query", None)
        if kwargs:
            message = f"transform_documents: unknown argument {', '.join(sorted(kwargs))}; it takes query"
            raise InputError(message)
        return self._compress(documents, self._question(query))

    async def atransform_documents(self, documents: Sequence[Document], **kwargs: Any) -> list[Document]:  # noqa: ANN401 - LangChain's signature
        """`transform_documents` in a thread."""
        return await run_in_executor(None, self.transform_documents, documents, **kwargs)

    def _question(self, query: str | None) -> str:
        question = self.query if query is None else query
        if question is not None:
            return question
        asking = [
            stage.name
            for stage in self._loaded().stages
            if with_defaults(stage, CompressorContract).needs_query
        ]
        if asking:
            message = (
                f"query: there is none and {', '.join(asking)} reads it; give query=... to the constructor or "
                "to transform_documents, or use a chain that reads no question, such as LLMLingua2 alone"
            )
            raise InputError(message)
        return _UNASKED


class ExcerptRetriever(_Settings, BaseRetriever):
    """Retrieves from an index and compresses what it finds, by the features that the index has stored.

    Where one that the chain reads is not among them a warning is logged, once, and it is computed.

    Documents come best first. Beside the other values, ``metadata["excerpt"]`` has ``row`` (place in the
    index), ``dense_score`` and ``lexical_score``. A passage's title, where it has one, is ``metadata["title"]``.

    Args:
        index: The index.
        k: Passages to retrieve.
        mode: ``"fused"``, ``"dense"`` or ``"lexical"``; see `excerpt.retrievers.Index.search`.
    """

    index: Index
    k: int = Field(default=50, ge=1)
    mode: Mode = "fused"

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,  # noqa: ARG002 - LangChain's signature
    ) -> list[Document]:
        chain = self._loaded()
        self.index.share_encoder(chain)
        hits = self.index.search(query, self.k, mode=self.mode)
        if not hits:
            return []
        result = chain.compress(
            query, [hit.scored() for hit in hits], budget=self._limit(), stored=self.index.features
        )
        self.index.warn_of_computed(result.report)
        if result.rewritten is not None:
            return _digest(result)
        return [_retrieved(hits[kept.index], kept.text, account) for kept, account in self._account(result)]


def _retrieved(hit: Hit, text: str, account: dict[str, Any]) -> Document:
    scores = {"row": hit.row, "dense_score": hit.dense_score, "lexical_score": hit.lexical_score}
    titled = {"title": hit.passage.title} if hit.passage.title else {}
    metadata = {**titled, **hit.passage.metadata, METADATA_KEY: {**account, **scores}}
    return Document(page_content=text, id=hit.passage.id or None, metadata=metadata)
