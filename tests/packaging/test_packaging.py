"""What is installed is what is in the tree, and what is exported is what is documented."""

import importlib
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
with (ROOT / "pyproject.toml").open("rb") as file:
    PROJECT = tomllib.load(file)
FOLDERS = PROJECT["tool"]["setuptools"]["package-dir"]


def test_every_folder_with_modules_is_declared():
    """An editable install sees an undeclared package, a wheel drops it."""
    found = {
        path.parent.relative_to(ROOT).as_posix()
        for folder in {folder.partition("/")[0] for folder in FOLDERS.values()}
        for path in (ROOT / folder).rglob("__init__.py")
    }
    assert found == set(FOLDERS.values())
    assert set(PROJECT["tool"]["setuptools"]["packages"]) == set(FOLDERS)


def test_no_module_stands_outside_a_package():
    """Apart from the benchmarks, which are scripts."""
    modules = {
        path
        for folder in {folder.partition("/")[0] for folder in FOLDERS.values()}
        for path in (ROOT / folder).rglob("*.py")
        if not (path.parent / "__init__.py").exists()
    }
    assert {path.parent.relative_to(ROOT).as_posix() for path in modules} <= {"eval/benchmarks"}


@pytest.mark.parametrize(
    "name",
    [
        "excerpt",
        "excerpt.compressors",
        "excerpt.models",
        "excerpt.retrievers",
        "excerpt.eval",
        "excerpt.kernels",
    ],
)
def test_all_lists_what_can_be_imported(name):
    """Sorted, and nothing in it is missing."""
    module = importlib.import_module(name)
    names = getattr(module, "__all__", [])
    assert list(names) == sorted(names)
    for attribute in names:
        assert getattr(module, attribute) is not None


def run(code):
    return subprocess.run(
        [sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True
    ).stdout


HEAVY = (
    "torch",
    "transformers",
    "sentence_transformers",
    "onnxruntime",
    "langchain_core",
    "spacy",
    "faiss",
    "pyarrow",
)


def test_importing_excerpt_loads_nothing_heavy():
    """Not even numpy: names are resolved on first use."""
    loaded = run("import sys, excerpt, excerpt.cli; print(*sys.modules)").split()
    assert not set(HEAVY) & set(loaded)


def test_the_default_chain_runs_without_torch():
    """Nor transformers, nor LangChain."""
    code = """
import sys
for name in ("torch", "transformers", "sentence_transformers", "langchain_core", "spacy"):
    sys.modules[name] = None
import excerpt
print(excerpt.compress("where do bees sleep?", ["Bees sleep in hives. Mills grind rye."], budget=8).text)
"""
    assert run(code).strip() == "Bees sleep in hives."


def test_an_index_never_asks_for_pandas(tmp_path):
    """Arrow imports it on some ways, which takes half a second where it is installed."""
    code = f"""
import sys

class Watch:
    def find_spec(self, name, path=None, target=None):
        if name == "pandas":
            print("asked for")

sys.meta_path.insert(0, Watch())
from excerpt.retrievers import Index
Index.build(["Bees sleep in hives.", "Mills grind rye."], {str(tmp_path / "a")!r}, features=["records", "evidence"])
index = Index.open({str(tmp_path / "a")!r})
index.add(["A third."])
index.compact()
print(index.compress("where do bees sleep?", 2, budget=8).text)
"""
    assert run(code).strip() == "Bees sleep in hives."


def test_the_version_stands_in_one_piece():
    """Package, metadata and changelog agree."""
    import excerpt

    assert excerpt.__version__ == PROJECT["project"]["version"]
    assert f"## {excerpt.__version__}" in (ROOT / "CHANGELOG.md").read_text()


def test_what_is_loaded_from_the_package_is_packaged():
    """Weights, their manifest and the demo's files are covered by package-data."""
    declared = PROJECT["tool"]["setuptools"]["package-data"]
    for package, patterns in declared.items():
        folder = ROOT / FOLDERS[package]
        covered = {path for pattern in patterns for path in folder.glob(pattern)}
        kinds = {".json", ".jsonl", ".onnx", ".md"}
        inside = [path for path in folder.rglob("*") if path.suffix in kinds and package != "excerpt"]
        assert set(inside) <= covered, package
