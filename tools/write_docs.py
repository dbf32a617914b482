"""Write the generated pages of the docs: the command line, from the commands themselves.

`--check` writes nothing and exits with 1 when a page is stale.
"""

import importlib
import sys
from pathlib import Path

import click

from excerpt.cli import COMMANDS

DOCS = Path(__file__).resolve().parent.parent / "docs"
HEAD = """# The command line

<!-- Written by tools/write_docs.py from the commands themselves. -->

Exit status: 0 all done, 2 wrong usage, 3 some records failed (they are in `OUTPUT.errors.jsonl`), 1 anything else.

JSONL in: `{"id", "question" (or "query"), "passages": [{"id", "title", "text", ...} or "text", ...]}`; other keys are
carried through. Gold, where a record has it, stands as `"answers": [...]` and, in a passage, `"evidence": [[start,
end], ...]`. JSONL out: `{"id", "question", "text", "tokens_in", "tokens_out", "passages": [{"id", "spans", "text"}],
"stages": [...]}`, in input order. A path ending in `.gz` is packed or unpacked; `-` is standard input or output.
"""


def sections(command: click.Command, name: str, parent: click.Context | None = None) -> list[str]:
    """The help of a command and of its subcommands."""
    context = click.Context(command, info_name=name, parent=parent, max_content_width=100, terminal_width=100)
    path = context.command_path
    found = [f"## {path}\n\n```text\n{command.get_help(context).rstrip()}\n```\n"]
    if isinstance(command, click.Group):
        for sub in command.list_commands(context):
            child = command.get_command(context, sub)
            if child is not None:
                found += sections(child, sub, context)
    return found


def cli_page() -> str:
    """The whole page."""
    parts = [HEAD]
    root = click.Context(click.Group("excerpt"), info_name="excerpt")
    for name in COMMANDS:
        parts += sections(importlib.import_module(f"excerpt.cli.{name}").command, name, root)
    return "\n".join(parts)


def main() -> int:
    """Write or check."""
    page = DOCS / "cli.md"
    fresh = cli_page()
    if "--check" not in sys.argv:
        page.write_text(fresh, encoding="utf-8")
        return 0
    stale = not page.exists() or page.read_text(encoding="utf-8") != fresh
    if stale:
        print("docs/cli.md is stale: run `make docs`", file=sys.stderr)
    return int(stale)


if __name__ == "__main__":
    sys.exit(main())
