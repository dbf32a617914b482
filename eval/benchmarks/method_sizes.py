"""How large each published method is here: lines of its file, and of the parts that it brought or shares.

    python eval/benchmarks/method_sizes.py

Parts are the scorers, selectors, units and gates that the file imports, one step deep.
"""

import ast
import importlib
from pathlib import Path

from excerpt.eval.provenance import provenance
from excerpt.eval.table import write_rows
from excerpt.registry import COMPRESSORS

OUT = Path(__file__).parents[1] / "results" / "method_sizes.csv"
ROOMS = ("selection", "language_model", "traces")
PARTS = ("scorers", "selectors", "units", "gates", "language_model")
SHARED = {"excerpt.compressors.extractive", "excerpt.compressors.selectors.greedy"}


def main() -> None:
    """Write the rows."""
    rows = []
    for name in COMPRESSORS.names():
        module = COMPRESSORS.find(name).__module__
        if module.split(".")[2] not in ROOMS:
            continue
        parts = {part: lines(part) for part in sorted(parts_of(module))}
        largest = max(parts.values(), default=0)
        row = {"what": "method_sizes", "method": name, "lines": str(lines(module)), "parts": str(len(parts))}
        row |= {"lines of parts": str(sum(parts.values())), "largest file": str(max(largest, lines(module)))}
        rows.append({**row, **provenance("python eval/benchmarks/method_sizes.py", ())})
        print(
            f"{name:24} {row['lines']:>4} {row['parts']:>3} {row['lines of parts']:>5} {row['largest file']:>4}"
        )
    write_rows(OUT, rows)


def parts_of(module: str) -> set[str]:
    """The modules of parts that a module imports."""
    found = set()
    for node in ast.walk(ast.parse(source(module))):
        if (
            isinstance(node, ast.ImportFrom)
            and node.module
            and node.module.startswith("excerpt.compressors.")
        ):
            room = node.module.split(".")[2]
            if room in PARTS and node.module != module and node.module not in SHARED:
                found.add(node.module)
    return found


def source(module: str) -> str:
    """The text of a module's file."""
    return Path(str(importlib.import_module(module).__file__)).read_text("utf-8")


def lines(module: str) -> int:
    """Lines of a module's file, blank ones and comments included."""
    return len(source(module).splitlines())


if __name__ == "__main__":
    main()
