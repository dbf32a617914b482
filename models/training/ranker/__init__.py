"""Training the evidence ranker."""
