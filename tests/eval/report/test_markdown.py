"""Tables in documents."""

from pathlib import Path

import pytest

from excerpt.errors import InputError
from excerpt.eval.report.markdown import by_set, fill_in, main

ROWS = [
    {"data": "mills", "chain": chain, "ratio": "0.1", "recall": value, "recall_low": "0.40", "recall_high": "0.60",
     "recall_questions": "9"}
    for chain, value in (("a", "0.50"), ("b", "0.55"))
]  # fmt: skip
TABLE = "| set | questions | a | b |\n| --- | ---: | ---: | ---: |\n| mills | 9 | 0.50 ±0.10 | 0.55 ±0.10 |\n"
DOCUMENT = (
    "Before\n<!-- table: recall at a tenth metric=recall ratio=0.1 -->\nold\n<!-- end table -->\nAfter\n"
)


def test_a_line_for_each_set_and_a_column_for_each_chain():
    """With half-widths of the intervals."""
    assert by_set(ROWS, "recall", "0.1") == TABLE


def test_only_what_stands_between_the_markers_changes():
    """And a second time nothing does."""
    filled = fill_in(DOCUMENT, ROWS)
    assert filled == DOCUMENT.replace("old\n", TABLE)
    assert fill_in(filled, ROWS) == filled


def test_missing_rows_are_an_error():
    """Never an empty table."""
    with pytest.raises(InputError, match=r"'recall' at ratio 0\.2"):
        by_set(ROWS, "recall", "0.2")
    with pytest.raises(InputError, match="does not say ratio"):
        fill_in("<!-- table: metric=recall -->\n<!-- end table -->", ROWS)


def test_check_says_whether_a_document_is_up_to_date(tmp_path):
    """Without writing."""
    document, results = tmp_path / "page.md", tmp_path / "rows.csv"
    document.write_text(DOCUMENT)
    results.write_text("\n".join([",".join(ROWS[0]), *(",".join(row.values()) for row in ROWS)]))
    assert main([str(document), str(results), "--check"]) == 1
    assert main([str(document), str(results)]) == 0
    assert main([str(document), str(results), "--check"]) == 0


ROOT = Path(__file__).parents[3]
PAGES = [
    page
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    if "<!-- end table -->" in page.read_text(encoding="utf-8")
]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_tables_of_a_page_are_fresh(page):
    """What stands in the documents is what the rows say."""
    assert main([str(page), str(ROOT / "eval/results/quality_by_set.csv"), "--check"]) == 0


def test_a_table_may_name_its_chains():
    """In their order; those without rows are left out."""
    lines = by_set(ROWS, "recall", "0.1", ["b", "none"]).splitlines()
    assert (lines[0], lines[-1]) == ("| set | questions | b |", "| mills | 9 | 0.55 ±0.10 |")


def test_rows_of_another_file_are_a_table(tmp_path):
    """A line for each row that is asked for; metrics with their interval, the rest as it stands."""
    (tmp_path / "peers.csv").write_text(
        "data,chain,recall,recall_low,recall_high,ms\nall,a,0.50,0.40,0.60,12\nmills,a,1,1,1,9\n"
    )
    page = "<!-- rows: from=peers where=data:all columns=chain,recall,ms -->\n<!-- end table -->"
    filled = fill_in(page, [], tmp_path)
    assert filled.splitlines()[1:4] == [
        "| chain | recall | ms |",
        "| --- | ---: | ---: |",
        "| a | 0.50 ±0.10 | 12 |",
    ]
    assert fill_in(filled, [], tmp_path) == filled
    named = fill_in(page.replace("recall,ms", "recall,ms chains=b,a"), [], tmp_path)
    assert named.splitlines()[3:] == ["| a | 0.50 ±0.10 | 12 |", "<!-- end table -->"]
    with pytest.raises(InputError, match="no row with"):
        fill_in(page.replace("data:all", "data:none"), [], tmp_path)
    with pytest.raises(InputError, match="no column beauty"):
        fill_in(page.replace("ms", "beauty"), [], tmp_path)
