"""Compressors of reasoning traces."""
