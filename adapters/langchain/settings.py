"""What the LangChain classes for documents have in common: settings checked at once, and models loaded once."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Self

from excerpt.adapters.accounts import ACCOUNT_KEY
from excerpt.adapters.documents import DocumentCompression, KeptDocument, begin_in
from excerpt.adapters.texts import OnError
from excerpt.budget import Budget, BudgetLike
from excerpt.chain import Chain, ChainLike
from excerpt.errors import InputError
from excerpt.imports.extras import importing
from excerpt.presets import DEFAULT_RATIO, load_chain
from excerpt.tokens import TokenizerLike
from excerpt.values.report import Report
from excerpt.values.stored import Store
from excerpt.values.types import Passage

with importing("langchain_core", extra="langchain", purpose="the LangChain adapters"):
    from langchain_core.documents import Document
    from pydantic import BaseModel, ConfigDict, PrivateAttr, SkipValidation, model_validator

__all__ = [
    "DocumentSettings",
    "checked_documents",
    "compress_documents",
    "digest",
    "passages_of",
    "question_and_documents",
]


class DocumentSettings(BaseModel):
    """Settings of all classes for documents.

    Args:
        chain: A `Chain`, a preset's name, a TOML file's path, or None for the default preset.
        budget: A `Budget`, an int (tokens), a float (ratio kept), ``"calibrated:POLICY.json"``, or None for the
            chain's own rules.
        tokenizer: Replaces the budget's tokenizer; see `excerpt.tokens`.
        keep_empty: Give documents of which nothing was kept back with an empty ``page_content``,
            instead of leaving them out.
        on_error: ``"keep"`` to give documents back as they were when they cannot be compressed, with the reason in
            their metadata, or ``"raise"``.

    Raises:
        pydantic.ValidationError: The budget or the chain cannot be read (it is a ``ValueError``).
    """

    model_config = ConfigDict(arbitrary_types_allowed=True, extra="forbid")

    chain: SkipValidation[ChainLike | None] = None
    budget: SkipValidation[BudgetLike] = DEFAULT_RATIO
    tokenizer: SkipValidation[TokenizerLike | None] = None
    keep_empty: bool = False
    on_error: OnError = "keep"
    _made: tuple[ChainLike | None, Chain | None] = PrivateAttr(default=(None, None))

    @model_validator(mode="after")
    def _check(self) -> Self:
        if isinstance(self.budget, str):
            self.budget = Budget.of(self.budget)  # the policy is read once
        self.compression(getattr(self, "stored", None))
        return self

    def loaded_chain(self) -> Chain:
        """The chain, loaded once: a TOML file's models do not load once a call."""
        asked, made = self._made
        if made is None or asked is not self.chain:
            made = load_chain("default" if self.chain is None else self.chain).for_reader(None)
            self._made = self.chain, made
        return made

    def compression(
        self, stored: Store | None = None, watch: Callable[[Report], None] | None = None
    ) -> DocumentCompression:
        """What these settings do; ``stored`` and ``watch`` as for `DocumentCompression`."""
        return DocumentCompression.of(
            self.loaded_chain(),
            self.budget,
            self.tokenizer,
            keep_empty=self.keep_empty,
            on_error=self.on_error,
            stored=stored,
            watch=watch,
        )

    def __getstate__(self) -> dict[Any, Any]:
        # Models are loaded anew where the copy is used: what was made of a chain's name stays here.
        state = super().__getstate__()
        return {
            **state,
            "__pydantic_private__": {**(state["__pydantic_private__"] or {}), "_made": (None, None)},
        }


def compress_documents(
    compression: DocumentCompression, documents: Iterable[Document], query: str
) -> list[Document]:
    """Copies of the documents that are left, with their account.

    Raises:
        InputError: Something is not a Document; whatever ``on_error`` says, since there is nothing to give back.
    """
    given = checked_documents(documents)
    accounts = [document.metadata.get(ACCOUNT_KEY) for document in given]
    begins = [begin_in(document.metadata, "start_index") for document in given]
    kept = compression.compress(query, passages_of(given), accounts, begins)
    return [digest(one) if one.index is None else _narrowed(given[one.index], one) for one in kept]


def checked_documents(documents: Iterable[Document]) -> list[Document]:
    """The documents as a list.

    Raises:
        InputError: It is one, or something else, or holds something else.
    """
    if isinstance(documents, str | Mapping | Document) or not isinstance(documents, Iterable):
        message = f"documents: expected a list of LangChain Documents, got one {type(documents).__name__}"
        raise InputError(message)
    given = list(documents)
    for index, document in enumerate(given):
        if not isinstance(document, Document):
            message = f"documents[{index}]: expected a LangChain Document, got {type(document).__name__}"
            raise InputError(message)
    return given


def passages_of(documents: Sequence[Document]) -> list[Passage]:
    """The documents as passages; unchecked, so that a bad one is the chain's to refuse and the adapter's to keep."""
    return [_passage(document) for document in documents]


def _passage(document: Document) -> Passage:
    name = document.metadata.get("id") if document.id is None else document.id
    title = str(document.metadata.get("title") or "")
    return Passage(document.page_content, "" if name is None else str(name), title, document.metadata)


def digest(written: KeptDocument) -> Document:
    """Text that a chain wrote in the place of all documents, as one."""
    return Document(page_content=written.text, metadata={ACCOUNT_KEY: written.account})


def _narrowed(document: Document, kept: KeptDocument) -> Document:
    # A copy with new metadata around the old values: the caller's document stays as it is.
    metadata = {**document.metadata, ACCOUNT_KEY: kept.account}
    return document.model_copy(update={"page_content": kept.text, "metadata": metadata})


def question_and_documents(given: Mapping[str, Any]) -> tuple[Sequence[Document], str]:
    """What a step of a chain of runnables is given.

    Raises:
        InputError: A key is missing; the message says which there are.
    """
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
