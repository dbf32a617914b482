"""The passage index: FAISS vectors and BM25 words on disk, searched together."""

from winnow.retrievers.hits import Hit
from winnow.retrievers.index import Index

__all__ = ["Hit", "Index"]
