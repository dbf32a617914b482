"""excerpt inside LangChain: documents (`langchain-core`) and agents (`langchain`).

Documents come back in the order they came in, with id and metadata kept, the kept text as ``page_content``, and an
account of it under the metadata key ``"excerpt"`` (`excerpt.adapters.accounts`). A chain that rewrites gives one
document with the new text. A chain that turns passages into vectors does here what it does for a reader that takes
text only.

The budget holds for the kept texts joined by an empty line, which is what the ``plain`` template
writes; `ExcerptCompressor.as_text` gives the text that another template writes, with the budget exact for it.

For agents, what tools give is shortened: at once (`ExcerptMiddleware`), when the context is too long (`ExcerptEdit`),
or when the old part of the history is made one text (`make_summarization`). Nothing else is touched.
"""

from typing import TYPE_CHECKING

from excerpt.imports.lazy import lazy_attributes

if TYPE_CHECKING:
    from excerpt.adapters.langchain.documents import ExcerptCompressor as ExcerptCompressor
    from excerpt.adapters.langchain.documents import ExcerptTransformer as ExcerptTransformer
    from excerpt.adapters.langchain.editing import ExcerptEdit as ExcerptEdit
    from excerpt.adapters.langchain.middleware import ExcerptMiddleware as ExcerptMiddleware
    from excerpt.adapters.langchain.retriever import ExcerptRetriever as ExcerptRetriever
    from excerpt.adapters.langchain.summarizing import make_summarization as make_summarization
    from excerpt.adapters.langchain.summarizing import make_summarizer as make_summarizer

_PLACES = {
    "ExcerptCompressor": "excerpt.adapters.langchain.documents",
    "ExcerptEdit": "excerpt.adapters.langchain.editing",
    "ExcerptMiddleware": "excerpt.adapters.langchain.middleware",
    "ExcerptRetriever": "excerpt.adapters.langchain.retriever",
    "ExcerptTransformer": "excerpt.adapters.langchain.documents",
    "make_summarization": "excerpt.adapters.langchain.summarizing",
    "make_summarizer": "excerpt.adapters.langchain.summarizing",
}

__all__ = sorted(_PLACES)  # noqa: PLE0605 - a test holds it equal to what can be imported

__getattr__, __dir__ = lazy_attributes(__name__, _PLACES)
