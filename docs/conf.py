"""Sphinx settings: the pages are Markdown, readable as files, and a site by `make docs`."""

import sys
from importlib.metadata import version as installed
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent / "tools"))

from write_docs import write_api

project = "excerpt"
author = "The excerpt developers"
copyright = "2026, The excerpt developers"  # noqa: A001 - Sphinx's name for it
release = version = installed("excerpt")

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build"]
myst_heading_anchors = 3
html_theme = "furo"
html_title = "excerpt"
# The pages link to the README's neighbours as files do; a site has no such pages. A type that a docstring's
# annotation names twice (a module and its face) is not an error of the page.
suppress_warnings = ["myst.xref_missing", "ref.python"]

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
napoleon_google_docstring = True
napoleon_numpy_docstring = False
napoleon_use_ivar = True  # a dataclass names its fields itself; its docstring describes them

# The API reference is written anew for each build and is not kept in the repository: nothing in it can be stale.
write_api(Path(__file__).resolve().parent / "reference" / "api")
