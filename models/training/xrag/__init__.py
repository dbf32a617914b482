"""Training xRAG's bridge."""
