"""Write the `if TYPE_CHECKING:` block of each package whose names are loaded on first use, from its `_PLACES`.

`--check` writes nothing and exits with 1 when a block is stale.
"""

import importlib
import re
import sys
from pathlib import Path

FACES = (
    "excerpt",
    "excerpt.adapters.langchain",
    "excerpt.compressors",
    "excerpt.eval",
    "excerpt.models",
    "excerpt.models.readers",
)
LINE = 111  # characters, the line's end included; longer ones the formatter breaks
BLOCK = re.compile(r"^if TYPE_CHECKING:\n(?:    .*\n)+", re.MULTILINE)


def block(places: dict[str, str]) -> str:
    """The imports that type checkers read, in isort's order."""
    rows = sorted((module, name) for name, module in places.items())
    return "if TYPE_CHECKING:\n" + "".join(_row(module, name) for module, name in rows)


def _row(module: str, name: str) -> str:
    """One import as the formatter leaves it."""
    row = f"    from {module} import {name} as {name}\n"
    if len(row) <= LINE:
        return row
    return f"    from {module} import (\n        {name} as {name},\n    )\n"


def main() -> int:
    """Write or check."""
    stale = []
    for face in FACES:
        module = importlib.import_module(face)
        file = Path(str(module.__file__))
        source = file.read_text(encoding="utf-8")
        fresh = BLOCK.sub(lambda _, places=module._PLACES: block(places), source, count=1)  # noqa: SLF001 - its table
        if fresh != source:
            stale.append(face)
            if "--check" not in sys.argv:
                file.write_text(fresh, encoding="utf-8")
    if stale and "--check" in sys.argv:
        print(f"stale: {', '.join(stale)}; run python tools/write_faces.py", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
