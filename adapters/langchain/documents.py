"""A document compressor and a document transformer for LangChain."""

from collections.abc import Mapping, Sequence
from typing import Any

from excerpt.adapters.langchain.settings import (
    DocumentSettings,
    checked_documents,
    compress_documents,
    passages_of,
    question_and_documents,
)
from excerpt.contracts import CompressorContract, with_defaults
from excerpt.errors import InputError
from excerpt.imports.extras import importing
from excerpt.parallel.pool import CALLS
from excerpt.values.stored import Store

with importing("langchain_core", extra="langchain", purpose="the LangChain adapters"):
    from langchain_core.callbacks import Callbacks
    from langchain_core.documents import BaseDocumentCompressor, BaseDocumentTransformer, Document
    from langchain_core.runnables import Runnable, RunnableLambda
    from pydantic import SkipValidation

__all__ = ["ExcerptCompressor", "ExcerptTransformer"]

_UNASKED = "(no question)"
"""Stands in for the question in chains that do not read it."""


class ExcerptCompressor(DocumentSettings, BaseDocumentCompressor):
    """Keeps of each document what a question needs.

    In a chain of runnables, where tracing sees it: ``{"question": ..., "documents": retriever} |
    compressor.as_runnable()``. Or in ``ContextualCompressionRetriever(base_compressor=compressor, ...)``.

    Args:
        stored: What is known of the documents beforehand: ``Index.features`` of an index that was built of the same
            texts. Features are found by the text's hash, so the documents may come from any other vector store.
    """

    stored: SkipValidation[Store | None] = None

    def compress_documents(
        self,
        documents: Sequence[Document],
        query: str,
        callbacks: Callbacks | None = None,  # noqa: ARG002 - LangChain's signature
    ) -> list[Document]:
        """Compress retrieved documents for a question.

        Raises:
            InputError: Something among ``documents`` is none.
            ExcerptError: The question is empty or a stage of the chain failed, and ``on_error`` is ``"raise"``.
        """
        return compress_documents(self.compression(self.stored), documents, query)

    async def acompress_documents(
        self, documents: Sequence[Document], query: str, callbacks: Callbacks | None = None
    ) -> list[Document]:
        """`compress_documents`, on one of the threads that all calls share."""
        return await CALLS.run(lambda: self.compress_documents(documents, query, callbacks))

    def as_runnable(self) -> Runnable[Mapping[str, Any], list[Document]]:
        """A step that takes ``{"question", "documents"}`` and gives compressed documents; callbacks see it run."""

        def compress(given: Mapping[str, Any]) -> list[Document]:
            return self.compress_documents(*question_and_documents(given))

        async def acompress(given: Mapping[str, Any]) -> list[Document]:
            return await self.acompress_documents(*question_and_documents(given))

        return RunnableLambda(compress, acompress, name="ExcerptCompressor")

    def as_text(self) -> Runnable[Mapping[str, Any], str]:
        """A step that takes ``{"question", "documents"}`` and gives the text for the reader.

        The text is written by the chain's template, and its tokens never exceed the budget. With ``on_error="keep"``
        documents that cannot be compressed are written whole.
        """

        def compress(given: Mapping[str, Any]) -> str:
            documents, question = question_and_documents(given)
            passages = passages_of(checked_documents(documents))
            return self.compression(self.stored).text(question, passages)

        async def acompress(given: Mapping[str, Any]) -> str:
            return await CALLS.run(lambda: compress(given))

        return RunnableLambda(compress, acompress, name="ExcerptText")


class ExcerptTransformer(DocumentSettings, BaseDocumentTransformer):
    """Compresses documents, with a question or, by a chain that reads none, without.

    Args:
        query: The question where `transform_documents` is given none.
        stored: As for `ExcerptCompressor`.
    """

    query: str | None = None
    stored: SkipValidation[Store | None] = None

    def transform_documents(self, documents: Sequence[Document], **kwargs: Any) -> list[Document]:  # noqa: ANN401 - LangChain's signature
        """Compress documents.

        Args:
            documents: The documents.
            kwargs: ``query``: the question; replaces that of the constructor.

        Raises:
            InputError: There is no question and a stage of the chain reads it, something among ``documents`` is none,
                or an argument is unknown.
            ExcerptError: A stage of the chain failed, and ``on_error`` is ``"raise"``.
        """
        query = kwargs.pop("query", None)
        if kwargs:
            message = f"transform_documents: unknown argument {', '.join(sorted(kwargs))}; it takes query"
            raise InputError(message)
        return compress_documents(self.compression(self.stored), documents, self._question(query))

    async def atransform_documents(self, documents: Sequence[Document], **kwargs: Any) -> list[Document]:  # noqa: ANN401 - LangChain's signature
        """`transform_documents`, on one of the threads that all calls share."""
        return await CALLS.run(lambda: self.transform_documents(documents, **kwargs))

    def _question(self, query: str | None) -> str:
        question = self.query if query is None else query
        if question is not None:
            return question
        asking = [
            stage.name
            for stage in self.loaded_chain().stages
            if with_defaults(stage, CompressorContract).needs_query
        ]
        if asking:
            message = (
                f"query: there is none and {', '.join(asking)} reads it; give query=... to the constructor or "
                "to transform_documents, or use a chain that reads no question, such as LLMLingua2 alone"
            )
            raise InputError(message)
        return _UNASKED
