"""excerpt for LangChain. The code is in `excerpt.adapters.langchain`."""

from excerpt.adapters.langchain import ExcerptCompressor, ExcerptRetriever, ExcerptTransformer

__all__ = ["ExcerptCompressor", "ExcerptRetriever", "ExcerptTransformer"]
