"""The report of an evaluation: one self-contained HTML page, one of Markdown, and the rows."""

from pathlib import Path

from excerpt.errors import InputError
from excerpt.eval.report.html.page import page
from excerpt.eval.report.rows import rows_of
from excerpt.eval.report.run import Plan, run
from excerpt.eval.report.study import Example, Study, WorstQuestions
from excerpt.eval.report.text import text
from excerpt.eval.table import write_rows

__all__ = ["Example", "Plan", "Study", "WorstQuestions", "run", "write_report"]


def write_report(study: Study, folder: str | Path) -> None:
    """Write ``index.html``, ``report.md`` and ``rows.csv`` into a folder, which is made.

    The page holds text of the data where the study has examples: think before you publish it.

    Raises:
        InputError: The folder cannot be written to.
    """
    target = Path(folder)
    try:
        target.mkdir(parents=True, exist_ok=True)
        (target / "index.html").write_text(page(study), encoding="utf-8")
        (target / "report.md").write_text(text(study), encoding="utf-8")
    except OSError as error:
        message = f"{target}: cannot be written ({error.strerror or error})"
        raise InputError(message) from error
    write_rows(target / "rows.csv", rows_of(study))
