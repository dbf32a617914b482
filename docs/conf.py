"""Sphinx settings: the pages are Markdown, readable as files, and a site by `make docs`."""

from importlib.metadata import version as installed

project = "excerpt"
author = "The excerpt developers"
copyright = "2026, The excerpt developers"  # noqa: A001 - Sphinx's name for it
release = version = installed("excerpt")

extensions = ["myst_parser"]
myst_heading_anchors = 3
html_theme = "furo"
html_title = "excerpt"
# The pages link to the README's neighbours as files do; a site has no such pages.
suppress_warnings = ["myst.xref_missing"]
