"""The numbers of a tiny tree, counted by hand."""

import importlib.util
import json
from pathlib import Path

import pytest

TOOL = Path(__file__).parents[2] / "tools" / "structure.py"

FILES = {
    "pyproject.toml": '[tool.setuptools.package-dir]\ntiny = "core"\n"tiny.deep" = "deep"\n',
    "core/__init__.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from tiny.alone import one as one\n",
    "core/alone.py": "def one():\n    return 1\n",
    "core/lazy.py": "import tiny.there\n\ndef late():\n    from tiny.back import here\n    return here\n",
    "core/back.py": "import tiny.lazy\n",
    "core/there.py": "from tiny import one\n",
    "deep/__init__.py": "",
    "deep/first.py": "from tiny.deep import second\n",
    "deep/second.py": "from tiny.deep.first import x\n",
    "tests/test_tiny.py": "def test_it():\n    pass\n",
    "tools/run.py": "pass\n",
}


@pytest.fixture(scope="module")
def structure():
    """The tool, which is a script and not a module of the package."""
    spec = importlib.util.spec_from_file_location("structure", TOOL)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def checkout(tmp_path):
    """A tree with one circle at import and one that hides in a function."""
    for name, content in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(content)
    return tmp_path


def test_folders_files_and_functions_are_counted(structure, checkout):
    """The package, its tests and its scripts apart; `__init__.py` is a file of lines, but not one of its folder."""
    measured = structure.measure(checkout)
    assert measured["package"]["files_per_folder"] == {"count": 2, "median": 3, "p90": 4, "max": 4}
    assert measured["package"]["lines_per_file"] == {"count": 8, "median": 1, "p90": 5, "max": 5}
    assert measured["package"]["lines_per_function"] == {"count": 2, "median": 2.5, "p90": 3, "max": 3}
    assert measured["tests"]["lines_per_function"]["max"] == 2
    assert measured["scripts"]["lines_per_function"] == {"count": 0, "median": 0, "p90": 0, "max": 0}


def test_circles_are_found_where_they_hide(structure, checkout):
    """One at import; one more with what a function imports. A package that passes a name on is in none of them."""
    measured = structure.measure(checkout)
    assert measured["circles_at_import"] == [["tiny.deep.first", "tiny.deep.second"]]
    assert measured["circles"] == [["tiny.back", "tiny.lazy"], ["tiny.deep.first", "tiny.deep.second"]]


def test_it_prints_a_table_or_json(structure, checkout, capsys):
    """The same numbers, to read and to keep."""
    assert structure.main([str(checkout)]) == 0
    assert "2 modules: tiny.back tiny.lazy" in capsys.readouterr().out
    assert structure.main([str(checkout), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == structure.measure(checkout)


def test_percentiles_are_of_the_numbers_themselves(structure):
    """The nearest rank: nine of ten numbers are no larger."""
    assert structure.spread(range(1, 11)) == {"count": 10, "median": 5.5, "p90": 9, "max": 10}
    assert structure.spread([]) == {"count": 0, "median": 0, "p90": 0, "max": 0}
