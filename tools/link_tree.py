"""Link the folders into `.links/excerpt/...`, the shape they are installed in.

Static tools (mypy, pyright, the docs generator) cannot follow the import hook of an editable
install; this gives them the same tree on disk. Reads `package-dir` from pyproject.toml, so a new
folder needs no change here. New files in a linked folder need no second run.
"""

import shutil
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Make the links afresh."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        folders: dict[str, str] = tomllib.load(file)["tool"]["setuptools"]["package-dir"]
    links = ROOT / ".links"
    shutil.rmtree(links, ignore_errors=True)
    package = links / "excerpt"
    package.mkdir(parents=True)
    for name, folder in folders.items():
        if name == "excerpt":
            for item in (ROOT / folder).iterdir():
                (package / item.name).symlink_to(item)
        elif name.count(".") == 1 and not (package / name.partition(".")[2]).exists():
            (package / name.partition(".")[2]).symlink_to(ROOT / folder)


if __name__ == "__main__":
    main()
