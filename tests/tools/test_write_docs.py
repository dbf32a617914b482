"""The generated pages of the docs."""

import importlib
import sys
from pathlib import Path

import pytest

TOOLS = Path(__file__).parents[2] / "tools"


@pytest.fixture
def write_docs(monkeypatch):
    """The script, as a module."""
    monkeypatch.syspath_prepend(str(TOOLS))
    yield importlib.import_module("write_docs")
    sys.modules.pop("write_docs")


def test_a_module_without_its_optional_package_has_a_section_that_names_it(write_docs, monkeypatch):
    """The site can be built without torch and the hosts."""
    for name in [name for name in sys.modules if name.startswith("excerpt.adapters.langchain.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "langchain_core", None)
    for name in [name for name in sys.modules if name.startswith("langchain_core.")]:
        monkeypatch.delitem(sys.modules, name)
    section = write_docs.api_block("excerpt.adapters.langchain.documents")
    assert "automodule" not in section
    assert "langchain_core" in section


def test_every_module_with_public_names_has_a_section(write_docs):
    """On the page of its package."""
    pages = write_docs.api_pages()
    assert "## excerpt.run.fit\n" in pages["excerpt.run"]
    assert "excerpt.cli" not in pages


def test_pages_of_packages_that_are_gone_are_removed(write_docs, tmp_path, monkeypatch):
    """A build does not show what is no longer there."""
    (tmp_path / "excerpt.gone.md").write_text("old")
    monkeypatch.setattr(write_docs, "api_pages", lambda: {"excerpt.run": "# excerpt.run"})
    write_docs.write_api(tmp_path)
    assert [page.name for page in tmp_path.iterdir()] == ["excerpt.run.md"]


def test_every_benchmark_and_its_rows_are_on_their_page(write_docs):
    """With the pages that show the rows; a module that only others use is listed below."""
    page = write_docs.benchmarks_page()
    table, _, shared = page.partition("What several of them use")
    results = write_docs.ROOT / "eval" / "results"
    rows = {
        path.name for path in results.glob("*.csv") if "eval/benchmarks/" in path.read_text(encoding="utf-8")
    }
    assert {name for name in rows if f"`{name}`" not in table} == set()
    scripts = {path.name for path in (write_docs.ROOT / "eval" / "benchmarks").glob("*.py")}
    assert {name for name in scripts if f"`{name}`" not in page} == set()
    assert "| `answers.csv` | [answers](../results/answers.md)" in table
    assert "- `answers_report.py`: " in shared
