"""Token states and vectors of passages, and exact products of them."""
