"""Scorers: one number a unit, higher is more worth keeping."""
