"""excerpt for LlamaIndex. The code is in `excerpt.adapters.llama_index`."""

from excerpt.adapters.llama_index import ExcerptNodePostprocessor

__all__ = ["ExcerptNodePostprocessor"]
