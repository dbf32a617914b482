"""Measure how a checkout is laid out: files a folder, lines a file, lines a function, import circles.

    python tools/structure.py [CHECKOUT] [--json]

Needs only the standard library and imports nothing of the checkout, so that any revision can be measured. Folders and
the import name come from `package-dir` in its pyproject.toml.

- A folder's files are its .py files other than `__init__.py`; folders without any are not counted.
- Lines are lines of the file, blank ones and comments included; a function's are from `def` to its end.
- A circle is a strongly connected component of more than one module. What a package's `__init__` passes on counts as
  an import of the module that has it. Circles are counted over all imports, those in functions and under
  TYPE_CHECKING included, and over those alone that run when a module is imported.
"""

import argparse
import ast
import json
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

Graph = Mapping[str, set[str]]


@dataclass(frozen=True)
class Import:
    """One imported name: of which module, and whether it is imported when the importing module is."""

    module: str
    name: str
    at_once: bool


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the numbers of one checkout."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("checkout", nargs="?", type=Path, default=Path(__file__).resolve().parent.parent)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    given = parser.parse_args(arguments)
    measured = measure(given.checkout)
    print(json.dumps(measured, indent=1) if given.json else text(measured))
    return 0


def measure(checkout: Path) -> dict[str, Any]:
    """All numbers of a checkout, by what they are of: ``package``, ``tests``, ``scripts``, then the circles."""
    modules = package_modules(checkout)
    package = set(modules.values())
    tests = set((checkout / "tests").rglob("*.py"))
    scripts = {*(checkout / "tools").rglob("*.py"), *(checkout / "eval" / "benchmarks").rglob("*.py")}
    trees = {path: ast.parse(path.read_bytes()) for path in sorted(package | tests | scripts)}
    parts = {"package": package, "tests": tests, "scripts": scripts}
    return {name: sizes({path: trees[path] for path in sorted(part)}) for name, part in parts.items()} | {
        "circles": circles(graph(modules, trees, lazy=True)),
        "circles_at_import": circles(graph(modules, trees, lazy=False)),
    }


def package_modules(checkout: Path) -> dict[str, Path]:
    """The file of every module that installs, by the module's name."""
    with (checkout / "pyproject.toml").open("rb") as file:
        folders = tomllib.load(file)["tool"]["setuptools"]["package-dir"]
    return {
        name if path.stem == "__init__" else f"{name}.{path.stem}": path
        for name, folder in folders.items()
        for path in sorted((checkout / folder).glob("*.py"))
    }


def sizes(trees: Mapping[Path, ast.Module]) -> dict[str, dict[str, float]]:
    """Counts, medians, 90th percentiles and maxima of folders, files and functions."""
    folders: dict[Path, int] = {}
    for path in trees:
        if path.stem != "__init__":
            folders[path.parent] = folders.get(path.parent, 0) + 1
    lengths = [
        (node.end_lineno or node.lineno) - node.lineno + 1
        for tree in trees.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    return {
        "files_per_folder": spread(folders.values()),
        "lines_per_file": spread(len(path.read_bytes().splitlines()) for path in trees),
        "lines_per_function": spread(lengths),
    }


def spread(numbers: Iterable[int]) -> dict[str, float]:
    """How many numbers, their median, 90th percentile (nearest rank) and maximum; zeros of none."""
    values = sorted(numbers)
    if not values:
        return {"count": 0, "median": 0, "p90": 0, "max": 0}
    rank = -(-9 * len(values) // 10) - 1
    return {"count": len(values), "median": median(values), "p90": values[rank], "max": values[-1]}


def graph(modules: Mapping[str, Path], trees: Mapping[Path, ast.Module], *, lazy: bool) -> Graph:
    """For each module the modules that it imports; with ``lazy`` also in functions and for types alone."""
    imports = {name: list(imported(trees[path], name, at_once=True)) for name, path in modules.items()}
    passed_on = {
        name: {one.name: one.module for one in imports[name] if one.name}
        for name, path in modules.items()
        if path.stem == "__init__"
    }
    edges: dict[str, set[str]] = {name: set() for name in modules}
    for name in modules:
        targets = (source(one, modules, passed_on) for one in imports[name] if lazy or one.at_once)
        edges[name] = {target for target in targets if target is not None} - {name}
    return edges


def imported(node: ast.AST, module: str, *, at_once: bool) -> Iterator[Import]:
    """The imports below a node, those of a function or of ``if TYPE_CHECKING`` marked as not at once."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from (Import(alias.name, "", at_once) for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            yield from (Import(child.module or module, alias.name, at_once) for alias in child.names)
        elif isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            body, otherwise = ast.Module(child.body, []), ast.Module(child.orelse, [])
            yield from imported(body, module, at_once=False)
            yield from imported(otherwise, module, at_once=at_once)
        else:
            inside = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            yield from imported(child, module, at_once=at_once and not inside)


def source(
    one: Import, modules: Mapping[str, Path], passed_on: Mapping[str, Mapping[str, str]]
) -> str | None:
    """The module of the package that has an imported name; None for what is not of the package."""
    if one.name and f"{one.module}.{one.name}" in modules:
        return f"{one.module}.{one.name}"
    module, seen = one.module, {""}
    while module not in seen and one.name in passed_on.get(module, {}):
        seen.add(module)
        module = passed_on[module][one.name]
    return module if module in modules else None


def circles(edges: Graph) -> list[list[str]]:
    """The strongly connected components of more than one module, the largest first (Kosaraju's algorithm)."""
    back: dict[str, set[str]] = {name: set() for name in edges}
    for name, targets in edges.items():
        for target in targets:
            back[target].add(name)
    finished: list[str] = []
    seen: set[str] = set()
    for name in edges:
        finished += reached(name, edges, seen)
    seen = set()
    components = [reached(name, back, seen) for name in reversed(finished)]
    return sorted((sorted(one) for one in components if len(one) > 1), key=lambda one: (-len(one), one))


def reached(start: str, edges: Graph, seen: set[str]) -> list[str]:
    """What can be reached from a module and was not seen before, each behind all that it leads to."""
    if start in seen:
        return []
    seen.add(start)
    order, stack = [], [(start, iter(sorted(edges[start])))]
    while stack:
        name, targets = stack[-1]
        following = next((target for target in targets if target not in seen), None)
        if following is None:
            order.append(name)
            stack.pop()
        else:
            seen.add(following)
            stack.append((following, iter(sorted(edges[following]))))
    return order


def text(measured: Mapping[str, Any]) -> str:
    """The numbers as lines to read."""
    lines = [f"{'':30}{'count':>8}{'median':>8}{'p90':>8}{'max':>8}"]
    for part in ("package", "tests", "scripts"):
        for what, numbers in measured[part].items():
            cells = "".join(f"{numbers[name]:>8g}" for name in ("count", "median", "p90", "max"))
            lines.append(f"{part + ', ' + what.replace('_', ' '):30}{cells}")
    for name, words in (("circles", "all imports"), ("circles_at_import", "imports that run at once")):
        lines.append(f"import circles, {words}: {len(measured[name])}")
        lines += [f"  {len(one)} modules: {' '.join(one)}" for one in measured[name]]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
