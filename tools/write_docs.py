"""Write the generated pages of the docs: the command line, and a page of the API for each package.

The command line's page is kept in the repository; `--check` writes nothing and exits with 1 when it is stale. The API's
pages are written by `docs/conf.py` at each build.
"""

import importlib
import sys
import tomllib
from pathlib import Path

import click

from excerpt.cli import COMMANDS

ROOT = Path(__file__).resolve().parent.parent
CLI_PAGE = ROOT / "docs" / "reference" / "cli.md"
HEAD = """# The command line

<!-- Written by tools/write_docs.py from the commands themselves. -->

Exit status: 0 all done, 2 wrong usage, 3 some records failed (they are in `OUTPUT.errors.jsonl`), 1 anything else, 130
after Ctrl-C. Files in and out: [File formats](formats.md).
"""

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
    parts = [HEAD]
    root = click.Context(click.Group("excerpt"), info_name="excerpt")
    for name in COMMANDS:
        parts += sections(importlib.import_module(f"excerpt.cli.{name}").command, name, root)
    return "\n".join(parts)


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
            blocks = [
                f"## {name}\n\n```{{eval-rst}}\n.. automodule:: {name}\n   :members:\n```\n"
                for name in modules
            ]
            pages[package] = "\n".join([f"# {package}\n", *blocks])
    return pages


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
    """Write or check the command line's page."""
    fresh = cli_page()
    if "--check" not in sys.argv:
        CLI_PAGE.write_text(fresh, encoding="utf-8")
        return 0
    stale = not CLI_PAGE.exists() or CLI_PAGE.read_text(encoding="utf-8") != fresh
    if stale:
        print("docs/reference/cli.md is stale: run `make docs`", file=sys.stderr)
    return int(stale)


if __name__ == "__main__":
    sys.exit(main())
