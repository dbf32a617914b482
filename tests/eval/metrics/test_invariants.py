"""The checks find what they are for."""

from dataclasses import replace

import pytest

from excerpt import Chain
from excerpt.eval.metrics.invariants import breaches
from excerpt.render import Piece
from excerpt.tokens import resolve_tokenizer
from excerpt.values.report import Breach
from excerpt.values.spans import Span

COUNTER = resolve_tokenizer("bundled")


@pytest.fixture
def result():
    """A result in which all is well."""
    passages = ["Mills grind grain. Sails turn. Wind is free.", "Rain fell. Rivers rose all night long."]
    return Chain(["random"]).compress("What turns?", passages, budget=0.6)


def test_all_is_well(result):
    """A real result has no breach."""
    assert breaches(result, COUNTER) == []


@pytest.mark.parametrize(
    ("spans", "what"),
    [
        ((Span(0, 500),), "inside"),
        ((Span(19, 30), Span(0, 18)), "sorted"),
        ((Span(0, 18), Span(18, 30)), "sorted"),
        ((), "verbatim"),
    ],
)
def test_wrong_spans_are_found(result, spans, what):
    """Outside, out of order, touching, or not what the text says."""
    first = replace(result.passages[0], spans=spans)
    problems = breaches(replace(result, passages=(first, *result.passages[1:])), COUNTER)
    assert any(problem.startswith(what) for problem in problems)


def test_changed_text_is_found(result):
    """A text that does not say what the source says."""
    changed = replace(result, text=result.text.upper())
    assert any(problem.startswith("verbatim") for problem in breaches(changed, COUNTER))


def test_moved_piece_is_found(result):
    """A piece that claims to come from elsewhere."""
    piece = result.pieces[0]
    moved = replace(
        result, pieces=(Piece(piece.start, piece.end, piece.passage, piece.source + 1), *result.pieces[1:])
    )
    assert any(problem.startswith("verbatim") for problem in breaches(moved, COUNTER))


@pytest.mark.parametrize(("change", "what"), [({"tokens_out": 1}, "count"), ({"tokens_in": 1}, "longer")])
def test_wrong_counts_are_found(result, change, what):
    """Counts are taken again."""
    assert any(problem.startswith(what) for problem in breaches(replace(result, **change), COUNTER))


def test_broken_budget_and_guards_are_found(result):
    """Over the limit, and a protected stretch that was cut."""
    report = replace(result.report, limit=1, breaches=(Breach(0, Span(0, 3), "number"),))
    problems = breaches(replace(result, report=report), COUNTER)
    assert [problem.partition(":")[0] for problem in problems] == ["budget", "guard"]
