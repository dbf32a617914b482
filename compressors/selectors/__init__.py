"""Selectors: from scores to what is kept."""
