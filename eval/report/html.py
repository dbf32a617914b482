"""The few pieces of HTML that all parts of a report are made of. Text that goes in must be escaped already."""

from collections.abc import Iterable, Sequence

__all__ = ["grid", "note", "number", "row"]


def note(*words: str) -> str:
    """A paragraph of small print."""
    return f'<p class="soft">{" ".join(words)}</p>'


def number(value: str) -> str:
    """A cell that is aligned to the right."""
    return f'<td class="n">{value}</td>'


def row(name: str, cells: Iterable[str], *, focus: bool = False) -> str:
    """A line of a table: a name, and cells as HTML."""
    style = ' class="focus"' if focus else ""
    return f"<tr{style}><td>{name}</td>{''.join(cells)}</tr>"


def grid(words: Sequence[str], numbers: Sequence[str], rows: Iterable[str]) -> str:
    """A table that scrolls sideways where it is too wide.

    Args:
        words: Headings of the first columns.
        numbers: Headings of the columns behind, which are aligned to the right.
        rows: Lines, as `row` makes them.
    """
    head = "".join(f"<th>{name}</th>" for name in words) + "".join(
        f'<th class="n">{name}</th>' for name in numbers
    )
    return f'<div class="scroll"><table><tr>{head}</tr>{"".join(rows)}</table></div>'
