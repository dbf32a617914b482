"""A small corpus and questions of our own writing: what ``excerpt demo`` runs on."""
