"""Pictures and tables of an evaluation for notebooks."""

import pytest

from excerpt import InputError
from excerpt.eval import evaluate, named_chain

ROWS = [
    {
        "question": "What turns the stones?",
        "answers": ["sails"],
        "passages": ["Rain fell.", {"text": "Mills are old. Sails turn the stones.", "evidence": [[15, 37]]}],
    }
]


@pytest.fixture(scope="module")
def table():
    """Two chains at two ratios."""
    return evaluate(ROWS, {name: named_chain(name) for name in ("truncate", "fast")}, [0.3, 0.6])


def test_the_frontier_has_a_line_for_each_chain(table):
    """Named in the legend."""
    pytest.importorskip("matplotlib")
    axes = table.frontier().axes[0]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["truncate", "fast"]
    assert axes.get_ylabel() == "evidence recall"


def test_latencies_have_a_row_for_each_chain(table):
    """In the caller's order from the top."""
    pytest.importorskip("matplotlib")
    labels = [label.get_text() for label in table.latencies().axes[0].get_yticklabels()]
    assert labels == ["fast", "truncate"]


def test_an_unknown_metric_is_named(table):
    """With those that there are."""
    with pytest.raises(InputError, match=r"no metric 'beauty'.*evidence_recall"):
        table.frontier("beauty")


def test_a_notebook_shows_markdown(table):
    """Only metrics that apply to some question."""
    shown = table._repr_markdown_()
    assert shown.startswith("| asked | chain | kept | answer recall |")
    assert "exact match" not in shown
