"""Training the LLMLingua-2 token classifier."""
