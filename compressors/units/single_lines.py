"""Lines: what code, logs and what tools give are made of."""

from excerpt.compressors.units.lines import lines_of
from excerpt.values.spans import Span

__all__ = ["split_lines"]


def split_lines(text: str) -> list[Span]:
    """Every line that is not blank, without the white space around it; the time is linear in the text's length."""
    return [Span(line.start, line.end) for line in lines_of(text)]
