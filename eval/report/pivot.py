"""A table from rows that have one value each: what stands in some columns goes down, in others across."""

from collections.abc import Mapping, Sequence

from excerpt.errors import InputError

__all__ = ["by_pivot", "conditions"]


def conditions(text: str) -> dict[str, list[str]]:
    """``"data=mean; what=cosine|bm25"`` as the values that each column may have, in order.

    Raises:
        InputError: A part has no ``=``.
    """
    parts = [part.strip() for part in text.split(";") if part.strip()]
    wrong = [part for part in parts if "=" not in part]
    if wrong:
        message = f"pivot: where: {wrong[0]!r} is not COLUMN=VALUE, or COLUMN=VALUE|VALUE"
        raise InputError(message)
    pairs = (part.split("=", 1) for part in parts)
    return {name.strip(): [value.strip() for value in values.split("|")] for name, values in pairs}


def by_pivot(
    rows: Sequence[Mapping[str, str]],
    where: Mapping[str, Sequence[str]],
    down: Sequence[str],
    across: Sequence[str],
    *,
    value: str = "value",
    digits: int = 2,
) -> str:
    """One value a cell, with half the width of its interval where rows have ``low`` and ``high``.

    Args:
        rows: From a CSV file.
        where: What a row must have in a column to be shown; the order of the values is the order in the table.
        down: Columns whose values begin the lines.
        across: Columns whose values, joined by commas, head the others.
        value: The column of the cells.
        digits: Decimals of values below 100; larger ones are shown as whole numbers.

    Raises:
        InputError: There is no such column or row, or two rows are for one cell.
    """
    columns = [*where, *down, *across, value]
    missing = [name for name in columns if not any(name in row for row in rows)]
    chosen = [
        row
        for row in rows
        if all(row.get(name) in values for name, values in where.items()) and row.get(value)
    ]
    if missing or not chosen:
        message = f"pivot: there is no {'column ' + missing[0] if missing else f'row with {dict(where)}'}"
        raise InputError(message)
    cells: dict[tuple[tuple[str, ...], tuple[str, ...]], str] = {}
    for row in chosen:
        key = tuple(row[name] for name in down), tuple(row[name] for name in across)
        if key in cells:
            message = f"pivot: two rows are for {', '.join(sum(key, ()))}; name more columns"
            raise InputError(message)
        cells[key] = _cell(row, value, digits)
    lefts = _ordered([left for left, _ in cells], down, where)
    tops = _ordered([top for _, top in cells], across, where)
    lines = [
        "| " + " | ".join([*(name.replace("_", " ") for name in down), *map(_heading, tops)]) + " |",
        "|" + " --- |" * len(down) + " ---: |" * len(tops),
    ]
    lines += [
        "| " + " | ".join([*left, *(cells.get((left, top), "") for top in tops)]) + " |" for left in lefts
    ]
    return "\n".join(lines) + "\n"


def _ordered(
    keys: Sequence[tuple[str, ...]], names: Sequence[str], where: Mapping[str, Sequence[str]]
) -> list[tuple[str, ...]]:
    """Each key once: as ``where`` has its values, else as the rows have them."""
    seen = [list(dict.fromkeys(key[place] for key in keys)) for place in range(len(names))]
    order = [where.get(name, values) for name, values in zip(names, seen, strict=True)]
    return sorted(
        dict.fromkeys(keys),
        key=lambda key: [values.index(part) for values, part in zip(order, key, strict=True)],
    )


def _heading(top: tuple[str, ...]) -> str:
    return ", ".join(part.replace("_", " ") for part in top if part)


def _cell(row: Mapping[str, str], value: str, digits: int) -> str:
    number = float(row[value])
    shown = f"{number:,.0f}" if abs(number) >= 100 else f"{number:.{digits}f}"
    if not (row.get("low") and row.get("high")):
        return shown
    return f"{shown} ±{(float(row['high']) - float(row['low'])) / 2:.{digits}f}"
