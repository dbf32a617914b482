"""Write the generated pages of the docs: the command line, the registered names, and the API by package.

The first two are kept in the repository; `--check` writes nothing and exits with 1 when one is stale. The API's pages
are written by `docs/conf.py` at each build.
"""

import importlib
import sys
import tomllib
from pathlib import Path

import click

from excerpt.cli import COMMANDS
from excerpt.registry import COMPRESSORS, GATES, SCORERS, SELECTORS, SPLITTERS, Registry

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = ROOT / "docs" / "reference"
CLI_HEAD = """# The command line

<!-- Written by tools/write_docs.py from the commands themselves. -->

Exit status: 0 all done, 2 wrong usage, 3 some records failed (they are in `OUTPUT.errors.jsonl`), 1 anything else, 130
after Ctrl-C. Files in and out: [File formats](formats.md).
"""

PARTS_HEAD = """# Registered names

<!-- Written by tools/write_docs.py from the registry and the docstrings. -->

What a chain file, `Chain([...])` and the command line may name. Options are the class's own arguments: see
[the API](api.md). Which to choose: [choosing a chain](../guides/choosing.md).
"""
KINDS = {
    "Compressors": (COMPRESSORS, "Whole stages: `use = NAME`."),
    "Units": (SPLITTERS, "`unit = NAME`: what a text is cut into."),
    "Scorers": (SCORERS, "`scorer = NAME`: what a unit is worth."),
    "Selectors": (SELECTORS, "`selector = NAME`: what may stay, or in which order the budget is spent."),
    "Gates": (GATES, "`gate = NAME`, in a stage that grows: whether what is kept is enough."),
}

EDGE = ("excerpt.cli", "excerpt.demo")
"""Packages without an API page: the command line has a page of its own."""


def sections(command: click.Command, name: str, parent: click.Context | None = None) -> list[str]:
    """The help of a command and of its subcommands."""
    context = click.Context(command, info_name=name, parent=parent, max_content_width=100, terminal_width=100)
    path = context.command_path
    written = [f"## {path}\n\n```text\n{command.get_help(context).rstrip()}\n```\n"]
    if isinstance(command, click.Group):
        for sub in command.list_commands(context):
            child = command.get_command(context, sub)
            if child is not None:
                written += sections(child, sub, context)
    return written


def cli_page() -> str:
    """The whole page of the command line."""
    parts = [CLI_HEAD]
    root = click.Context(click.Group("excerpt"), info_name="excerpt")
    for name in COMMANDS:
        parts += sections(importlib.import_module(f"excerpt.cli.{name}").command, name, root)
    return "\n".join(parts)


def parts_page() -> str:
    """The page of registered names: a table for each kind that has any of our own."""
    parts = [PARTS_HEAD]
    for title, (registry, sentence) in KINDS.items():
        if registry:
            head = f"## {title}\n\n{sentence}\n\n| name | what | from |\n| --- | --- | --- |\n"
            parts.append(head + "".join(row_of(registry, name) for name in sorted(registry)))
    return "\n".join(parts)


def row_of(registry: Registry, name: str) -> str:
    """A line of a table: the name, the first sentence of the docstring, and where it is imported from."""
    doc = (registry.find(name).__doc__ or "").strip().partition("\n\n")[0]
    sentence = " ".join(doc.split()).replace("|", "\\|").replace("``", "`")
    return f"| `{name}` | {sentence} | `{registry[name].replace(':', '.')}` |\n"


def api_pages() -> dict[str, str]:
    """A page for each package that installs, by its dotted name; the modules in it by their own names.

    A module that declares no ``__all__`` has no public names and is left out.
    """
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
    pages = {}
    for package in sorted(settings["packages"]):
        if package.startswith(EDGE):
            continue
        folder = ROOT / folder_of(package, settings["package-dir"])
        modules = [
            f"{package}.{path.stem}"
            for path in sorted(folder.glob("*.py"))
            if path.stem not in {"__init__", "__main__"}
            and "\n__all__ = " in path.read_text(encoding="utf-8")
        ]
        if modules:
            pages[package] = "\n".join([f"# {package}\n", *map(api_block, modules)])
    return pages


def api_block(name: str) -> str:
    """The section of one module: its docstrings, or which package it needs where that is not installed."""
    try:
        importlib.import_module(name)
    except ImportError as error:
        if not error.name or error.name.startswith("excerpt"):
            raise
        return f"## {name}\n\nNeeds `{error.name}`, which was not installed where this page was written.\n"
    return f"## {name}\n\n```{{eval-rst}}\n.. automodule:: {name}\n   :members:\n```\n"


def folder_of(package: str, mapped: dict[str, str]) -> str:
    """Where a package's files are, by the longest entry of ``package-dir`` that it lies under."""
    name = max((key for key in mapped if package == key or package.startswith(f"{key}.")), key=len)
    return mapped[name] + package.removeprefix(name).replace(".", "/")


def write_api(folder: Path) -> None:
    """Write the API's pages, and remove those of packages that are gone; a page that is the same is not touched."""
    folder.mkdir(parents=True, exist_ok=True)
    pages = {f"{package}.md": text for package, text in api_pages().items()}
    for path in folder.glob("*.md"):
        if path.name not in pages:
            path.unlink()
    for name, text in pages.items():
        page = folder / name
        if not page.exists() or page.read_text(encoding="utf-8") != text:
            page.write_text(text, encoding="utf-8")


def main() -> int:
    """Write or check the pages that are kept in the repository."""
    pages = {REFERENCE / "cli.md": cli_page(), REFERENCE / "parts.md": parts_page()}
    if "--check" not in sys.argv:
        for page, text in pages.items():
            page.write_text(text, encoding="utf-8")
        return 0
    stale = [
        page for page, text in pages.items() if not page.exists() or page.read_text(encoding="utf-8") != text
    ]
    for page in stale:
        print(f"docs/reference/{page.name} is stale: run `make docs`", file=sys.stderr)
    return int(bool(stale))


if __name__ == "__main__":
    sys.exit(main())
