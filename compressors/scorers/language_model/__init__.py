"""Scorers that ask a language model."""
