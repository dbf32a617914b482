"""Write the generated pages of the docs: the command line, registered names, benchmarks, and the API by package.

The first three are kept in the repository; `--check` writes nothing and exits with 1 when one is stale. The API's pages
are written by `docs/conf.py` at each build.
"""

import ast
import csv
import importlib
import re
import sys
import tomllib
from pathlib import Path

import click

from excerpt.cli import COMMANDS
from excerpt.registry import COMPRESSORS, GATES, SCORERS, SELECTORS, SPLITTERS, Registry

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
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
BENCHMARKS_HEAD = """# The benchmarks

<!-- Written by tools/write_docs.py from the scripts' first sentences and from the commands in their rows. -->

Each script in `eval/benchmarks/` measures one thing: `.venv/bin/python eval/benchmarks/NAME.py --help`. It writes rows
into `eval/results/`, and tables of the docs are made of these. Questions are files of your own or prepared sets
([evaluation](../guides/evaluation.md)); nothing is downloaded.

| script | what it measures | rows | shown on |
| --- | --- | --- | --- |
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


def benchmarks_page() -> str:
    """A table of the scripts that can be run, and a list of what these share."""
    rows, shown = rows_by_script(), pages_by_source()
    lines, shared = [], []
    for path in sorted((ROOT / "eval" / "benchmarks").glob("*.py")):
        text = path.read_text(encoding="utf-8")
        first = (ast.get_docstring(ast.parse(text)) or "").partition("\n\n")[0]
        sentence = (
            " ".join(first.split()).partition(" Rows of docs/")[0].replace("|", "\\|").replace("``", "`")
        )
        if "__main__" not in text:
            shared.append(f"- `{path.name}`: {sentence}\n")
            continue
        names = rows.get(path.name, [])
        pages = sorted({page for name in (path.name, *names) for page in shown.get(name, ())})
        links = ", ".join(f"[{page.stem}]({page.as_posix()})" for page in pages)
        lines.append(
            f"| `{path.name}` | {sentence} | {', '.join(f'`{name}`' for name in names)} | {links} |\n"
        )
    return f"{BENCHMARKS_HEAD}{''.join(lines)}\nWhat several of them use:\n\n{''.join(shared)}"


def rows_by_script() -> dict[str, list[str]]:
    """The files of rows that each script has written, as the rows' commands say."""
    found: dict[str, list[str]] = {}
    for path in sorted((ROOT / "eval" / "results").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            commands = {row["command"] for row in csv.DictReader(file)}
        scripts = {name for command in commands for name in re.findall(r"eval/benchmarks/(\w+\.py)", command)}
        for name in scripts:
            found.setdefault(name, []).append(path.name)
    return found


def pages_by_source() -> dict[str, set[Path]]:
    """Pages with a table of a file of rows, or that name it or a script; as links from the page of the benchmarks."""
    written = DOCS / "contributing" / "benchmarks.md"
    found: dict[str, set[Path]] = {}
    for page in {*DOCS.glob("*/*.md")} - {*DOCS.glob("reference/*.md"), written}:
        text = page.read_text(encoding="utf-8")
        tables = re.findall(r'<!-- (?:pivot|rows): from="?([\w-]+)', text)
        for name in (*(f"{table}.csv" for table in tables), *re.findall(r"\w+\.(?:csv|py)\b", text)):
            found.setdefault(name, set()).add(Path("..") / page.relative_to(DOCS))
    return found


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
    pages = {
        DOCS / "reference" / "cli.md": cli_page(),
        DOCS / "reference" / "parts.md": parts_page(),
        DOCS / "contributing" / "benchmarks.md": benchmarks_page(),
    }
    if "--check" not in sys.argv:
        for page, text in pages.items():
            page.write_text(text, encoding="utf-8")
        return 0
    stale = [
        page for page, text in pages.items() if not page.exists() or page.read_text(encoding="utf-8") != text
    ]
    for page in stale:
        print(f"{page.relative_to(ROOT)} is stale: run `make docs`", file=sys.stderr)
    return int(bool(stale))


if __name__ == "__main__":
    sys.exit(main())
