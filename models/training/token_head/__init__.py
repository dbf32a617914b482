"""Training LLMLingua-2's classifier as a small head on a frozen encoder."""
