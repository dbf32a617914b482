"""Choosing a setting that keeps a promise."""
