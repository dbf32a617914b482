"""Scripts under eval/benchmarks are no modules of the package: they find each other in their folder, as when run."""

import importlib
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[3] / "eval" / "benchmarks"


@pytest.fixture
def script(monkeypatch):
    """A script by its name, imported."""
    monkeypatch.syspath_prepend(str(FOLDER))
    return importlib.import_module
