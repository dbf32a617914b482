"""Checkpoints to directories that run without torch."""
