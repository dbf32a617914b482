"""Search by vectors: exact, by graph, by cells."""
