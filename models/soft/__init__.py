"""Soft compression: a passage becomes several input embeddings of a reader, made by a language model (ICAE)."""
