"""A LangChain retriever over an index of ours."""

from typing import Self

from excerpt.adapters.accounts import ACCOUNT_KEY
from excerpt.adapters.documents import KeptDocument, begin_in
from excerpt.adapters.langchain.settings import DocumentSettings, digest
from excerpt.errors import InputError
from excerpt.imports.extras import importing
from excerpt.parallel.pool import CALLS

with importing("langchain_core", extra="langchain", purpose="the LangChain adapters"):
    from langchain_core.callbacks import AsyncCallbackManagerForRetrieverRun, CallbackManagerForRetrieverRun
    from langchain_core.documents import Document
    from langchain_core.retrievers import BaseRetriever
    from pydantic import Field, SkipValidation, model_validator

    from excerpt.retrievers import Hit, Index  # the extra brings an index too, after LangChain is there
    from excerpt.retrievers.search import Mode
    from excerpt.retrievers.store.filters import Where, both

__all__ = ["ExcerptRetriever"]


class ExcerptRetriever(DocumentSettings, BaseRetriever):
    """Retrieves from an index and compresses what it finds, by the features that the index has stored.

    Where one that the chain reads is not among them a warning is logged, once, and it is computed.

    Documents come best first. Beside the other values, ``metadata["excerpt"]`` has ``row`` (place in the
    index), ``dense_score`` and ``lexical_score``. A passage's title, where it has one, is ``metadata["title"]``.

    Args:
        index: The index.
        k: Passages to retrieve. ``retriever.invoke(question, k=5)`` has another number for one question.
        mode: ``"fused"``, ``"dense"``, ``"lexical"`` or ``"linked"``; see `excerpt.retrievers.Index.search`.
        where: Conditions on metadata, as for `excerpt.retrievers.Index.search`. Those of one question,
            ``retriever.invoke(question, where={"year": 1911})``, hold beside them, not in their place.
    """

    index: Index
    k: int = Field(default=50, ge=1)
    mode: Mode = "fused"
    where: SkipValidation[Where | None] = None

    @model_validator(mode="after")
    def _check_where(self) -> Self:
        both(self.where, None)
        return self

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,  # noqa: ARG002 - LangChain's signature
        k: int | None = None,
        where: Where | None = None,
    ) -> list[Document]:
        return self._found(query, k, where)

    async def _aget_relevant_documents(
        self,
        query: str,
        *,
        run_manager: AsyncCallbackManagerForRetrieverRun,  # noqa: ARG002 - LangChain's signature
        k: int | None = None,
        where: Where | None = None,
    ) -> list[Document]:
        return await CALLS.run(lambda: self._found(query, k, where))

    def _found(self, query: str, k: int | None, where: Where | None) -> list[Document]:
        wanted = self.k if k is None else k
        if not isinstance(wanted, int) or isinstance(wanted, bool) or wanted < 1:
            message = f"k: must be a whole number of passages, 1 or more, got {wanted!r}"
            raise InputError(message)
        self.index.share_encoder(self.loaded_chain())
        hits = self.index.search(query, wanted, mode=self.mode, where=both(self.where, where))
        if not hits:
            return []
        compression = self.compression(self.index.features, self.index.warn_of_computed)
        accounts = [hit.passage.metadata.get(ACCOUNT_KEY) for hit in hits]
        begins = [begin_in(hit.passage.metadata, "start_index") for hit in hits]
        kept = compression.compress(query, [hit.scored() for hit in hits], accounts, begins)
        return [digest(one) if one.index is None else _retrieved(hits[one.index], one) for one in kept]


def _retrieved(hit: Hit, kept: KeptDocument) -> Document:
    scores = {"row": hit.row, "dense_score": hit.dense_score, "lexical_score": hit.lexical_score}
    titled = {"title": hit.passage.title} if hit.passage.title else {}
    metadata = {**titled, **hit.passage.metadata, ACCOUNT_KEY: {**kept.account, **scores}}
    return Document(page_content=kept.text, id=hit.passage.id or None, metadata=metadata)
