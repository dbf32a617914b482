"""Soft compression: a passage becomes several input embeddings of a reader, made by a language model."""

from excerpt.models.soft.protocols import SoftCompressor

__all__ = ["SoftCompressor"]
