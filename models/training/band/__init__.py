"""Training LDAR's band of ranks."""
