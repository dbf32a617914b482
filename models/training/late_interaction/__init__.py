"""Training token vectors for late interaction."""
