"""Tables of rows that have one value each."""

import pytest

from excerpt.errors import InputError
from excerpt.eval.report.markdown import fill_in
from excerpt.eval.report.pivot import by_pivot, conditions

ROWS = [
    {"what": what, "metric": metric, "value": value, "low": low, "high": high}
    for what, metric, value, low, high in (
        ("cosine", "auc", "0.9", "0.85", "0.95"),
        ("bm25", "auc", "0.8", "", ""),
        ("bm25", "bytes_each", "1234.5", "", ""),
    )
]
TABLE = "| what | auc | bytes each |\n| --- | ---: | ---: |\n| bm25 | 0.80 | 1,234 |\n| cosine | 0.90 ±0.05 |  |\n"


def test_values_go_down_and_across_in_the_order_that_is_asked_for():
    """With half-widths where there are intervals, and a blank where there is no row."""
    assert by_pivot(ROWS, {"what": ["bm25", "cosine"]}, ["what"], ["metric"]) == TABLE


def test_a_document_names_columns_and_values_with_spaces(tmp_path):
    """Quoted, as a shell has it."""
    lines = [",".join(ROWS[0]), *(",".join(row.values()) for row in ROWS)]
    (tmp_path / "scores.csv").write_text("\n".join(lines).replace("cosine", "plain cosine"))
    block = '<!-- pivot: from=scores down=what across=metric where="what=bm25 | plain cosine" -->'
    page = f"{block}\n<!-- end table -->"
    assert fill_in(page, [], tmp_path).splitlines()[4] == "| plain cosine | 0.90 ±0.05 |  |"


def test_what_the_rows_do_not_have_is_an_error():
    """A column, a value, or one row for each cell."""
    with pytest.raises(InputError, match="no column size"):
        by_pivot(ROWS, {}, ["size"], ["metric"])
    with pytest.raises(InputError, match="no row with"):
        by_pivot(ROWS, {"what": ["dense"]}, ["what"], ["metric"])
    with pytest.raises(InputError, match="two rows are for auc"):
        by_pivot(ROWS, {"metric": ["auc"]}, [], ["metric"])
    with pytest.raises(InputError, match="'mean' is not COLUMN=VALUE"):
        conditions("mean")
