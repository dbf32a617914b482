"""Who may import whom (docs/contributing/architecture.md), read from the code itself."""

import ast
import importlib.util
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MAY_IMPORT = {
    "kernels": set(),
    "core": set(),
    "models": {"core", "kernels"},
    "compressors": {"core", "models"},
    "retrievers": {"core", "compressors", "models"},
    "adapters": {"core", "compressors", "models", "retrievers"},
    "eval": {"core", "compressors", "models", "retrievers"},
}
EDGE = {"adapters": "adapters", "eval": "eval", "training": "models/training", "cli": "core/cli"}
# These know everything. `core/_installed.py` is the one module of the core that names the rooms: it tells the core's
# registries where the rooms' own tables stand.
KNOW_ALL = ("core/cli/", "core/_installed.py", "eval/benchmarks/", "models/training/", "core/__main__.py")
NAMED = re.compile(r"excerpt(?:\.\w+)+(?::\w+)?")


def modules_named(path):
    """Modules that a file imports anywhere, function bodies included, or names in a string such as "excerpt.a.b:C"."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and NAMED.fullmatch(node.value):
            yield node.value.partition(":")[0]


def rooms_of(module):
    """The room of a module, and the part of the edge that it is in."""
    parts = module.split(".")
    if parts[0] != "excerpt":
        return set()
    room = parts[1] if len(parts) > 1 and parts[1] in MAY_IMPORT else "core"
    return {room} | ({part for part in ("cli", "training") if part in parts[1:3]})


def named_rooms(path):
    """All of `rooms_of` that a file names."""
    return set().union(*map(rooms_of, modules_named(path)), set())


def files(room):
    """The files of a room."""
    return sorted((ROOT / room).rglob("*.py"))


def place(path):
    """A file's path from the root."""
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_rooms_name_only_what_they_may(room):
    """In imports of any kind, and in the strings that a registry resolves."""
    allowed = MAY_IMPORT[room] | {room}
    wrong = {
        f"{place(path)} names {name}"
        for path in files(room)
        if not place(path).startswith(KNOW_ALL)
        for name in named_rooms(path) & set(MAY_IMPORT) - allowed
    }
    assert wrong == set()


@pytest.mark.parametrize("part", EDGE)
def test_nothing_imports_the_edge(part):
    """The command line may; so may the checks of the project under eval/benchmarks, which do not install."""
    outside = [path for room in MAY_IMPORT for path in files(room)]
    wrong = {
        place(path)
        for path in outside
        if not place(path).startswith((f"{EDGE[part]}/", "core/cli/", "eval/benchmarks/", "core/__main__.py"))
        and part in named_rooms(path)
    }
    assert wrong == set()


def test_a_name_in_a_string_counts_as_an_import(tmp_path):
    """So does an import in a function; a sentence that mentions a module does not."""
    path = tmp_path / "module.py"
    path.write_text(
        '"""See `excerpt.eval.table`."""\n'
        'TABLE = {"x": "excerpt.compressors.recomp:RecompExtractive"}\n'
        "def late():\n    from excerpt.models.training import common\n    return common\n"
    )
    assert named_rooms(path) == {"compressors", "models", "training"}


def test_no_import_circle_hides_anywhere():
    """Not at the top of modules, and not behind an import in a function or for type checkers alone."""
    spec = importlib.util.spec_from_file_location("structure", ROOT / "tools" / "structure.py")
    structure = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(structure)
    modules = structure.package_modules(ROOT)
    trees = {path: ast.parse(path.read_bytes()) for path in modules.values()}
    assert structure.circles(structure.graph(modules, trees, lazy=True)) == []
