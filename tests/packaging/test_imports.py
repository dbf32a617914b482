"""Who may import whom (docs/contributing/architecture.md), read from the code itself."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MAY_IMPORT = {
    "core": set(),
    "kernels": set(),
    "models": {"core", "kernels"},
    "compressors": {"core", "models"},
    "retrievers": {"core", "compressors", "models"},
    "adapters": {"core", "compressors", "models", "retrievers"},
    "eval": {"core", "compressors", "models", "retrievers"},
}
EDGE = ("core/cli", "eval/benchmarks", "models/training")  # know everything


def imported(path):
    """Top-level excerpt rooms that a file imports anywhere, function bodies included."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        for name in names:
            parts = name.split(".")
            if parts[0] == "excerpt":
                yield parts[1] if len(parts) > 1 and parts[1] in MAY_IMPORT else "core"
                if parts[1:2] == ["cli"]:
                    yield "cli"


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_rooms_import_only_what_they_may(room):
    """The edge may know everything; nothing imports the edge."""
    wrong = {
        f"{path.relative_to(ROOT)} imports {name}"
        for path in sorted((ROOT / room).rglob("*.py"))
        if not path.relative_to(ROOT).as_posix().startswith(EDGE) and path.name != "__main__.py"
        for name in imported(path)
        if name != room and name not in MAY_IMPORT[room] and not (name == "core" and room != "kernels")
    }
    assert wrong == set()
