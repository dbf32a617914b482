"""One call of a chain: stages in order, the exact fit, the deadline."""
