"""Faces whose names are loaded on first use."""

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

from excerpt.imports.lazy import lazy_attributes, modules_of

ROOT = Path(__file__).parents[3]
FACES = ("excerpt", "excerpt.compressors", "excerpt.eval", "excerpt.models", "excerpt.models.readers")


@pytest.mark.parametrize("face", FACES)
def test_type_checkers_read_the_names_that_are_there(face):
    """The imports under `if TYPE_CHECKING:` are the table, no more and no less; write_faces.py brings them in line."""
    module = importlib.import_module(face)
    tree = ast.parse(Path(module.__file__).read_text(encoding="utf-8"))
    (block,) = [node for node in tree.body if isinstance(node, ast.If)]
    read = {alias.name: node.module for node in block.body for alias in node.names}
    assert read == module._PLACES
    assert all(alias.name == alias.asname for node in block.body for alias in node.names)


def test_the_tool_finds_nothing_to_write():
    """As the block above, in the tool's own order."""
    tool = [sys.executable, "-P", str(ROOT / "tools" / "write_faces.py"), "--check"]
    assert subprocess.run(tool, check=False).returncode == 0


def test_a_name_is_loaded_once_and_an_unknown_one_is_no_attribute():
    """The value is put into the package."""
    getattr_, dir_ = lazy_attributes(__name__, {"OrderedDict": "collections"})
    assert "OrderedDict" in dir_()
    loaded = getattr_("OrderedDict")
    assert globals()["OrderedDict"] is loaded
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        getattr_("Nothing")


def test_rows_name_modules():
    """As the registry writes them."""
    assert modules_of(["a.b:C", "a.d:E"]) == {"C": "a.b", "E": "a.d"}
