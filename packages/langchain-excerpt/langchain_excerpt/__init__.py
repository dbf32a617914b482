"""excerpt for LangChain. The code is in `excerpt.adapters.langchain`.

Names are loaded on first use: those for agents need the extra ``agents``.
"""

from typing import TYPE_CHECKING, Any

from excerpt.adapters import langchain

if TYPE_CHECKING:
    from excerpt.adapters.langchain import (
        ExcerptCompressor,
        ExcerptEdit,
        ExcerptMiddleware,
        ExcerptRetriever,
        ExcerptTransformer,
        make_summarization,
        make_summarizer,
    )

__all__ = [
    "ExcerptCompressor",
    "ExcerptEdit",
    "ExcerptMiddleware",
    "ExcerptRetriever",
    "ExcerptTransformer",
    "make_summarization",
    "make_summarizer",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - the type is the named object's own
    if name not in __all__:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(langchain, name)
