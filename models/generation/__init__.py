"""Models that write: local ones and endpoints, and what their tokens cost."""
