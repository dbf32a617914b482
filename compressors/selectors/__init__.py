"""Selectors: from scores to what is kept, and in which order a budget is spent. One file each."""
