"""A small corpus and questions of our own writing: what ``winnow demo`` runs on."""
