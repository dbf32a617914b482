"""The passage index: FAISS vectors and BM25 words on disk, searched together."""

from excerpt.retrievers.build.adding import Added
from excerpt.retrievers.hits import Hit
from excerpt.retrievers.index import Index

__all__ = ["Added", "Hit", "Index"]
