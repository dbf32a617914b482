"""Imports on first use: lazy package faces, and optional packages."""
