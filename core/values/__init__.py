"""The values that flow through a chain: passages, spans, contexts, results."""
